//! Parses and validates the lines of a subscriber file. Every validation error names its line.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;

use super::subscriber::SubscriberStatus;
use crate::db::Timestamp;
use crate::error::{Code, Error, Fault, MAX_FAULTS, Result};
use crate::input::formats::{is_email, is_time};
use crate::input::{column_names, is_name, table, unguarded};
use crate::newsletter::lists::ListId;

/// The maximum number of people in a file.
const MAX_ROWS: usize = 2000;
/// The maximum length of a consent, in characters.
const MAX_CONSENT_LENGTH: usize = 2000;
/// The accepted columns: the columns of an export. The column `unsubscribe_url` is ignored.
const COLUMNS: [&str; 10] =
    ["email", "name", "lists", "consent", "consented_at", "status", "created_at", "confirmed_at", "unsubscribed_at", "unsubscribe_url"];

/// A valid row.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) email: String,
    pub(super) name: Option<String>,
    pub(super) lists: Vec<ListId>,
    pub(super) consent: Option<String>,
    pub(super) consented_at: Option<Timestamp>,
    /// The status in an exported file.
    status: Option<SubscriberStatus>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) confirmed_at: Option<Timestamp>,
    pub(super) unsubscribed_at: Option<Timestamp>,
}

impl Row {
    /// Returns the status for the import. Without a time of consent or confirmation, `confirmed` becomes `pending`.
    pub(super) fn status(&self) -> SubscriberStatus {
        match self.status {
            Some(SubscriberStatus::Confirmed) if self.confirmed_at.or(self.consented_at).is_some() => SubscriberStatus::Confirmed,
            Some(SubscriberStatus::Confirmed) => SubscriberStatus::Pending,
            Some(status) => status,
            None if self.consented_at.is_some() => SubscriberStatus::Confirmed,
            None => SubscriberStatus::Pending,
        }
    }
}

/// Parses all rows, or returns the validation errors.
pub(super) fn parse(file: &[u8], keys: &HashMap<String, ListId>, usual: &[ListId], now: Timestamp) -> Result<Vec<Row>> {
    let text = std::str::from_utf8(file).map_err(|_| Error::new(Code::MalformedBody, "The file is not UTF-8."))?;
    let mut reader = table(text.as_bytes());
    let head = reader.headers().map_err(|_| Error::new(Code::MalformedBody, "The file has no first line."))?;
    let head = column_names(head);
    let mut faults = head_faults(&head);
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for record in reader.records() {
        if faults.len() > MAX_FAULTS {
            break;
        }
        let record = record.map_err(|error| Error::new(Code::MalformedBody, format!("The file cannot be read: {error}.")))?;
        if rows.len() == MAX_ROWS {
            let fault = Fault::at("", "too_many", format!("A file may have at most {MAX_ROWS} people; send the others in another file."));
            return Err(Error::invalid(vec![fault.bound("max", MAX_ROWS)]));
        }
        let mut line = CsvLine { record: &record, head: &head, faults: &mut faults };
        if record.len() != head.len() {
            line.fault("", "wrong_length", format!("This line has {} cells; the first line has {}.", record.len(), head.len()));
        }
        let row = line.row(keys, usual, now);
        if !row.email.is_empty() && !seen.insert(row.email.clone()) {
            line.fault("email", "stands_twice", "This email address appears in the file twice.".into());
        }
        rows.push(row);
    }
    if faults.is_empty() { Ok(rows) } else { Err(Error::invalid(faults)) }
}

fn head_faults(head: &[String]) -> Vec<Fault> {
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for name in head.iter().map(String::as_str) {
        if faults.len() > MAX_FAULTS {
            break;
        }
        if !COLUMNS.contains(&name) {
            let detail = format!("There is no column {name:?}; the columns are {}.", COLUMNS.join(", "));
            faults.push(Fault::at("/1", "unknown_member", detail).bound("line", 1));
        } else if !seen.insert(name) {
            faults.push(Fault::at("/1", "stands_twice", format!("The column {name:?} appears twice.")).bound("line", 1));
        }
    }
    if !seen.contains("email") {
        faults.push(Fault::at("/1", "required", "The column \"email\" is missing.").bound("line", 1));
    }
    faults
}

