//! Who reacts, as far as can be told without knowing them.

use std::net::IpAddr;

use crate::app::App;
use crate::comments::comment::CommentId;
use crate::http::limited_as;

/// How many visitors of one address count for one comment: a household, and no crowd that only changes its program's name.
pub(super) const OF_ONE_PLACE: i64 = 5;

/// Where a reaction comes from.
pub(super) struct Reader {
    /// The address.
    pub(super) address: IpAddr,
    /// The program.
    pub(super) user_agent: String,
}

/// What is kept of whoever reacts: hashes that nobody can make without the secret key.
pub(super) struct Visitor {
    /// Of address and program.
    pub(super) visitor: String,
    /// Of the address alone.
    pub(super) place: String,
}

impl Reader {
    /// What is kept of them for one comment.
    pub(super) fn visitor(&self, app: &App, comment: CommentId) -> Visitor {
        let place = format!("{comment}\n{}", limited_as(self.address));
        let visitor = format!("{place}\n{}", self.user_agent);
        let hash = |text: &str| app.secrets.digest("reaction to a comment", text.as_bytes());
        Visitor { visitor: hash(&visitor), place: hash(&place) }
    }
}
