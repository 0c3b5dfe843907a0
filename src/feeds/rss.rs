//! A feed as RSS 2.0, with whole texts as `content:encoded` and authors as `dc:creator`.

use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::{Category, Channel, Enclosure, Guid, Image, Item};

use super::feed::{Feed, FeedEntry};
use super::text;
use crate::db::Zone;
use crate::error::{Error, Result};

/// The media type.
pub(super) const TYPE: &str = "application/rss+xml";

/// Writes a feed.
pub(super) fn write(feed: Feed) -> Result<Vec<u8>> {
    let own = Link { href: feed.own, rel: "self".into(), mime_type: Some(TYPE.into()), ..Link::default() };
    let image =
        feed.logo.map(|logo| Image { url: logo.url.clone(), title: feed.title.clone(), link: feed.home.clone(), ..Image::default() });
    let channel = Channel {
        title: feed.title,
        link: feed.home,
        description: text::html(&feed.description),
        language: Some(feed.language),
        last_build_date: Some(feed.zone.rfc2822(feed.updated)),
        generator: Some("Masthead".into()),
        image,
        items: feed.entries.into_iter().map(|entry| item(entry, &feed.zone)).collect(),
        atom_ext: Some(AtomExtension { links: vec![own] }),
        ..Channel::default()
    };
    channel.write_to(Vec::new()).map_err(|error| Error::internal(&error.to_string()))
}

fn item(entry: FeedEntry, zone: &Zone) -> Item {
    let picture = |image: crate::images::ImageView| Enclosure {
        url: image.url.clone(),
        length: image.bytes.to_string(),
        mime_type: image.mime.as_str().to_owned(),
    };
    let creators = entry.authors.into_iter().map(|(name, _)| name).collect();
    Item {
        title: Some(entry.title),
        link: Some(entry.url),
        description: Some(text::html(&entry.summary)),
        categories: entry.categories.into_iter().map(|name| Category { name, domain: None }).collect(),
        enclosure: entry.image.map(picture),
        guid: Some(Guid { value: entry.id, permalink: false }),
        pub_date: Some(zone.rfc2822(entry.published)),
        content: entry.html,
        dublin_core_ext: Some(DublinCoreExtension { creators, ..DublinCoreExtension::default() }),
        ..Item::default()
    }
}
