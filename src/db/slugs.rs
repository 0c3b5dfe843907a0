//! Slugs: what a title becomes in an address, and how one that is free is found.

use super::conn::Conn;
use super::id::Id;
use crate::error::Result;

/// The longest slug there can be, in characters.
pub(crate) const LONGEST: usize = 120;

/// A thing that a path names by id or by slug.
pub(crate) enum Slugged<T: 'static> {
    /// By its id.
    Id(Id<T>),
    /// By its slug.
    Slug(String),
}

impl<T> Slugged<T> {
    /// Reads what stands in a path or a body; case makes no difference.
    pub(crate) fn parse(text: &str) -> Self {
        if Id::<T>::is_shape(text)
            && let Ok(id) = text.parse()
        {
            return Self::Id(id);
        }
        Self::Slug(text.to_lowercase())
    }
}

/// The slug of a title: transliterated, lower case, words joined by hyphens; `otherwise` where nothing is left.
pub(crate) fn slug_of(title: &str, otherwise: &str) -> String {
    let slug = slug::slugify(title);
    let mut short: String = slug.chars().take(LONGEST - 20).collect();
    if short.len() < slug.len()
        && let Some(end) = short.rfind('-').filter(|end| *end > 20)
    {
        short.truncate(end);
    }
    let short = short.trim_matches('-');
    match short {
        "" => otherwise.to_owned(),
        id if Id::<()>::is_shape(id) => format!("{otherwise}-{id}"),
        slug => slug.to_owned(),
    }
}

/// The slug itself or, where it is taken, the first of `-2`, `-3` … that is free.
pub(crate) fn free_slug(conn: &mut Conn, wanted: &str, mut taken: impl FnMut(&mut Conn, &str) -> Result<bool>) -> Result<String> {
    if !taken(conn, wanted)? {
        return Ok(wanted.to_owned());
    }
    // Doubling finds the end of a long run of twins in a few steps.
    let mut step = 2_u64;
    while taken(conn, &format!("{wanted}-{step}"))? {
        step *= 2;
    }
    let (mut low, mut high) = (step / 2, step);
    while low + 1 < high {
        let middle = low.midpoint(high);
        if taken(conn, &format!("{wanted}-{middle}"))? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(format!("{wanted}-{high}"))
}
