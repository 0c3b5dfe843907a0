//! Cross-origin requests (the Fetch standard): none are allowed until origins are configured.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use url::{Host, Url};

use crate::app::App;
use crate::config::Cors;

/// Response headers that pages may read. A test finds headers that are sent but not listed here.
const EXPOSED: &str = "ETag, Link, Location, Retry-After, X-Request-Id, Idempotency-Replayed, Dry-Run, \
    Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Offset, Upload-Length, Upload-Expires, Upload-Image, \
    Accept, Accept-Encoding, Accept-Ranges, Allow, Cache-Tag, Content-Disposition, Content-Range, WWW-Authenticate, X-Robots-Tag";
/// Request headers that pages may send if the preflight does not name any.
const ALLOWED: &str = "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Edit-Token, X-Request-Id, \
    Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset";
/// The maximum length of the header list of a preflight, in bytes.
const MAX_ASKED: usize = 4096;
/// The maximum number of remembered refused origins.
const MAX_REFUSED: usize = 100;
/// The maximum length of a remembered origin, in bytes.
const MAX_ORIGIN: usize = 300;

/// The contents of a preflight request.
pub(super) struct Preflight {
    /// The methods of the path.
    pub(super) methods: String,
    /// The headers that the page wants to send.
    pub(super) asked: Option<String>,
}

/// Origins that were refused, so that each is logged once.
#[derive(Default)]
pub(crate) struct RefusedOrigins(Mutex<HashSet<String>>);

impl RefusedOrigins {
    /// Returns whether an origin is refused for the first time.
    fn is_new(&self, origin: &str) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        origin.len() <= MAX_ORIGIN && known.len() < MAX_REFUSED && known.insert(origin.to_owned())
    }
}

/// Adds the headers that let a page read the response, and those of the preflight response if there is one.
pub(super) fn allow(app: &App, origin: Option<&str>, headers: &mut HeaderMap, preflight: Option<&Preflight>) {
    let allowed = match &app.config.server.cors {
        Cors::Any => Some("*"),
        Cors::Origins(origins) if origins.is_empty() => None,
        cors => {
            headers.append(HeaderName::from_static("vary"), HeaderValue::from_static("Origin"));
            origin.filter(|origin| is_allowed(cors, origin))
        }
    };
    let Some(allowed) = allowed.and_then(|text| HeaderValue::from_str(text).ok()) else { return note_refusal(app, origin) };
    headers.insert(HeaderName::from_static("access-control-allow-origin"), allowed);
    headers.insert(HeaderName::from_static("access-control-expose-headers"), HeaderValue::from_static(EXPOSED));
    if let Some(preflight) = preflight {
        allow_sending(preflight, headers);
    }
}

/// Allows all requested headers, because tracing tools add headers that cannot be listed in advance. As the API uses no cookies, a
/// header gives a page no rights beyond those of its allowed origin.
fn allow_sending(preflight: &Preflight, headers: &mut HeaderMap) {
    let asked = preflight.asked.as_deref().filter(|asked| is_list_of_names(asked)).unwrap_or(ALLOWED);
    let mut insert = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    insert("access-control-allow-methods", &preflight.methods);
    insert("access-control-allow-headers", asked);
    insert("access-control-max-age", "600");
    headers.append(HeaderName::from_static("vary"), HeaderValue::from_static("Access-Control-Request-Headers"));
}

fn is_list_of_names(asked: &str) -> bool {
    let is_name = |name: &str| HeaderName::from_bytes(name.trim().as_bytes()).is_ok();
    asked.len() <= MAX_ASKED && asked.split(',').all(is_name)
}

fn is_allowed(cors: &Cors, origin: &str) -> bool {
    match cors {
        Cors::Any => true,
        Cors::Local => is_local(origin),
        Cors::Origins(origins) => origins.iter().any(|one| one == origin),
    }
}

/// Returns whether an origin is this machine, on any port.
fn is_local(origin: &str) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    local && url.origin().is_tuple() && url.origin().ascii_serialization() == origin
}

/// Logs once for each refused origin that its pages cannot read responses, because browsers do not tell pages the reason.
fn note_refusal(app: &App, origin: Option<&str>) {
    let is_own = |origin: &str| {
        let rest = app.config.links.api_url.strip_prefix(origin);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if let Some(origin) = origin.filter(|origin| !is_own(origin))
        && app.refused_origins.is_new(origin)
    {
        tracing::warn!(origin, "pages of this origin cannot read responses; to allow that, add the origin to CORS_ORIGINS");
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ORIGIN, MAX_REFUSED, RefusedOrigins, is_list_of_names, is_local};

    #[test]
    fn local_origins_are_told_from_others() {
        for origin in ["http://localhost:5173", "http://localhost", "https://localhost:8443", "http://127.0.0.1:3000", "http://[::1]:8080"]
        {
            assert!(is_local(origin), "{origin}");
        }
        let others = [
            "null",
            "",
            "http://localhost.evil.example",
            "http://evil.example",
            "http://localhost:5173/",
            "file://localhost",
            "http://a@localhost",
        ];
        for origin in others {
            assert!(!is_local(origin), "{origin}");
        }
    }

    #[test]
    fn refused_origins_are_noted_once_and_not_without_end() {
        let refused = RefusedOrigins::default();
        assert!(refused.is_new("https://a.example") && !refused.is_new("https://a.example"));
        assert!(!refused.is_new(&"a".repeat(MAX_ORIGIN + 1)));
        let noted = (0..2 * MAX_REFUSED).filter(|number| refused.is_new(&number.to_string())).count();
        assert_eq!(noted, MAX_REFUSED - 1);
    }

    #[test]
    fn only_names_of_headers_can_be_asked_for() {
        assert!(is_list_of_names("traceparent, tracestate,baggage, sentry-trace"));
        for asked in ["", "a,,b", "a b", "a\r\nb", "ü", &"a,".repeat(3000)] {
            assert!(!is_list_of_names(asked), "{asked}");
        }
    }
}
