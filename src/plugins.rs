//! Plugins as the arguments of the program want them: where they are, which are loaded before anything starts.

use std::path::PathBuf;

use anyhow::bail;
use ocpp_tui::config::Paths;
use ocpp_tui::console::{Console, RunContext, Said};
use ocpp_tui::ocpp::Role;
use ocpp_tui::plugin::PluginOptions;

use crate::cli::{Begin, General};

/// Where plugins are looked for and kept, in this session.
pub fn options(general: &General, begin: Option<&Begin>, paths: Option<&Paths>) -> PluginOptions {
    let own = general.plugins_dir.clone();
    let folders = own.into_iter().chain([PathBuf::from("plugins")]).chain(paths.map(Paths::plugins)).collect();
    PluginOptions {
        folders,
        state: paths.map(Paths::plugin_settings),
        watch: general.watch_plugins,
        role: role(begin),
        ..PluginOptions::default()
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

/// The role that the session is about to play.
fn role(begin: Option<&Begin>) -> Option<Role> {
    match begin? {
        Begin::Cs(_) => Some(Role::CentralSystem),
        Begin::Cp(_) => Some(Role::ChargePoint),
        Begin::Line(words) => match words.first()?.as_str() {
            "start_cs" => Some(Role::CentralSystem),
            "start_cp" => Some(Role::ChargePoint),
            _ => None,
        },
        _ => None,
    }
}
