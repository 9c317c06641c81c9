//! The settings file, which applies to every start. Arguments on the shell override it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use crate::text_file;

/// After so many mistakes the file is probably no settings file, and the rest is not read.
const MOST_MISTAKES: usize = 20;

/// The content of the settings file. Everything is optional.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The theme of the full screen.
    pub theme: Option<String>,
    /// Whether the mouse is used on the full screen.
    pub mouse: Option<bool>,
    /// Whether actions with a physical effect are confirmed first. The default is true.
    pub confirm: Option<bool>,
    /// Whether the title of the terminal shows the state of the session. The default is true.
    pub title: Option<bool>,
    /// Memory for the trace: `"64M"`.
    pub trace_memory: Option<String>,
    /// Whether sessions are captured, or where. The default is the ring for sessions on the full screen.
    pub capture: Option<CaptureSetting>,
    /// How many sessions the ring keeps.
    pub capture_sessions: Option<usize>,
    /// How many bytes they take together: `"1G"`.
    pub capture_size: Option<String>,
    /// When a capture that was asked for goes on in its next file: `"100M,1h"`.
    pub capture_rotate: Option<String>,
    /// Seconds to wait for the answer to a call.
    pub call_timeout: Option<f64>,
    /// Whether calls that deviate from the specification are served: `"tolerant"`, `"strict"`.
    pub strictness: Option<String>,
    /// Commands that are run at every start, before those of the shell: `default …`, `answer …`, `set …`.
    pub startup: Vec<String>,
    /// Keys for actions of the full screen, by the action's name.
    pub keys: BTreeMap<String, KeyNames>,
}

/// What is captured without an option.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "true, false or the path of a folder is wanted here")]
pub enum CaptureSetting {
    /// Sessions on the full screen, in the ring; or nothing.
    Ring(bool),
    /// Every session, in this file or folder.
    Path(PathBuf),
}

/// One key or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a key like \"ctrl-x\" or a list of keys is wanted here; a name with a dot stands in quotes")]
pub enum KeyNames {
    /// One.
    One(String),
    /// Any number; with none the action has no key.
    Several(Vec<String>),
}

impl KeyNames {
    /// The names of the keys.
    pub fn names(&self) -> &[String] {
        match self {
            KeyNames::One(name) => std::slice::from_ref(name),
            KeyNames::Several(names) => names,
        }
    }
}

/// An error in the settings file, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsMistake {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// Why the settings file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It cannot be read.
    #[error("the settings file {} cannot be read: {source}; mend it, or name another one with --config", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Its content is invalid.
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
    /// Reads a file that the user named.
    ///
    /// # Errors
    /// When it cannot be read or its content is invalid.
    pub fn read(file: &Path) -> Result<Settings, SettingsError> {
        let unreadable = |source| SettingsError::Unreadable { file: file.to_owned(), source };
        Settings::parse(file, &text_file::read(file).map_err(unreadable)?)
    }

    /// Reads the file in the configuration folder. A missing file is as good as an empty one.
    ///
    /// # Errors
    /// As [`read`](Self::read), except for a missing file.
    pub fn read_if_there(file: &Path) -> Result<Settings, SettingsError> {
        match Settings::read(file) {
            Err(SettingsError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(Settings::default())
            }
            read => read,
        }
    }

    fn parse(file: &Path, text: &str) -> Result<Settings, SettingsError> {
        let (settings, mistakes) = Settings::examine(text);
        match mistakes.into_iter().next() {
            None => Ok(settings),
            Some(SettingsMistake { line, message }) => Err(SettingsError::Wrong { file: file.to_owned(), line, message }),
        }
    }

    /// Reads a text and collects all mistakes: each wrong part is blanked out, and the rest is read again.
    pub fn examine(text: &str) -> (Settings, Vec<SettingsMistake>) {
        let mut text = text.to_owned();
        let mut mistakes = Vec::new();
        loop {
            let error = match toml::from_str(&text) {
                Ok(settings) => return (settings, mistakes),
                Err(error) => error,
            };
            let message = error.message().lines().next().unwrap_or_default().replace('`', "\"");
            let span = error.span().unwrap_or(0..0);
            let (start, end) = (text.floor_char_boundary(span.start), text.floor_char_boundary(span.end));
            mistakes.push(SettingsMistake { line: line_at(&text, start), message });
            let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
            let to = text[end..].find('\n').map_or(text.len(), |at| end + at);
            // Without a part to blank out more mistakes cannot be found.
            if error.span().is_none() || text[from..to].trim().is_empty() || mistakes.len() > MOST_MISTAKES {
                return (Settings::default(), mistakes);
            }
            let blank: String = text[from..to].chars().map(|character| if character == '\n' { '\n' } else { ' ' }).collect();
            text.replace_range(from..to, &blank);
        }
    }

    /// The line of a setting, like `["keys", "quit"]`; the first line when it cannot be found.
    pub fn line_of(text: &str, path: &[&str]) -> usize {
        let Ok(document) = DeTable::parse(text) else { return 1 };
        let mut table = document.as_ref();
        let mut line = 1;
        for name in path {
            let Some((key, value)) = table.iter().find(|(key, _)| key.as_ref() == name) else { return line };
            line = line_at(text, key.span().start);
            match value.as_ref() {
                DeValue::Table(inner) => table = inner,
                _ => return line,
            }
        }
        line
    }
}

/// The line of a place in a text, from 1.
fn line_at(text: &str, offset: usize) -> usize {
    text[..text.floor_char_boundary(offset)].matches('\n').count() + 1
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
    fn mistakes_have_their_line() {
        let error = parse("theme = \"dark\"\n\ncolour = \"red\"").unwrap_err();
        assert!(error.contains("config.toml, line 3") && error.contains("colour"), "{error}");
        assert!(parse("theme = 7").unwrap_err().contains("line 1"));
        assert!(parse("theme = \"dark").unwrap_err().contains("line 1"));
    }

    #[test]
    fn all_mistakes_are_found_and_the_rest_is_read() {
        let text = "theme = 7\nmouse = false\nstartup = [\n  1,\n]\n[keys]\nquit = \"x\"\nzoom = 3\n";
        let (settings, mistakes) = Settings::examine(text);
        let lines: Vec<usize> = mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!((settings.mouse, settings.keys.len()), (Some(false), 1), "{mistakes:?}");
        assert_eq!(
            {
                let mut lines = lines.clone();
                lines.sort_unstable();
                lines
            },
            [1, 4, 8],
            "{mistakes:?}"
        );
        let (_, mistakes) = Settings::examine("theme = \"dark\nmouse = true");
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        assert_eq!(Settings::line_of(text, &["keys", "zoom"]), 8);
        assert_eq!(Settings::line_of(text, &["nothing"]), 1);
    }

    #[test]
    fn a_missing_file_matters_only_when_it_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        assert_eq!(Settings::read_if_there(&file).unwrap(), Settings::default());
        assert!(Settings::read(&file).unwrap_err().to_string().contains("--config"));
    }
}
