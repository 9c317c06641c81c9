//! The hints in the last line: the keys that do something now. What cannot be done now, such as a jump to an answer that does not exist,
//! has no hint; what asks for attention, such as frames that wait, has its hint first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::action::{Action, ContextAction, KeyContext};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::widget::{LineWriter, format, width_of};

/// A hint at its place in the line.
struct PlacedHint {
    bound: ContextAction,
    key: String,
    words: String,
    /// Columns from the left of the line.
    start: usize,
}

impl PlacedHint {
    fn width(&self) -> usize {
        width_of(&self.key) + 1 + width_of(&self.words)
    }
}

/// Draws as many hints as fit; the one for the help always stays.
pub(super) fn draw_hints(app: &App, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let mut writer = LineWriter::new(buffer, area, 0);
    for hint in placed(app, outside, usize::from(area.width)) {
        let used = usize::from(writer.column().saturating_sub(area.x));
        writer.blanks(hint.start.saturating_sub(used), styles.header);
        writer.text(&hint.key, styles.header.patch(styles.key)).text(" ", styles.header).text(&hint.words, styles.header);
    }
    writer.fill(' ', styles.header);
}

/// The action whose hint is so many columns from the left of the line.
pub(super) fn hint_at(app: &App, outside: &ReadContext<'_>, width: usize, column: usize) -> Option<ContextAction> {
    let found = placed(app, outside, width).into_iter().find(|hint| (hint.start..hint.start + hint.width()).contains(&column));
    found.map(|hint| hint.bound)
}

/// The hints that fit into a line of this width.
fn placed(app: &App, outside: &ReadContext<'_>, width: usize) -> Vec<PlacedHint> {
    let mut start = 1;
    let mut placed: Vec<PlacedHint> = Vec::new();
    let (help, others): (Vec<_>, Vec<_>) =
        hints(app, outside).into_iter().partition(|(_, _, words)| matches!(words.as_str(), "help" | "keys"));
    let help = help.into_iter().next();
    let kept = help.as_ref().map_or(0, |(_, key, words)| width_of(key) + width_of(words) + 3);
    for (bound, key, words) in others {
        let hint = PlacedHint { bound, key, words, start };
        if start + hint.width() + 2 + kept > width {
            break;
        }
        start += hint.width() + 2;
        placed.push(hint);
    }
    placed.extend(help.map(|(bound, key, words)| PlacedHint { bound, key, words, start }));
    placed
}

/// The hints of the present context: action, key and words, most useful first.
fn hints(app: &App, outside: &ReadContext<'_>) -> Vec<(ContextAction, String, String)> {
    // In an empty pane only those keys work that work in every pane.
    let context = match app.context() {
        KeyContext::Stations if app.stations.shown().is_empty() => KeyContext::Panes,
        KeyContext::Trace | KeyContext::Message if app.trace.count() == 0 => KeyContext::Panes,
        context => context,
    };
    let hinted = app.bindings.hinted(context).filter(|(bound, ..)| applies(app, outside, bound.action()));
    let mut hints: Vec<(ContextAction, String, String)> =
        hinted.map(|(bound, key, words)| (bound, key.to_string(), worded(app, outside, bound, words))).collect();
    hints.sort_by_key(|(bound, ..)| !is_urgent(*bound));
    hints
}

fn is_urgent(bound: ContextAction) -> bool {
    bound.action() == Action::Held
}

/// The words of a hint, with what they refer to now.
fn worded(app: &App, outside: &ReadContext<'_>, bound: ContextAction, words: &str) -> String {
    match bound.action() {
        Action::Held => {
            let waiting = outside.gate.count();
            format!("{} wait{}", format::number(waiting as u64), if waiting == 1 { "s" } else { "" })
        }
        Action::Compose if !app.marked.is_empty() => format!("{words} → {} marked", app.marked.len()),
        _ => words.to_owned(),
    }
}

/// Whether an action can do something now.
fn applies(app: &App, outside: &ReadContext<'_>, action: Action) -> bool {
    let records = outside.contents.records();
    let selected = || app.trace.selected().and_then(|sequence| records.get(sequence));
    match action {
        Action::Held => outside.gate.count() > 0,
        Action::UnmarkAll => !app.marked.is_empty(),
        Action::NextError | Action::PreviousError => outside.contents.stations().errors() > 0,
        Action::NextPartner => selected().is_some_and(|record| record.partner.is_some_and(|partner| partner > record.sequence)),
        Action::PreviousPartner => {
            selected().is_some_and(|record| record.partner.is_some_and(|partner| partner < record.sequence))
        }
        _ => true,
    }
}
