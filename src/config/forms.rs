//! Parsers for the values of settings, with error messages.

use ipnet::IpNet;
use url::Url;

pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

pub(super) fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        .map_err(|_| format!("contains {text:?}, which is not an IP address or network"))
}

pub(super) fn origin(text: &str) -> Result<String, String> {
    match Url::parse(text) {
        Ok(url) if url.origin().is_tuple() && url.origin().ascii_serialization() == text => Ok(text.to_owned()),
        _ => Err(format!("contains {text:?}, which is not an origin such as https://example.com")),
    }
}

/// Parses the name of a header; returns it in lower case.
pub(super) fn header_name(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits { Ok(text.to_ascii_lowercase()) } else { Err("must be the name of one header, such as X-Forwarded-For".into()) }
}

pub(super) fn base_url(text: &str) -> Result<String, String> {
    let fits = crate::input::formats::is_http_url(text) && !text.contains(['?', '#']);
    if fits { Ok(text.trim_end_matches('/').to_owned()) } else { Err("must be an http or https URL such as https://example.com".into()) }
}

/// Returns the URL of a server that listens at this address; for a wildcard address, the URL on this machine.
pub(super) fn reached_at(bind: &str) -> String {
    format!("http://{}", bind.trim()).replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
}

pub(super) fn article_path(text: &str) -> Result<String, String> {
    let mut rest = text.to_owned();
    for name in ["{slug}", "{section}", "{year}", "{month}", "{day}", "{id}"] {
        rest = rest.replace(name, "x");
    }
    let plain = rest.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c));
    if text.starts_with('/') && plain && (text.contains("{slug}") || text.contains("{id}")) {
        Ok(text.to_owned())
    } else {
        Err("must begin with / and contain {slug} or {id}; it may also contain {section} {year} {month} {day}".into())
    }
}
