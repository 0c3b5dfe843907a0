//! The environment and the `.env` file: that has settings alone, and a slip in the names of the environment is told.

use std::path::Path;

use super::settings::SETTINGS;
use crate::input::nearest;

/// The file of settings. Only the working folder's: `dotenvy::dotenv` would go on to look in the folders above.
const FILE: &str = ".env";

/// What people who know other programs call settings.
const OTHER_NAMES: &[(&str, &str)] =
    &[("PORT", "BIND"), ("HOST", "BIND"), ("LISTEN", "BIND"), ("ADDRESS", "BIND"), ("DB", "DATABASE_URL"), ("MEDIA", "MEDIA_URL")];

/// What other parts of the process read by themselves, by how its names begin: PostgreSQL's client, TLS, the allocator, Rust.
const OTHERS: &[&str] = &["PG", "SSL_CERT_", "MIMALLOC_", "RUST_"];

/// How many letters a name has of which one wrong letter leaves no doubt what is meant.
const MIN_SURE_LENGTH: usize = 7;

/// Reads the `.env` file, where there is one, into the environment; what stands there already stays.
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

/// What the environment says of a setting.
pub(super) fn value(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Writes into the log which names of the environment are most likely slips.
pub(crate) fn warn_of_slips() {
    let names: Vec<String> = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
    for (name, setting) in slips(names.iter().map(String::as_str)) {
        tracing::warn!(name, setting, "the environment has a name that is no setting, but nearly one");
    }
}

/// The faults of a `.env` file: it is read by this program alone, so a name that is no setting does nothing.
fn faults<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let is_known = |name: &str| is_setting(name) || OTHERS.iter().any(|other| name.starts_with(other));
    let hint = |name: &str| named(&name.to_uppercase()).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
    let fault = |name: &str| format!("{FILE} sets {name}, which is no setting.{} .env.example lists all that there are.", hint(name));
    names.filter(|name| !is_known(name)).map(fault).collect()
}

/// Names of the environment that are most likely slips, each with the setting that it differs from in one letter. Other programs
/// read the environment, too, so that only what is sure is told.
fn slips<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(&'a str, &'static str)> {
    let setting = |name: &str| {
        let mut settings = SETTINGS.iter().map(|setting| setting.name).filter(|setting| setting.contains('_'));
        settings.find(|setting| setting.len() >= MIN_SURE_LENGTH && strsim::osa_distance(name, setting) == 1)
    };
    let unknown = names.filter(|name| name.len() >= MIN_SURE_LENGTH && name.len() < 100 && !is_setting(name));
    unknown.filter_map(|name| Some((name, setting(name)?))).collect()
}

/// The setting that somebody meant who wrote it as an option of the command line.
pub(crate) fn meant_by_option(option: &str) -> Option<&'static str> {
    let name = option.trim_start_matches('-').split('=').next().unwrap_or_default().replace('-', "_").to_uppercase();
    named(&name)
}

/// The setting that a name most likely stands for.
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
                ".env sets DATABASE_URI, which is no setting. Did you mean DATABASE_URL? .env.example lists all that there are.",
                ".env sets bind, which is no setting. Did you mean BIND? .env.example lists all that there are.",
                ".env sets PAPERBOY, which is no setting. .env.example lists all that there are.",
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
