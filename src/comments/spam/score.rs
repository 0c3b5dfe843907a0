//! The spam score of a comment: the signs and their points.

use super::{form, queries};
use crate::app::App;
use crate::comments::bans;
use crate::comments::comment::Comment;
use crate::comments::record::ModerationRecord;
use crate::db::{Conn, Json, plain_words, text_enum};
use crate::error::Result;
use crate::secrets::token_hash;

/// The maximum score.
const CERTAIN: i32 = 100;
/// The points for each link, and the maximum for all links.
const LINK: (i32, i32) = (10, 60);
/// The period in which the same text counts as a repeat, in seconds.
const REPEATED_WITHIN: i64 = 24 * 60 * 60;
/// The minimum length of texts that are compared, in characters: honest people repeat shorter ones, too.
const MIN_COMPARED_LENGTH: usize = 20;
/// The period in which the comments of one IP address are counted, in seconds.
const FLOOD_WITHIN: i64 = 10 * 60;
/// The number of comments in that period that is tolerated.
const MAX_COMMENTS_IN_WINDOW: i64 = 3;

text_enum! {
    /// A sign of spam.
    pub(crate) enum SpamSignal {
        /// The trap field, which is hidden from people, was filled in.
        Trap = "trap",
        /// The author's email address is banned.
        BannedEmail = "banned_email",
        /// The IP address that sent the comment is banned.
        BannedAddress = "banned_address",
        /// The comment contains banned words.
        BannedWord = "banned_word",
        /// The comment was sent without a form token.
        NoForm = "no_form",
        /// The form token is invalid or expired.
        BadForm = "bad_form",
        /// The comment was written faster than people write.
        Fast = "fast",
        /// The comment contains links.
        Links = "links",
        /// Another comment with the same text was posted within a day.
        Repeat = "repeat",
        /// Several comments with the same text were posted within a day.
        Repeats = "repeats",
        /// More than three comments came from the same IP address within ten minutes.
        Flood = "flood",
        /// The external checker calls it spam.
        Checker = "checker",
    }
}

impl SpamSignal {
    /// Returns the points of a sign. Links are counted separately.
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

/// The data of a request that matters only for the score and is not stored.
pub(in crate::comments) struct FormSignals {
    /// Whether the trap field was filled in.
    pub(in crate::comments) trapped: bool,
    /// The form token.
    pub(in crate::comments) form: Option<String>,
}

/// Finds the signs of spam in a new guest comment and sets its score.
pub(in crate::comments) fn score(
    app: &App,
    conn: &mut Conn,
    comment: &Comment,
    record: &mut ModerationRecord,
    signals: &FormSignals,
) -> Result<()> {
    let mut signs = bans::signs(app, conn, comment, record.address.as_deref())?;
    if signals.trapped {
        signs.push(SpamSignal::Trap);
    }
    signs.extend(form::sign(app, signals.form.as_deref()));
    record.text_hash = text_hash(comment);
    if let Some(hash) = &record.text_hash {
        match queries::repeats(conn, hash, app.now().plus_seconds(-REPEATED_WITHIN))? {
            0 => {}
            1 => signs.push(SpamSignal::Repeat),
            _ => signs.push(SpamSignal::Repeats),
        }
    }
    if let Some(address) = &record.address
        && queries::from_address(conn, address, app.now().plus_seconds(-FLOOD_WITHIN))? >= MAX_COMMENTS_IN_WINDOW
    {
        signs.push(SpamSignal::Flood);
    }
    let links = points_of_links(comment);
    if links > 0 {
        signs.push(SpamSignal::Links);
    }
    record.spam_score = (links + signs.iter().map(|sign| sign.points()).sum::<i32>()).min(CERTAIN);
    record.spam_signs = Json(signs);
    Ok(())
}

/// Updates the score for a changed text. Earlier signs remain.
pub(in crate::comments) fn rescore(conn: &mut Conn, comment: &Comment, record: &mut ModerationRecord) -> Result<()> {
    record.text_hash = text_hash(comment);
    let words = bans::banned_words(conn, comment)?;
    let links = points_of_links(comment);
    let found = words.into_iter().chain((links > 0).then_some(SpamSignal::Links));
    let fresh: Vec<SpamSignal> = found.filter(|sign| !record.spam_signs.0.contains(sign)).collect();
    let points = links + words.map_or(0, SpamSignal::points);
    record.spam_signs.0.extend(fresh);
    record.spam_score = record.spam_score.max(points).min(CERTAIN);
    Ok(())
}

fn points_of_links(comment: &Comment) -> i32 {
    let links = comment.html.matches("<a ").count();
    i32::try_from(links).unwrap_or(i32::MAX).saturating_mul(LINK.0).min(LINK.1)
}

/// Returns a hash of the text that ignores case, accents and punctuation.
fn text_hash(comment: &Comment) -> Option<String> {
    let words = plain_words(&comment.text);
    (words.chars().count() >= MIN_COMPARED_LENGTH).then(|| token_hash(&words))
}
