//! References for the results: a handler that sends bytes from memory, and plain inserts of rows.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use actix_web::http::header::{CONTENT_TYPE, ETAG};
use actix_web::web::{Bytes, Data, get};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use diesel::connection::SimpleConnection;
use diesel::{Connection, ExpressionMethods, RunQueryDsl, SqliteConnection};

use crate::load::{Figures, real};

/// The setting that makes this program serve the bytes of a file.
pub(crate) const FILE: &str = "SPEED_STATIC_FILE";
/// The setting for the address to listen on.
pub(crate) const BIND: &str = "SPEED_STATIC_BIND";

const TEXT: &str = "A comment of some sixty characters, as readers of papers write it.";

diesel::table! {
    bare (id) {
        id -> BigInt,
        at -> BigInt,
        text -> Text,
    }
}

/// Serves a file's bytes from memory.
pub(crate) fn serve(file: &str) -> Result<(), Box<dyn Error>> {
    let body = Bytes::from(std::fs::read(file)?);
    let bind = std::env::var(BIND)?;
    let handler =
        |body: Data<Bytes>| async move { HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(Bytes::clone(&body)) };
    let unchanged = |_: HttpRequest| async { HttpResponse::NotModified().insert_header((ETAG, "\"1\"")).finish() };
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            App::new().app_data(Data::new(body.clone())).route("/", get().to(handler)).route("/unchanged", get().to(unchanged))
        })
        .workers(1)
        .tcp_nodelay(true)
        .bind(bind)?
        .run()
        .await
    })?;
    Ok(())
}

/// Inserts rows into one table for some time, a number of them in each durable transaction.
pub(crate) fn insert(file: &Path, together: usize, time: Duration) -> Result<Figures, Box<dyn Error>> {
    let mut conn = SqliteConnection::establish(&file.to_string_lossy())?;
    conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, at BIGINT, text TEXT)")?;
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < time {
        conn.batch_execute("BEGIN IMMEDIATE")?;
        for _ in 0..together {
            diesel::insert_into(bare::table).values((bare::at.eq(1), bare::text.eq(TEXT))).execute(&mut conn)?;
        }
        conn.batch_execute("COMMIT")?;
        count += together;
    }
    Ok(Figures { rate: real(count) / begun.elapsed().as_secs_f64(), ..Figures::default() })
}
