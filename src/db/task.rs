//! `Task`: a piece of work of which only the work is known and not what it gives, so that what leads to a transaction and
//! back is compiled once and not for every operation.

use std::any::Any;

use super::conn::Conn;
use crate::error::{Error, Result};

/// What a task gave, until its owner unpacks it.
pub(crate) type Parcel = Box<dyn Any + Send>;
/// Work that is done with a connection.
pub(crate) type Task = Box<dyn FnOnce(&mut Conn) -> Result<Parcel> + Send>;

/// The same, where it can be done again from its beginning.
pub(crate) type Repeatable = Box<dyn Fn(&mut Conn) -> Result<Parcel> + Send>;

/// How often work is done in all that others' transactions undo.
pub(crate) const MAX_TRIES: u32 = 4;

/// How a transaction is tried.
pub(super) enum Effort {
    /// Once; none where that has been.
    Once(Option<Task>),
    /// Anew where others' transactions undid it.
    Repeatable(Repeatable),
}

impl Effort {
    /// Whether it can be tried once more.
    pub(super) fn can_go_on(&self) -> bool {
        !matches!(self, Self::Once(None))
    }

    /// Tries.
    pub(super) fn go(&mut self, conn: &mut Conn) -> Result<Parcel> {
        match self {
            Self::Once(task) => task.take().map_or_else(|| Err(Error::internal("a task was begun twice")), |task| task(conn)),
            Self::Repeatable(work) => work(conn),
        }
    }
}

/// Makes a repeatable task of some work.
pub(crate) fn repeatable<T, F>(work: F) -> Repeatable
where
    T: Send + 'static,
    F: Fn(&mut Conn) -> Result<T> + Send + 'static,
{
    Box::new(move |conn| Ok(Box::new(work(conn)?)))
}

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
