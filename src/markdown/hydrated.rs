//! Checks whether HTML that a client sends back is the HTML that the server sent, even if the images have changed since.

use std::collections::HashSet;

use super::hydrate::{FIGURE, IMG, MARK};
use super::tags;

/// An image placeholder in HTML, filled or not.
struct ImagePlaceholder<'h> {
    is_figure: bool,
    image: &'h str,
    alt: &'h str,
    caption: Option<&'h str>,
}

/// HTML split at its images: the text before each image, and the text after the last.
struct Parted<'h> {
    before: Vec<(String, ImagePlaceholder<'h>)>,
    after: String,
}

/// The ids of the images in HTML.
pub(crate) fn pictures(html: &str) -> HashSet<&str> {
    parted(html, |_| true).before.into_iter().map(|(_, place)| place.image).collect()
}

/// Whether `sent` is `frozen` with its placeholders filled. The live values may differ: the URLs, sizes and credit of an image, and the
/// image's own `alt` and caption if the article gives none. Images that `exists` does not know may be missing.
pub(crate) fn is_hydrated(sent: &str, frozen: &str, exists: impl Fn(&str) -> bool) -> bool {
    let all = parted(frozen, |_| true);
    is_filled(sent, &all) || (all.before.iter().any(|(_, place)| !exists(place.image)) && is_filled(sent, &parted(frozen, exists)))
}

fn is_filled(sent: &str, frozen: &Parted<'_>) -> bool {
    let sent = parted(sent, |_| true);
    let is_same = |((sent_text, sent), (text, place)): (&(String, ImagePlaceholder<'_>), &(String, ImagePlaceholder<'_>))| {
        let alt = place.alt.is_empty() || place.alt == sent.alt;
        let caption = place.caption.is_none() || place.caption == sent.caption;
        sent_text == text && sent.is_figure == place.is_figure && sent.image == place.image && alt && caption
    };
    sent.after == frozen.after && sent.before.len() == frozen.before.len() && sent.before.iter().zip(&frozen.before).all(is_same)
}

/// Splits HTML at the placeholders of images that `keep` accepts, and removes the other placeholders.
fn parted(html: &str, keep: impl Fn(&str) -> bool) -> Parted<'_> {
    let mut before = Vec::new();
    let mut text = String::new();
    let mut rest = html;
    while let Some(mark) = rest.find(MARK) {
        let start = rest.get(..mark).and_then(|head| head.rfind('<')).unwrap_or(mark);
        let (passed, place) = rest.split_at(start);
        // HTML with any other marked tag was not written by the server. Searching on would take quadratic time.
        let Some((place, after)) = read(place) else { break };
        text.push_str(passed);
        if keep(place.image) {
            before.push((std::mem::take(&mut text), place));
        }
        rest = after;
    }
    text.push_str(rest);
    Parted { before, after: text }
}

/// Parses the placeholder at the start of the HTML; returns it with the HTML after it.
fn read(html: &str) -> Option<(ImagePlaceholder<'_>, &str)> {
    const END: &str = "</figure>";
    let is_figure = html.starts_with(FIGURE);
    let image = html.strip_prefix(if is_figure { FIGURE } else { IMG })?.split('"').next()?;
    let length = if is_figure { html.find(END)? + END.len() } else { tags::tag_length(html)? };
    let (whole, rest) = html.split_at(length);
    let img = whole.get(whole.find(IMG)?..)?;
    let (tag, inner) = img.split_at(tags::tag_length(img)?);
    let alt = tag.split_once(" alt=\"").and_then(|(_, value)| value.split('"').next()).unwrap_or_default();
    let caption = inner.split_once("<figcaption>").and_then(|(_, caption)| caption.split("</figcaption>").next());
    let caption = caption.map(|caption| caption.split_once("<cite>").map_or(caption, |(own, _)| own.trim_end_matches(' ')));
    Some((ImagePlaceholder { is_figure, image, alt, caption }, rest))
}

#[cfg(test)]
mod tests {
    use super::super::{ImageAttributes, hydrate, render};
    use super::*;

    const ID: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

    fn filled(html: &str, alt: &str) -> String {
        let image = ImageAttributes {
            src: format!("/{alt}.jpg"),
            alt: Some(alt.into()),
            caption: Some(alt.into()),
            credit: Some("C".into()),
            ..Default::default()
        };
        hydrate(html, |id| (id == ID).then(|| image.clone()))
    }

    #[test]
    fn only_what_is_live_may_differ() {
        let gone = ID.replace('a', "b");
        let html = render(&format!("a\n\n![](image:{ID})\n\n![own](image:{ID} \"mine\")\n\nb ![](image:{ID}) ![x](image:{gone}) c")).html;
        for alt in ["one", "two"] {
            let sent = filled(&html, alt);
            assert!(is_hydrated(&sent, &html, |id| id == ID));
            for (from, to) in
                [("<p>a", "<p>A"), ("alt=\"own\"", "alt=\"other\""), (">mine", ">yours"), (" c</p>", " d</p>"), (ID, gone.as_str())]
            {
                assert!(sent.contains(from) && !is_hydrated(&sent.replacen(from, to, 1), &html, |id| id == ID), "{from}");
            }
        }
        assert_eq!(pictures(&filled(&html, "one")), HashSet::from([ID]));
        assert!(is_hydrated(&html, &html, |_| false));
    }
}
