//! `Mount`: what rooms add their operations to: the running service, its document, or the table of what each path can.

use std::collections::BTreeMap;

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::{GuardContext, fn_guard};
use actix_web::web::{ServiceConfig, scope};
use actix_web::{Route, Scope};
use utoipa_actix_web::OpenApiFactory;

use super::front::Template;

/// Takes operations, a room's at a time.
pub(crate) trait Mount: Sized {
    /// Adds one operation.
    fn service<O>(&mut self, operation: O) -> &mut Self
    where
        O: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static;

    /// Adds what is below a path.
    fn below(&mut self, prefix: &'static str, routes: impl FnOnce(&mut Self)) -> &mut Self;

    /// Adds what the document does not name.
    fn unnamed(&mut self, _path: &str, _route: fn() -> Route) -> &mut Self {
        self
    }

    /// Adds a room's operations.
    fn configure(&mut self, routes: impl FnOnce(&mut Self)) -> &mut Self {
        routes(self);
        self
    }
}

/// What really answers. Nothing of the document is made here, so that a start costs no more than it must.
#[derive(Default)]
pub(crate) struct Services {
    prefix: &'static str,
    /// By the prefix and the path below it.
    operations: BTreeMap<(&'static str, String), Vec<Mounting>>,
    unnamed: Vec<Mounting>,
}

/// Mounts an operation.
type Mounting = Box<dyn FnOnce(&mut ServiceConfig)>;

impl Services {
    /// Mounts everything. The framework tries one path after the other, each by a regular expression; so the operations of a
    /// path stand behind a guard that knows the path by the template that the front has found.
    pub(crate) fn mount(self, config: &mut ServiceConfig) {
        for ((prefix, path), mountings) in self.operations {
            let template = format!("{prefix}{path}");
            let known = move |context: &GuardContext<'_>| context.req_data().get::<Template>().is_some_and(|found| found.0 == template);
            config.service(mountings.into_iter().fold(scope(prefix).guard(fn_guard(known)), Scope::configure));
        }
        for mounting in self.unnamed {
            mounting(config);
        }
    }
}

impl Mount for Services {
    fn service<O>(&mut self, operation: O) -> &mut Self
    where
        O: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static,
    {
        let mounting = |config: &mut ServiceConfig| {
            config.service(operation);
        };
        self.operations.entry((self.prefix, O::path())).or_default().push(Box::new(mounting));
        self
    }

    fn below(&mut self, prefix: &'static str, routes: impl FnOnce(&mut Self)) -> &mut Self {
        let above = std::mem::replace(&mut self.prefix, prefix);
        routes(self);
        self.prefix = above;
        self
    }

    fn unnamed(&mut self, path: &str, route: fn() -> Route) -> &mut Self {
        let path = path.to_owned();
        self.unnamed.push(Box::new(move |config| {
            config.route(&path, route());
        }));
        self
    }
}
