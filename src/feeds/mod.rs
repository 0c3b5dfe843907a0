//! Feeds, sitemaps and oEmbed: the site for programs that do not use this API.
//!
//! Invariants: they contain published content only; every URL is absolute; XML documents contain no characters that XML
//! forbids; authors have names and pages, but no email addresses.

mod atom;
mod feed;
mod handlers;
mod json_feed;
mod oembed;
mod rss;
mod sitemap;
mod text;

pub(crate) use handlers::routes;
