//! What the tests of scenarios share: a folder with files, and the program that plays them in it. Only the program judges how long
//! something may take; the limit here is for a program that does not end at all.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use tempfile::TempDir;

use crate::support::TIMEOUT;

/// A folder for scenarios.
pub struct Stage {
    folder: TempDir,
}

/// What became of a run.
#[derive(Debug)]
pub struct Played {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Stage {
    pub fn new() -> Stage {
        Stage { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with one file, `s.js`.
    pub fn with(text: &str) -> Stage {
        let stage = Stage::new();
        stage.file("s.js", text);
        stage
    }

    /// Writes a file, and the folders that it is in.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `ocpp-tui test` with these arguments in the folder, to its end.
    pub fn play(&self, arguments: &[&str]) -> Played {
        play_in(self.folder.path(), arguments)
    }

    /// Starts it.
    pub fn start(&self, arguments: &[&str]) -> Child {
        start_in(self.folder.path(), arguments)
    }

    /// Plays `s.js` with a virtual clock.
    pub fn play_virtually(&self, arguments: &[&str]) -> Played {
        self.play(&[&["s.js", "--virtual-time", "--seed", "7"], arguments].concat())
    }
}

/// Runs `ocpp-tui test` with these arguments in a folder, to its end.
pub fn play_in(folder: &Path, arguments: &[&str]) -> Played {
    let mut child = start_in(folder, arguments);
    let (out, err) = (all_of(child.stdout.take().unwrap()), all_of(child.stderr.take().unwrap()));
    let (Ok(out), Ok(err)) = (out.recv_timeout(TIMEOUT), err.recv_timeout(TIMEOUT)) else {
        child.kill().unwrap();
        panic!("test {arguments:?} does not end");
    };
    Played { code: child.wait().unwrap().code(), out, err }
}

fn start_in(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_ocpp-tui"))
        .arg("test")
        .args(arguments)
        .current_dir(folder)
        // A test CA of its own, where one is made.
        .env("XDG_DATA_HOME", folder.join("data"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Plays one file with a virtual clock.
pub fn play(text: &str) -> Played {
    Stage::with(text).play_virtually(&[])
}

fn all_of(mut stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        // The receiver is gone when the test has ended.
        let _ = sender.send(String::from_utf8(bytes).unwrap());
    });
    receiver
}

impl Played {
    /// Everything was as it should be, and nothing was said about it.
    #[track_caller]
    pub fn is_silent(&self) {
        assert!(self.code == Some(0) && self.out.is_empty() && self.err.is_empty(), "{self}");
    }

    /// It ended with this code, and all of these texts were printed.
    #[track_caller]
    pub fn ends(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self}");
        for part in parts {
            assert!(self.out.contains(part) || self.err.contains(part), "{part:?} is missing\n{self}");
        }
    }

    /// The lines about one scenario that did not succeed: the first one, and the indented ones behind it.
    #[track_caller]
    pub fn about(&self, scenario: &str) -> String {
        let head = format!(" › {scenario} ");
        let mut lines =
            self.out.lines().chain(self.err.lines()).skip_while(|line| line.starts_with(' ') || !line.contains(&head));
        let first = lines.next().unwrap_or_else(|| panic!("nothing is said about {scenario:?}\n{self}"));
        let rest = lines.take_while(|line| line.starts_with(' '));
        std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n")
    }
}

impl std::fmt::Display for Played {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {:?}\n--- out\n{}\n--- err\n{}", self.code, self.out, self.err)
    }
}

/// The scenarios that are shipped.
pub fn shipped(name: &str) -> String {
    format!("{}/examples/scenarios/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Whether all twins of a long table are played. By default every sixth is, because all of them take minutes.
pub fn plays_all_twins() -> bool {
    std::env::var_os("OCPP_TUI_ALL_TWINS").is_some()
}

/// The twins of a table that are played: all, or every sixth from the first one on.
pub fn chosen_twins<T>(twins: &[T]) -> Vec<&T> {
    twins.iter().step_by(if plays_all_twins() { 1 } else { 6 }).collect()
}
