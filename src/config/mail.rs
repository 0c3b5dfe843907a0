//! Settings of outgoing email, and the parsers of their values.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// Settings of outgoing email.
#[derive(Clone)]
pub struct MailConfig {
    /// The mail server; without one, emails are written into the folder.
    pub(crate) smtp: Option<SmtpConfig>,
    pub(crate) folder: PathBuf,
    /// The sender. Without a display name, the site's name is used.
    pub(crate) from: Mailbox,
    /// A file with the certificates (PEM) of further authorities that are trusted for the mail server, besides those of the system.
    pub(crate) authorities: Option<PathBuf>,
    /// The time limit for sending one email.
    pub(crate) deadline: Duration,
}

/// A mail server. It does not implement `Debug`, so that no log ever shows the password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SmtpConfig {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    pub(crate) credentials: Option<(String, String)>,
}

/// The encryption of the connection to a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// No encryption.
    None,
    /// STARTTLS if the server offers it.
    WhenOffered,
    /// STARTTLS is required.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

impl SmtpConfig {
    /// Parses an `SMTP_URL`; the error lists the accepted forms.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let forms = || "must be smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT".to_owned();
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps")).ok_or_else(forms)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(forms)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(forms());
        }
        let decode = |text: &str| percent_decode_str(text).decode_utf8().map(Cow::into_owned).map_err(|_| forms());
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => Some((decode(user)?, decode(password)?)),
            _ => return Err("must have USER and PASSWORD together (write characters other than letters and digits as %XX)".into()),
        };
        let near = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        let encryption = match (url.scheme(), url.query()) {
            ("smtps", None) => Encryption::Tls,
            ("smtp", Some("tls=none")) => Encryption::None,
            ("smtp", Some("tls=required")) => Encryption::StartTls,
            ("smtp", None) if near => Encryption::None,
            // A password is never sent unencrypted, unless the setting requests it explicitly.
            ("smtp", None) if credentials.is_some() => Encryption::StartTls,
            ("smtp", None | Some("tls=opportunistic")) => Encryption::WhenOffered,
            _ => return Err("may end in ?tls=required, ?tls=opportunistic or ?tls=none if it begins with smtp://".into()),
        };
        let usual = match encryption {
            Encryption::Tls => 465,
            _ if credentials.is_some() => 587,
            _ => 25,
        };
        Ok(Self { host, port: url.port().unwrap_or(usual), encryption, credentials })
    }
}

/// Parses a `MAIL_FROM`; if it is empty, returns an email address at the site's host.
pub(super) fn sender(text: &str, site_url: &str) -> Result<Mailbox, String> {
    if !text.is_empty() {
        let fits = |mailbox: &Mailbox| !text.chars().any(char::is_control) && mailbox.email.user().is_ascii();
        return text
            .parse()
            .ok()
            .filter(fits)
            .ok_or_else(|| "must be an email address, or a name and an email address: Mara <mara@example.org>".into());
    }
    let site = Url::parse(site_url).ok();
    let host = match site.as_ref().and_then(Url::host) {
        Some(Host::Domain(host)) => host.strip_prefix("www.").unwrap_or(host),
        _ => "localhost",
    };
    Address::new("noreply", host).map(|address| Mailbox::new(None, address)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, u16, Encryption, Option<(String, String)>) {
        let SmtpConfig { host, port, encryption, credentials } = SmtpConfig::parse(text).unwrap();
        (host, port, encryption, credentials)
    }

    #[test]
    fn passwords_are_sent_over_tls_alone_unless_somebody_says_otherwise() {
        let somebody = || Some(("mara@example.org".to_owned(), "a:b/c@d e+f".to_owned()));
        let credentials = "mara%40example.org:a%3Ab%2Fc%40d%20e+f";
        assert_eq!(parsed("smtp://mx.example"), ("mx.example".into(), 25, Encryption::WhenOffered, None));
        assert_eq!(parsed("smtp://mx.example:2525?tls=required"), ("mx.example".into(), 2525, Encryption::StartTls, None));
        assert_eq!(parsed(&format!("smtp://{credentials}@mx.example")), ("mx.example".into(), 587, Encryption::StartTls, somebody()));
        assert_eq!(parsed(&format!("smtps://{credentials}@mx.example")), ("mx.example".into(), 465, Encryption::Tls, somebody()));
        assert_eq!(parsed("smtp://[::1]:25"), ("::1".into(), 25, Encryption::None, None));
        assert_eq!(parsed("smtp://localhost"), ("localhost".into(), 25, Encryption::None, None));
        assert_eq!(parsed(&format!("smtp://{credentials}@mx.example?tls=none")).2, Encryption::None);
    }

    #[test]
    fn what_is_no_mail_server_is_refused() {
        for text in [
            "mx.example",
            "http://mx.example",
            "smtp://",
            "smtp://mara@mx.example",
            "smtp://:secret@mx.example",
            "smtp://mx.example/path",
            "smtp://mx.example?tls=maybe",
            "smtps://mx.example?tls=none",
            "smtp://mx.example?x=1",
        ] {
            assert!(SmtpConfig::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn mails_come_from_the_site() {
        let from = |text: &str, site: &str| sender(text, site).map(|from| from.to_string());
        assert_eq!(from("", "https://www.news.example/de").unwrap(), "noreply@news.example");
        assert_eq!(from("", "http://localhost:3000").unwrap(), "noreply@localhost");
        assert_eq!(from("", "http://127.0.0.1:3000").unwrap(), "noreply@localhost");
        assert_eq!(from("The Desk <desk@news.example>", "https://a.example").unwrap(), "The Desk <desk@news.example>");
        assert!(from("The Desk", "https://a.example").is_err());
        assert!(from("a@b.example\r\nBcc: c@d.example", "https://a.example").is_err());
    }
}
