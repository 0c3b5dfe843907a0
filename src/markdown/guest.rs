//! The restricted Markdown of comments and author biographies: no headings, images, tables or raw HTML.

use std::fmt::Write as _;

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use comrak::nodes::{ListType, Node, NodeLink, NodeList, NodeValue};
use comrak::{Arena, Options, parse_document};

use super::{escape, tags, text};

/// The maximum nesting depth; deeper content is written as plain text.
const MAX_DEPTH: usize = 20;
const TAGS: [&str; 13] = ["p", "br", "em", "strong", "del", "code", "pre", "a", "ul", "ol", "li", "blockquote", "hr"];

/// The rules for one kind of text.
struct Manner {
    schemes: &'static [&'static str],
    /// The HTML for a line end within a paragraph.
    line_end: &'static str,
    sanitiser: Builder<'static>,
}

impl Manner {
    fn new(schemes: &'static [&'static str], rel: &'static str, line_end: &'static str) -> Self {
        let mut sanitiser = Builder::default();
        sanitiser
            .tags(HashSet::from(TAGS))
            .generic_attributes(HashSet::new())
            .tag_attributes([("a", HashSet::from(["href", "title"])), ("ol", HashSet::from(["start"]))].into())
            .url_schemes(schemes.iter().copied().collect())
            .url_relative(UrlRelative::Deny)
            .link_rel(Some(rel));
        Self { schemes, line_end, sanitiser }
    }
}

/// Renders a comment as HTML and as plain text. Line ends in the source stay line ends.
pub(crate) fn inline(markdown: &str) -> (String, String) {
    static MANNER: LazyLock<Manner> = LazyLock::new(|| Manner::new(&["http", "https"], "nofollow ugc noopener", "<br>\n"));
    write(markdown, &MANNER)
}

/// Renders an author's biography as HTML.
pub(crate) fn brief(markdown: &str) -> String {
    static MANNER: LazyLock<Manner> = LazyLock::new(|| Manner::new(&["http", "https", "mailto"], "noopener noreferrer", "\n"));
    write(markdown, &MANNER).0
}

fn write(markdown: &str, manner: &Manner) -> (String, String) {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    let arena = Arena::new();
    let root = parse_document(&arena, &visible(markdown), &options);
    let mut writer = GuestWriter { out: String::new(), manner, depth: 0, in_link: false };
    writer.children(root, false);
    let html = manner.sanitiser.clean(&writer.out).to_string();
    // Invisible characters are removed once more, because a character reference may have produced one.
    (visible(&html).trim().to_owned(), visible(&text::as_shown(root)))
}

/// Removes invisible characters that reorder or hide words.
///
/// Joiners stay between non-ASCII letters, because Persian, Indic scripts and emoji need them.
fn visible(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let beyond = |letter: Option<&char>| letter.is_some_and(|letter| !letter.is_ascii() && !is_invisible(*letter) && !is_joiner(*letter));
    let keep = |(index, letter): (usize, &char)| {
        let joins = || beyond(index.checked_sub(1).and_then(|before| letters.get(before))) && beyond(letters.get(index + 1));
        let stays = if is_joiner(*letter) { joins() } else { !is_invisible(*letter) };
        stays.then_some(*letter)
    };
    letters.iter().enumerate().filter_map(keep).collect()
}

fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}')
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
        || (letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
}

struct GuestWriter<'m> {
    out: String,
    manner: &'m Manner,
    depth: usize,
    in_link: bool,
}

