//! Tests that no text of a writer becomes a script, a style or a frame, whatever form the text has.

use super::super::guest::inline;
use super::super::{brief, render};

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "a <script>alert(1)</script> b",
    "<img src=x onerror=alert(1)>",
    "a <img src=x onerror=alert(1)> b",
    "<img src=\"https://a.example/x.png\" onload='alert(1)' style=\"position:fixed\">",
    "<img/src/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"javascript:alert(1)\"></object>",
    "<embed src=\"javascript:alert(1)\">",
    "<form action=\"javascript:alert(1)\"><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<link rel=stylesheet href=\"javascript:alert(1)\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<base href=\"javascript:alert(1)//\">",
    "<style>@import 'javascript:alert(1)';</style>",
    "<div style=\"background:url(javascript:alert(1))\">x</div>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "a <a href=\"java\tscript:alert(1)\">x</a>",
    "a <a href=\"&#106;avascript:alert(1)\">x</a>",
    "a <a href=' javascript:alert(1)'>x</a>",
    "a <a href=\"\u{1}javascript:alert(1)\" onclick=alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](&#x6A;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<javascript:alert(1)>",
    "[x]\n\n[x]: javascript:alert(1)",
    "[x](https://a.example \"\\\" onmouseover=alert(1) x=\\\"\")",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![\" onerror=alert(1) x=\"](https://a.example/x.png)",
    "![x](https://a.example/x.png \"' onerror=alert(1)\")",
    "![\" onerror=alert(1) x=\"](image:0192f0c1-2345-7abc-8def-0123456789ab \"<script>alert(1)</script>\")",
    "<img data-image=\"0192f0c1-2345-7abc-8def-0123456789ab\" src=x>",
    "<h2 id=\"location\" class=\"x\" data-mh0=\"h:x\">x</h2>",
    "a <img data-mh0=\"i:x\"> <span data-mh0='h:\"><script>alert(1)</script>'>x</span>",
    "a data-mh&#48;=\"h:x\" b <b title=\"<img data-mh&#48;='i:x'>\">c</b>",
    "``` \"><script>alert(1)</script>\ncode\n```",
    "```a\" onclick=alert(1) x=\"\ncode\n```",
    "# <img src=x onerror=alert(1)>",
    "# \"><script>alert(1)</script>",
    "- <script>alert(1)</script>\n- <div onclick=alert(1)>",
    "> <iframe src=//evil.example>",
    "| <script>alert(1)</script> | <b onclick=alert(1)> |\n|---|---|\n| <style>*{}</style> | </td></table><script>alert(1)</script> |",
    "a[^1]\n\n[^1]: <script>alert(1)</script>",
    "a[^\" onclick=alert(1)]\n\n[^\" onclick=alert(1)]: <svg onload=alert(1)>",
    "::ad{x\" onclick=alert(1)}",
    "https://www.youtube.com/watch?v=\"><script>alert(1)</script>",
    "https://x.com/a/status/1?\"onclick=alert(1)",
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php <script>alert(1)</script> ?>",
    "<p title=\"<!--\"><img title=\"--><script>alert(1)</script>\">",
    "<textarea><script>alert(1)</script></textarea><title><script>alert(1)</script></title>",
    "<xmp><p title=\"</xmp><script>alert(1)</script>\">",
    "<template><script>alert(1)</script></template>",
    "<details open ontoggle=alert(1)>x</details>",
    "<a href=\"//evil.example\" target=_blank rel=opener>x</a>",
    "<b <script>alert(1)</script>>",
];

/// Elements that sanitised HTML must not contain.
const FORBIDDEN_TAGS: &[&str] = &[
    "script", "style", "iframe", "object", "embed", "form", "input", "button", "svg", "math", "link", "meta", "base", "body", "template",
    "textarea", "noscript", "xmp", "title", "select",
];

