//! Threads that stand back behind those that answer.

/// How far they stand back.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Gives this thread a low priority. On Linux, priority belongs to the thread; elsewhere it is the whole process's and left alone.
#[cfg(target_os = "linux")]
pub(crate) fn stand_back() {
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "work in the background has the priority of answers");
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn stand_back() {}
