//! HTTP requests to servers named in the settings. Private IP addresses are refused unless a setting allows them, and every request has a
//! time limit.
//!
//! Every host name is resolved here and the connection goes to exactly the IP addresses that were checked, so a second DNS answer cannot
//! redirect it (DNS rebinding). Redirects are not followed, proxies from the environment are not used, and long responses are not read.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The client for outbound requests.
pub(crate) struct Outbound {
    client: reqwest::Client,
    private: bool,
}

/// A response.
pub(crate) struct Reply {
    /// The HTTP status code.
    pub(crate) status: u16,
    /// The response body.
    pub(crate) body: Vec<u8>,
}

/// Resolves host names to the IP addresses that may be contacted.
struct Guarded {
    private: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|found| private || is_public(found.ip())).collect();
            if allowed.is_empty() {
                return Err(Box::from("the host name of the URL has no public IP address"));
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

impl Outbound {
    /// Creates the client; `private` permits private IP addresses. The error is a sentence for the operator.
    pub(crate) fn open(private: bool) -> Result<Self, String> {
        // The TLS library uses the provider that the process has installed. If another part has installed one already, that one is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(Guarded { private }))
            .build()
            .map_err(|error| format!("cannot set up the client for outbound requests: {error}"))?;
        Ok(Self { client, private })
    }

    /// Posts JSON and reads a response of at most `longest` bytes, all within `deadline`. The error says what went wrong, in words for the
    /// log.
    pub(crate) async fn post_json(
        &self,
        url: &Url,
        headers: &[(&'static str, String)],
        body: Bytes,
        (deadline, longest): (Duration, usize),
    ) -> Result<Reply, String> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        if address.is_some_and(|address| !self.private && !is_public(address)) {
            return Err("the IP address of the URL is private (see OUTBOUND_PRIVATE)".into());
        }
        let mut request = self.client.post(url.clone()).timeout(deadline).header("content-type", "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let mut response = request.send().await.map_err(|error| describe_error(&error))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| describe_error(&error))? {
            if body.len() + piece.len() > longest {
                return Err(format!("the response is longer than {longest} bytes"));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Reply { status, body })
    }
}

/// An error with its causes, but without the URL, which may hold a secret.
fn describe_error(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "the request took too long".to_owned() } else { "the request failed".to_owned() };
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// Whether an IP address is public, according to IANA's special-purpose address registries.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // All global unicast addresses are public, except those that embed an IPv4 address and those that are reserved for documentation.
    let given_out = a & 0xe000 == 0x2000;
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    given_out && !special
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn what_is_inside_is_told_from_what_is_outside() {
        let public = |text: &str| is_public(text.parse().unwrap());
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.7",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!public(inside), "{inside}");
        }
        for outside in ["1.1.1.1", "93.184.216.34", "100.128.0.1", "2606:4700::1111", "2001:4860::8888"] {
            assert!(public(outside), "{outside}");
        }
    }
}
