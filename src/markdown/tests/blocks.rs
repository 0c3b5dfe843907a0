//! Rendering of Markdown, and composing of blocks.

use serde_json::{Value, json};

use super::super::guest::inline;
use super::super::{BlockInput, brief, check, compose, render};
use super::{ID, types};

fn composed(blocks: Value) -> String {
    compose(&serde_json::from_value::<Vec<BlockInput>>(blocks).unwrap())
}

#[test]
fn markdown_becomes_html() {
    for (markdown, html) in [
        ("a *b* **c** ~~d~~ `e`", "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e</code></p>\n"),
        ("a  \nb\nc", "<p>a<br>\nb\nc</p>\n"),
        ("Title\n=====", "<h1 id=\"title\">Title</h1>\n"),
        ("## Zürich & Bern ##", "<h2 id=\"zurich-bern\">Zürich &amp; Bern</h2>\n"),
        ("3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("- a\n\n- b", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n"),
        ("> a\n>\n> - b", "<blockquote><p>a</p>\n<ul>\n<li>b</li>\n</ul>\n</blockquote>\n"),
        ("```rust no_run\na < b\n```", "<pre><code class=\"language-rust\">a &lt; b\n</code></pre>\n"),
        ("    indented", "<pre><code>indented\n</code></pre>\n"),
        (
            "| a | b |\n|:-:|---|\n| 1 \\| 2 | *3* |",
            "<table>\n<thead>\n<tr><th align=\"center\">a</th><th>b</th></tr>\n</thead>\n<tbody>\n<tr><td align=\"center\">1 | 2</td><td><em>3</em></td></tr>\n</tbody>\n</table>\n",
        ),
        ("***", "<hr>\n"),
        (
            "<https://a.example/?b&c>",
            "<p><a href=\"https://a.example/?b&amp;c\" rel=\"noopener noreferrer\">https://a.example/?b&amp;c</a></p>\n",
        ),
        (
            "See http://a.example/src/_mocks_/x, (https://b.example/c_(d)) or www.e.example.",
            "<p>See <a href=\"http://a.example/src/_mocks_/x\" rel=\"noopener noreferrer\">http://a.example/src/_mocks_/x</a>, \
             (<a href=\"https://b.example/c_(d)\" rel=\"noopener noreferrer\">https://b.example/c_(d)</a>) or \
             <a href=\"http://www.e.example\" rel=\"noopener noreferrer\">www.e.example</a>.</p>\n",
        ),
        ("`https://a.example` https\\://a.example", "<p><code>https://a.example</code> https://a.example</p>\n"),
        ("[https://a.example](/b)", "<p><a href=\"/b\" rel=\"noopener noreferrer\">https://a.example</a></p>\n"),
        ("a <a href=\"/b\">https://a.example</a>", "<p>a <a href=\"/b\" rel=\"noopener noreferrer\">https://a.example</a></p>\n"),
        ("H<sub>2</sub>O <b>*open*", "<p>H<sub>2</sub>O <b><em>open</em></b></p>\n"),
        ("*a <b>b* c</b>", "<p><em>a <b>b</b></em> c</p>\n"),
        ("<div align=center>\n<p>x\n</div>", "<div>\n<p>x\n</p></div>\n"),
        ("[a][r]\n\n[r]: /x 'T'", "<p><a href=\"/x\" title=\"T\" rel=\"noopener noreferrer\">a</a></p>\n"),
        ("![a](https://a.example/x.png)", "<p><img src=\"https://a.example/x.png\" alt=\"a\" loading=\"lazy\"></p>\n"),
        ("![only words](x.png)", "<p>only words</p>\n"),
    ] {
        assert_eq!(render(markdown).html, html, "{markdown}");
    }
}

#[test]
fn anchors_are_unique() {
    let rendered = render("# A\n\n# A-2\n\n# A\n\n# A\n\n# !\n\n# !\n\n> # A");
    let anchors: Vec<&str> = rendered.toc.iter().map(|entry| entry.anchor.as_str()).collect();
    assert_eq!(anchors, ["a", "a-2", "a-3", "a-4", "section", "section-2"]);
    assert_eq!(rendered.html.matches(" id=").count(), 6);
}

