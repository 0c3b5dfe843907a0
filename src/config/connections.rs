//! What is known of connections before the first comes: their deadlines, and which proxies are believed.

use std::time::Duration;

use ipnet::IpNet;

/// How long a connection may take for each thing; no setting changes it, but tests do.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// For the head of a request, from its first byte; the first head of a connection counts from its start.
    pub head: Duration,
    /// How long an idle connection is kept; longer than most load balancers keep theirs, so that they are the ones to close.
    pub idle: Duration,
    /// For the rest of a body that nobody reads any more.
    pub drain: Duration,
    /// For taking at least one byte of an answer.
    pub write: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { head: Duration::from_secs(5), idle: Duration::from_secs(75), drain: Duration::from_secs(5), write: Duration::from_mins(1) }
    }
}

/// Which proxies are believed, and where they write the client's address.
#[derive(Clone, Debug)]
pub struct ProxyConfig {
    /// Addresses and networks of proxies whose header is read.
    pub trusted: Vec<IpNet>,
    /// The one header that they write, in lower case; no other is read.
    pub header: String,
}
