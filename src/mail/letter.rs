//! An email message (RFC 5322).

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MessageBuilder, SinglePart};
use lettre::{Address, Message};

use crate::db::Timestamp;

/// The width at which lines are wrapped, in characters; a URL is never broken.
const WIDTH: usize = 72;
/// The maximum length of a line, in bytes (RFC 5322, section 2.1.1).
const MAX_LINE_LENGTH: usize = 998;

/// An email to one recipient.
pub(crate) struct Letter {
    /// The recipient's email address.
    pub(crate) to: String,
    /// The recipient's name, if known.
    pub(crate) name: Option<String>,
    /// The name of the site.
    pub(crate) site: String,
    /// The subject.
    pub(crate) subject: String,
    /// The paragraphs of the text.
    pub(crate) paragraphs: Vec<String>,
    /// The URL to which mail programs send a `POST` to unsubscribe (RFC 8058).
    pub(crate) unsubscribe: Option<String>,
}

impl Letter {
    /// Builds the message. `id` becomes the `Message-ID`, which is therefore the same in every attempt. The error says why the
    /// message cannot be built.
    ///
    /// `plainly` is true if the message is written to a file for people, and no mail server has to accept it.
    pub(super) fn message(&self, from: &Mailbox, id: &str, now: Timestamp, plainly: bool) -> Result<Message, String> {
        let to: Address = self.to.parse().map_err(|error| format!("the email address is invalid: {error}"))?;
        let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.millis()).unwrap_or_default());
        let sender = from.name.clone().unwrap_or_else(|| line(&self.site));
        let message = Message::builder()
            .from(Mailbox::new(Some(sender), from.email.clone()))
            .to(Mailbox::new(self.name.as_deref().map(line), to))
            .subject(line(&self.subject))
            .date(date)
            .message_id(Some(format!("<{id}@{}>", from.email.domain())))
            // RFC 3834: automatic responders should not reply to this message.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
        let message = self.unsubscribe_headers().into_iter().fold(message, MessageBuilder::raw_header);
        message
            .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body(self.text(), plainly)))
            .map_err(|error| format!("the email cannot be built: {error}"))
    }

    /// The headers for unsubscribing with one click (RFC 8058).
    fn unsubscribe_headers(&self) -> Vec<HeaderValue> {
        let Some(address) = &self.unsubscribe else { return Vec::new() };
        let header = |name, value: String| HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value);
        vec![
            header(HeaderName::new_from_ascii_str("List-Unsubscribe"), format!("<{}>", line(address))),
            header(HeaderName::new_from_ascii_str("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click".to_owned()),
        ]
    }

    fn text(&self) -> String {
        let paragraphs = self.paragraphs.iter().map(|paragraph| wrapped(&line(paragraph)));
        let signature = format!("-- \r\n{}", line(&self.site));
        paragraphs.chain([signature]).collect::<Vec<_>>().join("\r\n\r\n")
    }
}

/// Leaves the text unencoded if possible, so that links in the file of an email stay whole.
fn body(text: String, plainly: bool) -> Body {
    let fits = text.lines().all(|line| line.len() <= MAX_LINE_LENGTH);
    if fits && text.is_ascii() {
        Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit)
    } else if fits && plainly {
        Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::EightBit)
    } else {
        Body::new(text)
    }
}

fn wrapped(paragraph: &str) -> String {
    let mut text = String::new();
    let mut width = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        let separator = match width {
            0 => "",
            width if width + 1 + length > WIDTH => "\r\n",
            _ => " ",
        };
        width = if separator == " " { width + 1 + length } else { length };
        text.push_str(separator);
        text.push_str(word);
    }
    text
}

/// Puts a text on one line: control characters and line separators become spaces.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(name: &str, site: &str, subject: &str) -> String {
        let letter = Letter {
            to: "mara@example.org".into(),
            name: Some(name.into()),
            site: site.into(),
            subject: subject.into(),
            paragraphs: vec!["Hello.".into(), "https://news.example/x?token=0123456789abcdef".into()],
            unsubscribe: None,
        };
        let from = "noreply@news.example".parse().unwrap();
        let message = letter.message(&from, "the-job", Timestamp::from_millis(1_773_480_413_589), false).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn a_letter_has_what_mail_programs_look_for() {
        let text = formatted("Mara Lind", "The Masthead", "Reset your password");
        for header in [
            "From: \"The Masthead\" <noreply@news.example>\r\n",
            "To: \"Mara Lind\" <mara@example.org>\r\n",
            "Subject: Reset your password\r\n",
            "Date: Sat, 14 Mar 2026 09:26:53 +0000\r\n",
            "Message-ID: <the-job@news.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "MIME-Version: 1.0\r\n",
        ] {
            assert!(text.contains(header), "no {header:?} in {text}");
        }
        assert!(text.ends_with("https://news.example/x?token=0123456789abcdef\r\n\r\n-- \r\nThe Masthead\r\n"), "{text}");
    }

    #[test]
    fn links_stay_whole_in_what_people_look_at() {
        let link = format!("https://news.example/{}?token={}", "a-long-way/".repeat(9), "0123456789abcdef".repeat(4));
        for (said, plainly, whole) in [("Hello", false, true), ("Grüße", true, true), ("Grüße", false, false)] {
            let paragraphs = vec![format!("{said} {}", "and more ".repeat(30)), link.clone()];
            let [to, site, subject] = ["mara@example.org".to_owned(), "Site".to_owned(), "Subject".to_owned()];
            let letter = Letter { to, name: None, site, subject, paragraphs, unsubscribe: None };
            let from = "noreply@news.example".parse().unwrap();
            let message = letter.message(&from, "the-job", Timestamp::from_millis(0), plainly).unwrap().formatted();
            let parsed = mail_parser::MessageParser::default().parse(&message).unwrap();
            assert!(parsed.body_text(0).unwrap().lines().any(|line| line == link), "{said}");
            assert_eq!(String::from_utf8(message.clone()).unwrap().lines().any(|line| line == link), whole, "{said}");
        }
    }

    #[test]
    fn no_name_becomes_a_header() {
        for name in [
            "Mara\r\nBcc: all@example.org",
            "Mara\nBcc: all@example.org",
            "Mara\rBcc: all@example.org",
            "Mara\u{2028}Bcc: all@example.org",
            "\"Mara\" <other@example.org>, \"",
            "Mara >, <other@example.org",
            "=?utf-8?q?Mara=0D=0ABcc:_all@example.org?=",
            "Zoë\r\nBcc: all@example.org",
            &"Mara ".repeat(40),
        ] {
            let text = formatted(name, name, name);
            let head = text.split("\r\n\r\n").next().unwrap();
            assert!(!head.contains("\r\nBcc") && !head.contains("\nBcc"), "{head}");
            let parsed = mail_parser::MessageParser::default().parse(text.as_bytes()).unwrap();
            let to: Vec<_> = parsed.to().unwrap().iter().map(|one| one.address.as_deref()).collect();
            assert_eq!(to, [Some("mara@example.org")], "{head}");
            assert!(parsed.bcc().is_none(), "{head}");
        }
    }
}
