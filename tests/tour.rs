//! The tour of the API, as `examples/tour.sh` walks it and as the README shows it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const EMAIL: &str = "mara@example.org";
const PASSWORD: &str = "a lantern on the quay";

/// A server of its own in an empty folder; it ends with the test.
struct Server {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        Self::start_with(&[])
    }

    fn start_with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let process = Command::new(env!("CARGO_BIN_EXE_masthead"))
            .args(arguments)
            .current_dir(folder.path())
            .env("BIND", &address)
            .env("ADMIN_EMAIL", EMAIL)
            .env("ADMIN_PASSWORD", PASSWORD)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, address, _folder: folder };
        let began = Instant::now();
        while TcpStream::connect(&server.address).is_err() {
            assert!(began.elapsed() < Duration::from_mins(5), "the server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_tour_can_be_walked() {
    let server = Server::start();
    let walked = Command::new("sh")
        .arg(Path::new(ROOT).join("examples/tour.sh"))
        .env("API", format!("http://{}", server.address))
        .env("EMAIL", EMAIL)
        .env("PASSWORD", PASSWORD)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&walked.stdout);
    assert!(walked.status.success(), "{said}\n{}", String::from_utf8_lossy(&walked.stderr));
    for expected in ["Before it is published: 404", "\"status\": \"published\"", "The first ferry leaves at six", "approved", "At last!"] {
        assert!(said.contains(expected), "{expected:?} is not in\n{said}");
    }
}

#[test]
fn one_answer_is_enough_for_a_whole_page() {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if Command::new(&python).arg("--version").output().is_err() {
        eprintln!("LEFT OUT: there is no {python} to run examples/page.py with");
        return;
    }
    let server = Server::start_with(&["serve", "--demo"]);
    let made = Command::new(&python)
        .arg(Path::new(ROOT).join("examples/page.py"))
        .arg("the-grain-silo-on-cooper-s-quay-will-hold-books-instead-of-barley")
        .env("API", format!("http://{}", server.address))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .unwrap();
    let page = String::from_utf8_lossy(&made.stdout);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for expected in [
        "<h1>",
        "<h2 id=",
        "<figcaption>",
        "<small>",
        "class=\"ad\" data-placement=\"in-article\"",
        "class=\"share\"",
        "class=\"author\"",
        "class=\"follow\"",
        "class=\"newsletter\"",
        "one click to leave",
        "name=\"author_email\"",
        "(will not be published)",
        "Next: ",
        "Related",
    ] {
        assert!(page.contains(expected), "{expected:?} is not in\n{page}");
    }
}

#[test]
fn the_readme_shows_the_tour() {
    let script = std::fs::read_to_string(Path::new(ROOT).join("examples/tour.sh")).unwrap();
    let readme = std::fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let (_, steps) = script.split_once("# Log in.").unwrap();
    assert!(readme.contains(steps.trim_end()), "the README's tour differs from examples/tour.sh");
}
