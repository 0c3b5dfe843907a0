//! The media store: the same with a folder and a bucket, despite failures; and the command that compares it with the database.

use std::fs::File;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use image::ImageFormat;
use serde_json::json;

use crate::support::{Bucket, Client, Node, Part, Weather, World, api_test, encoded, jpeg};

/// Starts a node that stores images in a bucket.
async fn node(world: &World, bucket: &Bucket) -> Node {
    let settings = bucket.settings();
    world.node(&settings.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>()).await
}

/// Returns the path of a file's URL.
fn path(url: &str) -> String {
    url.strip_prefix("https://api.news.example").expect("files are on this server").to_owned()
}

/// Returns the number of images.
async fn count(editor: &Client) -> i64 {
    editor.get("images?count=true").await.expect(200).number_at("/page/total")
}

api_test!(a_bucket_does_what_a_folder_does, async |world| {
    let bucket = Bucket::new();
    let node = node(world, &bucket).await;
    let (author, editor, reader) = (node.author(), node.editor(), node.anonymous());
    node.anonymous().get("/readyz").await.expect(200);
    let picture = encoded(64, 48, 1, ImageFormat::Png);
    let first = author.upload("images", &[Part::file("one.png", &picture)]).await.expect(201);
    let second = editor.upload("images", &[Part::file("two.png", &picture)]).await.expect(201);
    assert_eq!(bucket.names(), [format!("{}.png", first.text_at("/sha256"))], "the same bytes are one object");
    let url = path(&first.text_at("/url"));
    let whole = reader.get(&url).await.expect(200);
    assert_eq!(i64::try_from(whole.body.len()).unwrap(), first.number_at("/bytes"));
    let part = reader.with("range", "bytes=10-19").get(&url).await.expect(206);
    assert_eq!(part.body, whole.body[10..20]);
    reader.with("if-none-match", &whole.etag()).get(&url).await.expect(304);
    reader.with("range", "bytes=999999-").get(&url).await.expect_problem(416, "range_not_satisfiable");
    editor.delete(&format!("images/{}", first.id())).await.expect(204);
    reader.get(&url).await.expect(200);
    editor.delete(&format!("images/{}", second.id())).await.expect(204);
    reader.get(&url).await.expect_problem(404, "not_found");
    assert_eq!(bucket.names(), [""; 0]);
    // Refused uploads and dry runs leave no files.
    author.upload("images", &[Part::file("half.png", &picture[..picture.len() / 2])]).await.expect(422);
    author.upload("images?dry_run=true", &[Part::file("one.png", &picture)]).await.expect(201);
    author.upload("images", &[Part::file("one.png", &picture), Part::text("focal_x", "7")]).await.expect(422);
    assert_eq!(bucket.names(), [""; 0]);
});

api_test!(an_outage_hurts_pictures_alone, async |world| {
    let bucket = Bucket::new();
    let node = node(world, &bucket).await;
    let (author, reader) = (node.author().failing(), node.anonymous().failing());
    let made = author.upload("images", &[Part::file("one.jpg", &jpeg(64, 48, 1))]).await.expect(201);
    let url = path(&made.text_at("/url"));
    let article = json!({"title": "Trams", "hero_image": made.id(), "body": {"markdown": "Text."}});
    node.editor().post("articles?publish=true", article).await.expect(201);
    let second = jpeg(64, 48, 2);
    for weather in [Weather::Refusing, Weather::Dropping, Weather::Silent, Weather::Gone, Weather::Locked] {
        bucket.turn(weather);
        let refused = author.upload("images", &[Part::file("two.jpg", &second)]).await.expect_problem(503, "unavailable");
        assert!(refused.required_header("retry-after").parse::<u32>().is_ok());
        reader.get(&url).await.expect_problem(503, "unavailable").required_header("retry-after");
        reader.get("/readyz").await.expect_problem(503, "unavailable");
        let asked = bucket.asked();
        node.anonymous().get("articles/trams").await.expect(200);
        node.editor().patch("articles/trams", json!({"dek": format!("{weather:?}")})).await.expect(200);
        assert_eq!((count(&node.editor()).await, bucket.asked()), (1, asked), "what is JSON asks nothing of the bucket");
    }
    bucket.turn(Weather::Fine);
    reader.get("/readyz").await.expect(200);
    reader.get(&url).await.expect(200);
    author.upload("images", &[Part::file("two.jpg", &second)]).await.expect(201);
});

