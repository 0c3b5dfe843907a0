//! The formats and patterns that limit texts, and the text types that use them.

use std::net::IpAddr;
use std::sync::LazyLock;

use crate::db::Timestamp;

/// One line: no control characters.
pub(crate) const LINE: &str = "^[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$";
/// One line that is not blank.
pub(crate) const NAME: &str = "^[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]*[^\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f\\u3000\\ufeff][^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$";
/// Lines: no control characters except tabs and line ends.
pub(crate) const TEXT: &str = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$";
/// Lines that are not blank.
pub(crate) const PROSE: &str = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*[^\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f\\u3000\\ufeff][^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$";
/// Lower-case words joined by hyphens, not shaped like an id.
pub(crate) const SLUG: &str = "^(?![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)[a-z0-9]+(-[a-z0-9]+)*$";
/// A BCP 47 language tag of language, script and region.
pub(crate) const LOCALE: &str = "^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$";
/// The name of a time zone, in the notation of the IANA database.
pub(crate) const TIME_ZONE: &str = "^(UTC|[A-Z][A-Za-z]+(/[A-Z][A-Za-z0-9_+-]*){1,2})$";

/// A path that begins with one slash, without query string and fragment.
pub(crate) const PATH: &str = "^/([^/\\s\\x00-\\x1f\\x7f-\\x9f\"<>\\\\^`{|}?#][^\\s\\x00-\\x1f\\x7f-\\x9f\"<>\\\\^`{|}?#]*)?$";
/// An http or https URL, or a path that begins with one slash.
pub(crate) const ADDRESS: &str = "^(https?://|/([^/\"<>\\\\^`{|}]|$))[^\\s\\x00-\\x1f\\x7f-\\x9f\"<>\\\\^`{|}]*$";

/// An absolute http or https URL.
pub(crate) const HTTP_URL: &str = "^https?://[^\\s\\x00-\\x1f\\x7f-\\x9f\"<>\\\\^`{|}]+$";
/// An email address.
pub(crate) const EMAIL: &str = "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]+$";

/// Returns whether a text is a valid [`Name`].
pub(crate) fn is_name(text: &str) -> bool {
    let shows = |c: char| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}');
    text.chars().count() <= 200 && text.chars().any(shows) && !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

/// Returns whether a character is not allowed in URLs (RFC 3986): blanks, control characters, and characters that could end an HTML
/// attribute.
fn is_foreign_to_addresses(c: char) -> bool {
    c.is_control() || c.is_whitespace() || "\"<>\\^`{|}".contains(c)
}

/// Returns whether a text is an absolute http or https URL with a host.
pub(crate) fn is_http_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() && url.password().is_none()
    }) && !text.chars().any(is_foreign_to_addresses)
}

/// Returns whether a text is a URL, or a path that begins with one slash and thus stays on the site.
pub(crate) fn is_address(text: &str) -> bool {
    let is_path = || text.starts_with('/') && !text.starts_with("//");
    is_http_url(text) || (is_path() && !text.chars().any(is_foreign_to_addresses))
}

/// Returns whether a text is a deliverable email address: a dot-atom, an at sign and a host name (RFC 5321).
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c));
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= 254
        && local.len() <= 64
        && local.split('.').all(atom)
        && domain.contains('.')
        && domain.split('.').all(label)
        && domain.parse::<IpAddr>().is_err()
}

/// Returns whether a text is an RFC 3339 time that can be stored.
pub(crate) fn is_time(text: &str) -> bool {
    Timestamp::parse(text).is_some()
}

/// The names of all time zones in the bundled IANA database.
static ZONES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let names = jiff::tz::TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
    names.into_iter().filter(|name| name == "UTC" || name.contains('/')).collect()
});

/// Returns whether a text is the name of a time zone: an area and a place, or UTC.
pub(crate) fn is_time_zone(text: &str) -> bool {
    ZONES.iter().any(|name| name == text)
}

/// Returns the names of all time zones.
pub(crate) fn time_zones() -> impl Iterator<Item = &'static str> {
    ZONES.iter().map(String::as_str)
}

