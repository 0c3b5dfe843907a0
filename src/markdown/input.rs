//! The blocks that a client posts.

use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::{OneOf, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::block::{Align, BlockPiece, FootnoteItem};
use super::embed::Provider;

/// One block of a body, as posted. A block that the server returned is accepted unchanged. A new block needs only the source
/// members. Read-only members must be absent or unchanged; other values are refused (`ambiguous`). If `markdown` contains several
/// blocks, they replace this block.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct BlockInput(pub(super) Members);

impl BlockInput {
    /// The id of the image that an image block shows.
    pub(crate) fn picture(&self) -> Option<&str> {
        match &self.0 {
            Members::Image { image, .. } => Some(image),
            _ => None,
        }
    }
}

impl PartialSchema for BlockInput {
    fn schema() -> RefOr<Schema> {
        let mut schema = Members::schema();
        if let RefOr::T(Schema::OneOf(OneOf { items, .. })) = &mut schema {
            items.iter_mut().for_each(close);
        }
        schema
    }
}

impl ToSchema for BlockInput {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Members::schemas(schemas);
    }
}

/// Forbids additional members, which the derived schema of an enum variant allows.
fn close(variant: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = variant {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

/// One block of a body, as posted. A block that the server returned is accepted unchanged. A new block needs only the source
/// members. Read-only members must be absent or unchanged; other values are refused (`ambiguous`). If `markdown` contains several
/// blocks, they replace this block.
#[expect(dead_code, reason = "the derived members are part of the schema, so that blocks from the server can be posted back")]
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Members {
    /// A paragraph.
    #[schema(title = "ParagraphInput")]
    Paragraph {
        /// The Markdown of the paragraph.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// The derived HTML. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        html: IgnoredAny,
        /// The derived plain text. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        text: IgnoredAny,
    },
    /// A heading.
    #[schema(title = "HeadingInput")]
    Heading {
        /// The level of the heading: 1 is the highest, 6 the lowest.
        #[schema(minimum = 1, maximum = 6)]
        level: u8,
        /// The inline Markdown of the heading, without `#` characters; line ends become spaces.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// The derived HTML. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        html: IgnoredAny,
        /// The derived plain text. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        text: IgnoredAny,
        /// The `id` derived from the text. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        anchor: IgnoredAny,
    },
    /// A list.
    #[schema(title = "ListInput")]
    List {
        /// The Markdown of the whole list.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// Whether the list is numbered, derived from `markdown`. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<bool>, read_only)]
        ordered: IgnoredAny,
        /// The first number, derived from `markdown`. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<u32>, read_only)]
        start: IgnoredAny,
        /// The items, derived from `markdown`. A request leaves them out or sends them unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Vec<BlockPiece>>, read_only)]
        items: IgnoredAny,
    },
    /// A quotation.
    #[schema(title = "QuoteInput")]
    Quote {
        /// The Markdown of the quotation, without the `>` characters.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// The derived HTML. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        html: IgnoredAny,
        /// The derived plain text. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        text: IgnoredAny,
    },
    /// A block of code.
    #[schema(title = "CodeInput")]
    Code {
        /// The language; letters, digits and `+ # . _ -` are allowed.
        #[schema(max_length = 40, pattern = r"^[A-Za-z0-9+#._-]*$")]
        language: Option<String>,
        /// The code, not escaped.
        #[schema(max_length = 100_000)]
        code: String,
    },
    /// A table.
    #[schema(title = "TableInput")]
    Table {
        /// The Markdown of the whole table.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// The cells of the header row, derived from `markdown`. A request leaves them out or sends them unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Vec<BlockPiece>>, read_only)]
        headers: IgnoredAny,
        /// The alignments of the columns, derived from `markdown`. A request leaves them out or sends them unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Vec<Align>>, read_only)]
        align: IgnoredAny,
        /// The cells of the other rows, derived from `markdown`. A request leaves them out or sends them unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Vec<Vec<BlockPiece>>>, read_only)]
        rows: IgnoredAny,
    },
    /// An image from the image library.
    #[schema(title = "ImageInput")]
    Image {
        /// The id of the image.
        #[schema(format = "uuid", max_length = 36, pattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
        image: String,
        /// The alternative text. If it is absent or empty, the image's own `alt` is used.
        #[serde(default)]
        #[schema(max_length = 2000)]
        alt: String,
        /// The caption. If it is absent or null, the image's own caption is used.
        #[schema(max_length = 5000)]
        caption: Option<String>,
    },
    /// Embedded content of another site, such as a video. A URL of an unknown provider becomes a paragraph with a link.
    #[schema(title = "EmbedInput")]
    Embed {
        /// The URL of the content.
        #[schema(format = "iri", max_length = 2000, pattern = r#"^https?://[^\s<>"`\\]+$"#)]
        url: String,
        /// The provider, derived from the URL. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Provider>, read_only)]
        provider: IgnoredAny,
        /// The URL for an `<iframe>`, derived from `url`. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        embed_url: IgnoredAny,
    },
    /// A place for an ad.
    #[schema(title = "AdInput")]
    Ad {
        /// The key of the ad placement.
        #[schema(max_length = 60, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
        placement: String,
    },
    /// A thematic break (`<hr>`).
    #[schema(title = "RuleInput")]
    Rule {},
    /// Raw HTML. The sanitiser removes everything that is unsafe.
    #[schema(title = "HtmlInput")]
    Html {
        /// The HTML as written.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// The sanitised HTML. A request leaves it out or sends it unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        html: IgnoredAny,
    },
    /// Footnote definitions. They become the last block, wherever they are posted.
    #[schema(title = "FootnotesInput")]
    Footnotes {
        /// The Markdown of the definitions, in the form `[^name]: …`.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// The footnotes, derived from `markdown`. A request leaves them out or sends them unchanged.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Vec<FootnoteItem>>, read_only)]
        items: IgnoredAny,
    },
}

fn ignored() -> IgnoredAny {
    IgnoredAny
}
