//! The options of the program about plugins, and the loading of the plugins that they name before anything starts.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use ocpp_tui::config::{Paths, byte_size};
use ocpp_tui::console::{CommandOutput, Console, RunContext};
use ocpp_tui::ocpp::Role;
use ocpp_tui::plugin::PluginOptions;

use super::whole_number::whole_number;

/// The options about plugins.
#[derive(Debug, Args)]
pub struct PluginArguments {
    /// Look for plugins in this folder, before ./plugins and the one of the configuration
    #[arg(long, global = true, value_name = "DIR", value_parser = folder)]
    plugins_dir: Option<PathBuf>,
    /// Load this plugin; may be given several times
    #[arg(long, global = true, value_name = "NAME")]
    pub load: Vec<String>,
    /// Load a plugin again when its file has changed
    #[arg(long, global = true)]
    watch_plugins: bool,
    /// Memory that one plugin may use, in bytes or with k, M, G [default: 16M]
    #[arg(long, global = true, value_name = "SIZE", value_parser = memory)]
    plugin_memory: Option<usize>,
    /// How long a handler of a plugin may compute [default: 200]
    #[arg(long, global = true, value_name = "MILLISECONDS", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u64>(text, 1..=60_000))]
    plugin_time: Option<u64>,
}

/// A plugin does not start with less memory.
const LEAST_MEMORY: usize = 1 << 20;

/// Reads the memory of a plugin.
fn memory(text: &str) -> Result<usize, String> {
    let bytes = byte_size(text).map_err(|error| error.to_string())?;
    if bytes >= LEAST_MEMORY { Ok(bytes) } else { Err("a plugin needs 1M at least".into()) }
}

/// Takes a folder that is there.
fn folder(text: &str) -> Result<PathBuf, String> {
    let folder = PathBuf::from(text);
    if folder.is_dir() { Ok(folder) } else { Err("there is no such folder; create it, or leave the option out".into()) }
}

impl PluginArguments {
    /// The options of the plugins of a session, which will have this role.
    pub fn options(&self, role: Option<Role>, paths: Option<&Paths>) -> PluginOptions {
        let own = self.plugins_dir.clone();
        let folders = own.into_iter().chain([PathBuf::from("plugins")]).chain(paths.map(Paths::plugins)).collect();
        let defaults = PluginOptions::default();
        PluginOptions {
            folders,
            state: paths.map(Paths::plugin_settings),
            watch: self.watch_plugins,
            role,
            memory: self.plugin_memory.unwrap_or(defaults.memory),
            time: self.plugin_time.map_or(defaults.time, Duration::from_millis),
        }
    }
}

/// Loads the plugins that were named, before the first link comes up.
///
/// # Errors
/// When one of them cannot be loaded.
pub async fn load(console: &Console, names: &[String]) -> anyhow::Result<CommandOutput> {
    let mut output = CommandOutput::default();
    for name in names {
        let line = format!("load {}", ocpp_tui::console::quote(name));
        let loaded = console.run(&line, &RunContext::default()).await;
        if loaded.trouble.is_some() {
            let text: Vec<String> = loaded.lines.into_iter().map(|line| line.text).collect();
            bail!("--load {name}: {}", text.join(" "));
        }
        output.lines.extend(loaded.lines);
    }
    Ok(output)
}
