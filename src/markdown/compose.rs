//! Markdown of blocks.

use super::embed;
use super::escape;
use super::input::{BlockInput, Members};
use super::source::{Source, join};
use super::split;
use super::tags;

/// The Markdown of blocks. `render` gives for it the same blocks, if `render` made them.
///
/// Each block is read by itself first. One whose Markdown holds something else than it claims (a paragraph with a heading in it, a list that is
/// none) becomes the blocks that its Markdown holds, and can't change the blocks around it: whatever it leaves open ends with it, but for an
/// HTML element that a later block closes, which makes one block of the run. A heading
/// always stays one heading, a quote one quote, code one block of code. Footnote definitions go to the end, wherever they are.
pub(crate) fn compose(blocks: &[BlockInput]) -> String {
    let sources: Vec<Source> = blocks.iter().flat_map(sources).collect();
    join(&sources)
}

fn sources(block: &BlockInput) -> Vec<Source> {
    match &block.0 {
        Members::Paragraph { markdown, .. }
        | Members::List { markdown, .. }
        | Members::Table { markdown, .. }
        | Members::Html { markdown, .. }
        | Members::Footnotes { markdown, .. } => split::sources(markdown),
        Members::Heading { level, markdown, .. } => heading(*level, markdown),
        Members::Quote { markdown, .. } => alone(Source::Quote(plain(markdown))),
        Members::Code { language, code } => code_block(language.as_deref(), code),
        Members::Image { image, alt, caption } => picture(image, alt, caption.as_deref()),
        Members::Embed { url, .. } => address(url),
        Members::Ad { placement } => ad(placement),
        Members::Rule {} => vec![Source::Rule],
    }
}

/// What a source is after being written and read by itself.
fn alone(source: Source) -> Vec<Source> {
    split::sources(&join(&[source]))
}

fn heading(level: u8, markdown: &str) -> Vec<Source> {
    let markdown = plain(markdown);
    let lines: Vec<&str> = markdown.split('\n').collect();
    alone(Source::Heading { level: level.clamp(1, 6), markdown: split::one_line(&lines) })
}

fn code_block(language: Option<&str>, code: &str) -> Vec<Source> {
    vec![Source::Code { language: language.and_then(split::language), code: plain(code) }]
}

fn picture(image: &str, alt: &str, caption: Option<&str>) -> Vec<Source> {
    let Some(image) = tags::image_id(&format!("image:{image}")) else { return words(alt) };
    let caption = caption.map(escape::one_line).filter(|caption| !caption.is_empty());
    alone(Source::Image { image, alt: escape::one_line(alt), caption })
}

/// An address of no known provider becomes a link, and what is no address just text.
fn address(url: &str) -> Vec<Source> {
    if let Some(embed) = embed::recognise(url) {
        return vec![Source::Embed { provider: embed.provider, url: url.to_owned(), player: embed.player }];
    }
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_plain = !url.contains(|letter: char| letter.is_whitespace() || letter.is_control() || matches!(letter, '<' | '>'));
    if is_web && is_plain { split::sources(&format!("<{url}>")) } else { words(url) }
}

fn ad(placement: &str) -> Vec<Source> {
    if split::is_placement(placement) { vec![Source::Ad(placement.to_owned())] } else { words(placement) }
}

/// A paragraph that says just this.
fn words(text: &str) -> Vec<Source> {
    let mut escaped = String::new();
    escape::markdown(&mut escaped, &escape::one_line(text));
    split::sources(&escaped)
}

/// Line ends as Markdown has them.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
}
