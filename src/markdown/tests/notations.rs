//! Masthead's own notations: embeds, ads and images.

use serde_json::json;

use super::super::{ImageAttributes, hydrate, render};
use super::{ID, blocks, types};

#[test]
fn only_a_known_provider_alone_is_an_embed() {
    for (url, provider, player) in [
        ("https://www.youtube.com/watch?t=3&v=dQw4w9WgXcQ", "youtube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=3"),
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLab_-1&index=2&t=1h2m3s&si=x",
            "youtube",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?list=PLab_-1&start=3723",
        ),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ#t=1m30s", "youtube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=90"),
        (
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=5&end=9",
            "youtube",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=5&end=9",
        ),
        ("https://youtu.be/dQw4w9WgXcQ?si=x&t=10", "youtube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=10"),
        ("https://youtu.be/dQw4w9WgXcQ?t=1%26autoplay=1&list=a%22b", "youtube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ?t=99999999999999999999s", "youtube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://player.vimeo.com/video/823141156?h=90e6d75118", "vimeo", "https://player.vimeo.com/video/823141156?h=90e6d75118"),
        ("https://vimeo.com/823141156?share=copy&h=90e6d75118", "vimeo", "https://player.vimeo.com/video/823141156?h=90e6d75118"),
        ("https://vimeo.com/823141156/90e6d75118#t=90s", "vimeo", "https://player.vimeo.com/video/823141156?h=90e6d75118#t=90s"),
        ("https://vimeo.com/823141156?h=a%23b%26c", "vimeo", "https://player.vimeo.com/video/823141156"),
        ("https://youtu.be/dQw4w9WgXcQ", "youtube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://youtube.com/shorts/dQw4w9WgXcQ", "youtube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://vimeo.com/76979871", "vimeo", "https://player.vimeo.com/video/76979871"),
        ("https://twitter.com/a_b/status/20", "x", "https://platform.twitter.com/embed/Tweet.html?id=20"),
        ("https://x.com/a/status/20?s=1", "x", "https://platform.twitter.com/embed/Tweet.html?id=20"),
        ("https://www.instagram.com/reel/Cabc_-1/", "instagram", "https://www.instagram.com/reel/Cabc_-1/embed"),
        ("https://www.tiktok.com/@a.b/video/7", "tiktok", "https://www.tiktok.com/embed/v2/7"),
        ("https://open.spotify.com/intl-de/track/4uLU6h", "spotify", "https://open.spotify.com/embed/track/4uLU6h"),
        ("https://open.spotify.com/episode/4uLU6h?si=x&t=62", "spotify", "https://open.spotify.com/embed/episode/4uLU6h?t=62"),
        (
            "https://soundcloud.com/a/b/s-Xy1?in=a/sets/c",
            "soundcloud",
            "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fa%2Fb%2Fs-Xy1",
        ),
        (
            "https://soundcloud.com/a/sets/b?secret_token=s-Xy1",
            "soundcloud",
            "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fa%2Fsets%2Fb%2Fs-Xy1",
        ),
        ("https://soundcloud.com/a/b-c", "soundcloud", "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fa%2Fb-c"),
        ("https://codepen.io/a/pen/xyz", "codepen", "https://codepen.io/a/embed/xyz"),
        ("https://datawrapper.dwcdn.net/AbCd1/3/", "datawrapper", "https://datawrapper.dwcdn.net/AbCd1/3/"),
    ] {
        let expected = json!([{"type": "embed", "provider": provider, "url": url, "embed_url": player}]);
        assert_eq!(blocks(url), expected);
        assert_eq!(blocks(&format!("<{url}>")), expected);
        assert_eq!(blocks(&format!(" {url} \t\u{a0}\n\n")), expected);
        assert_eq!(types(&format!("see {url}")), "paragraph");
    }
    for lookalike in [
        "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "https://youtube.com@evil.example/watch?v=dQw4w9WgXcQ",
        "https://a@youtube.com/watch?v=dQw4w9WgXcQ",
        "https://evil.example/youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com:8443/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=short",
        "https://xyoutube.com/watch?v=dQw4w9WgXcQ",
        "javascript:https://youtu.be/dQw4w9WgXcQ",
        "ftp://youtu.be/dQw4w9WgXcQ",
        "//youtu.be/dQw4w9WgXcQ",
        "https://social.example/@user/123456",
        "https://www.google.com/maps/embed?pb=1",
        "https://x.com/a",
        "https://youtu.be/dQw4w9WgXcQ https://youtu.be/dQw4w9WgXcQ",
        "https://www.youtube.com/redirect?q=dQw4w9WgXcQ",
    ] {
        assert_eq!(types(lookalike), "paragraph", "{lookalike}");
    }
    for no_embed in
        ["https://www.youtube.com/playlist?list=PLab", "https://www.youtube.com/@channel", "https://vimeo.com/channels/staffpicks"]
    {
        assert!(render(no_embed).html.contains(&format!("<a href=\"{no_embed}\" ")), "{no_embed}");
    }
}

