//! Fills a database with the demo newsroom, by the same operations that clients use.
//!
//! Everything except the images is one transaction. A manual clock makes the articles several weeks old.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::content::{ARTICLES, DemoLists, DemoText, List, PAGES, Remark};
use super::queries::FILLED;
use crate::app::App;
use crate::db::{Conn, begin_operation};
use crate::error::{Error, Result};
use crate::events::{self, Event, EventKind};
use crate::http::Precondition;
use crate::input::Input;
use crate::users::{Caller, Right};
use crate::{ads, articles, authors, collections, comments, newsletter, site, taxonomy};

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;
/// The time between two articles.
const BETWEEN_ARTICLES: i64 = 23 * HOUR;
/// The age of the newest article.
const SINCE_THE_NEWEST: i64 = 2 * HOUR;
/// The time between two comments.
const BETWEEN_COMMENTS: i64 = 11 * MINUTE;

/// Returns the age of the newsroom, which is older than its first article.
pub(super) fn beginning() -> i64 {
    age(0) + HOUR
}

/// Returns the age of an article.
fn age(index: usize) -> i64 {
    let later = i64::try_from(ARTICLES.len() - 1 - index).unwrap_or_default();
    SINCE_THE_NEWEST + later * BETWEEN_ARTICLES
}

/// The content to write, and its author.
pub(super) struct Newsroom {
    /// The app, with a manual clock.
    pub(super) app: App,
    /// The administrator who writes the content.
    pub(super) admin: Caller,
    /// All content except the texts of articles and standing pages.
    pub(super) lists: DemoLists,
    /// The ids of the images, by key.
    pub(super) pictures: HashMap<String, String>,
    /// The current time, in milliseconds.
    pub(super) now: i64,
}

impl Newsroom {
    /// Writes all content.
    pub(super) fn write(&self, conn: &mut Conn) -> Result<()> {
        let app = &self.app;
        for section in &self.lists.sections {
            taxonomy::create_section(app, conn, &self.caller()?, &self.input(section.clone()))?;
        }
        for author in &self.lists.authors {
            let author = self.with_picture(author, "avatar");
            authors::create(app, conn, &self.caller()?, &self.input(author))?;
        }
        let site = self.with_picture(&self.lists.site, "logo");
        site::revise(app, conn, &self.caller()?, &Precondition::None, &self.input(site))?;
        for list in &self.lists.newsletters {
            newsletter::create_list(app, conn, &self.caller()?, &self.input(list.clone()))?;
        }
        for placement in &self.lists.ads.placements {
            ads::create_placement(app, conn, &self.caller()?, &self.input(placement.clone()))?;
        }
        for creative in &self.lists.ads.creatives {
            ads::create_creative(app, conn, &self.caller()?, &self.input(self.with_picture(creative, "image")))?;
        }
        for page in PAGES {
            let body = json!({"kind": "page", "slug": page.head("slug"), "comments_open": false, "authors": []});
            self.publish(conn, page, body)?;
        }
        let mut ids = HashMap::new();
        for (index, article) in ARTICLES.iter().enumerate() {
            app.clock.advance(self.now - age(index) - app.now().millis());
            let id = self.publish(conn, article, self.facts(article))?;
            self.discuss(conn, article.key, &id)?;
            ids.insert(article.key, id);
        }
        self.lists.collections.iter().try_for_each(|list| self.collect(conn, list, &ids))?;
        self.sign(conn)
    }

    /// Returns the members of an article that its head contains, except texts.
    fn facts(&self, article: &DemoText) -> Value {
        json!({
            "section": article.head("section"),
            "authors": article.list("authors"),
            "tags": article.list("tags"),
            "hero_image": article.head("hero").and_then(|key| self.pictures.get(key)),
            "featured": article.head("featured") == Some("yes"),
        })
    }

    fn publish(&self, conn: &mut Conn, text: &DemoText, mut body: Value) -> Result<String> {
        body["title"] = text.head("title").into();
        body["dek"] = text.head("dek").into();
        let pictures = self.pictures.iter();
        let markdown = pictures
            .fold(text.body().to_owned(), |markdown, (key, id)| markdown.replace(&format!("(image:{key} "), &format!("(image:{id} ")));
        body["body"] = json!({"markdown": markdown});
        id_of(&articles::create(&self.app, conn, &self.caller()?, &self.input(body), articles::Saving { publish: true, note: None })?)
    }

    fn discuss(&self, conn: &mut Conn, key: &str, article: &str) -> Result<()> {
        let discussions = self.lists.discussions.iter().filter(|discussion| discussion.article == key);
        discussions.flat_map(|discussion| &discussion.threads).try_for_each(|remark| self.say(conn, article, remark, None))
    }

    /// Posts a comment, approves it unless it should stay pending, and posts the replies to it.
    fn say(&self, conn: &mut Conn, article: &str, remark: &Remark, parent: Option<&str>) -> Result<()> {
        let app = &self.app;
        app.clock.advance(BETWEEN_COMMENTS);
        let (body, caller) = if remark.staff {
            (json!({"body": remark.body, "parent_id": parent}), Some(self.caller()?))
        } else {
            let body = json!({
                "author_name": remark.name, "author_email": remark.email, "author_url": remark.url,
                "body": remark.body, "parent_id": parent,
            });
            (body, None)
        };
        let poster = comments::Poster { caller, address: "192.0.2.1".into(), user_agent: None };
        let id = id_of(&comments::create(app, conn, article, &poster, &self.input(body))?)?;
        if !remark.pending {
            let decision = json!({"ids": [&id], "status": "approved"});
            comments::moderate(app, conn, &self.caller()?, &self.input(decision))?;
        }
        remark.replies.iter().try_for_each(|reply| self.say(conn, article, reply, Some(&id)))
    }

    fn collect(&self, conn: &mut Conn, list: &List, ids: &HashMap<&str, String>) -> Result<()> {
        let items: Vec<_> = list.items.iter().filter_map(|key| ids.get(key.as_str())).collect();
        let body = json!({"key": list.key, "title": list.title, "items": items});
        collections::create(&self.app, conn, &self.caller()?, &self.input(body))?;
        Ok(())
    }

    /// Records in the audit log that the newsroom is complete.
    fn sign(&self, conn: &mut Conn) -> Result<()> {
        events::record(conn, self.app.now(), setup_event(FILLED, &self.admin))
    }

    fn with_picture(&self, item: &Value, member: &str) -> Value {
        let mut item = item.clone();
        let id = item[member].as_str().and_then(|key| self.pictures.get(key));
        item[member] = id.cloned().into();
        item
    }

    /// Begins an operation and returns its caller.
    fn caller<R: Right>(&self) -> Result<Caller<R>> {
        begin_operation();
        self.admin.clone().with_right()
    }

    /// Begins an operation and returns its input.
    fn input(&self, body: Value) -> Input {
        begin_operation();
        Input::of(body, Arc::clone(&self.app.checker))
    }
}

/// Returns an event of the setup, for the audit log.
pub(super) fn setup_event(kind: EventKind, admin: &Caller) -> Event {
    Event { kind, actor: admin.actor(), subject_kind: "site", subject_id: "demo".into(), tags: Vec::new(), details: Value::Null }
}

/// Returns the id of a resource that an operation created.
pub(super) fn id_of<T: Serialize>(made: &T) -> Result<String> {
    let made = serde_json::to_value(made)?;
    made["id"].as_str().map(str::to_owned).ok_or_else(|| Error::internal("the created resource has no id"))
}
