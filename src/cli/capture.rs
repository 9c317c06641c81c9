//! `ocpp-tui open` and `ocpp-tui convert`: files that were recorded are shown as a session, or written in another format.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use ocpp_tui::capture::{
    CaptureReader, ExportFormat, ExportScope, LoadCount, RedactedCopy, RedactionReport, Redactor, load, load_growing,
    load_while, redacted_copy, write_export,
};
use ocpp_tui::clock::now;
use ocpp_tui::hub::Hub;
use ocpp_tui::ocpp::Catalog;
use ocpp_tui::trace::filter::{self, FilterContext};
use ocpp_tui::trace::{self, Record, Sequence};
use tokio::sync::oneshot;

/// The records of a conversion are all in memory.
pub(super) const WHOLE_FILE: usize = usize::MAX / 2;

/// How many events are read between two looks at whether the rest of the program keeps up.
const TURN: u64 = 512;
/// How long to wait when it does not.
const PAUSE: Duration = Duration::from_millis(1);

/// By how much a clock may be wrong, in microseconds: a hundred years, so that no time leaves the range of the calendar.
const MOST_OFFSET: i64 = 36_525 * 24 * 3_600 * 1_000_000;

/// The options of `open`.
#[derive(Debug, Args)]
pub struct OpenArguments {
    /// Captures of ocpp-tui, logs and tables with messages of OCPP, packets of Wireshark; several are merged by time, FILE@+2.5s corrects
    /// the clock of one; - is the standard input
    #[arg(required = true, value_name = "FILE[@OFFSET]", value_parser = recorded_file)]
    pub files: Vec<RecordedFile>,
    /// Show also what is written to the files from now on
    #[arg(long, short)]
    pub follow: bool,
}

/// A file to read, and by how much its clock was behind.
#[derive(Debug, Clone)]
pub struct RecordedFile {
    path: PathBuf,
    offset_micros: i64,
}

/// Reads `FILE`, or `FILE@+2.5s`.
fn recorded_file(text: &str) -> Result<RecordedFile, String> {
    let whole = RecordedFile { path: text.into(), offset_micros: 0 };
    let Some((path, offset)) = text.rsplit_once('@').filter(|(_, offset)| offset.starts_with(['+', '-'])) else {
        return Ok(whole);
    };
    if whole.path.exists() {
        return Ok(whole);
    }
    let span = offset.trim_start_matches(['+', '-']).parse::<jiff::SignedDuration>();
    let span = span.map_err(|_| format!("{offset:?} is no time; write FILE@+2.5s or FILE@-150ms"))?;
    let micros = i64::try_from(span.as_micros()).ok().filter(|micros| *micros <= MOST_OFFSET);
    let micros = micros.ok_or_else(|| format!("{offset:?} is more than a hundred years"))?;
    Ok(RecordedFile { path: path.into(), offset_micros: if offset.starts_with('-') { -micros } else { micros } })
}

/// The options of `convert`.
#[derive(Debug, Args)]
pub struct ConvertArguments {
    /// A file that `open` shows: a capture, a log, a table, packets; - is the standard input
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// The file to write; - is the standard output
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// The format to write [default: what the name of OUT says, or else open-ocpp-trace]
    #[arg(long, value_name = "FORMAT", value_parser = export_format())]
    pub to: Option<ExportFormat>,
    /// Only the records that pass this filter, like cp:CP1 kind:error
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// Replace tags, serial numbers, identities, addresses, keys, certificates, coordinates and personal data by dummies of the same
    /// form
    #[arg(long)]
    pub redact: bool,
    /// Make the same dummies as another export with this text [default: a random one]
    #[arg(long, value_name = "TEXT", requires = "redact")]
    pub redact_seed: Option<String>,
    /// Overwrite the file when it exists
    #[arg(long)]
    pub force: bool,
}

/// Reads the name of a format.
fn export_format() -> impl TypedValueParser<Value = ExportFormat> {
    let names = ExportFormat::ALL.map(|format| PossibleValue::new(format.name()).help(format.help()));
    // The parser before it lets no other name through.
    PossibleValuesParser::new(names).map(|name| ExportFormat::of_name(&name).unwrap_or(ExportFormat::OpenOcppTrace))
}

