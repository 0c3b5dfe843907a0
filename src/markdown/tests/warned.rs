//! Content that readers do not get causes a warning.

use super::super::{MAX_WARNINGS, render};

fn warnings(markdown: &str) -> Vec<(String, String)> {
    render(markdown).warnings.into_iter().map(|warning| (warning.pointer.replace("/body/blocks/", ""), warning.code)).collect()
}

#[test]
fn what_the_sanitiser_takes_is_named() {
    for (markdown, expected) in [
        ("a <b>b</b> <br> c", vec![]),
        ("<!-- a note -->\n\n<p title=x>a</p> <!-- another -->", vec![]),
        ("a\n\n<iframe src=\"https://a.example\"></iframe>", vec!["1 element_removed"]),
        ("<script>alert(1)</script>", vec!["0 element_removed"]),
        ("a <script>b</script> <div>c</div>", vec!["0 element_removed", "0 element_removed"]),
        ("<p class=x style=y class=x>a</p><p class=z>b</p>", vec!["0 attribute_removed", "0 attribute_removed"]),
        ("<a href=\"javascript:x\" target=_blank rel=opener>a</a>", vec!["0 address_removed", "0 attribute_removed"]),
        ("[a](javascript:x) ![b](c.png) [d](/e)", vec!["0 address_removed", "0 address_removed"]),
        ("<img src=\"https://a.example/b.png\" loading=eager onerror=x>", vec!["0 attribute_removed"]),
        ("<td align=left></td><td align=middle></td>", vec!["0 attribute_removed"]),
        ("- ::ad{a}\n\n::ad{b}\n\n::ad{B c}", vec!["0 ad_not_shown", "2 ad_not_shown"]),
        ("<details>\n\n<form>\n\na\n\n</form>\n\n</details>", vec!["0 element_removed"]),
        ("a[^n]\n\n[^n]: <form>b</form>\n\nc", vec!["2 element_removed"]),
        ("a[^n]\n\n[^n]: b\n\n[^m]: c[^m]", vec!["1 footnote_not_shown"]),
        ("a[^n]\n\n[^n]: b\n\n[^N]: c", vec!["1 footnote_not_shown"]),
        ("<?php x ?>", vec!["0 element_removed"]),
        ("<p title=\"", vec!["0 element_removed"]),
        ("`<script>`\n\n```\n<iframe>\n```", vec![]),
    ] {
        let found: Vec<String> = warnings(markdown).into_iter().map(|(block, code)| format!("{block} {code}")).collect();
        assert_eq!(found, expected, "{markdown}");
    }
    let many = (0..80).map(|number| format!("<x{number}>a</x{number}>")).collect::<Vec<_>>().join(" ");
    assert_eq!(warnings(&many).len(), MAX_WARNINGS);
}

#[test]
fn names_that_are_no_pictures_are_found() {
    let rendered = render("a\n\n![b](image:nope) and ![c](image:harbour.jpg)\n\n![d](image:0192f0c1-2345-7abc-8def-0123456789ab)");
    assert_eq!(rendered.unknown_images, [(1, "nope".to_owned()), (1, "harbour.jpg".to_owned())]);
    assert_eq!(rendered.warnings, []);
}

#[test]
fn a_long_alternative_text_is_told() {
    let of = |letters: usize| warnings(&format!("a ![{}](https://a.example/b.png)", "x".repeat(letters)));
    assert_eq!((of(2_000), of(2_001)), (vec![], vec![("0".to_owned(), "text_cut".to_owned())]));
}

#[test]
fn only_the_outermost_of_nested_images_has_an_alternative_text_of_its_own() {
    let nested = format!("{}{}{}", "![".repeat(4_000), "x".repeat(2_000), "](https://a.example/b.png)".repeat(4_000));
    assert_eq!(warnings(&nested), []);
}
