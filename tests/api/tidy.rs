//! Reads the sources and checks the invariants of docs/ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// One source file: its path from the repository's root, and its lines without comments.
pub(crate) struct Source {
    pub(crate) path: String,
    text: String,
    pub(crate) code: Vec<String>,
}

impl Source {
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Returns the module that the file belongs to: its first folder below `src`, or its own name.
    fn room(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or_default();
        below.split(['/', '.']).next().unwrap_or_default()
    }

    /// Checks whether the file is only for tests.
    pub(crate) fn is_a_test(&self) -> bool {
        self.name().ends_with("tests.rs") || self.path.contains("/tests/")
    }

    /// Returns the lines of code that contain a word.
    pub(crate) fn places<'a>(&'a self, word: &'a str) -> impl Iterator<Item = String> + 'a {
        let lines = self.code.iter().enumerate().filter(move |(_, line)| line.contains(word));
        lines.map(move |(number, line)| format!("{}:{}: {}", self.path, number + 1, line.trim()))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let mut waiting = vec![root().join(folder)];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.lines().map(|line| if line.trim_start().starts_with("//") { String::new() } else { line.to_owned() });
        let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        Source { path, code: code.collect(), text }
    };
    files.iter().map(read).collect()
}

/// Fails if a word is in a file where it is not allowed.
fn only_in(words: &[&str], may: impl Fn(&Source) -> bool) {
    let sources = sources("src");
    let strangers = sources.iter().filter(|source| !source.is_a_test() && !may(source));
    let places: Vec<String> = strangers.flat_map(|source| words.iter().flat_map(|word| source.places(word))).collect();
    assert!(places.is_empty(), "{words:?} may not stand here:\n{}", places.join("\n"));
}

#[test]
fn actix_is_known_only_at_the_edge() {
    let files = ["mod.rs", "routes.rs", "app.rs", "openapi.rs", "error.rs"];
    only_in(&["actix_web", "actix_multipart", "actix_http"], |source| {
        files.contains(&source.name())
            || source.name().ends_with("handlers.rs")
            || source.name().ends_with("tests.rs")
            || ["src/users/accounts/me.rs", "src/error/document.rs"].contains(&source.path.as_str())
            || ["http", "cli", "openapi"].contains(&source.room())
    });
}

#[test]
fn which_engine_it_is_is_known_only_to_the_database() {
    let words = ["SqliteConnection", "PgConnection", "Conn::Sqlite", "Conn::Postgres", "diesel::pg", "diesel::sqlite", "pg_advisory"];
    only_in(&words, |source| source.room() == "db");
}

#[test]
fn the_wall_clock_is_read_only_by_the_clock() {
    only_in(&["SystemTime", "Timestamp::now", "Zoned::now", "Utc::now"], |source| source.path == "src/clock.rs");
    // Durations are not the time of day.
    only_in(&["Instant::now"], |source| {
        [
            "src/clock.rs",
            "src/db/timeouts.rs",
            "src/http/middleware.rs",
            "src/http/gate.rs",
            "src/http/wire/deadlines.rs",
            "src/users/signing/ring.rs",
        ]
        .contains(&source.path.as_str())
    });
    only_in(&["now_v7"], |source| source.path == "src/http/middleware.rs");
}

#[test]
fn the_environment_is_read_only_by_the_configuration() {
    only_in(&["std::env", "env::var", "dotenvy"], |source| source.path == "src/config/environment.rs");
}

#[test]
fn nothing_is_printed_but_by_the_command_line() {
    only_in(&["println!", "eprintln!", "std::io::stdout"], |source| source.room() == "cli");
}

#[test]
fn rooms_are_entered_by_their_doors() {
    let mut places = Vec::new();
    for source in sources("src") {
        for (number, line) in source.code.iter().enumerate() {
            for path in line.split("crate::").skip(1) {
                let path: String = path.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
                if path.split("::").any(|step| ["queries", "operations", "handlers"].contains(&step)) {
                    places.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
                }
            }
        }
    }
    assert!(places.is_empty(), "take what a room's mod.rs re-exports:\n{}", places.join("\n"));
}

