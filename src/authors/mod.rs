//! The room of authors.

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations.
pub(crate) fn routes(_config: &mut ServiceConfig<'_>) {}

/// Who signs articles.
#[derive(Debug)]
pub(crate) struct Author;
