//! Builders: short ways to a world with things in it, all over HTTP.

use serde_json::json;

use super::world::Node;

impl Node {
    /// A section; answers its id.
    pub(crate) async fn section(&self, name: &str) -> String {
        self.editor().post("sections", json!({"name": name})).await.expect(201).id()
    }
}
