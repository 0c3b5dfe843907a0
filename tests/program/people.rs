//! The commands for accounts and API keys, beside a running server; and the exit code for a damaged database.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::server::Server;

/// Runs a command with a line on standard input.
fn masthead(folder: &Path, arguments: &str, line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.args(arguments.split(' ')).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    running.stdin.take().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
    running.wait_with_output().unwrap()
}

/// Runs a command that succeeds; returns its output.
fn done(folder: &Path, arguments: &str, line: &str) -> String {
    let ended = masthead(folder, arguments, line);
    assert!(ended.status.success(), "{arguments}: {ended:?}");
    String::from_utf8(ended.stdout).unwrap().trim().to_owned()
}

#[test]
fn accounts_are_kept_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder, &[], &[]);
    let log_in = |password: &str| server.send("POST", "auth/login", "", &json!({"email": "zoe@example.org", "password": password}));
    let create = "users create --email zoe@example.org --name Zoe --role author --password-stdin";
    done(folder, create, "a tram full of geese");
    let (status, tokens) = log_in("a tram full of geese");
    assert_eq!(status, 200, "{tokens}");
    let token = tokens["access_token"].as_str().unwrap();
    let me = || server.send("GET", "auth/me", token, &Value::Null);
    assert!(me().1["author_id"].is_string(), "a profile comes with the account");
    done(folder, "users set-role --email zoe@example.org --role editor", "");
    let key = done(folder, "tokens create --email zoe@example.org --name Build --scopes users:read", "");
    let key = key.split_whitespace().find(|word| word.starts_with("mh_")).expect("a key").to_owned();
    let (status, owner) = server.send("GET", "auth/me", &key, &Value::Null);
    assert_eq!((status, &owner["role"]), (200, &json!("editor")));
    done(folder, "users set-password --email zoe@example.org --password-stdin", "a tram full of goats");
    assert_eq!((me().0, server.send("GET", "auth/me", &key, &Value::Null).0), (401, 401));
    assert_eq!((log_in("a tram full of geese").0, log_in("a tram full of goats").0), (401, 200));
    done(folder, "users delete --email zoe@example.org", "");
    assert_eq!(log_in("a tram full of goats").0, 401);
    let refused = masthead(folder, "users delete --email zoe@example.org", "");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    // Without a profile.
    done(folder, &format!("{create} --no-profile"), "a tram full of geese");
    let (_, tokens) = log_in("a tram full of geese");
    let me = server.send("GET", "auth/me", tokens["access_token"].as_str().unwrap(), &Value::Null).1;
    assert_eq!(me["author_id"], Value::Null);
}

#[test]
fn a_damaged_database_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), "migrate", "");
    let path = folder.path().join("masthead.db");
    let length = std::fs::metadata(&path).unwrap().len();
    std::fs::File::options().write(true).open(&path).unwrap().set_len(length - 4096).unwrap();
    let refused = masthead(folder.path(), "serve", "");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(1) && said.contains("masthead.db is damaged"), "{said}");
}