/// A line of the file, while it is parsed.
struct CsvLine<'a> {
    record: &'a StringRecord,
    head: &'a [String],
    faults: &'a mut Vec<Fault>,
}

impl CsvLine<'_> {
    fn row(&mut self, keys: &HashMap<String, ListId>, usual: &[ListId], now: Timestamp) -> Row {
        let before = self.faults.len();
        let email = self.cell("email").to_lowercase();
        if !is_email(&email) {
            self.fault("email", "invalid_format", "This is not an email address.".into());
        }
        let name = self.text("name");
        if name.as_deref().is_some_and(|name| !is_name(name)) {
            self.fault("name", "invalid_format", "A name is one line of at most 200 characters.".into());
        }
        let status = self.status();
        let (consent, consented_at) = self.consent(status, now);
        // An exported file states the lists of every person. In other files, people without lists get the default lists.
        let lists = self.lists(keys).unwrap_or_else(|| if status.is_some() { Vec::new() } else { usual.to_vec() });
        let [created_at, confirmed_at, unsubscribed_at] =
            ["created_at", "confirmed_at", "unsubscribed_at"].map(|column| self.time(column, now));
        let row = Row { email, name, lists, consent, consented_at, status, created_at, confirmed_at, unsubscribed_at };
        if self.faults.len() == before {
            self.refuse_unfit(row.status());
        }
        row
    }

    /// Reports cells that do not fit the status, because their contents would not be stored.
    fn refuse_unfit(&mut self, status: SubscriberStatus) {
        let (word, unfit): (&str, &[&str]) = match status {
            SubscriberStatus::Pending => ("not confirmed yet", &["confirmed_at", "unsubscribed_at"]),
            SubscriberStatus::Confirmed => ("confirmed", &["unsubscribed_at"]),
            SubscriberStatus::Unsubscribed => ("unsubscribed", &["lists"]),
            SubscriberStatus::Suppressed if self.text("unsubscribed_at").is_some() => ("unsubscribed", &["lists"]),
            SubscriberStatus::Suppressed => return,
        };
        for column in unfit {
            if self.text(column).is_some() {
                self.fault(column, "contradiction", format!("A person who is {word} has no {column}: leave the cell empty."));
            }
        }
    }

    fn status(&mut self) -> Option<SubscriberStatus> {
        let word = self.text("status")?;
        let status = SubscriberStatus::parse(&word);
        if status.is_none() {
            self.fault("status", "not_one_of", format!("This must be one of {}.", SubscriberStatus::WORDS.join(", ")));
        }
        status
    }

    /// Returns the consent and its time. In an exported file, the time is missing for people who were asked to confirm.
    fn consent(&mut self, status: Option<SubscriberStatus>, now: Timestamp) -> (Option<String>, Option<Timestamp>) {
        let consent = self.text("consent");
        let unfit = |text: &str| text.chars().count() > MAX_CONSENT_LENGTH || text.chars().any(char::is_control);
        if consent.as_deref().is_some_and(unfit) {
            self.fault("consent", "invalid_format", format!("This must be one line of at most {MAX_CONSENT_LENGTH} characters."));
        }
        let consented_at = self.time("consented_at", now);
        let missing = match (&consent, self.text("consented_at")) {
            (None, Some(_)) => Some("consent"),
            (Some(_), None) if status.is_none() => Some("consented_at"),
            _ => None,
        };
        if let Some(missing) = missing {
            self.fault(missing, "required", "\"consent\" and \"consented_at\" must be given together.".into());
        }
        (consent, consented_at)
    }

    fn time(&mut self, column: &str, now: Timestamp) -> Option<Timestamp> {
        let text = self.text(column)?;
        let time = Timestamp::parse(&text).filter(|_| is_time(&text));
        if time.is_none() {
            self.fault(column, "invalid_format", "This is not an RFC 3339 time, such as 2026-01-31T12:00:00Z.".into());
        } else if time > Some(now) {
            self.fault(column, "in_the_future", "This time is in the future.".into());
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
                None => self.fault("lists", "unknown_reference", format!("There is no list with the key {name:?}.")),
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
