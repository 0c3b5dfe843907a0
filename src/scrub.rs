//! Scrubbing: what was erased or deleted leaves the files of the database, and answers that were kept of it are forgotten.
//!
//! Invariants: whatever erases rows for a person's sake asks for a scrub in its own transaction, as a job, so that a crash loses none;
//! a scrub holds back no reader, and a writer only for as long as writing the log into the file takes.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::articles::ArticleId;
use crate::comments;
use crate::db::Conn;
use crate::error::Result;
use crate::http::{KeptOf, forget_answers_of_the_gone};
use crate::jobs::{self, Failure, Job, TaskId};
use crate::schema::{articles, users};
use crate::users::UserId;

/// What was erased, and so which tables PostgreSQL has to clean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scrub {
    /// Comments, one or all of a person's.
    Comments,
    /// All that is known of a person: comments, subscription, account.
    People,
    /// An article, with its revisions.
    Articles,
}

impl Scrub {
    /// The name of the job.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Comments => "scrub_comments",
            Self::People => "scrub_people",
            Self::Articles => "scrub_articles",
        }
    }

    /// The tables that rows were taken out of, kept answers and jobs among them.
    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Comments => &["comments", "comment_reports", "comment_votes", "comment_notices", "idempotency_keys", "jobs"],
            Self::People => &[
                "comments",
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
                "comment_reports",
                "idempotency_keys",
                "jobs",
            ],
        }
    }

    /// Does it; a file that others are reading is tried again later.
    pub(crate) async fn deliver(self, app: &App, job: TaskId) -> std::result::Result<(), Failure> {
        // What was asked for until now is done with this one.
        app.db.write(move |conn| jobs::forget_unstarted(conn, self.kind(), job)).await?;
        forget_answers_of_the_gone(app, gone).await?;
        app.db.scrub(self.tables()).await?;
        Ok(())
    }
}

/// Asks for a scrub, in the transaction that erases.
pub(crate) fn ask(app: &App, conn: &mut Conn, what: Scrub) -> Result<()> {
    jobs::enqueue(app, conn, &Job::Scrub(what))
}

/// Which of the things that answers were kept of are gone.
fn gone(conn: &mut Conn, kept: &[KeptOf]) -> Result<Vec<bool>> {
    kept.iter().map(|kept| is_gone(conn, kept)).collect()
}

fn is_gone(conn: &mut Conn, kept: &KeptOf) -> Result<bool> {
    Ok(match kept {
        KeptOf::Comment(id) => match id.parse() {
            Ok(id) => !comments::gone(conn, &[id])?.is_empty(),
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
    })
}
