//! What the stations pane says while it has no station to show: the next step.

use ratatui::style::Style;

use crate::tui::app::App;

/// Before the first station: the addresses, and a command line to paste.
pub(super) fn no_station_yet(app: &App) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let Some(first) = app.listening.first() else {
        return nothing_runs(app);
    };
    let mut lines = vec![("Listening on".to_owned(), styles.muted)];
    lines.extend(app.listening.iter().map(|address| (address.clone(), styles.key)));
    // After its last slash the address has a placeholder for the identity.
    let url = first.rsplit_once('/').map_or(first.as_str(), |(url, _)| url);
    lines.push((String::new(), styles.base));
    lines.push((
        "No charge point yet. Point one at this address, or start a simulated one in another terminal:".to_owned(),
        styles.base,
    ));
    lines.push((String::new(), styles.base));
    lines.push((format!("ocpp-tui cp {url} CP1"), styles.key));
    lines
}

/// The hints for a session without a role and without stations.
fn nothing_runs(app: &App) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let line = |text: &str, style| (text.to_owned(), style);
    vec![
        line("Nothing runs yet. Type : and one of these commands:", styles.base),
        line("", styles.base),
        line("start_cs 9000", styles.key),
        line("be a central system; charge points connect to ws://<this machine>:9000/<identity>", styles.muted),
        line("", styles.base),
        line("start_cp ws://localhost:9000 CP1 --autonomous", styles.key),
        line("be a charge point of the central system at that address", styles.muted),
        line("", styles.base),
        line("? shows all keys, Ctrl-P all commands.", styles.base),
    ]
}

/// When the filter hides all stations.
pub(super) fn no_station_passes(app: &App) -> Vec<(String, Style)> {
    let text =
        format!("None of {} stations passes the filter {}. Esc clears it.", app.stations.total(), app.stations.filter().text());
    vec![(text, app.theme.styles.base)]
}
