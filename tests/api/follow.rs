//! Social links and share URLs: links match their kind, and no headline can break a URL.

use serde_json::json;
use url::Url;

use crate::support::{World, api_test};

async fn follow(world: &World, kind: &str, url: &str) -> Vec<(String, String)> {
    let links = json!([{"kind": "website", "url": "https://news.example/"}, {"kind": kind, "url": url}]);
    let site = world.admin().patch("site", json!({"social_links": links})).await;
    let author =
        world.editor().post("authors", json!({"name": format!("{kind} {url}").chars().take(90).collect::<String>(), "links": links})).await;
    assert_eq!((site.status == 200, site.status == 422), (author.status == 201, author.status == 422), "{site}{author}");
    let faults = author.faults();
    assert_eq!(site.faults().iter().map(|fault| &fault.1).collect::<Vec<_>>(), faults.iter().map(|fault| &fault.1).collect::<Vec<_>>());
    faults
}

api_test!(a_link_leads_to_what_it_says, async |world| {
    for (kind, url) in [
        ("x", "https://x.com/lantern"),
        ("x", "https://www.twitter.com/lantern"),
        ("mastodon", "https://any.example/@mara"),
        ("bluesky", "https://bsky.app/profile/lantern.example"),
        ("facebook", "https://de-de.facebook.com/lantern"),
        ("instagram", "https://www.instagram.com/lantern"),
        ("threads", "https://www.threads.net/@lantern"),
        ("linkedin", "https://at.linkedin.com/in/mara"),
        ("youtube", "https://youtu.be/x"),
        ("tiktok", "https://www.tiktok.com/@lantern"),
        ("github", "https://github.com/lantern"),
        ("telegram", "https://t.me/lantern"),
        ("whatsapp", "https://whatsapp.com/channel/1"),
        ("rss", "http://any.example/feed"),
        ("website", "https://any.example"),
    ] {
        assert_eq!(follow(world, kind, url).await, [], "{kind} {url}");
    }
    for (kind, url) in [
        ("x", "https://evil.example/x.com"),
        ("x", "https://x.com.evil.example/lantern"),
        ("x", "https://notx.com/lantern"),
        ("facebook", "https://facebook.com.evil.example/"),
        ("mastodon", "https://any.example/mara"),
        ("mastodon", "https://any.example/@"),
        ("github", "https://gist.github.example/x"),
    ] {
        assert_eq!(follow(world, kind, url).await, [("/links/1/url".to_owned(), "strange_host".to_owned())], "{kind} {url}");
    }
});

api_test!(a_link_from_before_does_not_stand_in_the_way, async |world| {
    world.admin().patch("site", json!({"name": "Lantern", "social_links": [{"kind": "x", "url": "https://x.com/a"}]})).await.expect(200);
    world.tamper("UPDATE site SET settings = REPLACE(settings, 'https://x.com/a', 'https://old.example/a')");
    let other = world.admin().patch("site", json!({"name": "The Lantern"})).await.expect(200);
    assert_eq!(other.at("/social_links/0/url"), "https://old.example/a");
    let more = json!({"social_links": [{"kind": "x", "url": "https://old.example/a"}, {"kind": "x", "url": "https://old.example/b"}]});
    world.admin().patch("site", more).await.expect(422).expect_faults(&[("/social_links/1/url", "strange_host")]);
});

api_test!(no_headline_breaks_an_address_that_shares_it, async |world| {
    let all = ["x", "facebook", "whatsapp", "telegram", "reddit", "linkedin", "email", "bluesky", "mastodon"];
    world.admin().patch("site", json!({"share_networks": all})).await.expect(200);
    let titles = [
        "Tom & Jerry? 100% #1 + \"more\" / 'less' <b> \\ {x} ; = @",
        "日本語の見出し — Ünïcödé 🚋🚋 \u{202e}gnp.exe",
        &"Very long 🚋 ".repeat(25),
    ];
    for title in titles {
        let title = title.trim();
        let id = world.published(json!({"title": title})).await;
        let article = world.anonymous().get(&format!("articles/{id}")).await.expect(200);
        let (title, url) = (article.text_at("/title"), article.text_at("/url"));
        let both = format!("{title} {url}");
        for network in all {
            let address = article.text_at(&format!("/share/{network}"));
            assert!(address.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}+".contains(&byte)), "{address}");
            let parsed = Url::parse(&address).unwrap();
            assert_eq!(parsed.as_str(), address);
            let query: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
            let of = |name: &str| query.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone()).unwrap_or_default();
            let fragment = parsed.fragment().and_then(|text| text.strip_prefix("text=")).unwrap_or_default();
            let (found, expected) = match network {
                "x" | "telegram" => ([of("text"), of("url")], [title.clone(), url.clone()]),
                "reddit" => ([of("title"), of("url")], [title.clone(), url.clone()]),
                "email" => ([of("subject"), of("body")], [title.clone(), url.clone()]),
                "facebook" => ([of("u"), String::new()], [url.clone(), String::new()]),
                "linkedin" => ([of("url"), String::new()], [url.clone(), String::new()]),
                "mastodon" => (
                    [percent_encoding::percent_decode_str(fragment).decode_utf8().unwrap().into_owned(), String::new()],
                    [both.clone(), String::new()],
                ),
                _ => ([of("text"), String::new()], [both.clone(), String::new()]),
            };
            assert_eq!(found, expected, "{network}: {address}");
        }
    }
});
