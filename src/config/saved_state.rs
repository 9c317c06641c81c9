//! The saved state of the full screen: drafts, favourites, the sizes of panes. It is loaded at the start and written by a thread of its
//! own soon after a change, so that the screen waits for no disk and a crash loses little.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::text_file;

/// How long changes are collected before they are written.
const DELAY: Duration = Duration::from_millis(300);

/// A saved payload or frame.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedText {
    /// The name that the user gave it; empty for a draft.
    pub name: String,
    /// The version, as `1.6`.
    pub version: String,
    /// The action; empty when the text is a whole frame.
    pub action: String,
    /// The text.
    pub text: String,
}

/// A filter of the trace with a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedView {
    /// The name.
    pub name: String,
    /// The filter.
    pub filter: String,
}

/// The layout and choices of the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedScreen {
    /// The selected theme.
    pub theme: Option<String>,
    /// Whether the mouse is used.
    pub mouse: Option<bool>,
    /// The width of the stations pane, in hundredths of the screen.
    pub left: Option<u16>,
    /// The height of the message pane, in hundredths of the screen.
    pub lower: Option<u16>,
    /// The height of the stations pane above the trace, in hundredths of the screen.
    pub upper: Option<u16>,
    /// The columns of the stations pane, in their order; `None` for the default ones.
    pub columns: Option<Vec<String>>,
    /// Which time the lines of the trace show, by its name.
    pub time: Option<String>,
    /// Functions that were selected in the palette, the newest first.
    pub recent: Vec<String>,
    /// Filters of the trace with names.
    pub views: Vec<SavedView>,
}

/// The whole saved state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedState {
    /// Drafts: texts that were typed and not sent, the newest last.
    pub drafts: Vec<SavedText>,
    /// Favourites: texts with a name.
    pub favourites: Vec<SavedText>,
    /// The layout and choices of the screen.
    pub screen: SavedScreen,
}

/// A part of the saved state, with a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SavedPart {
    /// The drafts.
    Drafts,
    /// The favourites.
    Favourites,
    /// The screen.
    Screen,
}

impl SavedPart {
    const fn file(self) -> &'static str {
        match self {
            SavedPart::Drafts => "drafts.json",
            SavedPart::Favourites => "favourites.json",
            SavedPart::Screen => "screen.json",
        }
    }
}

impl SavedState {
    /// Reads the folder. A part whose file is missing or invalid is empty. An invalid file is renamed to `….broken` first, because the
    /// next change would overwrite it.
    pub fn load(folder: &Path) -> SavedState {
        SavedState {
            drafts: load(folder, SavedPart::Drafts),
            favourites: load(folder, SavedPart::Favourites),
            screen: load(folder, SavedPart::Screen),
        }
    }

    /// The text of a part's file.
    pub fn text(&self, part: SavedPart) -> String {
        let text = match part {
            SavedPart::Drafts => serde_json::to_string_pretty(&self.drafts),
            SavedPart::Favourites => serde_json::to_string_pretty(&self.favourites),
            SavedPart::Screen => serde_json::to_string_pretty(&self.screen),
        };
        // Texts and numbers always have a JSON form.
        text.unwrap_or_default()
    }
}

fn load<T: DeserializeOwned + Default>(folder: &Path, part: SavedPart) -> T {
    let file = folder.join(part.file());
    let Ok(text) = text_file::read(&file) else { return T::default() };
    serde_json::from_str(&text).unwrap_or_else(|_| {
        // When it cannot be renamed it will be overwritten; there is nothing better to do.
        let _ = fs::rename(&file, file.with_extension("json.broken"));
        T::default()
    })
}

/// Writes saved state in a thread of its own. Dropping it waits until everything is written.
#[derive(Debug)]
pub struct StateWriter {
    sender: Option<mpsc::Sender<(SavedPart, String)>>,
    writer: Option<JoinHandle<()>>,
}

impl StateWriter {
    /// A writer for a folder, which is created with the first file.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(folder: PathBuf) -> io::Result<StateWriter> {
        let (sender, receiver) = mpsc::channel();
        let writer = thread::Builder::new().name("saved state".into()).spawn(move || run(&folder, &receiver))?;
        Ok(StateWriter { sender: Some(sender), writer: Some(writer) })
    }

    /// Writes a part within a moment. Of several versions in a short time only the last one is written.
    pub fn save(&self, part: SavedPart, text: String) {
        if let Some(sender) = &self.sender {
            // The writer lives as long as this does.
            let _ = sender.send((part, text));
        }
    }
}

impl Drop for StateWriter {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn run(folder: &Path, receiver: &mpsc::Receiver<(SavedPart, String)>) {
    while let Ok((part, text)) = receiver.recv() {
        let mut texts = BTreeMap::from([(part, text)]);
        // Counted from the first change, so that continuous typing is saved too.
        let until = Instant::now() + DELAY;
        let ended = loop {
            match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((part, text)) => {
                    texts.insert(part, text);
                }
                Err(error) => break error == RecvTimeoutError::Disconnected,
            }
        };
        for (part, text) in texts {
            // A folder that cannot be written is ignored: the session goes on, and nothing is saved.
            let _ = write_private(folder, part.file(), &text);
        }
        if ended {
            return;
        }
    }
}

/// Writes a file so that at every moment the old or the new one is there as a whole. Only the user can read it: payloads may hold
/// secrets.
pub(super) fn write_private(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let new = folder.join(format!("{name}.new"));
    private_file(&new)?.write_all(text.as_bytes())?;
    fs::rename(new, folder.join(name))
}

/// Creates or truncates a file. A new one is readable by its owner only; on systems without Unix permissions it has those of its
/// folder, which lies in the user's profile.
///
/// # Errors
/// When it cannot be created or opened.
pub fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str) -> SavedText {
        SavedText { name: name.into(), version: "1.6".into(), action: "Reset".into(), text: "{\n}".into() }
    }

    #[test]
    fn saved_state_is_loaded_again() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("deep/state");
        let state_before = SavedState {
            drafts: vec![text("")],
            favourites: vec![text("one"), text("two")],
            screen: SavedScreen { left: Some(40), recent: vec!["quit".into()], ..SavedScreen::default() },
        };
        let writer = StateWriter::start(state.clone()).unwrap();
        writer.save(SavedPart::Drafts, "overtaken".into());
        for part in [SavedPart::Drafts, SavedPart::Favourites, SavedPart::Screen] {
            writer.save(part, state_before.text(part));
        }
        drop(writer);
        assert_eq!(SavedState::load(&state), state_before);
    }

    #[test]
    fn an_invalid_file_is_renamed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("favourites.json"), "[{").unwrap();
        fs::write(folder.path().join("screen.json"), r#"{"left": 30, "from a later version": 1}"#).unwrap();
        let loaded = SavedState::load(folder.path());
        assert_eq!((loaded.favourites.len(), loaded.screen.left), (0, Some(30)));
        assert_eq!(fs::read_to_string(folder.path().join("favourites.json.broken")).unwrap(), "[{");
    }
}
