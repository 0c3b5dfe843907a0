//! What readers send, and what they are told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::input::{Draft, Email, Name, Reference, ReferenceTo};
use crate::newsletter::lists::{self, ListId, ListView};
use crate::newsletter::subscribers::SubscriberStatus;

/// Who wants the newsletter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubscriptionDraft {
    /// The address that it is to be sent to.
    pub(super) email: Email,
    /// What they are called.
    #[schema(value_type = Option<Name>, example = "Mara Lindqvist")]
    pub(super) name: Option<String>,
    /// The lists that they choose, by id or key; the default lists where absent.
    #[schema(value_type = Option<Vec<ReferenceTo>>, max_items = 50, example = json!(["daily"]))]
    pub(super) lists: Option<Vec<ListId>>,
}

impl Draft for SubscriptionDraft {
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/lists/*", find: lists::find_public_reference }];
}

/// What everybody is told who subscribes.
#[derive(Serialize, ToSchema)]
pub(super) struct SubscriptionPromise {
    /// What happens now, for a person.
    #[schema(example = "A mail is on its way to this address; follow the link in it.")]
    detail: &'static str,
}

/// What everybody is told who subscribes.
pub(super) const PROMISE: SubscriptionPromise =
    SubscriptionPromise { detail: "A mail is on its way to this address; follow the link in it." };

/// A token of a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewsletterToken {
    /// The token.
    #[schema(min_length = 1, max_length = 200, example = "5f2b8c0d9e1a4b7c6d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c")]
    pub(super) token: String,
}

impl Draft for NewsletterToken {}

/// What mail programs post for one click (RFC 8058).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes a form")]
pub(super) struct OneClickForm {
    /// That one click was made.
    #[serde(rename = "List-Unsubscribe")]
    #[schema(max_length = 9, pattern = "^One-Click$", example = "One-Click")]
    list_unsubscribe: String,
}

/// What a subscriber is called and chooses, all of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreferencesDraft {
    /// The token of a mail.
    #[schema(min_length = 1, max_length = 200, example = "5f2b8c0d9e1a4b7c6d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c")]
    pub(super) token: String,
    /// What they are called.
    #[schema(value_type = Option<Name>, example = "Mara Lindqvist")]
    pub(super) name: Option<String>,
    /// The lists that they choose, by id or key, and no others.
    #[schema(value_type = Vec<ReferenceTo>, max_items = 50, example = json!(["daily"]))]
    pub(super) lists: Vec<ListId>,
}

impl Draft for PreferencesDraft {
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/lists/*", find: lists::find_reference }];
}

/// What a subscriber gets.
#[derive(Serialize, ToSchema)]
pub(super) struct PreferencesView {
    /// What they are called, where they said so.
    #[schema(example = "Mara Lindqvist")]
    pub(super) name: Option<String>,
    /// Where they stand.
    pub(super) status: SubscriberStatus,
    /// The lists that they are on or could be, by name.
    pub(super) lists: Vec<Choice>,
}

/// A list that a subscriber is on or could be.
#[derive(Serialize, ToSchema)]
#[schema(as = NewsletterChoice)]
pub(super) struct Choice {
    #[serde(flatten)]
    pub(super) list: ListView,
    /// Whether they are on it.
    pub(super) chosen: bool,
}
