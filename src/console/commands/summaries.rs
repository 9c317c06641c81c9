//! What was summed up of the records, for the commands that print it. It is brought up to date when one of them runs.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Zoned;

use crate::compose::KnownVariable;
use crate::console::completion::known_variables;
use crate::console::reports::{ReportContext, count_matching};
use crate::trace::filter::TraceFilter;
use crate::trace::station_summary::StationSummaries;
use crate::trace::{StationKey, Trace};

/// How many records are taken in before the recorder may continue.
const CHUNK: u64 = 10_000;

/// What was summed up of the records of a session. Commands bring it up to date when they need it.
#[derive(Debug, Clone, Default)]
pub struct SharedSummaries(Arc<Mutex<StationSummaries>>);

impl SharedSummaries {
    /// Takes in what is new and looks at it. It may take a while, and the recorder waits only for parts of it.
    pub(super) fn look<T>(
        &self,
        trace: &Trace,
        counted: Option<&TraceFilter>,
        look: impl FnOnce(&ReportContext<'_>) -> T,
    ) -> T {
        let mut summaries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while summaries.catch_up(&trace.read(), CHUNK) {}
        let of_filter = counted.map(|filter| count_matching(trace, &summaries, filter));
        let (now, contents) = (Zoned::now(), trace.read());
        look(&ReportContext {
            summaries: &summaries,
            statistics: of_filter.as_ref().unwrap_or(summaries.statistics()),
            contents: &contents,
            zone: now.time_zone(),
            wall_micros: now.timestamp().as_microsecond(),
            monotonic_micros: trace.micros_since_start(std::time::Instant::now()),
        })
    }
}

/// How much of the trace may be read to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum ReadEffort {
    /// All that is new.
    Everything,
    /// So much that no delay is seen; the rest the next time.
    OnePart,
}

impl SharedSummaries {
    /// The variables of a station that were seen in its messages.
    pub(in crate::console) fn variables_of(
        &self,
        trace: &Trace,
        station: StationKey,
        effort: ReadEffort,
    ) -> Vec<KnownVariable> {
        let mut summaries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while summaries.catch_up(&trace.read(), CHUNK) && effort == ReadEffort::Everything {}
        let model = summaries.of(station).and_then(|facts| facts.model.as_deref());
        model.map(known_variables).unwrap_or_default()
    }
}
