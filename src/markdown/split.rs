//! Splits Markdown into top-level blocks and brings it to its normal form, in which splitting and joining change nothing.

use comrak::nodes::{Node, NodeHeading, NodeHtmlBlock, NodeValue};
use comrak::{Arena, Options, parse_document};

use super::source::{BlockSource, SEPARATOR, join};
use super::{embed, tags, text, units};

/// The source of a block with its syntax tree.
pub(super) struct Part<'a> {
    pub(super) source: BlockSource,
    pub(super) node: Node<'a>,
    /// The further nodes, if a run of blocks forms one block.
    pub(super) rest: Vec<Node<'a>>,
}

impl<'a> Part<'a> {
    /// The top-level nodes: one, unless the part is a run of blocks.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node<'a>> {
        std::iter::once(self.node).chain(self.rest.iter().copied())
    }

    /// All nodes of the part.
    pub(super) fn descendants(&self) -> impl Iterator<Item = Node<'a>> {
        self.nodes().flat_map(comrak::nodes::AstNode::descendants)
    }
}

/// The maximum number of rounds. All but contrived texts reach their normal form in one round.
const MAX_ROUNDS: usize = 6;

/// `CommonMark` with the GFM extensions for tables, footnotes, strikethrough and autolinks.
fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.footnotes = true;
    options.extension.autolink = true;
    options.parse.leave_footnote_definitions = true;
    options
}

/// Passes the parts of the text's normal form to `take`.
///
/// Blocks are derived only from the normal form. Therefore blocks that are posted back, and thus joined again, give the same blocks.
pub(super) fn with_parts<T>(markdown: &str, mut take: impl FnMut(&[Part<'_>]) -> T) -> T {
    let mut text = plain_lines(markdown);
    let mut round = 1;
    loop {
        let arena = Arena::new();
        let parts = cut(&arena, &text);
        let mut next = join(parts.iter().map(|part| &part.source));
        next.push('\n');
        if next == text || round == MAX_ROUNDS {
            return take(&parts);
        }
        text = next;
        round += 1;
    }
}

/// The sources of the text's normal form.
pub(super) fn sources(markdown: &str) -> Vec<BlockSource> {
    with_parts(markdown, |parts| parts.iter().map(|part| part.source.clone()).collect())
}

fn plain_lines(markdown: &str) -> String {
    let markdown = markdown.strip_prefix('\u{feff}').unwrap_or(markdown);
    let text = markdown.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
    // Without a line end after it, a list marker at the very end would not be recognised.
    format!("{}\n", text.trim_end_matches('\n'))
}

fn cut<'a>(arena: &'a Arena<'a>, text: &str) -> Vec<Part<'a>> {
    let root = parse_document(arena, text, &options());
    let lines: Vec<&str> = text.split('\n').collect();
    let has_definitions = text.contains("]:");
    let part = |node: Node<'a>| {
        let mut own = own_lines(node, &lines);
        if has_definitions && let Some(inlined) = without_references(node, &own) {
            own = inlined;
        }
        Some(Part { source: source(node, own)?, node, rest: Vec::new() })
    };
    let nodes: Vec<Node<'a>> = root.children().collect();
    let mut runs = units::find(&nodes, &lines).into_iter().peekable();
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(node) = nodes.get(at).copied() {
        if let Some((first, last)) = runs.next_if(|(first, _)| *first == at) {
            parts.extend(unit(nodes.get(first..=last).unwrap_or_default().iter().copied().filter_map(part).collect()));
            at = last + 1;
        } else {
            parts.extend(part(node));
            at += 1;
        }
    }
    parts
}

/// Combines a run of blocks into one block of HTML. Footnotes defined in the run stay separate parts.
fn unit(parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let (mut notes, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| matches!(part.source, BlockSource::Footnote(_)));
    let source = BlockSource::Html(join(others.iter().map(|part| &part.source)));
    let mut rest = others.iter().map(|part| part.node);
    if let Some(first) = rest.next() {
        notes.insert(0, Part { source, node: first, rest: rest.collect() });
    }
    notes
}

/// The source lines of a node, never a line of the next node.
fn own_lines(node: Node<'_>, lines: &[&str]) -> String {
    let place = node.data().sourcepos;
    let next = node.next_sibling().map_or(usize::MAX, |next| next.data().sourcepos.start.line.saturating_sub(1));
    let first = place.start.line.saturating_sub(1);
    let last = place.end.line.min(next).clamp(place.start.line, lines.len().max(place.start.line));
    let own = lines.get(first..last).unwrap_or_default();
    let filled = own.iter().rposition(|line| !is_blank(line)).map_or(0, |index| index + 1);
    own.get(..filled).unwrap_or_default().join("\n")
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// The source with inlined links, if it uses a link reference that another block defines.
fn without_references(node: Node<'_>, own: &str) -> Option<String> {
    let holds_links = !matches!(node.data().value, NodeValue::CodeBlock(_) | NodeValue::HtmlBlock(_) | NodeValue::ThematicBreak);
    if !holds_links || !own.contains('[') {
        return None;
    }
    let arena = Arena::new();
    let alone = parse_document(&arena, &format!("{own}\n"), &options());
    if targets(alone) == targets(node) {
        return None;
    }
    let mut written = String::new();
    comrak::format_commonmark(node, &options(), &mut written).ok()?;
    if matches!(node.data().value, NodeValue::Heading(_)) {
        written = format!("{}\n", written.trim_end());
    }
    Some(written.trim_end_matches('\n').to_owned())
}

fn targets(root: Node<'_>) -> Vec<(String, String)> {
    let target = |node: Node<'_>| match &node.data().value {
        NodeValue::Link(link) | NodeValue::Image(link) => Some((link.url.clone(), link.title.clone())),
        _ => None,
    };
    root.descendants().filter_map(target).collect()
}

fn source(node: Node<'_>, own: String) -> Option<BlockSource> {
    let indented = |own: &str| own.trim_start_matches([' ', '\t']).to_owned();
    Some(match &node.data().value {
        NodeValue::Paragraph => paragraph(node, indented(&own)),
        NodeValue::Heading(heading) => BlockSource::Heading { level: heading.level, markdown: heading_text(*heading, &own) },
        NodeValue::List(_) => BlockSource::List(own),
        NodeValue::BlockQuote => BlockSource::Quote(unquoted(&own)),
        NodeValue::CodeBlock(code) => {
            let literal = code.literal.strip_suffix('\n').unwrap_or(&code.literal);
            BlockSource::Code { language: language(&code.info), code: literal.to_owned() }
        }
        NodeValue::Table(_) => BlockSource::Table(indented(&own)),
        NodeValue::ThematicBreak => BlockSource::Rule,
        NodeValue::HtmlBlock(html) => raw_html(html, indented(&own))?,
        NodeValue::FootnoteDefinition(_) => BlockSource::Footnote(indented(&own)),
        _ => return None,
    })
}

/// The first word of the info string of a code fence, if it looks like the name of a language.
pub(super) fn language(info: &str) -> Option<String> {
    let word = info.split_ascii_whitespace().next()?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'#' | b'.' | b'_' | b'-');
    (word.len() <= 40 && word.bytes().all(is_name)).then(|| word.to_owned())
}

