//! The URLs in responses, built from the configured base URLs, never from the `Host` of a request.

use std::borrow::Cow;

use crate::config::LinkConfig;
use crate::db::{Timestamp, Zone};

/// The estimated length of the section or the id in a URL, in bytes.
const ROOM: usize = 64;

/// The parts of an article that its URL depends on.
pub(crate) struct ArticleAddress<'a> {
    /// The article's slug.
    pub(crate) slug: &'a str,
    /// The slug of the article's section.
    pub(crate) section: Option<&'a str>,
    /// The time of the first publication.
    pub(crate) published_at: Option<Timestamp>,
    /// The article's id.
    pub(crate) id: &'a str,
}

impl LinkConfig {
    /// Returns whether article URLs contain a date, and therefore depend on the site's time zone.
    pub(crate) fn has_dates(&self) -> bool {
        ["{year}", "{month}", "{day}"].iter().any(|part| self.article_path.contains(part))
    }

    /// Returns the URL of an article on the readers' site; the date is the day of publication in the site's time zone.
    pub(crate) fn article(&self, article: &ArticleAddress<'_>, zone: &Zone) -> String {
        let ArticleAddress { slug, section, published_at, id } = *article;
        let date = || published_at.map(|time| zone.date(time)).unwrap_or_default();
        let mut address = String::with_capacity(self.site_url.len() + self.article_path.len() + slug.len() + ROOM);
        address.push_str(&self.site_url);
        // Lists have many URLs, so each is built without intermediate strings.
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

    /// Returns the URL of an author's page on the readers' site.
    pub(crate) fn author(&self, slug: &str) -> String {
        format!("{}/authors/{slug}", self.site_url)
    }

    /// Returns the URL of a section's page on the readers' site.
    pub(crate) fn section(&self, slug: &str) -> String {
        format!("{}/sections/{slug}", self.site_url)
    }

    /// Returns the URL of a tag's page on the readers' site.
    pub(crate) fn tag(&self, slug: &str) -> String {
        format!("{}/tags/{slug}", self.site_url)
    }

    /// Returns the path on the readers' site, with query string and fragment, to which a URL or a path leads; `None` if it leads
    /// elsewhere.
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

    /// Returns the URL of a stored file.
    pub(crate) fn media(&self, name: &str) -> String {
        format!("{}/media/{name}", self.api_url)
    }
}
