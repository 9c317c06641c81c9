//! The output: a thread that follows the trace and prints its records and the replies to commands, in the order in
//! which they came. When the output is not read, only this thread waits.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread::JoinHandle;

use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::event_line::{self, EventLines};
use super::prompt::PromptWriter;
use super::soap_line::SoapLines;
use super::stamped_lines::StampedLines;
use super::story_line;
use crate::console::{OutputKind, OutputLine};
use crate::hub::Hub;
use crate::sanitize::{escape_control, escape_json};
use crate::trace::export;
use crate::trace::{Contents, Record, Sequence, Trace};

/// The most records that are written under one lock of the trace.
const BATCH: u64 = 256;

/// How events are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// As ocppjs prints them.
    #[default]
    Text,
    /// One JSON object an event.
    Jsonl,
    /// One line an exchange or an event, as on the screen.
    Story,
    /// No events: the output of commands only.
    Quiet,
}

/// What is printed besides records.
#[derive(Debug)]
pub(super) enum PrintOrder {
    /// A line of the output of a command.
    Output(OutputLine),
    /// The last line.
    End,
}

/// The printing thread's two ends.
pub(super) struct Printer {
    orders: mpsc::UnboundedSender<PrintOrder>,
    thread: JoinHandle<()>,
}

impl Printer {
    /// Starts to print what is in the trace and what comes: to the standard output, or above the line that the user is
    /// typing.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(hub: &Hub, format: LogFormat, above: Option<PromptWriter>) -> io::Result<Printer> {
        // A user types slower than this thread prints, and scripts wait for their own pipe.
        let (orders, receiver) = mpsc::unbounded_channel();
        let runtime = Handle::current();
        let records = RecordLines::new(format, jiff::tz::TimeZone::system(), hub.clone());
        let printing = Printing { records, trace: hub.trace().clone(), above, next: 0, text: String::new() };
        let body = move || {
            // A closed output ends the printing; the session goes on until its input ends.
            let _ = runtime.block_on(printing.run(receiver));
        };
        let thread = std::thread::Builder::new().name("printer".into()).spawn(body)?;
        Ok(Printer { orders, thread })
    }

    /// Prints something, after the records that are in the trace by now.
    pub fn print(&self, printed: PrintOrder) {
        let _ = self.orders.send(printed);
    }

    /// Prints what is still to be printed and ends.
    pub fn finish(self) {
        drop(self.orders);
        let _ = self.thread.join();
    }
}

/// Prints the output of a command where no session follows.
///
/// # Errors
/// When the output is closed.
pub fn print(output_lines: &[OutputLine], format: LogFormat) -> io::Result<()> {
    let (lines, now) = (EventLines::new(jiff::tz::TimeZone::system()), jiff::Timestamp::now().as_microsecond());
    let mut text = String::new();
    output_lines.iter().for_each(|line| append_output(line, now, format, &lines, &mut text));
    io::stdout().lock().write_all(text.as_bytes())
}

/// The object of a line of output, without a line end.
fn line_object(line: &OutputLine, now: i64) -> String {
    let time = jiff::Timestamp::from_microsecond(now).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let kind = match line.kind {
        OutputKind::Info => "reply",
        OutputKind::Error => "failure",
        OutputKind::Hint => "hint",
    };
    escape_json(json!({ "time": time.to_string(), "kind": kind, "text": line.text }).to_string())
}

/// Appends a line of output. Only text of the program contains line ends; foreign text has none.
fn append_output(line: &OutputLine, now: i64, format: LogFormat, lines: &EventLines, out: &mut String) {
    if format == LogFormat::Jsonl {
        out.push_str(&line_object(line, now));
        out.push('\n');
        return;
    }
    if line.stamped {
        out.push_str(&lines.stamp(now));
        out.push(' ');
    }
    for part in line.text.split('\n') {
        out.push_str(&escape_control(part));
        out.push('\n');
    }
}

/// How the records of a session are printed.
pub(super) struct RecordLines {
    format: LogFormat,
    lines: EventLines,
    soap: SoapLines,
}

