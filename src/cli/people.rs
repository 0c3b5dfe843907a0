//! Manages accounts and their API keys from the command line, including the first administrator.

use std::io::{BufRead, IsTerminal};

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::app::App;
use crate::users::{Newcomer, Role, Scope};

/// The minimum length of a password typed at the prompt, in characters.
const MIN_PASSWORD: usize = 15;
/// The maximum length of a line that is read as a password, in bytes.
const MAX_LINE_LENGTH: u64 = 8 * 1024;

/// The account to create.
#[derive(Args, Debug)]
pub(super) struct AccountArguments {
    /// The email address to log in with
    #[arg(long)]
    email: String,
    /// The name of the person
    #[arg(long)]
    name: String,
    /// The role of the account
    #[arg(long, value_parser = PossibleValuesParser::new(Role::WORDS))]
    role: String,
    /// Create no author profile; without one, only editors and administrators can publish
    #[arg(long)]
    no_profile: bool,
    #[command(flatten)]
    secret: Secret,
}

/// The account that gets a new password.
#[derive(Args, Debug)]
pub(super) struct NewSecret {
    #[command(flatten)]
    whose: Whose,
    /// Keep the API keys of the account valid
    #[arg(long)]
    keep_keys: bool,
    #[command(flatten)]
    secret: Secret,
}

/// The account that gets another role.
#[derive(Args, Debug)]
pub(super) struct NewRole {
    #[command(flatten)]
    whose: Whose,
    /// The new role
    #[arg(long, value_parser = PossibleValuesParser::new(Role::WORDS))]
    role: String,
}

/// The account to change.
#[derive(Args, Debug)]
pub(super) struct Whose {
    /// The email address of the account
    #[arg(long)]
    email: String,
}

/// The API key to create.
#[derive(Args, Debug)]
pub(super) struct NewKey {
    #[command(flatten)]
    whose: Whose,
    /// The purpose of the key
    #[arg(long)]
    name: String,
    /// The scopes of the key, separated by commas
    #[arg(long, required = true, value_delimiter = ',', value_parser = PossibleValuesParser::new(Scope::WORDS))]
    scopes: Vec<String>,
    /// The time at which the key expires, such as 2027-01-01T00:00:00Z; never by default
    #[arg(long)]
    expires: Option<String>,
}

/// The source of the password.
#[derive(Args, Debug)]
struct Secret {
    /// Read the password, one line of 15 to 1024 characters, from standard input
    #[arg(long)]
    password_stdin: bool,
}

impl Secret {
    /// Returns the password, read from one line of standard input or typed twice at the prompt without echo.
    fn password(&self) -> Result<String, String> {
        if self.password_stdin {
            return read_line(std::io::stdin().lock());
        }
        if !std::io::stdin().is_terminal() {
            return Err("there is no terminal to prompt for the password; send the password with --password-stdin".into());
        }
        let ask = |prompt: &str| rpassword::prompt_password(prompt).map_err(|error| format!("cannot read the password: {error}"));
        let password = ask("Password (15 characters or more): ")?;
        if password.chars().count() < MIN_PASSWORD {
            return Err(format!("a password must have at least {MIN_PASSWORD} characters; nothing was changed"));
        }
        if ask("Repeat the password: ")? == password { Ok(password) } else { Err("the two passwords differ; nothing was changed".into()) }
    }
}

fn read_line(input: impl BufRead) -> Result<String, String> {
    let mut line = String::new();
    input.take(MAX_LINE_LENGTH).read_line(&mut line).map_err(|error| format!("cannot read the password: {error}"))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() { Err("standard input has no password".into()) } else { Ok(password.to_owned()) }
}

/// Creates an account; prompts for the password only if everything else is valid.
pub(super) async fn create(app: &App, account: &AccountArguments) -> Result<String, String> {
    let AccountArguments { email, name, role, no_profile, secret } = account;
    let newcomer = Newcomer { email, name, role, profile: !no_profile };
    app.check_newcomer(&newcomer).await?;
    let id = app.create_account(&newcomer, &secret.password()?).await?;
    Ok(format!("{email} can log in now as {role} (id {id})."))
}

/// Sets a new password for an account.
pub(super) async fn set_password(app: &App, NewSecret { whose, keep_keys, secret }: &NewSecret) -> Result<String, String> {
    app.check_user(&whose.email).await?;
    app.set_password(&whose.email, &secret.password()?, *keep_keys).await?;
    let keys = if *keep_keys { "the API keys of the account remain valid" } else { "the API keys of the account have been revoked, too" };
    Ok(format!("{} logs in with the new password from now on. All sessions have ended; {keys}.", whose.email))
}

/// Changes the role of an account.
pub(super) async fn set_role(app: &App, NewRole { whose, role }: &NewRole) -> Result<String, String> {
    app.set_role(&whose.email, role).await?;
    Ok(format!("{} now has the role {role}.", whose.email))
}

/// Deletes an account.
pub(super) async fn delete(app: &App, Whose { email }: &Whose) -> Result<String, String> {
    app.delete_user(email).await?;
    Ok(format!("The account {email} has been deleted."))
}

/// Creates an API key; the line contains only the key, so that scripts can use it.
pub(super) async fn create_key(app: &App, NewKey { whose, name, scopes, expires }: &NewKey) -> Result<String, String> {
    app.create_token(&whose.email, name, scopes, expires.as_deref()).await
}

/// Lists the accounts, one per line: role, email address, name.
pub(super) async fn list(app: &App) -> Result<String, String> {
    let accounts = app.list_users().await?;
    if accounts.is_empty() {
        return Ok("There are no accounts yet; create one with: masthead users create".into());
    }
    let lines: Vec<_> = accounts.iter().map(|(role, email, name)| format!("{role:<12} {email:<32} {name}")).collect();
    Ok(lines.join("\n"))
}

/// Returns whether there are no accounts at all.
pub(super) async fn nobody(app: &App) -> Result<bool, String> {
    Ok(app.list_users().await?.is_empty())
}

#[cfg(test)]
mod tests {
    use super::read_line;

    #[test]
    fn a_password_is_one_line_without_its_end() {
        assert_eq!(read_line(&b" spaces stay in it \r\nnext"[..]).unwrap(), " spaces stay in it ");
        assert!(read_line(&b"\n"[..]).is_err());
    }
}
