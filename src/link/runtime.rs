//! The tokio runtime that links run on. How many threads it has is the caller's matter; how it takes turns is here.
//!
//! With tokio's defaults, links starve when a thousand stations call without a pause. One look at the sockets makes up to 1,024 tasks ready,
//! a worker's queue holds 256, the others go to the queue that all workers share, and that one gets a turn only now and then. With the
//! numbers here the tasks of one look fit into a worker's queue and have all had their turn before the next look; the kernel hands the
//! sockets out in the order in which they became ready.

use tokio::runtime::Builder;

/// How many events of sockets one look takes at the most.
const EVENTS: usize = 192;
/// How many tasks a worker runs before it looks for new events of sockets and timers, when it has not run out of tasks before.
const TASKS_BETWEEN_EVENTS: u32 = 256;

/// A builder for the runtime of a session, with all drivers and tokio's number of threads. Links are served in turn on it, also when
/// thousands have something to do.
pub fn runtime_builder() -> Builder {
    let mut builder = Builder::new_multi_thread();
    builder.max_io_events_per_tick(EVENTS).event_interval(TASKS_BETWEEN_EVENTS).enable_all();
    builder
}
