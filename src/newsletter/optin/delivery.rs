//! Emails about subscriptions, sent as jobs. Each email is composed when it is sent, so that no request reveals who
//! is subscribed.

use serde::{Deserialize, Serialize};

use super::letters;
use super::queries;
use super::tokens::{MailId, OptInMail, OptInPurpose};
use crate::app::App;
use crate::db::{Conn, Lock};
use crate::error::Result;
use crate::jobs::{Failure, TaskId};
use crate::mail::Letter;
use crate::newsletter::lists::ListId;
use crate::newsletter::subscribers::{self, Subscriber, SubscriberId, SubscriberStatus};
use crate::newsletter::suppressions::{self, SuppressionReason};

/// The minimum time between two emails to one email address, in seconds.
const MIN_MAIL_INTERVAL: i64 = 60 * 60;
/// The minimum time between two emails to a suppressed email address, such as that of a reader who unsubscribed, in seconds.
const QUIET_AFTER_LEAVING: i64 = 24 * 60 * 60;

/// An email about a subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NewsletterMail {
    /// A response to a sign-up; its content depends on the subscriber's status.
    Requested {
        /// The email address.
        email: String,
        /// The name of the subscriber.
        name: Option<String>,
        /// The chosen lists; `None` for the default lists.
        lists: Option<Vec<ListId>>,
    },
    /// A request to confirm, for an imported subscriber.
    Imported(SubscriberId),
    /// A welcome, after the confirmation.
    Welcome(SubscriberId),
}

impl NewsletterMail {
    /// Composes the email, if there is still a reason for it, and sends it.
    pub(crate) async fn deliver(self, app: &App, job: TaskId) -> std::result::Result<(), Failure> {
        if let Some(letter) = app.write(move |app, conn| self.clone().write(app, conn, job)).await? {
            app.mailer.send(job, &letter, app.now()).await?;
        }
        Ok(())
    }

    fn write(self, app: &App, conn: &mut Conn, job: TaskId) -> Result<Option<Letter>> {
        let Ok(id) = job.to_string().parse::<MailId>() else { return Ok(None) };
        match self {
            Self::Requested { email, name, lists } => requested(app, conn, id, &email, (name, lists)),
            Self::Imported(subscriber) => imported(app, conn, id, subscriber),
            Self::Welcome(subscriber) => welcome(app, conn, subscriber),
        }
    }
}

fn requested(app: &App, conn: &mut Conn, id: MailId, email: &str, wishes: (Option<String>, Option<Vec<ListId>>)) -> Result<Option<Letter>> {
    Lock::Email.take_for(conn, email)?;
    let subscriber = match subscribers::look_up_by_email(conn, email)? {
        Some(subscriber) => subscriber,
        None => subscribers::make_pending(app, conn, email)?,
    };
    ask(app, conn, id, &subscriber, wishes)
}

fn imported(app: &App, conn: &mut Conn, id: MailId, subscriber: SubscriberId) -> Result<Option<Letter>> {
    let Some(subscriber) = subscribers::look_up(conn, subscriber)? else { return Ok(None) };
    Lock::Email.take_for(conn, &subscriber.email)?;
    let lists = subscribers::list_ids(conn, subscriber.id)?;
    if subscriber.status == SubscriberStatus::Pending { ask(app, conn, id, &subscriber, (None, Some(lists))) } else { Ok(None) }
}

/// Composes the request to confirm, or the reminder that the email address is already subscribed. The email's id is the
/// job's id, so that a retry sends the same email again.
fn ask(
    app: &App,
    conn: &mut Conn,
    id: MailId,
    subscriber: &Subscriber,
    wishes: (Option<String>, Option<Vec<ListId>>),
) -> Result<Option<Letter>> {
    let now = app.now();
    let suppression = suppressions::look_up(conn, &subscriber.email_hash)?;
    if suppression.as_ref().is_some_and(|suppression| suppression.reason == SuppressionReason::Blocked) {
        return Ok(None);
    }
    let mail = match queries::look_up(conn, id)? {
        Some(mail) if mail.used_at.is_some() => return Ok(None),
        Some(mail) => {
            queries::renew(conn, id, now)?;
            mail
        }
        None => {
            let quiet = if suppression.is_some() { QUIET_AFTER_LEAVING } else { MIN_MAIL_INTERVAL };
            if queries::was_mailed(conn, subscriber.id, quiet, now)? {
                return Ok(None);
            }
            let purpose =
                if subscriber.status == SubscriberStatus::Confirmed { OptInPurpose::Reminder } else { OptInPurpose::Confirmation };
            let mail = OptInMail::new(app, id, subscriber.id, purpose, wishes);
            queries::insert(conn, &mail)?;
            mail
        }
    };
    match mail.purpose {
        OptInPurpose::Confirmation => letters::confirmation(app, conn, subscriber, id).map(Some),
        OptInPurpose::Reminder => letters::reminder(app, conn, subscriber).map(Some),
    }
}

fn welcome(app: &App, conn: &mut Conn, subscriber: SubscriberId) -> Result<Option<Letter>> {
    let subscriber = subscribers::look_up(conn, subscriber)?.filter(|subscriber| subscriber.status == SubscriberStatus::Confirmed);
    subscriber.map(|subscriber| letters::welcome(app, conn, &subscriber)).transpose()
}
