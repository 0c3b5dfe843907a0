//! Recent visitors, without their identity: keyed hashes whose key changes every day.

use std::collections::HashMap;
use std::net::IpAddr;

use sha2::{Digest, Sha256};

use crate::db::Timestamp;
use crate::http::limited_as;
use crate::secrets::random;

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// The time in which a visitor counts only once, in milliseconds.
const ONCE: i64 = 30 * 60 * 1000;
/// The maximum number of remembered visits; if there are more, a visitor may count twice.
const MAX_VISITS: usize = 200_000;

/// A visit of a resource. The IP address and the user agent identify the visitor approximately.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit<'a> {
    /// The visitor's IP address.
    pub(crate) address: IpAddr,
    /// The visitor's `User-Agent`.
    pub(crate) user_agent: &'a str,
    /// The resource that the visitor reads or sees.
    pub(crate) subject: &'a str,
}

/// The visits of the last half hour.
#[derive(Default)]
pub(crate) struct Visitors {
    /// The day of the key, counted from 1970.
    day: i64,
    key: [u8; 32],
    /// The time at which each visit was counted.
    counted: HashMap<[u8; 16], i64>,
}

impl Visitors {
    /// Returns whether a visit counts, and remembers it if it does.
    pub(crate) fn counts(&mut self, visit: &Visit<'_>, now: Timestamp) -> bool {
        let now = now.millis();
        self.renew_key(now);
        let trace = self.trace(visit);
        if self.counted.get(&trace).is_some_and(|counted| now - counted < ONCE) {
            return false;
        }
        if self.counted.len() >= MAX_VISITS {
            self.forget(now);
            // If few visits have expired, searching all of them for each new visit would take too long.
            if self.counted.len() > MAX_VISITS / 2 {
                self.counted.clear();
            }
        }
        self.counted.insert(trace, now);
        true
    }

    /// Forgets visits older than half an hour.
    pub(crate) fn forget(&mut self, now: i64) {
        self.counted.retain(|_, counted| now - *counted < ONCE);
        self.counted.shrink_to_fit();
    }

    /// Creates a new key every day, so that visits of the previous day can no longer be recognized.
    fn renew_key(&mut self, now: i64) {
        let day = now.div_euclid(DAY);
        if day != self.day {
            *self = Self { day, key: random(), counted: HashMap::new() };
        }
    }

    fn trace(&self, visit: &Visit<'_>) -> [u8; 16] {
        let address = limited_as(visit.address).to_string();
        let hash = Sha256::new()
            .chain_update(self.key)
            .chain_update(visit.subject)
            .chain_update("\n")
            .chain_update(address)
            .chain_update("\n")
            .chain_update(visit.user_agent)
            .finalize();
        let mut trace = [0; 16];
        trace.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
        trace
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{MAX_VISITS, Visit, Visitors};
    use crate::db::Timestamp;

    fn visit(address: &str) -> Visit<'static> {
        Visit { address: address.parse::<IpAddr>().unwrap(), user_agent: "Browser", subject: "an article" }
    }

    #[test]
    fn somebody_counts_once_in_half_an_hour() {
        let (mut visitors, visit) = (Visitors::default(), visit("2001:db8::1"));
        let at = |minutes: i64| Timestamp::from_millis(1_773_480_413_589 + minutes * 60_000);
        assert!(visitors.counts(&visit, at(0)));
        assert!(!visitors.counts(&visit, at(29)));
        assert!(!visitors.counts(&Visit { address: "2001:db8::2".parse().unwrap(), ..visit }, at(29)));
        assert!(visitors.counts(&Visit { address: "2001:db8:0:1::1".parse().unwrap(), ..visit }, at(29)));
        assert!(visitors.counts(&Visit { user_agent: "Other", ..visit }, at(29)));
        assert!(visitors.counts(&visit, at(30)));
        visitors.forget(at(59).millis());
        assert_eq!(visitors.counted.len(), 1);
    }

    #[test]
    fn memory_is_bounded() {
        let (mut visitors, now) = (Visitors::default(), Timestamp::from_millis(1_773_480_413_589));
        visitors.counts(&visit("192.0.2.1"), now);
        let fill = u128::try_from(MAX_VISITS).unwrap();
        visitors.counted.extend((0..fill).map(|number| (number.to_be_bytes(), now.millis())));
        assert!(visitors.counts(&visit("192.0.2.2"), now));
        assert!(visitors.counted.len() <= MAX_VISITS / 2 + 1);
    }
}
