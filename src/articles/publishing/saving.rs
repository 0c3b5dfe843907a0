//! Creates and changes articles and, if requested, publishes them in the same transaction.

use super::super::desk::operations::{self, ArticleChange, Saved, Saving};
use super::super::desk::views::{ArticleEditorView, saved_view};
use super::publish::publish_now;
use crate::app::App;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::users::{Caller, Role, Writer};

/// Creates an article.
pub(crate) fn create(app: &App, conn: &mut Conn, caller: &Caller<Writer>, input: &Input, saving: Saving<'_>) -> Result<ArticleEditorView> {
    if saving.publish && caller.role == Role::Contributor {
        return Err(Error::forbidden("Contributors cannot publish; submit the article for review."));
    }
    let saved = operations::create(app, conn, caller, input, saving.note)?;
    answer(app, conn, caller, saved, saving.publish)
}

/// Changes a working copy, by replacement or by merge patch.
pub(crate) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    change: &ArticleChange<'_>,
    input: &Input,
) -> Result<ArticleEditorView> {
    let saved = operations::revise(app, conn, caller, change, input)?;
    answer(app, conn, caller, saved, change.saving.publish)
}

fn answer(app: &App, conn: &mut Conn, caller: &Caller<Writer>, saved: Saved, publish: bool) -> Result<ArticleEditorView> {
    let Saved { mut article, text } = saved;
    if publish {
        publish_now(app, conn, caller, &mut article)?;
    }
    saved_view(app, conn, article, text)
}
