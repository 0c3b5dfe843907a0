//! Renditions: widths, crops around the focal point, formats, their creation, storage and deletion.

use std::io::Cursor;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{AnimationDecoder, Delay, DynamicImage, Frame, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Part, Role, World, encoded, jpeg, media_test};

const NOBODY: &str = "0190a0b0-0000-7000-8000-000000000000";
const BASE: &str = "https://api.news.example";

/// Returns an image with three stripes from left to right: red, green, blue.
fn stripes(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| match x * 3 / width {
        0 => Rgb([220, 0, 0]),
        1 => Rgb([0, 220, 0]),
        _ => Rgb([0, 0, 220]),
    })
}

fn bytes(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

async fn uploaded(world: &World, file: &[u8]) -> Answer {
    world.editor().upload("images", &[Part::file("picture", file)]).await.expect(201)
}

async fn get(client: &Client, image: &str, rest: &str) -> Answer {
    client.get(&format!("/media/{image}/{rest}")).await
}

fn path(url: &str) -> &str {
    url.strip_prefix(BASE).expect("files are on this server")
}

fn picture(answer: &Answer) -> DynamicImage {
    image::load_from_memory(&answer.body).unwrap_or_else(|error| panic!("{error} in {answer}"))
}

/// Returns the colour of the stripe at a point.
fn color(picture: &DynamicImage, x: u32, y: u32) -> char {
    let Rgba([red, green, blue, _]) = picture.get_pixel(x, y);
    match red.max(green).max(blue) {
        most if most == red => 'r',
        most if most == green => 'g',
        _ => 'b',
    }
}

/// Returns the files in an image's folder of renditions.
fn kept(world: &World, image: &str) -> Vec<String> {
    fn walk(folder: &std::path::Path, names: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, names) } else { names.push(path.file_name().unwrap().to_string_lossy().into_owned()) }
        }
    }
    let mut names = Vec::new();
    walk(&world.media().join("renditions").join(image), &mut names);
    names.sort();
    names
}

media_test!(come_at_the_widths_of_the_ladder_and_no_other, async |world| {
    let image = uploaded(world, &bytes(stripes(700, 350), ImageFormat::Jpeg)).await.id();
    let anybody = world.anonymous();
    for (width, height) in [(160, 80), (320, 160), (480, 240), (640, 320), (700, 350)] {
        for (extension, mime) in [("jpg", "image/jpeg"), ("png", "image/png"), ("webp", "image/webp")] {
            let made = get(&anybody, &image, &format!("{width}.{extension}")).await.expect(200);
            assert_eq!(made.media_type(), mime);
            let made = picture(&made);
            assert_eq!(made.dimensions(), (width, height));
            assert_eq!([10, width / 2, width - 10].map(|x| color(&made, x, height / 2)), ['r', 'g', 'b']);
        }
    }
    for off in ["960.webp", "641.webp", "0160.webp", "+160.webp", "160.gif", "160.webp.webp", "160", "webp", "-1.jpg", "1e3.png"] {
        let refused = get(&anybody, &image, off).await.expect_problem(404, "not_found");
        assert_eq!(refused.at("/ladder"), &json!([160, 320, 480, 640, 700]), "{off}");
        assert_eq!(refused.at("/formats"), &json!(["jpg", "png", "webp", "avif", "auto"]));
    }
    get(&anybody, &image, "160.webp?width=100").await.expect(400).expect_faults(&[("width", "unknown_parameter")]);
    for nothing in [NOBODY, "tram", "..%2f..%2fmasthead.key"] {
        get(&anybody, nothing, "160.webp").await.expect_problem(404, "not_found");
    }
    get(&anybody, &image, "wide/160.webp").await.expect_problem(404, "not_found");
    let crop = get(&anybody, &image, "square/640.webp").await.expect_problem(404, "not_found");
    assert_eq!(crop.at("/ladder"), &json!([160, 320, 350]));
});

