//! A new password: its bounds, and the refusal of common ones.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};

use super::common::is_common;
use crate::error::Fault;

const MIN_LENGTH: usize = 15;
const MAX_LENGTH: usize = 1024;

/// A new password: 15 to 1024 characters of any kind.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(in crate::users) struct NewPassword(pub(in crate::users) String);

impl NewPassword {
    /// Checks the length. The schema checks it too, with a validation error.
    pub(in crate::users) fn fits(&self) -> bool {
        (MIN_LENGTH..=MAX_LENGTH).contains(&self.0.nfc().count())
    }
}

/// Normalises a password to NFC for counting and hashing: some devices send `ü` as one character, others as two.
pub(super) fn normalised(password: &str) -> String {
    password.nfc().collect()
}

impl utoipa::PartialSchema for NewPassword {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .min_length(Some(MIN_LENGTH))
            .max_length(Some(MAX_LENGTH))
            .write_only(true)
            .description(Some("A password of any characters. The most common passwords are refused."))
            .examples(["lanterns over the canal"])
            .into()
    }
}
impl utoipa::ToSchema for NewPassword {}

/// Returns a validation error if a password is too short, too long or too common.
pub(in crate::users) fn check(pointer: &str, password: &NewPassword, email: &str) -> Option<Fault> {
    if !password.fits() {
        let detail = format!("A password has {MIN_LENGTH} to {MAX_LENGTH} characters, counted in their composed form (NFC).");
        return Some(Fault::at(pointer, "too_short", detail));
    }
    let text = normalised(&password.0);
    let weak = is_common(&text) || text.eq_ignore_ascii_case(email);
    weak.then(|| Fault::at(pointer, "too_common", "This password is too common: attackers try it first. Choose another one."))
}
