//! Pictures and the files that they are made of.

mod storage;

pub(crate) use storage::Storage;
use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations.
pub(crate) fn routes(_config: &mut ServiceConfig<'_>) {}

/// Mounts the files.
pub(crate) fn media_routes(_config: &mut ServiceConfig<'_>) {}

/// A picture.
#[derive(Debug)]
pub(crate) struct Image;
