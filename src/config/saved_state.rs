//! What the full screen remembers from one session to the next: drafts, favourites, the sizes of panes. Loaded at the start; written
//! by a thread of its own, a moment after the last change, so that the screen waits for no disk and a crash costs little.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How long changes are collected before they are written.
const DELAY: Duration = Duration::from_millis(300);

/// A payload or a frame that was kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedText {
    /// The name that a person gave it; empty for a draft.
    pub name: String,
    /// The version, as `1.6`.
    pub version: String,
    /// The action; empty when the text is a whole frame.
    pub action: String,
    /// The text.
    pub text: String,
}

/// How the screen was left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedScreen {
    /// The theme that was chosen.
    pub theme: Option<String>,
    /// Whether the mouse is used.
    pub mouse: Option<bool>,
    /// The width of the stations pane, in hundredths of the screen.
    pub left: Option<u16>,
    /// The height of the message pane, in hundredths of the screen.
    pub lower: Option<u16>,
    /// The height of the stations pane above the trace, in hundredths of the screen.
    pub upper: Option<u16>,
    /// What was chosen from the palette, the newest first.
    pub recent: Vec<String>,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedState {
    /// Texts that were typed and not sent, the newest last.
    pub drafts: Vec<SavedText>,
    /// Texts with a name.
    pub favourites: Vec<SavedText>,
    /// How the screen was left.
    pub screen: SavedScreen,
}

/// A part of it, which has a file of its own.
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
    /// Reads the folder. What is not there or cannot be understood is as if it had never been; a file that cannot be understood is
    /// put aside first, because the next change would write over it.
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
    let Ok(text) = fs::read_to_string(&file) else { return T::default() };
    serde_json::from_str(&text).unwrap_or_else(|_| {
        // When it cannot be put aside it will be lost, and nothing better can be done.
        let _ = fs::rename(&file, file.with_extension("json.broken"));
        T::default()
    })
}

/// Writes what is to be kept. Dropping it waits until everything is written.
#[derive(Debug)]
pub struct StateWriter {
    sender: Option<mpsc::Sender<(SavedPart, String)>>,
    writer: Option<JoinHandle<()>>,
}

impl StateWriter {
    /// A keeper for a folder, which is made when the first file is written.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(folder: PathBuf) -> io::Result<StateWriter> {
        let (sender, receiver) = mpsc::channel();
        let writer = thread::Builder::new().name("keeper".into()).spawn(move || live(&folder, &receiver))?;
        Ok(StateWriter { sender: Some(sender), writer: Some(writer) })
    }

    /// Writes a part, soon. Of several versions in a short time only the last one is written.
    pub fn keep(&self, part: SavedPart, text: String) {
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

fn live(folder: &Path, receiver: &mpsc::Receiver<(SavedPart, String)>) {
    while let Ok((part, text)) = receiver.recv() {
        let mut texts = BTreeMap::from([(part, text)]);
        // Counted from the first change: who types on and on loses no more than this.
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
            // A folder that cannot be written is no reason to stop; then nothing is remembered.
            let _ = write(folder, part.file(), &text);
        }
        if ended {
            return;
        }
    }
}

/// Writes a file so that at every moment the old or the new one is there as a whole. Only the user can read it: payloads may hold secrets.
fn write(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let new = folder.join(format!("{name}.new"));
    private_file(&new)?.write_all(text.as_bytes())?;
    fs::rename(new, folder.join(name))
}

/// Creates or truncates a file. A new one is readable by its owner only; on systems without Unix permissions it has those of its folder,
/// which lies in the user's profile.
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
    fn what_is_kept_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("deep/state");
        let kept = SavedState {
            drafts: vec![text("")],
            favourites: vec![text("one"), text("two")],
            screen: SavedScreen { left: Some(40), recent: vec!["quit".into()], ..SavedScreen::default() },
        };
        let keeper = StateWriter::start(state.clone()).unwrap();
        keeper.keep(SavedPart::Drafts, "overtaken".into());
        for part in [SavedPart::Drafts, SavedPart::Favourites, SavedPart::Screen] {
            keeper.keep(part, kept.text(part));
        }
        drop(keeper);
        assert_eq!(SavedState::load(&state), kept);
    }

    #[test]
    fn a_broken_file_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("favourites.json"), "[{").unwrap();
        fs::write(folder.path().join("screen.json"), r#"{"left": 30, "from a later version": 1}"#).unwrap();
        let kept = SavedState::load(folder.path());
        assert_eq!((kept.favourites.len(), kept.screen.left), (0, Some(30)));
        assert_eq!(fs::read_to_string(folder.path().join("favourites.json.broken")).unwrap(), "[{");
    }
}
