//! Blocks from the server give the same blocks when they are posted back.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Block, BlockInput, compose, render};

/// Converts blocks to input, as a client does when it posts received blocks back.
fn posted(blocks: &[Block]) -> Vec<BlockInput> {
    serde_json::from_value(serde_json::to_value(blocks).unwrap()).unwrap()
}

fn assert_round_trip(markdown: &str) {
    let first = render(markdown);
    let written = compose(&posted(&first.blocks));
    let second = render(&written);
    assert_eq!(second.blocks, first.blocks, "\nfrom {markdown:?}\nwritten {written:?}");
    assert_eq!(second.html, first.html, "\nfrom {markdown:?}\nwritten {written:?}");
    assert_eq!(compose(&posted(&second.blocks)), written, "\nfrom {markdown:?}");
}

/// Lines that begin, continue or interrupt a block.
const LINES: &[&str] = &[
    "",
    "",
    "",
    "plain words",
    "  two spaces",
    "    four spaces",
    "\ttab",
    "# one",
    "## two ##",
    "### # #",
    "#",
    "title",
    "===",
    "---",
    "***",
    "* * *",
    "- item",
    "- ",
    "* other",
    "+ third",
    "1. one",
    "2) two",
    "7. seven",
    "  - nested",
    "    - deeper",
    "   continued",
    "- [ref]",
    "> quote",
    "> > deep",
    ">\tcode",
    ">",
    "> - in a quote",
    "> # heading",
    "> ```",
    "```",
    "```rust",
    "````",
    "~~~",
    "~~~ info string",
    "| a | b |",
    "|---|:-:|",
    "| 1 | 2 \\| 3 |",
    "| x |",
    "a | b",
    "--|--",
    "<div>",
    "</div>",
    "<details>",
    "<summary>more</summary>",
    "</details>",
    "</details><details>",
    "<section lang=en><div>",
    "</section>",
    "<table><tr><td>",
    "</td></tr></table>",
    "<h2>Head</h2>",
    "<svg>",
    "<b>",
    "https://www.youtube.com/playlist?list=a_b_c ",
    "www.a.example/_b_ a@b.example",
    "<p>text</p>",
    "<!-- note",
    "-->",
    "<!-- -->",
    "<script>",
    "</script>",
    "<pre>",
    "<?php",
    "<![CDATA[",
    "<!X",
    "<b>bold",
    "<a href='/x'>",
    "a <b>b</b> c",
    "a <i>open",
    "[ref]: /url \"title\"",
    "[ref]",
    "[text][ref]",
    "![alt][pic]",
    "[pic]: image:0192f0c1-2345-7abc-8def-0123456789ab \"cap\"",
    "![alt](image:0192f0c1-2345-7abc-8def-0123456789ab \"A caption\")",
    "![a *b* \"c\"](image:0192F0C1-2345-7abc-8def-0123456789ab)",
    "word ![](image:0192f0c1-2345-7abc-8def-0123456789ac) word",
    "[^1]",
    "a[^1] b[^two]",
    "[^1]: a note",
    "[^two]: another[^1]",
    "[^1]: again",
    "> [^q]: in a quote",
    "::ad{mid-article}",
    "::ad{Bad}",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "<https://vimeo.com/12345>",
    "https://example.org/",
    "**bold** *em* `code`",
    "``a ` b``",
    "a  ",
    "b\\",
    "\\# no",
    "&amp; &#35; x",
    "*a",
    "b*",
    "~~x~~",
    "[a](</b c> 'd')",
    "[x](javascript:alert(1))",
    "\u{a0}",
    "ünï 漢字",
    "> [ref]: /other",
    "- [ref]: /third",
    "1",
    "-",
    "=",
    "[^x]:",
    "    # code",
    "  # indented",
    "   > indented",
    "   - indented",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(LINES), 0..14).prop_map(|lines| lines.join("\n"))
}

fn noise() -> impl Strategy<Value = String> {
    let signs = prop::sample::select(vec![
        "\n", "\n\n", " ", "  ", "    ", "\t", "#", ">", "-", "*", "_", "`", "```", "|", "---", "[", "]", "(", ")", "!", "<", "b>", "</",
        "a", "b", "[^", "]:", ":", "1.", "~", "\\", "&", "\"", "=", "\r",
    ]);
    prop::collection::vec(signs, 0..40).prop_map(|signs| signs.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn any_lines_make_a_round_trip(markdown in text()) {
        assert_round_trip(&markdown);
    }

    #[test]
    fn any_noise_makes_a_round_trip(markdown in noise()) {
        assert_round_trip(&markdown);
    }

    #[test]
    fn any_blocks_by_hand_make_markdown_that_stays_as_it_is(texts in prop::collection::vec((0_usize..12, text(), noise()), 0..6)) {
        let blocks: Vec<Value> = texts.iter().map(|(kind, text, noise)| by_hand(*kind, text, noise)).collect();
        let blocks: Vec<BlockInput> = serde_json::from_value(json!(blocks)).unwrap();
        assert_round_trip(&compose(&blocks));
    }
}

fn cases() -> u32 {
    std::env::var("BODY_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
}

fn by_hand(kind: usize, text: &str, noise: &str) -> Value {
    match kind {
        0 => json!({"type": "heading", "level": 2, "markdown": text}),
        1 => json!({"type": "list", "markdown": text}),
        2 => json!({"type": "quote", "markdown": text}),
        3 => json!({"type": "code", "language": noise, "code": text}),
        4 => json!({"type": "table", "markdown": text}),
        5 => json!({"type": "image", "image": "0192f0c1-2345-7abc-8def-0123456789ab", "alt": noise, "caption": text}),
        6 => json!({"type": "embed", "url": noise}),
        7 => json!({"type": "ad", "placement": noise}),
        8 => json!({"type": "html", "markdown": text}),
        9 => json!({"type": "footnotes", "markdown": text}),
        10 => json!({"type": "rule"}),
        _ => json!({"type": "paragraph", "markdown": text}),
    }
}

#[test]
fn what_once_failed_stays_mended() {
    for markdown in [
        "",
        "\n\n",
        "- a\n\n[x]: /y\n\n- b",
        "# a # #",
        "> a\n===",
        "<!-- open\n\n[^1]: swallowed?",
        "a[^1]\n\n[^1]: note\n\n<!-- open",
        "a\nb\\\n===",
        "```\n\n```",
    ] {
        assert_round_trip(markdown);
    }
}
