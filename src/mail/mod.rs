//! Email: plain-text messages that are sent through a mail server or, if none is configured, written to a folder.
//!
//! Invariants: only jobs send emails, never requests. No name or subject can inject a header. Every attempt to send an email has the same
//! `Message-ID`. Links are built from settings.

mod folder;
mod letter;
mod mailer;

pub(crate) use letter::Letter;
pub(crate) use mailer::Mailer;

use crate::db::Conn;
use crate::error::Result;
use crate::site;

/// The name of the site, as emails show it.
pub(crate) fn site_name(conn: &mut Conn) -> Result<String> {
    Ok(site::settings(conn)?.name)
}
