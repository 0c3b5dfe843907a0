//! A redirect: its row, its draft, its view, and the fields of its list.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use super::path::normal;
use crate::config::LinkConfig;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column};
use crate::error::Fault;
use crate::http::Versioned;
use crate::input::{Address, Draft, Kind, Selectable, SitePath};
use crate::schema::redirects;

/// The id of a redirect.
pub(crate) type RedirectId = Id<Redirect>;

/// The status of content that is permanently gone.
pub(super) const GONE: i32 = 410;

/// A redirect as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = redirects, treat_none_as_null = true)]
pub(crate) struct Redirect {
    pub(crate) id: RedirectId,
    pub(crate) from_path: String,
    pub(crate) target: Option<String>,
    /// The path of the target, in normal form, if it is on this site.
    pub(crate) to_path: Option<String>,
    pub(crate) status: i32,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// The content of a redirect, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedirectDraft {
    /// The path to redirect from. It is stored percent-decoded and without a trailing slash; case is significant. The redirect
    /// takes precedence over content at that path.
    #[schema(value_type = SitePath)]
    pub(crate) from: String,
    /// The target: a path of the site or any URL; must be absent with status 410.
    #[schema(value_type = Option<Address>)]
    pub(crate) to: Option<String>,
    /// The HTTP status for browsers: 301 or 308 (permanent), 302 or 307 (temporary), or 410 (gone).
    #[serde(default = "for_good")]
    #[schema(value_type = RedirectStatus, default = 301)]
    pub(crate) status: i32,
}

fn for_good() -> i32 {
    301
}

impl Draft for RedirectDraft {
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
    const FREE: &'static [&'static str] = &[];
}

impl RedirectDraft {
    /// Returns the validation errors that no schema can express.
    pub(super) fn faults(&self) -> Vec<Fault> {
        match (&self.to, self.status) {
            (Some(_), GONE) => vec![Fault::at("/to", "not_with_410", "Status 410 has no target: omit this member, or change the status.")],
            (None, status) if status != GONE => vec![Fault::at("/to", "required", "\"to\" is required unless the status is 410.")],
            _ => Vec::new(),
        }
    }
}

/// The HTTP status of a redirect.
pub(crate) struct RedirectStatus;

impl utoipa::PartialSchema for RedirectStatus {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .description(Some("The HTTP status of a redirect."))
            .enum_values(Some([301, 302, 307, 308, GONE]))
            .minimum(Some(301))
            .maximum(Some(GONE))
            .examples([301])
            .into()
    }
}
impl ToSchema for RedirectStatus {}

/// A redirect, as editors see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RedirectView {
    /// The redirect's id.
    pub(crate) id: RedirectId,
    /// The path to redirect from.
    #[schema(example = "/2019/old-tram.html")]
    pub(crate) from: String,
    /// The target: a path of the site or any URL; `null` with status 410.
    #[schema(example = "/tram-line-9-opens")]
    pub(crate) to: Option<String>,
    /// The HTTP status for browsers.
    #[schema(value_type = RedirectStatus)]
    pub(crate) status: i32,
    /// The number of the version, raised by each change; the `ETag` is `"v7"` for version 7.
    #[schema(example = 7, minimum = 1)]
    pub(crate) version: i32,
    /// The time of creation, in UTC.
    pub(crate) created_at: Timestamp,
    /// The time of the last change, in UTC.
    pub(crate) updated_at: Timestamp,
}

impl Versioned for RedirectView {
    fn version(&self) -> i32 {
        self.version
    }
}

impl Redirect {
    /// Returns a new redirect without content.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            from_path: String::new(),
            target: None,
            to_path: None,
            status: 0,
            version: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// Applies a draft to a new or an existing redirect; returns whether the redirect has changed.
    pub(super) fn revise(&mut self, draft: RedirectDraft, links: &LinkConfig, now: Timestamp) -> bool {
        let RedirectDraft { from, to, status } = draft;
        let from = normal(&links.path_within_site(&from).unwrap_or(from));
        let to_path = to.as_deref().and_then(|to| links.path_within_site(to)).map(|path| normal(&path));
        if (&from, &to, &to_path, status) == (&self.from_path, &self.target, &self.to_path, self.status) {
            return false;
        }
        self.from_path = from;
        self.target = to;
        self.to_path = to_path;
        self.status = status;
        self.version += 1;
        self.updated_at = now;
        true
    }

    /// Returns the view of the redirect.
    pub(super) fn view(&self) -> RedirectView {
        let Self { id, from_path, target, to_path: _, status, version, created_at, updated_at } = self.clone();
        RedirectView { id, from: from_path, to: target, status, version, created_at, updated_at }
    }
}

/// The fields of the list of redirects.
pub(super) static LISTING: Listing<redirects::table, Redirect> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id redirects::id), key: None, about: "The id." },
        Field {
            name: "from",
            kind: Kind::Text,
            ops: Op::TEXT,
            column: column!(text redirects::from_path),
            key: Some(|row| Key::Text(row.from_path.clone())),
            about: "The path to redirect from.",
        },
        Field {
            name: "to",
            kind: Kind::Text,
            ops: Op::OPTIONAL_TEXT,
            column: column!(optional text redirects::target),
            key: None,
            about: "The path or URL to redirect to.",
        },
        Field {
            name: "status",
            kind: Kind::Int,
            ops: Op::CHOICE,
            column: column!(int redirects::status),
            key: None,
            about: "The HTTP status for browsers.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time redirects::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the redirect was created.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<RedirectView>,
    id: column!(id redirects::id),
    id_of: |row| row.id.to_string(),
};
