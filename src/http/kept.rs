//! Deletes the stored responses of idempotent requests when the resource that they show is deleted.

use diesel::prelude::*;
use serde_json::Value;

use super::idempotency::StoredResponse;
use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::schema::idempotency_keys;

/// The number of responses that are checked together.
const AT_ONCE: i64 = 100;

/// The resource that a stored response shows, by its id.
pub(crate) enum KeptOf {
    /// A comment.
    Comment(String),
    /// An article.
    Article(String),
    /// An account.
    Account(String),
}

/// The key of a stored response, and the resource that the response shows.
type Subject = (String, KeptOf);

/// Returns for each of the given resources whether it has been deleted.
type Gone = fn(&mut Conn, &[KeptOf]) -> Result<Vec<bool>>;

/// Deletes the stored responses that show deleted resources.
pub(crate) async fn forget_answers_of_the_gone(app: &App, gone: Gone) -> Result<()> {
    let mut after = Some(String::new());
    while let Some(begin) = after {
        let inside = app.clone();
        // Decrypting takes time that an async thread does not have.
        let (last, found) = app.db.read(move |conn| subjects(&inside, conn, &begin)).await?;
        after = last;
        if !found.is_empty() {
            app.db.write(move |conn| forget(conn, found, gone)).await?;
        }
    }
    Ok(())
}

/// Returns the resources that the next stored responses show, and the key of the last response, if there is one.
fn subjects(app: &App, conn: &mut Conn, scope: &str) -> Result<(Option<String>, Vec<Subject>)> {
    let rows = behind(conn, scope)?;
    let last = rows.last().map(|(scope, _)| scope.clone());
    Ok((last, rows.into_iter().filter_map(|(scope, sealed)| subject(app, scope, &sealed)).collect()))
}

fn behind(conn: &mut Conn, scope: &str) -> Result<Vec<(String, String)>> {
    let kept = idempotency_keys::table.filter(idempotency_keys::sealed_answer.is_not_null()).filter(idempotency_keys::scope.gt(scope));
    let columns = (idempotency_keys::scope, idempotency_keys::sealed_answer.assume_not_null());
    Ok(kept.order(idempotency_keys::scope).limit(AT_ONCE).select(columns).load(conn)?)
}

fn forget(conn: &mut Conn, found: Vec<Subject>, gone: Gone) -> Result<()> {
    let (scopes, things): (Vec<String>, Vec<KeptOf>) = found.into_iter().unzip();
    let gone = gone(conn, &things)?;
    let scopes: Vec<String> = scopes.into_iter().zip(gone).filter(|(_, gone)| *gone).map(|(scope, _)| scope).collect();
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::scope.eq_any(scopes))).execute(conn)?;
    Ok(())
}

/// Returns the resource that a stored response shows: a comment (which has an edit token), or the resource that its `Location` names.
fn subject(app: &App, scope: String, sealed: &str) -> Option<Subject> {
    let kept: StoredResponse = serde_json::from_slice(&app.secrets.unseal(&scope, sealed)?).ok()?;
    let body: Value = serde_json::from_slice(&kept.body).ok()?;
    let id = body.get("id")?.as_str()?.to_owned();
    if body.get("edit_token").is_some() {
        return Some((scope, KeptOf::Comment(id)));
    }
    let (_, location) = kept.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"))?;
    let kind = location.rsplit('/').nth(1)?;
    match kind {
        "comments" => Some((scope, KeptOf::Comment(id))),
        "articles" => Some((scope, KeptOf::Article(id))),
        "users" => Some((scope, KeptOf::Account(id))),
        _ => None,
    }
}
