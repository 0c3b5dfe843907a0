//! The command line: its commands and options, and the operations that they run.
//!
//! Exit codes: 0 for success, 1 for refusal or failure (with a sentence on standard error), 2 for an invalid command line or invalid
//! settings.

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
  masthead serve --demo                    try Masthead: a small newsroom with articles, images and comments
  masthead users create --email mara@example.org --name 'Mara Lindt' --role admin
                                           create the first account (prompts for the password)
  masthead                                 serve the API
  curl http://127.0.0.1:8080/api/v1/articles
                                           read articles

Settings are environment variables, or lines of a file named .env in the working folder.
The file .env.example describes all settings. By default, the server listens on
127.0.0.1:8080, keeps masthead.db, masthead.key and the folder media/ in the working
folder (and emails in mails/ if SMTP_URL is empty), and shows its documentation at http://127.0.0.1:8080/docs/.";

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
    /// Migrate the database and serve the API (default command)
    Serve(ServeOptions),
    /// Migrate the database to the current schema and exit
    Migrate,
    /// Manage accounts
    #[command(subcommand)]
    Users(Users),
    /// Manage API keys for programs
    #[command(subcommand)]
    Tokens(TokensCommand),
    /// Manage the keys with which access tokens are signed
    #[command(subcommand)]
    Keys(Keys),
    /// Check images and their files
    #[command(subcommand)]
    Images(Images),
    /// Print the OpenAPI document
    Openapi,
    /// Fill an empty database with a newsroom for benchmarks
    #[command(hide = true)]
    BenchSeed(SeedOptions),
    /// Make renditions of a file, one for each line of standard input: a format, a width and an output file
    #[command(hide = true)]
    BenchRenditions {
        /// The original image file
        file: std::path::PathBuf,
    },
}

#[derive(Args, Debug)]
struct SeedOptions {
    /// The number of articles
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    articles: u32,
}

#[derive(Args, Debug, Default)]
struct ServeOptions {
    /// First fill an empty database with a small newsroom and print how to log in
    #[arg(long)]
    demo: bool,
}

#[derive(Debug, Subcommand)]
enum Users {
    /// Create an account; prompts twice for the password, unless it is read from standard input
    Create(people::AccountArguments),
    /// List all accounts: role, email address, name
    List,
    /// Set a new password for an account; ends its sessions and API keys. Works while a server runs
    SetPassword(people::NewSecret),
    /// Change the role of an account, from its next request on
    SetRole(people::NewRole),
    /// Delete an account; its articles and comments are kept
    Delete(people::Whose),
}

#[derive(Debug, Subcommand)]
enum TokensCommand {
    /// Create an API key for an account and print it; it is shown only once
    Create(people::NewKey),
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Create a new signing key; tokens signed with the old one remain valid until they expire
    Rotate,
}

#[derive(Debug, Subcommand)]
enum Images {
    /// Compare images with the files of the media store; a server may run meanwhile. Exits with 1 if they differ
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

/// Names, in the error for an unknown option, the setting that was probably meant. For example, the port is a setting, not an
/// option.
fn with_setting(mut error: clap::Error) -> clap::Error {
    let unknown = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) if error.kind() == ErrorKind::UnknownArgument => option.clone(),
        _ => return error,
    };
    // If the error already suggests an option, the user more likely meant that option.
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
            // Both are checked before anything is created: a failed start should leave nothing behind.
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
        Command::Tokens(TokensCommand::Create(key)) => say(&people::create_key(&open(config)?, &key).await?),
        Command::Keys(Keys::Rotate) => {
            let made = open(config)?.rotate_signing_key().await?;
            say(&format!("New tokens are signed with the key {made}. Running servers use this key within a minute."))
        }
        Command::Images(Images::Check(options)) => match images::check(&open(config)?, &options).await {
            Ok(table) => say(&table),
            Err((table, why)) if table.is_empty() => Err(why),
            Err((table, why)) => say(&table).and(Err(why)),
        },
        Command::Openapi => say(openapi::text().trim_end()),
        Command::BenchRenditions { file } => images::bench(&file).await,
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
        tracing::warn!("there are no accounts yet; create the first one: masthead users create --email … --name … --role admin");
    }
    http::serve(app, bound).await
}

fn open(config: Config) -> Result<App, String> {
    App::open(config, Clock::System)
}

fn migrate(config: &Config) -> Result<(), String> {
    match db::migrate(&config.store.database)? {
        0 => say("The schema is current; no migrations were needed."),
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

/// Prints a line on standard output; a closed pipe is not an error.
fn say(text: &str) -> Result<(), String> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("cannot print: {error}")),
        _ => Ok(()),
    }
}

fn complain(why: &str) {
    // If standard error is closed, too, the message is lost.
    let _ = writeln!(std::io::stderr(), "masthead: {why}");
}
