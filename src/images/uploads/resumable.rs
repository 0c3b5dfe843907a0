//! An upload in pieces: its row and its view.

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

/// How long an upload may take, in seconds.
const LIFE_SECONDS: i64 = 24 * 60 * 60;

/// A piece in the media store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptPiece {
    pub(super) name: String,
    pub(super) bytes: i64,
}

/// An upload as it is stored.
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

/// How far an upload is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct UploadView {
    /// Its id.
    pub(crate) id: UploadId,
    /// How many bytes the file has.
    #[schema(example = 284_117, minimum = 1)]
    pub(crate) length: i64,
    /// How many of them have come; the next piece begins there.
    #[schema(example = 131_072, minimum = 0)]
    pub(crate) offset: i64,
    /// The image that was made when the last byte had come; null before, and when it has been deleted since.
    pub(crate) image: Option<ImageId>,
    /// When it was begun.
    pub(crate) created_at: Timestamp,
    /// When it is forgotten, complete or not.
    pub(crate) expires_at: Timestamp,
}

impl Resumable {
    /// One that has just been begun.
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

    /// Whether somebody may know of it.
    pub(super) fn is_seen_by(&self, caller: &Caller<Writer>) -> bool {
        self.created_by == caller.user || caller.role == Role::Admin
    }

    /// How far it is.
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
    /// How far it is, as headers say it.
    pub(super) fn progress(&self) -> Progress {
        let image = self.image.map(|id| format!("/images/{id}"));
        Progress { length: self.length, offset: self.offset, expires_at: self.expires_at, image }
    }
}
