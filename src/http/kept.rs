//! Deletes the stored responses of idempotent requests when the resource that they show is deleted.
//!
//! The response to a batch only loses the result of the operation, so that a repetition does not run the other operations again.

use diesel::prelude::*;
use serde_json::Value;

use super::idempotency::StoredResponse;
use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::schema::idempotency_keys;

/// The maximum number of responses that are read together.
const MAX_RESPONSES: i64 = 100;
/// The maximum number of resources that are looked for in one transaction.
const MAX_RESOURCES: usize = 100;

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

/// A resource that a stored response shows.
struct ShownResource {
    /// The key of the response.
    scope: String,
    /// The index of the result, if the request was a batch.
    result: Option<usize>,
    resource: KeptOf,
}

/// Returns for each of the given resources whether it has been deleted.
type AreDeleted = fn(&mut Conn, &[KeptOf]) -> Result<Vec<bool>>;

/// Deletes the stored responses that show deleted resources.
pub(crate) async fn delete_responses_of_deleted(app: &App, are_deleted: AreDeleted) -> Result<()> {
    let mut after = Some(String::new());
    while let Some(begin) = after {
        let inside = app.clone();
        // Decrypting is too slow for an async thread.
        let (last, found) = app.db.read(move |conn| resources(&inside, conn, &begin)).await?;
        after = last;
        let mut found = found.into_iter();
        loop {
            let part: Vec<ShownResource> = found.by_ref().take(MAX_RESOURCES).collect();
            if part.is_empty() {
                break;
            }
            let inside = app.clone();
            app.db.write(move |conn| forget(&inside, conn, part, are_deleted)).await?;
        }
    }
    Ok(())
}

/// Returns the resources that the next stored responses show, and the key of the last response, if there is one.
fn resources(app: &App, conn: &mut Conn, scope: &str) -> Result<(Option<String>, Vec<ShownResource>)> {
    let rows = behind(conn, scope)?;
    let last = rows.last().map(|(scope, _)| scope.clone());
    Ok((last, rows.into_iter().flat_map(|(scope, sealed)| resources_of(app, &scope, &sealed)).collect()))
}

fn behind(conn: &mut Conn, scope: &str) -> Result<Vec<(String, String)>> {
    let kept = idempotency_keys::table.filter(idempotency_keys::sealed_answer.is_not_null()).filter(idempotency_keys::scope.gt(scope));
    let columns = (idempotency_keys::scope, idempotency_keys::sealed_answer.assume_not_null());
    Ok(kept.order(idempotency_keys::scope).limit(MAX_RESPONSES).select(columns).load(conn)?)
}

fn forget(app: &App, conn: &mut Conn, found: Vec<ShownResource>, are_deleted: AreDeleted) -> Result<()> {
    let (places, resources): (Vec<_>, Vec<KeptOf>) =
        found.into_iter().map(|ShownResource { scope, result, resource }| ((scope, result), resource)).unzip();
    let deleted = are_deleted(conn, &resources)?;
    let deleted: Vec<(String, Option<usize>)> =
        places.into_iter().zip(deleted).filter(|(_, deleted)| *deleted).map(|(place, _)| place).collect();
    // A response is decrypted and encrypted once, however many of its results are deleted.
    for of_row in deleted.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((scope, _)) = of_row.first() else { continue };
        let row = idempotency_keys::table.filter(idempotency_keys::scope.eq(scope));
        let results: Vec<usize> = of_row.iter().filter_map(|(_, result)| *result).collect();
        if results.is_empty() {
            diesel::delete(row).execute(conn)?;
            continue;
        }
        let sealed: Option<Option<String>> = row.select(idempotency_keys::sealed_answer).first(conn).optional()?;
        match sealed.flatten().and_then(|sealed| without_results(app, scope, &sealed, &results)) {
            Some(rest) => diesel::update(row).set(idempotency_keys::sealed_answer.eq(rest)).execute(conn)?,
            // Deleted content must not stay, even if a repetition then runs the batch again.
            None => diesel::delete(row).execute(conn)?,
        };
    }
    Ok(())
}

/// Returns the stored response of a batch without the content of some results.
fn without_results(app: &App, scope: &str, sealed: &str, results: &[usize]) -> Option<String> {
    let mut kept: StoredResponse = serde_json::from_slice(&app.secrets.unseal(scope, sealed)?).ok()?;
    let mut body: Value = serde_json::from_slice(&kept.body).ok()?;
    for index in results {
        *body.get_mut("results")?.get_mut(*index)?.get_mut("body")? = Value::Null;
    }
    kept.body = serde_json::to_vec(&body).ok()?;
    Some(app.secrets.seal(scope, &serde_json::to_vec(&kept).ok()?))
}

/// Returns the resources that a stored response shows; the response to a batch shows the resources of all its operations.
fn resources_of(app: &App, scope: &str, sealed: &str) -> Vec<ShownResource> {
    let kept = app.secrets.unseal(scope, sealed).and_then(|bytes| serde_json::from_slice::<StoredResponse>(&bytes).ok());
    let Some(kept) = kept else { return Vec::new() };
    let Ok(body) = serde_json::from_slice::<Value>(&kept.body) else { return Vec::new() };
    let shown = |result, resource| ShownResource { scope: scope.to_owned(), result, resource };
    let Some(results) = body.get("results").and_then(Value::as_array) else {
        let resource = kept.paths.first().and_then(|path| resource_at(path, &body));
        return resource.map(|resource| shown(None, resource)).into_iter().collect();
    };
    let of_result = |(index, (result, path)): (usize, (&Value, &String))| Some(shown(Some(index), resource_at(path, result.get("body")?)?));
    results.iter().zip(&kept.paths).enumerate().filter_map(of_result).collect()
}

/// Returns the resource that the response to a request shows: the path names its kind, the body its id.
fn resource_at(path: &str, body: &Value) -> Option<KeptOf> {
    let id = body.get("id")?.as_str()?.to_owned();
    let path = path.split('?').next()?.strip_prefix("/api/v1/")?;
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["comments", "bans", ..] => Some(KeptOf::Ban(id)),
        ["comments", ..] | ["articles", _, "comments", ..] => Some(KeptOf::Comment(id)),
        ["articles", _, "previews"] => None,
        ["articles", ..] => Some(KeptOf::Article(id)),
        ["users", "invitations", ..] => Some(KeptOf::Invitation(id)),
        ["users" | "auth", ..] => Some(KeptOf::Account(id)),
        ["authors", ..] => Some(KeptOf::Author(id)),
        ["images", ..] => Some(KeptOf::Image(id)),
        _ => None,
    }
}
