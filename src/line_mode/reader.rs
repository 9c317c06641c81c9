//! The input: a thread that reads lines and hands them over one at a time.

use std::io::{self, BufRead};

use tokio::sync::mpsc;

use crate::console::CommandOutput;
use crate::text_file;

/// The longest line that is handed over, in bytes.
const LIMIT: u64 = 16 << 20;

/// What was read.
#[derive(Debug, PartialEq)]
pub(super) enum TypedLine {
    /// A line without its end. Bytes that are no UTF-8 have become replacement characters.
    Line(String),
    /// A line that is longer than the limit; nothing of it is kept.
    TooLong,
}

/// The error for a line that is too long.
pub(super) fn too_long() -> CommandOutput {
    CommandOutput::error(format!("Error: the line is longer than {} MiB; nothing was done.", LIMIT >> 20))
}

/// Reads the standard input line by line. The channel ends with the input.
///
/// # Errors
/// When the operating system gives no thread.
pub(super) fn start() -> io::Result<mpsc::Receiver<TypedLine>> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::Builder::new().name("input".into()).spawn(move || {
        let mut input = io::stdin().lock();
        let mut is_first = true;
        // The program ends with the input or before; nothing waits for this thread.
        while let Ok(Some(line)) = next(&mut input, std::mem::take(&mut is_first)) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    })?;
    Ok(receiver)
}

/// The next line. Windows PowerShell puts a byte order mark before the first one.
fn next(input: &mut impl BufRead, is_first: bool) -> io::Result<Option<TypedLine>> {
    let mut bytes = Vec::new();
    let read = io::Read::take(&mut *input, LIMIT).read_until(b'\n', &mut bytes)?;
    if read == 0 {
        return Ok(None);
    }
    if read as u64 == LIMIT && !bytes.ends_with(b"\n") {
        input.skip_until(b'\n')?;
        return Ok(Some(TypedLine::TooLong));
    }
    let text = String::from_utf8_lossy(&bytes);
    let line = if is_first { text_file::without_mark(&text) } else { &text };
    Ok(Some(TypedLine::Line(line.trim_end_matches(['\n', '\r']).to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_their_end_and_nothing_else() {
        let mut input = &b"a b\r\n\n\xff\0x\nlast"[..];
        let mut lines = Vec::new();
        while let Some(line) = next(&mut input, lines.is_empty()).unwrap() {
            lines.push(line);
        }
        assert_eq!(lines, ["a b", "", "\u{fffd}\0x", "last"].map(|line| TypedLine::Line(line.to_owned())));
    }

    #[test]
    fn a_byte_order_mark_before_the_first_line_is_skipped() {
        let mut input = &b"\xef\xbb\xbfstations\n\xef\xbb\xbfquit\n"[..];
        assert_eq!(next(&mut input, true).unwrap(), Some(TypedLine::Line("stations".to_owned())));
        assert_eq!(next(&mut input, false).unwrap(), Some(TypedLine::Line("\u{feff}quit".to_owned())));
    }

    #[test]
    fn a_line_without_end_is_not_cut_into_a_command() {
        let text = [vec![b'a'; LIMIT as usize + 5], b"\nquit\n".to_vec()].concat();
        let mut input = text.as_slice();
        assert_eq!(next(&mut input, true).unwrap(), Some(TypedLine::TooLong));
        assert_eq!(next(&mut input, false).unwrap(), Some(TypedLine::Line("quit".to_owned())));
    }
}
