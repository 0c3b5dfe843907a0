//! Feeds, sitemaps and oEmbed: what programs that know nothing of this API read of the site.
//!
//! Invariants: only what is published; every address is absolute; nothing that no XML document can hold gets into one;
//! authors have names and pages, and no addresses that mail could be sent to.

mod atom;
mod feed;
mod handlers;
mod json_feed;
mod oembed;
mod rss;
mod sitemap;
mod text;

pub(crate) use handlers::routes;
