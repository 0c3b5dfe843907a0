//! The texts of the emails to subscribers. Links lead to pages of the public site, which send the token in a `POST` request; only
//! the unsubscribe header leads to the API.

use super::tokens::{self, MailId};
use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::mail::{self, Letter};
use crate::newsletter::subscribers::Subscriber;

/// The site's page to confirm a subscription.
const CONFIRMATION_PAGE: &str = "/newsletter/confirm";
/// The site's page to change the preferences.
const PREFERENCES_PAGE: &str = "/newsletter/preferences";
/// The site's page to unsubscribe.
pub(super) const UNSUBSCRIPTION_PAGE: &str = "/newsletter/unsubscribe";

/// Composes the request to confirm. The owner of the email address is still unknown, so the email must not contain text
/// of the person who signed up.
pub(super) fn confirmation(app: &App, conn: &mut Conn, to: &Subscriber, id: MailId) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let paragraphs = vec![
        format!(
            "Somebody (we hope it was you) asked to get the newsletter of {site} at this email address. To confirm the subscription, open this \
             link within three days:"
        ),
        link(app, CONFIRMATION_PAGE, &tokens::confirmation(app, id)),
        "If you did not ask for the newsletter, do nothing: you will not get the newsletter.".into(),
    ];
    Ok(letter(app, site, to, None, "Confirm your subscription", paragraphs))
}

/// Composes the email for an email address that is already subscribed.
pub(super) fn reminder(app: &App, conn: &mut Conn, to: &Subscriber) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let mut paragraphs = vec![format!(
        "Somebody asked to get the newsletter of {site} at this email address. The email address is already subscribed, so nothing changes."
    )];
    paragraphs.extend(ways(app, to));
    Ok(letter(app, site, to, to.name.clone(), "You are already subscribed", paragraphs))
}

/// Composes the welcome email.
pub(super) fn welcome(app: &App, conn: &mut Conn, to: &Subscriber) -> Result<Letter> {
    let site = mail::site_name(conn)?;
    let mut paragraphs = vec![format!("Thank you: this email address is now subscribed to the newsletter of {site}.")];
    paragraphs.extend(ways(app, to));
    Ok(letter(app, site, to, to.name.clone(), "You are subscribed", paragraphs))
}

/// Returns the paragraphs with the links to change the preferences and to unsubscribe.
fn ways(app: &App, to: &Subscriber) -> [String; 4] {
    [
        "Change your preferences here:".into(),
        link(app, PREFERENCES_PAGE, &tokens::preferences(app, to.id)),
        "Or unsubscribe here:".into(),
        link(app, UNSUBSCRIPTION_PAGE, &tokens::unsubscription(app, to.id)),
    ]
}

fn link(app: &App, page: &str, token: &str) -> String {
    format!("{}{page}?token={token}", app.config.links.site_url)
}

fn letter(app: &App, site: String, to: &Subscriber, name: Option<String>, subject: &str, mut paragraphs: Vec<String>) -> Letter {
    if let Some(name) = &name {
        paragraphs.insert(0, format!("Hello {name},"));
    }
    let unsubscribe = Some(tokens::unsubscribe_address(app, to.id));
    Letter { to: to.email.clone(), name, site, subject: subject.to_owned(), paragraphs, unsubscribe }
}
