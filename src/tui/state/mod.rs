//! The state of each pane and each overlay. How it looks is in `pane`, when it changes in `update`.

mod action_picker;
mod batch;
mod column_chooser;
mod columns;
mod command_line;
mod confirm;
mod editor;
mod filter;
mod message;
mod overlay;
mod pager;
mod palette;
mod prompt;
mod soap;
mod station_details;
mod stations;
mod toasts;
mod trace;

pub use action_picker::ActionPicker;
pub use batch::{RepeatPlan, SendBatch};
pub use column_chooser::ColumnChooser;
pub use columns::{COLUMNS, Column, ColumnChoice, ColumnLayout, MARGIN};
pub use command_line::CommandLine;
pub use confirm::{ConfirmPurpose, ConfirmQuestion};
pub use editor::{EditTarget, Editor, HeldSubject};
pub use filter::{FilterLine, FilterPurpose, PaneFilter};
pub use message::{LineTone, MessageLine, MessageTab, MessageView, PrettyLine, TextLine};
pub use overlay::{OverlayStack, OverlayState, ScreenOverlay};
pub use pager::{KEYS, Pager, PagerLine, WIDEST};
pub use palette::{ChoiceAction, KeptKind, Palette, PaletteChoice};
pub use prompt::{Prompt, PromptPurpose};
pub use soap::SoapLine;
pub use station_details::StationDetails;
pub use stations::Stations;
pub use toasts::{Toast, ToastEntry, Toasts};
pub use trace::{Goal, SeekProgress, TraceMode, TraceView};
