//! What outlives the session: where the person's files lie, the settings file, the history of commands, drafts and favourites.

mod history;
mod kept;
mod paths;
mod settings;

pub use history::History;
pub use kept::{Keeper, Kept, KeptPart, KeptScreen, KeptText, private_file};
pub use paths::{Paths, PathsError};
pub use settings::{KeyNames, Mistake, Settings, SettingsError};
