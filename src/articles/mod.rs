//! The room of articles.

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations.
pub(crate) fn routes(_config: &mut ServiceConfig<'_>) {}
