//! The clocks that everything below the front ends reads: the wall clock for timestamps in messages, tokio's for
//! waiting. A thread may let the first follow the second, so that a session with simulated time uses one time
//! everywhere.

use std::cell::Cell;
use std::marker::PhantomData;
use std::time::Instant;

use jiff::Timestamp;

/// The time of an occurrence, by both clocks.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The wall clock, for what is written into messages.
    pub wall: Timestamp,
    /// The monotonic clock, for waiting and measuring.
    pub monotonic: Instant,
}

impl Moment {
    /// The same wall clock at a later reading of the monotonic one, for the price of one reading.
    pub fn at(self, monotonic: Instant) -> Moment {
        let passed = monotonic.saturating_duration_since(self.monotonic);
        // A wall clock at its greatest value stays there.
        let wall = self.wall.checked_add(passed).unwrap_or(self.wall);
        Moment { wall, monotonic }
    }
}

thread_local! {
    /// When this thread's wall clock began to follow tokio's.
    static FOLLOWED: Cell<Option<Moment>> = const { Cell::new(None) };
}

/// The time of both clocks, now.
pub fn now() -> Moment {
    match FOLLOWED.get() {
        Some(began) => began.at(tokio::time::Instant::now().into_std()),
        None => Moment { wall: Timestamp::now(), monotonic: tokio::time::Instant::now().into_std() },
    }
}

/// Lets this thread's wall clock be `start` now and follow tokio's clock from here on, until what is returned is dropped. Under a
/// runtime whose clock is paused both stand still together and jump together. That runtime is to be paused from its first moment on
/// (`start_paused`): its timers go by whole milliseconds since then, and stamps are only the same again when all begin at one.
pub fn follow_runtime(start: Timestamp) -> FollowedClock {
    let began = Moment { wall: start, monotonic: tokio::time::Instant::now().into_std() };
    FollowedClock { before: FOLLOWED.replace(Some(began)), here: PhantomData }
}

/// While it exists, the wall clock of its thread follows tokio's.
#[derive(Debug)]
#[must_use = "the wall clock is the real one again when this is dropped"]
pub struct FollowedClock {
    before: Option<Moment>,
    /// It belongs to its thread.
    here: PhantomData<*const ()>,
}

impl Drop for FollowedClock {
    fn drop(&mut self) {
        FOLLOWED.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_wall_clock_goes_with_the_runtime_for_as_long_as_it_is_to() {
        let start: Timestamp = "2001-01-01T00:00:00Z".parse().unwrap();
        let followed = follow_runtime(start);
        let began = now();
        assert_eq!(began.wall, start);
        tokio::time::sleep(Duration::from_secs(86_400)).await;
        let day_after = now();
        assert_eq!(day_after.wall, "2001-01-02T00:00:00Z".parse().unwrap());
        assert_eq!(day_after.monotonic - began.monotonic, Duration::from_secs(86_400));
        {
            let _other = follow_runtime(Timestamp::UNIX_EPOCH);
            assert_eq!(now().wall, Timestamp::UNIX_EPOCH);
            let elsewhere = std::thread::spawn(|| now().wall).join().unwrap();
            assert!(elsewhere > start, "another thread keeps the real time: {elsewhere}");
        }
        assert_eq!(now().wall, day_after.wall);
        drop(followed);
        assert!(now().wall > day_after.wall, "the real time is later than the beginning of the century");
    }
}
