//! The tour of the API, as in `examples/tour.sh` and in the README.

use std::path::Path;
use std::process::Command;

use crate::server::{EMAIL, PASSWORD, Server};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_tour_can_be_walked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[], &[]);
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
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["serve", "--demo"], &[]);
    let made = Command::new(&python)
        .arg(Path::new(ROOT).join("examples/page.py"))
        .arg("the-grain-silo-on-coopers-quay-will-hold-books-instead-of-barley")
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
