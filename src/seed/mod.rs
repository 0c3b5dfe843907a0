//! The newsroom for benchmarks: any number of articles, with everything that belongs to them.
//!
//! Invariants: a database with content is never filled; the same number of articles always gives the same texts, times and
//! URLs. Articles are created and published by the same operations that clients use, so that their derived texts are realistic.
//! Images (without files) and comments are inserted as rows.

mod queries;
mod texts;

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Conn, begin_operation};
use crate::error::{Error, Result};
use crate::input::Input;
use crate::users::{Caller, Right, Role};
use crate::{articles, authors, taxonomy};
use texts::Texts;

const AUTHORS: u32 = 50;
const TAGS: u32 = 40;
const SECTIONS: u32 = 10;
/// The number of comments of each article.
const COMMENTS: u32 = 10;
/// The time between two articles, in milliseconds.
const BETWEEN: i64 = 5 * 60 * 1000;
/// The publication time of the newest article: 1 January 2026.
const NEWEST: i64 = 1_767_225_600_000;
/// The number of articles in one transaction.
const BATCH: u32 = 250;

/// Fills an empty database; returns a summary.
///
/// # Errors
/// The error is a sentence for the operator.
pub(crate) async fn fill(config: &Config, articles: u32) -> std::result::Result<String, String> {
    let beginning = NEWEST - i64::from(articles) * BETWEEN;
    let app = App::open(config.clone(), Clock::manual(beginning))?;
    app.ensure_first_admin().await?;
    let state = app.db.read(queries::state).await.map_err(|error| error.to_string())?;
    let Some(user) = state.admin else { return Err("set ADMIN_EMAIL and ADMIN_PASSWORD to create the first administrator".into()) };
    if state.has_content {
        return Err("the database has content; set DATABASE_URL to an empty database".into());
    }
    let admin = Caller::known(user, Role::Admin, None, None, None);
    write(&app, &admin, articles).await.map_err(|error| error.to_string())?;
    Ok(format!(
        "{articles} articles by {AUTHORS} authors in {SECTIONS} sections with {TAGS} tags, {articles} images, {} comments.",
        articles * COMMENTS
    ))
}

async fn write(app: &App, admin: &Caller, articles: u32) -> Result<()> {
    let seeding = Seeding { app: app.clone(), admin: admin.clone() };
    let pictures = app.write(move |app, conn| queries::put_pictures(conn, app.now(), articles)).await?;
    let first = seeding.clone();
    app.write(move |_, conn| first.people_and_topics(conn)).await?;
    let pictures = Arc::new(pictures);
    for begin in (0..articles).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        let (seeding, pictures) = (seeding.clone(), Arc::clone(&pictures));
        let end = articles.min(begin + BATCH);
        app.write(move |_, conn| (begin..end).try_for_each(|number| seeding.article(conn, number, &pictures))).await?;
    }
    Ok(())
}

/// The app to fill, and the user who fills it.
#[derive(Clone)]
struct Seeding {
    app: App,
    admin: Caller,
}

impl Seeding {
    fn people_and_topics(&self, conn: &mut Conn) -> Result<()> {
        for number in 0..SECTIONS {
            let body = json!({"name": format!("Section {number}"), "slug": format!("section-{number}"), "position": number});
            taxonomy::create_section(&self.app, conn, &self.caller()?, &self.input(body))?;
        }
        for number in 0..AUTHORS {
            let body = json!({
                "name": format!("Author {number}"), "slug": format!("author-{number}"), "role_title": "Reporter",
                "bio": {"markdown": Texts::of(number).sentence()},
                "links": [{"kind": "website", "url": format!("https://example.org/authors/{number}")}],
            });
            authors::create(&self.app, conn, &self.caller()?, &self.input(body))?;
        }
        Ok(())
    }

    /// Writes an article with its comments.
    fn article(&self, conn: &mut Conn, number: u32, pictures: &[String]) -> Result<()> {
        self.app.clock.advance(BETWEEN);
        let mut texts = Texts::of(number);
        let mut pictures = pictures.iter().cycle().skip(usize::try_from(number).unwrap_or(0));
        let (Some(hero), Some(inside)) = (pictures.next(), pictures.next()) else { return Err(Error::internal("there are no images")) };
        let tags: Vec<String> = (0..3).map(|step| format!("Tag {}", (number * 7 + step * 11) % TAGS)).collect();
        let body = json!({
            "title": texts.title(), "slug": slug(number), "dek": texts.sentence(),
            "body": {"markdown": texts.body(inside)},
            "hero_image": hero, "section": format!("section-{}", number % SECTIONS), "tags": tags,
            "authors": [format!("author-{}", number % AUTHORS)], "locale": "en",
        });
        let saving = articles::Saving { publish: true, note: None };
        let made = id_of(&articles::create(&self.app, conn, &self.caller()?, &self.input(body), saving)?)?;
        queries::put_comments(conn, &made, self.app.now(), &mut texts, COMMENTS)
    }

    fn caller<R: Right>(&self) -> Result<Caller<R>> {
        self.admin.clone().with_right()
    }

    /// Begins an operation and returns its input.
    fn input(&self, body: Value) -> Input {
        begin_operation();
        Input::of(body, Arc::clone(&self.app.checker))
    }
}

/// Returns the slug of an article.
fn slug(number: u32) -> String {
    format!("story-{number}")
}

/// Returns the id of a resource that an operation created.
fn id_of<T: Serialize>(made: &T) -> Result<String> {
    let made = serde_json::to_value(made)?;
    made["id"].as_str().map(str::to_owned).ok_or_else(|| Error::internal("the created resource has no id"))
}
