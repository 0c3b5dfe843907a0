//! The authenticated caller of a request, and the rights that a handler can require in its signature.

use std::marker::PhantomData;

use super::accounts::User;
use super::demand::Demand;
use super::role::{KeyScope, OldScope, Role};
use crate::authors::Author as AuthorProfile;
use crate::db::Id;
use crate::error::{Error, Result};

/// A right: the roles that have it, and the legacy scope that an older API key needs for it.
pub(crate) trait Right: 'static {
    /// The roles that have this right.
    const ROLES: &'static [Role];
    /// The scope that a legacy key needs. For current keys, see [`demand`](super::demand()).
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
    /// Every user.
    Staff: Read [Contributor, Author, Editor, Moderator, Admin];
    /// Users who write articles.
    Writer: Content [Contributor, Author, Editor, Admin];
    /// Users who publish articles, at least their own.
    Author: Content [Author, Editor, Admin];
    /// Users who edit everybody's articles.
    Editor: Content [Editor, Admin];
    /// Users who moderate comments, at least those on their own articles.
    Moderator: Comments [Author, Editor, Moderator, Admin];
    /// Administrators.
    Admin: Admin [Admin];
}

/// A caller with the right `R`, or a guest. In the OpenAPI document, it names the callers of an operation with a public view.
#[derive(Clone, Copy, Debug)]
pub(crate) enum GuestOr<R> {
    #[expect(dead_code, reason = "describes the callers of an operation")]
    Caller(PhantomData<R>),
}

/// The facts about a request that decide whether an API key may make it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyUse {
    /// Whether the request only reads.
    pub(crate) reading: bool,
    /// The requirement of the operation on API keys. If it is `None`, the operation refuses current keys.
    pub(crate) demand: Option<Demand>,
}

impl KeyUse {
    fn judge<R: Right>(self, scopes: &[KeyScope]) -> Result<()> {
        let has = |scope: OldScope| scopes.contains(&KeyScope::Old(scope));
        let old_key_does = has(R::OLD_SCOPE) || (self.reading && has(OldScope::Read));
        match self.demand {
            Some(Demand::Nothing) => Ok(()),
            Some(Demand::Session) => Err(Error::forbidden("An API key cannot use this operation. Log in.")),
            _ if old_key_does => Ok(()),
            Some(Demand::Scope(scope)) if scopes.contains(&KeyScope::Resource(scope)) => Ok(()),
            Some(Demand::Scope(scope)) => {
                Err(Error::forbidden(&format!("Your API key needs the scope {} for this operation.", scope.as_str())))
            }
            None => Err(Error::forbidden("The scopes of your API key do not allow this operation.")),
        }
    }
}

/// An authenticated user with the right `R`.
#[derive(Debug)]
pub(crate) struct Caller<R = Staff> {
    /// The id of the user.
    pub(crate) user: Id<User>,
    /// The user's role.
    pub(crate) role: Role,
    /// The author profile that signs the user's articles.
    pub(crate) author: Option<Id<AuthorProfile>>,
    /// The session of an access token; `None` if an API key was sent.
    pub(crate) session: Option<String>,
    /// The scopes of an API key; `None` if an access token was sent.
    pub(crate) scopes: Option<Vec<KeyScope>>,
    right: PhantomData<fn() -> R>,
}

impl Caller<Staff> {
    /// Creates a caller whose token has been checked.
    pub(crate) fn known(
        user: Id<User>,
        role: Role,
        author: Option<Id<AuthorProfile>>,
        session: Option<String>,
        scopes: Option<Vec<KeyScope>>,
    ) -> Self {
        Self { user, role, author, session, scopes, right: PhantomData }
    }

    /// Returns the same caller with the right `R`, if the role has it. An API key must also have the legacy scope of the right.
    pub(crate) fn with_right<R: Right>(self) -> Result<Caller<R>> {
        self.with_right_for(KeyUse { reading: false, demand: None })
    }

    /// Returns the same caller with the right `R`, if the role has it. An API key must also have the required scope.
    pub(crate) fn with_right_for<R: Right>(self, key_use: KeyUse) -> Result<Caller<R>> {
        if !R::ROLES.contains(&self.role) {
            return Err(Error::forbidden("Your role does not allow this operation."));
        }
        if let Some(scopes) = &self.scopes {
            key_use.judge::<R>(scopes)?;
        }
        Ok(Caller { user: self.user, role: self.role, author: self.author, session: self.session, scopes: self.scopes, right: PhantomData })
    }
}

impl Caller<Author> {
    /// Returns the same caller as a writer, because every author is one.
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
    /// Checks whether the caller may edit everybody's content.
    pub(crate) fn edits_all(&self) -> bool {
        matches!(self.role, Role::Editor | Role::Admin)
    }

    /// Returns the caller's id as events record it.
    #[expect(clippy::unnecessary_wraps, reason = "an event may have no actor")]
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
