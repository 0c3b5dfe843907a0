//! Single flight: of several concurrent requests for an uncached response, one makes it, and the others wait for it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The responses that are being made.
#[derive(Clone, Default)]
pub(super) struct Flights(Arc<Mutex<HashMap<Arc<str>, watch::Receiver<()>>>>);

/// The role of one of several concurrent requests for an uncached response.
pub(in crate::http) enum FlightRole {
    /// The request makes the response; the others continue when this guard is dropped.
    Make(Flight),
    /// The request waits for another one that makes the response.
    Wait(watch::Receiver<()>),
}

/// A response that is being made.
pub(in crate::http) struct Flight {
    flights: Flights,
    address: Arc<str>,
    _landed: watch::Sender<()>,
}

impl Flights {
    /// Joins the requests for a URL.
    pub(super) fn join(&self, address: &str) -> FlightRole {
        let mut flights = self.lock();
        match flights.entry(address.into()) {
            Entry::Occupied(flight) => FlightRole::Wait(flight.get().clone()),
            Entry::Vacant(place) => {
                let (landed, landing) = watch::channel(());
                let address = Arc::clone(place.key());
                place.insert(landing);
                FlightRole::Make(Flight { flights: self.clone(), address, _landed: landed })
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
