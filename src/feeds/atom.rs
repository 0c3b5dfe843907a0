//! A feed as Atom (RFC 4287).

use atom_syndication::{
    Category, Content, Entry as AtomEntry, Feed as AtomFeed, FixedDateTime, Generator, Link, Person, Text, WriteConfig,
};

use super::feed::{Feed, FeedEntry};
use crate::db::{Timestamp, Zone};
use crate::error::{Error, Result};

/// The media type.
pub(super) const TYPE: &str = "application/atom+xml";

/// Writes a feed.
pub(super) fn write(feed: Feed) -> Result<Vec<u8>> {
    let link =
        |href: String, rel: &str, mime_type: &str| Link { href, rel: rel.into(), mime_type: Some(mime_type.into()), ..Link::default() };
    let entries = feed.entries.into_iter().map(|entry| atom_entry(entry, &feed.zone)).collect::<Result<Vec<_>>>()?;
    let atom = AtomFeed {
        title: Text::plain(feed.title.clone()),
        id: feed.own.clone(),
        updated: time(&feed.zone, feed.updated)?,
        // Entries without an author inherit the site as their author.
        authors: vec![Person { name: feed.title, uri: Some(feed.home.clone()), ..Person::default() }],
        links: vec![link(feed.own, "self", TYPE), link(feed.home, "alternate", "text/html")],
        logo: feed.logo.map(|logo| logo.url.clone()),
        subtitle: Some(Text::plain(feed.description)),
        generator: Some(Generator { value: "Masthead".into(), ..Generator::default() }),
        lang: Some(feed.language),
        entries,
        ..AtomFeed::default()
    };
    let config = WriteConfig { write_document_declaration: false, indent_size: None };
    let declared = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_vec();
    atom.write_with_config(declared, config).map_err(|error| Error::internal(&error.to_string()))
}

fn atom_entry(entry: FeedEntry, zone: &Zone) -> Result<AtomEntry> {
    let page = Link { href: entry.url, rel: "alternate".into(), mime_type: Some("text/html".into()), ..Link::default() };
    let picture = entry.image.map(|image| Link {
        href: image.url.clone(),
        rel: "enclosure".into(),
        mime_type: Some(image.mime.as_str().to_owned()),
        length: Some(image.bytes.to_string()),
        ..Link::default()
    });
    let language = entry.language;
    let content = entry.html.map(|html| Content {
        value: Some(html),
        content_type: Some("html".into()),
        lang: Some(language.clone()),
        ..Content::default()
    });
    Ok(AtomEntry {
        title: Text { lang: Some(language.clone()), ..Text::plain(entry.title) },
        id: entry.id,
        updated: time(zone, entry.updated)?,
        published: Some(time(zone, entry.published)?),
        authors: entry.authors.into_iter().map(|(name, url)| Person { name, uri: Some(url), ..Person::default() }).collect(),
        categories: entry.categories.into_iter().map(|term| Category { term, scheme: None, label: None }).collect(),
        links: std::iter::once(page).chain(picture).collect(),
        summary: Some(Text { lang: Some(language), ..Text::plain(entry.summary) }),
        content,
        ..AtomEntry::default()
    })
}

fn time(zone: &Zone, time: Timestamp) -> Result<FixedDateTime> {
    zone.rfc3339(time).parse().map_err(|_| Error::internal("a time cannot be written"))
}
