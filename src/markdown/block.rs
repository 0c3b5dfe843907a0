//! The blocks that a body consists of, as readers get them.

use comrak::nodes::TableAlignment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::embed::Provider;

/// One block of a body. `html` is always the sanitised inside of the element that the type names (a heading's without `<h2>`), `text` the same
/// without markup, `markdown` its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = StoredBlock)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Block {
    /// A paragraph.
    #[schema(title = "ParagraphBlock")]
    Paragraph {
        /// Its Markdown.
        markdown: String,
        /// What stands inside `<p>`.
        html: String,
        /// The same as plain text.
        text: String,
    },
    /// A heading.
    #[schema(title = "HeadingBlock")]
    Heading {
        /// 1 is the highest, 6 the lowest.
        #[schema(minimum = 1, maximum = 6)]
        level: u8,
        /// The heading's inline Markdown, without the `#`s.
        markdown: String,
        /// What stands inside `<h1>` to `<h6>`.
        html: String,
        /// The same as plain text.
        text: String,
        /// Its `id` in the HTML, unique in the body: what a link `#anchor` leads to.
        anchor: String,
    },
    /// A list.
    #[schema(title = "ListBlock")]
    List {
        /// Whether it is numbered.
        ordered: bool,
        /// The first number of a numbered list, else null.
        #[schema(required)]
        start: Option<u32>,
        /// The Markdown of the whole list.
        markdown: String,
        /// Its items; what is nested in an item is in the item's `html`.
        items: Vec<Piece>,
    },
    /// A quotation.
    #[schema(title = "QuoteBlock")]
    Quote {
        /// What is quoted, in Markdown, without the `>`s.
        markdown: String,
        /// What stands inside `<blockquote>`.
        html: String,
        /// The same as plain text.
        text: String,
    },
    /// Program text.
    #[schema(title = "CodeBlock")]
    Code {
        /// The language, as the writer named it, or null.
        #[schema(required)]
        language: Option<String>,
        /// The code itself, without a line end at its end. It is not escaped.
        code: String,
    },
    /// A table.
    #[schema(title = "TableBlock")]
    Table {
        /// The Markdown of the whole table.
        markdown: String,
        /// The cells of the first row.
        headers: Vec<Piece>,
        /// How each column is aligned.
        align: Vec<Align>,
        /// The cells of the other rows, each as long as `headers`.
        rows: Vec<Vec<Piece>>,
    },
    /// An image of the library.
    #[schema(title = "StoredImageBlock")]
    Image {
        /// The id of the image.
        #[schema(format = "uuid")]
        image: String,
        /// The text for those who don't see it, as written here; empty: the image's own holds.
        alt: String,
        /// The caption as written here; null: the image's own holds.
        #[schema(required)]
        caption: Option<String>,
    },
    /// Something that another site shows.
    #[schema(title = "EmbedBlock")]
    Embed {
        /// Whose it is.
        provider: Provider,
        /// The address that the writer gave.
        #[schema(format = "uri")]
        url: String,
        /// The address for an `<iframe>`, or null when there is none.
        #[schema(format = "uri", required)]
        embed_url: Option<String>,
    },
    /// A place for advertising.
    #[schema(title = "AdBlock")]
    Ad {
        /// The key of the placement.
        placement: String,
    },
    /// A line between what came before and what comes after.
    #[schema(title = "RuleBlock")]
    Rule {},
    /// Raw HTML.
    #[schema(title = "HtmlBlock")]
    Html {
        /// What the writer typed.
        markdown: String,
        /// What is left of it after sanitising; may be empty.
        html: String,
    },
    /// The footnotes, always the last block.
    #[schema(title = "FootnotesBlock")]
    Footnotes {
        /// The Markdown of all definitions.
        markdown: String,
        /// The notes that the body refers to, in the order of their numbers.
        items: Vec<FootnoteItem>,
    },
}

/// An item of a list or a cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BlockPiece)]
pub(crate) struct Piece {
    /// What stands inside `<li>` or `<td>`, sanitised.
    pub(crate) html: String,
    /// The same as plain text.
    pub(crate) text: String,
}

/// A footnote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct FootnoteItem {
    /// The number that stands in the text.
    pub(crate) label: String,
    /// Its `id` in the HTML: what its number in the text leads to.
    pub(crate) anchor: String,
    /// What the note says, sanitised.
    pub(crate) html: String,
}

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ColumnAlign)]
pub(crate) enum Align {
    /// Not said.
    None,
    /// To the left.
    Left,
    /// To the centre.
    Center,
    /// To the right.
    Right,
}

impl From<&TableAlignment> for Align {
    fn from(alignment: &TableAlignment) -> Self {
        match alignment {
            TableAlignment::None => Self::None,
            TableAlignment::Left => Self::Left,
            TableAlignment::Center => Self::Center,
            TableAlignment::Right => Self::Right,
        }
    }
}

/// An entry of the table of contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct TocEntry {
    /// The heading's level, 1 to 6.
    #[schema(minimum = 1, maximum = 6)]
    pub(crate) level: u8,
    /// The heading as plain text.
    pub(crate) text: String,
    /// Its anchor in the body.
    pub(crate) anchor: String,
}
