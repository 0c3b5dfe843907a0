//! Single flight: of all who ask for an answer that is not ready, one has it made, and the others wait for that.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The answers that are being made.
#[derive(Clone, Default)]
pub(super) struct Flights(Arc<Mutex<HashMap<Arc<str>, watch::Receiver<()>>>>);

/// What somebody who asks for an answer does.
pub(in crate::http) enum Turn {
    /// Has it made; the others go on when this is dropped.
    Make(Flight),
    /// Waits.
    Wait(watch::Receiver<()>),
}

/// An answer that is being made.
pub(in crate::http) struct Flight {
    flights: Flights,
    address: Arc<str>,
    _landed: watch::Sender<()>,
}

impl Flights {
    /// Takes a place in the line for an address.
    pub(super) fn join(&self, address: &str) -> Turn {
        let mut flights = self.lock();
        match flights.entry(address.into()) {
            Entry::Occupied(flight) => Turn::Wait(flight.get().clone()),
            Entry::Vacant(place) => {
                let (landed, landing) = watch::channel(());
                let address = Arc::clone(place.key());
                place.insert(landing);
                Turn::Make(Flight { flights: self.clone(), address, _landed: landed })
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, watch::Receiver<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.address);
    }
}
