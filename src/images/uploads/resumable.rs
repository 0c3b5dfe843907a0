//! A resumable upload: its row and its view.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::db::{Id, Json, Timestamp};
use crate::http::Progress;
use crate::images::image::ImageId;
use crate::schema::uploads;
use crate::users::{Caller, Role, UserId, Writer};

/// The id of an upload.
pub(super) type UploadId = Id<Resumable>;

/// The time until an upload expires, in seconds.
const LIFE_SECONDS: i64 = 24 * 60 * 60;

/// A piece in the media store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptPiece {
    pub(super) name: String,
    pub(super) bytes: i64,
}

/// An upload as stored in the database.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = uploads)]
pub(super) struct Resumable {
    pub(super) id: UploadId,
    pub(super) created_by: UserId,
    pub(super) length: i64,
    pub(super) received: i64,
    pub(super) pieces: Json<Vec<KeptPiece>>,
    pub(super) metadata: Json<Map<String, Value>>,
    pub(super) image_id: Option<ImageId>,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// The progress of an upload.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct UploadView {
    /// The id of the upload.
    pub(crate) id: UploadId,
    /// The size of the file in bytes.
    #[schema(example = 284_117, minimum = 1)]
    pub(crate) length: i64,
    /// The number of bytes received so far; the next piece begins there.
    #[schema(example = 131_072, minimum = 0)]
    pub(crate) offset: i64,
    /// The id of the image, which is created after the last byte was received. It is `null` before that, and after the image has
    /// been deleted.
    pub(crate) image: Option<ImageId>,
    /// The time when the upload was started.
    pub(crate) created_at: Timestamp,
    /// The time when the upload expires, complete or not.
    pub(crate) expires_at: Timestamp,
}

impl Resumable {
    /// A new upload.
    pub(super) fn new(length: i64, metadata: Map<String, Value>, created_by: UserId, now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            created_by,
            length,
            received: 0,
            pieces: Json(Vec::new()),
            metadata: Json(metadata),
            image_id: None,
            created_at: now,
            expires_at: now.plus_seconds(LIFE_SECONDS),
        }
    }

    /// Whether the caller may see the upload.
    pub(super) fn is_seen_by(&self, caller: &Caller<Writer>) -> bool {
        self.created_by == caller.user || caller.role == Role::Admin
    }

    /// The view of the upload.
    pub(super) fn view(&self) -> UploadView {
        UploadView {
            id: self.id,
            length: self.length,
            offset: self.received,
            image: self.image_id,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}

impl UploadView {
    /// The progress for the response headers.
    pub(super) fn progress(&self) -> Progress {
        let image = self.image.map(|id| format!("/images/{id}"));
        Progress { length: self.length, offset: self.offset, expires_at: self.expires_at, image }
    }
}
