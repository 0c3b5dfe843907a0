//! Subscribers from a file: all of it is taken, or nothing, with every fault named by its line.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::export::unguarded;
use super::queries;
use super::subscriber::{Subscriber, SubscriberStatus};
use crate::app::App;
use crate::db::{Conn, Timestamp, lock};
use crate::error::{Code, Error, Fault, MAX_FAULTS, Result};
use crate::events::{self, Event};
use crate::input::formats::{is_email, is_time};
use crate::input::is_name;
use crate::jobs::{self, Job};
use crate::newsletter::lists::{self, ListId};
use crate::newsletter::optin::NewsletterMail;
use crate::newsletter::{address_hash, suppressions};
use crate::users::{Caller, Editor};

/// How many people a file may bring.
const MOST_ROWS: usize = 2000;
/// How many characters the words for a consent may have.
const LONGEST_CONSENT: usize = 2000;
/// The columns that a file may have, the first one must.
const COLUMNS: [&str; 5] = ["email", "name", "lists", "consent", "consented_at"];

/// What became of a file.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct ImportReport {
    /// How many people it named.
    #[schema(minimum = 0, example = 120)]
    rows: usize,
    /// How many of them get the newsletter from now on, since it says when and how they agreed.
    #[schema(minimum = 0, example = 80)]
    confirmed: usize,
    /// How many are mailed and asked to confirm.
    #[schema(minimum = 0, example = 30)]
    pending: usize,
    /// How many were there before; nothing of them was changed.
    #[schema(minimum = 0, example = 8)]
    known: usize,
    /// How many are not written to, because they left, complained or can't be reached.
    #[schema(minimum = 0, example = 2)]
    suppressed: usize,
}

/// A row, as it was found to be right.
struct Row {
    email: String,
    name: Option<String>,
    lists: Vec<ListId>,
    consent: Option<String>,
    consented_at: Option<Timestamp>,
}

/// Reads a file.
pub(super) fn import(app: &App, conn: &mut Conn, caller: &Caller<Editor>, file: &[u8], statement: &str) -> Result<ImportReport> {
    // Two files with one address in both would each take it for new.
    lock(conn, "newsletter imports")?;
    let keys: HashMap<String, ListId> = lists::all(conn)?.into_iter().map(|list| (list.key, list.id)).collect();
    let usual = lists::defaults(conn)?;
    let rows = parse(file, &keys, &usual, app.now())?;
    let emails: Vec<String> = rows.iter().map(|row| row.email.clone()).collect();
    let hashes: Vec<String> = emails.iter().map(|email| address_hash(app, email)).collect();
    let (known, suppressed) = (queries::known(conn, &emails)?, suppressions::of_addresses(conn, &hashes)?);
    let mut report = ImportReport { rows: rows.len(), ..ImportReport::default() };
    for (row, hash) in rows.into_iter().zip(hashes) {
        if known.contains(&row.email) {
            report.known += 1;
        } else if suppressed.contains(&hash) {
            report.suppressed += 1;
        } else if take(app, conn, row, hash, statement)? == SubscriberStatus::Confirmed {
            report.confirmed += 1;
        } else {
            report.pending += 1;
        }
    }
    let event = Event {
        kind: "subscribers.imported",
        actor: caller.actor(),
        subject_kind: "newsletter",
        subject_id: "subscribers".into(),
        tags: Vec::new(),
        details: json!({"confirmed": report.confirmed, "pending": report.pending, "known": report.known, "suppressed": report.suppressed}),
    };
    events::record(conn, app.now(), event)?;
    Ok(report)
}

/// Stores somebody new; who is not known to have agreed is asked.
fn take(app: &App, conn: &mut Conn, row: Row, hash: String, statement: &str) -> Result<SubscriberStatus> {
    let now = app.now();
    let mut subscriber = Subscriber::pending(row.email, hash, now);
    subscriber.name = row.name;
    if row.consented_at.is_some() {
        subscriber.status = SubscriberStatus::Confirmed;
        subscriber.confirmed_at = Some(now);
    }
    subscriber.consent = Some(row.consent.unwrap_or_else(|| statement.to_owned()));
    subscriber.consented_at = row.consented_at;
    queries::insert(conn, &subscriber)?;
    queries::add_lists(conn, subscriber.id, &row.lists)?;
    if subscriber.status == SubscriberStatus::Pending {
        jobs::enqueue(app, conn, &Job::NewsletterMail(NewsletterMail::Imported(subscriber.id)))?;
    }
    Ok(subscriber.status)
}