api_test!(rows_never_point_to_nothing, async |world| {
    let bucket = Bucket::new();
    let node = node(world, &bucket).await;
    let (author, editor) = (node.author().failing(), node.editor().failing());
    // The object was stored, but the response was lost: an orphan without a row.
    bucket.turn(Weather::Forgetful);
    let lost = jpeg(64, 48, 1);
    author.upload("images", &[Part::file("lost.jpg", &lost)]).await.expect_problem(503, "unavailable");
    bucket.turn(Weather::Fine);
    assert_eq!((count(&editor).await, bucket.names().len()), (0, 1));
    let again = author.upload("images", &[Part::file("lost.jpg", &lost)]).await.expect(201);
    assert_eq!((count(&editor).await, bucket.names().len()), (1, 1));
    // The image is deleted; its file stays until it can be removed.
    bucket.turn(Weather::Refusing);
    editor.delete(&format!("images/{}", again.id())).await.expect(204);
    bucket.turn(Weather::Fine);
    assert_eq!((count(&editor).await, bucket.names().len()), (0, 1));
    let name = bucket.names().remove(0);
    let settings = bucket.settings();
    let found = check(world, &settings, &[]);
    assert!(found.status.success(), "a new file may be an upload under way: {found:?}");
    age(&bucket.path(&name));
    assert!(says(&check(world, &settings, &[]), 1, &format!("orphan {name}")));
    assert!(says(&check(world, &settings, &["--repair"]), 0, "1 deleted"));
    assert_eq!(bucket.names(), [""; 0]);
});

api_test!(renditions_wait_for_the_bucket, async |world| {
    let bucket = Bucket::new();
    let node = node(world, &bucket).await;
    let (author, reader) = (node.author(), node.anonymous().failing());
    let image = author.upload("images", &[Part::file("one.jpg", &jpeg(400, 300, 1))]).await.expect(201).id();
    let wanted = format!("/media/{image}/160.jpg");
    // Renditions made in advance are made when the bucket is available again.
    bucket.turn(Weather::Refusing);
    node.app.run_due_jobs().await.unwrap();
    assert_eq!(node.app.count_jobs().await.unwrap(), (1, 0));
    for weather in [Weather::Refusing, Weather::Dropping, Weather::Silent, Weather::Forgetful, Weather::Gone, Weather::Locked] {
        bucket.turn(weather);
        let refused = reader.get(&wanted).await.expect_problem(503, "unavailable");
        assert!(refused.required_header("retry-after").parse::<u32>().is_ok(), "{weather:?}");
    }
    assert_eq!(node.app.renditions_made(), 0);
    bucket.turn(Weather::Fine);
    let made = reader.get(&wanted).await.expect(200);
    assert_eq!((made.media_type(), node.app.renditions_made()), ("image/jpeg", 1));
    // A rendition in the bucket is available only when the bucket is.
    bucket.turn(Weather::Dropping);
    reader.get(&wanted).await.expect_problem(503, "unavailable").required_header("retry-after");
    bucket.turn(Weather::Fine);
    assert_eq!((reader.get(&wanted).await.expect(200).body, node.app.renditions_made()), (made.body, 1));
    world.pass(3600);
    node.app.run_due_jobs().await.unwrap();
    assert_eq!((node.app.count_jobs().await.unwrap(), node.app.renditions_made()), ((0, 0), 2));
    assert!(bucket.path(&format!("renditions/{image}")).exists());
    // The original is lost: existing renditions are served, and no new ones are made.
    let original = bucket.names().remove(0);
    std::fs::remove_file(bucket.path(&original)).unwrap();
    reader.get(&wanted).await.expect(200);
    reader.get(&format!("/media/{image}/160.png")).await.expect_problem(404, "not_found");
});

api_test!(what_is_deleted_in_an_outage_is_gone, async |world| {
    let bucket = Bucket::new();
    let node = node(world, &bucket).await;
    let editor = node.editor().failing();
    let made = editor.upload("images", &[Part::file("one.jpg", &jpeg(400, 300, 1))]).await.expect(201);
    let wanted = format!("/media/{}/160.jpg", made.id());
    node.anonymous().get(&wanted).await.expect(200);
    bucket.turn(Weather::Dropping);
    editor.delete(&format!("images/{}", made.id())).await.expect(204);
    node.anonymous().get(&wanted).await.expect_problem(404, "not_found");
    bucket.turn(Weather::Fine);
    node.anonymous().get(&wanted).await.expect_problem(404, "not_found");
    assert_eq!(count(&editor).await, 0);
});

