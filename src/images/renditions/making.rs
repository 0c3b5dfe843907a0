//! Makes renditions, only once for concurrent requests, and keeps them in the media store.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::super::image::{Image, ImageId};
use super::super::queries;
use super::decode::Unreadable;
use super::job::RenditionJob;
use super::ladder::{Cut, Format, Original, Rendition, folder_of, owner_of};
use super::render::render;
use super::workers::{ImageWorkers, Queue};
use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::{Code, Error, Result};
use crate::jobs::{self, Job};

/// The time after which a missing AVIF that was requested before gets another job, in seconds.
const RETRY_INTERVAL: i64 = 3600;
/// The maximum number of requested AVIFs that are remembered.
const MAX_REMEMBERED: usize = 10_000;
/// The maximum number of images that are cached.
const MAX_CACHED: usize = 4096;

/// The rendition tasks of this process, and its image workers.
#[derive(Default)]
pub(crate) struct Renditions {
    pub(in crate::images) workers: ImageWorkers,
    /// The renditions that are being made, by their names in the media store, with the channels for the tasks that wait.
    under_way: Mutex<HashMap<String, watch::Receiver<Option<Outcome>>>>,
    /// Recently read image properties, with the purge count of the response cache at that time.
    originals: Mutex<HashMap<String, (u64, Original)>>,
    /// The AVIFs for which a job was enqueued, with the time.
    asked_for: Mutex<HashMap<String, Timestamp>>,
    rendition_count: AtomicU64,
}

impl Renditions {
    /// The number of renditions that this process has made.
    pub(crate) fn rendition_count(&self) -> u64 {
        self.rendition_count.load(Ordering::Relaxed)
    }
}

/// The properties of an image that decide its renditions. They come from memory if, as far as this process knows, nothing has changed since
/// they were read.
pub(super) async fn original(app: &App, image: &str) -> Result<Original> {
    let purges = app.cache.purges();
    let kept =
        open(&app.renditions.originals).get(image).filter(|(before, _)| purges == Some(*before)).map(|(_, original)| original.clone());
    if let Some(original) = kept {
        return Ok(original);
    }
    let id = image.to_owned();
    let original = app.db.read(move |conn| Ok(Original::of(&queries::find(conn, &id)?))).await?;
    if let Some(purges) = purges {
        let mut originals = open(&app.renditions.originals);
        if originals.len() >= MAX_CACHED {
            originals.clear();
        }
        originals.insert(image.to_owned(), (purges, original.clone()));
    }
    Ok(original)
}

/// The result of making a rendition: its size in bytes, or the reason for the failure.
type Outcome = std::result::Result<u64, Unmade>;

/// The reason why there is no rendition.
#[derive(Clone, Debug)]
pub(super) enum Unmade {
    /// The queue is full, or the media store is unavailable.
    Busy(String),
    /// The image has been deleted.
    Gone,
    /// A codec rejects the original; another attempt would fail as well.
    Impossible(String),
    /// Another failure, probably of the media store; a later attempt may succeed.
    Failed(String),
}

