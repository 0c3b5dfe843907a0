//! Images: accepted and refused files, served files, and permissions.

use image::ImageFormat;
use serde_json::{Value, json};

use crate::image_notes::with_segments;
use crate::support::{Answer, CANARY, Client, Part, Role, World, encoded, jpeg, media_test};

const NOBODY: &str = "0190a0b0-0000-7000-8000-000000000000";

media_test!(are_taken_by_their_bytes, async |world| {
    let types = [
        (ImageFormat::Jpeg, "image/jpeg", "jpg"),
        (ImageFormat::Png, "image/png", "png"),
        (ImageFormat::WebP, "image/webp", "webp"),
        (ImageFormat::Gif, "image/gif", "gif"),
    ];
    for (format, mime, extension) in types {
        let picture = encoded(40, 30, 7, format);
        // The client's file name and media type have no influence.
        let made = world.author().upload("images", &[Part::file("../photos/page.html", &picture)]).await.expect(201);
        assert_eq!((made.text_at("/mime"), made.text_at("/file_name")), (mime.to_owned(), "page.html".to_owned()));
        assert_eq!((made.number_at("/width"), made.number_at("/height"), made.number_at("/version")), (40, 30, 1));
        assert_eq!(made.text_at("/url"), format!("https://api.news.example/media/{}.{extension}", made.text_at("/sha256")));
        assert_eq!(made.required_header("location"), format!("https://api.news.example/api/v1/images/{}", made.id()));
        assert_eq!((made.etag(), made.number_at("/used"), made.at("/focal")), ("\"v1\"".into(), 0, &json!({"x": 0.5, "y": 0.5})));
        let file = file(&world.anonymous(), &made).await.expect(200);
        assert_eq!((file.media_type(), i64::try_from(file.body.len()).unwrap()), (mime, made.number_at("/bytes")));
    }
});

media_test!(keep_what_the_form_says, async |world| {
    let picture = jpeg(64, 48, 1);
    let form = [
        Part::text("alt", "A tram"),
        Part::text("caption", "Line 9\non Saturday"),
        Part::text("focal_x", "0.25"),
        Part::file("tram.jpg", &picture),
        Part::text("credit", "Mara Quay"),
        Part::text("focal_y", "1"),
        Part::text("custom", "{\"agency\": \"own\"}"),
    ];
    let made = world.author().upload("images", &form).await.expect(201);
    assert_eq!((made.text_at("/alt"), made.text_at("/caption")), ("A tram".into(), "Line 9\non Saturday".into()));
    assert_eq!((made.text_at("/credit"), made.at("/custom/agency")), ("Mara Quay".into(), &json!("own")));
    assert_eq!(made.at("/focal"), &json!({"x": 0.25, "y": 1.0}));
});

media_test!(of_the_same_bytes_share_one_file, async |world| {
    let picture = jpeg(64, 48, 1);
    let first = world.author().upload("images", &[Part::file("one.jpg", &picture)]).await.expect(201);
    let second = world.editor().upload("images", &[Part::file("two.jpg", &picture)]).await.expect(201);
    assert_ne!(first.id(), second.id());
    assert_eq!(first.text_at("/url"), second.text_at("/url"));
    let both = world.editor().get(&format!("images?sha256={}", first.text_at("/sha256"))).await.expect(200);
    assert_eq!(both.texts("id").len(), 2);
    world.editor().delete(&format!("images/{}", first.id())).await.expect(204);
    file(&world.anonymous(), &first).await.expect(200);
    world.editor().delete(&format!("images/{}", second.id())).await.expect(204);
    file(&world.anonymous(), &first).await.expect_problem(404, "not_found");
    world.editor().delete(&format!("images/{}", second.id())).await.expect(204);
});

media_test!(that_are_none_are_refused, async |world| {
    let before = world.database.dump();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".as_slice();
    for content in [svg, b"<!doctype html><p>Hello", b"", b"\xff\xd8", b"GIF87", b"%PDF-1.7"] {
        let refused = world.author().upload("images", &[Part::file("picture.jpg", content)]).await;
        refused.expect_problem(415, "unsupported_media_type");
    }
    world.author().post("images", json!({"file": "x"})).await.expect_problem(415, "unsupported_media_type");
    assert_eq!(before, world.database.dump());
});

