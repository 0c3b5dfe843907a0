//! `Task`: a closure whose result type is erased, so that the code around a transaction is compiled once, not for every operation.

use std::any::Any;

use super::conn::Conn;
use crate::error::{Error, Result};

/// The erased result of a task, until its owner downcasts it.
pub(crate) type ErasedResult = Box<dyn Any + Send>;
/// Work that needs a connection.
pub(crate) type Task = Box<dyn FnOnce(&mut Conn) -> Result<ErasedResult> + Send>;

/// Work that can be repeated from its beginning.
pub(crate) type Repeatable = Box<dyn Fn(&mut Conn) -> Result<ErasedResult> + Send>;

/// The maximum number of attempts if other transactions force a rollback.
pub(crate) const MAX_TRIES: u32 = 4;

/// How often a transaction may be attempted.
pub(super) enum Effort {
    /// Once; `None` after the attempt.
    Once(Option<Task>),
    /// Again if a conflict with other transactions has rolled it back.
    Repeatable(Repeatable),
}

impl Effort {
    /// Returns whether another attempt is possible.
    pub(super) fn can_go_on(&self) -> bool {
        !matches!(self, Self::Once(None))
    }

    /// Makes one attempt.
    pub(super) fn go(&mut self, conn: &mut Conn) -> Result<ErasedResult> {
        match self {
            Self::Once(task) => task.take().map_or_else(|| Err(Error::internal("a task was started twice")), |task| task(conn)),
            Self::Repeatable(work) => work(conn),
        }
    }
}

/// Creates a repeatable task.
pub(crate) fn repeatable<T, F>(work: F) -> Repeatable
where
    T: Send + 'static,
    F: Fn(&mut Conn) -> Result<T> + Send + 'static,
{
    Box::new(move |conn| Ok(Box::new(work(conn)?)))
}

/// Creates a task.
pub(crate) fn task<T, F>(work: F) -> Task
where
    T: Send + 'static,
    F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
{
    Box::new(move |conn| Ok(Box::new(work(conn)?)))
}

/// Downcasts the result of a task.
pub(crate) fn downcast<T: 'static>(result: Result<ErasedResult>) -> Result<T> {
    let given = result?.downcast().map_err(|_| Error::internal("a task returned a value of another type"))?;
    Ok(*given)
}
