//! How many attempts of an address have failed: each is answered later than the one before, so that passwords cannot be tried quickly. Many
//! at once are no way around it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// How many addresses are remembered; above that, the one whose last attempt is the oldest goes.
const ADDRESSES: usize = 4096;
/// How many attempts may fail before the next one waits, and so how many are judged at the same time.
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
#[derive(Debug)]
pub(super) enum AttemptTurn {
    /// After this time.
    After(Duration, JudgedAttempt),
    /// When others of its address were judged, whose outcome decides.
    Later,
    /// Not at all: the limit is reached.
    Never(u32),
}

/// The attempts of one address.
#[derive(Debug)]
struct AddressAttempts {
    /// How many failed since one succeeded.
    count: u32,
    /// How many are being judged.
    judged: u32,
    last: Instant,
    /// When the minute that the limit is about began, and how many failed in it.
    minute: (Instant, u32),
}

impl AddressAttempts {
    fn forget_what_is_old(&mut self, now: Instant) {
        if now.duration_since(self.last) >= FORGOTTEN {
            self.count = 0;
        }
        if now.duration_since(self.minute.0) >= LIMITED {
            self.minute = (now, 0);
        }
    }
}

/// The attempts that failed or are being judged, by address.
#[derive(Debug)]
pub(super) struct FailedAttempts {
    limit: Option<u32>,
    by_address: Mutex<HashMap<IpAddr, AddressAttempts>>,
    /// An attempt was judged.
    judged: Notify,
}

/// An attempt that is being judged. It counts like one that failed until its outcome is known; one that is given up counts no more.
#[derive(Debug)]
pub(super) struct JudgedAttempt {
    attempts: Arc<FailedAttempts>,
    address: IpAddr,
}

impl FailedAttempts {
    /// None yet, with a limit for each minute.
    pub fn new(limit: Option<u32>) -> FailedAttempts {
        FailedAttempts { limit, by_address: Mutex::default(), judged: Notify::new() }
    }

    /// Waits for the turn of an attempt, which is over when what is returned is dropped.
    ///
    /// # Errors
    /// With the limit, when it is reached.
    pub async fn wait(self: &Arc<FailedAttempts>, address: IpAddr) -> Result<JudgedAttempt, u32> {
        loop {
            // Before the look, so that no outcome is missed.
            let judged = self.judged.notified();
            match self.turn(address) {
                AttemptTurn::After(delay, attempt) => {
                    if !delay.is_zero() {
                        tokio::time::sleep(delay).await;
                    }
                    return Ok(attempt);
                }
                AttemptTurn::Later => judged.await,
                AttemptTurn::Never(limit) => return Err(limit),
            }
        }
    }

