//! What is to happen with an article, and what the desk said of it: its plan.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::content::content::ArticleId;
use super::article::Status;
use crate::db::Timestamp;
use crate::schema::article_plans;
use crate::users::UserId;

/// What is to happen with an article; all empty where nothing is.
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
    /// When what is public now ends.
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

/// A publication that is to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Schedule {
    /// When readers get it.
    pub(crate) at: Timestamp,
    /// When readers stop getting it.
    pub(crate) until: Option<Timestamp>,
    /// The number of the save that is published then, whatever is saved until then.
    #[schema(minimum = 1, example = 5)]
    pub(crate) revision: i32,
    /// What was wrong in the copy before; shown to readers then.
    #[schema(example = "An earlier version gave the wrong year.")]
    pub(crate) correction: Option<String>,
    /// Who planned it.
    pub(crate) by: Option<UserId>,
}

/// What somebody said when submitting or returning an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReviewNote {
    /// Who.
    pub(crate) by: Option<UserId>,
    /// When.
    pub(crate) at: Timestamp,
    /// What they said; for the desk alone.
    #[schema(example = "Please check the year in the second paragraph.")]
    pub(crate) note: Option<String>,
}

/// A publication that was planned and could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FailedPublication {
    /// When it was tried.
    pub(crate) at: Timestamp,
    /// When it had been planned for.
    pub(crate) scheduled_at: Timestamp,
    /// Why it could not be.
    #[schema(example = "Save 5 has a section that there is no more.")]
    pub(crate) detail: String,
}

impl ArticlePlan {
    /// No plan at all.
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

    /// The publication that is to come.
    pub(crate) fn schedule(&self) -> Option<Schedule> {
        Some(Schedule {
            at: self.scheduled_at?,
            until: self.scheduled_until,
            revision: self.scheduled_revision?,
            correction: self.scheduled_correction.clone(),
            by: self.scheduled_by,
        })
    }

    /// When readers stop getting the article: of what is public or, where nothing is, of what will be.
    pub(crate) fn until(&self, status: Status) -> Option<Timestamp> {
        if status == Status::Published { self.ends_at } else { self.scheduled_until }
    }

    /// The submission that waits for somebody.
    pub(crate) fn review(&self) -> Option<ReviewNote> {
        Some(ReviewNote { by: self.review_by, at: self.review_at?, note: self.review_note.clone() })
    }

    /// The last return.
    pub(crate) fn returned(&self) -> Option<ReviewNote> {
        Some(ReviewNote { by: self.returned_by, at: self.returned_at?, note: self.returned_note.clone() })
    }

    /// The last failure.
    pub(crate) fn failure(&self) -> Option<FailedPublication> {
        let detail = self.failed_detail.clone().unwrap_or_default();
        Some(FailedPublication { at: self.failed_at?, scheduled_at: self.failed_scheduled_at?, detail })
    }

    /// Plans a publication, under a slug that nobody else gets until then.
    pub(crate) fn set_schedule(&mut self, schedule: Schedule, slug: String) {
        let Schedule { at, until, revision, correction, by } = schedule;
        self.scheduled_at = Some(at);
        self.scheduled_until = until;
        self.scheduled_revision = Some(revision);
        self.scheduled_correction = correction;
        self.scheduled_by = by;
        self.scheduled_slug = Some(slug);
    }

    /// Plans no publication any more.
    pub(crate) fn clear_schedule(&mut self) {
        self.scheduled_at = None;
        self.scheduled_until = None;
        self.scheduled_revision = None;
        self.scheduled_correction = None;
        self.scheduled_by = None;
        self.scheduled_slug = None;
    }

    /// Submits for review.
    pub(crate) fn submit(&mut self, by: UserId, at: Timestamp, note: Option<String>) {
        (self.review_by, self.review_at, self.review_note) = (Some(by), Some(at), note);
        self.clear_return();
    }

    /// Waits for no review any more.
    pub(crate) fn clear_review(&mut self) {
        (self.review_by, self.review_at, self.review_note) = (None, None, None);
    }

    /// Returns from review.
    pub(crate) fn give_back(&mut self, by: UserId, at: Timestamp, note: Option<String>) {
        self.clear_review();
        (self.returned_by, self.returned_at, self.returned_note) = (Some(by), Some(at), note);
    }

    /// Remembers why a planned publication could not be carried out.
    pub(crate) fn fail(&mut self, at: Timestamp, scheduled_at: Timestamp, detail: String) {
        (self.failed_at, self.failed_scheduled_at, self.failed_detail) = (Some(at), Some(scheduled_at), Some(detail));
    }

    /// The desk has decided: what was said and what went wrong before is settled.
    pub(crate) fn settle(&mut self) {
        self.clear_review();
        self.clear_return();
        (self.failed_at, self.failed_scheduled_at, self.failed_detail) = (None, None, None);
    }

    /// Forgets what was to happen, as the trash does.
    pub(crate) fn cancel(&mut self) {
        self.clear_schedule();
        self.clear_review();
        self.ends_at = None;
    }

    fn clear_return(&mut self) {
        (self.returned_by, self.returned_at, self.returned_note) = (None, None, None);
    }
}
