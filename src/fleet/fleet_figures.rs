//! What was counted of a fleet so far, shared between the fleet and those who ask: a report is made when it is wanted, and not before.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::fleet_report::FleetReport;
use super::traffic_count::TrafficCount;
use crate::clock::now;
use crate::trace::Trace;
use crate::trace::statistics::LatencyHistogram;

/// The counts. Cheap to clone; all clones are the same.
#[derive(Debug, Clone)]
pub(super) struct FleetFigures {
    counted: Arc<Mutex<CountedFleet>>,
    trace: Arc<Trace>,
    began: Arc<str>,
    seed: u64,
}

/// What is counted.
#[derive(Debug)]
pub(super) struct CountedFleet {
    pub traffic: TrafficCount,
    /// From the planned times of calls to their answers, when there ever was a load with planned times.
    pub planned: Option<LatencyHistogram>,
}

impl FleetFigures {
    /// Counts the records of this trace from now on.
    pub fn new(trace: Arc<Trace>, seed: u64) -> FleetFigures {
        let next = trace.read().records().range().end;
        let now = now();
        let traffic = TrafficCount::new(next, trace.micros_since_start(now.monotonic));
        let counted = Arc::new(Mutex::new(CountedFleet { traffic, planned: None }));
        FleetFigures { counted, trace, began: now.wall.to_string().into(), seed }
    }

    /// The counts, to add to them. The trace may be read meanwhile, but nothing that waits may be done.
    pub fn lock(&self) -> MutexGuard<'_, CountedFleet> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This moment, as reports count time.
    pub fn micros(&self) -> u64 {
        self.trace.micros_since_start(now().monotonic)
    }

    /// The report of what was counted, as of this moment.
    pub fn report(&self, micros: u64) -> FleetReport {
        let mut counted = self.lock();
        let planned = counted.planned.clone();
        counted.traffic.report(micros, &self.began, self.seed, planned)
    }
}
