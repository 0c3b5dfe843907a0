//! The providers of embeds: one function each, which parses the provider's URLs and builds the URL of the player.

use url::Url;

use super::embed::{Embed, Provider};

/// Recognises an embed by its host.
pub(super) fn by_host(host: &str, path: &[&str], url: &Url) -> Option<Embed> {
    match host {
        "youtube.com" | "www.youtube.com" | "m.youtube.com" | "music.youtube.com" | "www.youtube-nocookie.com" => youtube(path, url),
        "youtu.be" => match path {
            [id] => youtube_player(id, url),
            _ => None,
        },
        "vimeo.com" | "www.vimeo.com" | "player.vimeo.com" => vimeo(path, url),
        "x.com" | "www.x.com" | "twitter.com" | "www.twitter.com" | "mobile.twitter.com" => x(path),
        "instagram.com" | "www.instagram.com" => instagram(path),
        "tiktok.com" | "www.tiktok.com" => tiktok(path),
        "open.spotify.com" => spotify(path, url),
        "soundcloud.com" | "www.soundcloud.com" => soundcloud(path, url),
        "codepen.io" | "www.codepen.io" => codepen(path),
        "datawrapper.dwcdn.net" => datawrapper(path),
        _ => None,
    }
}

fn youtube(path: &[&str], url: &Url) -> Option<Embed> {
    match path {
        ["watch"] => youtube_player(&query(url, "v")?, url),
        ["shorts" | "live" | "embed", id] => youtube_player(id, url),
        _ => None,
    }
}

/// Builds the URL of the player that sets no cookies before it plays. Start, end and playlist are taken from the original URL.
fn youtube_player(id: &str, url: &Url) -> Option<Embed> {
    if id.len() != 11 || !is_word(id) {
        return None;
    }
    let mut player = Player::new(format!("https://www.youtube-nocookie.com/embed/{id}"));
    player.add("list", query(url, "list").filter(|list| is_word(list)));
    let start = query(url, "start").or_else(|| query(url, "t")).or_else(|| fragment(url, "t"));
    player.add("start", start.and_then(|time| seconds(&time)));
    player.add("end", query(url, "end").and_then(|time| seconds(&time)));
    Some(embed(Provider::Youtube, player.address))
}

fn vimeo(path: &[&str], url: &Url) -> Option<Embed> {
    let (id, secret) = match path {
        [id] | ["video", id] => (id, query(url, "h")),
        [id, secret] if is_word(secret) => (id, Some((*secret).to_owned())),
        _ => return None,
    };
    if !is_number(id) {
        return None;
    }
    let mut player = Player::new(format!("https://player.vimeo.com/video/{id}"));
    // An unlisted video does not play without its hash.
    player.add("h", secret.filter(|secret| is_word(secret)));
    let start = fragment(url, "t").or_else(|| query(url, "t")).and_then(|time| seconds(&time));
    let address = start.map_or_else(|| player.address.clone(), |start| format!("{}#t={start}s", player.address));
    Some(embed(Provider::Vimeo, address))
}

/// The URL of a player. Only parameter values of letters, digits, `_` and `-` may be added.
struct Player {
    address: String,
}

impl Player {
    fn new(address: String) -> Self {
        Self { address }
    }

    fn add(&mut self, name: &str, value: Option<impl std::fmt::Display>) {
        let sign = if self.address.contains('?') { '&' } else { '?' };
        self.address.extend(value.map(|value| format!("{sign}{name}={value}")));
    }
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// Reads a parameter after the `#`.
fn fragment(url: &Url, name: &str) -> Option<String> {
    let parameters = url::form_urlencoded::parse(url.fragment()?.as_bytes());
    parameters.into_iter().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// Parses a time such as `90`, `90s`, `1m30s`, `1h2m3s` or `1:30`, in seconds. Zero gives `None`.
fn seconds(time: &str) -> Option<u32> {
    let mut total: u32 = 0;
    let mut number: Option<u32> = None;
    if time.contains(':') {
        let parts: Vec<u32> = time.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        total = parts.into_iter().try_fold(0_u32, |total, part| total.checked_mul(60)?.checked_add(part))?;
        return (total > 0).then_some(total);
    }
    for letter in time.chars() {
        if let Some(digit) = letter.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit = match letter {
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    total = total.checked_add(number.unwrap_or(0))?;
    (total > 0).then_some(total)
}

fn x(path: &[&str]) -> Option<Embed> {
    match path {
        [user, "status", id] if is_word(user) && is_number(id) => {
            Some(embed(Provider::X, format!("https://platform.twitter.com/embed/Tweet.html?id={id}")))
        }
        _ => None,
    }
}

fn instagram(path: &[&str]) -> Option<Embed> {
    match path {
        [kind @ ("p" | "reel" | "tv"), id] if is_word(id) => {
            Some(embed(Provider::Instagram, format!("https://www.instagram.com/{kind}/{id}/embed")))
        }
        _ => None,
    }
}

fn tiktok(path: &[&str]) -> Option<Embed> {
    match path {
        [user, "video", id] if user.starts_with('@') && is_number(id) => {
            Some(embed(Provider::Tiktok, format!("https://www.tiktok.com/embed/v2/{id}")))
        }
        _ => None,
    }
}

fn spotify(path: &[&str], url: &Url) -> Option<Embed> {
    let path = match path {
        [language, rest @ ..] if language.starts_with("intl-") => rest,
        _ => path,
    };
    match path {
        [kind @ ("track" | "album" | "playlist" | "episode" | "show" | "artist"), id] if is_word(id) => {
            let mut player = Player::new(format!("https://open.spotify.com/embed/{kind}/{id}"));
            player.add("t", query(url, "t").and_then(|time| seconds(&time)));
            Some(embed(Provider::Spotify, player.address))
        }
        _ => None,
    }
}

/// A private track or set needs its secret, which is the last path segment or a query parameter.
fn soundcloud(path: &[&str], url: &Url) -> Option<Embed> {
    let is_secret = |text: &str| text.starts_with("s-") && is_word(text);
    let (path, secret) = match path {
        [user, "sets", set, secret] if is_secret(secret) => (vec![*user, "sets", *set], Some((*secret).to_owned())),
        [user, track, secret] if *track != "sets" && is_secret(secret) => (vec![*user, *track], Some((*secret).to_owned())),
        [_, "sets", _] | [_, _] => (path.to_vec(), query(url, "secret_token").filter(|secret| is_secret(secret))),
        _ => return None,
    };
    if !path.iter().all(|part| is_word(part)) {
        return None;
    }
    let secret = secret.map(|secret| format!("%2F{secret}")).unwrap_or_default();
    let address = path.join("%2F");
    Some(embed(Provider::Soundcloud, format!("https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2F{address}{secret}")))
}

fn codepen(path: &[&str]) -> Option<Embed> {
    match path {
        [user, "pen", id] if is_word(user) && is_word(id) => {
            Some(embed(Provider::Codepen, format!("https://codepen.io/{user}/embed/{id}")))
        }
        _ => None,
    }
}

fn datawrapper(path: &[&str]) -> Option<Embed> {
    let address = match path {
        [id] if is_word(id) => format!("{id}/"),
        [id, version] if is_word(id) && is_number(version) => format!("{id}/{version}/"),
        _ => return None,
    };
    Some(embed(Provider::Datawrapper, format!("https://datawrapper.dwcdn.net/{address}")))
}

fn embed(provider: Provider, player: String) -> Embed {
    Embed { provider, player: Some(player) }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 200 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
