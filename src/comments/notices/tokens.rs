//! The token of a mail that refuses all further ones: the sealed address, so that it works as long as there is the key, and nobody
//! makes one for another's address.

use crate::app::App;
use crate::error::{Error, Fault};

/// What the seal is for.
const PURPOSE: &str = "comment notices";

/// The token that refuses mails to an address.
pub(super) fn refusal(app: &App, email: &str) -> String {
    app.secrets.seal(PURPOSE, email.as_bytes())
}

/// Whose mails a token refuses.
pub(super) fn of_refusal(app: &App, token: &str) -> Option<String> {
    String::from_utf8(app.secrets.unseal(PURPOSE, token)?).ok()
}

/// What is kept of an address whose owner has refused: a hash that nobody can make without the secret key.
pub(super) fn address_hash(app: &App, email: &str) -> String {
    app.secrets.digest("refused comment notices", email.as_bytes())
}

/// The answer to a token that is not good.
pub(super) fn bad_token() -> Error {
    Error::invalid(vec![Fault::at("/token", "invalid_token", "This token is none that was mailed.")])
}
