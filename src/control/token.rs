//! The secret that a driver shows with each request.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use subtle::ConstantTimeEq;

/// The fewest characters of a token in a file.
const SHORTEST: usize = 16;

/// A token. It is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ControlToken(Box<str>);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum ControlTokenError {
    /// The file cannot be read.
    #[error("The token file {} cannot be read: {error}. Write one line with at least {SHORTEST} characters into it.", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is none.
    #[error(
        "The token in {} cannot be used: it must be one line of at least {SHORTEST} printable ASCII characters without spaces.",
        file.display()
    )]
    Unusable {
        /// The file.
        file: PathBuf,
    },
    /// Others can read it.
    #[error("The token file {} can be read by other users; run: chmod 600 {}", file.display(), file.display())]
    Loose {
        /// The file.
        file: PathBuf,
    },
}

impl ControlToken {
    /// A new one, of 244 random bits.
    pub fn generate() -> ControlToken {
        let half = || uuid::Uuid::new_v4().simple();
        ControlToken(format!("{}{}", half(), half()).into())
    }

    /// The one in a file.
    ///
    /// # Errors
    /// When it cannot be read, is too weak, or others can read the file.
    pub fn read(file: &Path) -> Result<ControlToken, ControlTokenError> {
        let unreadable = |error| ControlTokenError::Unreadable { file: file.to_owned(), error };
        let text = fs::read_to_string(file).map_err(unreadable)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(file).map_err(unreadable)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(ControlTokenError::Loose { file: file.to_owned() });
            }
        }
        ControlToken::of_text(text.trim_end_matches(['\r', '\n']))
            .ok_or_else(|| ControlTokenError::Unusable { file: file.to_owned() })
    }

    /// The one with this text, unless it is too weak.
    pub fn of_text(text: &str) -> Option<ControlToken> {
        let is_usable = text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_usable.then(|| ControlToken(text.into()))
    }

    /// The text of it. It goes into a header or a private file, and nowhere else but the one line that shows a new token.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether a header `Authorization` shows it; the comparison takes the same time for every wrong one of its length.
    pub fn is_shown_by(&self, header: &[u8]) -> bool {
        let shown = header.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case(b"bearer ")).map(|_| &header[7..]);
        shown.is_some_and(|shown| bool::from(shown.ct_eq(self.0.as_bytes())))
    }
}

impl fmt::Debug for ControlToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ControlToken(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        #[cfg(unix)]
        fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn tokens_differ_and_are_not_shown() {
        let (one, other) = (ControlToken::generate(), ControlToken::generate());
        assert!(one != other && one.text().len() == 64);
        assert!(!format!("{one:?}").contains(one.text()));
    }

    #[test]
    fn a_header_shows_the_token_or_not() {
        let token = ControlToken::read(file("0123456789abcdef\n", 0o600).path()).unwrap();
        for (header, is_shown) in [
            ("Bearer 0123456789abcdef", true),
            ("bearer 0123456789abcdef", true),
            ("Bearer 0123456789abcdeg", false),
            ("Bearer ", false),
            ("Basic 0123456789abcdef", false),
            ("", false),
        ] {
            assert_eq!(token.is_shown_by(header.as_bytes()), is_shown, "{header}");
        }
    }

    #[test]
    fn weak_tokens_and_loose_files_are_refused() {
        for text in ["", "short", "0123456789 abcdef", "0123456789abcdef\nmore", "0123456789abcdé"] {
            let error = ControlToken::read(file(text, 0o600).path()).unwrap_err();
            assert!(matches!(error, ControlTokenError::Unusable { .. }), "{text}: {error}");
        }
        #[cfg(unix)]
        {
            let error = ControlToken::read(file("0123456789abcdef", 0o640).path()).unwrap_err();
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
        assert!(ControlToken::read(Path::new("/nowhere/token")).unwrap_err().to_string().contains("cannot be read"));
    }
}