/// Opens the files; they are read into the session from now on. What is returned ends when that is over, and is `None` for files that are
/// followed. A file that cannot be read at all is an error before the screen opens.
pub fn open(hub: &Hub, arguments: &OpenArguments) -> anyhow::Result<Option<oneshot::Receiver<()>>> {
    let follow = arguments.follow;
    let open = if follow { CaptureReader::follow } else { CaptureReader::open };
    let open = |RecordedFile { path, offset_micros }: &RecordedFile| {
        open(path, hub.catalog().clone()).map(|reader| reader.with_clock_offset(*offset_micros))
    };
    let readers = arguments.files.iter().map(open).collect::<Result<Vec<_>, _>>();
    let readers = readers.map_err(|error| anyhow!("{error}"))?;
    let hub = hub.clone();
    let (ended, reading) = oneshot::channel::<()>();
    let read = move || {
        let _ended = ended;
        let shutdown = hub.shutdown().clone();
        let trace = hub.trace().clone();
        let goes_on = move |count: &LoadCount| {
            while count.events.is_multiple_of(TURN) && trace.is_ahead() && !shutdown.is_cancelled() {
                std::thread::sleep(PAUSE);
            }
            !shutdown.is_cancelled()
        };
        let mut reported = false;
        let mut report = |count: &LoadCount| {
            if !std::mem::replace(&mut reported, true) {
                let LoadCount { events, unread } = count;
                let unread = if *unread > 0 { format!("; {unread} lines could not be read") } else { String::new() };
                hub.note(false, format!("{events} events were read{unread}"));
            }
        };
        if follow {
            load_growing(readers, hub.events(), goes_on, report);
        } else {
            let count = load_while(readers, hub.events(), goes_on);
            report(&count);
        }
    };
    std::thread::Builder::new().name("open".into()).spawn(read).context("no thread for reading")?;
    Ok((!follow).then_some(reading))
}

/// Converts a file.
pub fn convert(catalog: Arc<Catalog>, arguments: &ConvertArguments) -> anyhow::Result<ExitCode> {
    let ConvertArguments { input, output, to, filter, redact, redact_seed, force } = arguments;
    if input != Path::new("-") && same_file(input, output) {
        bail!("{} is both the file to read and the file to write; name another one to write", input.display());
    }
    let filter = filter.as_deref().map(filter::parse).transpose().map_err(|error| anyhow!("--filter: {error}"))?;
    let reader = CaptureReader::open(input, catalog.clone()).map_err(|error| anyhow!("{error}"))?;
    let events = trace::direct(WHOLE_FILE, now());
    let read = load(vec![reader], &events);
    let contents = events.trace().read();
    let time = jiff::Zoned::now();
    let context = FilterContext::new(&contents, &time);
    let records = contents.records();
    let meant = |record: &Record<'_>| filter.as_ref().is_none_or(|filter| filter.matches(record, &context));
    let chosen: Vec<Sequence> = records.iter(records.range()).filter(meant).map(|record| record.sequence).collect();
    let redacted = redact.then(|| {
        let seed = redact_seed.clone().unwrap_or_else(Redactor::random_seed);
        redacted_copy(&ExportScope { contents: &contents, chosen: &chosen }, catalog, &seed)
    });
    let mut out: Box<dyn Write> = if output == Path::new("-") {
        Box::new(BufWriter::new(io::stdout().lock()))
    } else {
        let mut options = OpenOptions::new();
        options.write(true);
        let options = if *force { options.create(true).truncate(true) } else { options.create_new(true) };
        let file = options.open(output).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => anyhow!("{} exists already; --force overwrites it", output.display()),
            _ => anyhow!("{} cannot be written: {error}", output.display()),
        })?;
        Box::new(BufWriter::new(file))
    };
    let format = to.or_else(|| ExportFormat::of_path(output)).unwrap_or(ExportFormat::OpenOcppTrace);
    let count = match &redacted {
        None => write_export(&mut out, format, &ExportScope { contents: &contents, chosen: &chosen })?,
        Some(RedactedCopy { events, chosen, .. }) => {
            write_export(&mut out, format, &ExportScope { contents: &events.trace().read(), chosen })?
        }
    };
    out.flush()?;
    let left_out =
        if count.left_out > 0 { format!(", {} left out that the format cannot hold", count.left_out) } else { String::new() };
    let unread = if read.unread > 0 { format!(", {} lines not read", read.unread) } else { String::new() };
    writeln!(io::stderr(), "ocpp-tui: {} records written{left_out}{unread}", count.written)?;
    for line in redacted.iter().flat_map(|copy| RedactionReport::lines(&copy.report)) {
        writeln!(io::stderr(), "ocpp-tui: {line}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether two paths name one file.
pub(super) fn same_file(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().ok().zip(other.canonicalize().ok()).is_some_and(|(one, other)| one == other)
}
