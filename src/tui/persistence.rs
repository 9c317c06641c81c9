//! What the screen writes to the disk: what outlives the session, and texts that are too long for the terminal's clipboard.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use super::app::App;
use super::update::text_to_keep;
use crate::config::{SavedPart, StateWriter, private_file};

/// The folder of what is kept, and who writes there. Dropping it waits for the last write.
#[derive(Debug)]
pub struct Persistence {
    keeper: Option<StateWriter>,
    folder: Option<PathBuf>,
}

impl Persistence {
    /// Writes into a folder; without one it keeps nothing.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(folder: Option<PathBuf>) -> io::Result<Persistence> {
        Ok(Persistence { keeper: folder.clone().map(StateWriter::start).transpose()?, folder })
    }

    /// Writes a part of what is kept, soon.
    pub fn keep(&self, app: &App, part: SavedPart) {
        if let Some(keeper) = &self.keeper {
            keeper.save(part, text_to_keep(app, part));
        }
    }

    /// Puts a text into a file and returns its name.
    ///
    /// # Errors
    /// A sentence that says why it could not be done.
    pub fn copy(&self, text: &str) -> Result<String, String> {
        let Some(folder) = &self.folder else {
            return Err("The text is too long for the terminal's clipboard, and there is no folder to put it into".to_owned());
        };
        let file = folder.join("copied.txt");
        let written =
            fs::create_dir_all(folder).and_then(|()| private_file(&file)).and_then(|mut open| open.write_all(text.as_bytes()));
        match written {
            Ok(()) => Ok(file.display().to_string()),
            Err(error) => Err(format!("The text could not be copied to {}: {error}", file.display())),
        }
    }
}
