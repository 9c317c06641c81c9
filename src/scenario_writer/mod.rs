//! From a recording to a test script: exchanges of the trace become a scenario for `ocpp-tui test`, as somebody would have written it.
//! Which records are meant is in `selection`, what a record says in `said`, what becomes of it in `script`, who made the peer call in
//! `cause`, what a value is expected to be in `inference`, what need not be written because it is said anyway in `usual` and `periodic`,
//! and how JavaScript is laid out in `expression`.
//! Everything here is pure: who writes the file is decided elsewhere.

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

/// The declarations of what a scenario finds, for editors.
pub const TYPES: &str = include_str!("../../examples/scenarios/ocpp-tui-scenario.d.ts");
/// The file beside a scenario in which editors look for them.
pub const TYPES_FILE: &str = "ocpp-tui-scenario.d.ts";

/// The most exchanges of one scenario. Nobody reads a longer one, and the recorder waits while it is written.
pub const MOST_EXCHANGES: usize = 5_000;
/// So many records are more than that for certain: an exchange has at most two frames at each end of its link, and there is as much room
/// again for links that come and go.
pub const MOST_RECORDS: usize = 8 * MOST_EXCHANGES;

/// How a scenario is called.
#[derive(Debug, Clone, Copy)]
pub struct ScriptTitle<'a> {
    /// What it is about: `charging`.
    pub name: &'a str,
    /// The name of its file: `charging.js`.
    pub file: &'a str,
}

/// A scenario and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenScript {
    /// The JavaScript.
    pub text: String,
    /// How many exchanges are in it.
    pub exchanges: usize,
    /// How many frames that belong to no exchange: unreadable ones, and answers that nobody had asked for.
    pub frames: usize,
    /// The identities of the stations, in the order in which they appear. Hostile: pass them through [`visible`](crate::sanitize).
    pub stations: Vec<Box<str>>,
}

/// Why there is no scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TranscriptError {
    /// There is no frame among the records.
    #[error("there is nothing to save: no exchange with a station was chosen; bookmark one, or write another filter")]
    Nothing,
    /// There are more exchanges than anybody reads.
    #[error("one scenario takes at most {MOST_EXCHANGES} exchanges; choose some with a filter, as in cp:CP1 since:10m")]
    TooMany,
}

/// Whether a scenario can tell of a record: of a message, of a link that comes or goes.
pub fn is_told(record: &Record<'_>) -> bool {
    use RecordKind::{Connected, Disconnected, Frame, Lost};
    record.station.is_some() && matches!(record.kind, Frame(..) | Connected | Disconnected | Lost)
}

/// Makes a scenario of the exchanges that these records belong to, in the order of the trace.
///
/// # Errors
/// When the records belong to no exchange, or to too many.
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
