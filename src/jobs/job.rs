//! A job: its kinds, its row, and when it is tried again.

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
use crate::secrets::random;
use crate::users::AccountMail;

/// What the seal of a job is for.
pub(super) const SEAL: &str = "job";
/// After the first failure, it waits so long, in seconds; then each time twice as long.
const FIRST_WAIT: i64 = 30;
/// The longest wait, in seconds.
pub(super) const LONGEST_WAIT: i64 = 6 * 60 * 60;
/// A job that still fails so long after it was asked for is given up, in seconds.
const PATIENCE: i64 = 4 * 24 * 60 * 60;

/// The id of a job; the same at every try, so that what it sends can be told from a second one.
pub(crate) type TaskId = Id<Task>;

/// The kind of what only pictures need.
const RENDITIONS: &str = "renditions";
/// The kind of a question to whoever checks comments.
const COMMENT_CHECK: &str = "comment_check";

/// Jobs that wait for each other. What waits for somebody else, or takes long, has a lane of its own, so that no mail waits behind a
/// hundred pictures, and no comment for a mail server that does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Mails, and whatever has no lane of its own.
    Mails,
    /// Questions to whoever checks comments.
    Checks,
    /// Pictures: one at a time, so that half of the darkroom stays free for readers.
    Pictures,
}

impl Lane {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Mails, Self::Checks, Self::Pictures];

    /// How many jobs are done at once.
    pub(super) const fn at_once(self) -> usize {
        match self {
            Self::Mails => 8,
            Self::Checks => 4,
            Self::Pictures => 1,
        }
    }

    /// How long a job may take: no longer keeps it its place from others.
    pub(super) const fn deadline(self) -> Duration {
        match self {
            Self::Mails | Self::Checks => Duration::from_mins(1),
            Self::Pictures => Duration::from_mins(3),
        }
    }

    /// The only kind of job in the lane; none where it has all that others don't have.
    pub(super) const fn only(self) -> Option<&'static str> {
        match self {
            Self::Mails => None,
            Self::Checks => Some(COMMENT_CHECK),
            Self::Pictures => Some(RENDITIONS),
        }
    }
}

/// What there is to do. A new kind is a variant, its name, and how it is done.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Job {
    /// A mail to somebody about their account.
    AccountMail(AccountMail),
    /// A mail to somebody who subscribed to the newsletter, or whose address was entered there.
    NewsletterMail(NewsletterMail),
    /// A mail about comments.
    CommentMail(CommentMail),
    /// A question to whoever checks comments.
    CommentCheck(CommentCheck),
    /// Renditions of a picture.
    Renditions(RenditionJob),
    /// Taking what was erased out of the database's files.
    Scrub(Scrub),
    /// What dies of itself, to see who survives it.
    #[cfg(test)]
    Panic,
    /// What never ends, to see who waits for it.
    #[cfg(test)]
    Endless,
}

/// Why a job was not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It may work later.
    Later(String),
    /// It never will.
    Never(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Later(error.to_string())
    }
}

impl Job {
    /// Its name in the log and in the database.
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

    /// Does it.
    pub(super) async fn run(self, app: &App, id: TaskId) -> Result<(), Failure> {
        match self {
            Self::AccountMail(mail) => mail.deliver(app, id).await,
            Self::NewsletterMail(mail) => mail.deliver(app, id).await,
            Self::CommentMail(mail) => mail.deliver(app, id).await,
            Self::CommentCheck(check) => check.deliver(app, id).await,
            Self::Renditions(renditions) => renditions.deliver(app).await,
            Self::Scrub(scrub) => scrub.deliver(app, id).await,
            #[cfg(test)]
            Self::Panic => panic!("as it was asked to"),
            #[cfg(test)]
            Self::Endless => std::future::pending().await,
        }
    }
}

/// A job as it is stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs)]
pub(crate) struct Task {
    pub(super) id: TaskId,
    pub(super) kind: String,
    pub(super) sealed: String,
    /// How often it has been taken up; whoever took it up knows by this that it is still theirs.
    pub(super) attempts: i32,
    /// None where it was given up.
    pub(super) due_at: Option<Timestamp>,
    pub(super) last_error: Option<String>,
    pub(super) created_at: Timestamp,
}

impl Task {
    /// A job that is asked for now, and due then.
    pub(super) fn new(kind: &str, sealed: String, (now, due): (Timestamp, Timestamp)) -> Self {
        Self { id: Id::new(now), kind: kind.to_owned(), sealed, attempts: 0, due_at: Some(due), last_error: None, created_at: now }
    }

    /// What is to be done.
    pub(super) fn job(&self, app: &App) -> Result<Job, Failure> {
        let plain = app.secrets.unseal(SEAL, &self.sealed);
        let plain = plain.ok_or_else(|| Failure::Never("it was sealed with another secret key".into()))?;
        // A newer program may know the kind.
        serde_json::from_slice(&plain).map_err(|error| Failure::Later(format!("it can't be read: {error}")))
    }

    /// When it is tried again after a failure; never where patience has ended.
    pub(super) fn next_try(&self, now: Timestamp) -> Option<Timestamp> {
        if now.millis().abs_diff(self.created_at.millis()) > (PATIENCE * 1000).unsigned_abs() {
            return None;
        }
        let doublings = u32::try_from(self.attempts - 1).unwrap_or_default().min(20);
        let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
        // Three to five quarters of it, so that what failed together does not come again together.
        let share = i64::from(u16::from_be_bytes(random::<2>())) * wait * 500 / 65_536;
        Some(Timestamp::from_millis(now.millis().saturating_add(wait * 750 + share)))
    }
}
