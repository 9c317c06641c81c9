//! The history of commands, for both front ends: one a line in a file. Commands are appended; the file is trimmed at a start.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ocpp::is_secret_name;

/// How many commands are kept.
const KEPT: usize = 1000;
/// Longer commands are remembered in this session only; the file would grow by megabytes.
const LONGEST: usize = 8 * 1024;

/// The history. When its file cannot be used it is kept in memory only.
#[derive(Debug, Default)]
pub struct History {
    lines: Mutex<Vec<String>>,
    file: Option<PathBuf>,
}

impl History {
    /// The history in this file, which need not exist yet.
    pub fn load(file: PathBuf) -> History {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let all: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let kept: Vec<String> = all[all.len().saturating_sub(KEPT)..].iter().map(|line| (*line).to_owned()).collect();
        if all.len() > KEPT * 2 {
            // Another session may append at this moment; at worst its line is lost.
            let _ = write(&file, &kept);
        }
        History { lines: Mutex::new(kept), file: Some(file) }
    }

    /// The commands, oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.lock().clone()
    }

    /// Remembers a command, unless it is the last one again, or may hold a secret.
    pub fn add(&self, line: &str) {
        let line = line.trim();
        let mut lines = self.lock();
        if line.is_empty() || holds_secret(line) || line.contains(['\n', '\r']) || lines.last().is_some_and(|last| last == line)
        {
            return;
        }
        lines.push(line.to_owned());
        if let Some(file) = self.file.as_deref().filter(|_| line.len() <= LONGEST) {
            // A history that cannot be saved is no error of the command.
            let _ = append(file, line);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Words of which what follows is the name of a file, a command or a message and no secret.
const HARMLESS: [&str; 4] = ["--password-file", "remote_getconfiguration", "remote_getvariables", "help"];

/// Whether a line may hold a secret: a password that is set, an option or a field with one, or a URL with a user. Such a line is not kept
/// anywhere; that a harmless one is lost now and then does no harm.
pub fn holds_secret(line: &str) -> bool {
    let mut words = line.split_whitespace().map(|word| word.trim_matches('"'));
    let first = words.clone().next().unwrap_or_default();
    if first.eq_ignore_ascii_case("auth") {
        return words.any(|word| word.eq_ignore_ascii_case("set"));
    }
    let is_url = |word: &str| {
        word.split_once("://").is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|host| host.contains('@')))
    };
    !HARMLESS.contains(&first.to_ascii_lowercase().as_str())
        && words.any(|word| !HARMLESS.contains(&word) && (is_secret_name(word) || is_url(word)))
}

fn append(file: &Path, line: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().append(true).create(true).open(file)?;
    file.write_all(format!("{line}\n").as_bytes())
}

fn write(file: &Path, lines: &[String]) -> io::Result<()> {
    let mut text = lines.join("\n");
    text.push('\n');
    File::create(file)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_come_back_in_the_next_session() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/history");
        let history = History::load(file.clone());
        for line in ["heartbeat", "heartbeat", " ", "remote_reset type=Hard", "two\nlines"] {
            history.add(line);
        }
        assert_eq!(history.lines(), ["heartbeat", "remote_reset type=Hard"]);
        assert_eq!(History::load(file).lines(), ["heartbeat", "remote_reset type=Hard"]);
    }

    #[test]
    fn the_file_is_trimmed_and_long_commands_stay_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history");
        let history = History::load(file.clone());
        for index in 0..=2 * KEPT {
            history.add(&format!("command {index}"));
        }
        history.add(&"x".repeat(LONGEST + 1));
        let again = History::load(file.clone());
        assert_eq!(again.lines().len(), KEPT);
        assert_eq!(again.lines().last().unwrap(), &format!("command {}", 2 * KEPT));
        assert_eq!(fs::read_to_string(file).unwrap().lines().count(), KEPT);
    }

    #[test]
    fn what_may_be_a_secret_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history");
        let history = History::load(file.clone());
        let secrets = [
            "auth set CP1 s3cret",
            "  AUTH   \"set\" CP1 s3cret",
            "start_cp ws://h CP1 --password s3cret",
            "start_cp ws://CP1:s3cret@h CP1",
            "remote_changeconfiguration key=AuthorizationKey value=s3cret",
            "remote_setvariables {\"setVariableData\":[{\"variable\":{\"name\":\"BasicAuthPassword\"}}]}",
        ];
        secrets.iter().for_each(|line| history.add(line));
        assert_eq!(history.lines(), [""; 0]);
        assert!(!file.exists());
        let harmless = [
            "auth list",
            "start_cp ws://h CP1 --password-file word.txt",
            "remote_getconfiguration key[0]=AuthorizationKey",
            "remote_changeconfiguration key=HeartbeatInterval value=60",
        ];
        harmless.iter().for_each(|line| history.add(line));
        assert_eq!(history.lines(), harmless);
    }

    #[test]
    fn an_unusable_file_leaves_the_history_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::load(folder.path().to_owned());
        history.add("heartbeat");
        assert_eq!(history.lines(), ["heartbeat"]);
    }
}