media_test!(that_break_off_leave_nothing_behind, async |world| {
    let before = world.database.dump();
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let picture = encoded(64, 48, 1, format);
        for length in [picture.len() / 2, picture.len() - picture.len() / 8] {
            let refused = world.author().upload("images", &[Part::file("picture", &picture[..length])]).await;
            refused.expect_problem(422, "validation_failed").expect_faults(&[("/file", "broken_picture")]);
        }
    }
    assert_eq!(before, world.database.dump());
    assert_eq!(world.author().get("images?count=true").await.expect(200).number_at("/page/total"), 0);
});

media_test!(are_taken_without_their_last_marker, async |world| {
    let picture = jpeg(64, 48, 1);
    let whole = world.author().upload("images", &[Part::file("whole.jpg", &picture)]).await.expect(201);
    for missing in [1, 2] {
        let cut = world.author().upload("images", &[Part::file("cut.jpg", &picture[..picture.len() - missing])]).await.expect(201);
        assert_eq!(cut.text_at("/sha256"), whole.text_at("/sha256"));
        file(&world.anonymous(), &cut).await.expect(200);
    }
    let cut = world.author().upload("images", &[Part::file("cut.jpg", &picture[..picture.len() - 6])]).await.expect(201);
    let served = world.anonymous().get(&format!("/media/{}/64.jpg", cut.id())).await.expect(200);
    let seen = image::load_from_memory(&served.body).unwrap().into_rgb8();
    assert_eq!(seen.dimensions(), (64, 48));
    assert!(
        seen.get_pixel(40, 20).0[0].abs_diff(120) < 20 && seen.get_pixel(40, 20).0[1].abs_diff(100) < 20,
        "{:?}",
        seen.get_pixel(40, 20)
    );
});

media_test!(of_phones_are_told_what_to_do, async |world| {
    let heic = [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), &[7; 500]].concat();
    let refused = world.author().upload("images", &[Part::file("IMG_1.HEIC", &heic)]).await.expect_problem(415, "unsupported_media_type");
    let detail = refused.text_at("/detail");
    assert!(detail.contains("HEIC") && detail.contains("Most Compatible") && detail.contains("JPEG"), "{detail}");
});

media_test!(tell_all_faults_at_once, async |world| {
    let picture = jpeg(64, 48, 1);
    let long = "x".repeat(501);
    let form = [
        Part::text("alt", &long),
        Part::text("credit", "one\ntwo"),
        Part::text("focal_x", "1.5"),
        Part::text("focal_y", "middle"),
        Part::text("custom", "{"),
        Part::text("titel", "?"),
        Part::text("caption", "once"),
        Part::text("caption", "twice"),
        Part::file("half.jpg", &picture[..picture.len() / 2]),
    ];
    let refused = world.author().upload("images", &form).await.expect_problem(422, "validation_failed");
    refused.expect_faults(&[
        ("/alt", "too_long"),
        ("/credit", "control_character"),
        ("/focal_x", "out_of_range"),
        ("/focal_y", "wrong_type"),
        ("/custom", "malformed_json"),
        ("/titel", "unknown_member"),
        ("/caption", "stands_twice"),
        ("/file", "broken_picture"),
    ]);
    let refused = world.author().upload("images", &[Part::text("alt", "Nothing")]).await;
    refused.expect(422).expect_faults(&[("/file", "required")]);
    world.author().upload("images?force=true", &[Part::file("a.jpg", &picture)]).await.expect_problem(400, "malformed_query");
});

media_test!(have_20_mib_at_most, async |world| {
    let mut heavy = jpeg(8, 8, 1);
    heavy.resize(20 * 1024 * 1024 + 1, 0);
    let refused = world.author().upload("images", &[Part::file("heavy.jpg", &heavy)]).await.expect_problem(413, "too_large");
    assert_eq!(refused.number_at("/max"), 20 * 1024 * 1024);
    heavy.truncate(20 * 1024 * 1024);
    world.author().upload("images", &[Part::file("heavy.jpg", &heavy)]).await.expect(201);
});

media_test!(lose_what_the_camera_knew, async |world| {
    let taken = with_secrets(&jpeg(64, 48, 1));
    assert!(holds(&taken, CANARY.as_bytes()));
    let made = world.author().upload("images", &[Part::file("IMG_1.jpg", &taken)]).await.expect(201);
    assert_eq!((made.text_at("/credit"), made.at("/caption")), ("Mara Quay".into(), &Value::Null));
    assert_eq!((made.number_at("/width"), made.number_at("/height")), (48, 64), "it is seen upright: {made}");
    let served = file(&world.anonymous(), &made).await.expect(200);
    for secret in [CANARY.as_bytes(), b"Mara Quay", b"\x88\x25"] {
        assert!(!holds(&served.body, secret), "{secret:?} is served");
    }
    assert!(image::load_from_memory(&served.body).is_ok());
});