media_test!(are_cropped_around_the_focal_point, async |world| {
    let made = uploaded(world, &bytes(stripes(900, 300), ImageFormat::Png)).await;
    let (image, anybody) = (made.id(), world.anonymous());
    for (preset, width, height) in [("square", 160, 160), ("4x3", 160, 120), ("16x9", 160, 90), ("og", 160, 84)] {
        let crop = picture(&get(&anybody, &image, &format!("{preset}/160.png")).await.expect(200));
        assert_eq!(crop.dimensions(), (width, height), "{preset}");
        assert_eq!(color(&crop, width / 2, height / 2), 'g', "{preset}");
    }
    let before = made.text_at("/crops/square/url");
    let first = anybody.get(path(&before)).await.expect(200);
    assert_eq!(color(&picture(&first), 5, 5), 'g');
    assert_eq!(first.required_header("cache-control"), "public, max-age=31536000, immutable");

    let focus = json!({"focal": {"x": 0.1, "y": 0.5}});
    let moved = world.editor().patch(&format!("images/{image}"), focus).await.expect(200);
    let after = moved.text_at("/crops/square/url");
    assert_ne!(before, after);
    assert_eq!(moved.at("/srcset"), made.at("/srcset"));
    let second = anybody.get(path(&after)).await.expect(200);
    assert_eq!((color(&picture(&second), 5, 5), color(&picture(&second), 290, 5)), ('r', 'r'));
    assert_ne!(first.etag(), second.etag());
    // The old URLs show the current crop, with a short lifetime in caches.
    for old in [path(&before).to_owned(), path(&before).split('?').next().unwrap().to_owned()] {
        let now = anybody.get(&old).await.expect(200);
        assert_eq!((now.etag(), now.required_header("cache-control")), (second.etag(), "public, max-age=60".into()));
    }
    assert_eq!((moved.number_at("/crops/og/width"), moved.number_at("/crops/og/height")), (571, 300));
});

media_test!(come_in_the_format_that_the_client_takes, async |world| {
    let opaque = uploaded(world, &jpeg(400, 300, 1)).await.id();
    let mut glass = RgbaImage::from_pixel(200, 100, Rgba([0, 200, 0, 255]));
    glass.put_pixel(100, 50, Rgba([0, 0, 0, 0]));
    (0..50).for_each(|x| (0..100).for_each(|y| glass.put_pixel(x, y, Rgba([0, 200, 0, 0]))));
    let glass = uploaded(world, &bytes(glass, ImageFormat::Png)).await;
    world.finish_jobs().await;
    let anybody = world.anonymous();
    let best = async |image: &str, accept: &str| {
        let found = anybody.with("accept", accept).get(&format!("/media/{image}/160.auto")).await.expect(200);
        assert_eq!(found.required_header("vary"), "Accept");
        let lasting = found.required_header("cache-control").contains("immutable");
        (found.media_type().to_owned(), lasting)
    };
    let chrome = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
    assert_eq!(best(&opaque, "*/*").await, ("image/jpeg".into(), true));
    assert_eq!(best(&opaque, "image/webp,*/*").await, ("image/webp".into(), true));
    assert_eq!(best(&opaque, "image/webp;q=0,*/*").await, ("image/jpeg".into(), true));
    // AVIF is made by a job; WebP is served until then.
    assert_eq!(best(&opaque, chrome).await, ("image/webp".into(), false));
    let early = get(&anybody, &opaque, "160.avif").await.expect(200);
    assert_eq!((early.media_type(), early.required_header("cache-control")), ("image/webp", "public, max-age=60".into()));
    settle(world).await;
    assert_eq!(best(&opaque, chrome).await, ("image/avif".into(), true));
    let late = get(&anybody, &opaque, "160.avif").await.expect(200);
    assert_eq!((late.media_type(), late.required_header("cache-control")), ("image/avif", "public, max-age=31536000, immutable".into()));
    assert_eq!(late.body.get(4..12), Some(b"ftypavif".as_slice()));
    assert_eq!(best(&glass.id(), "*/*").await, ("image/png".into(), true));
    assert!(glass.text_at("/srcset/jpeg").contains("/160.png ") || glass.text_at("/srcset/jpeg").contains("/200.png "));
    // Transparent pixels become white in a format without transparency.
    let white = picture(&get(&anybody, &glass.id(), "160.jpg").await.expect(200));
    assert!(white.get_pixel(5, 40).0.iter().all(|value| *value > 240));
});

/// Waits for tasks that create jobs, and then runs the jobs.
async fn settle(world: &World) {
    for _ in 0..200 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        if world.app.count_jobs().await.unwrap().0 > 0 {
            break;
        }
    }
    world.finish_jobs().await;
}

media_test!(are_made_once_however_many_ask, async |world| {
    let image = uploaded(world, &bytes(stripes(1600, 1200), ImageFormat::Jpeg)).await.id();
    world.finish_jobs().await;
    let clients: Vec<Client> = (0..20).map(|_| world.anonymous()).collect();
    let before = world.app.renditions_made();
    let asked = clients.iter().map(|client| get(client, &image, "960.jpg"));
    let answers = futures_util::future::join_all(asked).await;
    let first = answers[0].clone().expect(200);
    for answer in answers {
        assert_eq!((answer.status, &answer.body), (200, &first.body));
    }
    assert_eq!(world.app.renditions_made() - before, 1);
    get(&world.anonymous(), &image, "960.jpg").await.expect(200);
    assert_eq!(world.app.renditions_made() - before, 1);
});

