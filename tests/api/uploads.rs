//! Resumable uploads (tus 1.0.0): wherever they are interrupted, they create exactly one image, the same as a plain upload.

use actix_web::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::support::{Answer, Bucket, Client, Part, Weather, World, jpeg, media_test};

const PIECE: &str = "application/offset+octet-stream";

/// Begins an upload; returns its URL.
async fn begin(client: &Client, length: usize, metadata: &str) -> String {
    let client = client.with("upload-length", &length.to_string()).with("upload-metadata", metadata).with("tus-resumable", "1.0.0");
    let begun = client.send(Method::POST, "uploads", None).await.expect(201);
    assert_eq!((begun.required_header("upload-offset").as_str(), begun.number_at("/offset")), ("0", 0));
    let place = begun.required_header("location");
    assert_eq!(place, format!("https://api.news.example/api/v1/uploads/{}", begun.id()));
    place.strip_prefix("https://api.news.example").unwrap().to_owned()
}

/// Sends a piece.
async fn send(client: &Client, place: &str, offset: usize, piece: &[u8]) -> Answer {
    let client = client.with("content-type", PIECE).with("upload-offset", &offset.to_string()).with("tus-resumable", "1.0.0");
    client.send(Method::PATCH, place, Some(piece.to_vec())).await
}

/// Returns the progress of an upload, as a client asks for it that lost a response.
async fn offset(client: &Client, place: &str) -> usize {
    client.with("tus-resumable", "1.0.0").head(place).await.expect(200).required_header("upload-offset").parse().unwrap()
}

fn said(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, text)| format!("{name} {}", BASE64.encode(text))).collect::<Vec<_>>().join(",")
}

/// Returns the number of files with pieces in the media folder.
fn pieces(world: &World) -> usize {
    std::fs::read_dir(world.media().join("uploads")).into_iter().flatten().count()
}

async fn count(client: &Client) -> i64 {
    client.get("images?count=true").await.expect(200).number_at("/page/total")
}

media_test!(what_is_spoken_can_be_asked, async |world| {
    let options = world.anonymous().send(Method::OPTIONS, "uploads", None).await.expect(204);
    assert_eq!((options.header("tus-resumable"), options.header("tus-version")), (Some("1.0.0"), Some("1.0.0")));
    assert_eq!(options.header("tus-extension"), Some("creation,creation-with-upload,termination,expiration"));
    assert_eq!((options.header("tus-max-size"), options.header("allow")), (Some("20971520"), Some("POST, OPTIONS")));
    let other = world.author().with("tus-resumable", "0.2.2").with("upload-length", "5");
    let refused = other.send(Method::POST, "uploads", None).await.expect_problem(412, "unsupported_tus_version");
    assert_eq!((refused.header("tus-version"), refused.header("tus-resumable")), (Some("1.0.0"), Some("1.0.0")));
    let node = world.node(&[("CORS_ORIGINS", "https://desk.example")]).await;
    let asked = node.anonymous().with("origin", "https://desk.example").send(Method::OPTIONS, "uploads", None).await.expect(204);
    for name in ["Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Offset"] {
        assert!(asked.required_header("access-control-allow-headers").contains(name), "{name}");
    }
    assert!(asked.required_header("access-control-expose-headers").contains("Upload-Offset, Upload-Length, Upload-Expires, Upload-Image"));
});

media_test!(wherever_they_are_cut_the_picture_is_the_same, async |world| {
    let author = world.author();
    let mut chance: usize = 20_260_314;
    let mut below = |most: usize| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % most
    };
    for round in 0..12_u8 {
        let picture = jpeg(64, 48, round);
        let whole = author.upload("images", &[Part::file("tram.jpg", &picture), Part::text("alt", "A tram")]).await.expect(201);
        let place = begin(&author, picture.len(), &said(&[("filename", "tram.jpg"), ("alt", "A tram"), ("filetype", "image/png")])).await;
        let mut at = 0;
        while at < picture.len() {
            let end = (at + 1 + below(picture.len() / 2)).min(picture.len());
            let sent = send(&author, &place, at, &picture[at..end]).await.expect(204);
            at = sent.required_header("upload-offset").parse().unwrap();
            assert_eq!((at, offset(&author, &place).await), (end, end));
        }
        let done = author.get(&place).await.expect(200);
        let made = author.get(&format!("images/{}?view=editor", done.text_at("/image"))).await.expect(200);
        assert_eq!(done.required_header("upload-image"), format!("https://api.news.example/api/v1/images/{}", made.id()));
        for member in ["/sha256", "/url", "/bytes", "/width", "/alt", "/caption", "/focal", "/placeholder", "/file_name", "/created_by"] {
            assert_eq!(made.at(member), whole.at(member), "{member}");
        }
        assert_eq!(pieces(world), 0);
    }
});

