//! The state of each pane and of what lies over the panes. How it looks is in `pane`, when it changes in `update`.

mod action_picker;
mod batch;
mod columns;
mod command_line;
mod editor;
mod filter;
mod message;
mod pager;
mod palette;
mod prompt;
mod soap;
mod station_details;
mod stations;
mod toasts;
mod trace;

pub use action_picker::Picker;
pub use batch::{Batch, RepeatPlan};
pub use columns::{Column, MARGIN, fit};
pub use command_line::CommandLine;
pub use editor::{EditTarget, Editor, HeldSubject};
pub use filter::{Filter, FilterLine, FilterPurpose};
pub use message::{LineTone, MessageLine, MessageView, PrettyLine, Tab, TextLine};
pub use pager::{KEYS, Line, Reading, WIDEST};
pub use palette::{Choice, ChoiceAction, Chooser, KeptKind};
pub use prompt::{Asked, Prompt};
pub use soap::{SoapLine, payload_text};
pub use station_details::StationDetails;
pub use stations::Stations;
pub use toasts::{Toast, Toasts, Told};
pub use trace::{Goal, SeekProgress, TraceView, View};
