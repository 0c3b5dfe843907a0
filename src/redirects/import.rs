//! Imports redirects from a CSV file (RFC 4180): all of them or, if a line is invalid, none.

use std::collections::{BTreeMap, HashMap, HashSet};

use csv::StringRecord;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::operations::loop_fault;
use super::queries;
use super::redirect::{Redirect, RedirectDraft};
use crate::app::App;
use crate::db::{Conn, Lock};
use crate::error::{Error, Fault, MAX_FAULTS, Result};
use crate::events::{self, Event, EventKind, KindTag};
use crate::input::{Input, column_names, table};
use crate::users::{Caller, Editor};

/// The maximum number of redirects in a file.
const MAX_ROWS: usize = 10_000;
/// The columns of a file, and whether each is required.
const COLUMNS: [(&str, bool); 3] = [("from", true), ("to", true), ("status", false)];

/// The result of an import of redirects.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct RedirectImport {
    /// The number of redirects created.
    #[schema(minimum = 0, example = 120)]
    pub(crate) created: usize,
    /// The number of existing redirects that were changed.
    #[schema(minimum = 0, example = 3)]
    pub(crate) replaced: usize,
    /// The number of redirects that existed in the same form.
    #[schema(minimum = 0, example = 0)]
    pub(crate) unchanged: usize,
}

/// A valid line of a file.
struct RedirectRow {
    number: u64,
    draft: RedirectDraft,
}

/// A parsed file: the valid lines, and the validation errors that do not depend on existing redirects.
pub(super) struct RedirectFile {
    lines: Vec<RedirectRow>,
    faults: Vec<Fault>,
}

impl RedirectFile {
    /// Returns whether the file has validation errors.
    pub(super) fn is_wrong(&self) -> bool {
        !self.faults.is_empty()
    }
}

/// The changes of a file: each redirect by its line, and whether it is new.
#[derive(Default)]
struct Changes {
    redirects: BTreeMap<u64, (Redirect, bool)>,
    unchanged: usize,
}

/// Validates a file against the existing redirects.
pub(super) fn check(app: &App, conn: &mut Conn, sheet: &RedirectFile, replace: bool) -> Result<()> {
    changes(app, conn, sheet, replace).map(drop)
}

/// Stores the redirects of a file.
pub(super) fn import(app: &App, conn: &mut Conn, caller: &Caller<Editor>, sheet: &RedirectFile, replace: bool) -> Result<RedirectImport> {
    Lock::Redirects.take(conn)?;
    let changes = changes(app, conn, sheet, replace)?;
    let mut done = RedirectImport { unchanged: changes.unchanged, ..RedirectImport::default() };
    for (redirect, is_new) in changes.redirects.values() {
        if *is_new {
            queries::insert(conn, redirect)?;
            done.created += 1;
        } else {
            queries::update(conn, redirect)?;
            done.replaced += 1;
        }
    }
    if !changes.redirects.is_empty() {
        record_event(app, conn, caller, &done)?;
    }
    Ok(done)
}

fn changes(app: &App, conn: &mut Conn, sheet: &RedirectFile, replace: bool) -> Result<Changes> {
    let mut faults = sheet.faults.clone();
    let mut all = queries::all(conn)?;
    let mut changes = Changes::default();
    let mut seen = HashSet::new();
    for RedirectRow { number, draft } in &sheet.lines {
        let now = app.now();
        let mut redirect = Redirect::new(now);
        redirect.revise(draft.clone(), &app.config.links, now);
        let path = redirect.from_path.clone();
        if !seen.insert(path.clone()) {
            faults.push(Fault::at(format!("/{number}/from"), "stands_twice", format!("{path:?} appears in the file twice.")));
            continue;
        }
        let known = all.get(&path).cloned();
        let is_new = known.is_none();
        if let Some(mut known) = known {
            if !known.revise(draft.clone(), &app.config.links, now) {
                changes.unchanged += 1;
                continue;
            }
            if !replace {
                let detail = format!("{path:?} already has another redirect; use replace=true to replace it.");
                faults.push(Fault::at(format!("/{number}/from"), "taken", detail));
                continue;
            }
            redirect = known;
        }
        all.insert(path, redirect.clone());
        changes.redirects.insert(*number, (redirect, is_new));
    }
    faults.extend(loops(&all, &changes.redirects));
    if faults.is_empty() {
        return Ok(changes);
    }
    faults.truncate(MAX_FAULTS + 1);
    Err(Error::invalid(faults))
}

fn record_event(app: &App, conn: &mut Conn, caller: &Caller<Editor>, done: &RedirectImport) -> Result<()> {
    let event = Event {
        kind: EventKind::RedirectsImported,
        actor: caller.actor(),
        subject_kind: "redirects",
        subject_id: "redirects".into(),
        tags: vec![KindTag::Redirects.into()],
        details: json!({"created": done.created, "replaced": done.replaced}),
    };
    events::record(conn, app.now(), event)
}

