//! Which members a response has: `fields=` names them, one level down at most; `include=` adds those left out by default.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The members of one view that a request can select.
#[derive(Clone)]
pub(crate) struct Selectable {
    /// The names that `fields=` accepts: the members of the view, and the members of these (`authors.name`).
    names: Vec<&'static str>,
    /// The names that `include=` accepts.
    includes: &'static [&'static str],
}

/// The selectable members of each view for which they were needed. Entries are never removed: there is one for each view at most.
static OF_VIEWS: LazyLock<RwLock<HashMap<TypeId, &'static Selectable>>> = LazyLock::new(RwLock::default);

impl Selectable {
    /// Returns the selectable members of a view.
    pub(crate) fn of<V: ToSchema + 'static>() -> &'static Self {
        let of_view = TypeId::of::<V>();
        if let Some(known) = OF_VIEWS.read().ok().and_then(|views| views.get(&of_view).copied()) {
            return known;
        }
        let new: &'static Self = Box::leak(Box::new(Self::read::<V>()));
        OF_VIEWS.write().map_or(new, |mut views| views.entry(of_view).or_insert(new))
    }

    /// Reads the names from the schema of a view, in its order.
    fn read<V: ToSchema>() -> Self {
        let mut components = Vec::new();
        V::schemas(&mut components);
        let components: HashMap<String, Value> =
            components.into_iter().filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?))).collect();
        let view = serde_json::to_value(V::schema()).unwrap_or_default();
        let leaked = |name: String| -> &'static str { name.leak() };
        let mut names = Vec::new();
        for (name, member) in properties(&view, &components) {
            names.push(leaked(name.clone()));
            names.extend(properties(&member, &components).keys().map(|inner| leaked(format!("{name}.{inner}"))));
        }
        Self { names, includes: &[] }
    }

    /// Returns the names without members that some callers must not see.
    pub(crate) fn without(&self, members: &[&str]) -> Self {
        let mut left = self.clone();
        left.names.retain(|name| !members.contains(name));
        left
    }

    /// Adds the names that `include=` accepts.
    pub(crate) fn including(&self, includes: &'static [&'static str]) -> Self {
        Self { includes, ..self.clone() }
    }

    /// Returns the names that `include=` accepts.
    pub(crate) fn includes(&self) -> &'static [&'static str] {
        self.includes
    }

    /// Returns all names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied()
    }

    /// Returns the names of the view's own members.
    pub(crate) fn members(&self) -> impl Iterator<Item = &'static str> {
        self.names().filter(|name| !name.contains('.'))
    }
}

/// Returns the members of an object or of the items of an array, whether a schema names them itself or refers to them.
fn properties(schema: &Value, components: &HashMap<String, Value>) -> Map<String, Value> {
    let component = || components.get(schema.get("$ref")?.as_str()?.rsplit('/').next()?);
    if let Some(component) = component() {
        return properties(component, components);
    }
    let mut found = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let parts = ["oneOf", "anyOf", "allOf"].iter().filter_map(|keyword| schema.get(*keyword)?.as_array()).flatten();
    for part in parts.chain(schema.get("items")) {
        for (name, member) in properties(part, components) {
            found.entry(name).or_insert(member);
        }
    }
    found
}

/// The members of a view that a request selects. By default, these are all members except those that `include` can add.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The members in `fields`, and which of their own members; `None` for all of them.
    fields: Option<Vec<(String, Option<Vec<String>>)>>,
    /// The names in `include`.
    pub(super) includes: Vec<String>,
}

impl Selection {
    /// Adds a name of `fields`; returns whether it selects something new.
    pub(super) fn add_field(&mut self, name: &str) -> bool {
        let (member, inner) = name.split_once('.').map_or((name, None), |(member, inner)| (member, Some(inner.to_owned())));
        let fields = self.fields.get_or_insert_default();
        match (fields.iter_mut().find(|(other, _)| other == member), inner) {
            (None, inner) => fields.push((member.to_owned(), inner.map(|inner| vec![inner]))),
            (Some((_, Some(known))), Some(inner)) if !known.contains(&inner) => known.push(inner),
            _ => return false,
        }
        true
    }

    /// Checks whether the response has a member that it lacks by default.
    pub(crate) fn wants(&self, member: &str) -> bool {
        let is_field = || self.fields.iter().flatten().any(|(name, _)| name == member);
        self.includes.iter().any(|name| name == member) || is_field()
    }

    /// Checks whether `fields` was sent.
    pub(super) fn has_fields(&self) -> bool {
        self.fields.is_some()
    }

    /// Returns a view for serialization, with only the selected members.
    pub(crate) fn of<'v, V: Serialize>(&self, view: &'v V) -> serde_json::Result<Selected<'v, V>> {
        let Some(fields) = &self.fields else { return Ok(Selected::Whole(view)) };
        match serde_json::to_value(view)? {
            Value::Object(members) => Ok(Selected::Sparse(Value::Object(selected(members, fields)))),
            other => Ok(Selected::Sparse(other)),
        }
    }
}

/// A view for serialization: nothing is copied, unless only some members are selected.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Selected<'v, V> {
    /// The view with all its members.
    Whole(&'v V),
    /// The selected members of the view.
    Sparse(Value),
}

fn selected(members: Map<String, Value>, fields: &[(String, Option<Vec<String>>)]) -> Map<String, Value> {
    let kept = members.into_iter().filter_map(|(name, value)| {
        let (_, inner) = fields.iter().find(|(member, _)| *member == name)?;
        let value = match inner {
            Some(names) => part(value, names),
            None => value,
        };
        Some((name, value))
    });
    kept.collect()
}

/// Keeps only these members of an object, or of each object of an array.
fn part(value: Value, names: &[String]) -> Value {
    match value {
        Value::Object(members) => Value::Object(members.into_iter().filter(|(name, _)| names.contains(name)).collect()),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| part(item, names)).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A view with members of all kinds.
    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema is read")]
    struct SampleView {
        /// A text.
        title: String,
        /// An object that may be absent.
        hero: Option<SampleMember>,
        /// A list of objects.
        authors: Vec<SampleMember>,
    }

    /// An object within the view.
    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema is read")]
    struct SampleMember {
        /// A text.
        name: String,
    }

    fn selection(names: &str) -> Selection {
        let mut selection = Selection::default();
        names.split(',').for_each(|name| assert!(selection.add_field(name), "{name}"));
        selection
    }

    #[test]
    fn names_go_one_level_down() {
        let names: Vec<&str> = Selectable::of::<SampleView>().names().collect();
        assert_eq!(names, ["title", "hero", "hero.name", "authors", "authors.name"]);
    }

    #[test]
    fn only_selected_members_remain() {
        let view = json!({"title": "T", "hero": null, "authors": [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}], "dek": "D"});
        let kept = selection("authors.name,title,hero.url").of(&view).unwrap();
        assert_eq!(serde_json::to_string(&kept).unwrap(), r#"{"title":"T","hero":null,"authors":[{"name":"A"},{"name":"B"}]}"#);
    }

    #[test]
    fn nothing_is_selected_twice() {
        for (first, second) in [("a", "a"), ("a", "a.b"), ("a.b", "a"), ("a.b", "a.b")] {
            let mut selection = selection(first);
            assert!(!selection.add_field(second), "{first},{second}");
        }
        assert!(selection("a.b").add_field("a.c"));
    }
}
