//! `.env.example` says of every setting what the program says of it.

use masthead::config::SETTINGS;

#[test]
fn the_example_lists_every_setting() {
    let expected: Vec<String> = SETTINGS.iter().map(|it| format!("# {}\n# {}={}\n", it.about, it.name, it.default)).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example");
    let found = std::fs::read_to_string(path).unwrap();
    assert_eq!(found, expected.join("\n"), "write this into {path}");
}
