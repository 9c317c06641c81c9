//! The input: a thread that reads lines and hands them over one at a time.

use std::io::{self, BufRead};

use tokio::sync::mpsc;

/// The longest line that is handed over, in bytes; what is behind it is dropped with a word.
const LIMIT: u64 = 16 << 20;

/// Reads the standard input line by line. The channel ends with the input.
///
/// # Errors
/// When the operating system gives no thread.
pub(super) fn start() -> io::Result<mpsc::Receiver<String>> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::Builder::new().name("input".into()).spawn(move || {
        let mut input = io::stdin().lock();
        // The program ends with the input or before; nothing waits for this thread.
        while let Ok(Some(line)) = next(&mut input) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    })?;
    Ok(receiver)
}

/// The next line without its end. Bytes that are no UTF-8 become replacement characters.
fn next(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = io::Read::take(&mut *input, LIMIT).read_until(b'\n', &mut bytes)?;
    if read == 0 {
        return Ok(None);
    }
    if read as u64 == LIMIT && !bytes.ends_with(b"\n") {
        input.skip_until(b'\n')?;
    }
    let line = String::from_utf8_lossy(&bytes);
    Ok(Some(line.trim_end_matches(['\n', '\r']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_their_end_and_nothing_else() {
        let mut input = &b"a b\r\n\n\xff\0x\nlast"[..];
        let mut lines = Vec::new();
        while let Some(line) = next(&mut input).unwrap() {
            lines.push(line);
        }
        assert_eq!(lines, ["a b", "", "\u{fffd}\0x", "last"]);
    }
}
