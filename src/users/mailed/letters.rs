//! What the letters say. Every link leads to a page of the readers' site, which sends the token with a `POST`.

use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::mail::{self, Letter};

/// The site's page that takes a new password.
const RESET_PAGE: &str = "/reset-password";
/// The site's page that takes up an invitation.
const INVITATION_PAGE: &str = "/accept-invitation";
/// The site's page that confirms an address.
const CONFIRMATION_PAGE: &str = "/confirm-email";

/// Whom a letter goes to.
pub(super) struct Reader<'a> {
    pub(super) email: &'a str,
    pub(super) name: &'a str,
}

/// The way to a new password.
pub(super) fn password_reset(app: &App, conn: &mut Conn, to: &Reader<'_>, token: &str) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!("Somebody asked for a new password for your account at {site}. If it was you, choose one here within the hour:"),
        link(app, RESET_PAGE, token),
        "If it was not you, do nothing: your password stays as it is, and nobody has seen it.".into(),
    ];
    Ok(letter(site, to, "Choose a new password", paragraphs))
}

/// The way to an account.
pub(super) fn invitation(app: &App, conn: &mut Conn, to: &Reader<'_>, token: &str, inviter: &str) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!("{inviter} invites you to work at {site}. Choose a password for your account here within seven days:"),
        link(app, INVITATION_PAGE, token),
        "If you did not expect this, do nothing: there will be no account.".into(),
    ];
    let subject = format!("Your account at {site}");
    Ok(letter(site, to, &subject, paragraphs))
}

/// The way to prove a new address.
pub(super) fn email_confirmation(app: &App, conn: &mut Conn, to: &Reader<'_>, token: &str) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!("This is to become the address of your account at {site}. Confirm that it is yours here within a day:"),
        link(app, CONFIRMATION_PAGE, token),
        "If you did not ask for this, do nothing: no account will have this address.".into(),
    ];
    Ok(letter(site, to, "Confirm your e-mail address", paragraphs))
}

/// For whoever asked for an address that has an account already; only its owner may learn that.
pub(super) fn email_taken(conn: &mut Conn, to: &str) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!(
            "Somebody asked for this to become the address of another account at {site}. It has an account already, so nothing changes."
        ),
        "If it was you, change or remove the other account's address first, or ask an administrator.".into(),
    ];
    Ok(letter(site, &Reader { email: to, name: "" }, "This address has an account", paragraphs))
}

/// For the old address, so that nobody loses an account without notice.
pub(super) fn email_change_notice(conn: &mut Conn, to: &Reader<'_>, new: &str) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!(
            "Somebody who is logged in to your account at {site} asked for {new} to become its address. Until that is confirmed, this address holds."
        ),
        "If it was not you, change your password now, which makes the request worthless, and tell an administrator.".into(),
    ];
    Ok(letter(site, to, "A new address for your account", paragraphs))
}

fn link(app: &App, page: &str, token: &str) -> String {
    format!("{}{page}?token={token}", app.config.links.site_url)
}

fn letter(site: String, to: &Reader<'_>, subject: &str, mut paragraphs: Vec<String>) -> Letter {
    let name = (!to.name.is_empty()).then(|| to.name.to_owned());
    if let Some(name) = &name {
        paragraphs.insert(0, format!("Hello {name},"));
    }
    Letter { to: to.email.to_owned(), name, site, subject: subject.to_owned(), paragraphs, unsubscribe: None }
}
