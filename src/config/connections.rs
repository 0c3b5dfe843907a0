//! Settings of connections: deadlines and trusted proxies.

use std::time::Duration;

use ipnet::IpNet;

/// The deadlines of a connection. No setting changes them, but tests do.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// The time for receiving the head of a request, from its first byte; for the first head of a connection, from the connection's
    /// start.
    pub head: Duration,
    /// The time for which an idle connection is kept. It is longer than that of most load balancers, so that these close first.
    pub idle: Duration,
    /// The time for discarding the rest of a request body that is not read any more.
    pub drain: Duration,
    /// The time in which the client must accept at least one byte of a response.
    pub write: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { head: Duration::from_secs(5), idle: Duration::from_secs(75), drain: Duration::from_secs(5), write: Duration::from_mins(1) }
    }
}

/// The trusted proxies, and the header in which they report the client's IP address.
#[derive(Clone, Debug)]
pub struct ProxyConfig {
    /// The IP addresses and networks of proxies whose header is trusted.
    pub trusted: Vec<IpNet>,
    /// The only header that is read, in lower case.
    pub header: String,
}
