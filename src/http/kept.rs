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
    /// An invitation.
    Invitation(String),
    /// A ban.
    Ban(String),
    /// A profile.
    Author(String),
    /// An image.
    Image(String),
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
    Ok((last, rows.into_iter().flat_map(|(scope, sealed)| subjects_of(app, &scope, &sealed)).collect()))
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

/// Returns the resources that a stored response shows; that of a batch shows those of all its operations.
fn subjects_of(app: &App, scope: &str, sealed: &str) -> Vec<Subject> {
    let kept = app.secrets.unseal(scope, sealed).and_then(|bytes| serde_json::from_slice::<StoredResponse>(&bytes).ok());
    let Some(kept) = kept else { return Vec::new() };
    let Ok(body) = serde_json::from_slice::<Value>(&kept.body) else { return Vec::new() };
    let location = kept.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location")).map(|(_, place)| place.as_str());
    let shown: Vec<KeptOf> = match body.get("results").and_then(Value::as_array) {
        Some(results) => {
            results.iter().filter_map(|result| shown(result.get("body")?, result.get("location").and_then(Value::as_str))).collect()
        }
        None => shown(&body, location).into_iter().collect(),
    };
    shown.into_iter().map(|subject| (scope.to_owned(), subject)).collect()
}

/// Returns the resource that a body shows: a comment (which has an edit token), an invitation, or the resource that `Location` names.
fn shown(body: &Value, location: Option<&str>) -> Option<KeptOf> {
    let id = body.get("id")?.as_str()?.to_owned();
    if body.get("edit_token").is_some() {
        return Some(KeptOf::Comment(id));
    }
    // A repeated invitation has no `Location`.
    if body.get("invited_by").is_some() {
        return Some(KeptOf::Invitation(id));
    }
    match location?.rsplit('/').nth(1)? {
        "comments" => Some(KeptOf::Comment(id)),
        "articles" => Some(KeptOf::Article(id)),
        "users" => Some(KeptOf::Account(id)),
        "bans" => Some(KeptOf::Ban(id)),
        "authors" => Some(KeptOf::Author(id)),
        "images" => Some(KeptOf::Image(id)),
        _ => None,
    }
}
