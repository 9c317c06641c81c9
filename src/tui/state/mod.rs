//! The state of each pane and each overlay. How it looks is in `pane`, when it changes in `update`.

mod action_picker;
mod alerts;
mod batch;
mod batch_result;
mod column_chooser;
mod columns;
mod command_line;
mod configuration_page;
mod confirm;
mod connection_page;
mod device_model_page;
mod editor;
mod filter;
mod held_pane;
mod message;
mod overlay;
mod overview;
mod pager;
mod palette;
mod profile_forms;
mod profiles_page;
mod prompt;
mod station_details;
mod stations;
mod toasts;
mod trace;
mod undo;

pub use action_picker::ActionPicker;
pub use alerts::AlertState;
pub use batch::{RepeatPlan, SendBatch, SendTemplate};
pub use batch_result::{BatchResult, StationOutcome};
pub use column_chooser::ColumnChooser;
pub use columns::{COLUMNS, Column, ColumnChoice, ColumnLayout, MARGIN};
pub use command_line::CommandLine;
pub use configuration_page::{
    ConfigurationPage, ConfigurationRow, call_obstacle, configuration_obstacle, is_second_generation,
};
pub use confirm::{ConfirmPurpose, ConfirmQuestion};
pub use connection_page::{ConnectionPage, attempt_at, attempts};
pub use device_model_page::{AttributePlace, AttributeRow, DeviceModelPage, ModelRow};
pub use editor::{EditTarget, Editor, HeldSubject};
pub use filter::{FilterLine, FilterPurpose, PaneFilter};
pub use held_pane::HeldPane;
pub use message::{BookmarkChoice, LineTone, MessageRow, MessageTab, MessageView, RowPiece, TextLine};
pub use overlay::{OverlayStack, OverlayState, ScreenOverlay};
pub use overview::{OverviewPages, ReportRows, fitting};
pub use pager::{KEYS, Pager, PagerLine, WIDEST};
pub use palette::{ChoiceAction, KeptKind, Palette, PaletteChoice};
pub use profile_forms::{clear_call, schedule_call, set_call};
pub use profiles_page::{KnownProfile, LimitCurve, ProfilesPage, place_name};
pub use prompt::{Prompt, PromptPurpose};
pub use station_details::StationDetails;
pub use stations::Stations;
pub use toasts::{Toast, ToastEntry, ToastKind, Toasts};
pub use trace::{Goal, SeekProgress, TimeDisplay, TraceLine, TraceMode, TraceView};
pub use undo::{ShownState, UndoHistory};
