//! Operations on images: plain functions of connection, caller and input.

use std::collections::BTreeSet;

use serde_json::Value;

use super::files::delete_unused_file;
use super::image::{EditedImage, Image, ImageDraft, ImageView, parse_stored_name};
use super::usages::{Usages, usages};
use super::{listing, queries, renditions};
use crate::app::App;
use crate::db::{Conn, Lock, PageOf, PageQuery};
use crate::error::{Code, Error, Result};
use crate::events::{self, CacheTag, Event, EventKind, KindTag};
use crate::http::Precondition;
use crate::input::Input;
use crate::scrub::{self, Scrub};
use crate::users::{Caller, Role, Staff, Writer};

pub(super) use listing::LISTING;

/// The time for which a file may exist without a row, in seconds. An upload in progress has no row yet.
pub(super) const GRACE_SECONDS: i64 = 3600;

/// One page of images.
pub(super) fn list(app: &App, conn: &mut Conn, query: &PageQuery) -> Result<PageOf<EditedImage>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let counts = queries::use_counts(conn, &ids)?;
        Ok(rows.iter().map(|row| row.edited(&app.config.links, counts.get(&row.id).copied().unwrap_or(0))).collect())
    })
}

/// Reads an image for readers, if public content shows it.
pub(super) fn read(app: &App, conn: &mut Conn, name: &str) -> Result<ImageView> {
    let image = queries::find(conn, name)?;
    if queries::is_public(conn, image.id)? { Ok(image.view(&app.config.links)) } else { Err(Error::not_found()) }
}

/// Reads an image for staff.
pub(super) fn read_as_editor(app: &App, conn: &mut Conn, name: &str) -> Result<EditedImage> {
    let image = queries::find(conn, name)?;
    edited(app, conn, &image)
}

/// Lists the usages of an image.
pub(super) fn read_usages(conn: &mut Conn, caller: &Caller<Staff>, name: &str) -> Result<Usages> {
    let image = queries::find(conn, name)?;
    usages(conn, caller, &image)
}

/// Changes the metadata of an image, by replacement or by merge patch.
pub(super) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    name: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<EditedImage> {
    Lock::Images.take(conn)?;
    let mut image = queries::find(conn, name)?;
    refuse_foreign(caller, &image)?;
    let before = edited(app, conn, &image)?;
    let current = serde_json::to_value(&before)?;
    let draft = input.revise::<ImageDraft>(conn, &current)?;
    condition.check(image.version, &current, &input.object()?)?;
    if draft == image.draft() {
        return Ok(before);
    }
    image.revise(draft, app.now());
    queries::update(conn, &image)?;
    record_event(app, conn, caller, &image, EventKind::ImageRevised)?;
    edited(app, conn, &image)
}

/// Deletes an image; `force` removes it from all content that shows it. Returns the row, so that the file can be deleted as well.
pub(super) fn delete(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    name: &str,
    condition: &Precondition,
    force: bool,
) -> Result<Option<Image>> {
    // Content that shows the image may change too.
    for lock in [Lock::Articles, Lock::Authors, Lock::Site, Lock::Images] {
        lock.take(conn)?;
    }
    let Some(image) = queries::look_up(conn, name)? else { return Ok(None) };
    refuse_foreign(caller, &image)?;
    condition.check_bare(image.version)?;
    let used = usages(conn, caller, &image)?;
    if used.total > 0 && !force {
        let detail = format!(
            "The image is in use (number of places: {}). Send force=true to remove the image from these places and delete it.",
            used.total
        );
        let used = serde_json::to_value(used)?;
        return Err(Error::new(Code::InUse, detail).with("usages", used));
    }
    refuse_foreign_uses(conn, caller, &image, &used)?;
    record_event(app, conn, caller, &image, EventKind::ImageDeleted)?;
    queries::unlink(conn, image.id)?;
    queries::delete(conn, image.id)?;
    scrub::ask(app, conn, Scrub::Images)?;
    Ok(Some(image))
}