impl RecordLines {
    /// In this format, with the local time of this zone.
    pub fn new(format: LogFormat, zone: jiff::tz::TimeZone, hub: Hub) -> RecordLines {
        RecordLines { format, lines: EventLines::new(zone), soap: SoapLines::new(hub) }
    }

    /// Appends a record: one line, or the few of ocppjs for it. No text of the record can make another one.
    pub fn append(&self, record: &Record<'_>, contents: &Contents, out: &mut String) {
        match self.format {
            LogFormat::Text => {
                let stamp = self.lines.stamp(record.wall_micros);
                let mut lines = StampedLines::new(&stamp, out);
                if !self.soap.write(record, contents, &mut lines) {
                    event_line::write(record, contents, &mut lines);
                }
            }
            LogFormat::Jsonl => {
                out.push_str(&export::line(record, contents.stations()));
                out.push('\n');
            }
            LogFormat::Story => story_line::write(record, contents, self.lines.zone(), out),
            LogFormat::Quiet => {}
        }
    }

    /// Appends that so many records were dropped before they were printed.
    fn append_dropped(&self, count: u64, out: &mut String) {
        if self.format == LogFormat::Quiet {
            return;
        }
        let text = format!("{count} older events were dropped");
        if self.format == LogFormat::Jsonl {
            let time = jiff::Timestamp::now().to_string();
            out.push_str(&json!({ "time": time, "kind": "note", "text": text }).to_string());
            out.push('\n');
        } else {
            out.push_str(&format!("({text})\n"));
        }
    }
}

struct Printing {
    records: RecordLines,
    trace: Arc<Trace>,
    above: Option<PromptWriter>,
    next: Sequence,
    text: String,
}

impl Printing {
    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<PrintOrder>) -> io::Result<()> {
        let mut changes = self.trace.subscribe();
        changes.mark_changed();
        loop {
            let printed = tokio::select! {
                biased;
                _ = changes.changed() => None,
                printed = orders.recv() => match printed {
                    Some(printed) => Some(printed),
                    None => return self.records(),
                },
            };
            self.records()?;
            if let Some(printed) = printed {
                self.order(printed)?;
            }
        }
    }

    fn order(&mut self, printed: PrintOrder) -> io::Result<()> {
        let now = jiff::Timestamp::now().as_microsecond();
        let RecordLines { format, lines, .. } = &self.records;
        match (printed, format) {
            (PrintOrder::Output(line), format) => append_output(&line, now, *format, lines, &mut self.text),
            (PrintOrder::End, LogFormat::Jsonl | LogFormat::Quiet) => {}
            (PrintOrder::End, LogFormat::Story) => {
                story_line::write_open(&self.trace.read(), lines.zone(), &mut self.text);
            }
            (PrintOrder::End, LogFormat::Text) => {
                self.text = format!("{} End of simulation : interrupted by user.\n", lines.stamp(now));
            }
        }
        self.flush()
    }

    /// Prints the records that came since the last time.
    fn records(&mut self) -> io::Result<()> {
        while self.batch() {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes some records to the buffer. False when there is none left.
    fn batch(&mut self) -> bool {
        let contents = self.trace.read();
        let here = contents.records().range();
        if self.next < here.start {
            self.records.append_dropped(here.start - self.next, &mut self.text);
            self.next = here.start;
        }
        // What is not printed need not be read.
        if self.records.format == LogFormat::Quiet {
            self.next = here.end;
        }
        let end = here.end.min(self.next + BATCH);
        for record in contents.records().iter(self.next..end) {
            self.records.append(&record, &contents, &mut self.text);
        }
        let more = end > self.next;
        self.next = end;
        self.trace.read_up_to(end);
        more
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.text.is_empty() {
            return Ok(());
        }
        if let Some(above) = &mut self.above {
            return above.print(std::mem::take(&mut self.text)).map_err(io::Error::other);
        }
        let mut output = io::stdout().lock();
        output.write_all(self.text.as_bytes())?;
        self.text.clear();
        output.flush()
    }
}