media_test!(a_whole_file_can_come_at_once, async |world| {
    let picture = jpeg(64, 48, 1);
    let author = world.author().with("content-type", PIECE).with("upload-length", &picture.len().to_string());
    let keyed = author.with("idempotency-key", "one").with("upload-metadata", &said(&[("filename", "a/b.jpg"), ("focal_x", "0.25")]));
    let made = keyed.send(Method::POST, "uploads", Some(picture.clone())).await.expect(201);
    assert_eq!(made.number_at("/offset"), made.number_at("/length"));
    let again = keyed.send(Method::POST, "uploads", Some(picture.clone())).await.expect(201);
    assert_eq!((again.id(), again.header("idempotency-replayed"), count(&world.author()).await), (made.id(), Some("true"), 1));
    let image = world.author().get(&format!("images/{}?view=editor", made.text_at("/image"))).await.expect(200);
    assert_eq!((image.text_at("/file_name"), image.at("/focal/x")), ("b.jpg".to_owned(), &json!(0.25)));
    let half = author.send(Method::POST, "uploads", Some(picture[..100].to_vec())).await.expect(201);
    assert_eq!((half.number_at("/offset"), half.at("/image")), (100, &Value::Null));
    let place = format!("uploads/{}", half.id());
    send(&world.author(), &place, 100, &picture[100..]).await.expect(204);
    assert_eq!(count(&world.author()).await, 2);
});

media_test!(an_answer_that_was_lost_can_be_asked_for, async |world| {
    let (author, picture) = (world.author(), jpeg(64, 48, 1));
    let place = begin(&author, picture.len(), "").await;
    send(&author, &place, 0, &picture[..200]).await.expect(204);
    let stale = send(&author, &place, 0, &picture[..200]).await.expect_problem(409, "conflict");
    assert_eq!((stale.header("upload-offset"), stale.number_at("/offset")), (Some("200"), 200));
    send(&author, &place, 200, &[]).await.expect(204);
    send(&author, &place, 200, &picture[200..]).await.expect(204);
    send(&author, &place, 200, &picture[200..]).await.expect_problem(409, "conflict");
    send(&author, &place, picture.len(), &[]).await.expect(204).required_header("upload-image");
    assert_eq!((offset(&author, &place).await, count(&author).await), (picture.len(), 1));
    let image = author.get(&place).await.text_at("/image");
    author.delete(&format!("images/{image}")).await.expect(204);
    assert_eq!(author.get(&place).await.expect(200).at("/image"), &Value::Null);
    assert_eq!(send(&author, &place, 200, &picture[200..]).await.status, 409, "what is complete is not made again");
});

media_test!(of_two_pieces_at_one_byte_one_is_taken, async |world| {
    let (author, picture) = (world.author(), jpeg(64, 48, 1));
    for cut in [200, picture.len()] {
        let before = count(&author).await;
        let place = begin(&author, picture.len(), "").await;
        let piece = &picture[..cut];
        let sent = futures_util::future::join4(
            send(&author, &place, 0, piece),
            send(&author, &place, 0, piece),
            send(&author, &place, 0, piece),
            send(&author, &place, 0, piece),
        );
        let (first, second, third, fourth) = sent.await;
        let mut statuses = [first.status, second.status, third.status, fourth.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409, 409, 409]);
        assert_eq!((offset(&author, &place).await, pieces(world)), (cut, usize::from(cut == 200)));
        author.delete(&place).await.expect(204);
        assert_eq!((count(&author).await - before, pieces(world)), (i64::from(cut != 200), 0));
    }
});

media_test!(belong_to_whoever_began_them, async |world| {
    let (author, picture) = (world.author(), jpeg(64, 48, 1));
    let place = begin(&author, picture.len(), "").await;
    send(&author, &place, 0, &picture[..200]).await.expect(204);
    for other in [world.editor(), world.contributor()] {
        other.get(&place).await.expect_problem(404, "not_found");
        send(&other, &place, 200, &picture[200..]).await.expect_problem(404, "not_found");
        other.delete(&place).await.expect(204);
    }
    world.moderator().get(&place).await.expect_problem(403, "forbidden");
    world.anonymous().get(&place).await.expect_problem(401, "unauthenticated");
    assert_eq!(world.admin().get(&place).await.expect(200).number_at("/offset"), 200);
    author.delete(&place).await.expect(204);
    author.delete(&place).await.expect(204);
    author.get(&place).await.expect_problem(404, "not_found");
    assert_eq!(pieces(world), 0);
    let place = begin(&author, picture.len(), "").await;
    world.pass(24 * 60 * 60);
    let again = world.author();
    assert_eq!(again.get(&place).await.status, 401, "an access token lives for a quarter of an hour");
});

