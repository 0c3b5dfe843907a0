//! A report: its row, its draft, its view.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::comments::comment::CommentId;
use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, text_enum};
use crate::input::formats::text_types;
use crate::input::{Draft, Kind};
use crate::schema::comment_reports;

/// The id of a report.
pub(super) type ReportId = Id<Report>;

text_enum! {
    /// What is wrong with a comment.
    pub(crate) enum ReportReason {
        /// It is advertising.
        Spam = "spam",
        /// It hurts or threatens somebody.
        Abuse = "abuse",
        /// It has nothing to do with the article.
        OffTopic = "off_topic",
        /// It is against the law.
        Illegal = "illegal",
        /// Something else.
        Other = "other",
    }
}

text_types! {
    /// What somebody says of it in their own words.
    ReportNote: TEXT 0..=1000 "It insults the driver by name.";
}

/// A report as it is stored.
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

/// What is wrong with a comment, as a reader says it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CommentReportDraft)]
pub(super) struct ReportDraft {
    /// What is wrong with it.
    pub(super) reason: ReportReason,
    /// The same in the reader's own words.
    pub(super) note: Option<ReportNote>,
}

impl Draft for ReportDraft {}

/// A report, as those see it who look after comments. Who sent it is not kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CommentReport)]
pub(in crate::comments) struct ReportView {
    /// Its id.
    id: ReportId,
    /// What is wrong with the comment.
    reason: ReportReason,
    /// The same in the reader's own words.
    #[schema(example = "It insults the driver by name.")]
    note: Option<String>,
    /// Whether somebody has looked at it and let the comment be.
    #[schema(example = false)]
    dismissed: bool,
    /// When it came.
    created_at: Timestamp,
}

impl Report {
    /// What is shown of it.
    pub(in crate::comments) fn view(&self) -> ReportView {
        ReportView { id: self.id, reason: self.reason, note: self.note.clone(), dismissed: self.dismissed, created_at: self.created_at }
    }
}

/// What the list of a comment's reports can be asked.
pub(super) static LISTING: Listing<comment_reports::table, Report> = Listing {
    fields: &[
        Field {
            name: "reason",
            kind: Kind::Word(ReportReason::WORDS),
            ops: Op::CHOICE,
            column: column!(text comment_reports::reason),
            key: None,
            about: "What is wrong with the comment.",
        },
        Field {
            name: "dismissed",
            kind: Kind::Truth,
            ops: Op::TRUTH,
            column: column!(truth comment_reports::dismissed),
            key: None,
            about: "Whether somebody let the comment be.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time comment_reports::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "When it came.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &["id", "reason", "note", "dismissed", "created_at"],
    id: column!(id comment_reports::id),
    id_of: |row| row.id.to_string(),
};