    /// When the next attempt of an address is judged.
    fn turn(self: &Arc<FailedAttempts>, address: IpAddr) -> AttemptTurn {
        let now = Instant::now();
        let mut by_address = self.lock();
        make_room(&mut by_address, address);
        let fresh = AddressAttempts { count: 0, judged: 0, last: now, minute: (now, 0) };
        let known = by_address.entry(address).or_insert(fresh);
        known.forget_what_is_old(now);
        if let Some(limit) = self.limit {
            if known.minute.1 >= limit {
                return AttemptTurn::Never(limit);
            }
            if known.minute.1.saturating_add(known.judged) >= limit {
                return AttemptTurn::Later;
            }
        }
        if known.judged > 0 && known.count.saturating_add(known.judged) >= FREE {
            return AttemptTurn::Later;
        }
        known.judged += 1;
        let doublings = known.count.checked_sub(FREE);
        let delay =
            doublings.map(|doublings| FIRST_DELAY.saturating_mul(1 << doublings.min(8)).min(LONGEST_DELAY)).unwrap_or_default();
        AttemptTurn::After(delay, JudgedAttempt { attempts: self.clone(), address })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, AddressAttempts>> {
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the table within its size when an address comes to it.
fn make_room(by_address: &mut HashMap<IpAddr, AddressAttempts>, address: IpAddr) {
    if by_address.len() < ADDRESSES || by_address.contains_key(&address) {
        return;
    }
    by_address.retain(|_, known| known.judged > 0 || known.last.elapsed() < FORGOTTEN);
    if by_address.len() >= ADDRESSES
        && let Some(oldest) = by_address.iter().min_by_key(|(_, known)| known.last).map(|(address, _)| *address)
    {
        by_address.remove(&oldest);
    }
}

impl JudgedAttempt {
    /// It has failed.
    pub fn failed(self) {
        let now = Instant::now();
        if let Some(known) = self.attempts.lock().get_mut(&self.address) {
            known.count = known.count.saturating_add(1);
            known.minute.1 = known.minute.1.saturating_add(1);
            known.last = now;
        }
    }

    /// It has succeeded, which makes up for those that failed.
    pub fn succeeded(self) {
        if let Some(known) = self.attempts.lock().get_mut(&self.address) {
            (known.count, known.minute.1) = (0, 0);
        }
    }
}

impl Drop for JudgedAttempt {
    fn drop(&mut self) {
        if let Entry::Occupied(mut known) = self.attempts.lock().entry(self.address) {
            // Where the table was full, it may be another one that began since.
            let judged = known.get().judged.saturating_sub(1);
            known.get_mut().judged = judged;
            if judged == 0 && known.get().count == 0 && known.get().minute.1 == 0 {
                known.remove();
            }
        }
        self.attempts.judged.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(limit: Option<u32>) -> Arc<FailedAttempts> {
        Arc::new(FailedAttempts::new(limit))
    }

    async fn fail(attempts: &Arc<FailedAttempts>, address: IpAddr) {
        attempts.wait(address).await.unwrap().failed();
    }

    /// How long the next attempt waits, when it is the only one.
    async fn delay(attempts: &Arc<FailedAttempts>, address: IpAddr) -> Duration {
        let began = Instant::now();
        drop(attempts.wait(address).await.unwrap());
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn waits_have_an_upper_bound_and_are_forgotten() {
        let (attempts, address) = (of(None), "192.0.2.1".parse().unwrap());
        for _ in 0..20 {
            fail(&attempts, address).await;
        }
        assert_eq!(delay(&attempts, address).await, LONGEST_DELAY);
        assert_eq!(delay(&attempts, "192.0.2.2".parse().unwrap()).await, Duration::ZERO);
        tokio::time::sleep(FORGOTTEN).await;
        assert_eq!(delay(&attempts, address).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_table_is_bounded() {
        let attempts = of(Some(1));
        let address = |number: u32| IpAddr::from(number.to_be_bytes());
        for number in 0..=ADDRESSES as u32 {
            fail(&attempts, address(number)).await;
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert_eq!(attempts.lock().len(), ADDRESSES);
        assert!(attempts.wait(address(2)).await.is_err());
        assert!(attempts.wait(address(0)).await.is_ok(), "the oldest one has gone");
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_that_are_being_judged_count() {
        let (attempts, address) = (of(Some(5)), "192.0.2.1".parse().unwrap());
        let first = [(); FREE as usize].map(|()| attempts.turn(address));
        assert!(first.iter().all(|turn| matches!(turn, AttemptTurn::After(Duration::ZERO, _))), "{first:?}");
        assert!(matches!(attempts.turn(address), AttemptTurn::Later), "those before it may all be wrong");
        assert!(matches!(attempts.turn("192.0.2.2".parse().unwrap()), AttemptTurn::After(Duration::ZERO, _)));
        for turn in first {
            let AttemptTurn::After(_, attempt) = turn else { panic!("{turn:?}") };
            attempt.failed();
        }
        let AttemptTurn::After(FIRST_DELAY, one) = attempts.turn(address) else { panic!("it waits") };
        assert!(matches!(attempts.turn(address), AttemptTurn::Later), "one after the other from now on");
        drop(one);
        assert!(matches!(attempts.turn(address), AttemptTurn::After(FIRST_DELAY, _)), "one that is given up is none");
        attempts.wait(address).await.unwrap().succeeded();
        assert!(attempts.lock().is_empty(), "a success makes up for what failed");
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_holds_for_many_at_once() {
        let (attempts, address) = (of(Some(4)), "192.0.2.1".parse().unwrap());
        let guesses = (0..50).map(|_| {
            let attempts = attempts.clone();
            tokio::spawn(async move {
                let attempt = attempts.wait(address).await?;
                tokio::time::sleep(Duration::from_millis(100)).await;
                attempt.failed();
                Ok::<_, u32>(())
            })
        });
        let mut judged = 0;
        for guess in guesses.collect::<Vec<_>>() {
            judged += u32::from(guess.await.unwrap().is_ok());
        }
        assert_eq!(judged, 4);
    }
}
