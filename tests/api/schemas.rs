//! Custom fields: schemas for `custom`, and numbers that are returned exactly as sent.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Part, Role, World, api_test, jpeg};

fn rating() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "rating": {"type": "integer", "minimum": 1, "maximum": 5},
            "source": {"$ref": "#/$defs/source"},
            "code": {"type": "string", "pattern": "^[A-Z]{3}$"},
        },
        "required": ["rating"],
        "additionalProperties": false,
        "$defs": {"source": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
    })
}

async fn put(world: &World, kind: &str, schema: Value) -> Answer {
    world.admin().put(&format!("schemas/{kind}"), schema).await
}

api_test!(every_save_must_fit_and_is_told_every_fault, async |world| {
    let made = put(world, "article", rating()).await.expect(200);
    assert_eq!((made.text_at("/kind"), made.number_at("/version"), made.etag()), ("article".into(), 1, "\"v1\"".into()));
    assert_eq!(made.at("/schema"), &rating());
    let custom = json!({"rating": 6, "source": {}, "code": "abc", "ratign": 1});
    let answer = world.editor().post("articles", json!({"title": 7, "custom": custom})).await.expect_problem(422, "validation_failed");
    answer.expect_faults(&[
        ("/title", "wrong_type"),
        ("/custom/rating", "out_of_range"),
        ("/custom/source/name", "required"),
        ("/custom/code", "invalid_format"),
        ("/custom/ratign", "unknown_member"),
    ]);
    world.editor().post("articles", json!({"title": "None"})).await.expect(422).expect_faults(&[("/custom/rating", "required")]);
    let id = world.editor().post("articles", json!({"title": "Good", "custom": {"rating": 5}})).await.expect(201).id();
    let path = format!("articles/{id}");
    // A patch is validated with the whole resulting value.
    world.editor().patch(&path, json!({"custom": {"code": "ABC"}})).await.expect(200);
    world.editor().patch(&path, json!({"custom": {"rating": null}})).await.expect(422).expect_faults(&[("/custom/rating", "required")]);
    world.editor().post("authors", json!({"name": "Mara Quay", "custom": {"rating": "high"}})).await.expect(201);
});