media_test!(are_kept_for_ever_and_do_nothing, async |world| {
    let image = uploaded(world, &jpeg(400, 300, 1)).await.id();
    let anybody = world.anonymous();
    let whole = get(&anybody, &image, "320.webp").await.expect(200);
    for (name, value) in [
        ("cache-control", "public, max-age=31536000, immutable"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("x-content-type-options", "nosniff"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(whole.required_header(name), value);
    }
    assert!(!whole.header("vary").unwrap_or_default().to_lowercase().contains("accept"));
    let path = format!("/media/{image}/320.webp");
    let same = anybody.with("if-none-match", &whole.etag()).get(&path).await.expect(304);
    assert_eq!(same.etag(), whole.etag());
    let part = anybody.with("range", "bytes=4-9").get(&path).await.expect(206);
    assert_eq!(part.body, whole.body[4..10]);
    // Another node serves the same bytes with the same entity tag.
    let node = world.node(&[]).await;
    let there = get(&node.anonymous(), &image, "320.webp").await.expect(200);
    assert_eq!((there.etag(), &there.body), (whole.etag(), &whole.body));
});

media_test!(are_made_ahead_and_go_with_their_picture, async |world| {
    let image = uploaded(world, &jpeg(700, 350, 1)).await.id();
    assert!(kept(world, &image).is_empty());
    world.finish_jobs().await;
    assert_eq!(kept(world, &image), ["320.webp", "640.webp"]);
    get(&world.anonymous(), &image, "square/160.jpg").await.expect(200);
    assert_eq!(kept(world, &image).len(), 3);
    world.editor().delete(&format!("images/{image}")).await.expect(204);
    assert!(kept(world, &image).is_empty());
    get(&world.anonymous(), &image, "320.webp").await.expect_problem(404, "not_found");
});

media_test!(keep_the_movement_in_webp_alone, async |world| {
    let mut file = Vec::new();
    {
        let mut encoder = GifEncoder::new(&mut file);
        encoder.set_repeat(Repeat::Infinite).unwrap();
        for shade in [0, 90, 180] {
            let frame = RgbaImage::from_pixel(320, 240, Rgba([shade, 40, 200, 255]));
            encoder.encode_frame(Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(120, 1))).unwrap();
        }
    }
    let made = uploaded(world, &file).await;
    let (image, anybody) = (made.id(), world.anonymous());
    assert_eq!((made.number_at("/frames"), made.at("/srcset/avif")), (3, &Value::Null));
    let moving = get(&anybody, &image, "160.webp").await.expect(200);
    let decoder = image::codecs::webp::WebPDecoder::new(Cursor::new(&moving.body)).unwrap();
    let frames = decoder.into_frames().collect_frames().unwrap();
    assert_eq!(frames.len(), 3);
    for (frame, shade) in frames.iter().zip([0_u8, 90, 180]) {
        assert_eq!(frame.buffer().dimensions(), (160, 120));
        assert_eq!(frame.delay().numer_denom_ms(), (120, 1));
        assert!(frame.buffer().get_pixel(80, 60).0[0].abs_diff(shade) < 12);
    }
    for still in ["160.jpg", "square/160.png"] {
        assert!(picture(&get(&anybody, &image, still).await.expect(200)).get_pixel(80, 60).0[0] < 12);
    }
    // Clients that also accept AVIF get the animation as WebP.
    let best = anybody.with("accept", "image/avif,image/webp").get(&format!("/media/{image}/160.auto")).await.expect(200);
    assert_eq!((best.media_type(), &best.body), ("image/webp", &moving.body));
});

media_test!(are_upright_in_srgb_and_without_secrets, async |world| {
    // The file is stored rotated by 90 degrees, in Display P3, and with a location.
    let file = bytes(stripes(600, 300), ImageFormat::Jpeg);
    let exif = [b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".as_slice(), b"GPS quokka"].concat();
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let icc = [b"ICC_PROFILE\0\x01\x01".as_slice(), &profile].concat();
    let segment = |marker: u8, content: &[u8]| {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], length.as_slice(), content].concat()
    };
    let file = [&file[..2], &segment(0xe1, &exif), &segment(0xe2, &icc), &file[2..]].concat();
    let made = uploaded(world, &file).await;
    assert_eq!((made.number_at("/width"), made.number_at("/height")), (300, 600));
    for extension in ["jpg", "png", "webp"] {
        let rendition = get(&world.anonymous(), &made.id(), &format!("160.{extension}")).await.expect(200);
        for secret in [b"quokka".as_slice(), b"Exif", b"ICC_PROFILE", b"iCCP", b"ICCP"] {
            assert!(!rendition.body.windows(secret.len()).any(|window| window == secret), "{extension}");
        }
        let rendition = picture(&rendition);
        assert_eq!(rendition.dimensions(), (160, 320));
        assert_eq!([20, 160, 300].map(|y| color(&rendition, 80, y)), ['r', 'g', 'b']);
        // This green of Display P3 is outside sRGB; the nearest colour has no red and more green.
        let green = rendition.get_pixel(80, 160).0;
        assert!(green[0] < 12 && green[1] > 222, "{green:?}");
    }
});

