//! The plan of an article: its scheduled publication, its end, its review, and the last failed publication.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::content::content::ArticleId;
use super::article::Status;
use crate::db::Timestamp;
use crate::schema::article_plans;
use crate::users::UserId;

/// The plan of an article; all members are empty if nothing is planned.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = article_plans, treat_none_as_null = true)]
pub(crate) struct ArticlePlan {
    pub(crate) article_id: ArticleId,
    pub(crate) scheduled_at: Option<Timestamp>,
    pub(crate) scheduled_revision: Option<i32>,
    pub(crate) scheduled_slug: Option<String>,
    pub(crate) scheduled_until: Option<Timestamp>,
    pub(crate) scheduled_correction: Option<String>,
    pub(crate) scheduled_by: Option<UserId>,
    /// The time when the current publication ends.
    pub(crate) ends_at: Option<Timestamp>,
    /// The earlier of `scheduled_at` and `ends_at`.
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) review_by: Option<UserId>,
    pub(crate) review_at: Option<Timestamp>,
    pub(crate) review_note: Option<String>,
    pub(crate) returned_by: Option<UserId>,
    pub(crate) returned_at: Option<Timestamp>,
    pub(crate) returned_note: Option<String>,
    pub(crate) failed_at: Option<Timestamp>,
    pub(crate) failed_scheduled_at: Option<Timestamp>,
    pub(crate) failed_detail: Option<String>,
}

/// A scheduled publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Schedule {
    /// The time when the revision becomes public.
    pub(crate) at: Timestamp,
    /// The time when the publication ends; `null` if it does not end.
    pub(crate) until: Option<Timestamp>,
    /// The number of the revision to publish. Later saves do not change it.
    #[schema(minimum = 1, example = 5)]
    pub(crate) revision: i32,
    /// A description of an error in the previously published version. It becomes visible to readers with the publication.
    #[schema(example = "An earlier version gave the wrong year.")]
    pub(crate) correction: Option<String>,
    /// The id of the user who scheduled the publication.
    pub(crate) by: Option<UserId>,
}

/// A submission for review, or a return from review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReviewNote {
    /// The id of the user who submitted or returned the article.
    pub(crate) by: Option<UserId>,
    /// The time of the submission or return.
    pub(crate) at: Timestamp,
    /// A note for the editors and the authors; readers never see it.
    #[schema(example = "Please check the year in the second paragraph.")]
    pub(crate) note: Option<String>,
}

/// A scheduled publication that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FailedPublication {
    /// The time of the attempt.
    pub(crate) at: Timestamp,
    /// The scheduled time.
    pub(crate) scheduled_at: Timestamp,
    /// The reason for the failure.
    #[schema(example = "Revision 5 has the section \"019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42\", which no longer exists.")]
    pub(crate) detail: String,
}

impl ArticlePlan {
    /// Creates an empty plan.
    pub(crate) fn none(article_id: ArticleId) -> Self {
        Self {
            article_id,
            scheduled_at: None,
            scheduled_revision: None,
            scheduled_slug: None,
            scheduled_until: None,
            scheduled_correction: None,
            scheduled_by: None,
            ends_at: None,
            due_at: None,
            review_by: None,
            review_at: None,
            review_note: None,
            returned_by: None,
            returned_at: None,
            returned_note: None,
            failed_at: None,
            failed_scheduled_at: None,
            failed_detail: None,
        }
    }

    /// Returns the scheduled publication.
    pub(crate) fn schedule(&self) -> Option<Schedule> {
        Some(Schedule {
            at: self.scheduled_at?,
            until: self.scheduled_until,
            revision: self.scheduled_revision?,
            correction: self.scheduled_correction.clone(),
            by: self.scheduled_by,
        })
    }

    /// Returns the end of the current publication or, if the article is not published, the end of the scheduled publication.
    pub(crate) fn until(&self, status: Status) -> Option<Timestamp> {
        if status == Status::Published { self.ends_at } else { self.scheduled_until }
    }

    /// Returns the submission that waits for review.
    pub(crate) fn review(&self) -> Option<ReviewNote> {
        Some(ReviewNote { by: self.review_by, at: self.review_at?, note: self.review_note.clone() })
    }

    /// Returns the last return from review.
    pub(crate) fn returned(&self) -> Option<ReviewNote> {
        Some(ReviewNote { by: self.returned_by, at: self.returned_at?, note: self.returned_note.clone() })
    }

    /// Returns the last failed publication.
    pub(crate) fn failure(&self) -> Option<FailedPublication> {
        let detail = self.failed_detail.clone().unwrap_or_default();
        Some(FailedPublication { at: self.failed_at?, scheduled_at: self.failed_scheduled_at?, detail })
    }

    /// Schedules a publication and reserves the slug for it.
    pub(crate) fn set_schedule(&mut self, schedule: Schedule, slug: String) {
        let Schedule { at, until, revision, correction, by } = schedule;
        self.scheduled_at = Some(at);
        self.scheduled_until = until;
        self.scheduled_revision = Some(revision);
        self.scheduled_correction = correction;
        self.scheduled_by = by;
        self.scheduled_slug = Some(slug);
    }

    /// Removes the scheduled publication.
    pub(crate) fn clear_schedule(&mut self) {
        self.scheduled_at = None;
        self.scheduled_until = None;
        self.scheduled_revision = None;
        self.scheduled_correction = None;
        self.scheduled_by = None;
        self.scheduled_slug = None;
    }

    /// Records a submission for review.
    pub(crate) fn submit(&mut self, by: UserId, at: Timestamp, note: Option<String>) {
        (self.review_by, self.review_at, self.review_note) = (Some(by), Some(at), note);
        self.clear_return();
    }

    /// Removes the submission.
    pub(crate) fn clear_review(&mut self) {
        (self.review_by, self.review_at, self.review_note) = (None, None, None);
    }

    /// Records a return from review.
    pub(crate) fn give_back(&mut self, by: UserId, at: Timestamp, note: Option<String>) {
        self.clear_review();
        (self.returned_by, self.returned_at, self.returned_note) = (Some(by), Some(at), note);
    }

    /// Records a failed publication.
    pub(crate) fn fail(&mut self, at: Timestamp, scheduled_at: Timestamp, detail: String) {
        (self.failed_at, self.failed_scheduled_at, self.failed_detail) = (Some(at), Some(scheduled_at), Some(detail));
    }

    /// Removes the submission, the return and the failure, because the article has been published or scheduled.
    pub(crate) fn settle(&mut self) {
        self.clear_review();
        self.clear_return();
        (self.failed_at, self.failed_scheduled_at, self.failed_detail) = (None, None, None);
    }

    /// Cancels everything that is planned; used when the article is moved to the trash.
    pub(crate) fn cancel(&mut self) {
        self.clear_schedule();
        self.clear_review();
        self.ends_at = None;
    }

    fn clear_return(&mut self) {
        (self.returned_by, self.returned_at, self.returned_note) = (None, None, None);
    }
}
