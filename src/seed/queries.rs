//! SQL queries for the benchmark newsroom.

use diesel::prelude::*;

use super::texts::Texts;
use crate::db::{Conn, Id, Timestamp, fold};
use crate::error::Result;
use crate::schema::{articles, comment_moderation, comments, images, publications, users};
use crate::users::{Role, UserId};

/// The time between two comments, in milliseconds.
const BETWEEN: i64 = 1000;
/// Every fourth comment is a reply to the one before.
const THREAD: u32 = 4;

/// The state of a database.
pub(super) struct SeedState {
    /// The first administrator.
    pub(super) admin: Option<UserId>,
    /// Whether the database has articles or images.
    pub(super) has_content: bool,
}

/// Reads the state of the database.
pub(super) fn state(conn: &mut Conn) -> Result<SeedState> {
    let admins = users::table.filter(users::role.eq(Role::Admin)).order(users::id).select(users::id);
    let found = articles::table.count().get_result::<i64>(conn)? + images::table.count().get_result::<i64>(conn)?;
    Ok(SeedState { admin: admins.first(conn).optional()?, has_content: found > 0 })
}

/// Writes image rows without files; returns their ids.
pub(super) fn put_pictures(conn: &mut Conn, now: Timestamp, number: u32) -> Result<Vec<String>> {
    let rows = (0..number).map(|number| put_picture(conn, Timestamp::from_millis(now.millis() + i64::from(number)), number));
    rows.collect()
}

fn put_picture(conn: &mut Conn, now: Timestamp, number: u32) -> Result<String> {
    let id = Id::<()>::new(now).to_string();
    let mut texts = Texts::of(number);
    let (alt, caption, credit) = (texts.title(), texts.sentence(), format!("Photographer {}", number % 20));
    let row = (
        images::id.eq(&id),
        images::sha256.eq(format!("{number:064x}")),
        images::mime.eq("image/jpeg"),
        images::bytes.eq(2_400_000 + i64::from(number)),
        images::width.eq(2400),
        images::height.eq(1600),
        images::alt_key.eq(fold(&alt)),
        images::alt.eq(alt),
        images::caption_key.eq(fold(&caption)),
        images::caption.eq(caption),
        images::credit_key.eq(fold(&credit)),
        images::credit.eq(credit),
        images::focal_x.eq(0.5),
        images::focal_y.eq(0.5),
        images::thumbhash.eq("3OcRJYB4d3h/iIeHeEh3eIhw+j3A"),
        images::color.eq("#7a6a58"),
        images::file_name.eq(format!("picture-{number}.jpg")),
        images::search_key.eq(format!("picture {number}")),
        images::custom.eq("{}"),
        images::version.eq(1),
        images::created_at.eq(now),
        images::updated_at.eq(now),
        images::frames.eq(1),
        images::has_alpha.eq(false),
    );
    diesel::insert_into(images::table).values(row).execute(conn)?;
    Ok(id)
}

/// Writes the comments of an article, all approved, and counts them.
pub(super) fn put_comments(conn: &mut Conn, article: &str, now: Timestamp, texts: &mut Texts, number: u32) -> Result<()> {
    let mut parent = None;
    for number in 0..number {
        let now = Timestamp::from_millis(now.millis() + i64::from(number + 1) * BETWEEN);
        let answers = parent.take_if(|_| number % THREAD == THREAD - 1);
        let id = Id::<()>::new(now).to_string();
        let (name, text) = (format!("Reader {number}"), format!("{} {}", texts.sentence(), texts.sentence()));
        let row = (
            comments::id.eq(&id),
            comments::article_id.eq(article),
            comments::depth.eq(i32::from(answers.is_some())),
            comments::reply_count.eq(0),
            comments::author_name_key.eq(fold(&name)),
            comments::author_name.eq(name),
            comments::author_email.eq(format!("reader-{number}@example.org")),
            comments::is_staff.eq(false),
            comments::markdown.eq(&text),
            comments::html.eq(format!("<p>{text}</p>")),
            comments::text.eq(&text),
            comments::status.eq("approved"),
            comments::shown.eq(true),
            comments::score.eq(0),
            comments::reported.eq(0),
            comments::version.eq(1),
            comments::created_at.eq(now),
            comments::parent_id.eq(&answers),
        );
        diesel::insert_into(comments::table).values(row).execute(conn)?;
        let record = (
            comment_moderation::comment_id.eq(&id),
            comment_moderation::spam_score.eq(0),
            comment_moderation::spam_signs.eq("[]"),
            comment_moderation::created_at.eq(now),
        );
        diesel::insert_into(comment_moderation::table).values(record).execute(conn)?;
        if let Some(answered) = answers {
            let parent = comments::table.filter(comments::id.eq(answered));
            diesel::update(parent).set(comments::reply_count.eq(comments::reply_count + 1)).execute(conn)?;
        } else {
            parent = Some(id);
        }
    }
    let count = i32::try_from(number).unwrap_or(i32::MAX);
    diesel::update(articles::table.filter(articles::id.eq(article))).set(articles::comment_count.eq(count)).execute(conn)?;
    diesel::update(publications::table.filter(publications::id.eq(article))).set(publications::comment_count.eq(count)).execute(conn)?;
    Ok(())
}
