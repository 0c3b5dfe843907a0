//! Accounts from the command line: the way to the first administrator.

use std::io::{BufRead, IsTerminal};

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::app::App;
use crate::users::Role;

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
    /// Read the password, one line of 15 to 1024 characters, from standard input
    #[arg(long)]
    password_stdin: bool,
}

impl NewAccount {
    /// The password: one line of standard input, or asked for twice without echo.
    pub(super) fn password(&self) -> Result<String, String> {
        if self.password_stdin {
            return read_line(std::io::stdin().lock());
        }
        if !std::io::stdin().is_terminal() {
            return Err("there is no terminal to ask for the password on; send it with --password-stdin".into());
        }
        let ask = |prompt: &str| rpassword::prompt_password(prompt).map_err(|error| format!("cannot read the password: {error}"));
        let password = ask("Password (15 characters or more): ")?;
        if ask("The same again: ")? == password { Ok(password) } else { Err("the two passwords differ; nothing was made".into()) }
    }
}

fn read_line(input: impl BufRead) -> Result<String, String> {
    let mut line = String::new();
    input.take(LONGEST_LINE).read_line(&mut line).map_err(|error| format!("cannot read the password: {error}"))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() { Err("standard input has no password".into()) } else { Ok(password.to_owned()) }
}

/// Makes the account, and says so.
pub(super) async fn create(app: &App, account: &NewAccount, password: &str) -> Result<String, String> {
    let id = app.create_user(&account.email, &account.name, &account.role, password).await?;
    Ok(format!("{} can log in now as {} (id {id}).", account.email, account.role))
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
