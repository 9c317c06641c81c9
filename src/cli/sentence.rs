//! An error of the program as one sentence: what was wrong, and why. What reads arguments and files writes its parts elsewhere.

use std::fmt::Write as _;

/// The error with its causes. A cause that is in the text already is not repeated: errors at the borders of files name theirs where
/// the remedy can follow it.
pub fn sentence(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string).filter(|cause| !cause.is_empty()) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            let _ = write!(text, ": {cause}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the file cannot be read: {source}; name another one")]
    struct Unreadable {
        source: std::io::Error,
    }

    #[test]
    fn a_cause_is_told_once() {
        let cause = || std::io::Error::other("the disk is gone");
        let error = anyhow::Error::new(Unreadable { source: cause() });
        assert_eq!(sentence(&error), "the file cannot be read: the disk is gone; name another one");
        let untold = Err::<(), _>(cause()).context("a.js cannot be written").unwrap_err();
        assert_eq!(sentence(&untold), "a.js cannot be written: the disk is gone");
    }
}
