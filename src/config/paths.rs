//! The paths of the user's files: in the folders of the XDG base directory specification, on every system.

use std::path::PathBuf;

use etcetera::{BaseStrategy, base_strategy::Xdg};

/// The folders of the program.
#[derive(Debug, Clone)]
pub struct Paths {
    config: PathBuf,
    state: PathBuf,
    data: PathBuf,
}

/// The home folder is not known.
#[derive(Debug, thiserror::Error)]
#[error("the home folder is not known; set HOME, or XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_DATA_HOME")]
pub struct PathsError;

impl Paths {
    /// The folders of the user who runs the program. Nothing is created.
    ///
    /// # Errors
    /// When the home folder is not known.
    pub fn find() -> Result<Paths, PathsError> {
        let xdg = Xdg::new().map_err(|_| PathsError)?;
        let state = xdg.state_dir().unwrap_or_else(|| xdg.data_dir());
        let [config, state, data] = [xdg.config_dir(), state, xdg.data_dir()].map(|folder| folder.join("ocpp-tui"));
        Ok(Paths { config, state, data })
    }

    /// The settings file.
    pub fn settings(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The folder of the user's own themes.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// The folder of the saved state.
    pub fn state(&self) -> PathBuf {
        self.state.clone()
    }

    /// The folder of the user's plugins.
    pub fn plugins(&self) -> PathBuf {
        self.config.join("plugins")
    }

    /// The folder of the settings of plugins.
    pub fn plugin_settings(&self) -> PathBuf {
        self.state.join("plugins")
    }

    /// The folder of the test CA.
    pub fn authority(&self) -> PathBuf {
        self.data.join("ca")
    }

    /// The folder of the captures of the newest sessions.
    pub fn captures(&self) -> PathBuf {
        self.state.join("captures")
    }

    /// The file of the history of commands.
    pub fn history(&self) -> PathBuf {
        self.state.join("history")
    }
}