/// The modules that all others may use; these do not count as dependencies.
const FOUNDATION: [&str; 21] = [
    "app",
    "cli",
    "clock",
    "config",
    "db",
    "error",
    "events",
    "housekeeping",
    "http",
    "input",
    "jobs",
    "lib",
    "links",
    "log",
    "mail",
    "main",
    "openapi",
    "routes",
    "schema",
    "scrub",
    "secrets",
];

/// Allowed circular dependencies between modules, with the reason.
const CIRCLES: &[(&str, &str, &str)] = &[("users", "authors", "an account has the profile that its articles are signed with")];

#[test]
fn rooms_depend_on_each_other_in_one_direction() {
    let mut ways: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let sources = sources("src");
    let rooms: BTreeSet<&str> = sources.iter().map(Source::room).filter(|room| !FOUNDATION.contains(room)).collect();
    for source in sources.iter().filter(|source| rooms.contains(source.room())) {
        for path in source.code.iter().flat_map(|line| line.split("crate::").skip(1)) {
            let other: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if rooms.contains(other.as_str()) && other != source.room() {
                ways.entry(source.room().to_owned()).or_default().insert(other);
            }
        }
    }
    for (from, to, _) in CIRCLES {
        let known = ways.get_mut(*from).is_some_and(|others| others.remove(*to));
        assert!(known, "{from} no longer needs {to}: take it from the list");
    }
    // Modules without dependencies are removed until none is left, or only a circle.
    loop {
        let free: Vec<String> = ways.iter().filter(|(_, others)| others.is_empty()).map(|(room, _)| room.clone()).collect();
        let outside: BTreeSet<String> = ways.values().flatten().filter(|room| !ways.contains_key(*room)).cloned().collect();
        if free.is_empty() && outside.is_empty() {
            break;
        }
        ways.retain(|room, _| !free.contains(room));
        for others in ways.values_mut() {
            others.retain(|other| !free.contains(other) && !outside.contains(other));
        }
    }
    assert!(ways.is_empty(), "rooms need each other in a circle: {ways:#?}");
}

/// Members that only staff see, and names that have another meaning here.
const PRIVATE_MEMBERS: &[(&str, &str)] = &[
    ("UserView", "email"),
    ("UserView", "pending_email"),
    ("InvitationView", "email"),
    ("SessionView", "user_agent"),
    ("StaffComment", "author_email"),
    ("StaffComment", "ip"),
    ("StaffComment", "user_agent"),
    ("SubscriberView", "email"),
    ("ExportedComment", "author_email"),
    ("ExportedComment", "ip"),
    ("ExportedComment", "user_agent"),
    // This is a link that opens the reader's email program.
    ("Share", "email"),
    // This is whether guests must give their email address.
    ("CommentPolicy", "email_required"),
    ("CommentPolicyEditorView", "email_required"),
];

#[test]
fn public_views_have_no_place_for_what_is_private() {
    let mut found = Vec::new();
    for source in sources("src") {
        let mut view: Option<String> = None;
        let mut serialized = false;
        for line in &source.code {
            let line = line.trim();
            if line.starts_with("#[derive(") {
                serialized = line.contains("Serialize");
            } else if let Some(name) = struct_name(line) {
                view = serialized.then_some(name);
                serialized = false;
            } else if line == "}" {
                view = None;
            }
            let (Some(view), Some(member)) = (&view, member_name(line)) else { continue };
            let private = member.split('_').any(|word| ["email", "mail", "ip", "address", "hash", "password", "agent"].contains(&word));
            if private && !PRIVATE_MEMBERS.contains(&(view.as_str(), member.as_str())) {
                found.push(format!("{}: {view}.{member}", source.path));
            }
        }
    }
    assert!(found.is_empty(), "only staff may see these; name them in PRIVATE_MEMBERS if only staff do:\n{}", found.join("\n"));
}

