//! A creative: its row, its draft, and what the list of them can be asked.

use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

use super::rules::Attributes;
use crate::ads::placements::{self, PlacementId};
use crate::db::{Column, Field, Id, Json, Key, Listing, Op, Timestamp, column, text_enum};
use crate::images::{self, ImageId};
use crate::input::formats::text_types;
use crate::input::{self, Draft, HttpUrl, Locale, Name, Reference, ReferenceTo};
use crate::schema::ad_creatives;
use crate::taxonomy::{self, Section};

text_types! {
    /// The HTML of an ad, as it was sent.
    AdHtml: PROSE 1..=20_000 "<a href=\"https://shop.example\">Boots, half price</a>";
}

/// The id of a creative.
pub(crate) type CreativeId = Id<Creative>;

text_enum! {
    /// What a creative is.
    pub(crate) enum AdKind {
        /// A script of an ad server, for front ends to load.
        Script = "script",
        /// A picture that leads somewhere.
        Image = "image",
        /// HTML, for front ends to show in a sandboxed frame.
        Html = "html",
    }
}

/// A creative as it is stored, but for its sections.
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

/// What a creative may be made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdCreativeDraft)]
pub(crate) struct CreativeDraft {
    /// Where it is shown.
    #[schema(value_type = ReferenceTo)]
    pub(crate) placement: PlacementId,
    /// What it is. A `script` has `src`, an `image` has `image` and `link`, `html` has `html`; none has what is another's.
    pub(crate) kind: AdKind,
    /// What it is called among those who work here.
    #[schema(value_type = Option<Name>, example = "Boots, spring")]
    pub(crate) name: Option<String>,
    /// What readers are told that it is; the placement's label where absent.
    #[schema(value_type = Option<Name>, example = "Sponsored by Quay Boots")]
    pub(crate) label: Option<String>,
    /// Whether it is shown at all.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(crate) active: bool,
    /// The script's address, with https. It is data for front ends: this server never fetches it.
    #[schema(
        format = "uri",
        min_length = 9,
        max_length = 2000,
        pattern = "^https://[^\\s\\x00-\\x1f\\x7f-\\x9f\"<>\\\\^`{|}]+$",
        example = "https://ads.example/tag.js"
    )]
    pub(crate) src: Option<String>,
    /// The name of the element that the script fills.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z][A-Za-z0-9_-]*$", example = "ad-slot-1")]
    pub(crate) container_id: Option<String>,
    /// What the script's element is to say besides: `data-…`, and how it is loaded.
    #[serde(default)]
    pub(crate) attributes: Attributes,
    /// Where the picture leads to.
    #[schema(value_type = Option<HttpUrl>, example = "https://shop.example/boots")]
    pub(crate) link: Option<String>,
    /// The picture.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) image: Option<ImageId>,
    /// The HTML, kept as it is. It is not made safe: front ends show it in a frame with `sandbox`, never in their own page.
    #[schema(value_type = Option<AdHtml>)]
    pub(crate) html: Option<String>,
    /// How often it is to be chosen, compared with the others of its placement.
    #[serde(default = "usual_weight")]
    #[schema(minimum = 1, maximum = 1000, default = 1)]
    pub(crate) weight: i32,
    /// When it begins to be shown; at once where absent.
    pub(crate) starts_at: Option<Timestamp>,
    /// When it is no longer shown; never where absent.
    pub(crate) ends_at: Option<Timestamp>,
    /// The sections that it is shown in, what lies within them too; everywhere where there is none.
    #[serde(default)]
    #[schema(value_type = Vec<ReferenceTo>, max_items = 100)]
    pub(crate) sections: Vec<Id<Section>>,
    /// The languages that it is shown in, `de` for `de-AT`, too; in all where there is none.
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
    /// A creative of a draft, new; its sections are the caller's.
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

    /// What a draft makes of a creative, new or not; its sections are the caller's.
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

/// What the list of creatives can be asked.
pub(super) static LISTING: Listing<ad_creatives::table, Creative> = Listing {
    fields: &[
        Field { name: "id", kind: input::Kind::Id, ops: Op::CHOICE, column: column!(id ad_creatives::id), key: None, about: "The id." },
        Field {
            name: "placement",
            kind: input::Kind::Reference,
            ops: Op::CHOICE,
            column: Column { compare: super::queries::stands_in, order: None },
            key: None,
            about: "Where it is shown, by id or key.",
        },
        Field {
            name: "kind",
            kind: input::Kind::Word(AdKind::WORDS),
            ops: Op::CHOICE,
            column: column!(text ad_creatives::kind),
            key: None,
            about: "What it is.",
        },
        Field {
            name: "active",
            kind: input::Kind::Truth,
            ops: Op::TRUTH,
            column: column!(truth ad_creatives::active),
            key: None,
            about: "Whether it is shown at all.",
        },
        Field {
            name: "starts_at",
            kind: input::Kind::Time,
            ops: Op::OPTIONAL_ORDER,
            column: column!(optional time ad_creatives::starts_at),
            key: None,
            about: "When it begins to be shown.",
        },
        Field {
            name: "ends_at",
            kind: input::Kind::Time,
            ops: Op::OPTIONAL_ORDER,
            column: column!(optional time ad_creatives::ends_at),
            key: None,
            about: "When it is no longer shown.",
        },
        Field {
            name: "created_at",
            kind: input::Kind::Time,
            ops: Op::ORDER,
            column: column!(time ad_creatives::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "When it was made.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &[
        "id",
        "placement",
        "kind",
        "name",
        "label",
        "active",
        "src",
        "container_id",
        "attributes",
        "link",
        "image",
        "html",
        "weight",
        "starts_at",
        "ends_at",
        "sections",
        "locales",
        "version",
        "created_at",
        "updated_at",
    ],
    id: column!(id ad_creatives::id),
    id_of: |row| row.id.to_string(),
};
