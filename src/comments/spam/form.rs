//! Forms: when somebody began to write, as the server knows it.
//!
//! A public answer is the same for everybody, so it can't carry this; a form is asked for by itself, when the page's form is
//! first touched. It is a signed time and nothing else, and nothing of it is stored.

use serde::Serialize;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::score::SpamSign;
use crate::app::App;
use crate::db::Timestamp;

/// How long a form is good for, in seconds.
const LIFETIME: i64 = 24 * 60 * 60;
/// Nobody reads a form and writes a comment in less, in seconds.
const AT_LEAST: i64 = 3;
/// How far the clocks of two nodes may differ, in seconds.
const SLACK: i64 = 60;

/// The proof that somebody began to write at a time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CommentForm)]
pub(super) struct Form {
    /// What a comment is sent with, as `form`.
    #[schema(example = "19c5a1f7d85.0f6a4e9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b")]
    form: String,
    /// Until when it is good.
    expires_at: Timestamp,
}

impl Form {
    /// One that is begun now.
    pub(super) fn begin(app: &App) -> Self {
        let now = app.now();
        Self { form: format!("{:x}.{}", now.millis(), seal(app, now.millis())), expires_at: now.plus_seconds(LIFETIME) }
    }
}

fn seal(app: &App, millis: i64) -> String {
    app.secrets.digest("comment form", &millis.to_be_bytes())
}

/// What speaks against a comment that was sent with this form, or without.
pub(super) fn sign(app: &App, form: Option<&str>) -> Option<SpamSign> {
    let Some(form) = form else { return Some(SpamSign::NoForm) };
    let began = form.split_once('.').and_then(|(time, tag)| {
        let millis = i64::from_str_radix(time, 16).ok()?;
        bool::from(seal(app, millis).as_bytes().ct_eq(tag.as_bytes())).then_some(Timestamp::from_millis(millis))
    });
    let now = app.now();
    match began {
        None => Some(SpamSign::BadForm),
        Some(began) if now >= began.plus_seconds(LIFETIME) || began > now.plus_seconds(SLACK) => Some(SpamSign::BadForm),
        Some(began) if now < began.plus_seconds(AT_LEAST) => Some(SpamSign::Fast),
        Some(_) => None,
    }
}
