//! Content codings (RFC 9110, section 8.4.1): negotiation and compression.

use std::io::Write;

use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};
use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// The content coding of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::http) enum Coding {
    /// No compression.
    Identity,
    /// Compression by gzip (RFC 1952).
    Gzip,
    /// Compression by Brotli (RFC 7932).
    Brotli,
}

/// The minimum size of a compressed response, in bytes.
const MIN_LENGTH: usize = 1024;
/// Brotli's quality, 0 to 11: a higher one takes many times as long and saves a few per cent.
const QUALITY: i32 = 5;

impl Coding {
    /// All content codings.
    pub(in crate::http) const ALL: [Self; 3] = [Self::Identity, Self::Gzip, Self::Brotli];

    /// Returns the coding that the client prefers; no compression without `Accept-Encoding`.
    pub(in crate::http) fn wanted(headers: &HeaderMap) -> Self {
        let mut best = (Self::Identity, 0);
        for (coding, weight) in accepted_codings(headers) {
            // If a client accepts both compressions equally, Brotli is chosen, because its results are shorter.
            if weight > best.1 || (weight > 0 && weight == best.1 && coding == Self::Brotli) {
                best = (coding, weight);
            }
        }
        best.0
    }

    /// Returns whether a client accepts this coding.
    pub(in crate::http) fn is_taken(self, headers: &HeaderMap) -> bool {
        accepted_codings(headers).any(|(coding, weight)| coding == self && weight > 0)
    }

    /// Returns the coding's name in `Content-Encoding`; `None` for no compression.
    pub(in crate::http) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// Returns whether compression is worthwhile for this media type and size.
    pub(in crate::http) fn is_worth_it(content_type: &str, length: usize) -> bool {
        length >= MIN_LENGTH && (content_type.starts_with("text/") || content_type.contains("json") || content_type.contains("xml"))
    }

    /// Compresses the bytes; returns `None` if that does not make them shorter.
    pub(in crate::http) fn code(self, bytes: &Bytes) -> Option<Bytes> {
        let mut encoded = Vec::with_capacity(bytes.len() / 3);
        match self {
            Self::Identity => return None,
            Self::Gzip => {
                let mut writer = GzEncoder::new(&mut encoded, Compression::default());
                writer.write_all(bytes).ok()?;
                writer.finish().ok()?;
            }
            Self::Brotli => {
                let params = BrotliEncoderParams { quality: QUALITY, ..BrotliEncoderParams::default() };
                brotli::BrotliCompress(&mut bytes.as_ref(), &mut encoded, &params).ok()?;
            }
        }
        (encoded.len() < bytes.len()).then(|| encoded.into())
    }
}

/// Returns the codings that a client accepts, with their weights in thousandths.
fn accepted_codings(headers: &HeaderMap) -> impl Iterator<Item = (Coding, u16)> {
    let texts = headers.get_all(ACCEPT_ENCODING).filter_map(|header| header.to_str().ok());
    texts.flat_map(|text| text.split(',')).filter_map(|one| {
        let mut parts = one.split(';').map(str::trim);
        let coding = match parts.next().unwrap_or_default() {
            name if name.eq_ignore_ascii_case("br") => Coding::Brotli,
            name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") || name == "*" => Coding::Gzip,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="))).map_or(1000, thousandths);
        Some((coding, weight))
    })
}

/// Parses a weight (RFC 9110, section 12.4.2) into thousandths; an invalid weight counts as 0.
fn thousandths(weight: &str) -> u16 {
    match weight.trim().split_once('.') {
        None => weight.trim().parse::<u16>().ok().filter(|whole| *whole <= 1).map_or(0, |whole| whole * 1000),
        Some((whole, fraction)) if fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            let fraction = format!("{fraction:0<3}").parse::<u16>().unwrap_or_default();
            if whole == "1" { 1000 } else { fraction }
        }
        Some(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn wanted(value: &'static str) -> Coding {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
        Coding::wanted(&headers)
    }

    #[test]
    fn a_client_gets_the_coding_that_it_likes_best() {
        for (value, coding) in [
            ("", Coding::Identity),
            ("identity", Coding::Identity),
            ("gzip", Coding::Gzip),
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("br, gzip", Coding::Brotli),
            ("br;q=0.5, gzip;q=0.8", Coding::Gzip),
            ("br;q=0, gzip;q=0.001", Coding::Gzip),
            ("br;q=0,gzip;q=0", Coding::Identity),
            ("GZIP;q=1.0", Coding::Gzip),
            ("*", Coding::Gzip),
            ("br;q=2", Coding::Identity),
            ("br;q=nonsense", Coding::Identity),
        ] {
            assert_eq!(wanted(value), coding, "{value}");
        }
    }
}
