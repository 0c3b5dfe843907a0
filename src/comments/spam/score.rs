//! The score: what is found in a comment, and what it counts for.

use super::{form, queries};
use crate::app::App;
use crate::comments::bans;
use crate::comments::comment::Comment;
use crate::db::{Conn, Json, plain_words, text_enum};
use crate::error::Result;
use crate::secrets::token_hash;

/// The most there can be.
const CERTAIN: i32 = 100;
/// What each link counts for, and all of them at most.
const LINK: (i32, i32) = (10, 60);
/// Within how many seconds the same text counts as a repeat.
const REPEATED_WITHIN: i64 = 24 * 60 * 60;
/// Shorter texts are repeated by honest people, too; in characters.
const WORTH_COMPARING: usize = 20;
/// Within how many seconds the comments of one address are counted.
const FLOOD_WITHIN: i64 = 10 * 60;
/// How many of them are no flood.
const NO_FLOOD: i64 = 3;

text_enum! {
    /// What speaks for spam.
    pub(crate) enum SpamSign {
        /// The field that only machines see was filled in.
        Trap = "trap",
        /// Its author's e-mail address is banned.
        BannedEmail = "banned_email",
        /// The IP address that it came from is banned.
        BannedAddress = "banned_address",
        /// It holds banned words.
        BannedWord = "banned_word",
        /// It came without a form.
        NoForm = "no_form",
        /// It came with a form that is not ours, or a day old.
        BadForm = "bad_form",
        /// It was written faster than anybody writes.
        Fast = "fast",
        /// It has links.
        Links = "links",
        /// The same was said elsewhere within a day.
        Repeat = "repeat",
        /// The same was said several times elsewhere within a day.
        Repeats = "repeats",
        /// More than a few came from the same IP address within ten minutes.
        Flood = "flood",
        /// The checker of comments thinks so.
        Checker = "checker",
    }
}

impl SpamSign {
    /// What it counts for; links, each by itself.
    pub(super) const fn points(self) -> i32 {
        match self {
            Self::Trap | Self::BannedEmail | Self::BannedAddress | Self::BannedWord | Self::Checker => CERTAIN,
            Self::NoForm => 10,
            Self::Flood => 20,
            Self::BadForm | Self::Repeat => 30,
            Self::Fast => 40,
            Self::Repeats => 60,
            Self::Links => 0,
        }
    }
}

/// What came with a comment and is not kept.
pub(in crate::comments) struct Clues {
    /// Whether the trap was filled in.
    pub(in crate::comments) trapped: bool,
    /// The form.
    pub(in crate::comments) form: Option<String>,
}

/// Finds what speaks against a new comment of a guest, and writes it down in it.
pub(in crate::comments) fn score(app: &App, conn: &mut Conn, comment: &mut Comment, clues: &Clues) -> Result<()> {
    let mut signs = bans::signs(app, conn, comment)?;
    if clues.trapped {
        signs.push(SpamSign::Trap);
    }
    signs.extend(form::sign(app, clues.form.as_deref()));
    comment.text_hash = text_hash(comment);
    if let Some(hash) = &comment.text_hash {
        match queries::repeats(conn, hash, app.now().plus_seconds(-REPEATED_WITHIN))? {
            0 => {}
            1 => signs.push(SpamSign::Repeat),
            _ => signs.push(SpamSign::Repeats),
        }
    }
    if let Some(address) = &comment.address
        && queries::from_address(conn, address, app.now().plus_seconds(-FLOOD_WITHIN))? >= NO_FLOOD
    {
        signs.push(SpamSign::Flood);
    }
    let links = points_of_links(comment);
    if links > 0 {
        signs.push(SpamSign::Links);
    }
    comment.spam_score = (links + signs.iter().map(|sign| sign.points()).sum::<i32>()).min(CERTAIN);
    comment.spam_signs = Json(signs);
    Ok(())
}

/// Finds what speaks against what a guest's comment says now; what spoke against it before still does.
pub(in crate::comments) fn rescore(conn: &mut Conn, comment: &mut Comment) -> Result<()> {
    comment.text_hash = text_hash(comment);
    let words = bans::banned_words(conn, comment)?;
    let links = points_of_links(comment);
    let found = words.into_iter().chain((links > 0).then_some(SpamSign::Links));
    let fresh: Vec<SpamSign> = found.filter(|sign| !comment.spam_signs.0.contains(sign)).collect();
    let points = links + words.map_or(0, SpamSign::points);
    comment.spam_signs.0.extend(fresh);
    comment.spam_score = comment.spam_score.max(points).min(CERTAIN);
    Ok(())
}

fn points_of_links(comment: &Comment) -> i32 {
    let links = comment.html.matches("<a ").count();
    i32::try_from(links).unwrap_or(i32::MAX).saturating_mul(LINK.0).min(LINK.1)
}

/// What a text is recognised by, however it is dressed up.
fn text_hash(comment: &Comment) -> Option<String> {
    let words = plain_words(&comment.text);
    (words.chars().count() >= WORTH_COMPARING).then(|| token_hash(&words))
}
