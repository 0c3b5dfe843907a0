//! The demo newsroom: *The Harbour Lantern* of Varnmouth, written to an empty database for people to try.
//!
//! Invariants: a database with content is never filled; a second start writes nothing; the administrator's password is
//! generated for this database alone.

mod content;
mod newsroom;
mod pictures;
mod queries;
mod uploads;

use content::{ARTICLES, DemoLists, PAGES};
use newsroom::{Newsroom, beginning, setup_event};
use queries::DemoState;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Result;
use crate::events;
use crate::secrets;
use crate::users::{Caller, Role, UserId};

/// The email address of the administrator that the demo creates.
const EMAIL: &str = "desk@lantern.example";

/// Fills an empty database; returns a summary with URLs and login data.
///
/// # Errors
/// A sentence for the operator.
pub(crate) async fn fill(config: &Config) -> std::result::Result<String, String> {
    let now = Clock::System.now().millis();
    let app = App::open(config.clone(), Clock::manual(now - beginning()))?;
    let state = app.db.read(queries::state).await.map_err(|error| error.to_string())?;
    match state {
        DemoState::Empty => {}
        DemoState::Filled => return Ok(format!("The demo newsroom is already set up.\n{}", addresses(config, &there_already()))),
        DemoState::Begun => return Err(interrupted()),
        DemoState::Foreign => return Err("the database has content; to see the demo, set DATABASE_URL to an empty database".into()),
    }
    let lists = DemoLists::read()?;
    let (user, access) = admin(&app).await?;
    let number = (ARTICLES.len(), PAGES.len(), lists.authors.len(), lists.pictures.len());
    let admin = Caller::known(user, Role::Admin, None, None, None);
    write(&app, admin, lists, now).await.map_err(|error| error.to_string())?;
    let (articles, pages, authors, pictures) = number;
    let made =
        format!("The Harbour Lantern is set up: {articles} articles, {pages} pages, {authors} authors, {pictures} images, comments.");
    Ok(format!("{made}\n{}", addresses(config, &access)))
}

async fn write(app: &App, admin: Caller, lists: DemoLists, now: i64) -> Result<()> {
    let who = admin.clone();
    app.write(move |app, conn| events::record(conn, app.now(), setup_event(queries::BEGUN, &who))).await?;
    let pictures = uploads::upload(app, &admin, &lists.pictures).await?;
    let newsroom = Newsroom { app: app.clone(), admin, lists, pictures, now };
    app.write(move |_, conn| newsroom.write(conn)).await
}

/// Returns the existing administrator or a new one, and how to log in.
async fn admin(app: &App) -> std::result::Result<(UserId, String), String> {
    app.ensure_first_admin().await?;
    if let Some(user) = app.db.read(queries::admin).await.map_err(|error| error.to_string())? {
        return Ok((user, "  Log in with your own account.\n".into()));
    }
    let password: String = secrets::new_token().chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let id = app.create_user(EMAIL, "The Lantern's desk", Role::Admin.as_str(), &password).await?;
    let user = id.parse().map_err(|_| "the new account has no id".to_owned())?;
    Ok((user, format!("  Log in as      {EMAIL}\n  Password       {password}\n                 (shown only now; {})\n", remedy())))
}

fn addresses(config: &Config, access: &str) -> String {
    let api = &config.links.api_url;
    format!(
        "\n  Articles       {api}/api/v1/articles\n  Documentation  {api}/docs/\n  OpenAPI        {api}/openapi.json\n\n\
         {access}\n  Stop with Ctrl-C."
    )
}

fn there_already() -> String {
    format!("  The password of {EMAIL} was shown when the account was created\n  ({}).\n", remedy())
}

fn remedy() -> &'static str {
    "if the password is lost, create another administrator: masthead users create --role admin --email … --name …"
}

fn interrupted() -> String {
    "an earlier start was interrupted while setting up the demo newsroom; delete the database and the media folder, and start again".into()
}
