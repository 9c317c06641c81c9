//! `ocpp-tui stats`: the figures of the statistics about recorded files, as the command `stats` prints them, and what a reader of Open OCPP
//! Trace must find in them.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::anyhow;
use clap::{Args, ValueEnum};
use ocpp_tui::capture::{CaptureReader, ConsumerView, LoadCount, load, load_while};
use ocpp_tui::clock::now;
use ocpp_tui::console::reports::{ReportContext, TableFormat, count_matching, statistics_text};
use ocpp_tui::ocpp::Catalog;
use ocpp_tui::trace::filter::{self, FilterContext};
use ocpp_tui::trace::station_summary::StationSummaries;
use ocpp_tui::trace::{self, Contents, Sequence, Trace};

use super::capture::WHOLE_FILE;

/// The records that are kept while a file is counted without a filter, in bytes.
const NEWEST: usize = 64 << 20;

/// The options of `stats`.
#[derive(Debug, Args)]
pub struct StatisticsArguments {
    /// Captures of ocpp-tui, or files of Open OCPP Trace; several are merged by time; - is the standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// JSON instead of columns
    #[arg(long)]
    pub json: bool,
    /// Count only the records that pass this filter, like cp:CP1 since:10:00
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = StatisticsView::Traffic)]
    pub view: StatisticsView,
}

/// What `stats` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatisticsView {
    /// Calls, errors, latencies, bytes and heartbeats, by action and by station
    Traffic,
    /// What a reader of Open OCPP Trace must find: counts, types, ids, actions, and which call an answer belongs to; as JSON
    Consumer,
}

/// Prints the figures.
pub fn stats(catalog: &Arc<Catalog>, arguments: &StatisticsArguments) -> anyhow::Result<ExitCode> {
    let readers = arguments.files.iter().map(|file| CaptureReader::open(file, catalog.clone()));
    let readers = readers.collect::<Result<Vec<_>, _>>().map_err(|error| anyhow!("{error}"))?;
    let filter = arguments.filter.as_deref().map(filter::parse).transpose().map_err(|error| anyhow!("--filter: {error}"))?;
    // Whether a record passes may depend on a later one; without a filter each is counted as it comes, however large the file is.
    let events = trace::direct(if filter.is_some() { WHOLE_FILE } else { NEWEST }, now());
    let trace = events.trace();
    let (view, text, read);
    match arguments.view {
        StatisticsView::Consumer => {
            view = RefCell::new((ConsumerView::default(), 0));
            let take_all = |passes: &dyn Fn(&trace::Record<'_>, &Contents) -> bool| {
                let (view, next) = &mut *view.borrow_mut();
                take_new(trace, next, |record, contents| {
                    if passes(record, contents) {
                        view.take(record, contents);
                    }
                });
            };
            match &filter {
                None => {
                    read = load_while(readers, &events, |_| {
                        take_all(&|_, _| true);
                        true
                    });
                }
                Some(filter) => {
                    read = load(readers, &events);
                    let time = jiff::Zoned::now();
                    take_all(&|record, contents| filter.matches(record, &FilterContext::new(contents, &time)));
                }
            }
            text = view.borrow().0.json();
        }
        StatisticsView::Traffic => {
            let mut summaries = StationSummaries::default();
            read = load_while(readers, &events, |_| {
                summaries.catch_up(&trace.read(), 1 << 20);
                true
            });
            let of_filter = filter.as_ref().map(|filter| count_matching(trace, &summaries, filter));
            let (contents, time) = (trace.read(), jiff::Zoned::now());
            let records = contents.records();
            let newest = records.range().end.checked_sub(1).and_then(|newest| records.get(newest));
            let from = ReportContext {
                summaries: &summaries,
                statistics: of_filter.as_ref().unwrap_or(summaries.statistics()),
                contents: &contents,
                zone: time.time_zone(),
                wall_micros: newest.map_or(0, |record| record.wall_micros),
                monotonic_micros: newest.map_or(0, |record| record.monotonic_micros),
            };
            text = statistics_text(&from, if arguments.json { TableFormat::Json } else { TableFormat::Columns });
        }
    }
    writeln!(io::stdout(), "{text}")?;
    let LoadCount { events, unread } = read;
    if unread > 0 {
        writeln!(io::stderr(), "ocpp-tui: {events} events read, {unread} lines not read; open the file to see which")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Hands the records over that are new since the last time.
fn take_new(trace: &Trace, next: &mut Sequence, mut take: impl FnMut(&trace::Record<'_>, &Contents)) {
    let contents = trace.read();
    let records = contents.records();
    records.iter(*next..records.range().end).for_each(|record| take(&record, &contents));
    *next = records.range().end;
}
