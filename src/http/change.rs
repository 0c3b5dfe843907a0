//! The handler of `PUT` and `PATCH` that most resources share.

use actix_web::{HttpResponse, web};

use super::answer::editor;
use super::body::Body;
use super::conditional::Precondition;
use super::edited::Versioned;
use super::request::Request;
use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::input::Input;
use crate::users::{Caller, Right};

/// The operation that replaces or patches the resource with a name; the input contains which of the two is requested.
type Revise<R, V> = fn(&App, &mut Conn, &Caller<R>, &str, &Precondition, &Input) -> Result<V>;

/// Replaces or patches the resource that the path names, and responds with its editor view.
pub(crate) async fn change<R: Right, V: Versioned + Send + 'static>(
    body: Body,
    request: Request,
    caller: Caller<R>,
    name: web::Path<String>,
    revise: Revise<R, V>,
) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    let view = request.write(move |app, conn| revise(app, conn, &caller, &name, &condition, &body.0)).await?;
    editor(&view, view.version())
}