api_test!(authors_and_images_have_their_own, async |world| {
    put(world, "author", rating()).await.expect(200);
    put(world, "image", rating()).await.expect(200);
    world.editor().post("authors", json!({"name": "Mara Quay"})).await.expect(422).expect_faults(&[("/custom/rating", "required")]);
    world.editor().post("authors", json!({"name": "Mara Quay", "custom": {"rating": 3}})).await.expect(201);
    let picture = jpeg(40, 30, 1);
    let upload = async |parts: &[Part<'_>]| world.editor().upload("images", parts).await;
    upload(&[Part::file("a.jpg", &picture)]).await.expect(422).expect_faults(&[("/custom/rating", "required")]);
    upload(&[Part::file("a.jpg", &picture), Part::text("custom", "{\"rating\": 9}")])
        .await
        .expect(422)
        .expect_faults(&[("/custom/rating", "out_of_range")]);
    upload(&[Part::file("a.jpg", &picture), Part::text("custom", "{rating")])
        .await
        .expect(422)
        .expect_faults(&[("/custom", "malformed_json")]);
    let id = upload(&[Part::file("a.jpg", &picture), Part::text("custom", "{\"rating\": 4}")]).await.expect(201).id();
    world.editor().patch(&format!("images/{id}"), json!({"custom": {"rating": 0}})).await.expect(422);
});

api_test!(what_would_not_fit_is_named_first, async |world| {
    let fits = world.draft_of(Role::Editor, json!({"title": "Fits", "custom": {"rating": 2}})).await;
    let misfit = world.published(json!({"title": "Does not", "custom": {"rating": "two", "other": 1}})).await;
    world.pass(1);
    for number in 0..120 {
        world.draft_of(Role::Editor, json!({"title": format!("Empty {number}")})).await;
    }
    let refused = put(world, "article", rating()).await.expect_problem(409, "misfits");
    assert_eq!((refused.number_at("/total"), refused.at("/misfits").as_array().unwrap().len()), (121, 100));
    assert!(!refused.text().contains(&fits));
    let misfits = refused.at("/misfits").as_array().unwrap();
    let found = misfits.iter().find(|one| one["id"] == misfit.as_str()).expect("the first that was made is named");
    let pointers: Vec<_> = found["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
    assert!(found["kind"] == "article" && pointers.contains(&"/custom/rating") && pointers.contains(&"/custom/other"), "{found}");
    // A refused schema changes nothing.
    assert_eq!(world.editor().get("schemas/article").await.expect(200).number_at("/version"), 0);
    world.admin().put("schemas/article?force=true", rating()).await.expect(200);
    // Readers still get the article; the next save gets the validation errors.
    assert_eq!(world.anonymous().get(&format!("articles/{misfit}")).await.expect(200).at("/custom/rating"), "two");
    world.editor().patch(&format!("articles/{misfit}"), json!({"dek": "More"})).await.expect(422);
    world.editor().patch(&format!("articles/{misfit}"), json!({"custom": {"rating": 2, "other": null}})).await.expect(200);
    // A revision that violates the schema cannot be restored.
    let restoring = world.editor().post(&format!("articles/{misfit}/revisions/1/restore"), json!({})).await;
    restoring.expect(422).expect_faults(&[("/custom/other", "unknown_member"), ("/custom/rating", "wrong_type")]);
    let told = world.admin().get("audit?subject_kind=schema").await.expect(200);
    assert_eq!((told.texts("kind"), told.at("/data/0/details/misfits")), (vec!["schema.replaced".to_owned()], &json!(121)));
});

api_test!(nothing_new_slips_past_a_schema_that_is_just_accepted, async |world| {
    let editor = world.editor();
    let pictures: Vec<_> = (0..8).map(|seed| jpeg(600, 400, seed)).collect();
    for round in 0..3 {
        let makes = futures_util::future::join_all(
            (0..12).map(async |number| editor.post("articles", json!({"title": format!("Tram {round} {number}")})).await),
        );
        let (made, refusal) = futures_util::join!(makes, put(world, "article", rating()));
        // Either the schema was refused because of the new articles, or these were refused because of the schema.
        assert!(refusal.status == 409 || made.iter().all(|answer| answer.status == 422), "{round}: {}", refusal.text());
        let uploads = futures_util::future::join_all(
            pictures.iter().map(async |picture| editor.upload("images", &[Part::file("a.jpg", picture)]).await),
        );
        let (made, refusal) = futures_util::join!(uploads, put(world, "image", rating()));
        assert!(refusal.status == 409 || made.iter().all(|answer| answer.status == 422), "{round}: {}", refusal.text());
        for kind in ["article", "image"] {
            world.admin().delete(&format!("schemas/{kind}")).await.expect(204);
        }
        for image in editor.get("images").await.expect(200).texts("id") {
            editor.delete(&format!("images/{image}")).await.expect(204);
        }
        for article in editor.get("articles?view=editor&limit=100").await.expect(200).texts("id") {
            world.admin().delete(&format!("articles/{article}?permanent=true")).await.expect(204);
        }
    }
});

api_test!(a_schema_can_be_taken_away, async |world| {
    let first = put(world, "article", rating()).await.expect(200);
    let stale = world.admin().with("if-match", "\"v0\"");
    stale.put("schemas/article", json!({})).await.expect_problem(412, "stale_version");
    assert_eq!(put(world, "article", rating()).await.expect(200).etag(), first.etag(), "the same again changes nothing");
    world.admin().delete("schemas/article").await.expect(204);
    world.admin().delete("schemas/article").await.expect(204);
    world.editor().post("articles", json!({"title": "Free", "custom": {"any": "thing"}})).await.expect(201);
    let list = world.contributor().get("schemas").await.expect(200);
    assert_eq!(list.each("kind"), ["article", "author", "image"]);
    assert_eq!((list.each("schema"), list.each("version")), (vec![json!({}), json!({}), json!({})], vec![json!(2), json!(0), json!(0)]));
    put(world, "article", rating()).await.expect_problem(409, "misfits");
    put(world, "article", json!({"type": "object"})).await.expect(200);
    put(world, "article", json!({})).await.expect(200);
    world.admin().put("schemas/section", json!({})).await.expect_problem(404, "not_found");
});

api_test!(a_schema_that_could_do_harm_is_refused, async |world| {
    let doubling: serde_json::Map<String, Value> = (0..20)
        .map(|n| (format!("d{n}"), json!({"allOf": [{"$ref": format!("#/$defs/d{}", n + 1)}, {"$ref": format!("#/$defs/d{}", n + 1)}]})))
        .chain([("d20".to_owned(), json!({"type": "object"}))])
        .collect();
    let chain: serde_json::Map<String, Value> = (0..200)
        .map(|n| (format!("c{n}"), json!({"$ref": format!("#/$defs/c{}", n + 1)})))
        .chain([("c200".to_owned(), json!({}))])
        .collect();
    let patterns: serde_json::Map<String, Value> = (0..51).map(|n| (format!("p{n}"), json!({"pattern": format!("a{n}")}))).collect();
    for (schema, place, code) in [
        (json!({"$ref": "https://example.com/schema.json"}), "/$ref", "remote_reference"),
        (json!({"properties": {"a": {"$ref": "other.json#/x"}}}), "/properties/a/$ref", "remote_reference"),
        (json!({"$ref": "#/$defs/nothing"}), "/$ref", "unknown_reference"),
        (json!({"enum": [{"$ref": "#"}], "properties": {"a": {"$ref": "#/enum/0"}}}), "/properties/a/$ref", "unknown_reference"),
        (json!({"$ref": "#"}), "", "too_complex"),
        (json!({"properties": {"a": {"$ref": "#"}}}), "", "too_complex"),
        (json!({"$ref": "#/$defs/d0", "$defs": doubling}), "", "too_complex"),
        (json!({"$ref": "#/$defs/c0", "$defs": chain}), "", "too_complex"),
        (json!({"properties": patterns}), "", "too_complex"),
        (json!({"properties": {"a": {"pattern": "(?=a)b"}}}), "", "invalid_schema"),
        (json!({"properties": {"a": {"pattern": "(a{1000}){1000}"}}}), "", "invalid_schema"),
        (json!({"properties": {"a": {"type": "whole"}}}), "/properties/a/type", "invalid_schema"),
        (json!({"properties": {"a": {"minimum": "1"}}}), "/properties/a/minimum", "invalid_schema"),
        (json!({"requried": ["a"]}), "/requried", "unknown_member"),
        (json!({"$id": "https://example.com/"}), "/$id", "unknown_member"),
        (json!({"$schema": "http://json-schema.org/draft-07/schema#"}), "/$schema", "not_one_of"),
        (json!({"type": "string"}), "/type", "not_one_of"),
        (json!({"description": "x".repeat(33_000)}), "", "too_long"),
    ] {
        let answer = put(world, "article", schema.clone()).await.expect_problem(422, "validation_failed");
        assert!(answer.faults().contains(&(place.to_owned(), code.to_owned())), "{schema}: {answer}");
    }
    world.admin().send(Method::PUT, "schemas/article", Some(b"[]".to_vec())).await.expect(415);
    put(world, "article", json!(["a"])).await.expect(422);
    assert_eq!(world.admin().get("schemas/article").await.expect(200).number_at("/version"), 0);
});

api_test!(a_pattern_takes_no_longer_than_its_text, async |world| {
    put(world, "article", json!({"properties": {"a": {"type": "string", "pattern": "^(a+)+$"}, "b": {"items": {"type": "integer"}}}}))
        .await
        .expect(200);
    let body = json!({"title": "Long", "custom": {"a": format!("{}!", "a".repeat(16_000))}});
    world.editor().post("articles", body).await.expect(422).expect_faults(&[("/custom/a", "invalid_format")]);
    let body = json!({"title": "Many", "custom": {"b": vec![0; 20_000]}});
    world.editor().post("articles", body).await.expect(422).expect_faults(&[("/custom", "too_long")]);
});

api_test!(the_served_document_has_them_on_every_node, async |world| {
    let other = world.node(&[]).await;
    let base = other.anonymous().get("/openapi.json").await.expect(200).text();
    put(world, "article", rating()).await.expect(200);
    other.app.follow_others().await;
    for node in [&other, &**world] {
        let document = node.anonymous().get("/openapi.json").await.expect(200);
        let schema = document.at("/components/schemas/ArticleCustom");
        assert_eq!(schema["properties"]["source"]["$ref"], "#/components/schemas/ArticleCustom/$defs/source");
        let place = json!({"$ref": "#/components/schemas/ArticleCustom"});
        assert_eq!(document.at("/components/schemas/ArticleDraft/properties/custom/allOf/1"), &place);
        assert_eq!(document.at("/components/schemas/ArticleView/properties/custom/anyOf/0"), &place);
        assert!(document.json().pointer("/components/schemas/AuthorCustom").is_none());
    }
    // The other node uses the new schema, too.
    other.editor().post("articles", json!({"title": "None"})).await.expect(422).expect_faults(&[("/custom/rating", "required")]);
    let narrower = json!({"properties": {"rating": {"maximum": 3}}});
    other.admin().put("schemas/article", narrower).await.expect(200);
    world.editor().post("articles", json!({"title": "Four", "custom": {"rating": 4}})).await.expect(422);
    world.admin().delete("schemas/article").await.expect(204);
    other.app.follow_others().await;
    assert_eq!(other.anonymous().get("/openapi.json").await.expect(200).text(), base);
});

async fn save(world: &World, custom: &str) -> Answer {
    let body = format!("{{\"title\": \"Numbers\", \"custom\": {custom}}}");
    world.editor().with("content-type", "application/json").send(Method::POST, "articles", Some(body.into_bytes())).await
}

api_test!(numbers_come_back_as_they_were_sent_or_are_refused, async |world| {
    for number in
        ["18446744073709551615", "-9223372036854775808", "9007199254740993", "0.1", "123456.789", "1e-7", "2.2250738585072014e-308"]
    {
        let made = save(world, &format!("{{\"n\": [{number}]}}")).await.expect(201);
        let read = world.editor().get(&format!("articles/{}?view=editor", made.id())).await.expect(200);
        let text = read.at("/custom/n/0").to_string();
        assert_eq!((text.parse::<f64>().unwrap(), text.contains('.')), (number.parse().unwrap(), number.contains('.')), "{number}");
        let integer = number.parse::<i128>().map(|whole| whole.to_string());
        assert!(integer.is_err() || integer == Ok(text.clone()), "{number} became {text}");
    }
    for number in ["18446744073709551616", "-123456789012345678901234567890", "0.12345678901234567890123"] {
        let answer = save(world, &format!("{{\"n\": {{\"deep\": [1, {number}]}}}}")).await;
        answer.expect_problem(422, "validation_failed").expect_faults(&[("/custom/n/deep/1", "inexact_number")]);
    }
    let operation =
        r#"{"method": "POST", "path": "/api/v1/articles", "body": {"title": "Numbers", "custom": {"n": 18446744073709551616}}}"#;
    let batch = format!("{{\"operations\": [{operation}]}}").into_bytes();
    let answer = world.editor().with("content-type", "application/json").send(Method::POST, "batch", Some(batch)).await;
    answer.expect_problem(422, "validation_failed").expect_faults(&[("/operations/0/body/custom/n", "inexact_number")]);
    let picture = jpeg(40, 30, 1);
    let parts = [Part::file("a.jpg", &picture), Part::text("custom", "{\"n\": 18446744073709551616}")];
    world.editor().upload("images", &parts).await.expect(422).expect_faults(&[("/custom/n", "inexact_number")]);
});
