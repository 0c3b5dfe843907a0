//! Addresses that answers carry: made from the configured base addresses, never from a request's `Host`.

use std::borrow::Cow;

use crate::config::LinkConfig;
use crate::db::{Timestamp, Zone};

/// What the section or the id needs in an address.
const ROOM: usize = 64;

/// The parts of an article that its address is made of.
pub(crate) struct ArticleAddress<'a> {
    /// Its slug.
    pub(crate) slug: &'a str,
    /// The slug of its section.
    pub(crate) section: Option<&'a str>,
    /// When it was first published.
    pub(crate) published_at: Option<Timestamp>,
    /// Its id.
    pub(crate) id: &'a str,
}

impl LinkConfig {
    /// Whether articles' addresses hold a date, so that they depend on the site's time zone.
    pub(crate) fn has_dates(&self) -> bool {
        ["{year}", "{month}", "{day}"].iter().any(|part| self.article_path.contains(part))
    }

    /// An article's address on the readers' site; its date is that of the day of publication in the site's time zone.
    pub(crate) fn article(&self, article: &ArticleAddress<'_>, zone: &Zone) -> String {
        let ArticleAddress { slug, section, published_at, id } = *article;
        let date = || published_at.map(|time| zone.date(time)).unwrap_or_default();
        let mut address = String::with_capacity(self.site_url.len() + self.article_path.len() + slug.len() + ROOM);
        address.push_str(&self.site_url);
        // Lists make many of these, so that each is written in one go.
        let mut pieces = self.article_path.split('{');
        address.push_str(pieces.next().unwrap_or_default());
        for (name, after) in pieces.filter_map(|piece| piece.split_once('}')) {
            let value: Cow<'_, str> = match name {
                "slug" => slug.into(),
                "section" => section.unwrap_or("news").into(),
                "year" => format!("{:04}", date().0).into(),
                "month" => format!("{:02}", date().1).into(),
                "day" => format!("{:02}", date().2).into(),
                _ => id.into(),
            };
            address.push_str(&value);
            address.push_str(after);
        }
        address
    }

    /// An author's page on the readers' site.
    pub(crate) fn author(&self, slug: &str) -> String {
        format!("{}/authors/{slug}", self.site_url)
    }

    /// A section's page on the readers' site.
    pub(crate) fn section(&self, slug: &str) -> String {
        format!("{}/sections/{slug}", self.site_url)
    }

    /// A tag's page on the readers' site.
    pub(crate) fn tag(&self, slug: &str) -> String {
        format!("{}/tags/{slug}", self.site_url)
    }

    /// The path of the readers' site, query string and fragment included, that an address or a path leads to; none where it
    /// leads elsewhere.
    pub(crate) fn path_within_site(&self, address: &str) -> Option<String> {
        let base = url::Url::parse(&self.site_url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        let is_path = address.starts_with('/') && !address.starts_with("//");
        let under = |base: &str| address.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
        let path = match under(&self.site_url) {
            Some(path) => path,
            None if is_path => under(&base).unwrap_or(address),
            None => return None,
        };
        Some(if path.starts_with('/') { path.to_owned() } else { format!("/{path}") })
    }

    /// Where a stored file is served.
    pub(crate) fn media(&self, name: &str) -> String {
        format!("{}/media/{name}", self.api_url)
    }
}
