//! What outlives the session: the paths of the user's files, the settings file, the history of commands, drafts and favourites.

mod history;
mod paths;
mod saved_state;
mod settings;

pub use history::History;
pub use paths::{Paths, PathsError};
pub use saved_state::{SavedPart, SavedScreen, SavedState, SavedText, SavedView, StateWriter, private_file};
pub use settings::{KeyNames, Settings, SettingsError, SettingsMistake};
