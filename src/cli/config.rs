//! `config check` and `config path`: the errors in the settings file and in the user's own themes, by file and line. It reads what a
//! session would read and starts nothing.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use ocpp_tui::capture::CaptureRotation;
use ocpp_tui::config::{Paths, Settings, SettingsMistake, byte_size};
use ocpp_tui::console::{Grammar, parse};
use ocpp_tui::ocpp::{Catalog, Strictness};
use ocpp_tui::text_file;
use ocpp_tui::tui::{Bindings, Themes};

use super::arguments::{ConfigCommand, GeneralOptions, STRICTNESS_WANTED};
use super::screen;
use super::seconds::seconds;

/// Runs `config`. The definitions of the session are read when they are needed.
///
/// # Errors
/// When the definitions cannot be read, the folders are not known, or the file that was named cannot be read.
pub fn config(
    general: &GeneralOptions,
    command: &ConfigCommand,
    catalog: impl FnOnce() -> anyhow::Result<Arc<Catalog>>,
) -> anyhow::Result<ExitCode> {
    match command {
        ConfigCommand::Path => path(general),
        ConfigCommand::Check { file } => check(general, &*catalog()?, file.as_deref()),
    }
}

fn settings_file(general: &GeneralOptions) -> anyhow::Result<PathBuf> {
    general.config.clone().map_or_else(|| Ok(Paths::find()?.settings()), Ok)
}

fn path(general: &GeneralOptions) -> anyhow::Result<ExitCode> {
    let mut output = io::stdout().lock();
    writeln!(output, "{}", settings_file(general)?.display())?;
    if let Ok(paths) = Paths::find() {
        writeln!(output, "{}", paths.themes().display())?;
        writeln!(output, "{}", paths.state().display())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn check(general: &GeneralOptions, catalog: &Catalog, named: Option<&Path>) -> anyhow::Result<ExitCode> {
    let paths = Paths::find().ok();
    let mut themes = screen::themes(None)?;
    let mut wrong: Vec<String> = Vec::new();
    if let Some(paths) = &paths {
        wrong.extend(themes.add_folder(paths.themes()).iter().map(ToString::to_string));
        let own = themes.names().into_iter().filter(|name| themes.is_own(name));
        wrong.extend(own.filter_map(|name| themes.named(&name).err()).map(|error| error.to_string()));
    }
    let file = named.map_or_else(|| settings_file(general), |file| Ok(file.to_owned()))?;
    match text_file::read(&file) {
        Ok(text) => {
            let mistakes = mistakes(&text, &themes, catalog).into_iter();
            wrong.extend(mistakes.map(|SettingsMistake { line, message }| format!("{}:{line}: {message}", file.display())));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() && general.config.is_none() => {}
        Err(error) => {
            return Err(error)
                .with_context(|| format!("{} cannot be read; name the settings file that is to be checked", file.display()));
        }
    }
    let mut output = io::stdout().lock();
    wrong.iter().try_for_each(|line| writeln!(output, "{line}"))?;
    if wrong.is_empty() {
        writeln!(output, "{}: nothing is wrong", file.display())?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// All mistakes of a settings file, in the order of their lines. Its commands are those of the actions of these definitions.
fn mistakes(text: &str, themes: &Themes, catalog: &Catalog) -> Vec<SettingsMistake> {
    let (settings, mut mistakes) = Settings::examine(text);
    let mut add =
        |path: &[&str], message: String| mistakes.push(SettingsMistake { line: Settings::line_of(text, path), message });
    if let Some(error) = settings.theme.as_ref().and_then(|name| themes.named(name).err()) {
        add(&["theme"], error.to_string());
    }
    if let Some(error) = settings.trace_memory.as_ref().and_then(|memory| byte_size(memory).err()) {
        add(&["trace-memory"], error.to_string());
    }
    if let Some(error) = settings.capture_size.as_ref().and_then(|size| byte_size(size).err()) {
        add(&["capture-size"], error.to_string());
    }
    if let Some(error) = settings.capture_rotate.as_ref().and_then(|text| text.parse::<CaptureRotation>().err()) {
        add(&["capture-rotate"], error.to_string());
    }
    if let Some(error) = settings.call_timeout.and_then(|timeout| seconds(&timeout.to_string()).err()) {
        add(&["call-timeout"], error.to_string());
    }
    if settings.strictness.as_deref().is_some_and(|name| Strictness::parse(name).is_none()) {
        add(&["strictness"], STRICTNESS_WANTED.to_owned());
    }
    let grammar = Grammar::new(catalog);
    for line in &settings.startup {
        if let Err(error) = parse(line, &grammar) {
            let hint = error.hint().map(|hint| format!(" {hint}")).unwrap_or_default();
            add(&["startup"], format!("{line:?}: {error}{hint}"));
        }
    }
    let mut bindings = Bindings::default();
    for (action, keys) in &settings.keys {
        if let Err(error) = bindings.change(action, keys.names()) {
            add(&["keys", action], error.to_string());
        }
    }
    for action in bindings.without_keys() {
        let message =
            format!("\"{action}\" has no key left, because another action took it; give it one, or [] if that is meant");
        add(&["keys"], message);
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    mistakes
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn samples(folder: &str) -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let samples: Vec<_> = files
            .map(|file| (file.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(file).unwrap()))
            .collect();
        assert!(!samples.is_empty());
        samples
    }

    #[test]
    fn valid_samples_have_no_mistakes() {
        let themes = Themes::embedded().unwrap();
        for (name, text) in samples("config_valid") {
            assert_eq!(mistakes(&text, &themes, &Catalog::embedded()), [], "{name}");
        }
    }

    #[test]
    fn commands_are_those_of_the_definitions_of_the_session() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ocpp-1.5-central-system.wsdl", "ocpp-1.5-charge-point.wsdl"] {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("wsdl").join(name);
            fs::copy(file, folder.path().join(name)).unwrap();
        }
        let only_1_5 = ocpp_tui::ocpp::definition::read_directory(folder.path()).unwrap().catalog;
        let (themes, text) = (Themes::embedded().unwrap(), "startup = [\"remote_extendedtriggermessage\"]\n");
        assert_eq!(mistakes(text, &themes, &Catalog::embedded()), []);
        let found = mistakes(text, &themes, &only_1_5);
        assert!(found.len() == 1 && found[0].message.contains("unknown command"), "{found:?}");
    }

    /// Each line with a mistake ends in `# wrong: ` and a part of the expected message.
    #[test]
    fn mistakes_of_invalid_samples_have_their_line() {
        let themes = Themes::embedded().unwrap();
        for (name, text) in samples("config_invalid") {
            let expected: Vec<(usize, &str)> = text
                .lines()
                .enumerate()
                .filter_map(|(index, line)| Some((index + 1, line.split_once("# wrong: ")?.1)))
                .collect();
            let found = mistakes(&text, &themes, &Catalog::embedded());
            assert_eq!(found.len(), expected.len(), "{name}: {found:?}");
            for (mistake, (line, words)) in found.iter().zip(expected) {
                assert!(
                    mistake.line == line && mistake.message.contains(words),
                    "{name}: {mistake:?} instead of {line}: {words}"
                );
            }
        }
    }
}