media_test!(are_bounded, async |world| {
    let author = world.author();
    let before = world.database.dump();
    for (length, code) in [("0", 400), ("", 400), ("-1", 400), ("many", 400), ("20971521", 413)] {
        assert_eq!(author.with("upload-length", length).send(Method::POST, "uploads", None).await.status, code, "{length}");
    }
    let said = said(&[("alt", &"x".repeat(501)), ("focal_x", "7"), ("colour", "red")]) + ",caption ???,credit";
    let bad = author.with("upload-length", "5").with("upload-metadata", &said);
    let refused = bad.send(Method::POST, "uploads", None).await.expect_problem(422, "validation_failed");
    // The errors are in a header, so they have no pointer.
    let text = refused.text();
    for said in
        ["alt: This may have", "caption: This is not base64", "colour: \\\"colour\\\" is not known here.", "focal_x: This may be at most 1"]
    {
        assert!(text.contains(said), "{said} in {refused}");
    }
    refused.expect_faults(&[
        ("Upload-Metadata", "invalid_base64"),
        ("Upload-Metadata", "out_of_range"),
        ("Upload-Metadata", "too_long"),
        ("Upload-Metadata", "unknown_member"),
    ]);
    author.post("uploads", json!({})).await.expect_problem(415, "unsupported_media_type");
    author.with("upload-length", "5").send(Method::POST, "uploads?dry_run=true", None).await.expect_problem(400, "malformed_query");
    assert_eq!(before, world.database.dump());
    let place = begin(&author, 10, "").await;
    let begun = world.database.dump();
    send(&author, &place, 0, &[0; 11]).await.expect_problem(413, "too_large");
    author.with("content-type", PIECE).send(Method::PATCH, &place, Some(vec![0])).await.expect_problem(400, "malformed_header");
    // A file that is not an image does not count and leaves no file.
    send(&author, &place, 0, b"<svg></svg").await.expect_problem(415, "unsupported_media_type");
    assert_eq!((begun, pieces(world)), (world.database.dump(), 0));
    for _ in 1..20 {
        begin(&author, 10, "").await;
    }
    author.with("upload-length", "5").send(Method::POST, "uploads", None).await.expect_problem(409, "conflict");
    author.delete(&place).await.expect(204);
    begin(&author, 10, "").await;
});

media_test!(any_node_can_go_on_with_them, async |world| {
    let bucket = Bucket::new();
    let settings = bucket.settings();
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (one, other) = (world.node(&settings).await, world.node(&settings).await);
    let picture = jpeg(64, 48, 1);
    let place = begin(&one.author(), picture.len(), "").await;
    send(&one.author(), &place, 0, &picture[..300]).await.expect(204);
    bucket.turn(Weather::Dropping);
    send(&other.author().failing(), &place, 300, &picture[300..400]).await.expect_problem(503, "unavailable");
    bucket.turn(Weather::Forgetful);
    send(&other.author().failing(), &place, 300, &picture[300..400]).await.expect_problem(503, "unavailable");
    bucket.turn(Weather::Fine);
    assert_eq!(offset(&other.author(), &place).await, 300);
    send(&other.author(), &place, 300, &picture[300..400]).await.expect(204);
    bucket.turn(Weather::Refusing);
    send(&one.author().failing(), &place, 400, &picture[400..]).await.expect_problem(503, "unavailable");
    bucket.turn(Weather::Fine);
    assert_eq!((offset(&other.author(), &place).await, count(&one.author()).await), (400, 0));
    send(&one.author(), &place, 400, &picture[400..]).await.expect(204);
    assert_eq!((count(&one.author()).await, bucket.names().len()), (1, 1));
    // An upload can be ended while the bucket is unavailable; housekeeping deletes its pieces later.
    let place = begin(&one.author(), picture.len(), "").await;
    send(&one.author(), &place, 0, &picture[..300]).await.expect(204);
    bucket.turn(Weather::Dropping);
    one.author().failing().delete(&place).await.expect(204);
    bucket.turn(Weather::Fine);
    other.author().get(&place).await.expect_problem(404, "not_found");
});
