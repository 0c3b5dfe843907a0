//! Fails if the tests on PostgreSQL were skipped, unless that was requested.

#[test]
fn postgres_was_tested_too() {
    if crate::support::has_postgres() {
        return;
    }
    let asked_for = std::env::var_os("TEST_DATABASE_URL").is_some();
    assert!(
        asked_for,
        "PostgreSQL was not tested. Set TEST_DATABASE_URL to the maintenance database of a server, such as \
         postgres://postgres@localhost/postgres; or set it to nothing (TEST_DATABASE_URL= cargo test) to test SQLite alone."
    );
    // Written directly, because the test harness hides the output of passing tests.
    std::io::Write::write_all(&mut std::io::stderr(), b"\nPostgreSQL was not tested, as asked: TEST_DATABASE_URL is empty.\n").unwrap();
}
