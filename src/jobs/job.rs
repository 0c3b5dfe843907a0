//! Jobs: their kinds and their database row.

use std::time::Duration;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::comments::{CommentCheck, CommentMail};
use crate::db::{Id, Timestamp};
use crate::error::Error;
use crate::images::RenditionJob;
use crate::newsletter::NewsletterMail;
use crate::schema::jobs;
use crate::scrub::Scrub;
use crate::users::AccountMail;

/// The purpose that jobs are sealed for.
pub(super) const SEAL: &str = "job";

/// The id of a job. It stays the same in every attempt, so that receivers can recognise duplicates.
pub(crate) type TaskId = Id<Task>;

/// The kind of the jobs in the lane for images.
const RENDITIONS: &str = "renditions";
/// The kind of the jobs that send a comment to the comment checker.
const COMMENT_CHECK: &str = "comment_check";

/// A lane: a queue of jobs with its own concurrency limit. Jobs that wait for another server or take long have their own lane, so that no
/// email waits behind a hundred images, and no comment behind a mail server that does not respond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Emails, and all jobs that have no other lane.
    Mails,
    /// Requests to the comment checker.
    Checks,
    /// Renditions of images: one job at a time, so that half of the image workers stay free for readers.
    Pictures,
}

impl Lane {
    /// All lanes.
    pub(super) const ALL: [Self; 3] = [Self::Mails, Self::Checks, Self::Pictures];

    /// The number of jobs that run concurrently.
    pub(super) const fn at_once(self) -> usize {
        match self {
            Self::Mails => 8,
            Self::Checks => 4,
            Self::Pictures => 1,
        }
    }

    /// The time limit of a job; a job that exceeds it is aborted, so that it does not block its lane.
    pub(super) const fn deadline(self) -> Duration {
        match self {
            Self::Mails | Self::Checks => Duration::from_mins(1),
            Self::Pictures => Duration::from_mins(3),
        }
    }

    /// The only kind of job in this lane; `None` for the lane that takes all kinds without a lane of their own.
    pub(super) const fn only(self) -> Option<&'static str> {
        match self {
            Self::Mails => None,
            Self::Checks => Some(COMMENT_CHECK),
            Self::Pictures => Some(RENDITIONS),
        }
    }
}

/// The work to do. A new kind needs a variant, a name in `kind` and an arm in `run`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Job {
    /// Sends an email to users about their account.
    AccountMail(AccountMail),
    /// Sends an email to newsletter subscribers, or to an email address that was entered in the sign-up form.
    NewsletterMail(NewsletterMail),
    /// Sends an email about comments.
    CommentMail(CommentMail),
    /// Sends a comment to the comment checker.
    CommentCheck(CommentCheck),
    /// Makes the renditions of an image.
    Renditions(RenditionJob),
    /// Removes erased content from the files of the database.
    Scrub(Scrub),
    /// A job that panics, for tests.
    #[cfg(test)]
    Panic,
    /// A job that never ends, for tests.
    #[cfg(test)]
    Endless,
}

/// The reason why a job failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A temporary failure; the job is retried.
    Later(String),
    /// A permanent failure; the job is given up.
    Never(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Later(error.to_string())
    }
}

impl Job {
    /// The name of the kind, as used in the log and in the database.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::AccountMail(_) => "account_mail",
            Self::NewsletterMail(_) => "newsletter_mail",
            Self::CommentMail(_) => "comment_mail",
            Self::CommentCheck(_) => COMMENT_CHECK,
            Self::Renditions(_) => RENDITIONS,
            Self::Scrub(scrub) => scrub.kind(),
            #[cfg(test)]
            Self::Panic => "panic",
            #[cfg(test)]
            Self::Endless => "endless",
        }
    }

    /// Runs the job.
    pub(super) async fn run(self, app: &App, id: TaskId) -> Result<(), Failure> {
        match self {
            Self::AccountMail(mail) => mail.deliver(app, id).await,
            Self::NewsletterMail(mail) => mail.deliver(app, id).await,
            Self::CommentMail(mail) => mail.deliver(app, id).await,
            Self::CommentCheck(check) => check.deliver(app, id).await,
            Self::Renditions(renditions) => renditions.deliver(app).await,
            Self::Scrub(scrub) => scrub.deliver(app, id).await,
            #[cfg(test)]
            Self::Panic => panic!("a test asked for it"),
            #[cfg(test)]
            Self::Endless => std::future::pending().await,
        }
    }
}

/// A job as stored in the database.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs)]
pub(crate) struct Task {
    pub(super) id: TaskId,
    pub(super) kind: String,
    pub(super) sealed: String,
    /// The number of attempts so far. A worker still owns the job if this number is the one that the worker has set.
    pub(super) attempts: i32,
    /// The time at which the job is due; `None` if it was given up.
    pub(super) due_at: Option<Timestamp>,
    pub(super) last_error: Option<String>,
    pub(super) created_at: Timestamp,
}

impl Task {
    /// A new job that was enqueued at `now` and is due at `due`.
    pub(super) fn new(kind: &str, sealed: String, now: Timestamp, due: Timestamp) -> Self {
        Self { id: Id::new(now), kind: kind.to_owned(), sealed, attempts: 0, due_at: Some(due), last_error: None, created_at: now }
    }

    /// Decrypts the job.
    pub(super) fn job(&self, app: &App) -> Result<Job, Failure> {
        let plain = app.secrets.unseal(SEAL, &self.sealed);
        let plain = plain.ok_or_else(|| Failure::Never("the job was encrypted with another secret key".into()))?;
        // A newer version of the program may know this kind.
        serde_json::from_slice(&plain).map_err(|error| Failure::Later(format!("the job cannot be read: {error}")))
    }
}
