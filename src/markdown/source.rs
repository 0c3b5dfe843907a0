//! The sources of blocks, and their canonical Markdown.

use super::embed::Provider;
use super::escape;

/// The source of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BlockSource {
    Paragraph(String),
    /// Inline Markdown on one line.
    Heading {
        level: u8,
        markdown: String,
    },
    List(String),
    /// The quotation without the `>` characters.
    Quote(String),
    Code {
        language: Option<String>,
        code: String,
    },
    Table(String),
    Image {
        image: String,
        alt: String,
        caption: Option<String>,
    },
    Embed {
        provider: Provider,
        url: String,
        player: Option<String>,
    },
    Ad(String),
    Rule,
    Html(String),
    Footnote(String),
}

/// A comment that separates two adjacent lists, which would otherwise be one list; it is not a block itself.
pub(super) const SEPARATOR: &str = "<!-- -->";

/// Joins sources to one text, with footnotes at the end.
pub(super) fn join<'s>(sources: impl IntoIterator<Item = &'s BlockSource>) -> String {
    let (notes, others): (Vec<_>, Vec<_>) = sources.into_iter().partition(|source| matches!(source, BlockSource::Footnote(_)));
    let mut out = String::new();
    let mut after_list = false;
    for source in others.into_iter().chain(notes) {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        let is_list = matches!(source, BlockSource::List(_));
        if after_list && is_list {
            out.push_str(SEPARATOR);
            out.push_str("\n\n");
        }
        source.write(&mut out);
        after_list = is_list;
    }
    out
}

impl BlockSource {
    /// Appends the source as Markdown, without a line end.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::Paragraph(text) | Self::List(text) | Self::Table(text) | Self::Html(text) | Self::Footnote(text) => out.push_str(text),
            Self::Heading { level, markdown } => heading(out, *level, markdown),
            Self::Quote(text) => quote(out, text),
            Self::Code { language, code } => fenced(out, language.as_deref(), code),
            Self::Image { image, alt, caption } => picture(out, image, alt, caption.as_deref()),
            Self::Embed { url, .. } => out.push_str(url),
            Self::Ad(placement) => {
                out.push_str("::ad{");
                out.push_str(placement);
                out.push('}');
            }
            Self::Rule => out.push_str("---"),
        }
    }

    /// The length, in characters, of the longest member of this block in a request.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Paragraph(text) | Self::List(text) | Self::Table(text) | Self::Html(text) | Self::Footnote(text) | Self::Quote(text) => {
                text.chars().count()
            }
            Self::Heading { markdown, .. } => markdown.chars().count(),
            Self::Code { code, .. } => code.chars().count(),
            Self::Image { .. } | Self::Embed { .. } | Self::Ad(_) | Self::Rule => 0,
        }
    }
}

fn heading(out: &mut String, level: u8, markdown: &str) {
    out.extend(std::iter::repeat_n('#', usize::from(level)));
    if !markdown.is_empty() {
        out.push(' ');
        out.push_str(markdown);
    }
    // A final `#` would be read as a closing sequence, unless a closing sequence follows.
    if markdown.ends_with('#') {
        out.push_str(" #");
    }
}

fn quote(out: &mut String, text: &str) {
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push('>');
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
    }
}

fn fenced(out: &mut String, language: Option<&str>, code: &str) {
    let longest = code.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.saturating_add(1).max(3));
    out.push_str(&fence);
    out.push_str(language.unwrap_or_default());
    out.push('\n');
    if !code.is_empty() {
        out.push_str(code);
        out.push('\n');
    }
    out.push_str(&fence);
}

fn picture(out: &mut String, image: &str, alt: &str, caption: Option<&str>) {
    out.push_str("![");
    escape::markdown(out, alt);
    out.push_str("](image:");
    out.push_str(image);
    if let Some(caption) = caption {
        out.push_str(" \"");
        escape::markdown(out, caption);
        out.push('"');
    }
    out.push(')');
}
