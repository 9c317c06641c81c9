//! The secrets of handshakes, written into the file that `SSLKEYLOGFILE` names, as browsers do it: Wireshark reads along with them.

use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use rustls::{KeyLog, KeyLogFile};

/// The variable that names the file.
const VARIABLE: &str = "SSLKEYLOGFILE";

/// What is written, for all handshakes of the process.
pub(super) fn key_log() -> Arc<dyn KeyLog> {
    static FILE: LazyLock<Arc<KeyLogFile>> = LazyLock::new(|| Arc::new(KeyLogFile::new()));
    FILE.clone()
}

/// The file; `None` when none is named.
pub fn key_log_file() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from)
}

/// A sentence about the file, and whether it is about a failure. `None` when none is named.
pub fn key_log_notice() -> Option<(bool, String)> {
    Some(notice(&key_log_file()?))
}

fn notice(file: &std::path::Path) -> (bool, String) {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => (
            false,
            format!("the secrets of TLS are written to {} ({VARIABLE}); who has them can read the links", file.display()),
        ),
        Err(error) => (true, no_secrets(file, &error)),
    }
}

fn no_secrets(file: &std::path::Path, error: &io::Error) -> String {
    format!("{VARIABLE} names {}, which cannot be written: {error}; no secrets of TLS are kept", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let (failure, text) = notice(&folder.path().join("keys.txt"));
        assert!(!failure && text.contains("keys.txt (SSLKEYLOGFILE)"), "{text}");
        let (failure, text) = notice(&folder.path().join("missing/keys.txt"));
        assert!(failure && text.contains("cannot be written") && text.contains("no secrets"), "{text}");
    }
}
