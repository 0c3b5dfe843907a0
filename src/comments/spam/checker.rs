//! The external checker: a server that is asked for a verdict on guests' comments (`COMMENT_CHECK_URL`).
//!
//! A job asks the checker, outside of any transaction; the comment is pending until the response. If the checker does not
//! respond within two seconds, a moderator must decide. The request contains the article's card, the comment as
//! readers would see it, its Markdown and its spam score, but no email address, IP address or user agent.

use std::time::Duration;

use bytes::Bytes;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use super::super::notices;
use super::super::queries;
use super::super::visibility::{apply, record_event};
use super::score::SpamSignal;
use crate::app::App;
use crate::comments::comment::{Comment, CommentId, CommentStatus};
use crate::config::CheckConfig;
use crate::db::Conn;
use crate::error::Result;
use crate::events::EventKind;
use crate::jobs::{Failure, TaskId};
use crate::secrets::hex;

/// The timeout of a request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// The maximum size of a response, in bytes.
const MAX_RESPONSE_SIZE: usize = 16 * 1024;

/// A job to check a comment.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct CommentCheck {
    /// The id of the comment.
    pub(in crate::comments) comment: CommentId,
    /// The version of the comment when the check was queued.
    pub(in crate::comments) version: i32,
    /// Whether to publish the comment if the verdict is `ok`.
    pub(in crate::comments) shows: bool,
}

/// The checker's verdict.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// The comment is fine.
    Ok,
    /// A moderator should decide.
    Wait,
    /// The comment is spam.
    Spam,
}

/// The checker's response; other members are ignored.
#[derive(Deserialize)]
struct Opinion {
    verdict: Verdict,
}

impl CommentCheck {
    /// Asks the checker and applies its verdict.
    pub(crate) async fn deliver(self, app: &App, job: TaskId) -> std::result::Result<(), Failure> {
        let Some(config) = &app.config.comment_check else { return Ok(()) };
        let Some(question) = app.db.read(move |conn| self.question(conn)).await? else { return Ok(()) };
        let verdict = match ask(app, config, job, &question).await {
            Ok(verdict) => verdict,
            Err(why) => {
                tracing::warn!(why, comment = %self.comment, "the comment checker gave no verdict; the comment waits for a moderator");
                Verdict::Wait
            }
        };
        app.write(move |app, conn| self.settle(app, conn, verdict)).await?;
        Ok(())
    }

    /// Returns the comment, if it is still pending and unchanged.
    fn waiting(self, conn: &mut Conn) -> Result<Option<Comment>> {
        let found = queries::look_up(conn, self.comment)?;
        Ok(found.filter(|comment| comment.status == CommentStatus::Pending && comment.version == self.version))
    }

    fn question(self, conn: &mut Conn) -> Result<Option<Value>> {
        let Some(comment) = self.waiting(conn)? else { return Ok(None) };
        let record = queries::record(conn, comment.id)?;
        let article = queries::article_cards(conn, &[comment.article_id])?.remove(&comment.article_id);
        Ok(Some(json!({
            "article": article,
            "comment": {
                "id": comment.id,
                "parent_id": comment.parent_id,
                "author_name": comment.author_name,
                "author_url": comment.author_url,
                "markdown": comment.markdown,
                "text": comment.text,
                "created_at": comment.created_at,
                "spam_score": record.spam_score,
                "spam_signs": record.spam_signs.0,
            },
        })))
    }

    fn settle(self, app: &App, conn: &mut Conn, verdict: Verdict) -> Result<()> {
        queries::lock_thread(conn, &self.comment.to_string())?;
        let Some(mut comment) = self.waiting(conn)? else { return Ok(()) };
        let status = match verdict {
            Verdict::Ok if self.shows => CommentStatus::Approved,
            Verdict::Ok | Verdict::Wait => return notices::notify_moderators(app, conn),
            Verdict::Spam => {
                let mut record = queries::record(conn, comment.id)?;
                record.spam_signs.0.push(SpamSignal::Checker);
                record.spam_score = SpamSignal::Checker.points();
                queries::update_score(conn, &record)?;
                CommentStatus::Spam
            }
        };
        comment.version += 1;
        let touched = apply(app, conn, &mut comment, status)?;
        record_event(app, conn, None, &comment, EventKind::CommentChecked, touched)
    }
}

/// Asks the checker. The error is a text for the log.
async fn ask(app: &App, config: &CheckConfig, job: TaskId, question: &Value) -> std::result::Result<Verdict, String> {
    let body = question.to_string();
    let timestamp = app.now().millis().div_euclid(1000).to_string();
    let headers = [
        ("masthead-request", job.to_string()),
        ("masthead-timestamp", timestamp.clone()),
        ("masthead-signature", format!("v1={}", signature(&config.secret, &timestamp, &body)?)),
    ];
    let outbound = app.outbound.as_ref().ok_or("the comment checker is not configured")?;
    let reply = outbound.post_json(&config.url, &headers, Bytes::from(body), (REQUEST_TIMEOUT, MAX_RESPONSE_SIZE)).await?;
    if reply.status != 200 {
        return Err(format!("the comment checker responded {}", reply.status));
    }
    let opinion: Opinion =
        serde_json::from_slice(&reply.body).map_err(|error| format!("the response of the comment checker cannot be read: {error}"))?;
    Ok(opinion.verdict)
}

/// Signs a request: HMAC-SHA-256 over the timestamp, a full stop and the body, in hexadecimal.
fn signature(secret: &str, timestamp: &str, body: &str) -> std::result::Result<String, String> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    Ok(hex(&mac.finalize().into_bytes()))
}