/// Parses the lines of a file and validates each by itself. The pointer of an error consists of the line number and the column.
pub(super) fn read(app: &App, file: &[u8]) -> Result<RedirectFile> {
    let mut sheet = RedirectFile { lines: Vec::new(), faults: Vec::new() };
    let mut reader = table(file);
    let columns = columns(reader.headers().ok(), &mut sheet.faults);
    if sheet.is_wrong() {
        return Ok(sheet);
    }
    for (index, record) in reader.records().enumerate() {
        if index == MAX_ROWS {
            let detail = format!("A file may have at most {MAX_ROWS} redirects.");
            sheet.faults.push(Fault::at("", "too_many", detail).bound("max", MAX_ROWS));
            break;
        }
        if sheet.faults.len() > MAX_FAULTS {
            break;
        }
        match record {
            Ok(record) => {
                let number = record.position().map_or(0, csv::Position::line);
                match of_line(app, &columns, &record)? {
                    Ok(draft) => sheet.lines.push(RedirectRow { number, draft }),
                    Err(wrong) => sheet.faults.extend(wrong.into_iter().map(|fault| fault.within(&format!("/{number}")))),
                }
            }
            Err(error) => {
                let number = error.position().map_or(0, csv::Position::line);
                sheet.faults.push(Fault::at(format!("/{number}"), "invalid_utf8", "This line is not UTF-8."));
            }
        }
    }
    Ok(sheet)
}

/// Returns the names of the columns, in order.
fn columns(header: Option<&StringRecord>, faults: &mut Vec<Fault>) -> Vec<String> {
    let Some(header) = header else {
        faults.push(Fault::at("/1", "invalid_utf8", "This line is not UTF-8."));
        return Vec::new();
    };
    let names = column_names(header);
    for (index, name) in names.iter().enumerate() {
        if faults.len() > MAX_FAULTS {
            return names;
        }
        if !COLUMNS.iter().any(|(known, _)| known == name) {
            faults.push(Fault::at(
                "/1",
                "unknown_name",
                format!("The first line must name the columns from, to and status; {name:?} is unknown."),
            ));
        } else if names.iter().position(|other| other == name) != Some(index) {
            faults.push(Fault::at("/1", "stands_twice", format!("The column {name:?} appears twice.")));
        }
    }
    for (name, _) in COLUMNS.iter().filter(|(name, required)| *required && !names.iter().any(|other| other == name)) {
        faults.push(Fault::at("/1", "required", format!("The first line must name the columns; {name:?} is missing.")));
    }
    names
}

/// Parses a line, with the same checks as a single redirect.
fn of_line(app: &App, columns: &[String], record: &StringRecord) -> Result<std::result::Result<RedirectDraft, Vec<Fault>>> {
    if record.len() != columns.len() {
        let detail = format!("This line has {} columns, but the first line has {}.", record.len(), columns.len());
        return Ok(Err(vec![Fault::at("", "wrong_length", detail)]));
    }
    let mut members = Map::new();
    for (name, text) in columns.iter().zip(record).filter(|(_, text)| !text.is_empty()) {
        let number = text.parse::<i32>().ok().filter(|_| name == "status");
        members.insert(name.clone(), number.map_or_else(|| Value::from(text), Value::from));
    }
    match Input::of(Value::Object(members), app.checker.clone()).plain::<RedirectDraft>() {
        Ok(draft) => {
            let faults = draft.faults();
            Ok(if faults.is_empty() { Ok(draft) } else { Err(faults) })
        }
        Err(error) if !error.faults().is_empty() => Ok(Err(error.faults().to_vec())),
        Err(error) => Err(error),
    }
}

/// Returns an error for each line that closes a loop, with other lines or with existing redirects.
fn loops(all: &HashMap<String, Redirect>, changed: &BTreeMap<u64, (Redirect, bool)>) -> Vec<Fault> {
    // Paths that are known not to lead into a loop.
    let mut ending: HashSet<&str> = HashSet::new();
    let mut faults = Vec::new();
    for (number, (redirect, _)) in changed {
        // Enough errors end the search, because each step follows a whole chain of redirects, which may be as long as the file.
        if faults.len() > MAX_FAULTS {
            break;
        }
        let mut way: Vec<&str> = vec![&redirect.from_path];
        let mut on_the_way: HashSet<&str> = way.iter().copied().collect();
        let mut closed = false;
        let mut path = redirect.to_path.as_deref();
        while let Some(at) = path.filter(|at| !ending.contains(at)) {
            way.push(at);
            if !on_the_way.insert(at) {
                closed = true;
                break;
            }
            path = all.get(at).and_then(|next| next.to_path.as_deref());
        }
        if closed {
            faults.push(loop_fault(&way).within(&format!("/{number}")));
        } else {
            ending.extend(way);
        }
    }
    faults
}
