//! Fills image placeholders in HTML. The description and the size of an image may change long after an article's HTML was rendered.

use super::escape;

/// The current attributes of an image.
#[derive(Clone, Debug, Default)]
pub(crate) struct ImageAttributes {
    /// The URL of the image.
    pub(crate) src: String,
    /// The value of `srcset`; may be empty.
    pub(crate) srcset: String,
    /// The width in pixels.
    pub(crate) width: u32,
    /// The height in pixels.
    pub(crate) height: u32,
    /// The caption, for articles that give none.
    pub(crate) caption: Option<String>,
    /// The credit: the photographer or the source.
    pub(crate) credit: Option<String>,
    /// The alternative text, for articles that give none.
    pub(crate) alt: Option<String>,
}

pub(super) const FIGURE: &str = "<figure data-image=\"";
pub(super) const IMG: &str = "<img data-image=\"";
/// The attribute that marks a placeholder. In the well-formed HTML that `render` writes, it occurs only in tags written by Masthead.
pub(super) const MARK: &str = " data-image=\"";

/// Fills the image placeholders that `render` wrote, and removes the placeholders of images that `find` does not return.
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
            // This is not a placeholder; it is copied unchanged.
            let (passed, after) = place.split_at(mark - start + MARK.len());
            out.push_str(passed);
            after
        };
    }
    out.push_str(rest);
    out
}

/// Writes a figure; returns the HTML after it.
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

/// The article's caption takes precedence over the image's; the credit follows either.
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

/// Writes an inline image; returns the HTML after it.
fn img<'h>(out: &mut String, place: &'h str, find: &impl Fn(&str) -> Option<ImageAttributes>) -> &'h str {
    let (tag, rest) = place.split_at(super::tags::tag_length(place).unwrap_or(place.len()));
    if let Some(image) = value(tag, IMG).and_then(find) {
        filled(out, tag, &image);
    }
    rest
}

/// Writes the tag with the missing attributes.
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
        // With lazy loading, the browser knows the displayed width before it loads the image.
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
