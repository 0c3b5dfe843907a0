//! The newsletter's own mails as jobs: what is to be written is found out when it is written, so that no request tells who is
//! subscribed.

use serde::{Deserialize, Serialize};

use super::letters;
use super::queries;
use super::tokens::{MailId, OptInMail, Purpose};
use crate::app::App;
use crate::db::{Conn, lock};
use crate::error::Result;
use crate::jobs::{Failure, TaskId};
use crate::mail::Letter;
use crate::newsletter::lists::ListId;
use crate::newsletter::subscribers::{self, Subscriber, SubscriberId, SubscriberStatus};
use crate::newsletter::suppressions::{self, SuppressionReason};

/// Strangers can have one mail sent to an address in so long, in seconds.
const QUIET: i64 = 60 * 60;
/// And where its owner has left, in so long, in seconds.
const QUIET_AFTER_LEAVING: i64 = 24 * 60 * 60;

/// A mail of the newsletter's own.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NewsletterMail {
    /// Somebody entered an address; what comes of it is found out here.
    Requested {
        /// The address.
        email: String,
        /// What its owner is to be called.
        name: Option<String>,
        /// What was chosen; the default lists where nothing.
        lists: Option<Vec<ListId>>,
    },
    /// A file brought somebody who is to confirm it.
    Imported(SubscriberId),
    /// Somebody has confirmed.
    Welcome(SubscriberId),
}

impl NewsletterMail {
    /// Writes the mail, if it still has a reason, and sends it.
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
    lock(conn, &format!("mail to {email}"))?;
    let subscriber = match subscribers::look_up_by_email(conn, email)? {
        Some(subscriber) => subscriber,
        None => subscribers::make_pending(app, conn, email)?,
    };
    ask(app, conn, id, &subscriber, wishes)
}

fn imported(app: &App, conn: &mut Conn, id: MailId, subscriber: SubscriberId) -> Result<Option<Letter>> {
    let Some(subscriber) = subscribers::look_up(conn, subscriber)? else { return Ok(None) };
    lock(conn, &format!("mail to {}", subscriber.email))?;
    let lists = subscribers::list_ids(conn, subscriber.id)?;
    if subscriber.status == SubscriberStatus::Pending { ask(app, conn, id, &subscriber, (None, Some(lists))) } else { Ok(None) }
}

/// Asks the owner of an address to confirm, or says that nothing has to be confirmed. The mail has the id of its job, so that
/// a second try mails the first one again.
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
            let quiet = if suppression.is_some() { QUIET_AFTER_LEAVING } else { QUIET };
            if queries::was_mailed(conn, subscriber.id, quiet, now)? {
                return Ok(None);
            }
            let purpose = if subscriber.status == SubscriberStatus::Confirmed { Purpose::Reminder } else { Purpose::Confirmation };
            let mail = OptInMail::new(app, id, subscriber.id, purpose, wishes);
            queries::insert(conn, &mail)?;
            mail
        }
    };
    match mail.purpose {
        Purpose::Confirmation => letters::confirmation(app, conn, subscriber, id).map(Some),
        Purpose::Reminder => letters::reminder(app, conn, subscriber).map(Some),
    }
}

fn welcome(app: &App, conn: &mut Conn, subscriber: SubscriberId) -> Result<Option<Letter>> {
    let subscriber = subscribers::look_up(conn, subscriber)?.filter(|subscriber| subscriber.status == SubscriberStatus::Confirmed);
    subscriber.map(|subscriber| letters::welcome(app, conn, &subscriber)).transpose()
}
