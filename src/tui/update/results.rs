//! The result of the last batch: a table with a line a station, and the way from a line to its frame.

use super::common::{height_of, open_list, refresh_view};
use crate::trace::{Sequence, StationKey, exchange_meaning};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{BatchResult, ChoiceAction, Palette, PaletteChoice, PaneFilter, StationOutcome};
use crate::tui::widget::format::duration;

/// Opens the table of the last batch.
pub fn open(app: &mut App, outside: &ReadContext<'_>) {
    let Some(result) = &app.result else { return };
    let choices = result.stations.iter().map(|(station, outcome)| line(*station, outcome, outside)).collect();
    let list = Palette::new(result.summary.clone(), choices, Vec::new());
    open_list(app, list);
}

fn line(station: StationKey, outcome: &StationOutcome, outside: &ReadContext<'_>) -> PaletteChoice {
    let stations = outside.contents.stations();
    let latency = match (outcome.results + outcome.errors, outcome.slowest) {
        (0, _) => String::new(),
        (1, latency) => duration(latency),
        (_, slowest) => format!("≤ {}", duration(slowest)),
    };
    PaletteChoice {
        kind: if outcome.failed() { "✗" } else { "✓" },
        name: stations.get(station).map_or_else(String::new, |row| row.identity.to_string()),
        detail: detail(outcome, outside),
        keys: latency,
        obstacle: None,
        does: outcome.record.map_or(ChoiceAction::Station(station), ChoiceAction::Record),
    }
}

/// What a station answered; of several answers their numbers, and the first that failed.
fn detail(outcome: &StationOutcome, outside: &ReadContext<'_>) -> String {
    let mut parts = Vec::new();
    if outcome.ended() > 1 {
        for (count, one, many) in [
            (outcome.results, "result", "results"),
            (outcome.errors, "error", "errors"),
            (outcome.timeouts, "without an answer", "without an answer"),
        ] {
            parts.extend((count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many })));
        }
    }
    parts.extend(outcome.refusal.as_ref().map(|reason| format!("not sent: {reason}")));
    if outcome.ended() == 1 || outcome.failed() {
        parts.extend(outcome.record.and_then(|record| meaning(record, outside)));
    }
    parts.join(", ")
}

/// What the exchange of an answer says, in a line.
pub fn meaning(answer: Sequence, outside: &ReadContext<'_>) -> Option<String> {
    let records = outside.contents.records();
    let answer = records.get(answer)?;
    let call = answer.partner.and_then(|call| records.get(call))?;
    Some(exchange_meaning(&call, Some(&answer)).as_str().to_owned())
}

/// Keeps the result of a batch, and shows its table when the user has only waited for it.
pub fn keep(app: &mut App, result: BatchResult, was_waiting: bool, outside: &ReadContext<'_>) {
    let shows = was_waiting && result.stations.len() > 1 && app.overlays.iter().next().is_none();
    app.result = Some(result);
    if shows {
        open(app, outside);
    }
}

/// Selects a record in the trace, or its call where an exchange is one line; a filter that hides it is taken away.
pub fn show_record(app: &mut App, record: Sequence, outside: &ReadContext<'_>) {
    app.focus(Pane::Trace);
    let height = height_of(app, Pane::Trace);
    let call = outside.contents.records().get(record).and_then(|record| record.partner);
    let select = |app: &mut App| app.trace.select(record, height) || call.is_some_and(|call| app.trace.select(call, height));
    if !select(app) {
        app.trace.set_filter(PaneFilter::default());
        app.trace.show_only(None);
        refresh_view(app, outside);
        if !select(app) {
            app.toasts.info("This line was dropped to save memory", outside.now.monotonic_micros);
        }
    }
}
