//! The command line: what is typed, and which operation of the program it stands for.
//!
//! Exit codes: 0 done, 1 refused or failed (a sentence on standard error), 2 a wrong command line or wrong settings.

mod images;
mod people;

use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand};

use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, meant_by_option, warn_of_slips};
use crate::images::Storage;
use crate::{db, demo, http, log, openapi, seed};

const EXAMPLES: &str = "\
Examples:
  masthead serve --demo                    try it: a small newsroom with articles, pictures and comments
  masthead users create --email mara@example.org --name 'Mara Lindt' --role admin
                                           make the first account (the password is asked for)
  masthead                                 serve what is in the database
  curl http://127.0.0.1:8080/api/v1/articles
                                           read it

Settings are environment variables, or lines of a file named .env in the working folder.
The file .env.example describes all of them. Without any, the server listens on
127.0.0.1:8080, keeps masthead.db, masthead.key and the folder media/ in the working
folder (and, where SMTP_URL names no mail server, mails in mails/), and shows its documentation at http://127.0.0.1:8080/docs/.";

/// A headless CMS for newsrooms and blogs: one program that serves a JSON REST API.
#[derive(Debug, Parser)]
#[command(name = "masthead", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API; what `masthead` alone does, too. Migrates the database first
    Serve(ServeOptions),
    /// Bring the database to this program's schema, and end
    Migrate,
    /// The people who can log in
    #[command(subcommand)]
    Users(Users),
    /// API keys for programs
    #[command(subcommand)]
    Tokens(Tokens),
    /// The keys that access tokens are signed with
    #[command(subcommand)]
    Keys(Keys),
    /// The pictures and their files
    #[command(subcommand)]
    Images(Images),
    /// Print the OpenAPI document
    Openapi,
    /// Fill an empty database with the newsroom that speed is measured on
    #[command(hide = true)]
    BenchSeed(SeedOptions),
    /// Make renditions of a file, one for each line on standard input: a format, a width and where it goes
    #[command(hide = true)]
    BenchRenditions {
        /// The original
        file: std::path::PathBuf,
    },
}

#[derive(Args, Debug)]
struct SeedOptions {
    /// How many articles there are to be
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    articles: u32,
}

#[derive(Args, Debug, Default)]
struct ServeOptions {
    /// Fill an empty database with a small newsroom first, and say how to log in
    #[arg(long)]
    demo: bool,
}

#[derive(Debug, Subcommand)]
enum Users {
    /// Make an account; the password is asked for twice, unless it comes on standard input
    Create(people::NewAccount),
    /// List the accounts: role, e-mail address, name
    List,
    /// Give an account a new password; ends its sessions and API keys. Works while a server runs
    SetPassword(people::NewSecret),
    /// Give an account another role, from its next request on
    SetRole(people::NewRole),
    /// Delete an account; what it wrote stays
    Delete(people::Whose),
}

#[derive(Debug, Subcommand)]
enum Tokens {
    /// Make an API key for an account, and print it; it is shown this once
    Create(people::NewKey),
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Make a new signing key; tokens signed with the old one stay valid until they expire
    Rotate,
}

#[derive(Debug, Subcommand)]
enum Images {
    /// Compare the pictures with the files of the media store; a server may run meanwhile. Exits with 1 where they differ
    Check(images::CheckOptions),
}

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let line = CommandLine::try_parse().unwrap_or_else(|error| with_setting(error).exit());
    let command = line.command.unwrap_or(Command::Serve(line.serve));
    if let Command::Openapi = command {
        return finish(say(openapi::text().trim_end()));
    }
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(faults) => {
            for fault in faults {
                complain(&fault);
            }
            return ExitCode::from(2);
        }
    };
    log::start(config.log_format, config.log_level);
    warn_of_slips();
    finish(actix_web::rt::System::new().block_on(obey(command, config)))
}

/// Names the setting that an unknown option stands for: the port and the like are not told on the command line.
fn with_setting(mut error: clap::Error) -> clap::Error {
    let unknown = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) if error.kind() == ErrorKind::UnknownArgument => option.clone(),
        _ => return error,
    };
    // Where an option is near, that is what was meant.
    if let (None, Some(setting)) = (error.get(ContextKind::SuggestedArg), meant_by_option(&unknown)) {
        let tip = format!("{setting} is a setting: an environment variable, or a line of .env in the working folder");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

async fn obey(command: Command, mut config: Config) -> Result<(), String> {
    match command {
        Command::Migrate => migrate(&config),
        Command::Serve(options) => {
            // Before anything is made: what cannot be served should leave nothing behind.
            let bound = http::Bound::new(config.server.bind)?;
            Storage::open(&config.store.media)?.demand().await?;
            if options.demo {
                config.let_local_pages_call();
                say(&demo::fill(&config).await?)?;
            }
            let app = open(config)?;
            app.join_nodes().await?;
            let served = serve(app.clone(), bound).await;
            app.leave_nodes().await;
            served
        }
        Command::Users(users) => say(&people(&open(config)?, users).await?),
        Command::Tokens(Tokens::Create(key)) => say(&people::create_key(&open(config)?, &key).await?),
        Command::Keys(Keys::Rotate) => {
            let made = open(config)?.rotate_signing_key().await?;
            say(&format!("New tokens are signed with {made}. Running servers take it up within a minute."))
        }
        Command::Images(Images::Check(options)) => match images::check(&open(config)?, &options).await {
            Ok(table) => say(&table),
            Err((table, why)) if table.is_empty() => Err(why),
            Err((table, why)) => say(&table).and(Err(why)),
        },
        Command::Openapi => say(openapi::text().trim_end()),
        Command::BenchRenditions { file } => images::rehearse(&file).await,
        Command::BenchSeed(options) => say(&seed::fill(&config, options.articles).await?),
    }
}

async fn people(app: &App, users: Users) -> Result<String, String> {
    match users {
        Users::Create(account) => people::create(app, &account).await,
        Users::List => people::list(app).await,
        Users::SetPassword(secret) => people::set_password(app, &secret).await,
        Users::SetRole(role) => people::set_role(app, &role).await,
        Users::Delete(whose) => people::delete(app, &whose).await,
    }
}

async fn serve(app: App, bound: http::Bound) -> Result<(), String> {
    app.ensure_first_admin().await?;
    if people::nobody(&app).await? {
        tracing::warn!("nobody can log in yet; make the first account: masthead users create --email … --name … --role admin");
    }
    http::serve(app, bound).await
}

fn open(config: Config) -> Result<App, String> {
    App::open(config, Clock::System)
}

fn migrate(config: &Config) -> Result<(), String> {
    match db::migrate(&config.store.database)? {
        0 => say("The schema is current; there was nothing to do."),
        1 => say("One migration was run; the schema is current."),
        ran => say(&format!("{ran} migrations were run; the schema is current.")),
    }
}

fn finish(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            complain(&why);
            ExitCode::FAILURE
        }
    }
}

/// Prints a line for whoever called; a closed pipe is their wish to hear no more.
fn say(text: &str) -> Result<(), String> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("cannot print: {error}")),
        _ => Ok(()),
    }
}

fn complain(why: &str) {
    // Where even standard error is closed, there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "masthead: {why}");
}
