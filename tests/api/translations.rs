//! Translations: articles in one group, one for each language.

use serde_json::{Value, json};

use crate::support::{Role, World, api_test};

api_test!(of_many_translations_into_one_language_one_is_made, async |world| {
    let original = world.draft_by(Role::Editor, "Trams").await;
    let editor = world.editor();
    let german = |number: i32| json!({"title": format!("Bahnen {number}"), "locale": "de", "translation_of": original});
    let answers = futures_util::future::join_all((0..20).map(|number| editor.post("articles", german(number)))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(409, "conflict");
    }
    assert_eq!(editor.get("articles?view=editor&locale=de&count=true").await.expect(200).number_at("/page/total"), 1);
});

api_test!(of_many_changes_into_one_language_one_is_made, async |world| {
    let original = world.draft_by(Role::Editor, "Trams").await;
    let editor = world.editor();
    let mut paths = Vec::new();
    for locale in ["de", "fr", "it", "es"] {
        let body = json!({"title": locale, "locale": locale, "translation_of": original});
        paths.push(format!("articles/{}", world.draft_of(Role::Editor, body).await));
    }
    let answers = futures_util::future::join_all(paths.iter().map(|path| editor.patch(path, json!({"locale": "pt-BR"})))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.expect_problem(409, "conflict");
    }
});

api_test!(lists_are_filtered_by_language, async |world| {
    for (title, locale) in [("Trams", "en"), ("Bahnen", "de"), ("Trambahn", "de-CH")] {
        world.published(json!({"title": title, "locale": locale})).await;
    }
    let titles = async |query: &str| world.anonymous().get(&format!("articles?sort=title&{query}")).await.expect(200).texts("title");
    assert_eq!(titles("locale=de").await, ["Bahnen"]);
    assert_eq!(titles("locale[in]=de,de-CH").await, ["Bahnen", "Trambahn"]);
    assert_eq!(titles("locale[ne]=en").await, ["Bahnen", "Trambahn"]);
    assert_eq!(titles("locale=xx").await, [""; 0]);
});

api_test!(a_group_outlives_its_first, async |world| {
    let first = world.published(json!({"title": "Trams"})).await;
    let mut others = Vec::new();
    for (title, locale) in [("Bahnen", "de"), ("Trams en ville", "fr")] {
        others.push(world.published(json!({"title": title, "locale": locale, "translation_of": first})).await);
    }
    let (editor, reader) = (world.editor(), world.anonymous());
    assert_eq!(reader.get("articles/trams").await.expect(200).at("/translations").as_array().unwrap().len(), 2);
    world.admin().delete(&format!("articles/{first}?permanent=true")).await.expect(204);
    let shown = reader.get("articles/bahnen").await.expect(200);
    assert_eq!(shown.at("/translations"), &json!([{"id": others[1], "locale": "fr", "slug": "trams-en-ville"}]));
    // The response can be sent back, and the language is free again.
    for id in &others {
        let view = editor.get(&format!("articles/{id}?view=editor")).await.expect(200);
        editor.put(&format!("articles/{id}"), view.json().clone()).await.expect(200);
    }
    editor.post("articles", json!({"title": "Tramways", "translation_of": others[1]})).await.expect(201);
    editor.post("articles", json!({"title": "Again", "translation_of": others[0]})).await.expect_problem(409, "conflict");
    editor.post("articles", json!({"title": "Lost", "locale": "it", "translation_of": first})).await.expect(422);
});

api_test!(readers_find_translations_until_the_parting_is_published, async |world| {
    let trams = world.published(json!({"title": "Trams"})).await;
    let german = world.published(json!({"title": "Bahnen", "locale": "de", "translation_of": trams})).await;
    let french = world.published(json!({"title": "Bus", "locale": "fr"})).await;
    let (editor, reader) = (world.editor(), world.anonymous());
    let shown = async |slug: &str| {
        let translations = reader.get(&format!("articles/{slug}")).await.expect(200).at("/translations").clone();
        translations.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    editor.patch(&format!("articles/{trams}"), json!({"translation_of": french})).await.expect(200);
    assert_eq!((shown("trams").await, shown("bahnen").await), (vec![german], vec![trams.clone()]));
    editor.put(&format!("articles/{trams}/publication"), json!({})).await.expect(200);
    assert_eq!((shown("trams").await, shown("bahnen").await, shown("bus").await), (vec![french], vec![], vec![trams]));
});

api_test!(a_translation_leaves_and_joins_groups, async |world| {
    let (trams, buses) = (world.draft_by(Role::Editor, "Trams").await, world.draft_by(Role::Editor, "Buses").await);
    let german = world.draft_of(Role::Editor, json!({"title": "Bahnen", "locale": "de", "translation_of": trams})).await;
    let (editor, path) = (world.editor(), format!("articles/{german}"));
    assert_eq!(editor.patch(&path, json!({"translation_of": buses})).await.expect(200).at("/translation_of"), &json!(buses));
    world.draft_of(Role::Editor, json!({"title": "Bahnen", "locale": "de", "translation_of": trams})).await;
    editor.patch(&path, json!({"translation_of": trams})).await.expect_problem(409, "conflict");
    assert_eq!(editor.patch(&path, json!({"translation_of": null})).await.expect(200).at("/translation_of"), &Value::Null);
    // An article in the trash keeps its language in the group until it is erased.
    let other = world.draft_of(Role::Editor, json!({"title": "Busse", "locale": "de", "translation_of": buses})).await;
    editor.delete(&format!("articles/{other}")).await.expect(204);
    editor.patch(&path, json!({"translation_of": buses})).await.expect_problem(409, "conflict");
    world.admin().delete(&format!("articles/{other}?permanent=true")).await.expect(204);
    editor.patch(&path, json!({"translation_of": buses})).await.expect(200);
});
