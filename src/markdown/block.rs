//! The blocks of a body, as the API returns them.

use comrak::nodes::TableAlignment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::embed::Provider;

/// One block of a body. `html` is the sanitised inner HTML of the block's element (for a heading, without `<h2>`), `text` is the same
/// content as plain text, and `markdown` is its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = StoredBlock)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Block {
    /// A paragraph.
    #[schema(title = "ParagraphBlock")]
    Paragraph {
        /// The Markdown of the paragraph.
        markdown: String,
        /// The inner HTML of `<p>`.
        html: String,
        /// The paragraph as plain text.
        text: String,
    },
    /// A heading.
    #[schema(title = "HeadingBlock")]
    Heading {
        /// The level of the heading: 1 is the highest, 6 the lowest.
        #[schema(minimum = 1, maximum = 6)]
        level: u8,
        /// The inline Markdown of the heading, without the `#` characters.
        markdown: String,
        /// The inner HTML of `<h1>` to `<h6>`.
        html: String,
        /// The heading as plain text.
        text: String,
        /// The `id` of the heading in the HTML, unique in the body; a link to `#anchor` leads to it.
        anchor: String,
    },
    /// A list.
    #[schema(title = "ListBlock")]
    List {
        /// Whether the list is numbered.
        ordered: bool,
        /// The first number of a numbered list; null for other lists.
        #[schema(required)]
        start: Option<u32>,
        /// The Markdown of the whole list.
        markdown: String,
        /// The items of the list. Nested lists are part of the item's `html`.
        items: Vec<BlockPiece>,
    },
    /// A quotation.
    #[schema(title = "QuoteBlock")]
    Quote {
        /// The Markdown of the quotation, without the `>` characters.
        markdown: String,
        /// The inner HTML of `<blockquote>`.
        html: String,
        /// The quotation as plain text.
        text: String,
    },
    /// A block of code.
    #[schema(title = "CodeBlock")]
    Code {
        /// The language as written after the code fence, or null.
        #[schema(required)]
        language: Option<String>,
        /// The code, not escaped and without a line end at its end.
        code: String,
    },
    /// A table.
    #[schema(title = "TableBlock")]
    Table {
        /// The Markdown of the whole table.
        markdown: String,
        /// The cells of the header row.
        headers: Vec<BlockPiece>,
        /// The alignment of each column.
        align: Vec<Align>,
        /// The cells of the other rows; each row is as long as `headers`.
        rows: Vec<Vec<BlockPiece>>,
    },
    /// An image from the image library.
    #[schema(title = "StoredImageBlock")]
    Image {
        /// The id of the image.
        #[schema(format = "uuid")]
        image: String,
        /// The alternative text given in the article. If it is empty, the image's own `alt` is used.
        alt: String,
        /// The caption given in the article. If it is null, the image's own caption is used.
        #[schema(required)]
        caption: Option<String>,
    },
    /// Embedded content of another site, such as a video.
    #[schema(title = "EmbedBlock")]
    Embed {
        /// The site that the content comes from.
        provider: Provider,
        /// The URL given in the article.
        #[schema(format = "uri")]
        url: String,
        /// The URL for an `<iframe>`, or null if there is none.
        #[schema(format = "uri", required)]
        embed_url: Option<String>,
    },
    /// A place for an ad.
    #[schema(title = "AdBlock")]
    Ad {
        /// The key of the ad placement.
        placement: String,
    },
    /// A thematic break (`<hr>`).
    #[schema(title = "RuleBlock")]
    Rule {},
    /// Raw HTML.
    #[schema(title = "HtmlBlock")]
    Html {
        /// The HTML as written.
        markdown: String,
        /// The HTML after sanitising; it may be empty.
        html: String,
    },
    /// The footnotes; always the last block.
    #[schema(title = "FootnotesBlock")]
    Footnotes {
        /// The Markdown of all footnote definitions.
        markdown: String,
        /// The footnotes that the body refers to, in the order of their numbers.
        items: Vec<FootnoteItem>,
    },
}

/// An item of a list or a cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct BlockPiece {
    /// The sanitised inner HTML of `<li>`, `<th>` or `<td>`.
    pub(crate) html: String,
    /// The content as plain text.
    pub(crate) text: String,
}

/// A footnote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct FootnoteItem {
    /// The number of the footnote, as shown in the text.
    pub(crate) label: String,
    /// The `id` of the footnote in the HTML; the number in the text links to it.
    pub(crate) anchor: String,
    /// The sanitised HTML of the footnote.
    pub(crate) html: String,
}

/// The alignment of a table column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ColumnAlign)]
pub(crate) enum Align {
    /// No alignment was given.
    None,
    /// Aligned to the left.
    Left,
    /// Centred.
    Center,
    /// Aligned to the right.
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
    /// The level of the heading, 1 to 6.
    #[schema(minimum = 1, maximum = 6)]
    pub(crate) level: u8,
    /// The heading as plain text.
    pub(crate) text: String,
    /// The `id` of the heading in the body's HTML.
    pub(crate) anchor: String,
}
