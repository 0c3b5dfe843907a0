//! Validates a body along its shape: checks lengths before contents, and stops when enough validation errors are found.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Arc;

use serde_json::Value;

use super::check::{no_such_choice, required, simple, unknown_member};
use super::shape::{ArrayShape, ObjectShape, Scalar, Shape};
use crate::error::{Fault, MAX_FAULTS, MAX_POINTER};
use crate::input::escape;

/// The maximum number of members of an object in addition to the members of its schema. A larger object is not validated further.
/// No editor view has so many computed members.
const MAX_UNKNOWN: usize = 100;

/// Finds a component of the document by its name.
pub(super) type Components<'a> = &'a dyn Fn(&str) -> Option<Arc<Shape>>;

/// The validation errors to look for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// All errors.
    All,
    /// Only excessive lengths, in a body whose other errors are found later.
    Sizes,
}

/// Returns the validation errors of a value by its shape; at most one error more than are reported.
pub(super) fn faults(shape: &Shape, value: &Value, components: Components<'_>, aim: Aim) -> Vec<Fault> {
    let mut walk = Walk { components, aim, path: Vec::new(), faults: Vec::new() };
    walk.check(shape, value);
    walk.faults
}

/// A step from a value to one of its parts.
#[derive(Clone, Copy)]
enum Stride<'v> {
    Name(&'v str),
    Index(usize),
}

struct Walk<'c, 'v> {
    components: Components<'c>,
    aim: Aim,
    path: Vec<Stride<'v>>,
    faults: Vec<Fault>,
}