fn struct_name(line: &str) -> Option<String> {
    let (before, after) = line.split_once("struct ")?;
    let name: String = after.chars().take_while(|c| c.is_alphanumeric()).collect();
    (before.is_empty() || before.starts_with("pub")).then_some(name)
}

fn member_name(line: &str) -> Option<String> {
    let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub(super) ")).unwrap_or(line);
    let (name, _) = line.split_once(": ")?;
    name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_').then(|| name.to_owned())
}

/// Returns the name of the type that a line defines.
fn type_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (before, after) = ["struct ", "enum ", "trait "].iter().find_map(|word| line.split_once(word))?;
    let name = after.split(|c: char| !c.is_alphanumeric()).next()?;
    (!name.is_empty() && (before.is_empty() || before.starts_with("pub"))).then_some(name)
}

#[test]
fn a_type_name_stands_for_one_thing() {
    assert_eq!(type_name("    pub(in crate::users) struct Session<'a> {"), Some("Session"));
    let sources = sources("src");
    let mut files: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in &sources {
        for name in source.code.iter().filter_map(|line| type_name(line)) {
            files.entry(name).or_default().insert(&source.path);
        }
    }
    assert!(files.len() > 500, "only {} types were found", files.len());
    files.retain(|_, files| files.len() > 1);
    assert!(files.is_empty(), "these names are defined in several files: {files:#?}");
}

#[test]
fn every_file_says_what_it_is_and_is_short() {
    let mut faults = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        if !source.text.starts_with("//! ") {
            faults.push(format!("{} does not open with a //! sentence", source.path));
        }
        let lines = source.text.lines().count();
        if lines > 400 && source.path != "src/schema.rs" {
            faults.push(format!("{} has {lines} lines", source.path));
        }
        if let Some(number) = source.text.lines().position(|line| line.trim_end() != line) {
            faults.push(format!("{}:{} ends in a blank", source.path, number + 1));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn sql_is_written_in_queries_only() {
    let words = ["RunQueryDsl", ".execute(conn", ".load(conn", ".first(conn", ".get_result", "sql_query("];
    only_in(&words, |source| FOUNDATION.contains(&source.room()) || source.name().contains("queries"));
}

#[test]
fn the_portable_schema_is_portable() {
    let folder = root().join("migrations/portable");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path().join("up.sql");
        let text = std::fs::read_to_string(&path).unwrap();
        for word in
            ["AUTOINCREMENT", "SERIAL", "JSONB", "TIMESTAMPTZ", "DATETIME", "WITHOUT ROWID", "STRICT", "ON CONFLICT", "BYTEA", "BLOB"]
        {
            assert!(!text.contains(word), "{} says {word}, which only one engine understands", path.display());
        }
    }
}

#[test]
fn the_settings_example_lists_every_setting() {
    let settings = masthead::config::SETTINGS.iter();
    let expected: Vec<String> = settings.map(|one| format!("# {}\n# {}={}\n", one.about, one.name, one.default)).collect();
    let found = std::fs::read_to_string(root().join(".env.example")).unwrap_or_default();
    assert_eq!(found, expected.join("\n"), "write this into .env.example");
}

#[test]
fn the_committed_document_is_the_generated_one() {
    let committed = std::fs::read_to_string(root().join("openapi/openapi.json")).unwrap_or_default();
    let generated = masthead::openapi::text();
    let first = committed.lines().zip(generated.lines()).position(|(ours, theirs)| ours != theirs);
    let line = first.unwrap_or_else(|| committed.lines().count().min(generated.lines().count())) + 1;
    assert!(committed == generated, "openapi/openapi.json differs from line {line} on; run: masthead openapi > openapi/openapi.json");
}
