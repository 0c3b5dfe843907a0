//! Who is asking: `Caller<R>` in a handler's signature lets only those in who have the right `R`.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::joined::Joined;
use super::request::{Request, app_of};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::users::{Caller, Right, authenticate};

impl<R: Right> FromRequest for Caller<R> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = app_of(request);
        let header = request.headers().get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let asking = Asking { reading: request.method() == Method::GET, within: request.extensions().contains::<Rc<Joined>>() };
        Box::pin(async move { identify(&app?, header.as_deref(), asking).await })
    }
}

impl Request {
    /// Who is asking for a view that only those with the right `R` may see.
    pub(crate) async fn caller<R: Right>(&self) -> Result<Caller<R>> {
        identify(&self.app, self.header("authorization"), Asking { reading: true, within: false }).await
    }
}

/// How somebody asks.
#[derive(Clone, Copy)]
struct Asking {
    /// Whether they only read.
    reading: bool,
    /// Whether it is within a transaction that is open already.
    within: bool,
}

async fn identify<R: Right>(app: &App, header: Option<&str>, asking: Asking) -> Result<Caller<R>> {
    let missing = || Error::new(Code::Unauthenticated, "Send an access token or an API key.").header("WWW-Authenticate", "Bearer");
    let header = header.ok_or_else(missing)?;
    let (scheme, token) = header.split_once(' ').ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    authenticate(app, token.trim(), !asking.within).await?.with_right(asking.reading)
}
