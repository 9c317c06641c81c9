//! The state of each pane and of what lies over the panes. How it looks is in `pane`, when it changes in `update`.

mod command_line;
mod editor;
mod filter;
mod message;
mod picker;
mod reading;
mod soap;
mod stations;
mod toasts;
mod trace;

pub use command_line::CommandLine;
pub use editor::{Editor, Subject};
pub use filter::{Filter, FilterLine};
pub use message::{MessageLine, MessageView};
pub use picker::Picker;
pub use reading::{KEYS, Line, Reading, WIDEST};
pub use soap::{SoapLine, payload_text};
pub use stations::{Sorting, Stations};
pub use toasts::{Toast, Toasts};
pub use trace::TraceView;
