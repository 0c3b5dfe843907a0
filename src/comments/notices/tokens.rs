//! The token that ends emails about replies: the sealed email address. A token is valid as long as the server's key
//! exists, and nobody can forge a token.

use crate::app::App;
use crate::error::{Error, Fault};

/// The purpose of the seal.
const PURPOSE: &str = "comment notices";

/// Creates the token for an email address.
pub(super) fn refusal(app: &App, email: &str) -> String {
    app.secrets.seal(PURPOSE, email.as_bytes())
}

/// Returns the email address in a token, or `None` if the token is not valid.
pub(super) fn of_refusal(app: &App, token: &str) -> Option<String> {
    String::from_utf8(app.secrets.unseal(PURPOSE, token)?).ok()
}

/// Returns the keyed hash of an email address whose owner has unsubscribed.
pub(super) fn address_hash(app: &App, email: &str) -> String {
    app.secrets.digest("refused comment notices", email.as_bytes())
}

/// Returns the error for an invalid token.
pub(super) fn bad_token() -> Error {
    Error::invalid(vec![Fault::at("/token", "invalid_token", "This token is not valid.")])
}
