//! Quirks: habits of real charge points, described by small TOML files and laid over a simulated one. Here is what a quirk is and where it
//! comes from: the program, or a file of the user. The form of the file is in `file`, changed payloads in `rewrite`, and the one place
//! that every message passes on its way out in `station`.

mod file;
mod rewrite;
mod station;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

pub use station::QuirkyChargePoint;

use crate::ocpp::suggest;
use crate::text_file;
use file::QuirkRules;

/// The quirks that come with the program.
const SHIPPED: [(&str, &str); 8] = [
    ("local-time", include_str!("../../../quirks/local-time.toml")),
    ("local-time-as-utc", include_str!("../../../quirks/local-time-as-utc.toml")),
    ("missing-optional-fields", include_str!("../../../quirks/missing-optional-fields.toml")),
    ("no-finishing", include_str!("../../../quirks/no-finishing.toml")),
    ("slow-boot", include_str!("../../../quirks/slow-boot.toml")),
    ("time-without-zone", include_str!("../../../quirks/time-without-zone.toml")),
    ("transaction-id-zero", include_str!("../../../quirks/transaction-id-zero.toml")),
    ("wrong-status-order", include_str!("../../../quirks/wrong-status-order.toml")),
];

/// A habit of real charge points.
#[derive(Debug, Clone)]
pub struct StationQuirk {
    name: String,
    rules: QuirkRules,
}

impl StationQuirk {
    /// The quirks that come with the program, by name.
    pub fn shipped() -> impl Iterator<Item = StationQuirk> {
        // A test reads them all.
        SHIPPED.into_iter().filter_map(|(name, text)| StationQuirk::parse(Path::new(name), text).ok())
    }

    /// The quirk with this name, or the one that a file describes: a text with a folder or with `.toml` at its end is a file. Reads the
    /// disk.
    ///
    /// # Errors
    /// When there is no such quirk, or when its file is wrong.
    pub fn load(name: &str) -> Result<StationQuirk, QuirkError> {
        let path = Path::new(name);
        if let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            return StationQuirk::parse(path, text);
        }
        if !is_file(name) {
            return Err(QuirkError::unknown(name));
        }
        let text = text_file::read(path).map_err(|source| QuirkError::Unreadable { file: path.to_owned(), source })?;
        StationQuirk::parse(path, &text)
    }

    /// What `load` takes for a quirk that a file in a folder names: a relative path is meant from there.
    pub fn named_from(folder: &Path, name: &str) -> String {
        if is_file(name) && !SHIPPED.iter().any(|(shipped, _)| *shipped == name) {
            let path = Path::new(name);
            folder.join(path.strip_prefix(".").unwrap_or(path)).to_string_lossy().into_owned()
        } else {
            name.to_owned()
        }
    }

    fn parse(path: &Path, text: &str) -> Result<StationQuirk, QuirkError> {
        let rules = QuirkRules::parse(text).map_err(|mistake| QuirkError::Wrong {
            file: path.to_owned(),
            line: mistake.line,
            reason: mistake.reason,
        })?;
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(StationQuirk { name, rules })
    }

    /// Its name: that of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One line about it.
    pub fn description(&self) -> &str {
        &self.rules.description
    }
}

/// Whether a quirk is named by its file.
fn is_file(name: &str) -> bool {
    name.contains(['/', '\\']) || Path::new(name).extension().is_some_and(|extension| extension == "toml")
}

/// Why a quirk cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum QuirkError {
    /// No quirk has this name.
    #[error("there is no quirk \"{name}\"{hint}; the quirks are {known}, or write the path of a file that ends in .toml")]
    Unknown {
        /// The unknown name.
        name: String,
        /// A name that is nearly the same, as a part of the sentence.
        hint: String,
        /// The names of all quirks.
        known: String,
    },
    /// The file cannot be read.
    #[error("the quirk {} cannot be read: {source}; --list-quirks lists those that come with the program", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Its content is invalid.
    #[error("the quirk {}, line {line}: {reason}", file.display())]
    Wrong {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

impl QuirkError {
    fn unknown(name: &str) -> QuirkError {
        let known = SHIPPED.map(|(name, _)| name);
        let hint = suggest(name, known).map(|near| format!(", did you mean \"{near}\"?"));
        QuirkError::Unknown { name: name.to_owned(), hint: hint.unwrap_or_default(), known: known.join(", ") }
    }
}
