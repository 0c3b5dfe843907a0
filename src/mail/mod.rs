//! Mail: plain-text letters that leave through a mail server or, where there is none, into a folder.
//!
//! Invariants: mails leave from jobs only, never from a request; nothing in a name or a subject can become a header; what
//! is sent twice carries one `Message-ID`; links are made of settings.

mod folder;
mod letter;
mod mailer;

pub(crate) use letter::Letter;
pub(crate) use mailer::Mailer;

use crate::db::Conn;
use crate::error::Result;
use crate::site;

/// What the site is called, as mails say it.
pub(crate) fn site_name(conn: &mut Conn) -> Result<String> {
    Ok(site::settings(conn)?.name)
}
