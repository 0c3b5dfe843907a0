//! Operations of readers on their subscription: functions of a connection and parsed input.

use super::delivery::NewsletterMail;
use super::drafts::{Choice, NewsletterToken, PreferencesDraft, PreferencesView, SubscriptionDraft};
use super::queries;
use super::tokens::{self, bad_token};
use crate::app::App;
use crate::db::{Conn, Lock};
use crate::error::{Error, Fault, Result};
use crate::input::Input;
use crate::jobs::{self, Job};
use crate::newsletter::lists::{self, ListId};
use crate::newsletter::subscribers::{self, Subscriber, SubscriberId, SubscriberStatus};
use crate::newsletter::suppressions::{self, SuppressionReason};
use crate::secrets::token_hash;

/// Queues the email for a sign-up. Nothing here depends on the email address.
pub(super) fn subscribe(app: &App, conn: &mut Conn, input: &Input) -> Result<()> {
    let SubscriptionDraft { email, name, lists } = input.create(conn)?;
    jobs::enqueue(app, conn, &Job::NewsletterMail(NewsletterMail::Requested { email: email.normal(), name, lists }))
}

/// Deletes the queued sign-ups of an email address.
pub(in crate::newsletter) fn forget_requests(app: &App, conn: &mut Conn, email: &str) -> Result<()> {
    let is_theirs = |job: &Job| matches!(job, Job::NewsletterMail(NewsletterMail::Requested { email: asked, .. }) if asked == email);
    jobs::forget_mails(app, conn, is_theirs)
}

/// Confirms a subscription with the token in an email.
pub(super) fn confirm(app: &App, conn: &mut Conn, input: &Input) -> Result<()> {
    let NewsletterToken { token } = input.plain()?;
    let now = app.now();
    let mail = queries::find_standing(conn, &token_hash(&token), now)?.ok_or_else(bad_token)?;
    let subscriber = locked(conn, mail.subscriber_id)?.ok_or_else(bad_token)?;
    let suppression = suppressions::look_up(conn, &subscriber.email_hash)?;
    if suppression.is_some_and(|suppression| suppression.reason == SuppressionReason::Blocked) {
        return Err(bad_token());
    }
    if !queries::use_up(conn, mail.id, now)? {
        // The link was used before, or at the same moment. If the reader has unsubscribed since, an old email must
        // not subscribe them again.
        return if subscriber.status == SubscriberStatus::Confirmed { Ok(()) } else { Err(bad_token()) };
    }
    let lists = match mail.lists.0 {
        Some(lists) => lists,
        None => lists::defaults(conn)?,
    };
    let id = subscriber.id;
    subscribers::confirm(app, conn, subscriber, mail.name, &lists)?;
    jobs::enqueue(app, conn, &Job::NewsletterMail(NewsletterMail::Welcome(id)))
}

/// Returns the subscriber that a token can unsubscribe, without any query.
pub(super) fn of_unsubscription(app: &App, token: &str) -> Result<SubscriberId> {
    tokens::of_unsubscription(app, token).ok_or_else(bad_token)
}

/// Ends a subscription.
pub(super) fn unsubscribe(app: &App, conn: &mut Conn, id: SubscriberId) -> Result<()> {
    let subscriber = locked(conn, id)?.ok_or_else(bad_token)?;
    subscribers::unsubscribe(app, conn, &subscriber)
}

/// Returns a subscriber's preferences.
pub(super) fn read_preferences(app: &App, conn: &mut Conn, input: &Input) -> Result<PreferencesView> {
    let NewsletterToken { token } = input.plain()?;
    let id = tokens::of_preferences(app, &token).ok_or_else(bad_token)?;
    let subscriber = subscribers::look_up(conn, id)?.ok_or_else(bad_token)?;
    view(conn, subscriber)
}

/// Changes a subscriber's preferences.
pub(super) fn revise_preferences(app: &App, conn: &mut Conn, input: &Input) -> Result<PreferencesView> {
    let PreferencesDraft { token, name, lists } = input.create(conn)?;
    let id = tokens::of_preferences(app, &token).ok_or_else(bad_token)?;
    let subscriber = locked(conn, id)?.ok_or_else(bad_token)?;
    let offered = offered(conn, id)?;
    let unknown = |(index, id): (usize, &ListId)| {
        let known = offered.iter().any(|choice| choice.list.card.id == *id);
        (!known).then(|| Fault::at(format!("/lists/{index}"), "unknown_reference", "There is no list with this id or key."))
    };
    let faults: Vec<Fault> = lists.iter().enumerate().filter_map(unknown).collect();
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    if subscriber.status != SubscriberStatus::Confirmed {
        return Err(Error::conflict("This email address is not subscribed; subscribe first."));
    }
    let chosen = offered.iter().filter(|choice| choice.chosen).map(|choice| choice.list.card.id);
    if name == subscriber.name
        && chosen.clone().all(|id| lists.contains(&id))
        && lists.iter().all(|id| chosen.clone().any(|own| own == *id))
    {
        return view(conn, subscriber);
    }
    let subscriber = subscribers::revise(app, conn, subscriber, name, &lists)?;
    view(conn, subscriber)
}

fn view(conn: &mut Conn, subscriber: Subscriber) -> Result<PreferencesView> {
    let lists = offered(conn, subscriber.id)?;
    Ok(PreferencesView { name: subscriber.name, status: subscriber.status, lists })
}

/// Returns the public lists and the other lists that a subscriber is on.
fn offered(conn: &mut Conn, id: SubscriberId) -> Result<Vec<Choice>> {
    let own = subscribers::list_ids(conn, id)?;
    let all = lists::all(conn)?;
    let choices = all.iter().map(|list| Choice { list: list.view(), chosen: own.contains(&list.id) });
    Ok(choices.filter(|choice| choice.list.is_public || choice.chosen).collect())
}

/// Returns a subscriber, locked until the transaction ends.
fn locked(conn: &mut Conn, id: SubscriberId) -> Result<Option<Subscriber>> {
    let Some(subscriber) = subscribers::look_up(conn, id)? else { return Ok(None) };
    Lock::Email.take_for(conn, &subscriber.email)?;
    subscribers::look_up(conn, id)
}
