//! Completes the scopes of API keys: each operation that requires a caller names the scope that it needs; each scope has a
//! description.

use serde_json::{Map, Value, json};

use super::each_operation;
use crate::users::{Demand, Scope, demand};

/// Completes operations (`x-scope`) and the schemas of scopes.
pub(super) fn complete(document: &mut Value) {
    each_operation(document, |path, method, operation| {
        let asks_who =
            operation.get("security").and_then(Value::as_array).is_some_and(|ways| ways.iter().any(|way| way.get("bearer").is_some()));
        let Some(demand) = asks_who.then(|| demand(&method.to_uppercase(), path)).flatten() else { return };
        operation["x-scope"] = demand.as_str().into();
        if let Demand::Scope(scope) = demand {
            let about = operation["description"].as_str().unwrap_or_default();
            let needs = format!("An API key needs the scope `{}`.", scope.as_str());
            operation["description"] = format!("{about}\n\n{needs}").trim().into();
        }
    });
    let sentences: Map<String, Value> = Scope::ABOUT.iter().map(|(scope, about)| ((*scope).to_owned(), json!(about))).collect();
    let list = Scope::ABOUT.iter().map(|(scope, about)| format!("- `{scope}`: {about}")).collect::<Vec<_>>().join("\n");
    let schemas = &mut document["components"]["schemas"];
    if let Some(scope) = schemas.get_mut("Scope") {
        scope["description"] =
            format!("A scope permits an API key to use some operations. A key never permits more than its owner's role.\n\n{list}").into();
        scope["x-enum-descriptions"] = sentences.into();
    }
    if let Some(old) = schemas.get_mut("OldScope") {
        old["description"] =
            "An old scope. Existing keys keep it; new keys need scopes that name a resource, such as `articles:write`.".into();
    }
}
