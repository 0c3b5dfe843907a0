//! Who is asking, and the rights that a handler can demand in its signature.

use std::marker::PhantomData;

use super::accounts::User;
use super::role::{Role, Scope};
use crate::authors::Author as AuthorProfile;
use crate::db::Id;
use crate::error::{Error, Result};

/// A right: the roles that have it, and the scope that a key needs for it.
pub(crate) trait Right: 'static {
    /// Who has it.
    const ROLES: &'static [Role];
    /// What a key must have been made for.
    const SCOPE: Scope;
    /// Whether any key will do, since what is done with it is judged by itself.
    const ANY_KEY: bool = false;
}

/// Declares rights.
macro_rules! rights {
    ($($(#[$meta:meta])* $name:ident: $scope:ident [$($role:ident),+];)+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum $name {}
        impl Right for $name {
            const ROLES: &'static [Role] = &[$(Role::$role),+];
            const SCOPE: Scope = Scope::$scope;
        }
    )+ };
}

rights! {
    /// Everybody who can log in.
    Staff: Read [Contributor, Author, Editor, Moderator, Admin];
    /// Who writes articles.
    Writer: Content [Contributor, Author, Editor, Admin];
    /// Who publishes articles, their own at least.
    Author: Content [Author, Editor, Admin];
    /// Who edits everybody's.
    Editor: Content [Editor, Admin];
    /// Who looks after comments, those on their own articles at least.
    Moderator: Comments [Author, Editor, Moderator, Admin];
    /// Who runs the place.
    Admin: Admin [Admin];
}

/// Somebody known, with the right `R`.
#[derive(Debug)]
pub(crate) struct Caller<R = Staff> {
    /// Who.
    pub(crate) user: Id<User>,
    /// As what.
    pub(crate) role: Role,
    /// The profile that their articles are signed with.
    pub(crate) author: Option<Id<AuthorProfile>>,
    /// The session of an access token; none where an API key is used.
    pub(crate) session: Option<String>,
    /// What the API key is for; none where an access token is used.
    pub(crate) scopes: Option<Vec<Scope>>,
    right: PhantomData<fn() -> R>,
}

impl Caller<Staff> {
    /// Somebody whose token has been checked.
    pub(crate) fn known(
        user: Id<User>,
        role: Role,
        author: Option<Id<AuthorProfile>>,
        session: Option<String>,
        scopes: Option<Vec<Scope>>,
    ) -> Self {
        Self { user, role, author, session, scopes, right: PhantomData }
    }

    /// The same person, where they have the right `R`; reading takes no more than the scope `read`.
    pub(crate) fn with_right<R: Right>(self, reading: bool) -> Result<Caller<R>> {
        if !R::ROLES.contains(&self.role) {
            return Err(Error::forbidden("Your role does not allow this."));
        }
        let fits = |scopes: &Vec<Scope>| R::ANY_KEY || scopes.contains(&R::SCOPE) || (reading && scopes.contains(&Scope::Read));
        if !self.scopes.as_ref().is_none_or(fits) {
            return Err(Error::forbidden("Your API key's scopes do not allow this."));
        }
        Ok(Caller { user: self.user, role: self.role, author: self.author, session: self.session, scopes: self.scopes, right: PhantomData })
    }
}

impl Caller<Author> {
    /// The same person as a writer, which every author is.
    pub(crate) fn as_writer(&self) -> Caller<Writer> {
        Caller {
            user: self.user,
            role: self.role,
            author: self.author,
            session: self.session.clone(),
            scopes: self.scopes.clone(),
            right: PhantomData,
        }
    }
}

impl<R> Caller<R> {
    /// Whether they may work on everybody's content.
    pub(crate) fn edits_all(&self) -> bool {
        matches!(self.role, Role::Editor | Role::Admin)
    }

    /// Who, as events record it.
    #[expect(clippy::unnecessary_wraps, reason = "an event's actor may be nobody")]
    pub(crate) fn actor(&self) -> Option<String> {
        Some(self.user.to_string())
    }
}

impl<R> Clone for Caller<R> {
    fn clone(&self) -> Self {
        Self {
            user: self.user,
            role: self.role,
            author: self.author,
            session: self.session.clone(),
            scopes: self.scopes.clone(),
            right: PhantomData,
        }
    }
}
