//! Where the person's files lie: in the folders of the XDG base directory specification, on every Unix.

use std::path::PathBuf;

use etcetera::{BaseStrategy, base_strategy::Xdg};

/// The folders of the program.
#[derive(Debug, Clone)]
pub struct Paths {
    config: PathBuf,
    state: PathBuf,
}

/// Why there are no such folders.
#[derive(Debug, thiserror::Error)]
#[error("the home folder is not known; set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME")]
pub struct PathsError;

impl Paths {
    /// The folders of the person who runs the program. Nothing is created yet.
    ///
    /// # Errors
    /// When the home folder is not known.
    pub fn find() -> Result<Paths, PathsError> {
        let xdg = Xdg::new().map_err(|_| PathsError)?;
        let state = xdg.state_dir().unwrap_or_else(|| xdg.data_dir());
        Ok(Paths { config: xdg.config_dir().join("ocpp-tui"), state: state.join("ocpp-tui") })
    }

    /// The settings file.
    pub fn settings(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The folder of the person's own themes.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// The folder of what is remembered between sessions.
    pub fn state(&self) -> PathBuf {
        self.state.clone()
    }

    /// The plugins of the person.
    pub fn plugins(&self) -> PathBuf {
        self.config.join("plugins")
    }

    /// What plugins keep.
    pub fn plugin_settings(&self) -> PathBuf {
        self.state.join("plugins")
    }

    /// The commands that were typed.
    pub fn history(&self) -> PathBuf {
        self.state.join("history")
    }
}
