//! Puts images into HTML: what an image is called and how large it is may change long after the text was frozen.

use super::escape;

/// What an image is at this moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct ImageAttributes {
    /// Its address.
    pub(crate) src: String,
    /// Its widths, as `srcset` has them; may be empty.
    pub(crate) srcset: String,
    /// Its width in pixels.
    pub(crate) width: u32,
    /// Its height in pixels.
    pub(crate) height: u32,
    /// The caption for articles that give none.
    pub(crate) caption: Option<String>,
    /// Whose it is.
    pub(crate) credit: Option<String>,
    /// The text for those who don't see it, for articles that give none.
    pub(crate) alt: Option<String>,
}

pub(super) const FIGURE: &str = "<figure data-image=\"";
pub(super) const IMG: &str = "<img data-image=\"";
/// In well-formed HTML, and `render` writes no other, these stand nowhere but in tags of the house's own.
pub(super) const MARK: &str = " data-image=\"";

/// Fills the places that `render` left for images, and takes out those of images that `find` doesn't know.
pub(crate) fn hydrate(html: &str, find: impl Fn(&str) -> Option<ImageAttributes>) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 4);
    let mut rest = html;
    while let Some(mark) = rest.find(MARK) {
        let start = rest.get(..mark).and_then(|before| before.rfind('<')).unwrap_or(mark);
        let (before, place) = rest.split_at(start);
        out.push_str(before);
        rest = if place.starts_with(FIGURE) {
            figure(&mut out, place, &find)
        } else if place.starts_with(IMG) {
            img(&mut out, place, &find)
        } else {
            // Not a place of ours: passed over, mark and all.
            let (passed, after) = place.split_at(mark - start + MARK.len());
            out.push_str(passed);
            after
        };
    }
    out.push_str(rest);
    out
}

/// Writes a figure; gives what follows it.
fn figure<'h>(out: &mut String, place: &'h str, find: &impl Fn(&str) -> Option<ImageAttributes>) -> &'h str {
    const END: &str = "</figure>";
    let length = place.find(END).map_or(place.len(), |index| index + END.len());
    let (whole, rest) = place.split_at(length);
    let Some(image) = value(whole, FIGURE).and_then(find) else { return rest };
    let opening = whole.find('>').map_or(0, |index| index + 1);
    let (tag, inner) = whole.split_at(opening);
    out.push_str(tag);
    let (picture, caption) = inner.split_at(super::tags::tag_length(inner).unwrap_or(inner.len()));
    filled(out, picture, &image);
    let own = caption.strip_prefix("<figcaption>").and_then(|rest| rest.split("</figcaption>").next());
    figcaption(out, own, &image);
    out.push_str(END);
    rest
}

/// The article's own caption goes before the image's; the credit follows either.
fn figcaption(out: &mut String, own: Option<&str>, image: &ImageAttributes) {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let (caption, credit) = (given(&image.caption), given(&image.credit));
    if own.is_none() && caption.is_none() && credit.is_none() {
        return;
    }
    out.push_str("<figcaption>");
    match (own, &caption) {
        (Some(own), _) => out.push_str(own),
        (None, Some(caption)) => escape::html(out, caption),
        (None, None) => {}
    }
    if let Some(credit) = credit {
        out.push_str(if own.is_some() || caption.is_some() { " <cite>" } else { "<cite>" });
        escape::html(out, &credit);
        out.push_str("</cite>");
    }
    out.push_str("</figcaption>");
}

/// Writes an image that stands between words; gives what follows it.
fn img<'h>(out: &mut String, place: &'h str, find: &impl Fn(&str) -> Option<ImageAttributes>) -> &'h str {
    let (tag, rest) = place.split_at(super::tags::tag_length(place).unwrap_or(place.len()));
    if let Some(image) = value(tag, IMG).and_then(find) {
        filled(out, tag, &image);
    }
    rest
}

/// Writes the tag with what was missing from it.
fn filled(out: &mut String, tag: &str, image: &ImageAttributes) {
    const NO_ALT: &str = " alt=\"\"";
    let alt = image.alt.as_deref().unwrap_or_default();
    let head = tag.strip_suffix('>').unwrap_or(tag);
    match head.split_once(NO_ALT) {
        Some((before, after)) => {
            out.push_str(before);
            attribute(out, "alt", alt);
            out.push_str(after);
        }
        None => out.push_str(head),
    }
    attribute(out, "src", &image.src);
    if !image.srcset.is_empty() {
        attribute(out, "srcset", &image.srcset);
        // A browser that waits until the picture is near knows by then how wide it is shown.
        attribute(out, "sizes", if tag.contains(" loading=\"lazy\"") { "auto, 100vw" } else { "100vw" });
    }
    attribute(out, "width", &image.width.to_string());
    attribute(out, "height", &image.height.to_string());
    out.push('>');
}

fn attribute(out: &mut String, name: &str, value: &str) {
    for part in [" ", name, "=\""] {
        out.push_str(part);
    }
    escape::html(out, value);
    out.push('"');
}

fn value<'h>(tag: &'h str, start: &str) -> Option<&'h str> {
    tag.strip_prefix(start)?.split('"').next()
}
