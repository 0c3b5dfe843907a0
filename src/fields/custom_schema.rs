//! A schema of custom fields: its row, its view, and the objects that violate it.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, SchemaType, Type};

use crate::db::{Json, Timestamp};
use crate::error::Fault;
use crate::input::{CustomKind, MAX_SCHEMA, max_bytes};
use crate::schema::custom_schemas;

/// A schema as it is stored; empty after it was deleted.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = custom_schemas)]
pub(super) struct StoredSchema {
    pub(super) kind: CustomKind,
    pub(super) content: Json<Map<String, Value>>,
    pub(super) version: i32,
    pub(super) updated_at: Timestamp,
}

/// The JSON Schema for the member `custom` of a kind of resource.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct CustomSchemaView {
    /// The kind of resource.
    kind: CustomKind,
    /// The JSON Schema (2020-12); `{}` if anything is allowed.
    #[schema(value_type = Object, example = json!({"type": "object", "properties": {"rating": {"type": "integer", "minimum": 1, "maximum": 5}}}))]
    schema: Map<String, Value>,
    /// The number of the version, raised by each change; the `ETag` is `"v7"` for version 7. 0 if there never was a schema.
    #[schema(minimum = 0, example = 7)]
    pub(super) version: i32,
    /// The time of the last change, in UTC; `null` if there never was a schema.
    updated_at: Option<Timestamp>,
}

/// The schemas of all kinds of resources.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct CustomSchemas {
    /// The schemas, one for each kind of resource.
    pub(super) data: Vec<CustomSchemaView>,
}

/// A JSON Schema (2020-12) of up to 32 KiB.
pub(super) enum CustomSchemaDraft {}

impl utoipa::PartialSchema for CustomSchemaDraft {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Object))
            .description(Some("A JSON Schema (2020-12) of up to 32 KiB."))
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .extensions(Some(max_bytes(MAX_SCHEMA)))
            .examples([json!({"type": "object", "properties": {"rating": {"type": "integer", "minimum": 1, "maximum": 5}}})])
            .into()
    }
}
impl ToSchema for CustomSchemaDraft {}

/// An object that violates a schema.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Misfit {
    pub(super) kind: CustomKind,
    pub(super) id: String,
    pub(super) errors: Vec<Fault>,
}

impl StoredSchema {
    /// Returns the empty schema of a kind that never had one.
    pub(super) fn nothing(kind: CustomKind) -> Self {
        Self { kind, content: Json(Map::new()), version: 0, updated_at: Timestamp::from_millis(0) }
    }

    /// Returns the view of the schema.
    pub(super) fn view(&self) -> CustomSchemaView {
        let updated_at = (self.version > 0).then_some(self.updated_at);
        CustomSchemaView { kind: self.kind, schema: self.content.0.clone(), version: self.version, updated_at }
    }
}
