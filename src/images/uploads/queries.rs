//! SQL queries for resumable uploads.

use diesel::prelude::*;

use super::resumable::{Resumable, UploadId};
use crate::db::{Conn, Id, Timestamp};
use crate::error::Result;
use crate::images::image::ImageId;
use crate::schema::uploads;
use crate::users::UserId;

/// Looks up an upload that has not expired.
pub(super) fn look_up(conn: &mut Conn, id: &str, now: Timestamp) -> Result<Option<Resumable>> {
    if !Id::<Resumable>::is_shape(id) {
        return Ok(None);
    }
    let Ok(id) = id.parse::<UploadId>() else { return Ok(None) };
    let own = uploads::table.filter(uploads::id.eq(id)).filter(uploads::expires_at.gt(now));
    Ok(own.select(Resumable::as_select()).first(conn).optional()?)
}

/// Counts a user's unfinished uploads.
pub(super) fn count_open(conn: &mut Conn, user: UserId, now: Timestamp) -> Result<i64> {
    let open = uploads::table.filter(uploads::created_by.eq(user)).filter(uploads::image_id.is_null());
    let open = open.filter(uploads::received.lt(uploads::length)).filter(uploads::expires_at.gt(now));
    Ok(open.count().get_result(conn)?)
}

/// Stores a new upload.
pub(super) fn insert(conn: &mut Conn, upload: &Resumable) -> Result<()> {
    diesel::insert_into(uploads::table).values(upload).execute(conn)?;
    Ok(())
}

/// Counts a piece that begins at `offset`, and stores the image created with it. Returns false if another piece was counted meanwhile.
pub(super) fn advance(conn: &mut Conn, upload: &Resumable, offset: i64, image: Option<ImageId>) -> Result<bool> {
    let before = uploads::table.filter(uploads::id.eq(upload.id)).filter(uploads::received.eq(offset));
    let change = (uploads::received.eq(upload.received), uploads::pieces.eq(&upload.pieces), uploads::image_id.eq(image));
    Ok(diesel::update(before).set(change).execute(conn)? == 1)
}

/// Deletes an upload.
pub(super) fn delete(conn: &mut Conn, id: UploadId) -> Result<()> {
    diesel::delete(uploads::table.filter(uploads::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Deletes expired uploads; the sweep finds their pieces.
pub(crate) fn forget_expired(conn: &mut Conn, now: Timestamp) -> Result<()> {
    diesel::delete(uploads::table.filter(uploads::expires_at.le(now))).execute(conn)?;
    Ok(())
}
