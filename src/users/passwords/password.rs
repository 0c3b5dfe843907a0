//! A password as somebody chooses it: its bounds, and what is refused as too common.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};

use super::common::is_common;
use crate::error::Fault;

const SHORTEST: usize = 15;
const LONGEST: usize = 1024;

/// A new password: 15 to 1024 characters of any kind.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(in crate::users) struct NewPassword(pub(in crate::users) String);

impl NewPassword {
    /// Whether it has the length of a password; the schema says the same with a fault.
    pub(in crate::users) fn fits(&self) -> bool {
        (SHORTEST..=LONGEST).contains(&self.0.nfc().count())
    }
}

/// A password as it is counted and hashed: in NFC, since one device sends `ü` as one character and another as two.
pub(super) fn normalised(password: &str) -> String {
    password.nfc().collect()
}

impl utoipa::PartialSchema for NewPassword {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .min_length(Some(SHORTEST))
            .max_length(Some(LONGEST))
            .write_only(true)
            .description(Some("Any characters; the commonest passwords are refused."))
            .examples(["lanterns over the canal"])
            .into()
    }
}
impl utoipa::ToSchema for NewPassword {}

/// The fault of a password that anybody would try first.
pub(in crate::users) fn check(pointer: &str, password: &NewPassword, email: &str) -> Option<Fault> {
    if !password.fits() {
        let detail = format!("A password has {SHORTEST} to {LONGEST} characters, counted in their composed form (NFC).");
        return Some(Fault::at(pointer, "too_short", detail));
    }
    let text = normalised(&password.0);
    let weak = is_common(&text) || text.eq_ignore_ascii_case(email);
    weak.then(|| Fault::at(pointer, "too_common", "This is among the passwords that are tried first; choose another."))
}
