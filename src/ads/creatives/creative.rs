//! A creative: its row, its draft, and the fields of its list.

use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

use super::rules::Attributes;
use super::view::CreativeView;
use crate::ads::placements::{self, PlacementId};
use crate::db::{Column, Field, Id, Json, Key, Listing, Op, Timestamp, column, text_enum};
use crate::http::Edited;
use crate::images::{self, ImageId};
use crate::input::formats::text_types;
use crate::input::{self, Draft, HttpUrl, Locale, Name, Reference, ReferenceTo, Selectable};
use crate::schema::ad_creatives;
use crate::taxonomy::{self, Section};

text_types! {
    /// The HTML of an ad.
    AdHtml: PROSE 1..=20_000 "<a href=\"https://shop.example\">Boots, half price</a>";
}

/// The id of a creative.
pub(crate) type CreativeId = Id<Creative>;

text_enum! {
    /// The kind of a creative.
    pub(crate) enum AdKind {
        /// A script of an ad server, which front ends load.
        Script = "script",
        /// An image with a link.
        Image = "image",
        /// HTML, which front ends show in a sandboxed frame.
        Html = "html",
    }
}

/// A creative, as stored, without its sections.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = ad_creatives, treat_none_as_null = true)]
pub(crate) struct Creative {
    pub(crate) id: CreativeId,
    pub(crate) placement_id: PlacementId,
    pub(crate) kind: AdKind,
    pub(crate) name: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) active: bool,
    pub(crate) src: Option<String>,
    pub(crate) container_id: Option<String>,
    pub(crate) attributes: Json<Attributes>,
    pub(crate) link: Option<String>,
    pub(crate) image_id: Option<ImageId>,
    pub(crate) html: Option<String>,
    pub(crate) weight: i32,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) locales: Json<Vec<String>>,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A new or changed creative, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdCreativeDraft)]
pub(crate) struct CreativeDraft {
    /// The placement that shows the creative, by id or key.
    #[schema(value_type = ReferenceTo)]
    pub(crate) placement: PlacementId,
    /// The kind of the creative. A `script` needs `src`, an `image` needs `image` and `link`, and `html` needs
    /// `html`. Members of another kind are refused.
    pub(crate) kind: AdKind,
    /// A name for the staff.
    #[schema(value_type = Option<Name>, example = "Boots, spring")]
    pub(crate) name: Option<String>,
    /// The label that tells readers that this is an ad. If absent, the placement's label is used.
    #[schema(value_type = Option<Name>, example = "Sponsored by Quay Boots")]
    pub(crate) label: Option<String>,
    /// Whether the creative can be shown.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(crate) active: bool,
    /// The URL of the script, with https. It is data for front ends: the server never fetches it.
    #[schema(
        format = "iri",
        min_length = 9,
        max_length = 2000,
        pattern = "^https://[^\\s\\x00-\\x1f\\x7f-\\x9f\"<>\\\\^`{|}]+$",
        example = "https://ads.example/tag.js"
    )]
    pub(crate) src: Option<String>,
    /// The id of the element that the script fills.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z][A-Za-z0-9_-]*$", example = "ad-slot-1")]
    pub(crate) container_id: Option<String>,
    /// Further attributes of the script element: `data-…`, and attributes for loading.
    #[serde(default)]
    pub(crate) attributes: Attributes,
    /// The URL that the image links to.
    #[schema(value_type = Option<HttpUrl>, example = "https://shop.example/boots")]
    pub(crate) link: Option<String>,
    /// The image, by id.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) image: Option<ImageId>,
    /// The HTML, stored unchanged. It is not sanitised: front ends must show it in a frame with `sandbox`, never in
    /// their own page.
    #[schema(value_type = Option<AdHtml>)]
    pub(crate) html: Option<String>,
    /// The relative frequency with which front ends choose this creative among those of its placement.
    #[serde(default = "usual_weight")]
    #[schema(minimum = 1, maximum = 1000, default = 1)]
    pub(crate) weight: i32,
    /// The time when the creative starts to be shown. If absent, it starts at once.
    pub(crate) starts_at: Option<Timestamp>,
    /// The time when the creative stops being shown. If absent, it never stops.
    pub(crate) ends_at: Option<Timestamp>,
    /// The sections that show the creative, with their subsections. If empty, every page shows it.
    #[serde(default)]
    #[schema(value_type = Vec<ReferenceTo>, max_items = 100)]
    pub(crate) sections: Vec<Id<Section>>,
    /// The languages of pages that show the creative; `de` includes `de-AT`. If empty, pages of every language show it.
    #[serde(default)]
    #[schema(value_type = Vec<Locale>, max_items = 50)]
    pub(crate) locales: Vec<String>,
}

