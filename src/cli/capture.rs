//! `ocpp-tui open` and `ocpp-tui convert`: files that were recorded are shown as a session, or written in another format.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::{Args, ValueEnum};
use ocpp_tui::capture::{CaptureReader, ExportCount, LoadCount, RedactionReport, load, load_redacted, write_open_ocpp_trace};
use ocpp_tui::clock::now;
use ocpp_tui::hub::Hub;
use ocpp_tui::ocpp::Catalog;
use ocpp_tui::trace::filter::{self, FilterContext};
use ocpp_tui::trace::{self, Record, export};

/// The records of a conversion are all in memory.
pub(super) const WHOLE_FILE: usize = usize::MAX / 2;

/// The options of `open`.
#[derive(Debug, Args)]
pub struct OpenArguments {
    /// Captures of ocpp-tui, or files of Open OCPP Trace; several are merged by time; - is the standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// The options of `convert`.
#[derive(Debug, Args)]
pub struct ConvertArguments {
    /// A capture of ocpp-tui, or a file of Open OCPP Trace; - is the standard input
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// The file to write; - is the standard output
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// The format to write
    #[arg(long, value_enum, default_value_t = ConvertFormat::OpenOcppTrace)]
    pub to: ConvertFormat,
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

/// The formats of `convert`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConvertFormat {
    /// Open OCPP Trace 1.1: one message of OCPP a line, for other tools
    OpenOcppTrace,
    /// One JSON object an event, as --log-format jsonl prints them
    Jsonl,
    /// One line an event, as in line mode
    Text,
}

/// Opens the files; they are read into the session from now on. A file that cannot be read at all is an error before the screen opens.
pub fn open(hub: &Hub, arguments: &OpenArguments) -> anyhow::Result<()> {
    let readers = arguments.files.iter().map(|file| CaptureReader::open(file, hub.catalog().clone()));
    let readers = readers.collect::<Result<Vec<_>, _>>().map_err(|error| anyhow!("{error}"))?;
    let hub = hub.clone();
    std::thread::Builder::new()
        .name("open".into())
        .spawn(move || {
            let LoadCount { events, unread } = load(readers, hub.events());
            let unread = if unread > 0 { format!("; {unread} lines could not be read") } else { String::new() };
            hub.note(false, format!("{events} events were read{unread}"));
        })
        .context("no thread for reading")?;
    Ok(())
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
    let (read, redacted) = if *redact {
        let random = || uuid::Uuid::new_v4().to_string();
        let (read, report) = load_redacted(vec![reader], &events, catalog, &redact_seed.clone().unwrap_or_else(random));
        (read, Some(report))
    } else {
        (load(vec![reader], &events), None)
    };
    let contents = events.trace().read();
    let time = jiff::Zoned::now();
    let context = FilterContext::new(&contents, &time);
    let records = contents.records();
    let meant = |record: &Record<'_>| filter.as_ref().is_none_or(|filter| filter.matches(record, &context));
    let chosen = records.iter(records.range()).filter(meant);
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
    let count = match to {
        ConvertFormat::OpenOcppTrace => write_open_ocpp_trace(&mut out, &contents, chosen)?,
        ConvertFormat::Jsonl => write_lines(&mut out, chosen.map(|record| export::line(&record, contents.stations())))?,
        ConvertFormat::Text => write_lines(&mut out, chosen.map(|record| text_line(&record, &contents)))?,
    };
    out.flush()?;
    let left_out =
        if count.left_out > 0 { format!(", {} left out that the format cannot hold", count.left_out) } else { String::new() };
    let unread = if read.unread > 0 { format!(", {} lines not read", read.unread) } else { String::new() };
    writeln!(io::stderr(), "ocpp-tui: {} records written{left_out}{unread}", count.written)?;
    for line in redacted.iter().flat_map(RedactionReport::lines) {
        writeln!(io::stderr(), "ocpp-tui: {line}")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write_lines(out: &mut impl Write, lines: impl Iterator<Item = String>) -> io::Result<ExportCount> {
    let mut count = ExportCount::default();
    for line in lines {
        writeln!(out, "{line}")?;
        count.written += 1;
    }
    Ok(count)
}

fn text_line(record: &Record<'_>, contents: &trace::Contents) -> String {
    let time = jiff::Timestamp::from_microsecond(record.wall_micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let station = record.station.and_then(|key| contents.stations().get(key)).map_or("", |row| &row.identity);
    let text = ocpp_tui::sanitize::escape_control(&record.summary()).into_owned();
    format!("{time:.3} {station} {} {text}", record.kind.arrow())
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().ok().zip(other.canonicalize().ok()).is_some_and(|(one, other)| one == other)
}
