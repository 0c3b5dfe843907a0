//! Emails about comments, sent as jobs. Each email is composed when it is sent.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::letters::{Reported, ReportedComment};
use super::operations::{MIN_MAIL_INTERVAL, lock_notices};
use super::{letters, queries, tokens};
use crate::app::App;
use crate::articles::{self, ArticleId};
use crate::comments::comment::Comment;
use crate::db::{Conn, Id};
use crate::error::Result;
use crate::jobs::{self, Failure, Job, TaskId};
use crate::mail::{self, Letter};
use crate::users::User;

/// The maximum number of articles in an email about replies.
const ARTICLES: usize = 10;
/// The maximum number of new and of reported comments in a digest.
const MAX_DIGEST_COMMENTS: i64 = 5;

/// An email about comments.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CommentMail {
    /// Replies, for an author who asked for notices.
    Replies {
        /// The email address.
        email: String,
    },
    /// The digest, for a moderator.
    Digest(Id<User>),
}

impl CommentMail {
    /// Composes the email, if there is still a reason for it, and sends it.
    pub(crate) async fn deliver(self, app: &App, job: TaskId) -> std::result::Result<(), Failure> {
        if let Some(letter) = app.write(move |app, conn| self.clone().write(app, conn, job)).await? {
            app.mailer.send(job, &letter, app.now()).await?;
        }
        Ok(())
    }

    fn write(self, app: &App, conn: &mut Conn, job: TaskId) -> Result<Option<Letter>> {
        match self {
            Self::Replies { email } => replies(app, conn, job, email),
            Self::Digest(user) => digest(app, conn, user),
        }
    }
}

/// Composes an email about replies. Its id is the job's id, so that a retry contains the same replies.
fn replies(app: &App, conn: &mut Conn, job: TaskId, email: String) -> Result<Option<Letter>> {
    let (now, mail_id) = (app.now(), job.to_string());
    lock_notices(conn)?;
    if queries::has_refused(conn, &tokens::address_hash(app, &email))? {
        queries::take(conn, &email, &mail_id, now)?;
        return Ok(None);
    }
    let next = queries::last_mailed(conn, &email, &mail_id)?.map(|last| last.plus_seconds(MIN_MAIL_INTERVAL));
    if let Some(due) = next.filter(|due| *due > now && *due <= now.plus_seconds(MIN_MAIL_INTERVAL)) {
        jobs::enqueue_at(app, conn, &Job::CommentMail(CommentMail::Replies { email }), due)?;
        return Ok(None);
    }
    queries::take(conn, &email, &mail_id, now)?;
    let mut counts: BTreeMap<ArticleId, usize> = BTreeMap::new();
    for article in queries::of_mail(conn, &mail_id)? {
        *counts.entry(article).or_default() += 1;
    }
    let ids: Vec<ArticleId> = counts.keys().rev().take(ARTICLES).copied().collect();
    let mut cards = articles::cards(app, conn, &ids)?;
    let counted = |id: &ArticleId| Some((cards.remove(id)?, counts.get(id).copied().unwrap_or_default()));
    let told: Vec<_> = ids.iter().filter_map(counted).map(|(card, count)| (card.title, count, card.url)).collect();
    if told.is_empty() {
        return Ok(None);
    }
    let site = mail::site_name(conn)?;
    Ok(Some(letters::replies(app, site, &email, told)))
}

fn digest(app: &App, conn: &mut Conn, user: Id<User>) -> Result<Option<Letter>> {
    let Some(digest) = queries::digest(conn, user)? else { return Ok(None) };
    let (waiting, reported) = (queries::count_waiting(conn)?, queries::count_reported(conn)?);
    let to = queries::recipient(conn, user)?;
    let (Some((name, to)), true) = (to, waiting > 0 || reported > 0) else {
        queries::settle_digest(conn, user, digest.sent_at)?;
        return Ok(None);
    };
    queries::settle_digest(conn, user, Some(app.now()))?;
    let newest = queries::newest_waiting(conn, MAX_DIGEST_COMMENTS)?;
    let reported = Reported { count: reported, most: most_reported(app, conn)? };
    Ok(Some(letters::digest(mail::site_name(conn)?, name, to, waiting, &newest, &reported)))
}

/// Returns the comments with the most reports, and their URLs on the site.
fn most_reported(app: &App, conn: &mut Conn) -> Result<Vec<ReportedComment>> {
    let comments = queries::most_reported(conn, MAX_DIGEST_COMMENTS)?;
    let articles: BTreeSet<ArticleId> = comments.iter().map(|comment| comment.article_id).collect();
    let cards = articles::cards(app, conn, &articles.into_iter().collect::<Vec<_>>())?;
    let told = |comment: Comment| {
        let card = cards.get(&comment.article_id)?;
        let url = format!("{}#comment-{}", card.url, comment.id);
        Some(ReportedComment { title: card.title.clone(), url, comment })
    };
    Ok(comments.into_iter().filter_map(told).collect())
}
