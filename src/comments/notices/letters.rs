//! The texts of the emails about replies, and of the digests for moderators.

use super::tokens;
use crate::app::App;
use crate::comments::comment::Comment;
use crate::mail::Letter;

/// The site's page to end emails about replies.
pub(super) const REFUSAL_PAGE: &str = "/comments/unsubscribe";
/// The maximum length of an excerpt in a digest, in characters.
const EXCERPT: usize = 120;

/// Composes the email about replies. `articles` holds headlines, numbers of replies and URLs.
///
/// The email address is not confirmed, so the email must not contain text of the replies' authors.
pub(super) fn replies(app: &App, site: String, to: &str, articles: Vec<(String, usize, String)>) -> Letter {
    let mut paragraphs = vec![format!("There are new replies to comments that were written on {site} with this email address:")];
    for (title, count, address) in articles {
        let replies = if count == 1 { "1 reply".to_owned() } else { format!("{count} replies") };
        paragraphs.push(format!("{title} ({replies})"));
        paragraphs.push(address);
    }
    let token = tokens::refusal(app, to);
    paragraphs.push("To unsubscribe from emails about replies:".into());
    paragraphs.push(format!("{}{REFUSAL_PAGE}?token={token}", app.config.links.site_url));
    Letter {
        to: to.to_owned(),
        name: None,
        site,
        subject: "New replies to your comment".into(),
        paragraphs,
        unsubscribe: Some(format!("{}/api/v1/comments/unsubscriptions?token={token}", app.config.links.api_url)),
    }
}

/// The reported comments in a digest.
pub(super) struct Reported {
    /// The number of reported comments.
    pub(super) count: i64,
    /// The comments with the most reports.
    pub(super) most: Vec<ReportedComment>,
}

/// A reported comment with its article.
pub(super) struct ReportedComment {
    pub(super) title: String,
    /// The URL of the comment on the site.
    pub(super) url: String,
    pub(super) comment: Comment,
}

/// Composes the digest for a moderator.
pub(super) fn digest(site: String, name: String, to: String, waiting: i64, newest: &[(Comment, String)], reported: &Reported) -> Letter {
    let wait = if waiting == 1 { "1 comment waits".to_owned() } else { format!("{waiting} comments wait") };
    let (noun, verb) = if reported.count == 1 { ("comment", "was") } else { ("comments", "were") };
    let was_reported = format!("{} {noun} {verb} reported", reported.count);
    let subject = match (waiting, reported.count) {
        (_, 0) => wait.clone(),
        (0, _) => was_reported.clone(),
        (_, count) => format!("{wait}, {count} {verb} reported"),
    };
    let mut paragraphs = Vec::new();
    if waiting > 0 {
        paragraphs.push(format!("{wait} for approval. The newest:"));
        paragraphs.extend(newest.iter().map(|(comment, title)| format!("{title}: {}", excerpt(&comment.text))));
    }
    if reported.count > 0 {
        paragraphs.push(format!("{was_reported} by readers. The most reported:"));
        paragraphs.extend(reported.most.iter().flat_map(of_reported));
    }
    paragraphs.push(
        "You get this email, at most once an hour, because you subscribed to the comment digest. You can unsubscribe where you moderate \
         comments."
            .into(),
    );
    Letter { to, name: Some(name), site, subject, paragraphs, unsubscribe: None }
}

fn of_reported(reported: &ReportedComment) -> [String; 2] {
    let ReportedComment { title, url, comment } = reported;
    let reports = if comment.reported == 1 { "1 report".to_owned() } else { format!("{} reports", comment.reported) };
    [format!("{title} ({reports}): {}", excerpt(&comment.text)), url.clone()]
}

/// Returns the start of a text, without anything that email programs would turn into links.
fn excerpt(text: &str) -> String {
    let plain = text.replace("://", " ").replace('@', " at ");
    let line = crate::db::clean_line(&plain);
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("“{}…”", line.get(..end).unwrap_or_default()),
        None => format!("“{line}”"),
    }
}
