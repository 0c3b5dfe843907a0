//! Accounts and keys for the command line and the first start. The functions call the same operations as the HTTP handlers.

use serde_json::{Value, json};

use super::ending::end_access;
use super::operations::{self, AccountChange, NewAccount, account_event};
use super::queries;
use super::user::{User, UserDraft};
use crate::app::App;
use crate::db::{Conn, Lock};
use crate::error::{Code, Error, Result as Outcome};
use crate::events::{self, EventKind};
use crate::http::Precondition;
use crate::input::{BodyOf, Input};
use crate::users::caller::Caller;
use crate::users::passwords::{self, NewPassword};
use crate::users::role::Role;
use crate::users::{keys, signing};

/// A placeholder for the password, so that the other members of a draft can be checked before the real password is
/// requested. It never becomes the password of an account.
const STAND_IN: &str = "nothing that opens an account";

/// A person who gets an account.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    /// The email address to log in with.
    pub email: &'a str,
    /// The person's name.
    pub name: &'a str,
    /// The name of the role.
    pub role: &'a str,
    /// Whether to create an author profile, if the role may write.
    pub profile: bool,
}

impl App {
    /// Creates an account that can log in, with an author profile if its role may write, and returns its id.
    ///
    /// # Errors
    /// A sentence for the operator: the invalid member and what is wrong with it, or that the email address is taken.
    pub async fn create_user(&self, email: &str, name: &str, role: &str, password: &str) -> Result<String, String> {
        self.create_account(&Newcomer { email, name, role, profile: true }, password).await
    }

    /// Creates an account that can log in, and returns its id.
    ///
    /// # Errors
    /// A sentence for the operator: the invalid member and what is wrong with it, or that the email address is taken.
    pub async fn create_account(&self, newcomer: &Newcomer<'_>, password: &str) -> Result<String, String> {
        let account = self.new_account(newcomer, password).await.map_err(|error| sentence(&error))?;
        let (app, id) = (self.clone(), account.user.id);
        let stored = self.write(move |_, conn| operations::create(&app, conn, None, &account)).await;
        stored.map(|_| id.to_string()).map_err(|error| sentence(&error))
    }

