//! Blocks between the tags of one HTML element form one block.

use super::super::{BlockInput, check, compose, render};
use super::{ID, blocks, types};

#[test]
fn an_element_holds_the_markdown_between_its_tags() {
    for (markdown, html) in [
        (
            "<details>\n<summary>More</summary>\n\nHidden **text**\n\n</details>",
            "<details>\n<summary>More</summary>\n<p>Hidden <strong>text</strong></p>\n</details>\n\n",
        ),
        ("<div>\n\n- a\n\n</div>", "<div>\n<ul>\n<li>a</li>\n</ul>\n</div>\n\n"),
        ("<section>\n<div>\n\na\n\n</div>\n\nb\n\n</section>", "<section>\n<div>\n<p>a</p>\n</div>\n<p>b</p>\n</section>\n\n"),
        (
            "<table><tr><td>\n\n**a**\n\n</td></tr></table>",
            "<table><tbody><tr><td>\n<p><strong>a</strong></p>\n</td></tr></tbody></table>\n\n",
        ),
        ("<DIV title='</div>'>\n\na\n\n</Div >", "<div title=\"&lt;/div&gt;\">\n<p>a</p>\n</div>\n\n"),
        // One element ends in the block where the next begins.
        ("<div>\n\na\n\n</div>\n<div>\n\nb\n\n</div>", "<div>\n<p>a</p>\n</div>\n<div>\n<p>b</p>\n</div>\n\n"),
        // The elements overlap: the inner one ends with the outer one.
        ("<div>\n\n<section>\n\na\n\n</div>\n\n</section>\n\nb", "<div>\n<section>\n<p>a</p>\n</section></div>\n\n\n<p>b</p>\n"),
        // The first element is never closed, so it ends with its block.
        ("<div>\n\na\n\n<details>\n\nb\n\n</details>", "<div></div>\n<p>a</p>\n<details>\n<p>b</p>\n</details>\n\n"),
        // Formatting that is left open ends with its block, too.
        ("<div><b>\n\na\n\n</div>", "<div><b>\n</b><p>a</p>\n</div>\n\n"),
    ] {
        assert_eq!(render(markdown).html, html, "{markdown}");
    }
}

#[test]
fn what_is_no_whole_element_stays_a_row_of_blocks() {
    for (markdown, expected) in [
        ("<div>\n\na\n\nb", "html paragraph paragraph"),
        ("a\n\n</div>\n\nb", "paragraph html paragraph"),
        ("<!-- <div> -->\n\na\n\n<!-- </div> -->", "html paragraph html"),
        ("<script>\"<div>\"</script>\n\na\n\n</div>", "html paragraph html"),
        // The content of these elements would be removed with them.
        ("<div><svg>\n\na\n\n</svg>\n\n</div>", "html paragraph html html"),
        ("<div><template>\n\na\n\n</div>", "html paragraph html"),
        ("> <div>\n\na\n\n</div>", "quote paragraph html"),
        ("```\n<div>\n```\n\na\n\n</div>", "code paragraph html"),
    ] {
        assert_eq!(types(markdown), expected, "{markdown}");
    }
    let long = format!("<div>\n\n{}\n\n</div>", "words\n\n".repeat(20_000));
    assert!(types(&long).starts_with("html paragraph paragraph"));
}

#[test]
fn a_unit_can_be_posted_back() {
    let markdown = format!(
        "<details>\n<summary>More</summary>\n\n## Head\n\n[a][r] ![b](image:{ID}) c[^n]\n\n[^n]: note\n\n```\n</details>\n```\n\n</details>\n\n[r]: /x"
    );
    let first = render(&markdown);
    let posted: Vec<BlockInput> = serde_json::from_value(serde_json::to_value(&first.blocks).unwrap()).unwrap();
    assert_eq!(render(&compose(&posted)).blocks, first.blocks);
    assert_eq!(types(&markdown), "html footnotes");
    assert_eq!(first.images, [ID]);
    assert_eq!(first.toc.len(), 1);
    let html = blocks(&markdown)[0]["html"].as_str().unwrap().to_owned();
    for part in ["<h2 id=\"head\">", "<a href=\"/x\"", "<img data-image=", "<sup id=\"fnref:1\">", "&lt;/details&gt;"] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[test]
fn what_makes_readers_slow_is_read_in_one_pass() {
    for (name, text) in [
        ("opened", "<div>\n\n".repeat(12_000)),
        ("closed", "</div>\n\n".repeat(12_000)),
        ("nested", format!("{}{}", "<div>\n\n".repeat(6_000), "</div>\n\n".repeat(6_000))),
        ("in a row", "<div>\n\na\n\n</div>\n\n".repeat(4_000)),
        ("chained", "</div><div>\n\n".repeat(6_000)),
        ("of many names", "<div>\n\n<section>\n\n<ul>\n\n</div>\n\n</ol>\n\n".repeat(2_000)),
        ("never closed", "<div><svg>\n\n".repeat(6_000)),
        ("addresses", "http://a.example/_b_ www.a.b.example a@b.example ".repeat(2_000)),
        ("half addresses", "http://www.a@:".repeat(4_000)),
        ("a long host", format!("http://{}", "a.".repeat(30_000))),
        ("signs", "http://a.b".to_owned() + &"&a;)".repeat(16_000)),
        ("comments", "a <!--".repeat(10_000)),
        ("attributes", format!("<p {}>", "a=\"".repeat(16_000))),
        ("scripts", format!("<p>{}", "<script></scr".repeat(6_000))),
    ] {
        let (whole, eighth) = (took(&text), took(&text[..text.len() / 8]));
        // The text is eight times as long; quadratic work would take 64 times as long.
        assert!(whole < eighth * 30 + 500, "{name}: {whole} ms, of an eighth {eighth} ms");
    }
}

/// The milliseconds that a text takes if it is accepted as a body.
fn took(text: &str) -> u128 {
    let begin = std::time::Instant::now();
    if check(text).is_ok() {
        let _ = render(text);
    }
    begin.elapsed().as_millis()
}
