//! What outlives the session: where the person's files lie, the settings file, the history of commands.

mod history;
mod paths;
mod settings;

pub use history::History;
pub use paths::{Paths, PathsError};
pub use settings::{Settings, SettingsError};
