//! The texts of the demo newsroom, from the folder `content/`.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A text file: a head with `title:`, `dek:`, `section:` and so on, a line `---`, and the Markdown.
pub(super) struct DemoText {
    /// The name by which other files refer to this text.
    pub(super) key: &'static str,
    file: &'static str,
}

macro_rules! article {
    ($key:literal) => {
        DemoText { key: $key, file: include_str!(concat!("content/articles/", $key, ".md")) }
    };
}

macro_rules! page {
    ($key:literal) => {
        DemoText { key: $key, file: include_str!(concat!("content/pages/", $key, ".md")) }
    };
}

/// The articles, oldest first.
pub(super) const ARTICLES: &[DemoText] = &[
    article!("01-silo-library"),
    article!("02-quiet-tram"),
    article!("03-budget-one-vote"),
    article!("04-eelgrass"),
    article!("05-night-bakery"),
    article!("06-lighthouse-logbooks"),
    article!("07-rowing-eight"),
    article!("08-automatic-cranes"),
    article!("09-rent-register"),
    article!("10-benches"),
    article!("11-flood-gates"),
    article!("12-street-music"),
    article!("13-school-kitchen"),
    article!("14-promotion"),
    article!("15-fish-auction"),
    article!("16-bell"),
    article!("17-commute"),
    article!("18-sewage-heat"),
    article!("19-minutes"),
    article!("20-winter-swimmers"),
    article!("21-mackerel"),
    article!("22-open-air-cinema"),
    article!("23-night-in-pictures"),
    article!("24-night-ferry"),
];

/// The standing pages.
pub(super) const PAGES: &[DemoText] = &[page!("about"), page!("privacy"), page!("contact")];

impl DemoText {
    /// Returns a value from the head.
    pub(super) fn head(&self, name: &str) -> Option<&'static str> {
        let (head, _) = self.file.split_once("\n---\n")?;
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(line.trim().trim_matches('"'))
    }

    /// Returns a comma-separated list from the head.
    pub(super) fn list(&self, name: &str) -> Vec<&'static str> {
        self.head(name).map(|line| line.split(',').map(str::trim).collect()).unwrap_or_default()
    }

    /// Returns the Markdown.
    pub(super) fn body(&self) -> &'static str {
        self.file.split_once("\n---\n").map_or("", |(_, body)| body)
    }
}

/// An image and its texts.
#[derive(Deserialize)]
pub(super) struct Picture {
    pub(super) key: String,
    pub(super) alt: String,
    pub(super) caption: Option<String>,
    pub(super) focal_x: f64,
    pub(super) focal_y: f64,
}

/// The comments on an article.
#[derive(Deserialize)]
pub(super) struct Discussion {
    /// The key of the article.
    pub(super) article: String,
    pub(super) threads: Vec<Remark>,
}

/// A comment, and the replies to it.
#[derive(Deserialize)]
pub(super) struct Remark {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) email: String,
    pub(super) url: Option<String>,
    pub(super) body: String,
    /// Whether the author is on the staff.
    #[serde(default)]
    pub(super) staff: bool,
    /// Whether the comment still waits for moderation.
    #[serde(default)]
    pub(super) pending: bool,
    #[serde(default)]
    pub(super) replies: Vec<Remark>,
}

/// A collection of articles.
#[derive(Deserialize)]
pub(super) struct List {
    pub(super) key: String,
    pub(super) title: String,
    /// The keys of the articles.
    pub(super) items: Vec<String>,
}

/// The placements for ads and their creatives.
#[derive(Deserialize)]
pub(super) struct Ads {
    pub(super) placements: Vec<Value>,
    pub(super) creatives: Vec<Value>,
}

/// The demo content except the texts of articles and standing pages.
pub(super) struct DemoLists {
    pub(super) pictures: Vec<Picture>,
    pub(super) sections: Vec<Value>,
    pub(super) authors: Vec<Value>,
    pub(super) discussions: Vec<Discussion>,
    pub(super) collections: Vec<List>,
    pub(super) newsletters: Vec<Value>,
    pub(super) ads: Ads,
    pub(super) site: Value,
}

impl DemoLists {
    /// Reads the files that were compiled into the program.
    pub(super) fn read() -> Result<Self, String> {
        Ok(Self {
            pictures: parse(include_str!("content/pictures.json"))?,
            sections: parse(include_str!("content/sections.json"))?,
            authors: parse(include_str!("content/authors.json"))?,
            discussions: parse(include_str!("content/comments.json"))?,
            collections: parse(include_str!("content/collections.json"))?,
            ads: parse(include_str!("content/ads.json"))?,
            newsletters: parse(include_str!("content/newsletters.json"))?,
            site: parse(include_str!("content/site.json"))?,
        })
    }
}

fn parse<T: DeserializeOwned>(file: &str) -> Result<T, String> {
    serde_json::from_str(file).map_err(|error| format!("the demo content is damaged: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{ARTICLES, DemoLists, PAGES};

    #[test]
    fn everything_that_is_named_is_there() {
        let lists = DemoLists::read().unwrap();
        let picture = |key: &str| lists.pictures.iter().any(|picture| picture.key == key);
        let slug = |list: &[serde_json::Value], slug: &str| list.iter().any(|item| item["slug"] == slug);
        for text in ARTICLES {
            assert!(text.head("title").is_some() && text.head("dek").is_some(), "{}", text.key);
            assert!(picture(text.head("hero").unwrap()), "{}", text.key);
            assert!(slug(&lists.sections, text.head("section").unwrap()), "{}", text.key);
            assert!(text.list("authors").iter().all(|author| slug(&lists.authors, author)), "{}", text.key);
            let words = text.body().split_whitespace().count();
            assert!((250..=600).contains(&words), "{} has {words} words", text.key);
        }
        assert!(PAGES.iter().all(|page| page.head("slug").is_some()));
        let article = |key: &String| ARTICLES.iter().any(|text| text.key == key);
        assert!(lists.collections.iter().flat_map(|list| &list.items).all(article));
        assert!(lists.discussions.iter().map(|discussion| &discussion.article).all(article));
        assert!(lists.authors.iter().all(|author| picture(author["avatar"].as_str().unwrap())));
    }

    #[test]
    fn every_picture_can_be_drawn() {
        assert!(DemoLists::read().unwrap().pictures.iter().all(|picture| super::super::pictures::knows(&picture.key)));
    }
}
