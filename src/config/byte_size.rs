//! Amounts of memory and disk, as the user writes them. Ours, because `bytesize` reads `1k` as 1000 bytes where this program has always meant 1024,
//! and `parse-size` accepts more forms (fractions, `1_000`, `1e3`) than the options and settings may ever promise.

use thiserror::Error;

/// Why a text is not a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SizeError {
    /// It is no number with one of the units.
    #[error("write a number of bytes, or one with k, M or G behind it, like 64M")]
    NotASize,
    /// It does not fit the address space.
    #[error("it is more than this machine can address")]
    TooLarge,
}

/// Reads a size like `64M`: a number of bytes, or one with k, M or G (1024, 1024² and 1024³) behind it.
///
/// # Errors
/// When it is none, or too large for this machine.
pub fn byte_size(text: &str) -> Result<usize, SizeError> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: usize = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err(SizeError::NotASize),
    };
    let number: usize = digits.parse().map_err(|_| SizeError::NotASize)?;
    number.checked_mul(factor).ok_or(SizeError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        for (text, bytes) in [("64M", 64 << 20), ("64MiB", 64 << 20), ("1k", 1024), ("1000", 1000), ("2G", 2 << 30)] {
            assert_eq!(byte_size(text), Ok(bytes));
        }
        for text in ["", "M", "64X", "-1", "99999999999999999999", "9999999999999G"] {
            assert!(byte_size(text).is_err(), "{text}");
        }
    }
}