api_test!(the_check_tells_what_is_wrong, async |world| {
    let kept = world.author().upload("images", &[Part::file("one.jpg", &jpeg(64, 48, 1))]).await.expect(201);
    let lost = world.author().upload("images", &[Part::file("two.jpg", &jpeg(64, 48, 2))]).await.expect(201);
    assert!(says(&check(world, &[], &["--deep", "--repair"]), 0, "files of images           2"));
    let media = world.database.folder.path().join("media");
    let file = |image: &crate::support::Answer| media.join(format!("{}.jpg", image.text_at("/sha256")));
    let orphan = format!("{}.png", "0".repeat(64));
    std::fs::write(media.join(&orphan), b"whole").unwrap();
    assert!(says(&check(world, &[], &["--repair"]), 0, "unfinished                1"));
    age(&media.join(&orphan));
    std::fs::remove_file(file(&lost)).unwrap();
    let mut content = std::fs::read(file(&kept)).unwrap();
    content[20] ^= 1;
    std::fs::write(file(&kept), content).unwrap();
    let found = check(world, &[], &[]);
    assert!(says(&found, 1, &format!("orphan {orphan}")) && says(&found, 1, &format!("missing {}.jpg", lost.text_at("/sha256"))));
    assert!(says(&found, 1, "changed                   0"));
    assert!(says(&check(world, &[], &["--deep", "--repair"]), 1, &format!("changed {}.jpg", kept.text_at("/sha256"))));
    assert!(!media.join(&orphan).exists() && file(&kept).exists(), "only orphans are removed");
    // For another database, all files would be orphans.
    age(&file(&kept));
    std::fs::write(media.join(".database"), "another\n").unwrap();
    assert_eq!(check(world, &[], &["--repair"]).status.code(), Some(1));
    assert!(file(&kept).exists());
});

api_test!(a_bucket_that_is_refused_stops_the_start, async |world| {
    let bucket = Bucket::new();
    let with = |name: &str, value: &str| {
        let mut settings = bucket.settings();
        settings.iter_mut().filter(|(other, _)| *other == name).for_each(|(_, old)| value.clone_into(old));
        settings
    };
    let nowhere = bucket.settings()[0].1.replace("s3://pictures/", "s3://nobucket/");
    for (settings, named, code) in [
        (with("MEDIA_URL", &nowhere), "s3://nobucket/news", "NoSuchBucket"),
        (with("S3_ACCESS_KEY_ID", "somebody"), "s3://pictures/news", "NotSignedUp"),
        (with("S3_SECRET_ACCESS_KEY", "something"), "s3://pictures/news", "SignatureDoesNotMatch"),
        (vec![("MEDIA_URL", "file:/proc".to_owned()), ("TEMPORARY_FOLDER", "tmp".to_owned())], "/proc", "is not writable"),
    ] {
        let why = serve(world, &settings).unwrap_or_else(|| panic!("{named}: it serves"));
        assert!(why.contains(named) && why.contains(code) && why.contains("MEDIA_URL"), "{why}");
    }
    for (weather, code) in [(Weather::Gone, "NoSuchBucket"), (Weather::Locked, "InvalidAccessKeyId")] {
        bucket.turn(weather);
        let why = serve(world, &bucket.settings()).unwrap_or_else(|| panic!("{weather:?}: it serves"));
        assert!(why.contains("s3://pictures/news") && why.contains(code), "{why}");
    }
    for weather in [Weather::Refusing, Weather::Dropping] {
        bucket.turn(weather);
        assert_eq!(serve(world, &bucket.settings()), None, "{weather:?}: what does not answer may be back soon");
    }
});

api_test!(a_folder_that_is_lost_makes_unready, async |world| {
    let temporary = world.database.folder.path().join("tmp").display().to_string();
    let node = world.node(&[("MEDIA_URL", "file:/proc"), ("TEMPORARY_FOLDER", &temporary)]).await;
    node.anonymous().failing().get("/readyz").await.expect_problem(503, "unavailable");
    node.anonymous().get("/healthz").await.expect(200);
});

/// Starts a server beside the world's node; returns its error message, or `None` if it serves.
fn serve(world: &World, settings: &[(&'static str, String)]) -> Option<String> {
    let address = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.current_dir(world.database.folder.path()).env("DATABASE_URL", &world.database.url).env("BIND", address.to_string());
    command.env("API_URL", "https://api.news.example").envs(settings.iter().map(|(name, value)| (name, value)));
    let mut process = command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().expect("it starts");
    for _ in 0..6000 {
        if let Some(ended) = process.try_wait().expect("a process") {
            assert_eq!(ended.code(), Some(1));
            let mut said = String::new();
            std::io::Read::read_to_string(&mut process.stderr.take().expect("a pipe"), &mut said).expect("text");
            return Some(said);
        }
        if std::net::TcpStream::connect(address).is_ok() {
            process.kill().and_then(|()| process.wait()).expect("it ends");
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it neither serves nor ends");
}

/// Runs `masthead images check` beside the world's node.
fn check(world: &World, settings: &[(&'static str, String)], options: &[&str]) -> Output {
    let folder = world.database.folder.path();
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.args(["images", "check"]).args(options).current_dir(folder).env("DATABASE_URL", &world.database.url);
    command.envs(settings.iter().map(|(name, value)| (name, value))).output().expect("the command runs")
}

/// Checks the exit code and the output.
#[track_caller]
fn says(output: &Output, code: i32, text: &str) -> bool {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(code) && said.contains(text), "expected {code} and {text:?} of {output:?}");
    true
}

/// Sets the time of a file back by two hours.
fn age(path: &std::path::Path) {
    let file = File::options().write(true).open(path).expect("the file opens");
    file.set_modified(SystemTime::now() - Duration::from_hours(2)).expect("the time can be set");
}
