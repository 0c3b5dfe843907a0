//! `Task`: a piece of work of which only the work is known and not what it gives, so that what leads to a transaction and
//! back is compiled once and not for every operation.

use std::any::Any;

use super::conn::Conn;
use crate::error::{Error, Result};

/// What a task gave, until its owner unpacks it.
pub(crate) type Parcel = Box<dyn Any + Send>;
/// Work that is done with a connection.
pub(crate) type Task = Box<dyn FnOnce(&mut Conn) -> Result<Parcel> + Send>;

/// Makes a task of some work.
pub(crate) fn task<T, F>(work: F) -> Task
where
    T: Send + 'static,
    F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
{
    Box::new(move |conn| Ok(Box::new(work(conn)?)))
}

/// What the work of a task gave.
pub(crate) fn unpacked<T: 'static>(parcel: Result<Parcel>) -> Result<T> {
    let given = parcel?.downcast().map_err(|_| Error::internal("a task gave something else than its work"))?;
    Ok(*given)
}
