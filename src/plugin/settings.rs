//! The settings of plugins: one object per plugin, in memory, and in a file of the state folder so that they outlive
//! the session. Scripts never access the file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::text_file;

/// The most bytes of the settings of one plugin.
const LARGEST: usize = 1 << 20;

/// Why a setting cannot be changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum PluginSettingsError {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("a setting has a name")]
    NoName,
    #[error("the settings of a plugin hold at most 1 MiB")]
    TooLarge,
    #[error("the settings could not be written to {}: {reason}", .file.display())]
    Unwritable { file: PathBuf, reason: io::Error },
}

/// The settings of one plugin.
#[derive(Debug)]
pub(super) struct PluginSettings {
    values: Map<String, Value>,
    file: Option<PathBuf>,
}

impl PluginSettings {
    /// The saved settings; empty when the file is missing or invalid.
    pub fn load(folder: Option<&Path>, plugin: &str) -> PluginSettings {
        let file = folder.map(|folder| folder.join(format!("{plugin}.json")));
        let read = |file: &PathBuf| {
            let small = fs::metadata(file).ok()?.len() <= LARGEST as u64;
            let text = small.then(|| text_file::read(file).ok())??;
            serde_json::from_str(&text).ok()
        };
        let values = file.as_ref().and_then(read).unwrap_or_default();
        PluginSettings { values, file }
    }

    /// All settings.
    pub fn all(&self) -> Value {
        Value::Object(self.values.clone())
    }

    /// Changes one setting and saves all.
    ///
    /// # Errors
    /// When they would be too large, or the file cannot be written.
    pub fn set(&mut self, key: String, value: Value) -> Result<(), PluginSettingsError> {
        let before = self.values.insert(key.clone(), value);
        let text = Value::Object(self.values.clone()).to_string();
        if text.len() > LARGEST {
            match before {
                Some(before) => self.values.insert(key, before),
                None => self.values.remove(&key),
            };
            return Err(PluginSettingsError::TooLarge);
        }
        let Some(file) = &self.file else { return Ok(()) };
        let write = || {
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            // Written as a whole or not at all: a session that ends in the middle leaves the former file.
            let fresh = file.with_extension("json.new");
            fs::write(&fresh, text)?;
            fs::rename(&fresh, file)
        };
        write().map_err(|reason| PluginSettingsError::Unwritable { file: file.clone(), reason })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_outlive_the_session() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("deeper");
        let mut settings = PluginSettings::load(Some(&folder), "demo");
        settings.set("a".into(), json!({"b": 1})).unwrap();
        assert!(settings.set("big".into(), json!("x".repeat(LARGEST))).is_err());
        assert_eq!(PluginSettings::load(Some(&folder), "demo").all(), json!({"a": {"b": 1}}));
        fs::write(folder.join("demo.json"), "no JSON").unwrap();
        assert_eq!(PluginSettings::load(Some(&folder), "demo").all(), json!({}));
        assert_eq!(PluginSettings::load(None, "demo").all(), json!({}));
    }
}
