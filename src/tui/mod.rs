//! The full screen. State is in [`app`], changes to it in [`update`] (pure), drawing in `draw` and `pane`, the terminal and the
//! loop around it in `terminal` and `event_loop`. Floor 5: it touches no socket, blocks on nothing and draws only when something
//! visible changed. Everything it needs from below comes through [`backend::ScreenBackend`].

pub mod action;
pub mod app;
mod assist;
pub mod backend;
pub mod bindings;
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
pub mod update;
mod widget;

pub use backend::{BackendReply, ScreenBackend};
pub use bindings::{BindingError, Bindings};
pub use event_loop::{Exit, ScreenOptions, run};
pub use terminal::TerminalError;
pub use theme::{ColourDepth, Theme, ThemeError, Themes, is_light};
