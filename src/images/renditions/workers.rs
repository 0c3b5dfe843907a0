//! The image workers: two low-priority threads that do all decoding and encoding, so that image work does not delay responses.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select_biased};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};

use crate::error::{Error, Result};
use crate::threads::stand_back;

/// The number of images that are processed concurrently.
const THREADS: usize = 2;
/// The maximum length of a queue; it must hold a page full of images whose renditions do not exist yet.
const MAX_QUEUE: usize = 128;
/// The memory for decoding and encoding that all images share, in MiB. An image that needs more is processed alone.
const SHARED_MEMORY: u32 = 160;
const MIB: u64 = 1024 * 1024;

/// The free part of the shared memory, in MiB; initially [`SHARED_MEMORY`].
static FREE_MEMORY: Semaphore = Semaphore::const_new(160);

type UnitOfWork = Box<dyn FnOnce() + Send>;

/// The queue of a task; earlier variants have priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::images) enum Queue {
    /// An upload waits for the task.
    Uploads,
    /// A reader waits for the task.
    Readers,
    /// Nobody waits: the rendition is made in advance.
    Ahead,
}

/// The threads. They start with the first task and end when the last handle is dropped.
#[derive(Default)]
pub(in crate::images) struct ImageWorkers(OnceLock<[Sender<UnitOfWork>; 3]>);

impl ImageWorkers {
    /// Runs a task when it is its turn. Fails with `503` if the queue is full; a panic is returned as an error.
    pub(in crate::images) async fn run<T: Send + 'static>(
        &self,
        queue: Queue,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<std::thread::Result<T>> {
        let (sender, receiver) = oneshot::channel();
        let work: UnitOfWork = Box::new(move || {
            // The caller may have given up waiting, which is not an error.
            let _ = sender.send(catch_unwind(AssertUnwindSafe(work)));
        });
        let [uploads, readers, ahead] = self.0.get_or_init(start);
        let queue = match queue {
            Queue::Uploads => uploads,
            Queue::Readers => readers,
            Queue::Ahead => ahead,
        };
        queue.try_send(work).map_err(|error| match error {
            TrySendError::Full(_) => Error::unavailable("too many images wait to be processed"),
            TrySendError::Disconnected(_) => Error::internal("there are no image workers"),
        })?;
        receiver.await.map_err(|_| Error::internal("an image worker ended before its task"))
    }
}

/// Waits until `bytes` of memory are free, and reserves them while the returned permit is alive.
pub(in crate::images) fn reserve(runtime: &Handle, bytes: u64) -> Option<SemaphorePermit<'static>> {
    let share = u32::try_from(bytes.div_ceil(MIB)).unwrap_or(SHARED_MEMORY).min(SHARED_MEMORY);
    runtime.block_on(FREE_MEMORY.acquire_many(share)).ok()
}

fn start() -> [Sender<UnitOfWork>; 3] {
    let queues = [(); 3].map(|()| bounded(MAX_QUEUE));
    for _ in 0..THREADS {
        let queues = queues.each_ref().map(|(_, queue)| queue.clone());
        let started = std::thread::Builder::new().name("image-worker".into()).spawn(move || work_off(&queues));
        if let Err(error) = started {
            tracing::error!(%error, "an image worker could not be started");
        }
    }
    queues.map(|(queue, _)| queue)
}

fn work_off([uploads, readers, ahead]: &[Receiver<UnitOfWork>; 3]) {
    stand_back();
    loop {
        let next = select_biased! {
            recv(uploads) -> work => work,
            recv(readers) -> work => work,
            recv(ahead) -> work => work,
        };
        // The queues are closed together when the program ends.
        let Ok(work) = next else { return };
        work();
    }
}
