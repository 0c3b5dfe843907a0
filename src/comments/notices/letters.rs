//! What the letters say.

use super::tokens;
use crate::app::App;
use crate::comments::comment::Comment;
use crate::mail::Letter;

/// The site's page that refuses further mails.
const REFUSAL_PAGE: &str = "/comments/unsubscribe";
/// As much of a comment is told of in a digest, in characters.
const EXCERPT: usize = 120;

/// For somebody whose comments were answered; `articles` are headlines, the number of replies and addresses.
///
/// Nobody has confirmed whose address it is: no word of whoever wrote may become a stranger's mail.
pub(super) fn replies(app: &App, site: String, to: &str, articles: Vec<(String, usize, String)>) -> Letter {
    let mut paragraphs = vec![format!("There are new replies to comments that were written on {site} with this address:")];
    for (title, count, address) in articles {
        let replies = if count == 1 { "1 reply".to_owned() } else { format!("{count} replies") };
        paragraphs.push(format!("{title} ({replies})"));
        paragraphs.push(address);
    }
    let token = tokens::refusal(app, to);
    paragraphs.push("To get no more mails of this kind:".into());
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

/// For somebody who looks after comments.
pub(super) fn digest(site: String, (name, to): (String, String), waiting: i64, newest: &[(Comment, String)]) -> Letter {
    let subject = if waiting == 1 { "1 comment waits".to_owned() } else { format!("{waiting} comments wait") };
    let mut paragraphs = vec![format!("{subject} for approval. The newest:")];
    paragraphs.extend(newest.iter().map(|(comment, title)| format!("{title}: {}", excerpt(&comment.text))));
    paragraphs.push("You get this once an hour at most, because you asked for it at the desk, and can end it there.".into());
    Letter { to, name: Some(name), site, subject, paragraphs, unsubscribe: None }
}

/// The beginning of a text, without what mail programs would make links of.
fn excerpt(text: &str) -> String {
    let plain = text.replace("://", " ").replace('@', " at ");
    let line = crate::db::clean_line(&plain);
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("“{}…”", line.get(..end).unwrap_or_default()),
        None => format!("“{line}”"),
    }
}
