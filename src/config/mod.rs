//! What outlives the session: where the person's files lie, the settings file, the history of commands, drafts and favourites.

mod history;
mod paths;
mod saved_state;
mod settings;

pub use history::History;
pub use paths::{Paths, PathsError};
pub use saved_state::{StateWriter, SavedState, SavedPart, SavedScreen, SavedText, private_file};
pub use settings::{KeyNames, SettingsMistake, Settings, SettingsError};
