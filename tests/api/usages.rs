//! Usages of images, including scheduled revisions; and the search in the image library.

use serde_json::{Value, json};

use crate::support::{Part, Role, World, jpeg, media_test};
use crate::workflow::LATER;

media_test!(a_planned_save_holds_its_pictures, async |world| {
    let editor = world.editor();
    let (hero, inline, social) =
        (world.image_by(Role::Editor, 1).await, world.image_by(Role::Editor, 2).await, world.image_by(Role::Editor, 3).await);
    let markdown = format!("Text.\n\n![A tram](image:{inline})");
    let body = json!({"title": "Trams", "hero_image": hero, "body": {"markdown": markdown}, "seo": {"image": social}});
    let article = world.draft_of(Role::Editor, body).await;
    editor.put(&format!("articles/{article}/publication"), json!({"at": LATER})).await.expect(200);
    // The working copy no longer shows the images; the scheduled revision does.
    let bare = json!({"hero_image": null, "body": {"markdown": "Text."}, "seo": {"image": null}});
    editor.patch(&format!("articles/{article}"), bare).await.expect(200);
    for picture in [&hero, &inline, &social] {
        let usages = editor.get(&format!("images/{picture}/usages")).await.expect(200);
        assert_eq!((usages.number_at("/total"), usages.text_at("/articles/0/id")), (1, article.clone()));
        editor.delete(&format!("images/{picture}")).await.expect_problem(409, "in_use");
    }
    assert_eq!(editor.get("images?used=true&count=true").await.expect(200).number_at("/page/total"), 3);
    // `force=true` deletes the image; the scheduled publication then fails when due, with the reason.
    let before = editor.get(&format!("articles/{article}?view=editor")).await.expect(200);
    editor.delete(&format!("images/{hero}?force=true")).await.expect(204);
    let after = editor.get(&format!("articles/{article}?view=editor")).await.expect(200);
    assert_eq!(before.at("/version"), after.at("/version"), "the working copy has not changed");
    editor.delete(&format!("articles/{article}/publication")).await.expect(204);
    for picture in [&inline, &social] {
        assert_eq!(editor.get(&format!("images/{picture}/usages")).await.expect(200).number_at("/total"), 0);
        editor.delete(&format!("images/{picture}")).await.expect(204);
    }
});

media_test!(a_published_plan_holds_nothing_more, async |world| {
    let editor = world.editor();
    let picture = world.image_by(Role::Editor, 1).await;
    let article = world.draft_of(Role::Editor, json!({"title": "Trams", "hero_image": picture, "body": {"markdown": "Text."}})).await;
    editor.put(&format!("articles/{article}/publication"), json!({"at": LATER})).await.expect(200);
    editor.put(&format!("articles/{article}/publication"), json!({})).await.expect(200);
    editor.patch(&format!("articles/{article}?publish=true"), json!({"hero_image": null})).await.expect(200);
    editor.delete(&format!("images/{picture}")).await.expect(204);
});

media_test!(the_library_is_searched_by_words, async |world| {
    let author = world.author();
    let upload = async |name: &str, seed: u8, texts: Value| {
        world.pass(1);
        let texts: Vec<(String, String)> =
            texts.as_object().unwrap().iter().map(|(name, text)| (name.clone(), text.as_str().unwrap().to_owned())).collect();
        let picture = jpeg(64, 48, seed);
        let mut parts: Vec<_> = texts.iter().map(|(name, text)| Part::text(name, text)).collect();
        parts.push(Part::file(name, &picture));
        author.upload("images", &parts).await.expect(201).id()
    };
    let tram = upload("IMG_1.jpg", 1, json!({"alt": "A tram in Zürich", "credit": "Mara Quay"})).await;
    let sale = upload("100%_sale.jpg", 2, json!({"caption": "Half the price\\n"})).await;
    let found = async |words: &str| {
        let words: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
        author.get(&format!("images?q={words}")).await.expect(200).texts("id")
    };
    assert_eq!(found("zurich TRAM").await, [tram.as_str()]);
    assert_eq!(found("quay tram img_1").await, [tram.as_str()], "words may stand in different texts");
    assert_eq!(found("100%_").await, [sale.as_str()]);
    assert_eq!(found("price\\n").await, [sale.as_str()]);
    for words in ["%", "_sale", "tram price", "1%0"] {
        let expected: &[&str] = match words {
            "%" | "_sale" => &[&sale],
            _ => &[],
        };
        assert_eq!(found(words).await, expected, "{words}");
    }
    assert_eq!(author.get("images?alt[exists]=false&used=false").await.expect(200).texts("id"), [sale]);
});
