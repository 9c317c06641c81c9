//! The state of each pane and of what lies over the panes. How it looks is in `pane`, when it changes in `update`.

mod batch;
mod chooser;
mod columns;
mod command_line;
mod editor;
mod filter;
mod message;
mod page;
mod picker;
mod prompt;
mod reading;
mod soap;
mod stations;
mod toasts;
mod trace;

pub use batch::{Batch, Pace};
pub use chooser::{Choice, Chooser, Does, KeptKind};
pub use columns::{Column, MARGIN, fit};
pub use command_line::CommandLine;
pub use editor::{Editor, Subject};
pub use filter::{Filter, FilterLine, Purpose};
pub use message::{MessageLine, MessageView, PrettyLine, Tab, TextLine, Tone};
pub use page::StationPage;
pub use picker::Picker;
pub use prompt::{Asked, Prompt};
pub use reading::{KEYS, Line, Reading, WIDEST};
pub use soap::{SoapLine, payload_text};
pub use stations::Stations;
pub use toasts::{Toast, Toasts, Told};
pub use trace::{Goal, Progress, TraceView, View};
