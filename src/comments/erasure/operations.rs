//! Operations that export and erase a person's data: functions of a connection, a caller and parsed input.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::super::queries as comments;
use super::super::{bans, notices};
use super::queries;
use super::views::{Erasure, ErasureDraft, Export, ExportedComment};
use crate::app::App;
use crate::articles::{ArticleId, lock_comments};
use crate::comments::comment::Comment;
use crate::comments::record::ModerationRecord;
use crate::db::Conn;
use crate::error::Result;
use crate::events::{self, CacheTag, Event, EventKind};
use crate::input::Input;
use crate::newsletter;
use crate::scrub::{self, Scrub};
use crate::users::{self, Admin, Caller};

/// Returns all comments written with an email address, and the other data stored with it.
pub(super) fn export(app: &App, conn: &mut Conn, email: &str) -> Result<Export> {
    let written = queries::written_by(conn, email)?;
    let mut reports = queries::reports_of(conn, &written.iter().map(|(comment, _)| comment.id).collect::<Vec<_>>())?;
    let articles: BTreeSet<ArticleId> = written.iter().map(|(comment, _)| comment.article_id).collect();
    let cards = comments::article_cards(conn, &articles.into_iter().collect::<Vec<_>>())?;
    let exported = |(comment, record): (Comment, ModerationRecord)| {
        let card = cards.get(&comment.article_id).cloned()?;
        let reports = reports.remove(&comment.id).unwrap_or_default();
        Some(ExportedComment::new(comment, record, card, reports))
    };
    Ok(Export {
        comments: written.into_iter().filter_map(exported).collect(),
        subscriber: newsletter::known_of(conn, email)?,
        suppressed: newsletter::suppression_of(app, conn, email)?,
        ban: bans::of_address(conn, email)?,
        invitation: users::invitation_of(conn, email)?,
        refuses_notices: notices::has_refused(app, conn, email)?,
    })
}

/// Erases all comments written with an email address, and the other data stored with it.
pub(super) fn erase(app: &App, conn: &mut Conn, caller: &Caller<Admin>, input: &Input) -> Result<Erasure> {
    let email = input.plain::<ErasureDraft>()?.email.normal();
    let invitation = users::erase_invitation(app, conn, caller.actor(), &email)?;
    let found = queries::places_of(conn, &email)?;
    let mut articles: BTreeMap<ArticleId, usize> = BTreeMap::new();
    for (_, article) in found {
        *articles.entry(article).or_default() += 1;
    }
    for article in articles.keys() {
        lock_comments(conn, *article)?;
    }
    // The second query includes comments that were posted to the same articles while this function waited for the locks.
    let found = queries::places_of(conn, &email)?.into_iter().filter(|(_, article)| articles.contains_key(article));
    let ids: Vec<_> = found.map(|(id, _)| id).collect();
    queries::clear_personal_data(conn, &ids)?;
    notices::forget_address(app, conn, &email)?;
    let subscriber = newsletter::erase(app, conn, caller.actor(), &email)?;
    let ban = bans::forget_address(app, conn, &email)?;
    for (article, count) in articles {
        let event = Event {
            kind: EventKind::CommentsErased,
            actor: caller.actor(),
            subject_kind: "article",
            subject_id: article.to_string(),
            tags: vec![article.into(), CacheTag::comments_of(article)],
            details: json!({"count": count}),
        };
        events::record(conn, app.now(), event)?;
    }
    scrub::ask(app, conn, Scrub::People)?;
    Ok(Erasure { erased: ids.len(), subscriber, ban, invitation })
}
