//! The client's IP address: the IP address of the socket or, behind trusted proxies, the rightmost hop that is not a trusted proxy.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

use crate::config::ProxyConfig;

/// The header of RFC 7239, which has its own syntax.
const FORWARDED: &str = "forwarded";

/// Returns the client's IP address, by which rate limits and comments are counted. Only the header that the operator's proxies
/// write is read, because proxies pass on any other header that the client has sent.
pub(crate) fn client_address(peer: Option<SocketAddr>, headers: &HeaderMap, proxies: &ProxyConfig) -> IpAddr {
    let trusted = &proxies.trusted;
    let peer = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| canonical(peer.ip()));
    if !is_trusted(peer, trusted) {
        return peer;
    }
    let lines = headers.get_all(proxies.header.as_str()).filter_map(|value| value.to_str().ok());
    let elements = lines.flat_map(|line| line.split(','));
    let hops: Vec<String> = if proxies.header == FORWARDED {
        elements.map(|element| forwarded_for(element).unwrap_or_default()).collect()
    } else {
        elements.map(str::to_owned).collect()
    };
    let mut client = peer;
    for hop in hops.iter().rev() {
        // An unreadable hop ends the chain: the hops to the left of it cannot be trusted.
        let Some(address) = parse(hop) else { break };
        client = address;
        if !is_trusted(address, trusted) {
            break;
        }
    }
    client
}

/// Returns the key by which rate limits count requests: an IPv4 address, or the /64 network of an IPv6 address.
pub(crate) fn limited_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// Returns the `for=` value of one element of a `Forwarded` header (RFC 7239).
fn forwarded_for(element: &str) -> Option<String> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn parse(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = match hop.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None if hop.matches(':').count() == 1 => hop.split(':').next()?,
        None => hop,
    };
    bare.parse().ok().map(canonical)
}
