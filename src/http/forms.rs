//! Bodies that are not JSON alone: a table of comma-separated values, and what mail programs post.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::body::{Body, MAX_JSON_BODY, collect};
use super::head::{Kind, essence};
use super::request::{Request, app_of};
use crate::error::{Code, Error, Fault, Result};
use crate::input::Input;

/// What a table must be.
const SHEET: Kind = Kind { types: &["text/csv"], largest: MAX_JSON_BODY, too_large };

/// What a form of one click must be.
const ONE_CLICK: Kind = Kind { types: &["application/x-www-form-urlencoded"], largest: MAX_JSON_BODY, too_large };

/// A table of comma-separated values (RFC 4180), not yet parsed.
pub(crate) struct Sheet(pub(crate) bytes::Bytes);

impl FromRequest for Sheet {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = app_of(request).and_then(|app| SHEET.admit(request).map(|()| app));
        let payload = payload.take();
        Box::pin(async move { Ok(Self(collect(&checked?, payload, MAX_JSON_BODY).await?)) })
    }
}

/// JSON, or the form that mail programs post for one click (RFC 8058).
pub(crate) enum OneClick {
    /// JSON, as everywhere.
    Json(Input),
    /// The fields of the form.
    Form(Vec<(String, String)>),
}

impl FromRequest for OneClick {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !ONE_CLICK.types.contains(&essence(request).as_str()) {
            let body = Body::from_request(request, payload);
            return Box::pin(async move { Ok(Self::Json(body.await?.0)) });
        }
        let checked = app_of(request).and_then(|app| ONE_CLICK.admit(request).map(|()| app));
        let payload = payload.take();
        Box::pin(async move {
            let bytes = collect(&checked?, payload, MAX_JSON_BODY).await?;
            Ok(Self::Form(url::form_urlencoded::parse(&bytes).into_owned().collect()))
        })
    }
}

impl OneClick {
    /// The token of a mail: a member of the JSON, or beside the form in the query.
    pub(crate) fn token(self, request: &Request, of_json: impl FnOnce(Input) -> Result<String>) -> Result<String> {
        let mut query = request.query();
        match self {
            Self::Json(input) => {
                query.finish()?;
                of_json(input)
            }
            Self::Form(fields) => {
                let token = query.text("token");
                query.finish()?;
                if !fields.iter().any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click") {
                    let detail = "The form says List-Unsubscribe=One-Click (RFC 8058).";
                    return Err(Error::invalid(vec![Fault::at("/List-Unsubscribe", "required", detail)]));
                }
                Ok(token.unwrap_or_default())
            }
        }
    }
}

fn too_large() -> Error {
    Error::new(Code::TooLarge, "A body may have 1 MiB.").with("max", MAX_JSON_BODY)
}
