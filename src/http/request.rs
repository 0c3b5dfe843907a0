//! The parts of a request that a handler needs, extracted once.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::ops::Deref;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use utoipa::ToSchema;

use super::address::client_address;
use super::caller::key_use;
use super::conditional::Precondition;
use super::request_transaction::RequestTransaction;
use super::trial;
use super::unit_of_work::UnitOfWork;
use crate::app::App;
use crate::error::{Error, Result};
use crate::input::{Query, Selectable, Selection};
use crate::users::KeyUse;

/// The parts of a request other than its body.
pub(crate) struct Request {
    work: UnitOfWork,
    /// The requested path.
    pub(crate) path: String,
    /// The client's IP address.
    pub(crate) address: IpAddr,
    raw_query: String,
    pub(super) key_use: KeyUse,
    headers: actix_web::http::header::HeaderMap,
}

impl Deref for Request {
    type Target = UnitOfWork;

    fn deref(&self) -> &UnitOfWork {
        &self.work
    }
}

impl Request {
    /// Returns the query string, from which parameters are taken.
    pub(crate) fn query(&self) -> Query {
        Query::parse(&self.raw_query)
    }

    /// Returns the raw text after the `?`.
    pub(crate) fn raw_query(&self) -> &str {
        &self.raw_query
    }

    /// Refuses every query parameter, for operations that have none.
    pub(crate) fn no_query(&self) -> Result<()> {
        self.query().finish()
    }

    /// Returns what is selected of the public view `V`; `None` if the editor view is requested. Refuses unknown parameters.
    pub(crate) fn selection<V: ToSchema + 'static>(&self) -> Result<Option<Selection>> {
        let mut query = self.query();
        let is_public = query.word("view", &["editor"]).is_none();
        let selection = is_public.then(|| query.selection(Selectable::of::<V>()));
        query.finish()?;
        Ok(selection)
    }

    /// Runs a long computation that needs no database, on a blocking thread.
    pub(crate) async fn compute<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&App) -> T + Send + 'static,
    {
        let app = self.app.clone();
        tokio::task::spawn_blocking(move || work(&app)).await.map_err(|error| Error::internal(&error.to_string()))
    }

    /// Returns the text of a header, if it is present and readable.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the precondition in `If-Match`.
    pub(crate) fn precondition(&self) -> Precondition {
        let sent: std::result::Result<Vec<&str>, _> = self.headers.get_all("if-match").map(|value| value.to_str()).collect();
        match sent {
            Ok(sent) if sent.is_empty() => Precondition::read(None, self.app.config.server.require_if_match),
            Ok(sent) => Precondition::read(Some(&sent.join(",")), false),
            Err(_) => Precondition::Malformed,
        }
    }
}

impl FromRequest for Request {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(app_of(request).map(|app| Self {
            path: request.path().to_owned(),
            address: client_address(request.peer_addr(), request.headers(), &app.config.server.proxies),
            raw_query: trial::without(request.extensions().contains::<trial::Seen>(), request.query_string()),
            key_use: key_use(request),
            headers: request.headers().clone(),
            work: UnitOfWork::part_of(app, request.extensions().get::<Rc<RequestTransaction>>().cloned()),
        }))
    }
}

/// Returns the application that serves a request.
pub(super) fn app_of(request: &HttpRequest) -> Result<App> {
    request.app_data::<App>().cloned().ok_or_else(|| Error::internal("the app is not configured"))
}
