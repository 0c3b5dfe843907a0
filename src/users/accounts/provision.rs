//! Accounts from outside HTTP: the command line and the first start.

use serde_json::json;

use super::user::User;
use super::{operations, queries};
use crate::app::App;
use crate::db::lock;
use crate::input::Input;
use crate::users::role::Role;
use crate::users::signing;

impl App {
    /// Makes an account that can log in, and returns its id.
    ///
    /// # Errors
    /// A sentence for the operator: what is wrong with which member, or that the address is taken.
    pub async fn create_user(&self, email: &str, name: &str, role: &str, password: &str) -> Result<String, String> {
        let user = self.new_user(email, name, role, password).await?;
        let (app, id) = (self.clone(), user.id);
        let stored = self.db.write(move |conn| operations::create(&app, conn, None, &user)).await;
        stored.map(|_| id.to_string()).map_err(|error| error.to_string())
    }

    /// Makes the first administrator whom the settings name, where there is no account yet.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn ensure_first_admin(&self) -> Result<(), String> {
        let Some(first) = self.config.first_admin.clone() else { return Ok(()) };
        if !self.db.read(queries::is_empty).await.map_err(|error| error.to_string())? {
            return Ok(());
        }
        let user = self.new_user(&first.email, "Administrator", Role::Admin.as_str(), &first.password).await?;
        let app = self.clone();
        let made = self.db.write(move |conn| {
            // Two nodes may start together.
            lock(conn, "admins")?;
            if queries::is_empty(conn)? { operations::create(&app, conn, None, &user).map(drop) } else { Ok(()) }
        });
        made.await.map_err(|error| error.to_string())
    }

    /// Every account in the order of its making: role, e-mail address, name.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn list_users(&self) -> Result<Vec<(String, String, String)>, String> {
        let rows = self.db.read(queries::directory).await.map_err(|error| error.to_string())?;
        Ok(rows.into_iter().map(|(role, email, name)| (role.as_str().to_owned(), email, name)).collect())
    }

    /// Makes a new signing key for access tokens, and returns its id; what the old one signed stays good until it expires.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn rotate_signing_key(&self) -> Result<String, String> {
        self.write(signing::rotate_signing_key).await.map_err(|error| error.to_string())
    }

    async fn new_user(&self, email: &str, name: &str, role: &str, password: &str) -> Result<User, String> {
        let body = json!({"email": email, "name": name, "role": role, "password": password});
        let draft = operations::parse(&Input::of(body, self.checker.clone())).map_err(|error| error.to_string())?;
        let turn = self.passwords.turn().await.map_err(|error| error.to_string())?;
        let hash = turn.hash(draft.password.0.clone()).await.map_err(|error| error.to_string())?;
        Ok(User::new(draft, hash, self.now()))
    }
}
