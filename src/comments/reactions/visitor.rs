//! Distinguishes visitors without identifying them.

use std::net::IpAddr;

use crate::app::App;
use crate::comments::comment::CommentId;
use crate::http::limited_as;

/// The maximum number of visitors from one IP address whose reactions to a comment count. It is enough for a household,
/// but limits a client that varies its user agent.
pub(super) const MAX_VOTES_PER_NETWORK: i64 = 5;

/// The client that sends a reaction.
pub(super) struct ReactingClient {
    /// The IP address.
    pub(super) address: IpAddr,
    /// The user agent.
    pub(super) user_agent: String,
}

/// The stored form of a visitor: hashes keyed with the server's secret.
pub(super) struct Visitor {
    /// The hash of the IP address and the user agent.
    pub(super) visitor: String,
    /// The hash of the IP address alone.
    pub(super) place: String,
}

impl ReactingClient {
    /// Returns the stored form of this client for one comment.
    pub(super) fn visitor(&self, app: &App, comment: CommentId) -> Visitor {
        let place = format!("{comment}\n{}", limited_as(self.address));
        let visitor = format!("{place}\n{}", self.user_agent);
        let hash = |text: &str| app.secrets.digest("reaction to a comment", text.as_bytes());
        Visitor { visitor: hash(&visitor), place: hash(&place) }
    }
}
