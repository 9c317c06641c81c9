//! A line for a shell that sends a message again: `websocat` for OCPP-J, `curl` for SOAP. The address is that of a peer on this machine,
//! to be replaced by the user.

use std::io::{self, Write};

use super::export_scope::ExportScope;
use crate::capture::open_ocpp_trace::ExportCount;
use crate::ocpp::{Transport, Version};
use crate::rpc::srpc::one_line;
use crate::trace::{Record, RecordKind, StationRow};

/// Writes a line for each message that can be sent again.
pub(super) fn write(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    let mut count = ExportCount::default();
    for record in scope.records() {
        match shell_line(&record, scope.row(&record)) {
            Some(line) => {
                writeln!(out, "{line}")?;
                count.written += 1;
            }
            None => count.left_out += 1,
        }
    }
    Ok(count)
}

/// The line that sends a message; `None` for what is none, and for binary frames.
pub fn shell_line(record: &Record<'_>, row: Option<&StationRow>) -> Option<String> {
    let RecordKind::Frame(..) = record.kind else { return None };
    if record.origin().is_some_and(|origin| origin.binary) {
        return None;
    }
    let identity = row.map_or("CP1", |row| &row.identity);
    if record.transport == Transport::Soap {
        let url = row.and_then(|row| row.callback.as_deref()).unwrap_or("http://localhost:9000/");
        let kind = "Content-Type: application/soap+xml; charset=utf-8";
        return Some(format!("curl -sS -H {} --data-binary {} {}", quoted(kind), quoted(record.text), quoted(url)));
    }
    let segment = percent_encoding::utf8_percent_encode(identity, percent_encoding::NON_ALPHANUMERIC).to_string();
    let url = format!("ws://localhost:9000/{}", segment.replace("%2D", "-").replace("%5F", "_").replace("%2E", "."));
    let protocol = record.version.unwrap_or(Version::V1_6).subprotocol();
    // websocat sends a line as a message.
    let text = one_line(record.text);
    Some(format!("printf '%s\\n' {} | websocat --protocol {protocol} {}", quoted(&text), quoted(&url)))
}

/// A word of a POSIX shell in which nothing means anything. A character that acts on a terminal is written with `$'…'`.
fn quoted(text: &str) -> String {
    if !text.chars().any(crate::sanitize::is_unsafe) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\'' => out.push_str(r"\'"),
            '\\' => out.push_str(r"\\"),
            c if crate::sanitize::is_unsafe(c) => {
                let mut bytes = [0; 4];
                c.encode_utf8(&mut bytes).bytes().for_each(|byte| out.push_str(&format!("\\x{byte:02x}")));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_word() {
        assert_eq!(quoted("a'b $(c) `d`"), r"'a'\''b $(c) `d`'");
        assert_eq!(quoted("a\u{1b}'\\"), r"$'a\x1b\'\\'");
    }
}
