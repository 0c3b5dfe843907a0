//! The operations on sections: plain functions of the connection, the caller and the input.

use serde_json::{Value, json};

use super::queries;
use super::section::{LISTING, Section, SectionDraft, SectionId, SectionMerger, SectionView};
use crate::app::App;
use crate::db::{Conn, Lock, PageOf, PageQuery, free_slug, is_id_or_slug, slug_of};
use crate::error::{Code, Error, Fault, Result};
use crate::events::{self, Event, EventKind, KindTag};
use crate::former_slugs::{self, SlugKind};
use crate::http::{Edited, Precondition};
use crate::input::{Input, Query};
use crate::users::{Caller, Editor};

/// Returns a page of sections.
pub(super) fn list(app: &App, conn: &mut Conn, query: &PageQuery) -> Result<PageOf<SectionView>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| views(app, conn, &rows))
}

/// Returns the first hundred sections, by position.
pub(crate) fn first(app: &App, conn: &mut Conn) -> Result<Vec<SectionView>> {
    let query = Query::parse("limit=100").listing(&LISTING, &app.secrets, "sections");
    Ok(list(app, conn, &query)?.rows)
}

/// Returns the public view of a section.
pub(crate) fn read(app: &App, conn: &mut Conn, name: &str) -> Result<SectionView> {
    let section = queries::find_ever(conn, name)?;
    view(app, conn, &section)
}

/// Returns the editor's view of a section.
pub(super) fn read_as_editor(app: &App, conn: &mut Conn, name: &str) -> Result<Edited<SectionView>> {
    let section = queries::find(conn, name)?;
    edited(app, conn, &section)
}

/// Creates a section.
pub(crate) fn create(app: &App, conn: &mut Conn, caller: &Caller<Editor>, input: &Input) -> Result<Edited<SectionView>> {
    let draft = input.create::<SectionDraft>(conn)?;
    let now = app.now();
    let mut section = Section::new(now);
    let slug = choose_slug(conn, &draft, &section)?;
    section.revise(draft, slug, now);
    queries::insert(conn, &section)?;
    events::record(conn, app.now(), event(EventKind::SectionCreated, &section, caller.actor(), None))?;
    edited(app, conn, &section)
}

/// Changes a section, by replacement or by merge patch.
pub(super) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Editor>,
    name: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<Edited<SectionView>> {
    let mut section = locked(conn, name)?;
    let before = edited(app, conn, &section)?;
    let current = serde_json::to_value(&before)?;
    let draft = input.revise::<SectionDraft>(conn, &current)?;
    refuse_circle(conn, section.id, draft.parent)?;
    condition.check(section.version, &current, &input.object()?)?;
    let slug = choose_slug(conn, &draft, &section)?;
    let former_slug = section.slug.clone();
    section.revise(draft, slug, app.now());
    let after = edited(app, conn, &section)?;
    if before.same_content(&after)? {
        return Ok(before);
    }
    queries::update(conn, &section)?;
    former_slugs::renamed(conn, SlugKind::Section, section.id, &former_slug, &section.slug, app.now())?;
    events::record(conn, app.now(), event(EventKind::SectionRevised, &section, caller.actor(), None))?;
    edited(app, conn, &section)
}

/// Deletes a section. Its articles, subsections and ads move to `reassign_to`; without this parameter, the section must have no
/// articles, subsections or ads.
pub(super) fn delete(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Editor>,
    name: &str,
    condition: &Precondition,
    reassign_to: Option<&str>,
) -> Result<()> {
    Lock::Sections.take(conn)?;
    let Some(section) = queries::look_up(conn, name)? else { return Ok(()) };
    let heir = reassign_to.map(|heir| find_heir(conn, &section, heir)).transpose()?;
    condition.check_bare(section.version)?;
    if let Some(heir) = heir {
        queries::reassign(conn, section.id, heir)?;
        former_slugs::merged(conn, SlugKind::Section, section.id, &section.slug, heir, app.now())?;
    } else {
        refuse_used(conn, &section)?;
        former_slugs::forget(conn, SlugKind::Section, section.id)?;
    }
    queries::delete(conn, section.id)?;
    events::record(conn, app.now(), event(EventKind::SectionDeleted, &section, caller.actor(), heir))
}

