//! One direction of one link on a bad network: which frame arrives when. Pure: times come in. Every frame takes the same number of chances,
//! so that the same seed and the same frames meet the same faults.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::network_fault::FaultWindow;
use super::plan::ActiveNetworkFault;

/// How long a frame waits for the one that is to overtake it.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many bytes may be on their way. While more are, nothing is taken.
const ROOM: usize = 1 << 20;

/// What chance has decided about a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::link) struct FrameChances {
    pub lost: bool,
    pub doubled: bool,
    pub overtaken: bool,
    pub truncated: bool,
    /// Where a jitter puts it, from 0 to 1000; 500 is the middle.
    jitter: u32,
}

impl FrameChances {
    /// Those of the second copy of the frame: it is where the first one is.
    pub fn alone(self) -> FrameChances {
        FrameChances { jitter: self.jitter, ..FrameChances::default() }
    }
}

/// A frame on its way.
#[derive(Debug)]
struct TravellingFrame<T> {
    arrives: Instant,
    frame: T,
    bytes: usize,
}

/// One direction of one link.
#[derive(Debug)]
pub(in crate::link) struct ImpairedLane<T> {
    /// `None` while the network is good.
    active: Option<Arc<ActiveNetworkFault>>,
    chance: fastrand::Rng,
    /// In the order in which they arrive.
    travelling: VecDeque<TravellingFrame<T>>,
    /// The one that the next frame overtakes.
    aside: Option<TravellingFrame<T>>,
    bytes: usize,
    /// When everything has left that was to leave before, on a narrow link.
    free: Instant,
    /// The window whose stall was reported.
    stalled_in: Option<u64>,
}

impl<T> ImpairedLane<T> {
    /// A lane on which nothing is. `salt` tells the lanes of one command apart.
    pub fn new(active: Option<Arc<ActiveNetworkFault>>, salt: u64, now: Instant) -> ImpairedLane<T> {
        let (travelling, stalled_in) = (VecDeque::new(), None);
        let chance = fastrand::Rng::with_seed(salt);
        let mut lane = ImpairedLane { active: None, chance, travelling, aside: None, bytes: 0, free: now, stalled_in };
        lane.switch(active, salt, now);
        lane
    }

    /// Other faults are on from now on. What is on its way arrives at once when there are none. False when they are the same.
    pub fn switch(&mut self, active: Option<Arc<ActiveNetworkFault>>, salt: u64, now: Instant) -> bool {
        if self.active == active {
            return false;
        }
        match &active {
            Some(active) => self.chance = fastrand::Rng::with_seed(active.fault.seed ^ salt),
            None => {
                self.travelling.extend(self.aside.take());
                self.travelling.iter_mut().for_each(|one| one.arrives = now);
            }
        }
        (self.active, self.free, self.stalled_in) = (active, now, None);
        true
    }

    /// What is on.
    pub fn active(&self) -> Option<&Arc<ActiveNetworkFault>> {
        self.active.as_ref()
    }

    /// Whether nothing is on its way.
    pub fn is_empty(&self) -> bool {
        self.travelling.is_empty() && self.aside.is_none()
    }

    /// Whether it takes more.
    pub fn has_room(&self) -> bool {
        self.bytes < ROOM
    }

    fn window(&self, now: Instant) -> Option<FaultWindow> {
        self.active.as_ref().and_then(|active| active.fault.window(active.since, now))
    }

    /// Whether nothing gets through, and neither side hears of it.
    pub fn is_half_open(&self, now: Instant) -> bool {
        self.active.as_ref().is_some_and(|active| active.fault.half_open) && self.window(now).is_some()
    }

    /// Decides about the next frame.
    pub fn chances(&mut self, now: Instant) -> FrameChances {
        let shares = self.active.as_ref().map_or([0.0; 4], |active| {
            let fault = &active.fault;
            [fault.loss, fault.duplicate, fault.reorder, fault.truncate]
        });
        let [lost, doubled, overtaken, truncated] = shares.map(|share| self.chance.f64() < share);
        let jitter = self.chance.u32(0..=1000);
        match self.window(now) {
            Some(_) => FrameChances { lost, doubled, overtaken, truncated, jitter },
            None => FrameChances { jitter: 500, ..FrameChances::default() },
        }
    }

    /// Puts a frame on its way. True when it is the first one that a stall stops.
    pub fn put(&mut self, frame: T, bytes: usize, chances: FrameChances, now: Instant) -> bool {
        let mut arrives = now;
        let mut stalls = false;
        if let (Some(active), Some(window)) = (self.active.clone(), self.window(now)) {
            let fault = &active.fault;
            if let Some(bandwidth) = fault.bandwidth {
                let takes = Duration::from_secs_f64(bytes as f64 * 8.0 / f64::from(bandwidth.max(1)));
                self.free = self.free.max(now) + takes;
                arrives = self.free;
            }
            let spread = 2 * fault.jitter * chances.jitter / 1000;
            arrives += (fault.latency + spread).saturating_sub(fault.jitter);
            let end = fault.stall.map(|stall| window.begin + stall).filter(|end| *end > now);
            if let Some(end) = end {
                stalls = self.stalled_in.replace(window.number) != Some(window.number);
                arrives = arrives.max(end);
            }
        }
        // A connection keeps the order of what is on it.
        arrives = self.travelling.back().map_or(arrives, |last| arrives.max(last.arrives));
        self.bytes += bytes;
        if chances.overtaken && self.aside.is_none() {
            self.aside = Some(TravellingFrame { arrives: arrives + PATIENCE, frame, bytes });
            return stalls;
        }
        self.travelling.push_back(TravellingFrame { arrives, frame, bytes });
        if let Some(aside) = self.aside.take() {
            self.travelling.push_back(TravellingFrame { arrives, ..aside });
        }
        stalls
    }

    /// The next frame that has arrived.
    pub fn arrived(&mut self, now: Instant) -> Option<T> {
        let is_due = |one: &TravellingFrame<T>| one.arrives <= now;
        let one = match self.travelling.front().is_some_and(is_due) {
            true => self.travelling.pop_front()?,
            false => self.aside.take_if(|one| is_due(one))?,
        };
        self.bytes -= one.bytes;
        Some(one.frame)
    }

    /// When the next frame arrives.
    pub fn next_arrival(&self) -> Option<Instant> {
        self.travelling.front().into_iter().chain(&self.aside).map(|one| one.arrives).min()
    }

    /// When faults begin or end next.
    pub fn next_change(&self, now: Instant) -> Option<Instant> {
        self.active.as_ref().and_then(|active| active.fault.next_change(active.since, now))
    }

    /// Takes everything out that is on its way.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        let all = std::mem::take(&mut self.travelling).into_iter().chain(self.aside.take());
        self.bytes = 0;
        all.map(|one| one.frame)
    }
}
