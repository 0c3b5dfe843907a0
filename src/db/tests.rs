//! Tests of writes that take too long.

use super::*;
use crate::error::Code;

/// Runs statements until the time limit is reached.
fn without_end(conn: &mut Conn) -> crate::error::Result<()> {
    use diesel::RunQueryDsl as _;
    loop {
        diesel::sql_query("SELECT 1").execute(conn)?;
    }
}

#[actix_web::test]
async fn a_write_without_end_is_undone_and_the_queue_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&Location::Sqlite(folder.path().join("test.db").display().to_string()), 2).unwrap();
    let (endless, next) = (db.write(without_end), db.write(|_| Ok(7)));
    let (endless, next) = futures_util::future::join(endless, next).await;
    assert_eq!(endless.unwrap_err().code(), Code::Unavailable);
    // The second write came at the same time: it either timed out in the queue or ran first.
    assert!(next.map_or_else(|error| error.code() == Code::Unavailable, |seven| seven == 7));
    assert_eq!(db.write(|_| Ok(8)).await.unwrap(), 8);
}
