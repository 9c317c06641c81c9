//! What outlives the session: the paths of the user's files, the settings file, the history of commands, drafts and favourites,
//! the passwords of stations, and the test CA.

mod authority_folder;
mod byte_size;
mod history;
mod machine_names;
mod password_list;
mod paths;
mod saved_state;
mod settings;

pub use authority_folder::{AuthorityFolder, AuthorityFolderError, IssuedEntry};
pub use byte_size::{SizeError, byte_size};
pub use history::{History, holds_secret};
pub use machine_names::machine_names;
pub use password_list::{PasswordCheck, PasswordFileError, PasswordForm, PasswordList, PasswordMistake, PasswordVerdict};
pub use paths::{Paths, PathsError};
pub use saved_state::{SavedPart, SavedScreen, SavedState, SavedText, SavedView, StateWriter, private_file};
pub use settings::{CaptureSetting, KeyNames, Settings, SettingsError, SettingsMistake};
