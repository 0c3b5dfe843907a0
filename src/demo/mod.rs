//! The demo newsroom.

mod content;
mod pictures;

use crate::app::App;

/// Fills an empty database; says what there is and how to log in.
pub(crate) async fn fill(_app: &App) -> Result<String, String> {
    Ok("not yet".into())
}