impl GuestWriter<'_> {
    fn children(&mut self, node: Node<'_>, tight: bool) {
        if self.depth > MAX_DEPTH {
            return escape::text(&mut self.out, &text::of(node));
        }
        self.depth += 1;
        for child in node.children() {
            self.node(child, tight);
        }
        self.depth -= 1;
    }

    fn node(&mut self, node: Node<'_>, tight: bool) {
        match &node.data().value {
            NodeValue::Text(text) => escape::text(&mut self.out, text),
            NodeValue::HtmlInline(literal) => escape::text(&mut self.out, literal),
            NodeValue::SoftBreak => self.out.push_str(self.manner.line_end),
            NodeValue::LineBreak => self.out.push_str("<br>\n"),
            NodeValue::Code(code) => self.verbatim("code", &code.literal),
            NodeValue::CodeBlock(code) => self.verbatim("pre", &code.literal),
            NodeValue::HtmlBlock(html) => self.verbatim("p", html.literal.trim_end()),
            NodeValue::Emph => self.element("em", node, false),
            NodeValue::Strong => self.element("strong", node, false),
            NodeValue::Strikethrough => self.element("del", node, false),
            NodeValue::Link(link) => self.link(link, node),
            NodeValue::Paragraph | NodeValue::Heading(_) if !tight => self.element("p", node, false),
            NodeValue::BlockQuote => self.element("blockquote", node, false),
            NodeValue::Item(_) => self.element("li", node, tight),
            NodeValue::List(list) if list.list_type == ListType::Bullet => self.element("ul", node, list.tight),
            NodeValue::List(list) => self.ordered(list, node),
            NodeValue::ThematicBreak => self.out.push_str("<hr>\n"),
            NodeValue::Image(link) => self.image(link, node),
            // A paragraph in a tight list is written without `<p>`.
            _ => self.children(node, false),
        }
    }

    fn element(&mut self, name: &str, node: Node<'_>, tight: bool) {
        self.tag("<", name);
        self.children(node, tight);
        self.tag("</", name);
    }

    fn verbatim(&mut self, name: &str, text: &str) {
        self.tag("<", name);
        escape::text(&mut self.out, text);
        self.tag("</", name);
    }

    fn tag(&mut self, start: &str, name: &str) {
        for part in [start, name, ">"] {
            self.out.push_str(part);
        }
        if start == "</" && matches!(name, "p" | "blockquote" | "ul" | "ol" | "li" | "pre") {
            self.out.push('\n');
        }
    }

    /// Writes a numbered list that keeps its first number.
    fn ordered(&mut self, list: &NodeList, node: Node<'_>) {
        if list.start == 1 {
            return self.element("ol", node, list.tight);
        }
        let _ = write!(self.out, "<ol start=\"{}\">", list.start);
        self.children(node, list.tight);
        self.tag("</", "ol");
    }

    fn link(&mut self, link: &NodeLink, node: Node<'_>) {
        if self.in_link {
            return self.children(node, false);
        }
        if !self.takes(&link.url) {
            self.children(node, false);
            return self.address(&link.url, node);
        }
        self.open_link(link);
        self.children(node, false);
        self.close_link();
    }

    /// Writes an image as a link to it, with the alternative text as the link text.
    fn image(&mut self, link: &NodeLink, node: Node<'_>) {
        let name = text::of_inlines(node);
        if self.in_link || !self.takes(&link.url) {
            escape::text(&mut self.out, &name);
            if !self.in_link {
                self.address(&link.url, node);
            }
            return;
        }
        self.open_link(link);
        escape::text(&mut self.out, if name.is_empty() { &link.url } else { &name });
        self.close_link();
    }

    fn takes(&self, url: &str) -> bool {
        tags::has_scheme(url, self.manner.schemes) == Some(true)
    }

    fn open_link(&mut self, link: &NodeLink) {
        self.out.push_str("<a href=\"");
        escape::html(&mut self.out, &link.url);
        if !link.title.is_empty() {
            self.out.push_str("\" title=\"");
            escape::html(&mut self.out, &link.title);
        }
        self.out.push_str("\">");
        self.in_link = true;
    }

    fn close_link(&mut self) {
        self.in_link = false;
        self.out.push_str("</a>");
    }

    /// Writes the URL of a refused link in parentheses, unless the text already shows the URL.
    fn address(&mut self, url: &str, node: Node<'_>) {
        let bare = url.strip_prefix("mailto:").unwrap_or(url);
        let shown = text::of_inlines(node);
        if !url.is_empty() && shown != bare && shown != url {
            self.out.push_str(" (");
            escape::text(&mut self.out, url);
            self.out.push(')');
        }
    }
}
