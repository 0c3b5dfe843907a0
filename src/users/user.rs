//! An account.

/// A person who can log in.
#[derive(Debug)]
pub(crate) struct User;