media_test!(are_given_what_an_agency_wrote, async |world| {
    let record = |set: u8, text: &[u8]| [&[0x1c, 2, set], u16::try_from(text.len()).unwrap().to_be_bytes().as_slice(), text].concat();
    let records = [record(120, b"The first tram\nof line 9"), record(110, b"Agency"), record(80, "Mara Quáy".as_bytes())].concat();
    let length = u32::try_from(records.len()).unwrap().to_be_bytes();
    let block = [b"Photoshop 3.0\08BIM\x04\x04\0\0".as_slice(), &length, &records].concat();
    let file = jpeg(40, 30, 1);
    let size = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    let file = [&file[..2], &[0xff, 0xed], &size, &block, &file[2..]].concat();
    let made = uploaded(world, &file).await;
    assert_eq!((made.text_at("/caption"), made.text_at("/credit")), ("The first tram of line 9".into(), "Mara Quáy".into()));
    let part = [Part::file("picture", &file), Part::text("caption", "Ours"), Part::text("credit", "")];
    let ours = world.editor().upload("images", &part).await.expect(201);
    assert_eq!(ours.text_at("/caption"), "Ours");
    let kept = world.anonymous().get(path(&made.text_at("/url"))).await.expect(200);
    assert!(!kept.body.windows(6).any(|window| window == b"Agency"));
});

/// Returns a GIF of one pixel that claims a number of frames and their size.
fn flood(frames: usize, width: u16, height: u16) -> Vec<u8> {
    let (across, down) = (width.to_le_bytes(), height.to_le_bytes());
    let frame = [b"\x2c\0\0\0\0".as_slice(), &across, &down, b"\0\x02\x02\x44\x01\0"].concat();
    let head = [b"GIF89a".as_slice(), &across, &down, b"\x80\0\0\0\0\0\xff\xff\xff"].concat();
    [head, frame.repeat(frames), b";".to_vec()].concat()
}

/// Returns a PNG that claims a size and a number of frames, with hardly any data.
fn hollow_png(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
        })
    };
    let chunk = |name: &[u8], data: &[u8]| {
        let named = [name, data].concat();
        [u32::try_from(data.len()).unwrap().to_be_bytes().as_slice(), &named, &crc(&named).to_be_bytes()].concat()
    };
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let head = chunk(b"IHDR", &[size.as_slice(), &[8, 6, 0, 0, 0]].concat());
    let moves = chunk(b"acTL", &[frames.to_be_bytes(), [0; 4]].concat());
    let data = chunk(b"IDAT", &[0x78, 0x9c, 0x03, 0, 0, 0, 0, 0x01]);
    [b"\x89PNG\r\n\x1a\n".as_slice(), &head, &moves, &data, &chunk(b"IEND", b"")].concat()
}

