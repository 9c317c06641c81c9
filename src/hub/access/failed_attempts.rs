//! How many attempts of an address have failed: each is answered later than the one before, so that passwords cannot be tried quickly.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How many addresses are remembered; above that, the one whose last attempt is the oldest goes.
const ADDRESSES: usize = 4096;
/// How many attempts may fail before the next one waits.
const FREE: u32 = 3;
/// The first wait; each further one is twice as long.
const FIRST_DELAY: Duration = Duration::from_millis(500);
/// The longest wait, below the time that stations wait for a handshake.
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// Failures are forgotten after this time without another one.
const FORGOTTEN: Duration = Duration::from_mins(10);
/// What the limit is about.
const LIMITED: Duration = Duration::from_mins(1);

/// When an attempt is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AttemptTurn {
    Now,
    After(Duration),
    /// Not at all: the limit is reached.
    Never(u32),
}

/// The failures of one address.
#[derive(Debug)]
struct AddressFailures {
    count: u32,
    last: Instant,
    /// When the minute that the limit is about began, and how many failed in it.
    minute: (Instant, u32),
}

/// The attempts that failed, by address.
#[derive(Debug)]
pub(super) struct FailedAttempts {
    limit: Option<u32>,
    by_address: Mutex<HashMap<IpAddr, AddressFailures>>,
}

impl FailedAttempts {
    /// None yet, with a limit for each minute.
    pub fn new(limit: Option<u32>) -> FailedAttempts {
        FailedAttempts { limit, by_address: Mutex::default() }
    }

    /// When the next attempt of an address is judged.
    pub fn turn(&self, address: IpAddr) -> AttemptTurn {
        let by_address = self.lock();
        let Some(known) = by_address.get(&address).filter(|known| known.last.elapsed() < FORGOTTEN) else {
            return AttemptTurn::Now;
        };
        let (began, failed) = known.minute;
        if let Some(limit) = self.limit.filter(|limit| failed >= *limit && began.elapsed() < LIMITED) {
            return AttemptTurn::Never(limit);
        }
        match known.count.checked_sub(FREE) {
            None => AttemptTurn::Now,
            Some(doublings) => AttemptTurn::After(FIRST_DELAY.saturating_mul(1 << doublings.min(8)).min(LONGEST_DELAY)),
        }
    }

    /// An attempt has failed.
    pub fn failed(&self, address: IpAddr) {
        let now = Instant::now();
        let mut by_address = self.lock();
        if by_address.len() >= ADDRESSES && !by_address.contains_key(&address) {
            by_address.retain(|_, known| known.last.elapsed() < FORGOTTEN);
            if by_address.len() >= ADDRESSES
                && let Some(oldest) = by_address.iter().min_by_key(|(_, known)| known.last).map(|(address, _)| *address)
            {
                by_address.remove(&oldest);
            }
        }
        let known = by_address.entry(address).or_insert(AddressFailures { count: 0, last: now, minute: (now, 0) });
        if known.last.elapsed() >= FORGOTTEN {
            known.count = 0;
        }
        if known.minute.0.elapsed() >= LIMITED {
            known.minute = (now, 0);
        }
        known.count = known.count.saturating_add(1);
        known.minute.1 = known.minute.1.saturating_add(1);
        known.last = now;
    }

    /// An attempt has succeeded.
    pub fn succeeded(&self, address: IpAddr) {
        self.lock().remove(&address);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, AddressFailures>> {
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_have_an_upper_bound_and_are_forgotten() {
        let attempts = FailedAttempts::new(None);
        let address = "192.0.2.1".parse().unwrap();
        for _ in 0..100 {
            attempts.failed(address);
        }
        assert_eq!(attempts.turn(address), AttemptTurn::After(LONGEST_DELAY));
        assert_eq!(attempts.turn("192.0.2.2".parse().unwrap()), AttemptTurn::Now);
        tokio::time::sleep(FORGOTTEN).await;
        assert_eq!(attempts.turn(address), AttemptTurn::Now);
    }

    #[tokio::test(start_paused = true)]
    async fn the_table_is_bounded() {
        let attempts = FailedAttempts::new(Some(1));
        let address = |number: u32| IpAddr::from(number.to_be_bytes());
        for number in 0..=ADDRESSES as u32 {
            attempts.failed(address(number));
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert_eq!(attempts.lock().len(), ADDRESSES);
        assert_eq!(attempts.turn(address(0)), AttemptTurn::Now, "the oldest one has gone");
        assert_eq!(attempts.turn(address(1)), AttemptTurn::Never(1));
    }
}
