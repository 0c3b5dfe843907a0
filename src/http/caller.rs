//! Authentication: `Caller<R>` in a handler's signature admits only callers that have the right `R`.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::middleware::Template;
use super::request::{Request, app_of};
use super::request_transaction::RequestTransaction;
use super::unit_of_work::UnitOfWork;
use crate::error::{Code, Error, Result};
use crate::users::{Caller, KeyUse, Right, authenticate, demand};

impl<R: Right> FromRequest for Caller<R> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let transaction = request.extensions().get::<Rc<RequestTransaction>>().cloned();
        let work = app_of(request).map(|app| UnitOfWork::part_of(app, transaction));
        let header = request.headers().get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let key_use = key_use(request);
        Box::pin(async move { identify(&work?, header.as_deref(), &key_use).await })
    }
}

impl Request {
    /// Returns the caller of a request for a view that needs the right `R`.
    pub(crate) async fn caller<R: Right>(&self) -> Result<Caller<R>> {
        identify(self, self.header("authorization"), &self.key_use).await
    }
}

/// Describes what a request asks for, by its method and the template of its path.
pub(super) fn key_use(request: &HttpRequest) -> KeyUse {
    let template = request.extensions().get::<Template>().map(|template| template.0);
    let method = request.method().as_str();
    KeyUse { reading: method == "GET", demand: template.and_then(|template| demand(method, template)) }
}

async fn identify<R: Right>(work: &UnitOfWork, header: Option<&str>, key_use: &KeyUse) -> Result<Caller<R>> {
    let missing = || Error::new(Code::Unauthenticated, "Send an access token or an API key.").header("WWW-Authenticate", "Bearer");
    let header = header.ok_or_else(missing)?;
    let (scheme, token) = header.split_once(' ').ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    authenticate(work, token.trim()).await?.with_right_for(*key_use)
}
