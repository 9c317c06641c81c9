//! The state of the trace pane. `view` has the rows and the selection, `seek` the jumps, `goal` what a jump goes to, `choice` what a
//! command means that names no records, `aside` what is on disk, `look` how lines look, `lines` which lines are on the screen.

mod aside;
mod choice;
mod goal;
mod lines;
mod look;
mod seek;
mod sequence_index;
mod view;

pub use goal::{Goal, SeekProgress};
pub use lines::TraceLine;
pub use look::TimeDisplay;
pub use view::{TraceMode, TraceView};
