//! Finds the files of plugins: in the user's folders, and in the program itself. Names are checked here, so that none
//! leads out of a folder.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::types;
use crate::text_file;

/// The largest file of a plugin, in bytes.
const LARGEST: u64 = 4 << 20;
/// The longest name of a plugin, in bytes.
const LONGEST: usize = 64;

/// The name of a plugin is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The name of a plugin has letters, digits, `-`, `_` and single dots, without a folder and without .js")]
pub struct NameError;

/// Why the text of a plugin cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum PluginFileError {
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("There is no {name}.js in {folders}")]
    Missing { name: String, folders: String },
    #[error("{} cannot be read: {reason}", .file.display())]
    Unreadable { file: PathBuf, reason: io::Error },
    #[error("{} cannot be read: it is no file", .file.display())]
    NoFile { file: PathBuf },
    #[error("{} cannot be read: it is larger than 4 MiB", .file.display())]
    TooLarge { file: PathBuf },
}

/// Checks the name of a plugin, so that no name leads into another folder.
///
/// # Errors
/// When it is invalid.
pub fn check_name(name: &str) -> Result<(), NameError> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let valid = !name.is_empty()
        && name.len() <= LONGEST
        && name.chars().all(fits)
        && !name.starts_with(['.', '-'])
        && !name.contains("..")
        && !name.ends_with(".js");
    if valid { Ok(()) } else { Err(NameError) }
}

/// The text of a plugin and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PluginSource {
    pub text: String,
    /// The file; `None` for one that is part of the program.
    pub file: Option<PathBuf>,
    pub changed: Option<SystemTime>,
}

/// Finds a plugin: in the folders in their order, then in the program.
///
/// # Errors
/// When there is none, or its file cannot be read.
pub(super) fn find(name: &str, folders: &[PathBuf]) -> Result<PluginSource, PluginFileError> {
    check_name(name)?;
    for folder in folders {
        let file = folder.join(format!("{name}.js"));
        if file.exists() {
            let text = read(&file)?;
            return Ok(PluginSource { text, changed: changed(&file), file: Some(file) });
        }
    }
    match types::text(name) {
        Some(text) => Ok(PluginSource { text: text.to_owned(), file: None, changed: None }),
        None => {
            let places: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
            Err(PluginFileError::Missing { name: name.to_owned(), folders: places.join(", ") })
        }
    }
}

/// When a file was changed last.
pub(super) fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// The names of all plugins that could be loaded.
pub(super) fn available(folders: &[PathBuf]) -> Vec<String> {
    let mut names: BTreeSet<String> = types::names().map(str::to_owned).collect();
    for entry in folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten() {
        if let Some(name) = entry.file_name().to_str().and_then(|name| name.strip_suffix(".js"))
            && check_name(name).is_ok()
        {
            names.insert(name.to_owned());
        }
    }
    names.into_iter().collect()
}

fn read(file: &Path) -> Result<String, PluginFileError> {
    let unreadable = |reason| PluginFileError::Unreadable { file: file.to_owned(), reason };
    // Reading a pipe could block the thread for ever.
    if !fs::metadata(file).map_err(unreadable)?.is_file() {
        return Err(PluginFileError::NoFile { file: file.to_owned() });
    }
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).map_err(unreadable)?;
    opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(PluginFileError::TooLarge { file: file.to_owned() });
    }
    text_file::decode(bytes).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for name in ["a", "cs-example", "My_Plugin.v2", "é"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", ".", "..", "../a", "a/b", "a\\b", "a..b", ".hidden", "-x", "a.js", "a b", "a\0b", &"x".repeat(65)] {
            assert_eq!(check_name(name), Err(NameError), "{name:?}");
        }
    }

    #[test]
    fn a_file_comes_before_the_plugin_of_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let folders = [folder.path().to_owned()];
        assert_eq!(find("helloworld", &folders).unwrap().file, None);
        fs::write(folder.path().join("helloworld.js"), "1").unwrap();
        assert_eq!(find("helloworld", &folders).unwrap().text, "1");
        fs::create_dir(folder.path().join("folder.js")).unwrap();
        assert!(find("folder", &folders).unwrap_err().to_string().contains("no file"));
        fs::write(folder.path().join("bytes.js"), [0xff, 0xfe]).unwrap();
        assert!(find("bytes", &folders).unwrap_err().to_string().contains("UTF-8"));
        assert!(find("nothing", &folders).unwrap_err().to_string().contains("There is no nothing.js"));
        assert!(available(&folders).contains(&"bytes".to_owned()));
    }
}
