//! Converts exchanges of the trace into a scenario for `ocpp-tui test`. Everything here is pure; the caller writes the
//! file.
//!
//! | file | subject |
//! |---|---|
//! | `selection` | the records of a scenario |
//! | `script`, `link`, `page`, `heading` | the writer, the state of each link, the statements and the lines above them |
//! | `calls`, `answers` | the statements of a call, and those of its answer |
//! | `trigger`, `context` | why a peer made a call, and what the records around a record mean |
//! | `inference`, `identifiers` | the matcher or the expression of a value |
//! | `defaults`, `periodic` | what a scenario leaves out: default answers, and repeated heartbeats and readings |
//! | `expression`, `literal` | the layout and the escapes of JavaScript |

mod answers;
mod calls;
mod context;
mod defaults;
mod expression;
mod heading;
mod identifiers;
mod inference;
mod link;
mod literal;
mod page;
mod periodic;
mod script;
mod selection;
#[cfg(test)]
mod test_recording;
#[cfg(test)]
mod tests;
mod trigger;

use thiserror::Error;

use self::script::ScriptWriter;
use self::selection::Selection;
use crate::ocpp::Catalog;
use crate::trace::{Contents, Record, RecordKind, Sequence};

/// The TypeScript declarations of the scenario API, for editors.
pub const TYPES: &str = include_str!("../../examples/scenarios/ocpp-tui-scenario.d.ts");
/// The file beside a scenario in which editors look for them.
pub const TYPES_FILE: &str = "ocpp-tui-scenario.d.ts";

/// The limit of exchanges in one scenario: a longer one is not readable, and the recorder waits while it is written.
pub const MOST_EXCHANGES: usize = 5_000;
/// More records than this exceed `MOST_EXCHANGES` for certain. An exchange has at most two frames at each end of its
/// link; the other half is for connections and disconnections.
pub const MOST_RECORDS: usize = 8 * MOST_EXCHANGES;

/// The name of a scenario.
#[derive(Debug, Clone, Copy)]
pub struct ScriptTitle<'a> {
    /// The subject: `charging`.
    pub name: &'a str,
    /// The name of its file: `charging.js`.
    pub file: &'a str,
}

/// A scenario and a summary of its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenScript {
    /// The JavaScript.
    pub text: String,
    /// How many exchanges are in it.
    pub exchanges: usize,
    /// How many frames belong to no exchange: unreadable frames, and answers without a call.
    pub frames: usize,
    /// The identities of the stations, in the order in which they appear. Hostile: pass them through
    /// [`visible`](crate::sanitize).
    pub stations: Vec<Box<str>>,
}

/// Why there is no scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TranscriptError {
    /// There is no frame among the records.
    #[error("there is nothing to save: no exchange with a station was chosen; bookmark one, or write another filter")]
    Nothing,
    /// There are more exchanges than `MOST_EXCHANGES`.
    #[error("one scenario takes at most {MOST_EXCHANGES} exchanges; choose some with a filter, as in cp:CP1 since:10m")]
    TooMany,
}

/// Whether a scenario can contain this record: a frame, a connection or a disconnection of a station.
pub fn can_be_written(record: &Record<'_>) -> bool {
    use RecordKind::{Connected, Disconnected, Frame, Lost};
    record.station.is_some() && matches!(record.kind, Frame(..) | Connected | Disconnected | Lost)
}

/// Writes a scenario with the exchanges of these records, in the order of the trace.
///
/// # Errors
/// When the records belong to no exchange, or to more than `MOST_EXCHANGES`.
pub fn transcribe(
    contents: &Contents,
    catalog: &Catalog,
    chosen: &[Sequence],
    title: ScriptTitle<'_>,
) -> Result<WrittenScript, TranscriptError> {
    if chosen.len() > MOST_RECORDS {
        return Err(TranscriptError::TooMany);
    }
    let selection = Selection::of(contents, chosen);
    if selection.exchanges() > MOST_EXCHANGES {
        return Err(TranscriptError::TooMany);
    }
    let mut script = ScriptWriter::new(contents, catalog, &selection);
    for record in selection.records() {
        script.add(record);
    }
    script.finish(title).ok_or(TranscriptError::Nothing)
}
