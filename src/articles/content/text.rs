//! A rendered text between the database and the response. Only image blocks are parsed, because they show the image's current data;
//! all other blocks are passed on as they are stored.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::markdown::{Block, Rendered, TocEntry};

/// The beginning of a stored image block, whose type comes first.
const PICTURE: &str = "{\"type\":\"image\",";

/// A rendered text.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Text {
    /// The HTML, with placeholders for images.
    pub(crate) html: String,
    /// The blocks.
    pub(crate) blocks: Vec<TextBlock>,
    /// The table of contents.
    pub(crate) toc: Vec<TocEntry>,
    /// The ids of the images in the text, without duplicates.
    pub(crate) images: Vec<String>,
}

/// A block of a text.
#[derive(Clone, Debug)]
pub(crate) enum TextBlock {
    /// An image.
    Image {
        /// The id of the image.
        image: String,
        /// The alternative text that the article gives; may be empty.
        alt: String,
        /// The caption that the article gives.
        caption: Option<String>,
    },
    /// Any other block.
    Other(PlainBlock),
}

/// A block without an image.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum PlainBlock {
    /// A block that was rendered for this request.
    Made(Block),
    /// A block as stored, not parsed.
    Stored(Box<RawValue>),
}

impl PartialSchema for PlainBlock {
    fn schema() -> RefOr<Schema> {
        Block::schema()
    }
}

impl ToSchema for PlainBlock {
    fn name() -> Cow<'static, str> {
        Block::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Block::schemas(schemas);
    }
}

impl From<Block> for TextBlock {
    fn from(block: Block) -> Self {
        match block {
            Block::Image { image, alt, caption } => Self::Image { image, alt, caption },
            other => Self::Other(PlainBlock::Made(other)),
        }
    }
}

impl<'de> Deserialize<'de> for TextBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Box::<RawValue>::deserialize(deserializer)?;
        if stored.get().starts_with(PICTURE) {
            return serde_json::from_str::<Block>(stored.get()).map(Self::from).map_err(D::Error::custom);
        }
        Ok(Self::Other(PlainBlock::Stored(stored)))
    }
}

impl From<Rendered> for Text {
    fn from(rendered: Rendered) -> Self {
        let Rendered { html, blocks, toc, images, words: _, minutes: _, excerpt: _, warnings: _, unknown_images: _ } = rendered;
        Self { html, blocks: blocks.into_iter().map(TextBlock::from).collect(), toc, images }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Text, TextBlock};
    use crate::markdown::render;

    #[test]
    fn what_is_stored_is_what_was_made() {
        let id = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42";
        let made = render(&format!(
            "# One\n\nTwo \\\"\u{e9}\u{1f98a}.\n\n![Three](image:{id} \"Four\")\n\n- five\n\n```\nsix\n```\n\n::ad{{top}}\n"
        ));
        assert!(made.images.contains(&id.to_owned()), "{made:?}");
        let stored: Text = serde_json::from_str(&serde_json::to_string(&made).unwrap()).unwrap();
        let shown = |text: Text| {
            let blocks = text.blocks.into_iter().map(|block| match block {
                TextBlock::Image { image, alt, caption } => json!([image, alt, caption]),
                TextBlock::Other(plain) => serde_json::to_value(plain).unwrap(),
            });
            (text.html, blocks.collect::<Vec<Value>>(), serde_json::to_value(text.toc).unwrap(), text.images)
        };
        let stored = shown(stored);
        assert!(stored.1.iter().any(Value::is_array), "the picture is among the blocks: {stored:?}");
        assert_eq!(stored, shown(Text::from(made)));
    }
}
