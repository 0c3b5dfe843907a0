//! Accounts and their API keys from the command line: the way to the first administrator.

use std::io::{BufRead, IsTerminal};

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::app::App;
use crate::users::{Newcomer, Role, Scope};

/// The shortest password that is asked for twice, in characters.
const MIN_PASSWORD: usize = 15;
/// The longest line that is read as a password, in bytes.
const LONGEST_LINE: u64 = 8 * 1024;

/// The account to make.
#[derive(Args, Debug)]
pub(super) struct NewAccount {
    /// The e-mail address to log in with
    #[arg(long)]
    email: String,
    /// The person's name
    #[arg(long)]
    name: String,
    /// What they may do
    #[arg(long, value_parser = PossibleValuesParser::new(Role::WORDS))]
    role: String,
    /// Make no author's profile, without which nobody but editors publishes
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
    /// Let its API keys go on
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
    /// What they may do
    #[arg(long, value_parser = PossibleValuesParser::new(Role::WORDS))]
    role: String,
}

/// Which account.
#[derive(Args, Debug)]
pub(super) struct Whose {
    /// The account's e-mail address
    #[arg(long)]
    email: String,
}

/// The API key to make.
#[derive(Args, Debug)]
pub(super) struct NewKey {
    #[command(flatten)]
    whose: Whose,
    /// What the key is for
    #[arg(long)]
    name: String,
    /// What it may be used for, separated by commas
    #[arg(long, required = true, value_delimiter = ',', value_parser = PossibleValuesParser::new(Scope::WORDS))]
    scopes: Vec<String>,
    /// When it ends, such as 2027-01-01T00:00:00Z; never if absent
    #[arg(long)]
    expires: Option<String>,
}

/// Where the password comes from.
#[derive(Args, Debug)]
struct Secret {
    /// Read the password, one line of 15 to 1024 characters, from standard input
    #[arg(long)]
    password_stdin: bool,
}

impl Secret {
    /// The password: one line of standard input, or asked for twice without echo.
    fn password(&self) -> Result<String, String> {
        if self.password_stdin {
            return read_line(std::io::stdin().lock());
        }
        if !std::io::stdin().is_terminal() {
            return Err("there is no terminal to ask for the password on; send it with --password-stdin".into());
        }
        let ask = |prompt: &str| rpassword::prompt_password(prompt).map_err(|error| format!("cannot read the password: {error}"));
        let password = ask("Password (15 characters or more): ")?;
        if password.chars().count() < MIN_PASSWORD {
            return Err(format!("a password has at least {MIN_PASSWORD} characters; nothing was changed"));
        }
        if ask("The same again: ")? == password { Ok(password) } else { Err("the two passwords differ; nothing was changed".into()) }
    }
}

fn read_line(input: impl BufRead) -> Result<String, String> {
    let mut line = String::new();
    input.take(LONGEST_LINE).read_line(&mut line).map_err(|error| format!("cannot read the password: {error}"))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() { Err("standard input has no password".into()) } else { Ok(password.to_owned()) }
}

/// Makes the account, and says so; the password is asked for when everything else is right.
pub(super) async fn create(app: &App, account: &NewAccount) -> Result<String, String> {
    let NewAccount { email, name, role, no_profile, secret } = account;
    let newcomer = Newcomer { email, name, role, profile: !no_profile };
    app.check_newcomer(&newcomer).await?;
    let id = app.create_account(&newcomer, &secret.password()?).await?;
    Ok(format!("{email} can log in now as {role} (id {id})."))
}

/// Gives an account a new password.
pub(super) async fn set_password(app: &App, NewSecret { whose, keep_keys, secret }: &NewSecret) -> Result<String, String> {
    app.check_user(&whose.email).await?;
    app.set_password(&whose.email, &secret.password()?, *keep_keys).await?;
    let keys = if *keep_keys { "API keys go on" } else { "API keys have ended, too" };
    Ok(format!("{} logs in with the new password now. All sessions have ended; {keys}.", whose.email))
}

/// Gives an account another role.
pub(super) async fn set_role(app: &App, NewRole { whose, role }: &NewRole) -> Result<String, String> {
    app.set_role(&whose.email, role).await?;
    Ok(format!("{} is {role} now.", whose.email))
}

/// Deletes an account.
pub(super) async fn delete(app: &App, Whose { email }: &Whose) -> Result<String, String> {
    app.delete_user(email).await?;
    Ok(format!("The account {email} is deleted."))
}

/// Makes an API key; the line has nothing but the key, so that a script can take it.
pub(super) async fn create_key(app: &App, NewKey { whose, name, scopes, expires }: &NewKey) -> Result<String, String> {
    app.create_token(&whose.email, name, scopes, expires.as_deref()).await
}

/// The accounts, a line each: role, e-mail address, name.
pub(super) async fn list(app: &App) -> Result<String, String> {
    let accounts = app.list_users().await?;
    if accounts.is_empty() {
        return Ok("There are no accounts yet; make one with: masthead users create".into());
    }
    let lines: Vec<_> = accounts.iter().map(|(role, email, name)| format!("{role:<12} {email:<32} {name}")).collect();
    Ok(lines.join("\n"))
}

/// Whether there is no account at all.
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
