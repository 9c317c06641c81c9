//! The folder of the user's own themes: which files in it changed since the last check. It blocks on the disk, so the screen calls it on
//! a thread of its own; what it found is applied by `Themes`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::text_file;

/// A theme file that is new or was changed.
#[derive(Debug)]
pub(super) struct ChangedFile {
    /// The name of the theme, which is that of the file.
    pub name: String,
    /// The text, or why it cannot be read.
    pub text: io::Result<String>,
}

/// What a check of the folder found.
#[derive(Debug)]
pub struct ThemeChanges {
    /// The files that are new or were changed.
    pub(super) changed: Vec<ChangedFile>,
    /// The names of all theme files.
    pub(super) names: Vec<String>,
}

/// The folder, with the state of its files at the last check.
#[derive(Debug, Clone)]
pub struct ThemeFolder {
    path: PathBuf,
    seen: Vec<(PathBuf, SystemTime)>,
}

impl ThemeFolder {
    /// A folder that was not checked yet. It need not exist.
    pub fn new(path: PathBuf) -> ThemeFolder {
        ThemeFolder { path, seen: Vec::new() }
    }

    /// Reads the files that were changed since the last call; `None` if there is no change. Blocks on the disk.
    pub fn check(&mut self) -> Option<ThemeChanges> {
        let found = files(&self.path);
        if found == self.seen {
            return None;
        }
        let before = std::mem::replace(&mut self.seen, found);
        let changed = self.seen.iter().filter(|file| !before.contains(file)).filter_map(|(path, _)| {
            let text = text_file::read(path);
            Some(ChangedFile { name: name_of(path)?, text })
        });
        Some(ThemeChanges {
            changed: changed.collect(),
            names: self.seen.iter().filter_map(|(path, _)| name_of(path)).collect(),
        })
    }
}

fn name_of(file: &Path) -> Option<String> {
    file.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned)
}

/// The theme files of a folder with the times of their last change, sorted by name.
fn files(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let toml = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut files: Vec<_> =
        toml.filter_map(|path| fs::metadata(&path).and_then(|facts| facts.modified()).ok().map(|time| (path, time))).collect();
    files.sort();
    files
}
