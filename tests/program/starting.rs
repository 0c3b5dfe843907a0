//! Starting: checks before the start, and the sources of settings.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};

use crate::server::{LOG, Server};

fn masthead(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.args(arguments).current_dir(folder).envs(settings.iter().copied()).output().unwrap()
}

#[test]
fn a_demo_that_cannot_be_served_is_not_made() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let refused = masthead(folder.path(), &["serve", "--demo"], &[("BIND", &address)]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(1) && said.contains(&format!("cannot listen on {address} (BIND)")), "{said}");
    assert!(refused.stdout.is_empty() && std::fs::read_dir(folder.path()).unwrap().next().is_none(), "something was made");
}

#[test]
fn settings_are_read_from_the_working_folder_alone() {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("site");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(above.path().join(".env"), "DATABASE_URL=nonsense\n").unwrap();
    let migrated = masthead(&folder, &["migrate"], &[]);
    assert!(migrated.status.success() && folder.join("masthead.db").exists(), "{}", String::from_utf8_lossy(&migrated.stderr));
    assert_eq!(masthead(above.path(), &["migrate"], &[]).status.code(), Some(2));
    std::fs::write(folder.join(".env"), "DATABASE_URL=sqlite://other.db\n").unwrap();
    assert!(masthead(&folder, &["migrate"], &[]).status.success() && folder.join("other.db").exists());
}

#[test]
fn pages_of_this_machine_may_read_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["serve", "--demo"], &[]);
    let asks = |origin: &str| {
        use std::io::{Read, Write};
        let mut stream = TcpStream::connect(&server.address).unwrap();
        let head = format!("GET /api/v1/articles HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: {origin}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.contains(&format!("access-control-allow-origin: {origin}\r\n"))
    };
    assert!(asks("http://localhost:5173") && asks("http://127.0.0.1:3000"));
    assert!(!asks("https://evil.example") && !asks("https://evil.example"));
    let log = std::fs::read_to_string(folder.path().join(LOG)).unwrap();
    let told = log.lines().filter(|line| line.contains("https://evil.example") && line.contains("CORS_ORIGINS")).count();
    assert_eq!(told, 1, "{log}");
}

#[test]
fn a_name_in_the_file_of_settings_that_is_none_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "DATABASE_URI=sqlite://other.db\nPGAPPNAME=masthead\nbind=127.0.0.1:0\n").unwrap();
    let refused = masthead(folder.path(), &["migrate"], &[]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("DATABASE_URI, which is not a setting. Did you mean DATABASE_URL?"), "{said}");
    assert!(said.contains("bind, which is not a setting. Did you mean BIND?") && !said.contains("PGAPPNAME"), "{said}");
    assert!(!folder.path().join("masthead.db").exists());
    // In the environment, which other programs share, a typing error is only logged.
    std::fs::write(folder.path().join(".env"), "PGAPPNAME=masthead\n").unwrap();
    let told = masthead(folder.path(), &["migrate"], &[("DATABASE_URI", "sqlite://other.db"), ("PAPERBOY", "1")]);
    let said = String::from_utf8_lossy(&told.stderr);
    assert!(
        told.status.success() && said.contains("DATABASE_URI") && said.contains("DATABASE_URL") && !said.contains("PAPERBOY"),
        "{said}"
    );
}

#[test]
fn an_option_that_is_a_setting_is_named_as_one() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, hint) in [
        (&["serve", "--prot", "1"][..], "BIND is a setting"),
        (&["--port=1"][..], "BIND is a setting"),
        (&["migrate", "--database-url", "x"][..], "DATABASE_URL is a setting"),
        (&["serve", "--dmeo"][..], "'--demo'"),
        (&["srve"][..], "'serve'"),
    ] {
        let refused = masthead(folder.path(), arguments, &[]);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(refused.status.code() == Some(2) && said.contains(hint), "{arguments:?}: {said}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "something was made");
}