media_test!(are_served_in_ranges, async |world| {
    let picture = encoded(64, 48, 1, ImageFormat::Png);
    let made = world.author().upload("images", &[Part::file("a.png", &picture)]).await.expect(201);
    let reader = world.anonymous();
    let whole = file(&reader, &made).await.expect(200);
    let size = whole.body.len();
    assert_eq!((whole.required_header("accept-ranges"), whole.etag()), ("bytes".into(), format!("\"{}\"", made.text_at("/sha256"))));
    for (range, from, to) in [("bytes=0-9", 0, 10), ("bytes=-5", size - 5, size), ("bytes=10-999999", 10, size)] {
        let part = file(&reader.with("range", range), &made).await.expect(206);
        assert_eq!(part.body, whole.body[from..to]);
        assert_eq!(part.required_header("content-range"), format!("bytes {from}-{}/{size}", to - 1));
    }
    for range in [format!("bytes={size}-"), "bytes=9-1".into(), "bytes=-0".into(), "bytes=x".into()] {
        let refused = file(&reader.with("range", &range), &made).await.expect_problem(416, "range_not_satisfiable");
        assert_eq!(refused.required_header("content-range"), format!("bytes */{size}"));
    }
    for range in ["bytes=0-1,4-5", "pages=1-2"] {
        assert_eq!(file(&reader.with("range", range), &made).await.expect(200).body, whole.body);
    }
    let ranged = reader.with("range", "bytes=0-9");
    file(&ranged.with("if-range", &whole.etag()), &made).await.expect(206);
    file(&ranged.with("if-range", "\"another\""), &made).await.expect(200);
});