/// Reads all rows, or finds every fault in them.
fn parse(file: &[u8], keys: &HashMap<String, ListId>, usual: &[ListId], now: Timestamp) -> Result<Vec<Row>> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let text = std::str::from_utf8(file).map_err(|_| Error::new(Code::MalformedBody, "The file is not UTF-8."))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|_| Error::new(Code::MalformedBody, "The file has no first line."))?.clone();
    let mut faults = head_faults(&head);
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for record in reader.records() {
        if faults.len() > MAX_FAULTS {
            break;
        }
        let record = record.map_err(|error| Error::new(Code::MalformedBody, format!("The file can't be read: {error}.")))?;
        if rows.len() == MOST_ROWS {
            let fault = Fault::at("", "too_many", format!("A file may have {MOST_ROWS} people; send the others in another one."));
            return Err(Error::invalid(vec![fault.bound("max", MOST_ROWS)]));
        }
        let mut line = Line { record: &record, head: &head, faults: &mut faults };
        if record.len() != head.len() {
            line.fault("", "wrong_length", format!("This line has {} cells, the first {}.", record.len(), head.len()));
        }
        let row = line.row(keys, usual, now);
        if !row.email.is_empty() && !seen.insert(row.email.clone()) {
            line.fault("email", "stands_twice", "This address stands in the file twice.".into());
        }
        rows.push(row);
    }
    if faults.is_empty() { Ok(rows) } else { Err(Error::invalid(faults)) }
}

fn head_faults(head: &StringRecord) -> Vec<Fault> {
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for name in head {
        if faults.len() > MAX_FAULTS {
            break;
        }
        if !COLUMNS.contains(&name) {
            let detail = format!("{name:?} is no column that is known: {}.", COLUMNS.join(", "));
            faults.push(Fault::at("/1", "unknown_member", detail).bound("line", 1));
        } else if !seen.insert(name) {
            faults.push(Fault::at("/1", "stands_twice", format!("The column {name:?} stands twice.")).bound("line", 1));
        }
    }
    if !seen.contains("email") {
        faults.push(Fault::at("/1", "required", "There is no column \"email\".").bound("line", 1));
    }
    faults
}

/// A line of the file while it is read.
struct Line<'a> {
    record: &'a StringRecord,
    head: &'a StringRecord,
    faults: &'a mut Vec<Fault>,
}

impl Line<'_> {
    fn row(&mut self, keys: &HashMap<String, ListId>, usual: &[ListId], now: Timestamp) -> Row {
        let email = self.cell("email").to_lowercase();
        if !is_email(&email) {
            self.fault("email", "invalid_format", "This is not an e-mail address.".into());
        }
        let name = self.text("name");
        if name.as_deref().is_some_and(|name| !is_name(name)) {
            self.fault("name", "invalid_format", "A name is one line of at most 200 characters.".into());
        }
        let consent = self.text("consent");
        let unfit = |text: &str| text.chars().count() > LONGEST_CONSENT || text.chars().any(char::is_control);
        if consent.as_deref().is_some_and(unfit) {
            self.fault("consent", "invalid_format", format!("This is one line of at most {LONGEST_CONSENT} characters."));
        }
        let consented_at = self.time(now);
        if consent.is_some() != self.text("consented_at").is_some() {
            let missing = if consent.is_some() { "consented_at" } else { "consent" };
            self.fault(missing, "required", "When they agreed and how belong together.".into());
        }
        let lists = self.lists(keys).unwrap_or_else(|| usual.to_vec());
        Row { email, name, lists, consent, consented_at }
    }

    fn time(&mut self, now: Timestamp) -> Option<Timestamp> {
        let text = self.text("consented_at")?;
        let time = Timestamp::parse(&text).filter(|_| is_time(&text));
        if time.is_none() {
            self.fault("consented_at", "invalid_format", "This is not an RFC 3339 time, such as 2026-01-31T12:00:00Z.".into());
        } else if time > Some(now) {
            self.fault("consented_at", "in_the_future", "Nobody has agreed yet then.".into());
        }
        time
    }

    fn lists(&mut self, keys: &HashMap<String, ListId>) -> Option<Vec<ListId>> {
        let names = self.text("lists")?;
        let mut lists = Vec::new();
        for name in names.split_whitespace() {
            match keys.get(name) {
                Some(id) if !lists.contains(id) => lists.push(*id),
                Some(_) => {}
                None => self.fault("lists", "unknown_reference", format!("There is no list {name:?}.")),
            }
        }
        Some(lists)
    }

    fn text(&self, column: &str) -> Option<String> {
        let cell = self.cell(column);
        (!cell.is_empty()).then(|| cell.to_owned())
    }

    fn cell(&self, column: &str) -> &str {
        let index = self.head.iter().position(|name| name == column);
        unguarded(index.and_then(|index| self.record.get(index)).unwrap_or_default())
    }

    fn fault(&mut self, column: &str, code: &'static str, detail: String) {
        if self.faults.len() > MAX_FAULTS {
            return;
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        let place = if column.is_empty() { format!("/{line}") } else { format!("/{line}/{column}") };
        self.faults.push(Fault::at(place, code, detail).bound("line", line));
    }
}
