//! An account.

/// A person who can log in.
#[derive(Debug)]
pub(crate) struct User;
pub(crate) type UserId = crate::db::Id<User>;
