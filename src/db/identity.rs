//! The identity of a database: a name that is created once and kept wherever the database is moved.

use diesel::sql_types::Text;
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl, sql_query};

use super::conn::{Conn, Location};
use crate::secrets::random;

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

const READ: &str = "SELECT name FROM identity WHERE one = 1";
/// If several processes start at the same time, one of them creates the name.
const MAKE: &str = "INSERT INTO identity (one, name) VALUES (1, $1) ON CONFLICT DO NOTHING";

/// Returns the identity, and creates it if there is none; the error is a sentence for the operator.
pub(super) fn ensure(location: &Location) -> Result<String, String> {
    let mut conn = Conn::open(location).map_err(|error| format!("cannot open the database: {error}"))?;
    read_or_make(&mut conn).map_err(|error| format!("cannot read the database's identity: {error}"))
}

fn read_or_make(conn: &mut Conn) -> diesel::QueryResult<String> {
    let read = |conn: &mut Conn| sql_query(READ).get_result::<Name>(conn).optional();
    if let Some(found) = read(conn)? {
        return Ok(found.name);
    }
    let name = uuid::Builder::from_random_bytes(random()).into_uuid().to_string();
    sql_query(MAKE).bind::<Text, _>(&name).execute(conn)?;
    Ok(read(conn)?.map_or(name, |made| made.name))
}
