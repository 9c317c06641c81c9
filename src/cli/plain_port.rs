//! The port without TLS on a command line: a number, or the word that leaves it closed.

use super::whole_number::{WholeNumberError, whole_number};

/// The port without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainPort {
    /// There is none.
    Closed,
    /// This one.
    At(u16),
}

/// Reads the port without TLS.
pub fn plain_port(text: &str) -> Result<PlainPort, WholeNumberError> {
    if text == "none" { Ok(PlainPort::Closed) } else { whole_number(text, 0..=65_535).map(PlainPort::At) }
}