media_test!(are_served_for_ever_and_do_nothing, async |world| {
    let made = world.author().upload("images", &[Part::file("a.jpg", &jpeg(64, 48, 1))]).await.expect(201);
    let reader = world.anonymous();
    let served = file(&reader, &made).await.expect(200);
    assert_eq!(served.required_header("x-content-type-options"), "nosniff");
    assert_eq!(served.required_header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(served.required_header("content-security-policy"), "default-src 'none'; sandbox");
    for sent in [served.etag(), format!("W/{}", served.etag()), "*".to_owned()] {
        let again = file(&reader.with("if-none-match", &sent), &made).await.expect(304);
        assert_eq!((again.etag(), again.body.len()), (served.etag(), 0));
    }
    file(&reader.with("if-none-match", "\"another\""), &made).await.expect(200);
    let head = reader.head(&path_of(&made)).await.expect(200);
    assert_eq!((head.etag(), head.body.len()), (served.etag(), 0));
    for name in ["x.jpg", "..%2Fmasthead.key", "..%5Cx", "%00.jpg", &format!("{}.jpg", "0".repeat(64)), &format!("{}.svg", "0".repeat(64))]
    {
        reader.get(&format!("/media/{name}")).await.expect_problem(404, "not_found");
    }
});

media_test!(are_shown_to_readers_where_something_public_shows_them, async |world| {
    let image = world.image_by(Role::Editor, 1).await;
    let path = format!("images/{image}");
    let unknown = world.anonymous().get(&format!("images/{NOBODY}")).await.expect_problem(404, "not_found");
    let unused = world.anonymous().get(&path).await.expect_problem(404, "not_found");
    assert_eq!(unused.at("/detail"), unknown.at("/detail"));
    world.editor().get(&path).await.expect_problem(404, "not_found");
    for role in [Role::Contributor, Role::Author, Role::Editor, Role::Moderator, Role::Admin] {
        let view = world.client(role).get(&format!("{path}?view=editor")).await.expect(200);
        assert_eq!((view.etag(), view.required_header("cache-control")), ("\"v1\"".into(), "private, no-store".into()));
    }
    world.anonymous().get(&format!("{path}?view=editor")).await.expect_problem(401, "unauthenticated");
    let article = world.draft_of(Role::Editor, json!({"title": "Trams", "hero_image": image, "body": {"markdown": "Text."}})).await;
    world.anonymous().get(&path).await.expect_problem(404, "not_found");
    world.publish(&article).await;
    let shown = world.anonymous().get(&path).await.expect(200);
    assert!(["version", "file_name", "created_by", "custom", "used"].iter().all(|name| shown.json().get(name).is_none()), "{shown}");
    world.admin().delete(&format!("articles/{article}/publication")).await.expect(204);
    world.anonymous().get(&path).await.expect_problem(404, "not_found");
});

media_test!(belong_to_who_uploaded_them, async |world| {
    let own = world.image_by(Role::Author, 1).await;
    let others = world.image_by(Role::Contributor, 2).await;
    let (own, others) = (format!("images/{own}"), format!("images/{others}"));
    let body = json!({"alt": "A tram"});
    world.anonymous().upload("images", &[Part::file("a.jpg", &jpeg(8, 8, 3))]).await.expect_problem(401, "unauthenticated");
    world.moderator().upload("images", &[Part::file("a.jpg", &jpeg(8, 8, 3))]).await.expect_problem(403, "forbidden");
    world.author().patch(&own, body.clone()).await.expect(200);
    world.author().patch(&others, body.clone()).await.expect_problem(403, "forbidden");
    world.author().put(&others, body.clone()).await.expect_problem(403, "forbidden");
    world.author().delete(&others).await.expect_problem(403, "forbidden");
    world.moderator().patch(&own, body.clone()).await.expect_problem(403, "forbidden");
    world.editor().patch(&others, body.clone()).await.expect(200);
    world.admin().put(&own, json!({})).await.expect(200);
    world.anonymous().patch(&own, body.clone()).await.expect_problem(401, "unauthenticated");
    world.author().delete(&own).await.expect(204);
    world.editor().patch(&own, body).await.expect_problem(404, "not_found");
});

media_test!(round_trips_change_nothing, async |world| {
    let image = world.image_by(Role::Author, 1).await;
    let (path, author) = (format!("images/{image}"), world.author());
    author.patch(&path, json!({"alt": "A tram", "caption": "Line 9", "focal": {"x": 0.1}, "custom": {"a": [1]}})).await.expect(200);
    let before = author.get(&format!("{path}?view=editor")).await.expect(200);
    assert_eq!(before.at("/focal"), &json!({"x": 0.1, "y": 0.5}));
    world.pass(60);
    for after in [
        author.put(&path, before.json().clone()).await,
        author.patch(&path, json!({})).await,
        author.patch(&path, before.json().clone()).await,
    ] {
        assert_eq!(before.json(), after.expect(200).json());
    }
    let refused = author.patch(&path, json!({"width": 1, "mime": "image/gif", "focal": {"x": 2}, "alt": 7})).await;
    refused.expect(422).expect_faults(&[
        ("/width", "read_only"),
        ("/mime", "read_only"),
        ("/focal/x", "out_of_range"),
        ("/alt", "wrong_type"),
    ]);
    author.with("if-match", "\"v1\"").patch(&path, json!({"alt": "Mine"})).await.expect_problem(412, "stale_version");
    let plain = author.with("if-match", "\"v2\"").put(&path, json!({})).await.expect(200);
    assert_eq!((plain.at("/alt"), plain.number_at("/version")), (&Value::Null, 3));
    author.with("if-match", "\"v2\"").delete(&path).await.expect_problem(412, "stale_version");
});

media_test!(in_use_are_deleted_only_by_force, async |world| {
    let image = world.image_by(Role::Editor, 1).await;
    let (path, editor) = (format!("images/{image}"), world.editor());
    let markdown = format!("Text.\n\n![A tram](image:{image})");
    let article = world.published(json!({"title": "Trams", "hero_image": image, "body": {"markdown": markdown}})).await;
    world.pass(1);
    let draft = world.draft_of(Role::Editor, json!({"title": "Drafted", "hero_image": image, "body": {"markdown": "Text."}})).await;
    editor.post("authors", json!({"name": "Mara Quay", "avatar": image})).await.expect(201);
    // A text that only looks like a reference must survive the deletion of the image.
    world.admin().patch("site", json!({"logo": image, "name": image})).await.expect(200);

    let refused = editor.delete(&path).await.expect_problem(409, "in_use");
    let usages = world.editor().get(&format!("{path}/usages")).await.expect(200);
    assert_eq!(refused.at("/usages"), usages.json());
    assert_eq!((usages.number_at("/total"), usages.at("/site")), (4, &json!(true)));
    assert_eq!((usages.text_at("/articles/0/id"), usages.text_at("/articles/1/id")), (draft.clone(), article));
    assert_eq!(usages.text_at("/authors/0/slug"), "mara-quay");
    assert_eq!(editor.get(&format!("{path}?view=editor")).await.number_at("/used"), 4);

    editor.delete(&format!("{path}?force=true")).await.expect(204);
    let page = world.anonymous().get("articles/trams").await.expect(200);
    assert_eq!(page.at("/hero_image"), &Value::Null);
    assert!(!page.at("/body").to_string().contains("/media/"), "{page}");
    let view = editor.get(&format!("articles/{draft}?view=editor")).await.expect(200);
    assert_eq!((view.at("/hero_image"), view.number_at("/version")), (&Value::Null, 2));
    assert_eq!(world.anonymous().get("authors/mara-quay").await.expect(200).at("/avatar"), &Value::Null);
    let site = world.anonymous().get("site").await.expect(200);
    assert_eq!((site.at("/logo"), site.text_at("/name")), (&Value::Null, image));
});

media_test!(are_not_taken_out_of_what_others_show, async |world| {
    let image = world.image_by(Role::Author, 1).await;
    let body = json!({"title": format!("Secret {CANARY}"), "hero_image": image, "body": {"markdown": "Text."}});
    world.draft_of(Role::Editor, body).await;
    let usages = world.author().get(&format!("images/{image}/usages")).await.expect(200);
    assert_eq!((usages.number_at("/total"), usages.at("/articles")), (1, &json!([])), "others' drafts are not told of");
    world.author().delete(&format!("images/{image}")).await.expect_problem(409, "in_use");
    world.author().delete(&format!("images/{image}?force=true")).await.expect_problem(403, "forbidden");
    world.editor().delete(&format!("images/{image}?force=true")).await.expect(204);
    world.anonymous().get(&format!("images/{image}/usages")).await.expect_problem(401, "unauthenticated");
});

media_test!(are_filtered_and_sorted, async |world| {
    let author = world.author();
    let upload = async |name: &str, content: &[u8], alt: &str| {
        world.pass(1);
        author.upload("images", &[Part::file(name, content), Part::text("alt", alt)]).await.expect(201).id()
    };
    let tram = upload("tram.jpg", &jpeg(64, 48, 1), "A tram in Zürich").await;
    let bridge = upload("bridge.png", &encoded(64, 48, 2, ImageFormat::Png), "A bridge").await;
    world.pass(1);
    let bare = author.upload("images", &[Part::file("bare.jpg", &jpeg(200, 100, 3))]).await.expect(201).id();
    world.draft_of(Role::Author, json!({"title": "Trams", "hero_image": tram, "body": {"markdown": "Text."}})).await;
    let ids = async |query: &str| author.get(&format!("images?{query}")).await.expect(200).texts("id");
    assert_eq!(ids("mime=image/png").await, [bridge.as_str()]);
    assert_eq!(ids("used=true").await, [tram.as_str()]);
    assert_eq!(ids("used=false&sort=created_at").await, [bridge.as_str(), &bare]);
    assert_eq!(ids("alt[contains]=ZURICH").await, [tram.as_str()]);
    assert_eq!(ids("alt[exists]=false").await, [bare.as_str()]);
    assert_eq!(ids("q=bridge%20png").await, [bridge.as_str()]);
    assert_eq!(ids("q=bridge%20tram").await, [""; 0]);
    assert_eq!(ids(&format!("id[in]={tram},{bare}&sort=created_at")).await, [tram.as_str(), &bare]);
    assert_eq!(ids("sort=bytes").await.len(), 3);
    world.anonymous().get("images").await.expect_problem(401, "unauthenticated");
    author
        .get("images?mime=image/svg%2Bxml&used=perhaps")
        .await
        .expect(400)
        .expect_faults(&[("mime", "invalid_value"), ("used", "invalid_value")]);
});

/// Returns the path of an image's file.
fn path_of(image: &Answer) -> String {
    image.text_at("/url").strip_prefix("https://api.news.example").expect("files are on this server").to_owned()
}

/// Returns the response for the URL of an image's file.
async fn file(client: &Client, image: &Answer) -> Answer {
    client.get(&path_of(image)).await
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Returns a photo with the metadata of cameras: orientation, photographer, location and a comment.
fn with_secrets(jpeg: &[u8]) -> Vec<u8> {
    let length = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let exif = [
        b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x03".as_slice(),
        b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0", // turned by a quarter
        b"\x01\x3b\0\x02\0\0\0\x0a\0\0\0\x32", // the artist, behind this list
        b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x3c", // where the place is told
        b"\0\0\0\0Mara Quay\0\0\x01\0\x1c\0\x07",
        &length(CANARY.len()),
        b"\0\0\0\x4e\0\0\0\0",
        CANARY.as_bytes(),
    ]
    .concat();
    let file = with_segments(jpeg, &[(0xe1, &exif), (0xfe, CANARY.as_bytes())]);
    [file.as_slice(), CANARY.as_bytes()].concat()
}
