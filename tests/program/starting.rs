//! A start: what it looks at first, and where it finds its settings.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};

use crate::server::Server;

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
    assert!(!asks("https://evil.example"));
}
