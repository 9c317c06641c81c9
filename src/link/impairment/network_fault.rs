//! What a bad network does, as it is commanded: lengths of time, shares of the frames, limits, and when it does so.

use std::time::{Duration, Instant};

use crate::trace::Direction;

/// Faults of the network, for one direction of links or both.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NetworkFault {
    /// The direction; `None` is both.
    pub direction: Option<Direction>,
    /// How long a frame is on its way.
    pub latency: Duration,
    /// How much longer or shorter at most.
    pub jitter: Duration,
    /// The share of frames that is lost, from 0 to 1.
    pub loss: f64,
    /// The share that arrives twice.
    pub duplicate: f64,
    /// The share that arrives behind the frame after it.
    pub reorder: f64,
    /// The share that arrives without its second half.
    pub truncate: f64,
    /// How many bits a second get through.
    pub bandwidth: Option<u32>,
    /// How long nothing gets through at first.
    pub stall: Option<Duration>,
    /// After how many frames the connection breaks.
    pub cut_after: Option<u32>,
    /// Nothing gets through, and neither side hears that the connection is dead.
    pub half_open: bool,
    /// When; `None` is from now on.
    pub schedule: Option<FaultSchedule>,
    /// What chance is made of: the same seed and frames, the same faults.
    pub seed: u64,
}

/// When faults happen: again and again for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultSchedule {
    /// From one beginning to the next.
    pub every: Duration,
    /// How long each time.
    pub lasting: Duration,
}

/// A time during which faults happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FaultWindow {
    /// How many there were before.
    pub number: u64,
    pub begin: Instant,
}

impl NetworkFault {
    /// The window that is open at this time, for faults that were commanded at another; `None` between two windows.
    pub(super) fn window(&self, since: Instant, now: Instant) -> Option<FaultWindow> {
        let Some(FaultSchedule { every, lasting }) = self.schedule else {
            return Some(FaultWindow { number: 0, begin: since });
        };
        let passed = now.saturating_duration_since(since);
        let number = passed.as_nanos() / every.as_nanos().max(1);
        let within = into_period(passed, every);
        (within < lasting).then(|| FaultWindow { number: number as u64, begin: since + passed.saturating_sub(within) })
    }

    /// When the next window opens or the open one closes.
    pub(super) fn next_change(&self, since: Instant, now: Instant) -> Option<Instant> {
        let FaultSchedule { every, lasting } = self.schedule?;
        let within = into_period(now.saturating_duration_since(since), every);
        Some(now + if within < lasting { lasting } else { every }.saturating_sub(within))
    }
}

/// How much of a period has passed.
fn into_period(passed: Duration, period: Duration) -> Duration {
    Duration::from_nanos((passed.as_nanos() % period.as_nanos().max(1)) as u64) // less than a period, which is at most a day
}