/// Checks every tag; escaped text is harmless.
fn assert_harmless(html: &str, payload: &str) {
    for (start, _) in html.match_indices('<') {
        let rest = &html[start..];
        let tag = &rest[..super::super::tags::tag_length(rest).unwrap()];
        let name = super::super::tags::tag_name(tag).to_lowercase();
        assert!(!name.is_empty() && !FORBIDDEN_TAGS.contains(&name.as_str()), "{tag} in {html} from {payload}");
        for (attribute, value) in attributes(tag) {
            let known = [
                "href",
                "src",
                "alt",
                "title",
                "id",
                "class",
                "rel",
                "loading",
                "start",
                "align",
                "colspan",
                "rowspan",
                "lang",
                "dir",
                "open",
                "datetime",
                "width",
                "height",
                "data-image",
                "data-ad",
                "data-embed",
            ];
            assert!(known.contains(&attribute.as_str()), "{attribute} in {html} from {payload}");
            if matches!(attribute.as_str(), "href" | "src") {
                let address: String =
                    value.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect::<String>().to_lowercase();
                assert!(
                    ["javascript:", "vbscript:", "data:"].iter().all(|scheme| !address.starts_with(scheme)),
                    "{value} in {html} from {payload}"
                );
            }
        }
    }
}

fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut rest = tag
        .trim_start_matches('<')
        .trim_end_matches('>')
        .trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '/');
    let mut found = Vec::new();
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, next) = after.split_once('"').unwrap();
        found.push((name.trim().to_owned(), value.replace("&amp;", "&")));
        rest = next;
    }
    assert!(rest.trim().is_empty() || rest.trim() == "data-footnotes", "{rest} in {tag}");
    found
}

/// Collects every `html` member in a value, at any depth.
fn htmls(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            found.extend(members.get("html").and_then(serde_json::Value::as_str).map(str::to_owned));
            members.values().for_each(|inner| htmls(inner, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|inner| htmls(inner, found)),
        _ => {}
    }
}

fn everywhere(payload: &str) -> Vec<String> {
    let lines = |prefix: &str| payload.lines().map(|line| format!("{prefix}{line}")).collect::<Vec<_>>().join("\n");
    vec![
        payload.to_owned(),
        format!("text {payload} text"),
        lines("> "),
        format!("- item\n\n{}", lines("  ")),
        format!("# {}", payload.replace('\n', " ")),
        format!("| a |\n|---|\n| {} |", payload.replace('\n', " ").replace('|', "\\|")),
        format!("a[^n]\n\n[^n]: {}", payload.replace('\n', " ")),
        format!("**{payload}**"),
        format!("[{payload}](https://a.example)"),
        format!("![{payload}](https://a.example/x.png)"),
        format!("<div>\n{payload}\n</div>"),
    ]
}

#[test]
fn no_payload_survives_anywhere() {
    assert!(PAYLOADS.len() >= 40);
    for payload in PAYLOADS.iter().flat_map(|payload| everywhere(payload)) {
        let rendered = render(&payload);
        let mut found = vec![rendered.html.clone(), brief(&payload), inline(&payload).0];
        htmls(&serde_json::to_value(&rendered.blocks).unwrap(), &mut found);
        for html in found {
            assert_harmless(&html, &payload);
        }
    }
}

#[test]
fn nobody_forges_what_the_house_writes() {
    let id = "0192f0c1-2345-7abc-8def-0123456789ab";
    for forged in [
        format!("<figure data-image=\"{id}\"><img data-image=\"{id}\"></figure>"),
        "<div data-ad=\"x\" id=\"y\" class=\"z\" data-embed=\"youtube\">a</div>".to_owned(),
        format!("text <span data-mh0=\"i:{id}\" id=x class=y>b</span>"),
        "<p data-mh0=\"h:x\" DATA-MH1=\"h:x\">a</p>".to_owned(),
        format!("<img src=\"image:{id}\">"),
    ] {
        let html = render(&forged).html;
        for own in ["data-", " id=", " class=", "image:"] {
            assert!(!html.contains(own), "{own} in {html} from {forged}");
        }
    }
}

#[test]
fn links_say_what_they_are() {
    assert!(render("[a](https://a.example)").html.contains("<a href=\"https://a.example\" rel=\"noopener noreferrer\">a</a>"));
    assert!(inline("[a](https://a.example)").0.contains("rel=\"nofollow ugc noopener\""));
    // The URL is shown, so that nothing is lost, but it is not a link.
    for refused in ["/relative", "mailto:a@b.example", "//b.example", "#x", "javascript:alert(1)"] {
        assert_eq!(inline(&format!("[a]({refused})")).0, format!("<p>a ({refused})</p>"));
    }
    for kept in ["[a](/relative)", "[a](mailto:a@b.example)", "[a](tel:+41)", "[a](#x)", "[a](?q=a:b)"] {
        assert!(render(kept).html.contains("<a href="), "{kept}");
    }
}
