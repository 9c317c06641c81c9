//! Plugins as the arguments of the program want them: where they are, which are loaded before anything starts.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use ocpp_tui::config::Paths;
use ocpp_tui::console::{Console, RunContext, Said};
use ocpp_tui::ocpp::Role;
use ocpp_tui::plugin::PluginOptions;

/// What can be said about plugins on the shell.
#[derive(Debug, Args)]
pub struct PluginArguments {
    /// Look for plugins in this folder, before ./plugins and the one of the configuration
    #[arg(long, global = true, value_name = "DIR")]
    plugins_dir: Option<PathBuf>,
    /// Load this plugin; may stand there several times
    #[arg(long, global = true, value_name = "NAME")]
    pub load: Vec<String>,
    /// Load a plugin again when its file has changed
    #[arg(long, global = true)]
    watch_plugins: bool,
}

impl PluginArguments {
    /// Where plugins are looked for and kept, in a session that is about to play this role.
    pub fn options(&self, role: Option<Role>, paths: Option<&Paths>) -> PluginOptions {
        let own = self.plugins_dir.clone();
        let folders = own.into_iter().chain([PathBuf::from("plugins")]).chain(paths.map(Paths::plugins)).collect();
        PluginOptions {
            folders,
            state: paths.map(Paths::plugin_settings),
            watch: self.watch_plugins,
            role,
            ..PluginOptions::default()
        }
    }
}

/// Loads the plugins that were named, before the first link comes up.
///
/// # Errors
/// When one of them cannot be loaded.
pub async fn load(console: &Console, names: &[String]) -> anyhow::Result<Said> {
    let mut said = Said::default();
    for name in names {
        let line = format!("load {}", ocpp_tui::console::quote(name));
        let loaded = console.run(&line, &RunContext::default()).await;
        if loaded.trouble.is_some() {
            let text: Vec<String> = loaded.lines.into_iter().map(|line| line.text).collect();
            bail!("--load {name}: {}", text.join(" "));
        }
        said.lines.extend(loaded.lines);
    }
    Ok(said)
}
