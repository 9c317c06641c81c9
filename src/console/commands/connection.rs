//! `connection`: an attempt to connect with all that is known of it, as the page of the screen shows it. The facts are
//! `trace::attempt_report`'s.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::reports::ReportContext;
use crate::console::syntax::spec::{CommandSpec, CompletionKind, optional};
use crate::console::syntax::token::{quote, unquote};
use crate::ocpp::units;
use crate::sanitize::escape_control;
use crate::trace::{AttemptLine, AttemptReport, Sequence, StepTime, attempt_report};

pub(super) const CONNECTION: CommandEntry<ConnectionCommand> = CommandEntry {
    spec: CommandSpec::new("connection", "show the last attempt to connect: why it failed, steps, TLS, certificates, HTTP")
        .arguments(const { &[optional("<station>", CompletionKind::Station(None))] })
        .synopsis("<station>")
        .example("connection CP1"),
    parse: |words| {
        let arguments = words.sorted()?;
        Ok(ConnectionCommand { of: arguments.positionals.first().map(|word| unquote(word.value)) })
    },
};

/// Shows an attempt to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionCommand {
    /// The identity of the station, or the number of the record; `None` is the selected station, else the newest attempt of all.
    pub of: Option<String>,
}

impl ConnectionCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let selected = context.meant.station.or(context.meant.selected);
        let selected = selected.and_then(|key| Some(context.hub.trace().read().stations().get(key)?.identity.to_string()));
        let of = self.of.clone().or(selected);
        let (trace, summaries) = (context.hub.trace().clone(), context.summaries.clone());
        // Taking in what is new may take a while.
        let shown = tokio::task::spawn_blocking(move || summaries.look(&trace, None, |from| shown(of.as_deref(), from))).await;
        Ok(shown.unwrap_or_else(|_| CommandOutput::info("The attempts could not be read.")))
    }
}

impl fmt::Display for ConnectionCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("connection")?;
        self.of.as_ref().map_or(Ok(()), |of| write!(f, " {}", quote(of)))
    }
}

fn shown(of: Option<&str>, from: &ReportContext<'_>) -> CommandOutput {
    let found = match of {
        Some(of) => attempts_of(of, from),
        None => newest(from).map(|newest| from.summaries.attempts_like(newest)).unwrap_or_default(),
    };
    let Some(sequence) = found.last().copied() else {
        let whose = of.map_or_else(String::new, |of| format!(" of {}", escape_control(of)));
        return CommandOutput::info(format!("No attempt to connect{whose} was seen."));
    };
    // A number names one of several.
    let sequence = of.and_then(|of| of.parse().ok()).filter(|number| found.contains(number)).unwrap_or(sequence);
    let records = from.contents.records();
    let Some(record) = records.get(sequence) else { return CommandOutput::info("Its record was dropped to save memory.") };
    let facts = record.station.and_then(|key| from.summaries.of(key));
    let end = record.link.and_then(|link| facts?.end_of(link));
    let report = attempt_report(&record, from.contents, end, &found, from.wall_micros);
    let lines = report.map(|report| lines(&report, from)).unwrap_or_default();
    CommandOutput::text("Connection", lines)
}

/// The attempts of the station or the path with this identity, or like the record with this number.
fn attempts_of(of: &str, from: &ReportContext<'_>) -> Vec<Sequence> {
    let rows = from.contents.stations().rows().iter().filter(|row| *row.identity == *of);
    let mut found: Vec<Sequence> = rows.flat_map(|row| from.summaries.attempts_of(row)).collect();
    if found.is_empty() {
        let refused = from.summaries.refused().filter(|refused| refused.identity().is_some_and(|identity| identity == of));
        found.extend(refused.map(|refused| refused.sequence));
    }
    if found.is_empty()
        && let Ok(number) = of.parse::<Sequence>()
        && let Some(record) = from.contents.records().get(number).filter(|record| record.attempt().is_some())
    {
        let row = record.station.and_then(|key| from.contents.stations().get(key));
        found = row.map_or_else(|| from.summaries.attempts_like(number), |row| from.summaries.attempts_of(row));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The newest attempt of all.
fn newest(from: &ReportContext<'_>) -> Option<Sequence> {
    let stations = from.contents.stations().rows().iter().filter_map(|row| from.summaries.of(row.key)?.attempts.back());
    let refused = from.summaries.refused().next_back().map(|refused| refused.sequence);
    stations.map(|attempt| attempt.sequence).chain(refused).max()
}

fn lines(report: &AttemptReport, from: &ReportContext<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for section in &report.sections {
        lines.push(escape_control(&section.heading).into_owned());
        lines.extend(section.lines.iter().map(|line| format!("  {}", escape_control(&text(line, from)))));
    }
    lines
}

/// A line as text.
fn text(line: &AttemptLine, from: &ReportContext<'_>) -> String {
    match line {
        AttemptLine::Fact { name, value, .. } => format!("{name:<22} {value}"),
        AttemptLine::Step(StepTime { step, from, to: Some(to), .. }) => {
            format!("{:<22} {}, done after {}", step.words(), span(to.saturating_sub(*from)), span(*to))
        }
        AttemptLine::Step(StepTime { step, to: None, .. }) => format!("{:<22} it ended here", step.words()),
        AttemptLine::Head { by_us, first: true, text } => format!("{} {text}", if *by_us { "→" } else { "←" }),
        AttemptLine::Head { text, .. } => format!("  {text}"),
        AttemptLine::Other { sequence, wall_micros, outcome, shown, .. } => {
            let time = Timestamp::from_microsecond(*wall_micros).unwrap_or_default().to_zoned(from.zone.clone());
            let sign = if *shown { "▸" } else { " " };
            format!("{sign} {sequence:<8} {}  {outcome}", time.strftime("%H:%M:%S"))
        }
    }
}

fn span(time: Duration) -> String {
    units::micros(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}
