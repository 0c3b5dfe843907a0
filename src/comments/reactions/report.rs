//! A report: its row, its draft and its view.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::comments::comment::CommentId;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, text_enum};
use crate::input::formats::text_types;
use crate::input::{Draft, Kind, Selectable};
use crate::schema::comment_reports;

/// The id of a report.
pub(super) type ReportId = Id<Report>;

text_enum! {
    /// The reason for a report.
    pub(crate) enum ReportReason {
        /// The comment is advertising.
        Spam = "spam",
        /// The comment insults or threatens a person.
        Abuse = "abuse",
        /// The comment is not about the article.
        OffTopic = "off_topic",
        /// The comment is illegal.
        Illegal = "illegal",
        /// Another reason.
        Other = "other",
    }
}

text_types! {
    /// The reader's explanation of a report.
    ReportNote: TEXT 0..=1000 "It insults the driver by name.";
}

/// A report, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = comment_reports)]
pub(in crate::comments) struct Report {
    pub(super) id: ReportId,
    pub(in crate::comments) comment_id: CommentId,
    pub(super) visitor: String,
    pub(super) place: String,
    pub(super) reason: ReportReason,
    pub(super) note: Option<String>,
    pub(super) dismissed: bool,
    pub(super) created_at: Timestamp,
}

/// A new report of a comment, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CommentReportDraft)]
pub(super) struct ReportDraft {
    /// The reason for the report.
    pub(super) reason: ReportReason,
    /// The reader's explanation.
    pub(super) note: Option<ReportNote>,
}

impl Draft for ReportDraft {}

/// A report, as moderators see it. The reader's identity is not stored.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CommentReport)]
pub(in crate::comments) struct ReportView {
    /// The id of the report.
    id: ReportId,
    /// The reason for the report.
    reason: ReportReason,
    /// The reader's explanation.
    #[schema(example = "It insults the driver by name.")]
    note: Option<String>,
    /// Whether a moderator has dismissed the report.
    #[schema(example = false)]
    dismissed: bool,
    /// The time when the report was sent.
    created_at: Timestamp,
}

impl Report {
    /// Returns the report as moderators see it.
    pub(in crate::comments) fn view(&self) -> ReportView {
        ReportView { id: self.id, reason: self.reason, note: self.note.clone(), dismissed: self.dismissed, created_at: self.created_at }
    }
}

/// The filters and sort fields of the list of a comment's reports.
pub(super) static LISTING: Listing<comment_reports::table, Report> = Listing {
    fields: &[
        Field {
            name: "reason",
            kind: Kind::Word(ReportReason::WORDS),
            ops: Op::CHOICE,
            column: column!(text comment_reports::reason),
            key: None,
            about: "The reason for the report.",
        },
        Field {
            name: "dismissed",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: column!(truth comment_reports::dismissed),
            key: None,
            about: "Whether a moderator has dismissed the report.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time comment_reports::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the report was sent.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<ReportView>,
    id: column!(id comment_reports::id),
    id_of: |row| row.id.to_string(),
};
