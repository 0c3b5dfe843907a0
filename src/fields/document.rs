//! The OpenAPI document as served: with the current custom schemas, on every node.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::custom_schema::StoredSchema;
use super::queries;
use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::openapi;

/// The last document built, with the schemas it contains.
#[derive(Default)]
pub(crate) struct ServedDocument(Mutex<Option<(Vec<StoredSchema>, bytes::Bytes)>>);

/// Returns the document with the current schemas; rebuilds it only after a schema has changed.
pub(crate) fn document(app: &App, conn: &mut Conn) -> Result<bytes::Bytes> {
    let schemas: Vec<StoredSchema> = queries::all(conn)?.into_iter().filter(|schema| !schema.content.0.is_empty()).collect();
    if schemas.is_empty() {
        return Ok(bytes::Bytes::from_static(openapi::compact().as_bytes()));
    }
    let mut made = app.document.0.lock().unwrap_or_else(PoisonError::into_inner);
    let text = if let Some((_, text)) = made.take().filter(|(of, _)| *of == schemas) {
        text
    } else {
        let custom: Vec<_> = schemas.iter().map(|schema| (schema.kind, Value::Object(schema.content.0.clone()))).collect();
        openapi::text_with(&custom).into()
    };
    *made = Some((schemas, text.clone()));
    Ok(text)
}
