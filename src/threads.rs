//! Low priority for background threads.

/// The niceness of background threads.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Gives this thread a low priority. Only on Linux: elsewhere, priority belongs to the whole process and is not changed.
#[cfg(target_os = "linux")]
pub(crate) fn stand_back() {
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "background work runs with normal priority");
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn stand_back() {}
