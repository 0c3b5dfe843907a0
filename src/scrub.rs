//! Scrubbing: removes erased and deleted content from the files of the database, and deletes stored responses that contain it.
//!
//! Invariants: code that erases personal data enqueues the scrub as a job in the same transaction, so that a crash loses no scrub.
//! A scrub never blocks readers, and blocks writers only while SQLite finishes its checkpoint.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::articles::ArticleId;
use crate::authors::AuthorId;
use crate::comments;
use crate::db::{Conn, Id};
use crate::error::Result;
use crate::http::{KeptOf, delete_responses_of_deleted};
use crate::images::ImageId;
use crate::jobs::{self, Failure, Job, TaskId};
use crate::schema::{articles, authors, images, invitations, users};
use crate::users::{Invitation, UserId};

/// The kind of content that was erased; it decides which tables PostgreSQL vacuums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scrub {
    /// Comments: a single one or all comments of a person.
    Comments,
    /// Everything about a person: comments, subscription and account.
    People,
    /// An article with its revisions.
    Articles,
    /// An image with its texts.
    Images,
}

impl Scrub {
    /// The name of the job.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Comments => "scrub_comments",
            Self::People => "scrub_people",
            Self::Articles => "scrub_articles",
            Self::Images => "scrub_images",
        }
    }

    /// The tables that lost rows, including the tables of stored responses and jobs.
    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Comments => {
                &["comments", "comment_moderation", "comment_reports", "comment_votes", "comment_notices", "idempotency_keys", "jobs"]
            }
            Self::People => &[
                "comments",
                "comment_moderation",
                "comment_reports",
                "comment_votes",
                "comment_notices",
                "comment_bans",
                "subscribers",
                "subscriptions",
                "newsletter_mails",
                "users",
                "sessions",
                "mail_tokens",
                "invitations",
                "authors",
                "idempotency_keys",
                "jobs",
            ],
            Self::Articles => &[
                "articles",
                "article_texts",
                "revisions",
                "publications",
                "publication_texts",
                "comments",
                "comment_moderation",
                "comment_reports",
                "idempotency_keys",
                "jobs",
            ],
            Self::Images => &["images", "idempotency_keys", "jobs"],
        }
    }

    /// Runs the scrub. If other connections block it, the job is retried later.
    pub(crate) async fn deliver(self, app: &App, job: TaskId) -> std::result::Result<(), Failure> {
        // This run also covers all scrubs of the same kind that were enqueued before it.
        app.db.write(move |conn| jobs::forget_unstarted(conn, self.kind(), job)).await?;
        let forgotten = delete_responses_of_deleted(app, are_deleted).await;
        // The files are cleaned even if a response could not be deleted.
        app.db.scrub(self.tables()).await?;
        Ok(forgotten?)
    }
}

/// Enqueues a scrub in the transaction that erases the content.
pub(crate) fn ask(app: &App, conn: &mut Conn, what: Scrub) -> Result<()> {
    jobs::enqueue(app, conn, &Job::Scrub(what))
}

/// Returns, for each subject of a stored response, whether it has been deleted.
fn are_deleted(conn: &mut Conn, kept: &[KeptOf]) -> Result<Vec<bool>> {
    kept.iter().map(|kept| is_deleted(conn, kept)).collect()
}

fn is_deleted(conn: &mut Conn, kept: &KeptOf) -> Result<bool> {
    Ok(match kept {
        KeptOf::Comment(id) => match id.parse() {
            Ok(id) => !comments::deleted(conn, &[id])?.is_empty(),
            Err(_) => false,
        },
        KeptOf::Article(id) => match id.parse::<ArticleId>() {
            Ok(id) => articles::table.filter(articles::id.eq(id)).count().get_result::<i64>(conn)? == 0,
            Err(_) => false,
        },
        KeptOf::Account(id) => match id.parse::<UserId>() {
            Ok(id) => users::table.filter(users::id.eq(id)).count().get_result::<i64>(conn)? == 0,
            Err(_) => false,
        },
        KeptOf::Invitation(id) => match id.parse::<Id<Invitation>>() {
            Ok(id) => invitations::table.filter(invitations::id.eq(id)).count().get_result::<i64>(conn)? == 0,
            Err(_) => false,
        },
        KeptOf::Ban(id) => comments::is_ban_deleted(conn, id)?,
        KeptOf::Author(id) => match id.parse::<AuthorId>() {
            Ok(id) => authors::table.filter(authors::id.eq(id)).count().get_result::<i64>(conn)? == 0,
            Err(_) => false,
        },
        KeptOf::Image(id) => match id.parse::<ImageId>() {
            Ok(id) => images::table.filter(images::id.eq(id)).count().get_result::<i64>(conn)? == 0,
            Err(_) => false,
        },
    })
}
