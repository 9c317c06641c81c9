//! What the screen writes to the disk: the state that is saved for the next session, and texts that are too long for the terminal's
//! clipboard.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use super::app::App;
use super::update::text_to_keep;
use crate::config::{SavedPart, StateWriter, private_file};

/// The state folder and the thread that writes into it. Dropping it waits for the last write.
#[derive(Debug)]
pub struct Persistence {
    writer: Option<StateWriter>,
    folder: Option<PathBuf>,
}

impl Persistence {
    /// Writes into a folder; without one nothing is saved.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(folder: Option<PathBuf>) -> io::Result<Persistence> {
        Ok(Persistence { writer: folder.clone().map(StateWriter::start).transpose()?, folder })
    }

    /// Writes a part of the state soon, on the thread of the writer.
    pub fn keep(&self, app: &App, part: SavedPart) {
        if let Some(writer) = &self.writer {
            writer.save(part, text_to_keep(app, part));
        }
    }

    /// Where texts go that are too long for the terminal's clipboard.
    pub fn copy_file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("copied.txt"))
    }
}

/// Why a text was not copied into a file.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// No state is saved in this session.
    #[error("The text is too long for the terminal's clipboard, and there is no folder to put it into")]
    NoFolder,
    /// The file cannot be written.
    #[error("The text could not be copied to {}: {reason}", .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// The error of the operating system.
        reason: io::Error,
    },
}

/// Writes a text into a file and returns the name of the file. Blocks on the disk.
///
/// # Errors
/// When there is no file, or it cannot be written.
pub fn copy_to_file(file: Option<PathBuf>, text: &str) -> Result<String, CopyError> {
    let Some(file) = file else { return Err(CopyError::NoFolder) };
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| private_file(&file)).and_then(|mut open| open.write_all(text.as_bytes()));
    match written {
        Ok(()) => Ok(file.display().to_string()),
        Err(reason) => Err(CopyError::Unwritable { file, reason }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_copied_into_the_state_folder_or_the_reason_is_returned() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("new");
        let file = Persistence::start(Some(state.clone())).unwrap().copy_file().unwrap();
        assert_eq!(copy_to_file(Some(file.clone()), "long").unwrap(), file.display().to_string());
        assert_eq!(fs::read_to_string(state.join("copied.txt")).unwrap(), "long");
        assert!(copy_to_file(None, "long").unwrap_err().to_string().contains("no folder"));
        let below_a_file = file.join("copied.txt");
        assert!(copy_to_file(Some(below_a_file), "long").unwrap_err().to_string().contains("could not be copied"));
    }
}
