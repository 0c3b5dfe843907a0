//! `Mount`: what rooms add their operations to: the running service, its document, or the table of what each path can.

use actix_web::Route;
use actix_web::dev::HttpServiceFactory;
use actix_web::web::{ServiceConfig, scope};
use utoipa_actix_web::OpenApiFactory;

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
impl Mount for ServiceConfig {
    fn service<O>(&mut self, operation: O) -> &mut Self
    where
        O: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static,
    {
        Self::service(self, operation)
    }

    fn below(&mut self, prefix: &'static str, routes: impl FnOnce(&mut Self)) -> &mut Self {
        Self::service(self, scope(prefix).configure(routes))
    }

    fn unnamed(&mut self, path: &str, route: fn() -> Route) -> &mut Self {
        self.route(path, route())
    }
}
