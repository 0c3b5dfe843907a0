//! The providers of embeds, one function each: what in its addresses names the thing, and where its player is.

use url::Url;

use super::embed::{Embed, Provider};

/// Asks the provider that has this host.
pub(super) fn by_host(host: &str, path: &[&str], url: &Url) -> Option<Embed> {
    match host {
        "youtube.com" | "www.youtube.com" | "m.youtube.com" | "music.youtube.com" => youtube(path, url),
        "youtu.be" => match path {
            [id] => youtube_player(id),
            _ => None,
        },
        "vimeo.com" | "www.vimeo.com" | "player.vimeo.com" => vimeo(path),
        "x.com" | "www.x.com" | "twitter.com" | "www.twitter.com" | "mobile.twitter.com" => x(path),
        "instagram.com" | "www.instagram.com" => instagram(path),
        "tiktok.com" | "www.tiktok.com" => tiktok(path),
        "open.spotify.com" => spotify(path),
        "soundcloud.com" | "www.soundcloud.com" => soundcloud(path),
        "codepen.io" | "www.codepen.io" => codepen(path),
        "datawrapper.dwcdn.net" => datawrapper(path),
        _ => None,
    }
}

fn youtube(path: &[&str], url: &Url) -> Option<Embed> {
    match path {
        ["watch"] => {
            let (_, id) = url.query_pairs().find(|(name, _)| name == "v")?;
            youtube_player(&id)
        }
        ["shorts" | "live" | "embed", id] => youtube_player(id),
        _ => None,
    }
}

/// The player that sets no cookie before it is played.
fn youtube_player(id: &str) -> Option<Embed> {
    (id.len() == 11 && is_word(id)).then(|| embed(Provider::Youtube, format!("https://www.youtube-nocookie.com/embed/{id}")))
}

fn vimeo(path: &[&str]) -> Option<Embed> {
    match path {
        [id] | ["video", id] if is_number(id) => Some(embed(Provider::Vimeo, format!("https://player.vimeo.com/video/{id}"))),
        [id, secret] if is_number(id) && is_word(secret) => {
            Some(embed(Provider::Vimeo, format!("https://player.vimeo.com/video/{id}?h={secret}")))
        }
        _ => None,
    }
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

fn spotify(path: &[&str]) -> Option<Embed> {
    let path = match path {
        [language, rest @ ..] if language.starts_with("intl-") => rest,
        _ => path,
    };
    match path {
        [kind @ ("track" | "album" | "playlist" | "episode" | "show" | "artist"), id] if is_word(id) => {
            Some(embed(Provider::Spotify, format!("https://open.spotify.com/embed/{kind}/{id}")))
        }
        _ => None,
    }
}

fn soundcloud(path: &[&str]) -> Option<Embed> {
    let address = match path {
        [user, "sets", set] if is_word(user) && is_word(set) => format!("{user}%2Fsets%2F{set}"),
        [user, track] if is_word(user) && is_word(track) => format!("{user}%2F{track}"),
        _ => return None,
    };
    Some(embed(Provider::Soundcloud, format!("https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2F{address}")))
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