/// Declares text types whose limits are part of their schema: `Title: NAME 1..=300 "example"`.
macro_rules! text_types {
    ($($(#[doc = $doc:literal])+ $name:ident: $pattern:ident $min:literal..=$max:literal $example:literal $(as $format:literal)?;)+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) String);

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::SchemaType::Type(utoipa::openapi::Type::String))
                    .description(Some(concat!($($doc),+).trim_start()))
                    .min_length(Some($min))
                    .max_length(Some($max))
                    .pattern(Some($crate::input::formats::$pattern))
                    $(.format(Some(utoipa::openapi::schema::SchemaFormat::Custom($format.into()))))?
                    .examples([$example])
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    )+ };
}

pub(crate) use text_types;

text_types! {
    /// A slug: lower-case words joined by hyphens.
    Slug: SLUG 1..=120 "tram-line-9-opens";
    /// A headline.
    Title: NAME 1..=300 "Tram line 9 opens";
    /// A name.
    Name: NAME 1..=200 "City desk";
    /// A line of text.
    Line: LINE 0..=500 "The first trams run on Saturday";
    /// A paragraph or two of text.
    Paragraph: TEXT 0..=2000 "Eleven stops in the east of the city.";
    /// A Markdown text (CommonMark with GFM tables, footnotes and strikethrough).
    Markdown: TEXT 0..=500_000 "The first trams run on **Saturday**.";
    /// A BCP 47 language tag.
    Locale: LOCALE 2..=12 "en";
    /// A path of the site, without query string and fragment.
    SitePath: PATH 1..=2000 "/2019/old-tram.html";
    /// The IANA name of a time zone.
    TimeZone: TIME_ZONE 3..=64 "Europe/Berlin" as "time-zone";
}

/// An absolute http or https URL.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct HttpUrl(pub(crate) String);

impl utoipa::PartialSchema for HttpUrl {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        format_schema("iri", HTTP_URL, 2000, "https://example.com/news")
            .description(Some("An absolute http or https URL. Letters beyond ASCII need no escapes (RFC 3987)."))
            .into()
    }
}
impl utoipa::ToSchema for HttpUrl {}

/// The maximum size of custom fields together, in bytes of JSON.
pub(crate) const MAX_CUSTOM: usize = 16 * 1024;

/// Custom fields with any values: at most 100 members, and at most 16 KiB as JSON. Larger existing values remain until the next change
/// of the resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Custom(pub(crate) serde_json::Map<String, serde_json::Value>);

impl utoipa::PartialSchema for Custom {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::SchemaType::Type(utoipa::openapi::Type::Object))
            .description(Some("Custom fields with any values."))
            .max_properties(Some(100))
            .extensions(Some(max_bytes(MAX_CUSTOM)))
            .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(true)))
            .examples([serde_json::json!({"rating": 4})])
            .into()
    }
}
impl utoipa::ToSchema for Custom {}

/// An absolute http or https URL, or a path of the site that begins with one slash.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Address(pub(crate) String);

impl utoipa::PartialSchema for Address {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        format_schema("iri-reference", ADDRESS, 2000, "/sections/city")
            .description(Some("An absolute http or https URL, or a path of the site. Letters beyond ASCII need no escapes (RFC 3987)."))
            .into()
    }
}
impl utoipa::ToSchema for Address {}

/// An email address.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Email(pub(crate) String);

impl Email {
    /// Returns the email address in the form in which it is compared and stored.
    pub(crate) fn normal(&self) -> String {
        self.0.to_lowercase()
    }
}

impl utoipa::PartialSchema for Email {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        format_schema("email", EMAIL, 254, "mara@example.org").description(Some("An email address.")).into()
    }
}
impl utoipa::ToSchema for Email {}

/// Returns the schema extension for the maximum size of a value, in bytes of JSON.
pub(crate) fn max_bytes(max: usize) -> utoipa::openapi::extensions::Extensions {
    [(super::shape::MAX_BYTES_KEYWORD, max)].into_iter().collect()
}

fn format_schema(format: &str, pattern: &str, longest: usize, example: &str) -> utoipa::openapi::ObjectBuilder {
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::Type(utoipa::openapi::Type::String))
        .format(Some(utoipa::openapi::SchemaFormat::Custom(format.to_owned())))
        .min_length(Some(1))
        .max_length(Some(longest))
        .pattern(Some(pattern))
        .examples([example])
}
