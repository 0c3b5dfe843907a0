//! Commands.

use std::process::ExitCode;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    tracing_subscriber::fmt().init();
    let Ok(config) = Config::from_env() else { return ExitCode::FAILURE };
    let Ok(app) = App::open(config, Clock::System) else { return ExitCode::FAILURE };
    let bind = app.config.server.bind;
    let result =
        actix_web::rt::System::new().block_on(async move { actix_web::HttpServer::new(move || app.service()).bind(bind)?.run().await });
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
