//! The hints in the last line: the keys that do something now. What cannot be done now, such as a jump to an answer that does not exist,
//! has no hint; what asks for attention, such as frames that wait, has its hint first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::action::{Action, ContextAction, KeyContext};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::widget::{LineWriter, format, width_of};

/// Draws as many hints as fit; the one for the help always stays.
pub(super) fn draw_hints(app: &App, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let all = hints(app, outside);
    let is_help = |words: &str| matches!(words, "help" | "keys");
    let help = all.iter().find(|(_, words)| is_help(words));
    let kept = help.map_or(0, |(key, words)| width_of(key) + width_of(words) + 3);
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.blanks(1, styles.header);
    for (key, words) in all.iter().filter(|(_, words)| !is_help(words)) {
        if writer.room() < width_of(key) + width_of(words) + 3 + kept {
            break;
        }
        writer
            .text(key, styles.header.patch(styles.key))
            .text(" ", styles.header)
            .text(words, styles.header)
            .text("  ", styles.header);
    }
    if let Some((key, words)) = help {
        writer.text(key, styles.header.patch(styles.key)).text(" ", styles.header).text(words, styles.header);
    }
    writer.fill(' ', styles.header);
}

/// The hints of the present context: key and words, most useful first.
fn hints(app: &App, outside: &ReadContext<'_>) -> Vec<(String, String)> {
    // In an empty pane only those keys work that work in every pane.
    let context = match app.context() {
        KeyContext::Stations if app.stations.shown().is_empty() => KeyContext::Panes,
        KeyContext::Trace | KeyContext::Message if app.trace.count() == 0 => KeyContext::Panes,
        context => context,
    };
    let hinted = app.bindings.hinted(context).filter(|(bound, ..)| applies(app, outside, bound.action()));
    let mut hints: Vec<(bool, String, String)> =
        hinted.map(|(bound, key, words)| (is_urgent(bound), key.to_string(), worded(app, outside, bound, words))).collect();
    hints.sort_by_key(|(is_urgent, ..)| !is_urgent);
    hints.into_iter().map(|(_, key, words)| (key, words)).collect()
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