impl<'v> Walk<'_, 'v> {
    fn check(&mut self, shape: &Shape, value: &'v Value) {
        match shape {
            Shape::Object(members) => self.members(members, value),
            Shape::Array(items) => self.items(items, value),
            Shape::Choice(branches) => self.choice(branches, value),
            Shape::Reference(name) => {
                if let Some(shape) = (self.components)(name) {
                    self.check(&shape, value);
                }
            }
            Shape::Scalar(scalar) => self.scalar(scalar, value),
            Shape::Anything(max) => self.bytes(*max, value),
        }
    }

    fn members(&mut self, shape: &ObjectShape, value: &'v Value) {
        let Value::Object(members) = value else { return self.scalar(&shape.kind, value) };
        let max = shape.max.or_else(|| shape.others.is_none().then_some(shape.properties.len() + MAX_UNKNOWN));
        if let Some(max) = max.filter(|max| members.len() > *max) {
            return self.add(|at| Fault::at(at, "too_many", format!("This may have at most {max} members.")).bound("max", max));
        }
        let before = self.faults.len();
        self.bytes(shape.max_bytes, value);
        if self.faults.len() > before {
            return;
        }
        for (name, inner) in members {
            let known = shape.properties.get(name).or(shape.others.as_deref());
            match known {
                Some(known) => self.within(Stride::Name(name), known, inner),
                None if self.aim == Aim::All => {
                    self.add(|at| unknown_member(at, name, shape.properties.keys().map(String::as_str)));
                }
                None => {}
            }
            if self.is_full() {
                return;
            }
        }
        let wanted = if self.aim == Aim::All { shape.required.as_slice() } else { &[] };
        let missing = wanted.iter().filter(|name| !members.contains_key(*name));
        missing.for_each(|name| self.add(|at| required(at, name)));
    }

    fn items(&mut self, shape: &ArrayShape, value: &'v Value) {
        let Value::Array(items) = value else { return self.scalar(&shape.kind, value) };
        if let Some(max) = shape.max.filter(|max| items.len() > *max) {
            return self.add(|at| Fault::at(at, "too_many", format!("This may have at most {max} items.")).bound("max", max));
        }
        if self.aim == Aim::All {
            if items.len() < shape.min {
                let min = shape.min;
                self.add(|at| Fault::at(at, "too_few", format!("This must have at least {min} items.")).bound("min", min));
            }
            let mut seen = HashSet::new();
            if shape.unique && !items.iter().all(|item| seen.insert(item.to_string())) {
                self.add(|at| Fault::at(at, "duplicate_items", "An item occurs twice in this list."));
            }
        }
        for (index, item) in items.iter().enumerate() {
            self.within(Stride::Index(index), &shape.item, item);
            if self.is_full() {
                return;
            }
        }
    }

    /// A value that matches no branch gets the errors of the first branch for its type.
    fn choice(&mut self, branches: &[Shape], value: &'v Value) {
        let outside = std::mem::take(&mut self.faults);
        let mut first: Option<Vec<Fault>> = None;
        let mut fits = false;
        for branch in branches.iter().filter(|branch| is_for(branch, value, self.components)) {
            self.check(branch, value);
            let found = std::mem::take(&mut self.faults);
            fits = found.is_empty();
            if fits {
                break;
            }
            first.get_or_insert(found);
        }
        self.faults = outside;
        match first {
            _ if fits => {}
            Some(found) => found.into_iter().for_each(|fault| self.add(|_| fault)),
            None if self.aim == Aim::Sizes => {}
            None => {
                let components = self.components;
                self.add(|at| no_such_choice(at, &branches.iter().filter_map(|branch| type_of(branch, components)).collect::<Vec<_>>()));
            }
        }
    }

    fn scalar(&mut self, scalar: &Scalar, value: &'v Value) {
        if let (Value::String(text), Some(max)) = (value, scalar.max_length)
            && text.len() > max
            && text.chars().nth(max).is_some()
        {
            return self.add(|at| Fault::at(at, "too_long", format!("This may have at most {max} characters.")).bound("max", max));
        }
        if self.aim == Aim::Sizes {
            return;
        }
        let mut found: Vec<Fault> = Vec::new();
        for error in scalar.validator.iter_errors(value).take(MAX_FAULTS) {
            let fault = simple(&self.pointer(), &error);
            // A format and a pattern often refuse the same text.
            if !found.iter().any(|known| fault.repeats(known)) {
                found.push(fault);
            }
        }
        for fault in found {
            self.add(|_| fault);
        }
    }

    fn bytes(&mut self, max: Option<usize>, value: &Value) {
        if let Some(max) = max.filter(|max| !is_within(value, *max)) {
            self.add(|at| Fault::at(at, "too_long", format!("This may have at most {max} bytes as JSON.")).bound("max", max));
        }
    }

    fn within(&mut self, step: Stride<'v>, shape: &Shape, value: &'v Value) {
        self.path.push(step);
        self.check(shape, value);
        self.path.pop();
    }

    fn add(&mut self, fault: impl FnOnce(&str) -> Fault) {
        if !self.is_full() {
            self.faults.push(fault(&self.pointer()));
        }
    }

    /// Returns whether there are more errors than are reported, so that validation can stop.
    fn is_full(&self) -> bool {
        self.faults.len() > MAX_FAULTS
    }

    /// Returns the JSON Pointer of the current value, cut to the length that is reported.
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            if pointer.len() > MAX_POINTER {
                break;
            }
            pointer.push('/');
            match step {
                Stride::Name(name) => pointer.push_str(&escape(crate::error::beginning(name, MAX_POINTER))),
                Stride::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

/// Returns whether a schema accepts the JSON type of a value and, for an object, the value of its member `type`.
fn is_for(shape: &Shape, value: &Value, components: Components<'_>) -> bool {
    match shape {
        Shape::Anything(_) => true,
        Shape::Reference(name) => components(name).is_none_or(|shape| is_for(&shape, value, components)),
        Shape::Choice(branches) => branches.iter().any(|branch| is_for(branch, value, components)),
        Shape::Scalar(scalar) => has_type(&scalar.types, value),
        Shape::Array(items) => has_type(&items.kind.types, value),
        Shape::Object(members) => {
            let other_type = || match (members.properties.get("type"), value.get("type")) {
                (Some(Shape::Scalar(own)), Some(sent)) => own.only.as_deref().is_some_and(|only| sent != only),
                _ => false,
            };
            has_type(&members.kind.types, value) && !other_type()
        }
    }
}

fn has_type(types: &[String], value: &Value) -> bool {
    let is = |name: &String| match name.as_str() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => value.is_number(),
    };
    types.is_empty() || types.iter().any(is)
}

/// Returns the value of `type` that a branch requires, if it is a single value.
fn type_of(shape: &Shape, components: Components<'_>) -> Option<String> {
    match shape {
        Shape::Reference(name) => type_of(&*components(name)?, components),
        Shape::Object(members) => match members.properties.get("type")? {
            Shape::Scalar(scalar) => scalar.only.clone(),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether a value has at most this size in bytes of JSON; serialization of a larger value stops early.
pub(super) fn is_within(value: &Value, max: usize) -> bool {
    serde_json::to_writer(Allowance(max), value).is_ok()
}

/// A writer that counts bytes and fails after a maximum.
struct Allowance(usize);

impl Write for Allowance {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("it is too long"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
