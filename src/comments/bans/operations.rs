//! Operations on bans, and the comparison of comments with them.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::json;

use super::ban::{Ban, BanDraft, BanId, BanKind, BanView, LISTING, bans_of};
use super::queries;
use crate::app::App;
use crate::comments::comment::Comment;
use crate::comments::moderation::CommentDesk;
use crate::comments::spam::SpamSignal;
use crate::db::{Conn, Id, Lock, PageOf, PageQuery, plain_words};
use crate::error::{Error, Result};
use crate::events::{self, Event, EventKind};
use crate::input::{Input, Query};
use crate::scrub::{self, Scrub};
use crate::users::Caller;

/// The prefix of the value of a ban whose email address was erased. No email address starts with it.
const ERASED: &str = "erased:";
/// The maximum number of bans, because each comment is compared with all of them.
const MAX_BANS: i64 = 5_000;

/// Returns one page of bans, with the parsed query.
pub(super) fn list(app: &App, conn: &mut Conn, mut query: Query) -> Result<(PageQuery, PageOf<BanView>)> {
    let list = query.listing(&LISTING, &app.secrets, "bans");
    query.finish()?;
    let page = queries::page(conn, &list)?.with_rows(|rows| Ok(rows.iter().map(Ban::view).collect()))?;
    Ok((list, page))
}

/// Returns one ban.
pub(super) fn read(conn: &mut Conn, id: &str) -> Result<BanView> {
    let id = id.parse::<BanId>().map_err(|_| Error::not_found())?;
    queries::look_up(conn, id)?.map(|ban| ban.view()).ok_or_else(Error::not_found)
}

/// Creates a ban.
pub(super) fn create(app: &App, conn: &mut Conn, caller: &Caller<CommentDesk>, input: &Input) -> Result<BanView> {
    let BanDraft { kind, value, note } = input.create(conn)?;
    let value = kind.normal(&value.0).map_err(|fault| Error::invalid(vec![fault]))?;
    Lock::CommentBans.take(conn)?;
    let erased = erased_value(app, &value);
    if queries::is_banned(conn, kind, &value)? || queries::is_banned(conn, kind, &erased)? {
        return Err(Error::conflict("This value is already banned."));
    }
    if queries::count(conn)? >= MAX_BANS {
        return Err(Error::conflict("The limit of 5000 bans is reached; a ban of a wider network can replace several bans."));
    }
    let now = app.now();
    let ban = Ban { id: Id::new(now), kind, value, note: note.filter(|note| !note.trim().is_empty()), created_at: now };
    queries::insert(conn, &ban)?;
    record_event(app, conn, caller, &ban, EventKind::CommentBanCreated)?;
    Ok(ban.view())
}

/// Lifts a ban. Lifting a missing ban has no effect.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<CommentDesk>, id: &str) -> Result<()> {
    let Ok(id) = id.parse::<BanId>() else { return Ok(()) };
    let Some(ban) = queries::look_up(conn, id)? else { return Ok(()) };
    queries::delete(conn, id)?;
    scrub::ask(app, conn, Scrub::People)?;
    record_event(app, conn, caller, &ban, EventKind::CommentBanDeleted)
}

fn record_event(app: &App, conn: &mut Conn, caller: &Caller<CommentDesk>, ban: &Ban, kind: EventKind) -> Result<()> {
    let event = Event {
        kind,
        actor: caller.actor(),
        subject_kind: "comment_ban",
        subject_id: ban.id.to_string(),
        tags: Vec::new(),
        details: json!({"kind": ban.kind}),
    };
    events::record(conn, app.now(), event)
}

/// Returns the value of a ban whose email address was erased: a keyed hash.
fn erased_value(app: &App, email: &str) -> String {
    format!("{ERASED}{}", app.secrets.digest("banned address", email.as_bytes()))
}

/// Replaces the email address in its ban with a keyed hash, so that the ban stays in force. Returns whether there was a ban.
pub(in crate::comments) fn forget_address(app: &App, conn: &mut Conn, email: &str) -> Result<bool> {
    Lock::CommentBans.take(conn)?;
    queries::rename(conn, email, &erased_value(app, email))
}

/// Returns whether a ban was lifted, or its email address erased.
pub(crate) fn is_deleted(conn: &mut Conn, id: &str) -> Result<bool> {
    let Ok(id) = id.parse::<BanId>() else { return Ok(false) };
    Ok(queries::look_up(conn, id)?.is_none_or(|ban| ban.value.starts_with(ERASED)))
}

/// Returns the ban of an email address, if there is one.
pub(in crate::comments) fn of_address(conn: &mut Conn, email: &str) -> Result<Option<BanView>> {
    Ok(queries::of_value(conn, BanKind::Email, email)?.map(|ban| ban.view()))
}

/// Compares a comment, and the IP address that sent it, with the bans; returns the spam signs.
pub(in crate::comments) fn signs(app: &App, conn: &mut Conn, comment: &Comment, address: Option<&str>) -> Result<Vec<SpamSignal>> {
    let mut emails = comment.author_email.as_deref().map(bans_of).unwrap_or_default();
    emails.extend(comment.author_email.as_deref().map(|email| erased_value(app, email)));
    let bans = queries::against(conn, &emails)?;
    let of = |kind: BanKind| bans.iter().filter(move |ban| ban.0 == kind).map(|ban| ban.1.as_str());
    let mut signs = Vec::new();
    if of(BanKind::Email).next().is_some() {
        signs.push(SpamSignal::BannedEmail);
    }
    if let Some(address) = address.and_then(|address| address.parse::<IpAddr>().ok())
        && of(BanKind::Address).filter_map(|network| network.parse::<IpNet>().ok()).any(|network| network.contains(&address))
    {
        signs.push(SpamSignal::BannedAddress);
    }
    signs.extend(holds(comment, of(BanKind::Word)));
    Ok(signs)
}

/// Returns a spam sign if the comment's text, its author's name or the author's URL contains banned words.
pub(in crate::comments) fn banned_words(conn: &mut Conn, comment: &Comment) -> Result<Option<SpamSignal>> {
    let words = queries::values(conn, BanKind::Word)?;
    Ok(holds(comment, words.iter().map(String::as_str)))
}

fn holds<'a>(comment: &Comment, words: impl Iterator<Item = &'a str>) -> Option<SpamSignal> {
    let mut words = words.peekable();
    words.peek()?;
    let url = comment.author_url.as_deref().unwrap_or_default();
    // The Markdown is checked, too, because URLs in it do not appear in the text.
    let said = [comment.text.as_str(), &comment.markdown, &comment.author_name, url].map(plain_words);
    words.any(|word| said.iter().any(|text| text.contains(&format!(" {word} ")))).then_some(SpamSignal::BannedWord)
}
