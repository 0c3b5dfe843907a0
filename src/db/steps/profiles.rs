//! Creates an author's profile, with the name of the account, for each account that may write and has none.
//!
//! These profiles are unlisted, because their owners did not ask for them. A profile becomes public when an article by its author
//! is published or a user saves the profile.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::super::conn::Conn;
use super::super::fold::fold;
use super::super::id::Id;
use super::super::slugs::{free_slug, slug_of};
use super::super::timestamp::Timestamp;
use super::Failure;
use crate::error::Result;

/// The number of accounts in memory at a time.
const PAGE: usize = 200;

/// An account without a profile.
#[derive(QueryableByName)]
struct Account {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
}

/// A number of rows.
#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Processes all accounts, one page at a time.
pub(super) fn provide(conn: &mut Conn) -> std::result::Result<(), Failure> {
    let select = format!(
        "SELECT id, name, created_at FROM users WHERE role <> 'moderator' AND id > $1
            AND NOT EXISTS (SELECT 1 FROM authors WHERE authors.user_id = users.id) ORDER BY id LIMIT {PAGE}"
    );
    let mut last = String::new();
    loop {
        let accounts: Vec<Account> = sql_query(&select).bind::<Text, _>(&last).load(conn)?;
        for account in &accounts {
            insert(conn, account)?;
        }
        match accounts.last() {
            Some(account) if accounts.len() == PAGE => last.clone_from(&account.id),
            _ => return Ok(()),
        }
    }
}

fn insert(conn: &mut Conn, account: &Account) -> std::result::Result<(), Failure> {
    let slug = free_slug(conn, &slug_of(&account.name, "author"), is_taken)?;
    let id = Id::<Account>::new(Timestamp::from_millis(account.created_at)).to_string();
    sql_query(
        "INSERT INTO authors (id, slug, name, name_key, bio_markdown, bio_html, links, custom, article_count, user_id, version,
            created_at, updated_at, unlisted) VALUES ($1, $2, $3, $4, '', '', '[]', '{}', 0, $5, 1, $6, $7, TRUE)",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(slug)
    .bind::<Text, _>(&account.name)
    .bind::<Text, _>(fold(&account.name))
    .bind::<Text, _>(&account.id)
    .bind::<BigInt, _>(account.created_at)
    .bind::<BigInt, _>(account.created_at)
    .execute(conn)?;
    Ok(())
}

fn is_taken(conn: &mut Conn, slug: &str) -> Result<bool> {
    let found: Rows = sql_query(
        "SELECT COUNT(*) AS rows FROM (SELECT slug FROM authors WHERE slug = $1
            UNION ALL SELECT slug FROM former_slugs WHERE kind = 'author' AND slug = $2) AS taken",
    )
    .bind::<Text, _>(slug)
    .bind::<Text, _>(slug)
    .get_result(conn)?;
    Ok(found.rows > 0)
}