/// Deletes the renditions of a deleted image, and its file if no other image uses it.
pub(super) async fn delete_file(app: &App, image: &Image) -> Result<()> {
    delete_unused_file(app, &image.sha256, &image.stored_name()).await?;
    renditions::forget(app, image.id).await
}

/// Deletes files that crashes left in the media store: files without a row, and renditions of images that have since been deleted
/// or cropped differently. Returns the number of candidates.
pub(crate) async fn sweep(app: &App) -> Result<usize> {
    let before = app.now().plus_seconds(-GRACE_SECONDS);
    app.storage.forget_unfinished(before)?;
    let names = app.storage.older_than(before).await?;
    let (candidates, renditions) = app
        .db
        .read(move |conn| {
            let renditions = renditions::without_original(conn, &names)?;
            Ok((without_rows(conn, names)?, renditions))
        })
        .await?;
    for name in &candidates {
        if let Some((sha256, _)) = parse_stored_name(name) {
            delete_unused_file(app, sha256, name).await?;
        }
    }
    for name in &renditions {
        app.storage.delete(name).await?;
    }
    Ok(candidates.len() + renditions.len() + super::uploads::sweep(app, before).await?)
}

fn without_rows(conn: &mut Conn, names: Vec<String>) -> Result<Vec<String>> {
    let mut orphans = Vec::new();
    for name in names {
        let Some((sha256, _)) = parse_stored_name(&name) else { continue };
        if !queries::file_is_used(conn, sha256)? {
            orphans.push(name);
        }
    }
    Ok(orphans)
}

/// Requires that the caller may edit all images or uploaded this one.
fn refuse_foreign(caller: &Caller<Writer>, image: &Image) -> Result<()> {
    if caller.edits_all() || image.created_by == Some(caller.user) {
        return Ok(());
    }
    Err(Error::forbidden("You can change only images that you uploaded."))
}

/// Requires that the caller may change the content that shows the image.
fn refuse_foreign_uses(conn: &mut Conn, caller: &Caller<Writer>, image: &Image, used: &Usages) -> Result<()> {
    if caller.edits_all() || used.total == 0 {
        return Ok(());
    }
    let own_profile = caller.author.map(|id| id.to_string());
    let others = used.site
        || used.authors.iter().any(|author| own_profile.as_deref() != Some(author.id.as_str()))
        || queries::shown_by_others(conn, image.id, caller.user)?;
    let published = caller.role == Role::Contributor && queries::is_public(conn, image.id)?;
    if others || published {
        return Err(Error::forbidden("The image is used in content that you may not change."));
    }
    Ok(())
}

/// Records an event, with the cache tags of all responses that show the image.
pub(super) fn record_event(app: &App, conn: &mut Conn, caller: &Caller<Writer>, image: &Image, kind: EventKind) -> Result<()> {
    let mut tags = BTreeSet::from([CacheTag::from(image.id), KindTag::Images.into()]);
    for (user, id) in queries::uses(conn, image.id)? {
        // An article that loses its image can enter lists that it was not in: `hero_image[exists]=false`.
        if user == "article" && kind == EventKind::ImageDeleted {
            tags.insert(KindTag::Articles.into());
        }
        tags.insert(if user == "site" { KindTag::Site.into() } else { CacheTag::of(&user, &id) });
    }
    let event = Event {
        kind,
        actor: caller.actor(),
        subject_kind: "image",
        subject_id: image.id.to_string(),
        tags: tags.into_iter().collect(),
        details: Value::Null,
    };
    events::record(conn, app.now(), event)
}

/// The view of an image for staff.
pub(super) fn edited(app: &App, conn: &mut Conn, image: &Image) -> Result<EditedImage> {
    let counts = queries::use_counts(conn, &[image.id])?;
    Ok(image.edited(&app.config.links, counts.get(&image.id).copied().unwrap_or(0)))
}
