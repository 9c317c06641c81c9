//! The state of the trace pane. `view` has the rows and the selection, `seek` the jumps, `goal` what a jump goes to, `choice` what a
//! command means that names no records.

mod choice;
mod goal;
mod seek;
mod view;

pub use goal::{Goal, SeekProgress};
pub use view::{TraceMode, TraceView};
