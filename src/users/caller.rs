//! Who is asking, and the rights that a handler can demand in its signature.

use std::marker::PhantomData;

use super::accounts::User;
use super::demand::Demand;
use super::role::{KeyScope, OldScope, Role};
use crate::authors::Author as AuthorProfile;
use crate::db::Id;
use crate::error::{Error, Result};

/// A right: the roles that have it, and the scope that a key of before resource scopes needs for it.
pub(crate) trait Right: 'static {
    /// Who has it.
    const ROLES: &'static [Role];
    /// The scope that an old key must have; what a key of now must have, [`demand`](super::demand()) says.
    const OLD_SCOPE: OldScope;
}

/// Declares rights.
macro_rules! rights {
    ($($(#[$meta:meta])* $name:ident: $scope:ident [$($role:ident),+];)+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum $name {}
        impl Right for $name {
            const ROLES: &'static [Role] = &[$(Role::$role),+];
            const OLD_SCOPE: OldScope = OldScope::$scope;
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

/// What a request asks for, as far as API keys are judged by it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// Whether it only reads.
    pub(crate) reading: bool,
    /// What the operation demands of a key; an operation that is not known is closed to keys.
    pub(crate) demand: Option<Demand>,
}

impl Asked {
    fn judge<R: Right>(self, scopes: &[KeyScope]) -> Result<()> {
        let has = |scope: OldScope| scopes.contains(&KeyScope::Old(scope));
        let old_key_does = has(R::OLD_SCOPE) || (self.reading && has(OldScope::Read));
        match self.demand {
            Some(Demand::Nothing) => Ok(()),
            Some(Demand::Session) => Err(Error::forbidden("An API key can't do this; log in.")),
            _ if old_key_does => Ok(()),
            Some(Demand::Scope(scope)) if scopes.contains(&KeyScope::Resource(scope)) => Ok(()),
            Some(Demand::Scope(scope)) => Err(Error::forbidden(&format!("Your API key needs the scope {} for this.", scope.as_str()))),
            None => Err(Error::forbidden("Your API key's scopes do not allow this.")),
        }
    }
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
    pub(crate) scopes: Option<Vec<KeyScope>>,
    right: PhantomData<fn() -> R>,
}

impl Caller<Staff> {
    /// Somebody whose token has been checked.
    pub(crate) fn known(
        user: Id<User>,
        role: Role,
        author: Option<Id<AuthorProfile>>,
        session: Option<String>,
        scopes: Option<Vec<KeyScope>>,
    ) -> Self {
        Self { user, role, author, session, scopes, right: PhantomData }
    }

    /// The same person, if they have the right `R` and came with a session.
    pub(crate) fn with_right<R: Right>(self) -> Result<Caller<R>> {
        self.asking(Asked { reading: false, demand: None })
    }

    /// The same person, if they have the right `R` and their key, if it is one, has the scope that the operation demands.
    pub(crate) fn asking<R: Right>(self, asked: Asked) -> Result<Caller<R>> {
        if !R::ROLES.contains(&self.role) {
            return Err(Error::forbidden("Your role does not allow this."));
        }
        if let Some(scopes) = &self.scopes {
            asked.judge::<R>(scopes)?;
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
