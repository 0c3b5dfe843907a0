//! `World`: a running app with its own database, a clock that stands still, and one user for each role.

use std::collections::HashMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, Response, Service as _, ServiceFactory as _};
use actix_web::test::TestRequest;
use masthead::app::App;
use masthead::clock::Clock;
use masthead::config::{Config, Deadlines};
use serde_json::json;

use super::bucket::Bucket;
use super::client::Client;
use super::engines::{Database, Engine, has_postgres};

/// The time when every test begins: 14 March 2026, 09:26:53.589 UTC.
pub(crate) const BEGINNING: i64 = 1_773_480_413_589;

/// The password of all users.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A word that tests put into unpublished content; no public response may contain it.
pub(crate) const CANARY: &str = "quokka-in-the-cellar";

/// The roles of the world's users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Anonymous,
    Contributor,
    Author,
    Editor,
    Moderator,
    Admin,
}

impl Role {
    /// All roles, from anonymous to admin.
    pub(crate) const ALL: [Self; 6] = [Self::Anonymous, Self::Contributor, Self::Author, Self::Editor, Self::Moderator, Self::Admin];

    /// Returns the name of the role in the API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Contributor => "contributor",
            Self::Author => "author",
            Self::Editor => "editor",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    /// Returns the email address of the role's user; no public response may contain it.
    pub(crate) fn email(self) -> String {
        format!("{}@private.example", self.name())
    }
}

/// The access tokens of the template's users.
pub(crate) type People = HashMap<&'static str, String>;

/// Processes a request.
pub(crate) type Service = Rc<dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = Response<BoxBody>>>>>;

/// A process of the program.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    pub(crate) service: Service,
    people: Rc<People>,
}

/// The kind of media store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Folder,
    Bucket,
}

/// The environment of a test.
pub(crate) struct World {
    // Before the database, because that cannot be dropped while it is in use.
    node: Node,
    pub(crate) database: Database,
    bucket: Option<Bucket>,
}

impl Deref for World {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}

impl World {
    /// Creates a world on a database.
    pub(crate) async fn over(database: Database, media: Media) -> Self {
        let bucket = (media == Media::Bucket).then(Bucket::new);
        let settings = bucket.as_ref().map(Bucket::settings).unwrap_or_default();
        let node = Node::start(&database, &borrowed(&settings), Clock::manual(BEGINNING)).await.expect("the app opens");
        Self { node, database, bucket }
    }

    /// Returns the folder of the image files, also if they are in a bucket.
    pub(crate) fn media(&self) -> PathBuf {
        self.bucket.as_ref().map_or_else(|| self.database.folder.path().join("media"), |bucket| bucket.path(""))
    }

    /// Starts another process on the same database and clock, with these settings changed.
    pub(crate) async fn node(&self, settings: &[(&str, &str)]) -> Node {
        let shared = self.bucket.as_ref().map(Bucket::settings).unwrap_or_default();
        let settings = [settings, &borrowed(&shared)].concat();
        Node::start(&self.database, &settings, self.clock.clone()).await.expect("the app opens")
    }

    /// Opens the app on the same database and clock, with these deadlines for connections.
    pub(crate) fn app_with(&self, deadlines: Deadlines) -> App {
        let shared = self.bucket.as_ref().map(Bucket::settings).unwrap_or_default();
        let mut config = config(&self.database, &[&borrowed(&shared)[..], &[("WORKERS", "1")]].concat());
        config.server.deadlines = deadlines;
        App::open(config, self.clock.clone()).expect("the app opens")
    }

    /// Runs all waiting jobs and checks that none is left, unless the test has broken the database.
    pub(crate) async fn finish_jobs(&self) {
        let Ok((waiting, failed)) = self.app.count_jobs().await else { return };
        let left = if waiting > 0 {
            self.app.run_due_jobs().await.expect("the jobs run");
            self.app.count_jobs().await.expect("the jobs can be counted")
        } else {
            (waiting, failed)
        };
        assert_eq!(left, (0, 0), "jobs are left: (waiting, given up)");
    }

    /// Runs SQL that the program does not know of.
    pub(crate) fn tamper(&self, sql: &str) {
        self.database.tamper(sql);
    }
}

