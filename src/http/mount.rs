//! `Mount`: the target to which each module adds its operations. It is the running service, its OpenAPI document, or the table of
//! methods.

use std::collections::BTreeMap;

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::{GuardContext, fn_guard};
use actix_web::web::{ServiceConfig, scope};
use actix_web::{Route, Scope};
use utoipa_actix_web::OpenApiFactory;

use super::middleware::Template;

/// Collects operations, one module at a time.
pub(crate) trait Mount: Sized {
    /// Adds one operation.
    fn service<O>(&mut self, operation: O) -> &mut Self
    where
        O: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static;

    /// Adds routes below a path.
    fn below(&mut self, prefix: &'static str, routes: impl FnOnce(&mut Self)) -> &mut Self;

    /// Adds a route that the OpenAPI document does not list.
    fn unnamed(&mut self, _path: &str, _route: fn() -> Route) -> &mut Self {
        self
    }

    /// Adds the operations of a module.
    fn configure(&mut self, routes: impl FnOnce(&mut Self)) -> &mut Self {
        routes(self);
        self
    }
}

/// The running service. It builds no part of the OpenAPI document, so that the server starts fast.
#[derive(Default)]
pub(crate) struct Services {
    prefix: &'static str,
    /// Operations by the prefix and the path below it.
    operations: BTreeMap<(&'static str, String), Vec<Mounting>>,
    unnamed: Vec<Mounting>,
}

/// A step that mounts an operation.
type Mounting = Box<dyn FnOnce(&mut ServiceConfig)>;

impl Services {
    /// Mounts everything. The framework would try one path after another, each with a regular expression. To avoid that, a guard in
    /// front of each path compares the template that the middleware has found.
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
