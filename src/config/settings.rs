//! The settings file: what a person wants at every start. Arguments on the shell come before it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What the settings file may say. Everything is optional.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The theme of the full screen.
    pub theme: Option<String>,
    /// Whether the mouse is used on the full screen.
    pub mouse: Option<bool>,
    /// Memory for the trace: `"64M"`.
    pub trace_memory: Option<String>,
    /// Seconds to wait for the answer to a call.
    pub call_timeout: Option<f64>,
    /// Commands that are run at every start, before those of the shell: `default …`, `answer …`, `set …`.
    pub startup: Vec<String>,
}

/// Why the settings file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It cannot be read.
    #[error("the settings file {} cannot be read: {source}; mend it, or name another one with --config", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// It is not what a settings file may be.
    #[error("the settings file {}, line {line}: {message}", file.display())]
    Wrong {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

impl Settings {
    /// Reads the file that a person named.
    ///
    /// # Errors
    /// When it cannot be read or says something that there is not.
    pub fn read(file: &Path) -> Result<Settings, SettingsError> {
        let unreadable = |source| SettingsError::Unreadable { file: file.to_owned(), source };
        Settings::parse(file, &fs::read_to_string(file).map_err(unreadable)?)
    }

    /// Reads the file in its usual place, where it need not be.
    ///
    /// # Errors
    /// As [`read`](Self::read), but a file that is not there has nothing to say.
    pub fn read_if_there(file: &Path) -> Result<Settings, SettingsError> {
        match Settings::read(file) {
            Err(SettingsError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(Settings::default())
            }
            read => read,
        }
    }

    fn parse(file: &Path, text: &str) -> Result<Settings, SettingsError> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().map_or("", |span| &text[..text.floor_char_boundary(span.start)]);
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            SettingsError::Wrong { file: file.to_owned(), line: before.matches('\n').count() + 1, message }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(Path::new("config.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_is_optional_and_read() {
        assert_eq!(parse(""), Ok(Settings::default()));
        let text = "theme = \"dark\"\nmouse = false\ntrace-memory = \"1G\"\ncall-timeout = 5\nstartup = [\"answers\"]";
        let settings = parse(text).unwrap();
        assert_eq!((settings.theme.as_deref(), settings.mouse, settings.call_timeout), (Some("dark"), Some(false), Some(5.0)));
        assert_eq!(settings.startup, ["answers"]);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let error = parse("theme = \"dark\"\n\ncolour = \"red\"").unwrap_err();
        assert!(error.contains("config.toml, line 3") && error.contains("colour"), "{error}");
        assert!(parse("theme = 7").unwrap_err().contains("line 1"));
        assert!(parse("theme = \"dark").unwrap_err().contains("line 1"));
    }

    #[test]
    fn a_missing_file_matters_only_when_it_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        assert_eq!(Settings::read_if_there(&file).unwrap(), Settings::default());
        assert!(Settings::read(&file).unwrap_err().to_string().contains("--config"));
    }
}