impl Node {
    pub(crate) async fn start(database: &Database, settings: &[(&str, &str)], clock: Clock) -> Result<Self, String> {
        let app = App::open(config(database, settings), clock.clone())?;
        let service = Rc::new(app.service().new_service(AppConfig::default()).await.expect("the service starts"));
        let service = Rc::new(move |request: TestRequest| -> Pin<Box<dyn Future<Output = Response<BoxBody>>>> {
            let service = Rc::clone(&service);
            Box::pin(async move { service.call(request.to_request()).await.expect("the front answers everything") })
        });
        Ok(Self { app, clock, service, people: Rc::new(database.people.clone()) })
    }

    /// Advances the clock.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(seconds * 1000);
    }

    /// Returns the client of a role.
    pub(crate) fn client(&self, role: Role) -> Client {
        let token = self.people.get(role.name()).map(|token| format!("Bearer {token}"));
        Client::new(self.clone(), token)
    }

    pub(crate) fn anonymous(&self) -> Client {
        self.client(Role::Anonymous)
    }

    pub(crate) fn contributor(&self) -> Client {
        self.client(Role::Contributor)
    }

    pub(crate) fn author(&self) -> Client {
        self.client(Role::Author)
    }

    pub(crate) fn editor(&self) -> Client {
        self.client(Role::Editor)
    }

    pub(crate) fn moderator(&self) -> Client {
        self.client(Role::Moderator)
    }

    pub(crate) fn admin(&self) -> Client {
        self.client(Role::Admin)
    }
}

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Returns the settings of a test: the defaults, except for places, few connections and no rate limits.
pub(crate) fn config(database: &Database, settings: &[(&str, &str)]) -> Config {
    let folder = database.folder.path().display();
    let usual = [
        ("DATABASE_URL", database.url.clone()),
        ("DATABASE_CONNECTIONS", "2".to_owned()),
        ("MEDIA_URL", format!("file:{folder}/media")),
        ("SECRET_KEY_FILE", format!("{folder}/masthead.key")),
        ("MAIL_FOLDER", format!("{folder}/mails")),
        ("SITE_URL", "https://news.example".to_owned()),
        ("API_URL", "https://api.news.example".to_owned()),
        ("RATE_LOGIN", "off".to_owned()),
        ("RATE_COMMENT", "off".to_owned()),
        ("RATE_SUBSCRIBE", "off".to_owned()),
        ("RATE_VIEW", "off".to_owned()),
        ("RATE_AD", "off".to_owned()),
        ("RATE_REPORT", "off".to_owned()),
        ("RATE_PREVIEW", "off".to_owned()),
    ];
    let lookup = |name: &str| {
        let own = settings.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
        own.or_else(|| usual.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone()))
    };
    Config::from_lookup(lookup).unwrap_or_else(|faults| panic!("the settings are wrong: {faults:?}"))
}

/// Migrates a database, creates a user for each role, and logs them in over HTTP.
pub(crate) fn populate(database: &Database) -> People {
    actix_web::rt::System::new().block_on(async {
        let node = Node::start(database, &[], Clock::manual(BEGINNING)).await.expect("the app opens");
        let mut people = People::new();
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Anonymous) {
            let made = node.app.create_user(&role.email(), &format!("Some {}", role.name()), role.name(), PASSWORD).await;
            made.unwrap_or_else(|why| panic!("the {} cannot be made: {why}", role.name()));
            let body = json!({"email": role.email(), "password": PASSWORD});
            let login = node.anonymous().post("auth/login", body).await.expect(200);
            people.insert(role.name(), login.text_at("/access_token"));
        }
        people
    })
}

/// Runs a scenario in a new world; on PostgreSQL only if there is a server.
pub(crate) fn run(engine: Engine, scenario: impl AsyncFnOnce(&World)) {
    run_with(engine, Media::Folder, scenario);
}

/// Runs a scenario with this media store.
pub(crate) fn run_with(engine: Engine, media: Media, scenario: impl AsyncFnOnce(&World)) {
    if engine == Engine::Postgres && !has_postgres() {
        return;
    }
    // The template is made in a runtime of its own, so this happens before the test's runtime starts.
    let database = Database::new(engine);
    actix_web::rt::System::new().block_on(async {
        let world = World::over(database, media).await;
        scenario(&world).await;
        world.finish_jobs().await;
    });
}
