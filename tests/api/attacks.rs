//! Hostile requests, and races that must have one winner.

use serde_json::json;

use crate::support::{Answer, Node, Role, World, api_test};

api_test!(scripts_do_not_reach_readers, async |world| {
    let nasty = "<script>alert(1)</script>\n\n<img src=x onerror=alert(2)>\n\n[x](javascript:alert(3))\n\n[d](data:text/html,x)\n\n\
                 <iframe src=\"https://evil.example\"></iframe>\n\n<svg onload=alert(4)>\n\n<a href=\"vbscript:x\">y</a>";
    let id = world.published(json!({"title": "<b>Bold</b>", "dek": "<i>x</i>", "body": {"markdown": nasty}})).await;
    let html = world.anonymous().get(&format!("articles/{id}")).await.expect(200).text_at("/body/html").to_lowercase();
    for word in ["<script", "onerror=", "href=\"javascript:", "href=\"data:", "<iframe", "<svg", "onload=", "href=\"vbscript:"] {
        assert!(!html.contains(word), "{word} in {html}");
    }
});

api_test!(of_50_saves_of_one_version_one_wins, async |world| {
    let id = world.draft_by(Role::Editor, "Trams").await;
    let editor = world.editor().with("if-match", "\"v1\"");
    let path = format!("articles/{id}");
    let saves = (0..50).map(|number| editor.patch(&path, json!({"dek": format!("By {number}")})));
    let answers = futures_util::future::join_all(saves).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 412).count(), 49);
});

api_test!(sql_is_text_like_any_other, async |world| {
    world.section("City").await;
    let before = world.database.dump();
    for text in ["'; DROP TABLE sections; --", "\" OR 1=1 --", "%", "_", "\\", "*", "city' AND 'a'='a", "NULL", "1e309"] {
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for query in ["name[contains]=", "name[starts_with]=", "name=", "slug=", "slug[in]=", "parent="] {
            let found = world.anonymous().get(&format!("sections?{query}{encoded}")).await.expect(200);
            assert!(found.each("id").is_empty(), "{found}");
        }
        world.anonymous().get(&format!("sections?sort={encoded}")).await.expect(400);
        world.anonymous().get(&format!("sections/{}", encoded.replace('+', "%20"))).await.expect(404);
    }
    assert_eq!(before, world.database.dump());
});

api_test!(a_forwarded_address_is_believed_only_of_a_trusted_proxy, async |world| {
    let article = world.published_by(Role::Author, "Trams").await;
    let proxied = world.node(&[("TRUSTED_PROXIES", "192.0.2.0/24, 2001:db8::/32")]).await;
    let body = json!({"author_name": "A", "author_email": "a@private.example", "body": "Hi"});
    let path = format!("articles/{article}/comments");
    let address = async |header: (&str, &str), trusted: bool| {
        let node = if trusted { &proxied } else { &**world };
        let id = node.anonymous().with(header.0, header.1).post(&path, body.clone()).await.expect(202).id();
        world.moderator().get(&format!("comments/{id}")).await.expect(200).text_at("/ip")
    };
    assert_eq!(address(("x-forwarded-for", "198.51.100.9"), false).await, "192.0.2.163");
    assert_eq!(address(("x-forwarded-for", "10.0.0.1, 198.51.100.9"), true).await, "198.51.100.9");
    assert_eq!(address(("x-forwarded-for", "10.0.0.1, 198.51.100.9, 192.0.2.7"), true).await, "198.51.100.9");
    assert_eq!(address(("x-forwarded-for", "198.51.100.9, nonsense"), true).await, "192.0.2.163");
    // A proxy that writes one of the two headers passes on the other as the client sent it.
    let forwarded = ("forwarded", "for=10.0.0.1;proto=https, for=\"[2001:db9::7]:4711\"");
    assert_eq!(address(forwarded, true).await, "192.0.2.163");
    let other = async |header| world.node(&[("TRUSTED_PROXIES", "192.0.2.0/24, 2001:db8::/32"), ("CLIENT_ADDRESS_HEADER", header)]).await;
    for (header, sent, expected) in [
        ("Forwarded", forwarded, "2001:db9::7"),
        ("Forwarded", ("forwarded", "for=198.51.100.9, proto=https"), "192.0.2.163"),
        ("Forwarded", ("x-forwarded-for", "198.51.100.9"), "192.0.2.163"),
        ("CF-Connecting-IP", ("cf-connecting-ip", "198.51.100.9"), "198.51.100.9"),
        ("X-Real-IP", ("x-real-ip", "2001:db9::7"), "2001:db9::7"),
        ("X-Real-IP", ("x-forwarded-for", "198.51.100.9"), "192.0.2.163"),
    ] {
        let node = other(header).await;
        let id = node.anonymous().with(sent.0, sent.1).post(&path, body.clone()).await.expect(202).id();
        let seen = world.moderator().get(&format!("comments/{id}")).await.expect(200).text_at("/ip");
        assert_eq!(seen, expected, "{header} {sent:?}");
    }
});

api_test!(a_client_s_own_forwarded_header_gives_it_no_new_address, async |world| {
    let proxied = world.node(&[("TRUSTED_PROXIES", "192.0.2.0/24"), ("RATE_LOGIN", "10/minute")]).await;
    for number in 0..11 {
        let client = proxied.anonymous().with("x-forwarded-for", "4.4.4.4").with("forwarded", &format!("for=66.6.7.{number}"));
        let body = json!({"email": format!("nobody{number}@private.example"), "password": "correct horse battery staple"});
        client.post("auth/login", body).await.expect(if number < 10 { 401 } else { 429 });
    }
});

api_test!(links_are_never_made_from_the_host_header, async |world| {
    world.section("City").await;
    let evil = world.editor().with("host", "evil.example").with("x-forwarded-host", "evil.example");
    for path in ["sections", "sections/city", "sections?limit=1&sort=name", "articles", "site"] {
        let answer = evil.get(path).await;
        assert!(!answer.to_string().contains("evil"), "{answer}");
    }
    let made = evil.post("sections", json!({"name": "Town"})).await.expect(201);
    assert!(!made.to_string().contains("evil"), "{made}");
});

api_test!(other_origins_may_call_only_where_they_are_named, async |world| {
    let open = world.node(&[("CORS_ORIGINS", "https://app.example")]).await;
    let from = |node: &Node, origin: &str| node.anonymous().with("origin", origin);
    let closed = from(world, "https://app.example").get("sections").await.expect(200);
    assert_eq!(closed.header("access-control-allow-origin"), None);
    let named = from(&open, "https://app.example").get("sections").await.expect(200);
    let varies = |answer: &Answer| answer.headers.get_all("vary").any(|vary| vary == "Origin");
    assert_eq!((named.required_header("access-control-allow-origin").as_str(), varies(&named)), ("https://app.example", true));
    for origin in ["https://evil.example", "https://app.example.evil.example", "null"] {
        let other = from(&open, origin).get("sections").await.expect(200);
        assert_eq!((other.header("access-control-allow-origin"), varies(&other)), (None, true));
    }
    let asked = from(&open, "https://app.example").with("access-control-request-method", "PATCH");
    let preflight = asked.send(actix_web::http::Method::OPTIONS, "sections/city", None).await.expect(204);
    assert!(preflight.required_header("access-control-allow-methods").contains("PATCH"));
    assert_eq!(preflight.header("access-control-allow-credentials"), None);
});
