//! The texts of the emails. Every link leads to a page of the public site, which sends the token in a `POST` request.

use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::mail::{self, Letter};

/// The site's page to reset a password.
const RESET_PAGE: &str = "/reset-password";
/// The site's page to accept an invitation.
const INVITATION_PAGE: &str = "/accept-invitation";
/// The site's page to confirm an email address.
const CONFIRMATION_PAGE: &str = "/confirm-email";

/// The recipient of an email.
pub(super) struct Recipient<'a> {
    pub(super) email: &'a str,
    pub(super) name: &'a str,
}

/// Composes the email to reset a password.
pub(super) fn password_reset(app: &App, conn: &mut Conn, to: &Recipient<'_>, token: &str) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!("Somebody asked for a new password for your account at {site}. If it was you, choose a new password here within an hour:"),
        link(app, RESET_PAGE, token),
        "If it was not you, do nothing: your current password stays valid, and nobody has seen it.".into(),
    ];
    Ok(letter(site, to, "Choose a new password", paragraphs))
}

/// Composes the invitation.
pub(super) fn invitation(app: &App, conn: &mut Conn, to: &Recipient<'_>, token: &str, inviter: &str) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!("{inviter} invites you to work at {site}. Choose a password for your account here within seven days:"),
        link(app, INVITATION_PAGE, token),
        "If you did not expect this invitation, do nothing: no account will be created.".into(),
    ];
    let subject = format!("Your account at {site}");
    Ok(letter(site, to, &subject, paragraphs))
}

/// Composes the email to confirm a new email address.
pub(super) fn email_confirmation(app: &App, conn: &mut Conn, to: &Recipient<'_>, token: &str) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!(
            "This email address is to become the email address of your account at {site}. To confirm the change, open this link within \
             a day:"
        ),
        link(app, CONFIRMATION_PAGE, token),
        "If you did not ask for this change, do nothing: no account will get this email address.".into(),
    ];
    Ok(letter(site, to, "Confirm your email address", paragraphs))
}

/// Composes the email to a requested email address that already has an account. Only the owner of the email address may learn that
/// the account exists.
pub(super) fn email_taken(conn: &mut Conn, to: &str) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!(
            "Somebody asked to use this email address for another account at {site}. This email address already has an account, so nothing \
             changes."
        ),
        "If it was you, first change the email address of the account that has this email address now, or ask an administrator.".into(),
    ];
    Ok(letter(site, &Recipient { email: to, name: "" }, "This email address has an account", paragraphs))
}

/// Composes the notice to the old email address, so that the owner notices if somebody else tries to take over the account.
pub(super) fn email_change_notice(conn: &mut Conn, to: &Recipient<'_>, new: &str) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!(
            "Somebody who is logged in to your account at {site} asked to change its email address to {new}. Until the new email address \
             is confirmed, the account keeps this email address."
        ),
        "If it was not you, change your password now, which cancels the request, and tell an administrator.".into(),
    ];
    Ok(letter(site, to, "A new email address for your account", paragraphs))
}

fn link(app: &App, page: &str, token: &str) -> String {
    format!("{}{page}?token={token}", app.config.links.site_url)
}

fn letter(site: String, to: &Recipient<'_>, subject: &str, mut paragraphs: Vec<String>) -> Letter {
    let name = (!to.name.is_empty()).then(|| to.name.to_owned());
    if let Some(name) = &name {
        paragraphs.insert(0, format!("Hello {name},"));
    }
    Letter { to: to.email.to_owned(), name, site, subject: subject.to_owned(), paragraphs, unsubscribe: None }
}