#[test]
fn only_a_placement_alone_is_an_ad() {
    assert_eq!(blocks("::ad{mid-article-2}"), json!([{"type": "ad", "placement": "mid-article-2"}]));
    assert_eq!(render("::ad{a}").html, "<div data-ad=\"a\"></div>\n");
    let long = format!("::ad{{{}}}", "a".repeat(61));
    for other in
        ["::ad{}", "::ad{A}", "::ad{-a}", "::ad{a-}", "::ad{a--b}", "::ad{a b}", ":ad{a}", "::ad{a} x", "\\::ad{a}", "a\n::ad{a}", &long]
    {
        assert_eq!(types(other), "paragraph", "{other}");
    }
    assert_eq!(types("- ::ad{a}"), "list");
}

#[test]
fn an_image_alone_is_a_block() {
    let upper = ID.to_uppercase();
    assert_eq!(
        blocks(&format!("![An *alt*](image:{upper} \"A “caption”\")")),
        json!([{"type": "image", "image": ID, "alt": "An alt", "caption": "A “caption”"}])
    );
    let rendered = render(&format!("![](image:{ID})\n\nword ![b](image:{ID}) ![c](image:{})", ID.replace('a', "b")));
    assert_eq!(rendered.images, [ID.to_owned(), ID.replace('a', "b")]);
    assert_eq!(rendered.html.matches("<img data-image=").count(), 3);
    assert_eq!(types(&format!("[![a](image:{ID})](https://a.example)")), "paragraph");
    assert_eq!(types("![a](image:nothing)"), "paragraph");
}

#[test]
fn hydrate_fills_and_drops() {
    let html = render(&format!(
        "![](image:{ID})\n\n![own](image:{ID} \"mine\")\n\na ![](image:{ID}) `<img data-image=\"{ID}\">` b\n\n![x](image:{})",
        ID.replace('a', "b")
    ))
    .html;
    let find = |id: &str| {
        (id == ID).then(|| ImageAttributes {
            srcset: String::new(),
            src: "/media/x&y.jpg".into(),
            width: 3,
            height: 2,
            caption: Some("<Cap>".into()),
            credit: Some("A & B".into()),
            alt: Some("\"alt\"".into()),
        })
    };
    let filled = hydrate(&html, find);
    assert_eq!(filled.matches("src=\"/media/x&amp;y.jpg\" width=\"3\" height=\"2\">").count(), 3);
    assert!(filled.contains("alt=\"&quot;alt&quot;\"") && filled.contains("alt=\"own\""));
    assert!(filled.contains("<figcaption>&lt;Cap&gt; <cite>A &amp; B</cite></figcaption>") && filled.contains("<figcaption>mine <cite>"));
    assert_eq!(filled.matches("<figure").count(), 2);
    assert_eq!(filled.matches("&lt;img data-image=").count(), 1);
    assert_eq!(hydrate(&html, |_| None).matches("<img").count(), 0);
}