#[test]
fn footnotes_are_numbered_as_they_are_met() {
    let rendered = render("[^b]: note *b*[^c]\n\na[^a] b[^b] a[^A]\n\n[^a]: first\n[^c]: third\n\n[^unused]: never\n\nend [^none]");
    let last = serde_json::to_value(rendered.blocks.last().unwrap()).unwrap();
    let labels: Vec<(&str, &str)> = last["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["label"].as_str().unwrap(), item["html"].as_str().unwrap().trim_end()))
        .collect();
    assert_eq!(labels[0], ("1", "<p>first</p>"));
    assert!(labels[1].1.starts_with("<p>note <em>b</em><sup id=\"fnref:3\">"));
    assert!(last["markdown"].as_str().unwrap().contains("[^unused]: never"));
    for part in ["<sup id=\"fnref:1\"><a href=\"#fn:1\"", "<sup id=\"fnref:1-2\">", "<li id=\"fn:3\"><p>third</p>", "end [^none]"] {
        assert!(rendered.html.contains(part), "{part} in {}", rendered.html);
    }
}

#[test]
fn a_block_by_hand_cannot_reach_beyond_itself() {
    for (hostile, expected) in [
        (json!({"type": "paragraph", "markdown": "a\n\n# x"}), "paragraph heading rule"),
        (json!({"type": "paragraph", "markdown": "```\nopen"}), "code rule"),
        (json!({"type": "paragraph", "markdown": "<!-- open"}), "html rule"),
        (json!({"type": "html", "markdown": "<script>"}), "html rule"),
        (json!({"type": "paragraph", "markdown": "::ad{x}"}), "ad rule"),
        (json!({"type": "list", "markdown": "- a\n  ```\n  open"}), "list rule"),
        (json!({"type": "heading", "level": 2, "markdown": "a\n\n- b"}), "heading rule"),
        (json!({"type": "quote", "markdown": "a\n\n```\nopen\n\n# b"}), "quote rule"),
        (json!({"type": "code", "language": "a b`", "code": "```\n# x\n````"}), "code rule"),
        (json!({"type": "image", "image": ID, "alt": "](x)\n\n# a", "caption": "\" )\n\n# b"}), "image rule"),
        (json!({"type": "embed", "url": "https://a.example/x"}), "paragraph rule"),
        (json!({"type": "embed", "url": "x\n\n# y"}), "paragraph rule"),
        (json!({"type": "table", "markdown": "no table"}), "paragraph rule"),
        (json!({"type": "footnotes", "markdown": "[^1]: a"}), "rule footnotes"),
        (json!({"type": "paragraph", "markdown": ""}), "rule"),
    ] {
        assert_eq!(types(&composed(json!([hostile, {"type": "rule"}]))), expected, "{hostile}");
    }
    let two = json!([{"type": "list", "markdown": "- a"}, {"type": "list", "markdown": "- b"}]);
    assert_eq!(types(&composed(two)), "list list");
}

#[test]
fn unknown_members_are_refused() {
    for wrong in [
        json!({"type": "rule", "x": 1}),
        json!({"type": "nothing"}),
        json!({"type": "paragraph"}),
        json!({"type": "paragraph", "markdown": "a", "level": 1}),
    ] {
        assert!(serde_json::from_value::<BlockInput>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn guests_have_less_markdown() {
    for (markdown, html, text) in [
        ("# a\n\nb *c*\nd", "<p>a</p>\n<p>b <em>c</em><br>\nd</p>", "a\nb c\nd"),
        ("- a\n- b", "<ul><li>a</li>\n<li>b</li>\n</ul>", "a\nb"),
        ("> a", "<blockquote><p>a</p>\n</blockquote>", "a"),
        ("2. a\n3. b", "<ol start=\"2\"><li>a</li>\n<li>b</li>\n</ol>", "2. a\n3. b"),
        ("1986. A good year", "<ol start=\"1986\"><li>A good year</li>\n</ol>", "1986. A good year"),
        ("1. a\n   1) x\n   2) y\n2. b", "<ol><li>a<ol><li>x</li>\n<li>y</li>\n</ol>\n</li>\n<li>b</li>\n</ol>", "1. a\n1. x\n2. y\n2. b"),
        ("a\n\n***\n\nb", "<p>a</p>\n<hr>\n<p>b</p>", "a\n---\nb"),
        ("![alt](https://a.example/x.png)", "<p><a href=\"https://a.example/x.png\" rel=\"nofollow ugc noopener\">alt</a></p>", "alt"),
        (
            "https://a.example/_b_/c.",
            "<p><a href=\"https://a.example/_b_/c\" rel=\"nofollow ugc noopener\">https://a.example/_b_/c</a>.</p>",
            "https://a.example/_b_/c.",
        ),
        ("me@a.example", "<p>me@a.example</p>", "me@a.example"),
        ("| a |\n|---|", "<p>| a |<br>\n|---|</p>", "| a |\n|---|"),
        ("a <b>b</b>", "<p>a &lt;b&gt;b&lt;/b&gt;</p>", "a <b>b</b>"),
        ("vi\u{200b}ag\u{200d}ra \u{202e}abc &#8203;x", "<p>viagra abc x</p>", "viagra abc x"),
        (
            "👩\u{200d}👩\u{200d}👧 می\u{200c}خواهم",
            "<p>👩\u{200d}👩\u{200d}👧 می\u{200c}خواهم</p>",
            "👩\u{200d}👩\u{200d}👧 می\u{200c}خواهم",
        ),
    ] {
        assert_eq!(inline(markdown), (html.to_owned(), text.to_owned()), "{markdown}");
    }
    assert_eq!(brief("[a](mailto:a@b.example)\n# b"), "<p><a href=\"mailto:a@b.example\" rel=\"noopener noreferrer\">a</a></p>\n<p>b</p>");
}

#[test]
fn words_and_excerpt() {
    let rendered = render(&format!("# Two words\n\nThree more words, {}\n\n漢字", "again ".repeat(60)));
    assert_eq!(rendered.words, 2 + 3 + 60 + 2);
    assert!(
        rendered.excerpt.starts_with("Three more words, again")
            && rendered.excerpt.ends_with("again…")
            && rendered.excerpt.chars().count() <= 201
    );
}

#[test]
fn the_first_words_make_the_excerpt() {
    for (markdown, excerpt) in [
        ("<p>Migrated <b>lead</b> &amp; more.</p>", "Migrated lead & more."),
        ("<h2>Title</h2>\n<p>Lead.</p>", "Lead."),
        ("<div>Only words</div>", "Only words"),
        ("- one\n- two", "one two"),
        ("> quoted", "quoted"),
        ("| a | b |\n|---|---|\n| c | d |", "a b c d"),
        ("- one\n\nA paragraph.", "A paragraph."),
        ("# Only a title", "Only a title"),
        ("***\n\n```\ncode\n```\n\n<p> </p>\n\n<!-- note -->", ""),
    ] {
        assert_eq!(render(markdown).excerpt, excerpt, "{markdown}");
    }
}

#[test]
fn headings_in_html_are_in_the_contents() {
    let rendered = render("# A\n\n<h2>B <em>c</em></h2>\n<p>x</p>\n<h2 lang=\"en\">A</h2>\n\n<blockquote><h3>Quoted</h3></blockquote>");
    let toc: Vec<_> = rendered.toc.iter().map(|entry| (entry.level, entry.text.as_str(), entry.anchor.as_str())).collect();
    assert_eq!(toc, [(1, "A", "a"), (2, "B c", "b-c"), (2, "A", "a-2")]);
    assert!(rendered.html.contains("<h2 id=\"b-c\">B <em>c</em></h2>") && rendered.html.contains("<h2 id=\"a-2\" lang=\"en\">A</h2>"));
}

#[test]
fn signs_that_are_dear_to_the_sanitiser_stay() {
    let text = "a&b « ".repeat(2_000);
    assert_eq!(render(&text).html, format!("<p>{}</p>\n", text.trim_end().replace('&', "&amp;")));
}

#[test]
fn what_is_too_much_is_refused() {
    assert_eq!(check("# An article\n\n- with\n  - a list\n\n> and > a quote"), Ok(()));
    let quotes = "> ".repeat(51) + "a";
    let lists = (0..60).map(|depth| "  ".repeat(depth) + "- a").collect::<Vec<_>>().join("\n");
    for wrong in [
        quotes,
        lists,
        "a".repeat(100_001),
        "a".repeat(500_001),
        "a\n\n".repeat(10_001),
        "<div>".repeat(5_000),
        format!("<p>{}", "&".repeat(99_000)),
        format!("[a](/{})", "a".repeat(2_000)),
    ] {
        assert!(check(&wrong).is_err(), "{}", &wrong[..40]);
    }
    for deep in [
        ">".repeat(20_000),
        "- ".repeat(5_000) + "a",
        "*a ".repeat(20_000),
        "![".repeat(10_000),
        "<div>".repeat(5_000),
        "a <b>".repeat(20_000),
    ] {
        assert!(!render(&deep).blocks.is_empty());
    }
}
