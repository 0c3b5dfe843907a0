//! The operations on the site: plain functions of the connection, the caller and the input.

use serde_json::Value;

use super::queries::{self, StoredSettings};
use super::settings::SiteSettings;
use super::social::refuse_strange_links;
use super::view::{SiteEditorView, SiteView};
use crate::app::App;
use crate::db::{Conn, Lock, Zone};
use crate::error::Result;
use crate::events::{self, CacheTag, Event, EventKind, KindTag};
use crate::http::Precondition;
use crate::images::{self, ImageView};
use crate::input::Input;
use crate::users::{Admin, Caller};

/// Returns the public view of the site.
pub(crate) fn read(app: &App, conn: &mut Conn) -> Result<SiteView> {
    let settings = queries::settings(conn)?;
    let logo = logo(app, conn, &settings)?;
    Ok(settings.view(&app.config.links, logo))
}

/// Returns the site's time zone.
pub(crate) fn zone(conn: &mut Conn) -> Result<Zone> {
    Ok(Zone::named(&queries::settings(conn)?.timezone))
}

/// Returns the time zone for dates in article URLs; UTC, without a query, if URLs contain no dates.
pub(crate) fn address_zone(app: &App, conn: &mut Conn) -> Result<Zone> {
    if app.config.links.has_dates() { zone(conn) } else { Ok(Zone::utc()) }
}

/// Returns the admin's view of the site.
pub(super) fn read_as_editor(app: &App, conn: &mut Conn) -> Result<SiteEditorView> {
    let stored = queries::stored(conn)?;
    edited(app, conn, stored.as_ref())
}

/// Changes the site's settings, by replacement or by merge patch.
pub(crate) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Admin>,
    condition: &Precondition,
    input: &Input,
) -> Result<SiteEditorView> {
    Lock::Site.take(conn)?;
    let stored = queries::stored(conn)?;
    let before = edited(app, conn, stored.as_ref())?;
    let current = serde_json::to_value(&before)?;
    let settings = input.revise::<SiteSettings>(conn, &current)?;
    let known = stored.as_ref().map_or(&[][..], |stored| &stored.settings.0.social_links);
    refuse_strange_links("/social_links", &settings.social_links, known)?;
    condition.check(before.version, &current, &input.object()?)?;
    let former = stored.map(|stored| stored.settings.0).unwrap_or_default();
    if former == settings {
        return Ok(before);
    }
    let logos = former.logo.into_iter().chain(settings.logo).map(CacheTag::from);
    let tags = std::iter::once(CacheTag::from(KindTag::Site)).chain(logos).collect();
    let stored = StoredSettings::new(settings, before.version + 1, app.now());
    queries::store(conn, &stored)?;
    record_event(app, conn, caller, tags)?;
    edited(app, conn, Some(&stored))
}

fn record_event(app: &App, conn: &mut Conn, caller: &Caller<Admin>, tags: Vec<CacheTag>) -> Result<()> {
    let event = Event {
        kind: EventKind::SiteRevised,
        actor: caller.actor(),
        subject_kind: "site",
        subject_id: "site".into(),
        tags,
        details: Value::Null,
    };
    events::record(conn, app.now(), event)
}

fn edited(app: &App, conn: &mut Conn, stored: Option<&StoredSettings>) -> Result<SiteEditorView> {
    let settings = stored.map(|stored| stored.settings.0.clone()).unwrap_or_default();
    let logo = logo(app, conn, &settings)?;
    let mut view = settings.editor_view(&app.config.links, logo);
    if let Some(stored) = stored {
        view.version = stored.version;
        view.updated_at = Some(stored.updated_at);
    }
    Ok(view)
}

/// Returns the logo, unless its image was deleted.
fn logo(app: &App, conn: &mut Conn, settings: &SiteSettings) -> Result<Option<ImageView>> {
    let Some(id) = settings.logo else { return Ok(None) };
    Ok(images::views(conn, &app.config.links, &[id])?.remove(&id))
}