impl From<Error> for Unmade {
    fn from(error: Error) -> Self {
        match error.code() {
            Code::Unavailable => Self::Busy(error.to_string()),
            Code::NotFound => Self::Gone,
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<Unmade> for Error {
    fn from(unmade: Unmade) -> Self {
        match unmade {
            Unmade::Busy(why) => Self::unavailable(&why),
            Unmade::Gone => Self::not_found(),
            Unmade::Impossible(why) | Unmade::Failed(why) => Self::internal(&why),
        }
    }
}

/// A rendition to be served.
pub(super) struct Served {
    /// The name in the media store.
    pub(super) name: String,
    pub(super) format: Format,
    pub(super) bytes: u64,
    /// Whether the same request will always return this file; false while a better one is being made.
    pub(super) lasting: bool,
}

/// Returns a rendition in a format and makes it if necessary; returns WebP in place of an AVIF that does not exist yet.
pub(super) async fn serve(app: &App, original: &Original, cut: Cut, format: Format) -> Result<Served> {
    if format == Format::Avif {
        if let Some(served) = stored(app, original, Rendition { cut, format }).await? {
            return Ok(served);
        }
        ask_for(app, original, Rendition { cut, format });
        return Ok(Served { lasting: false, ..find_or_render(app, original, Rendition { cut, format: Format::WebP }).await? });
    }
    find_or_render(app, original, Rendition { cut, format }).await
}

/// Returns the best rendition in an accepted format.
pub(super) async fn serve_best(app: &App, original: &Original, cut: Cut, accepts: impl Fn(Format) -> bool) -> Result<Served> {
    // A still image is not better than an animated one.
    if accepts(Format::Avif) && !original.moves && (accepts(Format::WebP) || stored(app, original, avif(cut)).await?.is_some()) {
        return serve(app, original, cut, Format::Avif).await;
    }
    let format = if accepts(Format::WebP) { Format::WebP } else { original.plain_format() };
    serve(app, original, cut, format).await
}

fn avif(cut: Cut) -> Rendition {
    Rendition { cut, format: Format::Avif }
}

async fn stored(app: &App, original: &Original, rendition: Rendition) -> Result<Option<Served>> {
    let name = original.rendition_name(rendition);
    let size = app.storage.size(&name).await?;
    Ok(size.map(|bytes| Served { name, format: rendition.format, bytes, lasting: true }))
}

/// Returns a stored rendition; makes it first if it does not exist, and waits at most for the deadline of requests.
async fn find_or_render(app: &App, original: &Original, rendition: Rendition) -> Result<Served> {
    if let Some(served) = stored(app, original, rendition).await? {
        return Ok(served);
    }
    let making = make(app, original, rendition, Queue::Readers);
    let timeout = app.config.server.request_deadline;
    let bytes = tokio::time::timeout(timeout, making).await.map_err(|_| Error::unavailable("many images wait to be processed"))??;
    Ok(Served { name: original.rendition_name(rendition), format: rendition.format, bytes, lasting: true })
}

/// Makes a rendition, or waits for the task that is making it already. The task finishes even if the caller gives up.
pub(super) async fn make(app: &App, original: &Original, rendition: Rendition, queue: Queue) -> Outcome {
    let name = original.rendition_name(rendition);
    let mut receiver = {
        let mut under_way = open(&app.renditions.under_way);
        if let Some(receiver) = under_way.get(&name) {
            receiver.clone()
        } else {
            let (sender, receiver) = watch::channel(None);
            under_way.insert(name.clone(), receiver.clone());
            let (app, original) = (app.clone(), original.clone());
            tokio::spawn(async move {
                let outcome = make_and_keep(&app, &original, rendition, queue, &name).await;
                open(&app.renditions.under_way).remove(&name);
                let _ = sender.send(Some(outcome));
            });
            receiver
        }
    };
    let outcome = receiver.wait_for(Option::is_some).await;
    outcome.ok().and_then(|outcome| outcome.clone()).unwrap_or_else(|| Err(Unmade::Failed("the task was interrupted".into())))
}

async fn make_and_keep(app: &App, original: &Original, rendition: Rendition, queue: Queue, name: &str) -> Outcome {
    // Another task may have just finished the same rendition.
    if let Some(bytes) = app.storage.size(name).await? {
        return Ok(bytes);
    }
    let (original, store, runtime) = (original.clone(), app.clone(), Handle::current());
    let work = move || {
        // The original is read only when its turn comes, because many tasks may wait and each file may be large.
        let file = runtime.block_on(whole_file(&store, &original.file_name()))?;
        Ok(render(&original, &file, rendition, &runtime))
    };
    let rendered: std::thread::Result<Result<_>> = app.renditions.workers.run(queue, work).await?;
    let bytes = match rendered {
        Ok(rendered) => match rendered? {
            Ok(bytes) => Bytes::from(bytes),
            Err(why @ Unreadable::NoMemory) => return Err(Unmade::Busy(why.to_string())),
            Err(Unreadable::Broken(why)) => return Err(Unmade::Impossible(format!("{name} cannot be made: {why}"))),
        },
        Err(_) => return Err(Unmade::Impossible(format!("{name} caused a panic in a codec"))),
    };
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    app.storage.put(name, bytes).await?;
    app.renditions.rendition_count.fetch_add(1, Ordering::Relaxed);
    Ok(length)
}

async fn whole_file(app: &App, name: &str) -> Result<BytesMut> {
    let size = app.storage.size(name).await?.ok_or_else(Error::not_found)?;
    let collected = BytesMut::with_capacity(usize::try_from(size).unwrap_or_default());
    let add = |mut whole: BytesMut, part: Bytes| async move {
        whole.extend_from_slice(&part);
        Ok(whole)
    };
    app.storage.stream(name, 0..size).await?.try_fold(collected, add).await
}

/// Enqueues a job for a rendition; repeated requests enqueue only one.
fn ask_for(app: &App, original: &Original, rendition: Rendition) {
    let (name, now) = (original.rendition_name(rendition), app.now());
    {
        let mut asked_for = open(&app.renditions.asked_for);
        if asked_for.len() >= MAX_REMEMBERED {
            asked_for.clear();
        }
        let before = asked_for.insert(name.clone(), now);
        if before.is_some_and(|before| before.millis().abs_diff(now.millis()) < (RETRY_INTERVAL * 1000).unsigned_abs()) {
            return;
        }
    }
    let (job, app) = (Job::Renditions(RenditionJob::one(original.id, rendition)), app.clone());
    tokio::spawn(async move {
        if let Err(error) = app.write(move |app, conn| jobs::enqueue(app, conn, &job)).await {
            tracing::warn!(%error, rendition = name, "a rendition job could not be enqueued; the next request tries again");
            open(&app.renditions.asked_for).remove(&name);
        }
    });
}

/// Deletes all renditions of an image.
pub(in crate::images) async fn forget(app: &App, id: ImageId) -> Result<()> {
    for file in app.storage.list(Some(&folder_of(id))).await? {
        app.storage.delete(&file.name).await?;
    }
    Ok(())
}

/// Lists the file names that belong to renditions which can no longer be requested.
pub(in crate::images) fn without_original(conn: &mut Conn, names: &[String]) -> Result<Vec<String>> {
    let mut known: HashMap<ImageId, Option<Arc<Original>>> = HashMap::new();
    let mut orphans = Vec::new();
    for name in names {
        let Some(id) = owner_of(name) else { continue };
        let original = if let Some(original) = known.get(&id) {
            original.clone()
        } else {
            let row: Option<Image> = queries::look_up(conn, &id.to_string())?;
            let original = row.map(|row| Arc::new(Original::of(&row)));
            known.insert(id, original.clone());
            original
        };
        if original.is_none_or(|original| !original.knows(name)) {
            orphans.push(name.clone());
        }
    }
    Ok(orphans)
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
