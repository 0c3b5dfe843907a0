//! A placement: its row, its draft, its views.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, fold};
use crate::input::formats::text_types;
use crate::input::{Draft, Kind, Name, Paragraph};
use crate::schema::ad_placements;

text_types! {
    /// The key of a placement: lower-case words joined by hyphens.
    PlacementKey: SLUG 1..=60 "in-article";
}

/// The id of a placement.
pub(crate) type PlacementId = Id<Placement>;

/// A placement as it is stored.
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

/// What a placement may be made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdPlacementDraft)]
pub(crate) struct PlacementDraft {
    /// The word that front ends ask for it by, and that `::ad{…}` names in an article.
    #[schema(value_type = PlacementKey)]
    pub(crate) key: String,
    /// What readers are told that it is.
    #[serde(default = "usual_label")]
    #[schema(value_type = Name, default = "Advertisement", example = "Advertisement")]
    pub(crate) label: String,
    /// Where it stands, for those who work here.
    #[schema(value_type = Option<Paragraph>, example = "Between the paragraphs of an article.")]
    pub(crate) description: Option<String>,
}

fn usual_label() -> String {
    "Advertisement".into()
}

impl Draft for PlacementDraft {
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
}

/// A placement, where something else shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AdPlacementCard)]
pub(crate) struct PlacementCard {
    /// Its id.
    pub(crate) id: PlacementId,
    /// The word that it is named by.
    #[schema(example = "in-article")]
    pub(crate) key: String,
    /// What readers are told that it is.
    #[schema(example = "Advertisement")]
    pub(crate) label: String,
}

/// A placement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AdPlacementView)]
pub(crate) struct PlacementView {
    #[serde(flatten)]
    pub(crate) card: PlacementCard,
    /// Where it stands, for those who work here.
    #[schema(example = "Between the paragraphs of an article.")]
    pub(crate) description: Option<String>,
}

impl Placement {
    /// A placement that nothing is known of yet.
    pub(super) fn blank(now: Timestamp) -> Self {
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

    /// What a draft makes of a placement, new or not.
    pub(super) fn revise(&mut self, draft: PlacementDraft, now: Timestamp) {
        let PlacementDraft { key, label, description } = draft;
        self.key = key;
        self.label_key = fold(&label);
        self.label = label;
        self.description = description;
        self.version += 1;
        self.updated_at = now;
    }

    /// What is shown of it elsewhere.
    pub(in crate::ads) fn card(&self) -> PlacementCard {
        PlacementCard { id: self.id, key: self.key.clone(), label: self.label.clone() }
    }

    /// What is shown of it.
    pub(super) fn view(&self) -> PlacementView {
        PlacementView { card: self.card(), description: self.description.clone() }
    }
}

/// What the list of placements can be asked.
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
            about: "The label, without regard to case and accents.",
        },
    ],
    default_sort: "label",
    includes: &[],
    members: &["id", "key", "label", "description"],
    id: column!(id ad_placements::id),
    id_of: |row| row.id.to_string(),
};
