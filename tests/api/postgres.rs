//! Says once, and loudly, where the tests on PostgreSQL were left out.

#[test]
fn postgres_was_left_out_set_test_database_url() {
    if crate::support::has_postgres() {
        return;
    }
    // Past the harness, which keeps what a passing test prints to itself.
    let notice = "\nPostgreSQL was left out: set TEST_DATABASE_URL to a server's maintenance database, such as postgres://postgres@localhost/postgres\n";
    std::io::Write::write_all(&mut std::io::stderr(), notice.as_bytes()).unwrap();
}