fn yes() -> bool {
    true
}

fn usual_weight() -> i32 {
    1
}

impl Draft for CreativeDraft {
    const READ_ONLY: &'static [&'static str] = &["/id", "/version", "/created_at", "/updated_at"];
    const FREE: &'static [&'static str] = &["/attributes"];
    const REFERENCES: &'static [Reference] = &[
        Reference { pointer: "/placement", find: placements::find_reference },
        Reference { pointer: "/image", find: images::find_reference },
        Reference { pointer: "/sections/*", find: taxonomy::find_section },
    ];
}

impl Creative {
    /// Creates a creative from a draft. Returns its sections for the caller to store.
    pub(super) fn new(draft: CreativeDraft, now: Timestamp) -> (Self, Vec<Id<Section>>) {
        let mut creative = Self {
            id: Id::new(now),
            placement_id: draft.placement,
            kind: draft.kind,
            name: None,
            label: None,
            active: true,
            src: None,
            container_id: None,
            attributes: Json(Attributes::default()),
            link: None,
            image_id: None,
            html: None,
            weight: 1,
            starts_at: None,
            ends_at: None,
            locales: Json(Vec::new()),
            version: 0,
            created_at: now,
            updated_at: now,
        };
        let sections = creative.revise(draft, now);
        (creative, sections)
    }

    /// Applies a draft to a new or an existing creative. Returns its sections for the caller to store.
    pub(super) fn revise(&mut self, draft: CreativeDraft, now: Timestamp) -> Vec<Id<Section>> {
        let CreativeDraft {
            placement,
            kind,
            name,
            label,
            active,
            src,
            container_id,
            attributes,
            link,
            image,
            html,
            weight,
            starts_at,
            ends_at,
            mut sections,
            locales,
        } = draft;
        self.placement_id = placement;
        self.kind = kind;
        self.name = name;
        self.label = label;
        self.active = active;
        self.src = src;
        self.container_id = container_id;
        self.attributes = Json(attributes);
        self.link = link;
        self.image_id = image;
        self.html = html;
        self.weight = weight;
        self.starts_at = starts_at;
        self.ends_at = ends_at;
        self.locales = Json(locales);
        self.version += 1;
        self.updated_at = now;
        sections.sort();
        sections.dedup();
        sections
    }
}

/// The filters and sort fields of the list of creatives.
pub(super) static LISTING: Listing<ad_creatives::table, Creative> = Listing {
    fields: &[
        Field { name: "id", kind: input::Kind::Id, ops: Op::CHOICE, column: column!(id ad_creatives::id), key: None, about: "The id." },
        Field {
            name: "placement",
            kind: input::Kind::Reference,
            ops: Op::CHOICE,
            column: Column { compare: super::queries::in_placement, order: None },
            key: None,
            about: "The placement, by id or key.",
        },
        Field {
            name: "kind",
            kind: input::Kind::Word(AdKind::WORDS),
            ops: Op::CHOICE,
            column: column!(text ad_creatives::kind),
            key: None,
            about: "The kind of the creative.",
        },
        Field {
            name: "active",
            kind: input::Kind::Truth,
            ops: Op::TRUTH,
            column: column!(truth ad_creatives::active),
            key: None,
            about: "Whether the creative can be shown.",
        },
        Field {
            name: "starts_at",
            kind: input::Kind::Time,
            ops: Op::OPTIONAL_ORDER,
            column: column!(optional time ad_creatives::starts_at),
            key: None,
            about: "The time when the creative starts to be shown.",
        },
        Field {
            name: "ends_at",
            kind: input::Kind::Time,
            ops: Op::OPTIONAL_ORDER,
            column: column!(optional time ad_creatives::ends_at),
            key: None,
            about: "The time when the creative stops being shown.",
        },
        Field {
            name: "created_at",
            kind: input::Kind::Time,
            ops: Op::ORDER,
            column: column!(time ad_creatives::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the creative was created.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<Edited<CreativeView>>,
    id: column!(id ad_creatives::id),
    id_of: |row| row.id.to_string(),
};
