//! A placement: its row, its draft and its views.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::events::Tagged;
use crate::input::formats::text_types;
use crate::input::{Draft, Kind, Name, Paragraph, Selectable};
use crate::schema::ad_placements;

text_types! {
    /// The key of a placement: lower-case words joined by hyphens.
    PlacementKey: SLUG 1..=60 "in-article";
}

/// The id of a placement.
pub(crate) type PlacementId = Id<Placement>;

impl Tagged for Placement {
    const KIND: &'static str = "ad_placement";
}

/// A placement, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = ad_placements, treat_none_as_null = true)]
pub(crate) struct Placement {
    pub(crate) id: PlacementId,
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) label_key: String,
    pub(crate) description: Option<String>,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A new or changed placement, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdPlacementDraft)]
pub(crate) struct PlacementDraft {
    /// The key of the placement. Front ends request the placement by its key, and `::ad{…}` in an article names the key.
    #[schema(value_type = PlacementKey)]
    pub(crate) key: String,
    /// The label that tells readers that this is an ad.
    #[serde(default = "usual_label")]
    #[schema(value_type = Name, default = "Advertisement", example = "Advertisement")]
    pub(crate) label: String,
    /// A description of the position, for the staff.
    #[schema(value_type = Option<Paragraph>, example = "Between the paragraphs of an article.")]
    pub(crate) description: Option<String>,
}

fn usual_label() -> String {
    "Advertisement".into()
}

impl Draft for PlacementDraft {
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
}

/// A placement, as it appears in other objects.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AdPlacementCard)]
pub(crate) struct PlacementCard {
    /// The id of the placement.
    pub(crate) id: PlacementId,
    /// The key of the placement.
    #[schema(example = "in-article")]
    pub(crate) key: String,
    /// The label that tells readers that this is an ad.
    #[schema(example = "Advertisement")]
    pub(crate) label: String,
}

/// A placement for ads.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AdPlacementView)]
pub(crate) struct PlacementView {
    #[serde(flatten)]
    pub(crate) card: PlacementCard,
    /// A description of the position, for the staff.
    #[schema(example = "Between the paragraphs of an article.")]
    pub(crate) description: Option<String>,
}

impl Placement {
    /// Creates an empty placement.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            key: String::new(),
            label: String::new(),
            label_key: String::new(),
            description: None,
            version: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// Applies a draft to a new or an existing placement.
    pub(super) fn revise(&mut self, draft: PlacementDraft, now: Timestamp) {
        let PlacementDraft { key, label, description } = draft;
        self.key = key;
        self.label_key = fold(&label);
        self.label = label;
        self.description = description;
        self.version += 1;
        self.updated_at = now;
    }

    /// Returns the placement as it appears in other objects.
    pub(in crate::ads) fn card(&self) -> PlacementCard {
        PlacementCard { id: self.id, key: self.key.clone(), label: self.label.clone() }
    }

    /// Returns the placement as editors see it.
    pub(super) fn view(&self) -> PlacementView {
        PlacementView { card: self.card(), description: self.description.clone() }
    }
}

/// The filters and sort fields of the list of placements.
pub(super) static LISTING: Listing<ad_placements::table, Placement> = Listing {
    fields: &[
        Field { name: "id", kind: Kind::Id, ops: Op::CHOICE, column: column!(id ad_placements::id), key: None, about: "The id." },
        Field {
            name: "key",
            kind: Kind::Reference,
            ops: Op::CHOICE,
            column: column!(text ad_placements::key),
            key: None,
            about: "The key.",
        },
        Field {
            name: "label",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text ad_placements::label_key),
            key: Some(|row| Key::Text(row.label_key.clone())),
            about: "The label, regardless of case and accents.",
        },
    ],
    default_sort: "label",
    members: Selectable::of::<PlacementView>,
    id: column!(id ad_placements::id),
    id_of: |row| row.id.to_string(),
};
