//! Reads the environment and the `.env` file. Unknown names in the file are errors; likely typing errors in the environment are logged.

use std::path::Path;

use super::settings::SETTINGS;
use crate::input::nearest;

/// The file with settings. Only the working folder is searched, while `dotenvy::dotenv` would also search the folders above it.
const FILE: &str = ".env";

/// Names of settings in other programs, each with the name that this program uses.
const OTHER_NAMES: &[(&str, &str)] =
    &[("PORT", "BIND"), ("HOST", "BIND"), ("LISTEN", "BIND"), ("ADDRESS", "BIND"), ("DB", "DATABASE_URL"), ("MEDIA", "MEDIA_URL")];

/// Prefixes of variables that other parts of the process read: PostgreSQL's client, TLS, the allocator, Rust.
const OTHERS: &[&str] = &["PG", "SSL_CERT_", "MIMALLOC_", "RUST_"];

/// The minimum length of a name for which one wrong letter is recognised as a typing error.
const MIN_SURE_LENGTH: usize = 7;

/// Reads the `.env` file, if it exists, into the environment; existing variables are kept.
pub(super) fn read_file() -> Result<(), Vec<String>> {
    if !Path::new(FILE).exists() {
        return Ok(());
    }
    let unreadable = |error: dotenvy::Error| vec![format!("{FILE} cannot be read: {error}")];
    let lines = dotenvy::from_path_iter(FILE).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    let faults = faults(lines.iter().map(|(name, _)| name.as_str()));
    if !faults.is_empty() {
        return Err(faults);
    }
    dotenvy::from_path(FILE).map_err(unreadable)
}

/// Returns the value of a setting in the environment.
pub(super) fn value(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Logs the names in the environment that are probably typing errors.
pub(crate) fn warn_of_slips() {
    let names: Vec<String> = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
    for (name, setting) in slips(names.iter().map(String::as_str)) {
        tracing::warn!(name, setting, "the environment has a name that differs from a setting in one letter");
    }
}

/// Returns the errors of a `.env` file. Only this program reads it, so an unknown name has no effect and is an error.
fn faults<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let is_known = |name: &str| is_setting(name) || OTHERS.iter().any(|other| name.starts_with(other));
    let hint = |name: &str| named(&name.to_uppercase()).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
    let fault = |name: &str| format!("{FILE} sets {name}, which is not a setting.{} .env.example lists all settings.", hint(name));
    names.filter(|name| !is_known(name)).map(fault).collect()
}

/// Returns the names in the environment that differ from a setting in one letter, each with that setting. Other programs use the
/// environment, too, so only sure cases are returned.
fn slips<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(&'a str, &'static str)> {
    let setting = |name: &str| {
        let mut settings = SETTINGS.iter().map(|setting| setting.name).filter(|setting| setting.contains('_'));
        settings.find(|setting| setting.len() >= MIN_SURE_LENGTH && strsim::osa_distance(name, setting) == 1)
    };
    let unknown = names.filter(|name| name.len() >= MIN_SURE_LENGTH && name.len() < 100 && !is_setting(name));
    unknown.filter_map(|name| Some((name, setting(name)?))).collect()
}

/// Returns the setting that an unknown option of the command line probably means.
pub(crate) fn meant_by_option(option: &str) -> Option<&'static str> {
    let name = option.trim_start_matches('-').split('=').next().unwrap_or_default().replace('-', "_").to_uppercase();
    named(&name)
}

/// Returns the setting that an unknown name probably means.
fn named(name: &str) -> Option<&'static str> {
    let known = SETTINGS.iter().map(|setting| setting.name).chain(OTHER_NAMES.iter().map(|(other, _)| *other));
    let near = nearest(name, known)?;
    Some(OTHER_NAMES.iter().find(|(other, _)| *other == near).map_or(near, |(_, setting)| *setting))
}

fn is_setting(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.name == name)
}

#[cfg(test)]
mod tests {
    use super::{faults, meant_by_option, slips};

    #[test]
    fn a_file_has_settings_alone() {
        let told = faults(["BIND", "DATABASE_URI", "bind", "PGSSLROOTCERT", "PAPERBOY"].into_iter());
        assert_eq!(
            told,
            [
                ".env sets DATABASE_URI, which is not a setting. Did you mean DATABASE_URL? .env.example lists all settings.",
                ".env sets bind, which is not a setting. Did you mean BIND? .env.example lists all settings.",
                ".env sets PAPERBOY, which is not a setting. .env.example lists all settings.",
            ]
        );
    }

    #[test]
    fn only_sure_slips_are_told() {
        let names = ["DATABASE_URI", "SITE_URL", "HOME", "BLIND", "WORKER", "SITE_URLS", "RATE_LIMIT", "API_URL_"];
        assert_eq!(slips(names.into_iter()), [("DATABASE_URI", "DATABASE_URL"), ("SITE_URLS", "SITE_URL"), ("API_URL_", "API_URL")]);
    }

    #[test]
    fn options_that_are_settings_are_named() {
        for (option, setting) in [("--port", "BIND"), ("--bind=x", "BIND"), ("--prot", "BIND"), ("--database-url", "DATABASE_URL")] {
            assert_eq!(meant_by_option(option), Some(setting), "{option}");
        }
        assert_eq!(meant_by_option("--colour"), None);
    }
}
