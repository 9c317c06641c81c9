//! The records of the trace as a stream: JSON Lines, or server-sent events.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::trace::filter::{FilterContext, TraceFilter};
use crate::trace::{Sequence, Trace, export};

/// The most records that are looked at under one lock of the trace.
const BATCH: u64 = 256;
/// How often something is sent while nothing happens, so that a peer that is gone is found.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamFormat {
    /// One object a line.
    Lines,
    /// An event of `text/event-stream` each, with its sequence as id.
    ServerSent,
}

impl StreamFormat {
    /// The type of the content.
    pub fn content_type(self) -> &'static str {
        match self {
            StreamFormat::Lines => "application/x-ndjson",
            StreamFormat::ServerSent => "text/event-stream",
        }
    }
}

/// What is streamed.
#[derive(Debug)]
pub(super) struct StreamOptions {
    /// Of the records these.
    pub filter: TraceFilter,
    /// From this one on.
    pub from: Sequence,
    /// At most so many.
    pub limit: u64,
    /// Whether it waits for more at the end.
    pub follow: bool,
    /// How they are written.
    pub format: StreamFormat,
}

/// A reader of the trace that writes.
pub(super) struct EventStream {
    trace: Arc<Trace>,
    changes: watch::Receiver<u64>,
    shutdown: CancellationToken,
    options: StreamOptions,
}

impl EventStream {
    /// One that begins with the first record of the options.
    pub fn new(trace: Arc<Trace>, shutdown: CancellationToken, options: StreamOptions) -> EventStream {
        let changes = trace.subscribe();
        EventStream { trace, changes, shutdown, options }
    }

    /// The next piece; `None` at the end. It waits while there is none and the stream follows.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            self.changes.mark_unchanged();
            let (text, is_end) = self.batch();
            if !text.is_empty() {
                return Some(text);
            }
            if self.options.limit == 0 || (is_end && !self.options.follow) {
                return None;
            }
            if !is_end {
                tokio::task::yield_now().await;
                continue;
            }
            tokio::select! {
                () = self.shutdown.cancelled() => self.options.follow = false,
                changed = self.changes.changed() => changed.ok()?,
                () = tokio::time::sleep(KEEP_ALIVE) => return Some(self.keep_alive().to_owned()),
            }
        }
    }

    fn keep_alive(&self) -> &'static str {
        match self.options.format {
            StreamFormat::Lines => "\n",
            StreamFormat::ServerSent => ":\n\n",
        }
    }

    /// Some records, and whether there are no more for now.
    fn batch(&mut self) -> (String, bool) {
        let contents = self.trace.read();
        let here = contents.records().range();
        let mut text = String::new();
        let options = &mut self.options;
        if options.from < here.start {
            let dropped = here.start - options.from;
            let note = json!({ "kind": "note", "dropped": dropped, "text": format!("{dropped} older events were dropped") });
            write(options.format, here.start, &note.to_string(), &mut text);
            options.from = here.start;
        }
        let end = here.end.min(options.from + BATCH);
        let filter = FilterContext::new(&contents, &jiff::Zoned::now());
        for record in contents.records().iter(options.from..end) {
            if options.limit == 0 {
                break;
            }
            if options.filter.matches(&record, &filter) {
                write(options.format, record.sequence, &export::line(&record, contents.stations()), &mut text);
                options.limit -= 1;
            }
        }
        options.from = options.from.max(end);
        (text, end == here.end)
    }
}

fn write(format: StreamFormat, sequence: Sequence, object: &str, out: &mut String) {
    match format {
        StreamFormat::Lines => out.extend([object, "\n"]),
        StreamFormat::ServerSent => out.push_str(&format!("id: {sequence}\ndata: {object}\n\n")),
    }
}
