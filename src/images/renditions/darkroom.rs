//! The darkroom: two threads of low priority that do all decoding and encoding, so that answers do not wait for pictures.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select_biased};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};

use crate::error::{Error, Result};
use crate::threads::stand_back;

/// How many pictures are worked on at once.
const THREADS: usize = 2;
/// How many may wait in one queue; a page full of pictures that nobody has asked for yet must find room.
const LONGEST_QUEUE: usize = 128;
/// What pictures may take together while they are decoded and encoded, in MiB; one that takes more is worked on alone.
const SHARED_MEMORY: u32 = 160;
const MIB: u64 = 1024 * 1024;

/// The memory that is left for that, in MiB: [`SHARED_MEMORY`] to begin with.
static FREE_MEMORY: Semaphore = Semaphore::const_new(160);

type Work = Box<dyn FnOnce() + Send>;

/// Who waits for a picture; the first come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::images) enum Queue {
    /// Somebody uploads it.
    Uploads,
    /// Somebody looks at a page.
    Readers,
    /// Nobody: it is made ahead.
    Ahead,
}

/// The threads, started when there is something to do and ended with the program's last handle on them.
#[derive(Default)]
pub(in crate::images) struct Darkroom(OnceLock<[Sender<Work>; 3]>);

impl Darkroom {
    /// Does work when it is its turn. Where too much waits already, the answer is `503`; a panic is an error of its own.
    pub(in crate::images) async fn develop<T: Send + 'static>(
        &self,
        queue: Queue,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<std::thread::Result<T>> {
        let (tell, told) = oneshot::channel();
        let work: Work = Box::new(move || {
            // Nobody may be waiting any more, which is no fault.
            let _ = tell.send(catch_unwind(AssertUnwindSafe(work)));
        });
        let [uploads, readers, ahead] = self.0.get_or_init(start);
        let queue = match queue {
            Queue::Uploads => uploads,
            Queue::Readers => readers,
            Queue::Ahead => ahead,
        };
        queue.try_send(work).map_err(|error| match error {
            TrySendError::Full(_) => Error::unavailable("too many pictures wait to be made"),
            TrySendError::Disconnected(_) => Error::internal("nobody is in the darkroom"),
        })?;
        told.await.map_err(|_| Error::internal("the darkroom was left"))
    }
}

/// Waits until so many bytes are free for a picture; they are taken as long as what it returns lives.
pub(in crate::images) fn reserve(runtime: &Handle, bytes: u64) -> Option<SemaphorePermit<'static>> {
    let share = u32::try_from(bytes.div_ceil(MIB)).unwrap_or(SHARED_MEMORY).min(SHARED_MEMORY);
    runtime.block_on(FREE_MEMORY.acquire_many(share)).ok()
}

fn start() -> [Sender<Work>; 3] {
    let queues = [(); 3].map(|()| bounded(LONGEST_QUEUE));
    for _ in 0..THREADS {
        let queues = queues.each_ref().map(|(_, queue)| queue.clone());
        let started = std::thread::Builder::new().name("darkroom".into()).spawn(move || keep_developing(&queues));
        if let Err(error) = started {
            tracing::error!(%error, "a thread for pictures could not be started");
        }
    }
    queues.map(|(queue, _)| queue)
}

fn keep_developing([uploads, readers, ahead]: &[Receiver<Work>; 3]) {
    stand_back();
    loop {
        let next = select_biased! {
            recv(uploads) -> work => work,
            recv(readers) -> work => work,
            recv(ahead) -> work => work,
        };
        // The queues are closed together, when the program ends.
        let Ok(work) = next else { return };
        work();
    }
}
