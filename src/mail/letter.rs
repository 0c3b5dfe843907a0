//! A letter, and the message that it becomes (RFC 5322).

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::{Address, Message};

use crate::db::Timestamp;

/// A letter to one person.
pub(crate) struct Letter {
    /// The address that it goes to.
    pub(crate) to: String,
    /// The person's name, where it is known.
    pub(crate) name: Option<String>,
    /// What the site is called.
    pub(crate) site: String,
    /// What it is about.
    pub(crate) subject: String,
    /// What it says, in paragraphs.
    pub(crate) paragraphs: Vec<String>,
}

impl Letter {
    /// The message, under a name that it will have however often it is sent; the error says why it can be none.
    pub(super) fn message(&self, from: &Mailbox, id: &str, now: Timestamp) -> Result<Message, String> {
        let to: Address = self.to.parse().map_err(|error| format!("the address can't be mailed to: {error}"))?;
        let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.millis()).unwrap_or_default());
        let sender = from.name.clone().unwrap_or_else(|| line(&self.site));
        Message::builder()
            .from(Mailbox::new(Some(sender), from.email.clone()))
            .to(Mailbox::new(self.name.as_deref().map(line), to))
            .subject(line(&self.subject))
            .date(date)
            .message_id(Some(format!("<{id}@{}>", from.email.domain())))
            // RFC 3834: nobody's holiday notice should answer it.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .singlepart(SinglePart::plain(self.text()))
            .map_err(|error| format!("the mail can't be written: {error}"))
    }

    fn text(&self) -> String {
        let paragraphs = self.paragraphs.iter().map(|paragraph| line(paragraph));
        let signature = format!("-- \r\n{}\r\n", line(&self.site));
        paragraphs.chain([signature]).collect::<Vec<_>>().join("\r\n\r\n")
    }
}

/// A text as one line, whatever was in it.
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
        };
        let from = "noreply@news.example".parse().unwrap();
        let message = letter.message(&from, "the-job", Timestamp::from_millis(1_773_480_413_589)).unwrap();
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