    /// Checks everything about a new account except its password.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn check_newcomer(&self, newcomer: &Newcomer<'_>) -> Result<(), String> {
        self.draft(newcomer, STAND_IN).map_err(|error| sentence(&error))?;
        let address = newcomer.email.to_lowercase();
        match self.db.read(move |conn| queries::find_by_email(conn, &address)).await.map_err(|error| sentence(&error))? {
            Some(_) => Err("Another account has this email address.".into()),
            None => Ok(()),
        }
    }

    /// Creates the first administrator from the settings, if there is no account yet.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn ensure_first_admin(&self) -> Result<(), String> {
        let Some(first) = self.config.first_admin.clone() else { return Ok(()) };
        if !self.db.read(queries::is_empty).await.map_err(|error| sentence(&error))? {
            return Ok(());
        }
        let newcomer = Newcomer { email: &first.email, name: "Administrator", role: Role::Admin.as_str(), profile: true };
        let account = self.new_account(&newcomer, &first.password).await.map_err(|error| sentence(&error))?;
        let app = self.clone();
        let made = self.db.write(move |conn| {
            // Two nodes may start at the same time.
            Lock::Admins.take(conn)?;
            if queries::is_empty(conn)? { operations::create(&app, conn, None, &account).map(drop) } else { Ok(()) }
        });
        made.await.map_err(|error| sentence(&error))
    }

    /// Sets an account's password, ends its sessions, deletes its stored `Idempotency-Key` responses and, unless
    /// `keep_keys` is set, deletes its API keys.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn set_password(&self, email: &str, password: &str, keep_keys: bool) -> Result<(), String> {
        let (email, password) = (email.to_lowercase(), NewPassword(password.to_owned()));
        if let Some(fault) = passwords::check("/password", &password, &email) {
            return Err(sentence(&Error::invalid(vec![fault])));
        }
        let turn = self.passwords.turn().await.map_err(|error| sentence(&error))?;
        let hash = turn.hash(password.0).await.map_err(|error| sentence(&error))?;
        let stored = self.write(move |app, conn| {
            let mut user = named(conn, &email)?;
            user.set_password(hash.clone(), app.now());
            queries::update(conn, &user)?;
            let keys_ended = end_access(conn, user.id, keep_keys)?;
            events::record(conn, app.now(), account_event(EventKind::UserPasswordReset, &user, json!({"keys_ended": keys_ended})))
        });
        stored.await.map_err(|error| sentence(&error))
    }

    /// Changes an account's role. The last administrator cannot be demoted.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn set_role(&self, email: &str, role: &str) -> Result<(), String> {
        let (email, checker) = (email.to_lowercase(), self.checker.clone());
        let patch = json!({"role": role}).to_string();
        let stored = self.write(move |app, conn| {
            let id = named(conn, &email)?.id.to_string();
            let of = BodyOf { method: "patch".into(), template: "", patch: true };
            let input = Input::read(patch.clone().into(), &of, checker.clone());
            operations::revise(app, conn, None, AccountChange { id, condition: unconditional(), input, password_hash: None })
        });
        stored.await.map(drop).map_err(|error| sentence(&error))
    }

    /// Deletes an account and everything that gives access to it. The last administrator cannot be deleted.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn delete_user(&self, email: &str) -> Result<(), String> {
        let email = email.to_lowercase();
        let deleted = self.write(move |app, conn| {
            let id = named(conn, &email)?.id.to_string();
            operations::delete(app, conn, None, &id, &unconditional())
        });
        deleted.await.map_err(|error| sentence(&error))
    }

    /// Creates an API key for an account and returns it. The key is shown only this once.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn create_token(&self, email: &str, name: &str, scopes: &[String], expires_at: Option<&str>) -> Result<String, String> {
        let mut body = json!({"name": name, "scopes": scopes});
        if let Some(end) = expires_at {
            body["expires_at"] = Value::from(end);
        }
        let (email, input) = (email.to_lowercase(), Input::of(body, self.checker.clone()));
        let made = self.write(move |app, conn| {
            let user = named(conn, &email)?;
            keys::create(app, conn, &Caller::known(user.id, user.role, None, None, None), None, &input)
        });
        made.await.map(|key| key.token).map_err(|error| sentence(&error))
    }

    /// Checks that an account with an email address exists.
    ///
    /// # Errors
    /// A sentence for the operator if there is no such account.
    pub async fn check_user(&self, email: &str) -> Result<(), String> {
        let email = email.to_lowercase();
        self.db.read(move |conn| named(conn, &email)).await.map(drop).map_err(|error| sentence(&error))
    }

    /// Lists every account by creation time: role, email address, name.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn list_users(&self) -> Result<Vec<(String, String, String)>, String> {
        let rows = self.db.read(queries::directory).await.map_err(|error| sentence(&error))?;
        Ok(rows.into_iter().map(|(role, email, name)| (role.as_str().to_owned(), email, name)).collect())
    }

    /// Creates a new signing key for access tokens and returns its id. Tokens signed with the old key stay valid
    /// until they expire.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn rotate_signing_key(&self) -> Result<String, String> {
        self.write(signing::rotate_signing_key).await.map_err(|error| sentence(&error))
    }

    fn draft(&self, newcomer: &Newcomer<'_>, password: &str) -> Outcome<UserDraft> {
        let Newcomer { email, name, role, profile } = newcomer;
        let body = json!({"email": email, "name": name, "role": role, "password": password, "profile": profile});
        operations::parse(&Input::of(body, self.checker.clone()))
    }

    async fn new_account(&self, newcomer: &Newcomer<'_>, password: &str) -> Outcome<NewAccount> {
        let draft = self.draft(newcomer, password)?;
        let hash = self.passwords.turn().await?.hash(draft.password.0.clone()).await?;
        Ok(NewAccount { user: User::new(draft, hash, self.now()), profile: newcomer.profile })
    }
}

/// Returns the account with an email address.
fn named(conn: &mut Conn, email: &str) -> Outcome<User> {
    let found = queries::find_by_email(conn, email)?;
    found.ok_or_else(|| Error::new(Code::NotFound, format!("There is no account with the email address {email}.")))
}

fn unconditional() -> Precondition {
    Precondition::read(None, false)
}

/// Formats an error for the terminal: sentences, each validation error with the name of its member.
fn sentence(error: &Error) -> String {
    let faults: Vec<String> = error
        .faults()
        .iter()
        .map(|fault| {
            let (pointer, detail) = (fault.pointer().unwrap_or_default(), fault.detail());
            match pointer.trim_start_matches('/') {
                "" => detail.to_owned(),
                "email" => "The email address is not valid; an example is mara@example.org.".to_owned(),
                name => format!("{}: {detail}", name.replace('/', " ")),
            }
        })
        .collect();
    match (faults.is_empty(), error.cause()) {
        (false, _) => faults.join(" "),
        (true, Some(cause)) => format!("{} ({cause})", error.detail()),
        (true, None) => error.detail().to_owned(),
    }
}
