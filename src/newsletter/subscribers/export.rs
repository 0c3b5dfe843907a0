//! The export of subscribers as a CSV file that is safe to open in spreadsheets.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream};

use super::queries;
use super::subscriber::{Subscriber, SubscriberId, SubscriberStatus};
use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::{Error, Fault, Result};
use crate::events::{self, Event, EventKind};
use crate::input::guarded;
use crate::newsletter::lists::{self, ListId};
use crate::newsletter::optin;
use crate::users::{Caller, Editor};

/// The columns of the file.
const HEAD: [&str; 10] =
    ["email", "name", "status", "lists", "consent", "consented_at", "created_at", "confirmed_at", "unsubscribed_at", "unsubscribe_url"];

/// The filter for an export.
pub(super) struct SubscriberFilter {
    /// The status of the subscribers; `None` for all.
    pub(super) status: Option<SubscriberStatus>,
    /// The list that the subscribers are on, by id or key; `None` for all.
    pub(super) list: Option<String>,
}

/// A requested export, without the subscribers.
#[derive(Clone)]
pub(super) struct SubscriberExport {
    status: Option<SubscriberStatus>,
    list: Option<ListId>,
    /// The keys of all lists.
    keys: Arc<[(ListId, String)]>,
}

/// Prepares the export and records it in the audit log.
pub(super) fn begin(app: &App, conn: &mut Conn, caller: &Caller<Editor>, wanted: &SubscriberFilter) -> Result<SubscriberExport> {
    let list = wanted.list.as_deref().map(|name| find_list(conn, name)).transpose()?;
    let keys = lists::all(conn)?.into_iter().map(|list| (list.id, list.key)).collect();
    let export = SubscriberExport { status: wanted.status, list, keys };
    let event = Event {
        kind: EventKind::SubscribersExported,
        actor: caller.actor(),
        subject_kind: "newsletter",
        subject_id: "subscribers".into(),
        tags: Vec::new(),
        details: serde_json::json!({"subscribers": queries::count(conn, export.status, export.list)?}),
    };
    events::record(conn, app.now(), event)?;
    Ok(export)
}

/// The progress of an export.
enum ExportProgress {
    Nowhere,
    Head,
    Behind(SubscriberId),
}

impl SubscriberExport {
    /// Returns the file in pieces. Each is read when the previous one has been sent, so memory is bounded.
    pub(super) fn pieces(self, app: App) -> impl Stream<Item = Result<Bytes>> {
        stream::try_unfold(ExportProgress::Nowhere, move |place| {
            let (app, export) = (app.clone(), self.clone());
            async move {
                match place {
                    ExportProgress::Nowhere => Ok(Some((line(HEAD)?, ExportProgress::Head))),
                    ExportProgress::Head => export.page(&app, None).await,
                    ExportProgress::Behind(end) => export.page(&app, Some(end)).await,
                }
            }
        })
    }

    /// Returns the lines after a subscriber and the new position, or nothing at the end.
    async fn page(self, app: &App, behind: Option<SubscriberId>) -> Result<Option<(Bytes, ExportProgress)>> {
        let inside = app.clone();
        app.db.read(move |conn| self.lines(&inside, conn, behind)).await
    }

    fn lines(&self, app: &App, conn: &mut Conn, behind: Option<SubscriberId>) -> Result<Option<(Bytes, ExportProgress)>> {
        let rows = queries::behind(conn, behind, self.status, self.list)?;
        let Some(end) = rows.last().map(|row| row.id) else { return Ok(None) };
        let own = queries::lists_of(conn, &rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
        let mut file = csv::Writer::from_writer(Vec::new());
        for row in rows {
            // An import refuses lists of a person who has unsubscribed.
            let own = own.get(&row.id).filter(|_| row.unsubscribed_at.is_none());
            let on = |(id, key): &(ListId, String)| own.is_some_and(|own| own.contains(id)).then(|| key.clone());
            let lists = self.keys.iter().filter_map(on).collect::<Vec<_>>().join(" ");
            file.write_record(cells(app, row, lists)).map_err(|error| broken(&error))?;
        }
        let lines = file.into_inner().map_err(|error| broken(&error))?;
        Ok(Some((lines.into(), ExportProgress::Behind(end))))
    }
}

fn line(cells: [&str; 10]) -> Result<Bytes> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(cells).map_err(|error| broken(&error))?;
    Ok(file.into_inner().map_err(|error| broken(&error))?.into())
}

fn find_list(conn: &mut Conn, name: &str) -> Result<ListId> {
    let found = lists::find_reference(conn, name)?.and_then(|id| id.parse().ok());
    found.ok_or_else(|| {
        let detail = format!("There is no list with the id or key {name:?}.");
        Error::bad_query(vec![Fault::parameter("list", "unknown_reference", detail)])
    })
}

fn cells(app: &App, row: Subscriber, lists: String) -> [String; 10] {
    let unsubscribe = optin::unsubscribe_address(app, row.id);
    let text = Option::unwrap_or_default;
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    [
        guarded(row.email),
        guarded(text(row.name)),
        row.status.as_str().to_owned(),
        guarded(lists),
        guarded(text(row.consent)),
        time(row.consented_at),
        time(Some(row.created_at)),
        time(row.confirmed_at),
        time(row.unsubscribed_at),
        unsubscribe,
    ]
}

fn broken(error: &impl ToString) -> Error {
    Error::internal(&error.to_string())
}
