//! Converts blocks to Markdown.

use super::embed;
use super::escape;
use super::input::{BlockInput, Members};
use super::source::{BlockSource, join};
use super::split;
use super::tags;

/// Converts blocks to Markdown. If `render` made the blocks, then `render` makes the same blocks from the result.
///
/// Each block is first parsed by itself. If its Markdown contains something other than its type (a paragraph that contains a
/// heading, a "list" without items), the block is replaced by the blocks in its Markdown. A block cannot change the blocks around
/// it, because a construct that it does not close ends at the end of the block. The exception is an HTML element that a later block
/// closes: all blocks from the start tag to the end tag become one block. A heading always stays one heading, a quotation one
/// quotation, and code one block of code. Footnote definitions move to the end.
pub(crate) fn compose(blocks: &[BlockInput]) -> String {
    let sources: Vec<BlockSource> = blocks.iter().flat_map(sources).collect();
    join(&sources)
}

fn sources(block: &BlockInput) -> Vec<BlockSource> {
    match &block.0 {
        Members::Paragraph { markdown, .. }
        | Members::List { markdown, .. }
        | Members::Table { markdown, .. }
        | Members::Html { markdown, .. }
        | Members::Footnotes { markdown, .. } => split::sources(markdown),
        Members::Heading { level, markdown, .. } => heading(*level, markdown),
        Members::Quote { markdown, .. } => alone(BlockSource::Quote(plain(markdown))),
        Members::Code { language, code } => code_block(language.as_deref(), code),
        Members::Image { image, alt, caption } => picture(image, alt, caption.as_deref()),
        Members::Embed { url, .. } => address(url),
        Members::Ad { placement } => ad(placement),
        Members::Rule {} => vec![BlockSource::Rule],
    }
}

/// Writes a source as Markdown and parses it by itself.
fn alone(source: BlockSource) -> Vec<BlockSource> {
    split::sources(&join(&[source]))
}

fn heading(level: u8, markdown: &str) -> Vec<BlockSource> {
    let markdown = plain(markdown);
    let lines: Vec<&str> = markdown.split('\n').collect();
    alone(BlockSource::Heading { level: level.clamp(1, 6), markdown: split::one_line(&lines) })
}

fn code_block(language: Option<&str>, code: &str) -> Vec<BlockSource> {
    vec![BlockSource::Code { language: language.and_then(split::language), code: plain(code) }]
}

fn picture(image: &str, alt: &str, caption: Option<&str>) -> Vec<BlockSource> {
    let Some(image) = tags::image_id(&format!("image:{image}")) else { return words(alt) };
    let caption = caption.map(escape::one_line).filter(|caption| !caption.is_empty());
    alone(BlockSource::Image { image, alt: escape::one_line(alt), caption })
}

/// Converts the URL of an embed. The URL of an unknown provider becomes a link; any other text becomes plain text.
fn address(url: &str) -> Vec<BlockSource> {
    if let Some(embed) = embed::recognise(url) {
        return vec![BlockSource::Embed { provider: embed.provider, url: url.to_owned(), player: embed.player }];
    }
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_plain = !url.contains(|letter: char| letter.is_whitespace() || letter.is_control() || matches!(letter, '<' | '>'));
    if is_web && is_plain { split::sources(&format!("<{url}>")) } else { words(url) }
}

fn ad(placement: &str) -> Vec<BlockSource> {
    if split::is_placement(placement) { vec![BlockSource::Ad(placement.to_owned())] } else { words(placement) }
}

/// A paragraph that contains exactly this text.
fn words(text: &str) -> Vec<BlockSource> {
    let mut escaped = String::new();
    escape::markdown(&mut escaped, &escape::one_line(text));
    split::sources(&escaped)
}

/// Normalises line ends and NUL characters as Markdown requires.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
}
