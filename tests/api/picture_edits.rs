//! Changes of an image's texts appear at once wherever the image is shown, in cached responses, too.

use serde_json::{Value, json};

use crate::support::{Answer, Part, World, api_test, jpeg};

/// Responses that show the image's texts: articles, lists, pages, a portrait, and feeds.
const PLACES: [&str; 12] = [
    "articles/the-hero",
    "articles/in-the-text",
    "articles/by-her",
    "articles?include=body",
    "articles?fields=hero_image",
    "collections/front-page",
    "pages/article/the-hero",
    "pages/article/in-the-text",
    "pages/home",
    "pages/section/city",
    "authors/mara-quay",
    "/feeds/rss.xml",
];

/// Uploads an image that is used as a hero image, in a text and as a portrait; returns its id.
async fn shown(world: &World) -> String {
    let (editor, admin) = (world.editor(), world.admin());
    let file = jpeg(1000, 600, 1);
    let texts = [Part::text("caption", "Line 8"), Part::text("credit", "Ned Ashore"), Part::file("tram.jpg", &file)];
    let image = editor.upload("images", &texts).await.expect(201).id();
    world.section("City").await;
    let author = editor.post("authors", json!({"name": "Mara Quay", "avatar": image})).await.expect(201).id();
    let text = json!({"markdown": "Text."});
    let inline = json!({"markdown": format!("Text.\n\n![A tram](image:{image})")});
    let hero = world.published(json!({"title": "The hero", "section": "city", "hero_image": image, "body": text})).await;
    world.published(json!({"title": "In the text", "section": "city", "body": inline})).await;
    world.published(json!({"title": "By her", "authors": [author], "body": text})).await;
    let collection = json!({"key": "front-page", "title": "Front page", "items": [hero]});
    admin.post("collections", collection).await.expect(201);
    image
}

async fn read(world: &World) -> Vec<Answer> {
    let mut answers = Vec::new();
    for place in PLACES {
        answers.push(world.anonymous().get(place).await.expect(200));
    }
    answers
}

fn says(answer: &Answer, words: &str) -> bool {
    answer.text().contains(words)
}

api_test!(a_caption_changes_in_all_that_shows_it, async |world| {
    let image = shown(world).await;
    let version = async || world.editor().get("articles/in-the-text?view=editor").await.expect(200).number_at("/version");
    let (before, unchanged) = (read(world).await, version().await);
    let told: Vec<&str> = PLACES.into_iter().zip(&before).filter(|(_, answer)| says(answer, "Line 8")).map(|(place, _)| place).collect();
    assert_eq!(told.len(), PLACES.len() - 1, "all but one place say what stands beneath it: {told:?}");
    let statements = world.app.statements();
    let again = read(world).await;
    assert_eq!(world.app.statements(), statements, "all answers are ready");
    assert!(before.iter().zip(&again).all(|(before, again)| before.body == again.body));

    let texts = json!({"caption": "Line 9, at last", "credit": "Mara Quay for the paper"});
    world.editor().patch(&format!("images/{image}"), texts).await.expect(200);
    for ((place, before), after) in PLACES.into_iter().zip(&before).zip(read(world).await) {
        assert!(!says(&after, "Line 8") && !says(&after, "Ned Ashore"), "{place}: {after}");
        assert_eq!(says(before, "Line 8"), says(&after, "Line 9, at last"), "{place}: {after}");
        if says(before, "Ned Ashore") {
            assert!(says(&after, "Mara Quay for the paper") && before.header("etag") != after.header("etag"), "{place}: {after}");
        }
    }
    // The articles and their versions do not change.
    assert_eq!(version().await, unchanged);
    let html = world.anonymous().get("articles/in-the-text").await.text_at("/body/html");
    assert!(html.contains("Line 9, at last <cite>Mara Quay for the paper</cite>"), "{html}");
});

api_test!(a_moved_focal_point_moves_all_crops, async |world| {
    let image = shown(world).await;
    let crops = |answer: &Answer, place: &str| -> Vec<String> {
        let crops = answer.at(place)["crops"].as_object().unwrap().values();
        crops.flat_map(|crop: &Value| [&crop["url"], &crop["srcset"]]).map(|url| url.as_str().unwrap().to_owned()).collect()
    };
    let places = [("articles/the-hero", "/hero_image"), ("articles/in-the-text", "/body/blocks/1/image"), ("authors/mara-quay", "/avatar")];
    let mut before = Vec::new();
    for (place, pointer) in places {
        before.push(world.anonymous().get(place).await.expect(200));
        assert_eq!(crops(&before[before.len() - 1], pointer).len(), 8);
    }
    world.editor().patch(&format!("images/{image}"), json!({"focal": {"x": 0.9, "y": 0.1}})).await.expect(200);
    let mut seen = Vec::new();
    for ((place, pointer), before) in places.into_iter().zip(&before) {
        let after = world.anonymous().get(place).await.expect(200);
        let (old, new) = (crops(before, pointer), crops(&after, pointer));
        assert!(old.iter().zip(&new).all(|(old, new)| old != new), "{place}");
        assert_eq!(before.at(pointer)["srcset"], after.at(pointer)["srcset"], "what is whole stays where it is");
        assert_eq!((&after.at(pointer)["focal"]["x"], before.at(pointer)["url"] == after.at(pointer)["url"]), (&json!(0.9), true));
        seen.push(new);
    }
    assert!(seen.iter().all(|crops| *crops == seen[0]));
    // The new URLs show the new crop and can be cached forever.
    let url = seen[0][0].strip_prefix("https://api.news.example").unwrap();
    let crop = world.anonymous().get(url).await.expect(200);
    assert!(crop.required_header("cache-control").contains("immutable"));
    // When the focal point is restored, so are the URLs.
    world.editor().patch(&format!("images/{image}"), json!({"focal": null})).await.expect(200);
    let back = world.anonymous().get("articles/the-hero").await.expect(200);
    assert_eq!(crops(&back, "/hero_image"), crops(&before[0], "/hero_image"));
});
