//! A full disk: writes are refused with `507`, and reads go on.

use serde_json::{Value, json};

use crate::server::Server;

#[test]
fn a_full_disk_refuses_writes_alone() {
    let folder = tempfile::tempdir().unwrap();
    // The same URL at each start: a killed server counts as running for a while, and another URL would be refused beside it.
    let settings = [("API_URL", "https://api.news.example")];
    // The files of the database have to be there before the disk becomes small.
    Server::start(folder.path(), &[], &settings).stop();
    let server = Server::start_on_small_disk(folder.path(), 6 * 1024, &settings);
    let token = server.log_in();
    let article = |number: i32| json!({"title": format!("Article {number}"), "body": {"markdown": format!("{}\n\n", "word ".repeat(2_000)).repeat(40)}});
    let mut stored = 0;
    let refused = loop {
        assert!(stored < 100, "the disk is never full");
        match server.send("POST", "articles?publish=true", &token, &article(stored)) {
            (201, _) => stored += 1,
            refused => break refused,
        }
    };
    assert_eq!((refused.0, refused.1["code"].as_str()), (507, Some("storage_full")), "{}", refused.1);
    assert!(stored > 0, "nothing could be stored");
    for path in ["articles?limit=100", "articles/article-0", "/healthz"] {
        assert_eq!(server.send("GET", path, "", &Value::Null).0, 200, "{path}");
    }
    let (_, page) = server.send("GET", "articles?limit=100&count=true", "", &Value::Null);
    assert_eq!(page["page"]["total"], stored, "what was refused is not there");
    // With room again, the same write succeeds.
    drop(server);
    let server = Server::start(folder.path(), &[], &settings);
    let token = server.log_in();
    assert_eq!(server.send("POST", "articles?publish=true", &token, &article(stored)).0, 201);
}
