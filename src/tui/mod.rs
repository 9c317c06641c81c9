//! The full screen. State is in [`app`], changes to it in [`update`] (pure), drawing in `draw` and `pane`, the terminal and the loop around
//! it in `terminal` and `event_loop`. It opens no socket, never blocks, and draws only when something visible changed.
//!
//! What it takes from below: [`update`] and `draw` read the records, the stations, the definitions and the gate through
//! [`context::ReadContext`], and use the functions of `trace`, `compose` and `ocpp` on them. Everything that acts goes through
//! [`backend::ScreenBackend`]: commands to `console`, orders to `hub`. Settings and saved state come from `config`.

pub mod action;
pub mod app;
mod assist;
pub mod backend;
pub mod bindings;
mod clipboard;
pub mod context;
pub mod draw;
mod event_loop;
mod external;
pub mod key;
pub mod layout;
mod pane;
mod persistence;
mod signals;
pub mod state;
mod terminal;
#[cfg(test)]
mod tests;
pub mod theme;
mod theme_watch;
pub mod update;
mod widget;

pub use backend::{BackendReply, ScreenBackend};
pub use bindings::{BindingError, Bindings};
pub use event_loop::{Exit, ScreenOptions, run};
pub use terminal::TerminalError;
pub use theme::{ColourDepth, Theme, ThemeError, Themes, is_light};
