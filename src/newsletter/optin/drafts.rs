//! The request and response bodies of subscribing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::input::{Draft, Email, Name, Reference, ReferenceTo};
use crate::newsletter::lists::{self, ListId, ListView};
use crate::newsletter::subscribers::SubscriberStatus;

/// A sign-up for the newsletter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubscriptionDraft {
    /// The email address to send the newsletter to.
    pub(super) email: Email,
    /// The name of the subscriber.
    #[schema(value_type = Option<Name>, example = "Mara Lindqvist")]
    pub(super) name: Option<String>,
    /// The chosen lists, by id or key. If absent, the default lists are chosen.
    #[schema(value_type = Option<Vec<ReferenceTo>>, max_items = 50, example = json!(["daily"]))]
    pub(super) lists: Option<Vec<ListId>>,
}

impl Draft for SubscriptionDraft {
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/lists/*", find: lists::find_public_reference }];
}

/// The response to every sign-up.
#[derive(Serialize, ToSchema)]
pub(super) struct SubscriptionPromise {
    /// A sentence that tells people what happens next.
    #[schema(example = "An email will be sent to this email address. Open the link in the email.")]
    detail: &'static str,
}

/// The same response for every email address.
pub(super) const PROMISE: SubscriptionPromise =
    SubscriptionPromise { detail: "An email will be sent to this email address. Open the link in the email." };

/// The token in an email.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewsletterToken {
    /// The token in the email.
    #[schema(min_length = 1, max_length = 200, example = "5f2b8c0d9e1a4b7c6d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c")]
    pub(super) token: String,
}

impl Draft for NewsletterToken {}

/// The form that email programs post for one-click unsubscription (RFC 8058).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes a form")]
pub(super) struct OneClickForm {
    /// The fixed value of one-click unsubscription.
    #[serde(rename = "List-Unsubscribe")]
    #[schema(max_length = 9, pattern = "^One-Click$", example = "One-Click")]
    list_unsubscribe: String,
}

/// The complete preferences of a subscriber.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreferencesDraft {
    /// The token in the email.
    #[schema(min_length = 1, max_length = 200, example = "5f2b8c0d9e1a4b7c6d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c")]
    pub(super) token: String,
    /// The name of the subscriber.
    #[schema(value_type = Option<Name>, example = "Mara Lindqvist")]
    pub(super) name: Option<String>,
    /// The chosen lists, by id or key. The subscriber is removed from all other lists.
    #[schema(value_type = Vec<ReferenceTo>, max_items = 50, example = json!(["daily"]))]
    pub(super) lists: Vec<ListId>,
}

impl Draft for PreferencesDraft {
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/lists/*", find: lists::find_reference }];
}

/// The preferences of a subscriber.
#[derive(Serialize, ToSchema)]
pub(super) struct PreferencesView {
    /// The name of the subscriber, if known.
    #[schema(example = "Mara Lindqvist")]
    pub(super) name: Option<String>,
    /// The status of the subscription.
    pub(super) status: SubscriberStatus,
    /// The lists that the subscriber is on or can choose, by name.
    pub(super) lists: Vec<Choice>,
}

/// A list that a subscriber is on or can choose.
#[derive(Serialize, ToSchema)]
#[schema(as = NewsletterChoice)]
pub(super) struct Choice {
    #[serde(flatten)]
    pub(super) list: ListView,
    /// Whether the subscriber is on the list.
    pub(super) chosen: bool,
}