/// Recognises paragraphs that are ads, embeds or images.
fn paragraph(node: Node<'_>, own: String) -> BlockSource {
    if let Some(placement) = own.trim_end().strip_prefix("::ad{").and_then(|rest| rest.strip_suffix('}'))
        && is_placement(placement)
    {
        return BlockSource::Ad(placement.to_owned());
    }
    let address = own.trim();
    let address = address.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(address);
    if let Some(embed) = embed::recognise(address) {
        return BlockSource::Embed { provider: embed.provider, url: address.to_owned(), player: embed.player };
    }
    lone_image(node).unwrap_or(BlockSource::Paragraph(own))
}

/// Whether a text is a valid key of an ad placement.
pub(super) fn is_placement(key: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    key.len() <= 60 && key.split('-').all(is_word)
}

fn lone_image(node: Node<'_>) -> Option<BlockSource> {
    let only = node.first_child().filter(|child| child.next_sibling().is_none())?;
    let NodeValue::Image(link) = &only.data().value else { return None };
    let image = tags::image_id(&link.url)?;
    let caption = super::escape::one_line(&link.title);
    let caption = (!caption.is_empty()).then_some(caption);
    Some(BlockSource::Image { image, alt: text::of_inlines(only), caption })
}

/// The inline Markdown of a heading on one line, because an ATX heading cannot have more.
fn heading_text(heading: NodeHeading, own: &str) -> String {
    let mut lines: Vec<&str> = own.split('\n').collect();
    if heading.setext {
        lines.pop();
        return one_line(&lines);
    }
    let line = own.trim_matches([' ', '\t']);
    let line = line.get(usize::from(heading.level)..).unwrap_or_default();
    let line = line.trim_matches([' ', '\t']);
    let line = if heading.closed { line.trim_end_matches('#') } else { line };
    line.trim_matches([' ', '\t']).to_owned()
}

/// Joins lines with spaces; hard line breaks become spaces as well.
pub(super) fn one_line(lines: &[&str]) -> String {
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let is_last = index + 1 == lines.len();
        let line = line.trim_matches([' ', '\t', '\r']);
        let slashes = line.bytes().rev().take_while(|byte| *byte == b'\\').count();
        let line = if slashes % 2 == 1 && !is_last { line.strip_suffix('\\').unwrap_or(line) } else { line };
        if !out.is_empty() && !line.is_empty() {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}

/// The content of a quotation: each line without its `>`. Lazy continuation lines have none and stay unchanged.
fn unquoted(own: &str) -> String {
    let inner: Vec<String> = own.split('\n').map(unquoted_line).collect();
    let filled = inner.iter().rposition(|line| !is_blank(line)).map_or(0, |index| index + 1);
    inner.get(..filled).unwrap_or_default().join("\n")
}

fn unquoted_line(line: &str) -> String {
    let bare = line.trim_start_matches(' ');
    let Some(rest) = bare.strip_prefix('>').filter(|_| line.len() - bare.len() <= 3) else { return line.to_owned() };
    match rest.strip_prefix('\t') {
        // The quotation takes one column of the tab, which extends to the next multiple of four.
        Some(after) => {
            let column = line.len() - bare.len() + 1;
            format!("{}{after}", " ".repeat(3 - column % 4))
        }
        None => rest.strip_prefix(' ').unwrap_or(rest).to_owned(),
    }
}

/// A block of HTML with its end added if it is missing, so that it cannot swallow the blocks after it.
fn raw_html(html: &NodeHtmlBlock, own: String) -> Option<BlockSource> {
    if own == SEPARATOR {
        return None;
    }
    let end = match html.block_type {
        1 => tags::end_of_verbatim(&own),
        2 => (!own.contains("-->")).then_some("-->"),
        3 => (!own.contains("?>")).then_some("?>"),
        4 => (!own.contains('>')).then_some(">"),
        5 => (!own.contains("]]>")).then_some("]]>"),
        _ => None,
    };
    Some(BlockSource::Html(match end {
        Some(end) => format!("{own}\n{end}"),
        None => own,
    }))
}
