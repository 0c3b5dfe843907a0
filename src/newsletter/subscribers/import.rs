//! The import of subscribers from a file. Either the whole file is imported, or nothing and every validation error
//! names its line.

use std::collections::HashMap;

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::queries;
use super::rows::{Row, parse};
use super::subscriber::{Subscriber, SubscriberStatus};
use crate::app::App;
use crate::db::{Conn, Lock, Timestamp};
use crate::error::Result;
use crate::events::{self, Event, EventKind};
use crate::jobs::{self, Job};
use crate::newsletter::lists::{self, ListId};
use crate::newsletter::optin::NewsletterMail;
use crate::newsletter::suppressions::SuppressionReason;
use crate::newsletter::{address_hash, suppressions};
use crate::users::{Caller, Editor};

/// The result of an import.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct ImportReport {
    /// The number of people in the file.
    #[schema(minimum = 0, example = 120)]
    rows: usize,
    /// The number of people who are subscribed now, because the file states when and how they agreed.
    #[schema(minimum = 0, example = 80)]
    confirmed: usize,
    /// The number of people who get an email that asks them to confirm.
    #[schema(minimum = 0, example = 30)]
    pending: usize,
    /// The number of people who were subscribers before; they are unchanged.
    #[schema(minimum = 0, example = 8)]
    known: usize,
    /// The number of people who get no email, because they unsubscribed, complained or cannot be reached, according
    /// to this server or to the file.
    #[schema(minimum = 0, example = 2)]
    suppressed: usize,
}

/// A valid file, with the lists that existed when it was checked.
pub(super) struct Checked {
    file: Bytes,
    lists: Lists,
    rows: Vec<Row>,
}

/// All lists by key, and the default lists of rows that name none.
#[derive(PartialEq)]
struct Lists {
    keys: HashMap<String, ListId>,
    usual: Vec<ListId>,
}

impl Lists {
    fn load(conn: &mut Conn) -> Result<Self> {
        let keys = lists::all(conn)?.into_iter().map(|list| (list.key, list.id)).collect();
        Ok(Self { keys, usual: lists::defaults(conn)? })
    }
}

/// Parses and validates a file before the write begins.
pub(super) fn read(app: &App, conn: &mut Conn, file: Bytes) -> Result<Checked> {
    let lists = Lists::load(conn)?;
    let rows = parse(&file, &lists.keys, &lists.usual, app.now())?;
    Ok(Checked { file, lists, rows })
}

/// Imports a file.
pub(super) fn import(app: &App, conn: &mut Conn, caller: &Caller<Editor>, checked: &Checked, statement: &str) -> Result<ImportReport> {
    // Without the lock, two concurrent imports could both treat an email address as new.
    Lock::NewsletterImports.take(conn)?;
    // If the lists changed meanwhile, which is rare, the file must be checked again.
    let rows = if Lists::load(conn)? == checked.lists { checked.rows.clone() } else { read(app, conn, checked.file.clone())?.rows };
    let emails: Vec<String> = rows.iter().map(|row| row.email.clone()).collect();
    let hashes: Vec<String> = emails.iter().map(|email| address_hash(app, email)).collect();
    let (known, suppressed) = (queries::known(conn, &emails)?, suppressions::of_addresses(conn, &hashes)?);
    let mut report = ImportReport { rows: rows.len(), ..ImportReport::default() };
    for (row, hash) in rows.into_iter().zip(hashes) {
        if known.contains(&row.email) {
            report.known += 1;
        } else if suppressed.contains(&hash) {
            report.suppressed += 1;
        } else {
            match take(app, conn, row, hash, statement)? {
                SubscriberStatus::Confirmed => report.confirmed += 1,
                SubscriberStatus::Pending => report.pending += 1,
                SubscriberStatus::Unsubscribed | SubscriberStatus::Suppressed => report.suppressed += 1,
            }
        }
    }
    let event = Event {
        kind: EventKind::SubscribersImported,
        actor: caller.actor(),
        subject_kind: "newsletter",
        subject_id: "subscribers".into(),
        tags: Vec::new(),
        details: json!({"confirmed": report.confirmed, "pending": report.pending, "known": report.known, "suppressed": report.suppressed}),
    };
    events::record(conn, app.now(), event)?;
    Ok(report)
}

/// Stores a new subscriber. People without a recorded consent are asked to confirm; people who had unsubscribed get no email.
fn take(app: &App, conn: &mut Conn, row: Row, hash: String, statement: &str) -> Result<SubscriberStatus> {
    let status = row.status();
    let lists = if status == SubscriberStatus::Unsubscribed { Vec::new() } else { row.lists.clone() };
    let subscriber = subscriber(row, hash, statement, app.now());
    let suppression = match status {
        SubscriberStatus::Unsubscribed => Some(SuppressionReason::Unsubscribed),
        // The file does not contain the reason.
        SubscriberStatus::Suppressed => Some(SuppressionReason::Blocked),
        SubscriberStatus::Confirmed | SubscriberStatus::Pending => None,
    };
    if let Some(reason) = suppression {
        suppressions::suppress(conn, &subscriber.email_hash, reason, app.now())?;
    }
    queries::insert(conn, &subscriber)?;
    queries::add_lists(conn, subscriber.id, &lists)?;
    if status == SubscriberStatus::Pending {
        jobs::enqueue(app, conn, &Job::NewsletterMail(NewsletterMail::Imported(subscriber.id)))?;
    }
    Ok(status)
}

/// Builds the subscriber from a row. Pending subscribers have no time of confirmation, confirmed subscribers no time
/// of leaving.
fn subscriber(row: Row, hash: String, statement: &str, now: Timestamp) -> Subscriber {
    let status = row.status();
    let (confirmed_at, unsubscribed_at) = match status {
        SubscriberStatus::Pending => (None, None),
        SubscriberStatus::Confirmed => (row.confirmed_at.or(Some(now)), None),
        SubscriberStatus::Unsubscribed => (row.confirmed_at, row.unsubscribed_at.or(Some(now))),
        SubscriberStatus::Suppressed => (row.confirmed_at, row.unsubscribed_at),
    };
    Subscriber {
        name: row.name,
        status,
        consent: Some(row.consent.unwrap_or_else(|| statement.to_owned())),
        consented_at: row.consented_at,
        confirmed_at,
        unsubscribed_at,
        created_at: row.created_at.unwrap_or(now),
        ..Subscriber::pending(row.email, hash, now)
    }
}
