//! The blocks that a client posts.

use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::{OneOf, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::block::{Align, FootnoteItem, Piece};
use super::embed::Provider;

/// One block of a body, as posted. Every block that the server returned is taken as it is; of one written by hand only the source members are
/// needed, and those marked read-only are ignored. A `markdown` that holds more than its one block is read as the blocks that it holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct BlockInput(pub(super) Members);

impl BlockInput {
    /// The id of the picture that an image block shows.
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

/// Says that there are no other members, which the derived schema of a variant doesn't.
fn close(variant: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = variant {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

/// One block of a body, as posted. Every block that the server returned is taken as it is; of one written by hand only the source members are
/// needed, and those marked read-only are ignored. A `markdown` that holds more than its one block is read as the blocks that it holds.
#[expect(dead_code, reason = "the derived members stand here for the schema, so that what the server returned is taken back")]
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Members {
    /// A paragraph.
    #[schema(title = "ParagraphInput")]
    Paragraph {
        /// Its Markdown.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        html: IgnoredAny,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        text: IgnoredAny,
    },
    /// A heading.
    #[schema(title = "HeadingInput")]
    Heading {
        /// 1 is the highest, 6 the lowest.
        #[schema(minimum = 1, maximum = 6)]
        level: u8,
        /// The heading's inline Markdown, without `#`s; line ends become spaces.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        html: IgnoredAny,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        text: IgnoredAny,
        /// Derived from the text.
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
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<bool>, read_only)]
        ordered: IgnoredAny,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<u32>, read_only)]
        start: IgnoredAny,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Vec<Piece>>, read_only)]
        items: IgnoredAny,
    },
    /// A quotation.
    #[schema(title = "QuoteInput")]
    Quote {
        /// What is quoted, in Markdown, without the `>`s.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        html: IgnoredAny,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        text: IgnoredAny,
    },
    /// Program text.
    #[schema(title = "CodeInput")]
    Code {
        /// The language: letters, digits and `+ # . _ -`.
        #[schema(max_length = 40, pattern = r"^[A-Za-z0-9+#._-]*$")]
        language: Option<String>,
        /// The code itself.
        #[schema(max_length = 100_000)]
        code: String,
    },
    /// A table.
    #[schema(title = "TableInput")]
    Table {
        /// The Markdown of the whole table.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Vec<Piece>>, read_only)]
        headers: IgnoredAny,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Vec<Align>>, read_only)]
        align: IgnoredAny,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Vec<Vec<Piece>>>, read_only)]
        rows: IgnoredAny,
    },
    /// An image of the library.
    #[schema(title = "ImageInput")]
    Image {
        /// The id of the image.
        #[schema(format = "uuid", max_length = 36, pattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
        image: String,
        /// The text for those who don't see it; absent or empty: the image's own holds.
        #[serde(default)]
        #[schema(max_length = 2000)]
        alt: String,
        /// The caption; absent or null: the image's own holds.
        #[schema(max_length = 5000)]
        caption: Option<String>,
    },
    /// Something that another site shows. An address of no known provider becomes a paragraph with a link.
    #[schema(title = "EmbedInput")]
    Embed {
        /// The address.
        #[schema(format = "uri", max_length = 2000, pattern = r#"^https?://[^\s<>"`\\]+$"#)]
        url: String,
        /// Derived from the address.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Provider>, read_only)]
        provider: IgnoredAny,
        /// Derived from the address.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        embed_url: IgnoredAny,
    },
    /// A place for advertising.
    #[schema(title = "AdInput")]
    Ad {
        /// The key of the placement.
        #[schema(max_length = 60, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
        placement: String,
    },
    /// A line between what came before and what comes after.
    #[schema(title = "RuleInput")]
    Rule {},
    /// Raw HTML, of which the sanitiser leaves what is harmless.
    #[schema(title = "HtmlInput")]
    Html {
        /// The HTML.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<String>, read_only)]
        html: IgnoredAny,
    },
    /// Footnote definitions, wherever they are posted the last block.
    #[schema(title = "FootnotesInput")]
    Footnotes {
        /// The Markdown of the definitions, `[^name]: …` each.
        #[schema(max_length = 100_000)]
        markdown: String,
        /// Derived.
        #[serde(default = "ignored")]
        #[schema(value_type = Option<Vec<FootnoteItem>>, read_only)]
        items: IgnoredAny,
    },
}

fn ignored() -> IgnoredAny {
    IgnoredAny
}
