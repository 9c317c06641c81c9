//! The secrets of handshakes, written into the file that `SSLKEYLOGFILE` names, as browsers do it: Wireshark reads along with them.

use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use rustls::{KeyLog, KeyLogFile};

/// The variable that names the file.
const VARIABLE: &str = "SSLKEYLOGFILE";

/// What is written, for all handshakes of the process.
static FILE: LazyLock<Arc<KeyLogFile>> = LazyLock::new(|| Arc::new(KeyLogFile::new()));

/// Writes the secrets of rustls.
pub(super) fn key_log() -> Arc<dyn KeyLog> {
    FILE.clone()
}

/// Writes a line of OpenSSL into the same file.
#[cfg(feature = "openssl")]
pub(super) fn log_line(line: &str) {
    if let Some((label, random, secret)) = read_line(line) {
        FILE.log(label, &random, &secret);
    }
}

/// The label, the random bytes of the client and the secret in a line of the format.
#[cfg(any(test, feature = "openssl"))]
fn read_line(line: &str) -> Option<(&str, Vec<u8>, Vec<u8>)> {
    let bytes = |text: &str| -> Option<Vec<u8>> {
        let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
        pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
    };
    let mut words = line.split(' ');
    Some((words.next()?, bytes(words.next()?)?, bytes(words.next()?)?))
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
    fn a_line_of_openssl_is_read() {
        assert_eq!(read_line("CLIENT_RANDOM 00ff 0a"), Some(("CLIENT_RANDOM", vec![0, 255], vec![10])));
        assert!(read_line("CLIENT_RANDOM 00fg 0a").is_none() && read_line("CLIENT_RANDOM 00").is_none());
    }

    #[test]
    fn a_file_that_cannot_be_written_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let (failure, text) = notice(&folder.path().join("keys.txt"));
        assert!(!failure && text.contains("keys.txt (SSLKEYLOGFILE)"), "{text}");
        let (failure, text) = notice(&folder.path().join("missing/keys.txt"));
        assert!(failure && text.contains("cannot be written") && text.contains("no secrets"), "{text}");
    }
}
