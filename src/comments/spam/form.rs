//! Form tokens, which prove when a guest began to write.
//!
//! A public response is the same for everyone and cannot contain the time, so clients fetch a form token when the
//! comment form is first used. The token is a signed time; nothing is stored.

use serde::Serialize;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::score::SpamSignal;
use crate::app::App;
use crate::db::Timestamp;

/// The lifetime of a form token, in seconds.
const LIFETIME: i64 = 24 * 60 * 60;
/// The minimum time that a person needs to write a comment, in seconds.
const MIN_WRITING_SECONDS: i64 = 3;
/// The tolerated clock difference between two nodes, in seconds.
const CLOCK_SKEW: i64 = 60;

/// A form token, which proves when a guest began to write.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CommentForm)]
pub(super) struct Form {
    /// The token to send as the comment's `form`.
    #[schema(example = "19c5a1f7d85.0f6a4e9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b")]
    form: String,
    /// The time when the token expires.
    expires_at: Timestamp,
}

impl Form {
    /// Creates a form token for the present time.
    pub(super) fn begin(app: &App) -> Self {
        let now = app.now();
        Self { form: format!("{:x}.{}", now.millis(), seal(app, now.millis())), expires_at: now.plus_seconds(LIFETIME) }
    }
}

fn seal(app: &App, millis: i64) -> String {
    app.secrets.digest("comment form", &millis.to_be_bytes())
}

/// Returns the spam sign for a comment with this form token or without one.
pub(super) fn sign(app: &App, form: Option<&str>) -> Option<SpamSignal> {
    let Some(form) = form else { return Some(SpamSignal::NoForm) };
    let began = form.split_once('.').and_then(|(time, tag)| {
        let millis = i64::from_str_radix(time, 16).ok()?;
        bool::from(seal(app, millis).as_bytes().ct_eq(tag.as_bytes())).then_some(Timestamp::from_millis(millis))
    });
    let now = app.now();
    match began {
        None => Some(SpamSignal::BadForm),
        Some(began) if now >= began.plus_seconds(LIFETIME) || began > now.plus_seconds(CLOCK_SKEW) => Some(SpamSignal::BadForm),
        Some(began) if now < began.plus_seconds(MIN_WRITING_SECONDS) => Some(SpamSignal::Fast),
        Some(_) => None,
    }
}