/// Moves all articles, subsections and ads of a section to another, and deletes the section.
pub(super) fn merge(app: &App, conn: &mut Conn, caller: &Caller<Editor>, name: &str, input: &Input) -> Result<Edited<SectionView>> {
    let section = locked(conn, name)?;
    let SectionMerger { into } = input.create::<SectionMerger>(conn)?;
    if lies_within(conn, into, section.id)? {
        return Err(Error::invalid(vec![Fault::at("/into", "circle", "A section cannot be merged into itself or a section below it.")]));
    }
    queries::reassign(conn, section.id, into)?;
    former_slugs::merged(conn, SlugKind::Section, section.id, &section.slug, into, app.now())?;
    queries::delete(conn, section.id)?;
    events::record(conn, app.now(), event(EventKind::SectionMerged, &section, caller.actor(), Some(into)))?;
    read_as_editor(app, conn, &into.to_string())
}

fn find_heir(conn: &mut Conn, section: &Section, name: &str) -> Result<SectionId> {
    let refused = |code, why| Error::bad_query(vec![Fault::parameter("reassign_to", code, why)]);
    let found = if is_id_or_slug(name) { queries::look_up(conn, name)? } else { None };
    let heir = found.filter(|heir| heir.id != section.id);
    let heir = heir.ok_or_else(|| refused("unknown_reference", format!("There is no other section {name:?}.")))?;
    if lies_within(conn, heir.id, section.id)? {
        return Err(refused("circle", format!("{name:?} is below this section.")));
    }
    Ok(heir.id)
}

fn refuse_used(conn: &mut Conn, section: &Section) -> Result<()> {
    let (articles, children, creatives) = queries::usages(conn, section.id)?;
    if articles + children + creatives == 0 {
        return Ok(());
    }
    let detail = format!(
        "The section has content (articles: {articles}, subsections: {children}, ads: {creatives}). Name another section in reassign_to."
    );
    Err(Error::new(Code::InUse, detail).with("usages", json!({"articles": articles, "sections": children, "creatives": creatives})))
}

/// Refuses a parent that is the section itself or is below it, or that is nested deeper than 32 levels.
fn refuse_circle(conn: &mut Conn, id: SectionId, parent: Option<SectionId>) -> Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    if !lies_within(conn, parent, id)? {
        return Ok(());
    }
    Err(Error::invalid(vec![Fault::at("/parent", "circle", "A section cannot be below itself or nested deeper than 32 levels.")]))
}

/// Checks whether a section is the same as another section or is below it. A section that is nested deeper than 32 levels counts as
/// below every section.
fn lies_within(conn: &mut Conn, id: SectionId, other: SectionId) -> Result<bool> {
    let mut above = Some(id);
    for _ in 0..32 {
        let Some(next) = above else { return Ok(false) };
        if next == other {
            return Ok(true);
        }
        above = queries::find(conn, &next.to_string())?.parent_id;
    }
    Ok(true)
}

fn choose_slug(conn: &mut Conn, draft: &SectionDraft, section: &Section) -> Result<String> {
    Lock::SectionSlugs.take(conn)?;
    if let Some(slug) = &draft.slug {
        let taken = *slug != section.slug && queries::slug_taken(conn, slug, section.id)?;
        return if taken { Err(queries::slug_refusal(conn, slug)) } else { Ok(slug.clone()) };
    }
    let wanted = slug_of(&draft.name, "section");
    free_slug(conn, &wanted, |conn, slug| queries::slug_taken(conn, slug, section.id))
}

fn locked(conn: &mut Conn, name: &str) -> Result<Section> {
    Lock::Sections.take(conn)?;
    queries::find(conn, name)
}

/// Returns an event about a section. The cache tags of the event include the lists of articles, because these lists filter by
/// section and show the section's name.
fn event(kind: EventKind, section: &Section, actor: Option<String>, heir: Option<SectionId>) -> Event {
    Event {
        kind,
        actor,
        subject_kind: "section",
        subject_id: section.id.to_string(),
        tags: vec![section.id.into(), KindTag::Sections.into(), KindTag::Articles.into()],
        details: heir.map_or(Value::Null, |heir| json!({"into": heir})),
    }
}

fn view(app: &App, conn: &mut Conn, section: &Section) -> Result<SectionView> {
    views(app, conn, std::slice::from_ref(section))?.pop().ok_or_else(Error::not_found)
}

fn views(app: &App, conn: &mut Conn, sections: &[Section]) -> Result<Vec<SectionView>> {
    let links = &app.config.links;
    let parents: Vec<_> = sections.iter().filter_map(|section| section.parent_id).collect();
    let parents = queries::cards(conn, links, &parents)?;
    Ok(sections.iter().map(|section| section.view(links, section.parent_id.and_then(|id| parents.get(&id).cloned()))).collect())
}

fn edited(app: &App, conn: &mut Conn, section: &Section) -> Result<Edited<SectionView>> {
    Ok(Edited { view: view(app, conn, section)?, version: section.version, created_at: section.created_at, updated_at: section.updated_at })
}
