//! The HTML of blocks with generated markup: images, embeds and ads. All inserted values are escaped here.

use super::embed::Provider;
use super::escape;

/// Writes the placeholder of an image, which [`super::hydrate()`] fills.
pub(super) fn image(image: &str, alt: &str, caption: Option<&str>) -> String {
    let mut out = format!("<figure data-image=\"{image}\"><img data-image=\"{image}\" alt=\"");
    escape::html(&mut out, alt);
    out.push_str("\" loading=\"lazy\">");
    if let Some(caption) = caption {
        out.push_str("<figcaption>");
        escape::html(&mut out, caption);
        out.push_str("</figcaption>");
    }
    out.push_str("</figure>\n");
    out
}

/// Writes a link that a front end may turn into a player.
pub(super) fn embed(provider: Provider, url: &str) -> String {
    let mut address = String::new();
    escape::html(&mut address, url);
    let name = provider.name();
    format!("<figure data-embed=\"{name}\"><a href=\"{address}\" rel=\"noopener noreferrer\">{address}</a></figure>\n")
}

/// Writes the placeholder of an ad.
pub(super) fn ad(placement: &str) -> String {
    format!("<div data-ad=\"{placement}\"></div>\n")
}
