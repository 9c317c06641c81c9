//! What can be wrong with a theme.

/// Why a theme cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// No theme has this name.
    #[error("there is no theme \"{name}\"; the themes are {known}")]
    Unknown {
        /// The unknown name.
        name: String,
        /// The names of all themes.
        known: String,
    },
    /// The file cannot be understood.
    #[error("the theme \"{name}\", line {line}: {reason}")]
    Unreadable {
        /// The theme.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

impl ThemeError {
    /// A fault in the file of a theme.
    pub(super) fn unreadable(name: &str, line: usize, reason: impl Into<String>) -> ThemeError {
        ThemeError::Unreadable { name: name.to_owned(), line, reason: reason.into() }
    }
}