media_test!(are_never_made_of_what_floods, async |world| {
    let before = world.database.dump();
    let floods = [
        ("pixels", hollow_png(60_000, 60_000, 1), "too_many_pixels"),
        ("sides", hollow_png(70_000, 1, 1), "too_many_pixels"),
        ("frames", hollow_png(100, 100, 100_000), "too_many_pixels"),
        ("a lying header", hollow_png(5000, 5000, 1), "broken_picture"),
        ("frames of a GIF", flood(2000, 1, 1), "too_many_pixels"),
        ("moving pixels", flood(900, 1000, 1000), "too_many_pixels"),
        ("a frame beyond all", flood(1, 65_535, 65_535), "too_many_pixels"),
    ];
    for (kind, file, code) in floods {
        let began = std::time::Instant::now();
        let refused = world.author().upload("images", &[Part::file("flood", &file)]).await;
        refused.expect_problem(422, "validation_failed").expect_faults(&[("/file", code)]);
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "{kind}");
    }
    // An HTML page that begins like an image is refused; an image followed by an HTML page loses the page.
    let page = b"<html><script>alert(1)</script></html>";
    let refused = world.author().upload("images", &[Part::file("page.gif", &[b"GIF89a".as_slice(), page].concat())]).await;
    refused.expect_problem(422, "validation_failed");
    assert_eq!(before, world.database.dump());
    let both = uploaded(world, &[jpeg(40, 30, 1).as_slice(), page].concat()).await;
    for rest in [path(&both.text_at("/url")).to_owned(), format!("/media/{}/40.jpg", both.id())] {
        let served = world.anonymous().get(&rest).await.expect(200);
        assert!(!served.body.windows(6).any(|window| window == b"script"));
    }
});

media_test!(are_offered_wherever_a_picture_is, async |world| {
    let (editor, anybody) = (world.editor(), world.anonymous());
    let image = uploaded(world, &jpeg(1000, 500, 1)).await.id();
    let body = json!({"title": "Trams", "hero_image": image, "body": {"markdown": format!("![A tram](image:{image})")}});
    let article = world.published(body).await;
    editor.patch(&format!("images/{image}"), json!({"caption": "Line 9", "credit": "Mara Quay"})).await.expect(200);
    let read = anybody.get(&format!("articles/{article}")).await.expect(200);
    let widths = |url: &str| url.split(", ").map(|one| one.rsplit(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
    for place in ["/hero_image", "/body/blocks/0/image"] {
        let shown = read.at(place);
        assert_eq!((&shown["caption"], &shown["credit"]), (&json!("Line 9"), &json!("Mara Quay")));
        for (format, extension) in [("webp", "webp"), ("avif", "avif"), ("jpeg", "jpg")] {
            let set = shown["srcset"][format].as_str().unwrap();
            assert_eq!(widths(set), ["320w", "640w", "960w", "1000w"]);
            assert!(set.starts_with(&format!("{BASE}/media/{image}/320.{extension} 320w, ")), "{set}");
        }
        let types: Vec<_> = shown["sources"].as_array().unwrap().iter().map(|source| &source["type"]).collect();
        assert_eq!(types, ["image/avif", "image/webp", "image/jpeg"]);
        assert_eq!(shown["sources"][1]["srcset"], shown["srcset"]["webp"]);
        assert_eq!((&shown["crops"]["16x9"]["width"], &shown["crops"]["16x9"]["height"]), (&json!(889), &json!(500)));
    }
    // Every listed URL works.
    let shown = read.at("/hero_image");
    let mut offered = vec![shown["url"].as_str().unwrap().to_owned()];
    for source in shown["sources"].as_array().unwrap().iter().chain(shown["crops"].as_object().unwrap().values()) {
        offered.extend(source["srcset"].as_str().unwrap().split(", ").map(|one| one.split(' ').next().unwrap().to_owned()));
        offered.extend(source["url"].as_str().map(str::to_owned));
    }
    for url in offered.iter().filter(|url| !url.contains(".avif")) {
        anybody.get(path(url)).await.expect(200);
    }
    let html = read.text_at("/body/html");
    assert!(html.contains(&format!("srcset=\"{BASE}/media/{image}/320.auto 320w, ")), "{html}");
    assert!(html.contains("sizes=\"auto, 100vw\"") && html.contains("Line 9 <cite>Mara Quay</cite>"), "{html}");
});

media_test!(of_drafts_are_as_open_as_their_originals, async |world| {
    // The URL cannot be guessed: browsers of editors load drafts' images without a token.
    let image = world.image_by(Role::Author, 1).await;
    let original = world.author().get(&format!("images/{image}?view=editor")).await.expect(200);
    world.anonymous().get(path(&original.text_at("/url"))).await.expect(200);
    get(&world.anonymous(), &image, "64.webp").await.expect(200);
    world.anonymous().get(&format!("images/{image}")).await.expect_problem(404, "not_found");
    assert_eq!(picture(&get(&world.anonymous(), &image, "64.png").await).dimensions(), (64, 48));
    let small = uploaded(world, &encoded(3, 2, 1, ImageFormat::Gif)).await;
    assert_eq!(small.text_at("/srcset/webp"), format!("{BASE}/media/{}/3.webp 3w", small.id()));
});
