//! The page about one station: its link, timers, boot data, connectors, transactions, configuration and handshakes. It is made
//! for each frame, because much of it changes with the time; only the visible lines are drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::draw_page;
use super::machine::machine_lines;
use crate::ocpp::Role;
use crate::trace::station_summary::{StationSummary, TransactionSummary};
use crate::trace::{LinkState, StationRow};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::StationDetails;
use crate::tui::widget::LineWriter;
use crate::tui::widget::format;

/// The width of the names.
const NAMES: usize = 26;
/// How many configuration keys, transactions and refused handshakes are listed.
const LISTED: usize = 200;

/// The lines of a page.
#[derive(Debug, Default)]
pub struct PageLines {
    /// Pieces of text with their styles, line by line.
    pub lines: Vec<Vec<(String, Style)>>,
    /// Whether something on it counts seconds.
    pub counts: bool,
}

/// Draws the page. True when something on it counts seconds.
pub fn station_details(app: &App, page: StationDetails, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) -> bool {
    let styles = &app.theme.styles;
    let identity = outside.contents.stations().get(page.station).map_or("?", |row| &row.identity);
    let content = page_lines(app, page, outside);
    let height = usize::from(area.height.saturating_sub(1));
    let top = page.top.min(content.lines.len().saturating_sub(height));
    let shown = (top + height).min(content.lines.len());
    let counts =
        if content.lines.len() > height { format!("{}–{shown}/{}", top + 1, content.lines.len()) } else { String::new() };
    let inside = draw_page(app, &crate::sanitize::escape_control(identity), &[], &counts, area, buffer);
    for (row, line) in content.lines.iter().skip(top).take(height).enumerate() {
        let mut writer = LineWriter::new(buffer, inside, row as u16); // less than the height
        writer.blanks(1, styles.base);
        for (text, style) in line {
            writer.text(text, styles.base.patch(*style));
        }
    }
    content.counts
}

/// The lines of the page.
pub fn page_lines(app: &App, page: StationDetails, outside: &ReadContext<'_>) -> PageLines {
    let station = page.station;
    let Some(row) = outside.contents.stations().get(station) else { return PageLines::default() };
    let unknown = StationSummary::default();
    let facts = app.facts.of(station).unwrap_or(&unknown);
    let mut writer = Writer { app, outside, page: PageLines::default() };
    if let Some(machine) = outside.machines.of(station) {
        writer.page.lines.extend(machine_lines(app, &machine, page.connector));
    }
    writer.link(row, facts);
    writer.timers(row, facts);
    writer.boot(facts);
    writer.connectors(facts);
    writer.transactions(facts);
    writer.configuration(facts);
    writer.handshake(row, facts);
    writer.page
}

struct Writer<'a> {
    app: &'a App,
    outside: &'a ReadContext<'a>,
    page: PageLines,
}

impl Writer<'_> {
    fn heading(&mut self, text: &str) {
        if !self.page.lines.is_empty() {
            self.page.lines.push(Vec::new());
        }
        self.page.lines.push(vec![(text.to_owned(), self.app.theme.styles.title)]);
    }

    fn fact(&mut self, name: &str, value: impl Into<String>, style: Style) {
        let pad = NAMES.saturating_sub(crate::tui::widget::width_of(&crate::sanitize::escape_control(name)));
        let name = format!("{name}{}", " ".repeat(pad.max(1)));
        self.page.lines.push(vec![(name, self.app.theme.styles.muted), (value.into(), style)]);
    }

    fn plain(&mut self, name: &str, value: impl Into<String>) {
        self.fact(name, value, Style::new());
    }

    fn nothing(&mut self, text: &str) {
        self.page.lines.push(vec![(text.to_owned(), self.app.theme.styles.muted)]);
    }

    fn time(&self, wall_micros: i64) -> String {
        format::time_of_day(wall_micros, &self.app.zone)[..8].to_owned()
    }

    fn link(&mut self, row: &StationRow, facts: &StationSummary) {
        let styles = &self.app.theme.styles;
        self.heading("Link");
        let (glyph, word, style) = super::stations::state(row, self.outside, styles);
        self.fact("state", format!("{glyph} {word}"), style);
        let (origin, role) =
            if row.is_simulated() { ("simulated by us", Role::ChargePoint) } else { ("real", Role::CentralSystem) };
        let role = row.version.map_or_else(|| role.to_string(), |version| version.role_name(role).to_owned());
        match &row.upstream {
            None => self.plain("side", format!("{origin}; we are the {role}")),
            Some(upstream) => {
                self.plain("side", "real; we pass it on to its central system");
                self.plain("central system", format!("{}, {}", upstream.url.as_deref().unwrap_or("not known"), upstream.state));
                if let Some(peer) = upstream.peer {
                    self.plain("its address", peer.to_string());
                }
                if let Some(security) = upstream.security {
                    self.plain("its protection", security.words());
                }
                if let Some(round_trip) = upstream.round_trip {
                    self.plain("its ping", format::duration(round_trip));
                }
            }
        }
        let version = row.version.map_or("not agreed yet", |version| version.number());
        let transport = row.transport.map_or_else(String::new, |transport| format!(" over {transport}"));
        self.plain("version", format!("OCPP {version}{transport}"));
        if let Some(callback) = &row.callback {
            self.plain("callback address", callback.to_string());
        }
        if let Some(url) = &row.url {
            self.plain("calls", url.to_string());
        }
        if let Some(peer) = row.peer {
            self.plain("address", peer.to_string());
        }
        let now = self.outside.now.monotonic_micros;
        self.plain(
            "messages",
            format!(
                "{} in, {} out, {:.1} a second  {}",
                format::number(row.frames_in),
                format::number(row.frames_out),
                facts.rate.per_second(now),
                format::graph(&facts.rate.counts(now))
            ),
        );
        self.page.counts |= facts.rate.moves(now);
        let style = if row.errors > 0 { styles.error } else { Style::new() };
        self.fact("errors", format::number(row.errors), style);
        self.plain("our calls", format!("{} in flight, {} queued", row.in_flight, row.queued));
        let or_none = |time: Option<std::time::Duration>| time.map_or_else(|| "–".to_owned(), format::duration);
        self.plain("last answer after", or_none(row.latency));
        self.plain("ping round trip", or_none(row.round_trip));
        if row.last_seen_micros != 0 {
            self.plain("last seen", self.time(row.last_seen_micros));
        }
    }

    fn timers(&mut self, row: &StationRow, facts: &StationSummary) {
        let now = self.outside.now.monotonic_micros;
        let mut lines = Vec::new();
        if let LinkState::Waiting { until_micros } = row.state {
            lines.push(("next attempt in", format::countdown(until_micros, now), false));
        }
        let interval = facts.boot.as_ref().and_then(|boot| boot.interval).filter(|seconds| *seconds > 0);
        if let (Some(interval), Some(last), LinkState::Connected) = (interval, facts.heartbeat_micros, row.state) {
            let due = last.saturating_add(interval.saturating_mul(1_000_000));
            if due >= now {
                lines.push(("next heartbeat in", format!("{} s of {interval} s", (due - now).div_ceil(1_000_000)), false));
            } else {
                lines.push(("heartbeat overdue by", format::countdown(now, due), true));
            }
        }
        for transaction in facts.running() {
            let since = self.outside.now.wall_micros.saturating_sub(transaction.began_micros).unsigned_abs();
            let text = format!("{} on {}", format::clock(since / 1_000_000), transaction.place);
            lines.push(("transaction runs for", text, false));
        }
        if lines.is_empty() {
            return;
        }
        self.heading("Timers");
        self.page.counts = true;
        for (name, value, late) in lines {
            let style = if late { self.app.theme.styles.warning } else { Style::new() };
            self.fact(name, value, style);
        }
    }

    fn boot(&mut self, facts: &StationSummary) {
        self.heading("Boot");
        let Some(boot) = &facts.boot else { return self.nothing("No BootNotification was seen.") };
        let status = boot.status.as_deref().unwrap_or("not answered yet");
        let interval = boot.interval.map_or_else(String::new, |seconds| format!(", a heartbeat every {seconds} s"));
        if boot.wall_micros != 0 {
            let style = if status == "Accepted" { self.app.theme.styles.good } else { self.app.theme.styles.warning };
            self.fact("boot notification", format!("{}, {status}{interval}", self.time(boot.wall_micros)), style);
        }
        for (name, value) in &boot.fields {
            self.plain(name, value.to_string());
        }
    }

    fn connectors(&mut self, facts: &StationSummary) {
        let has_evses = facts.connectors.keys().any(|place| place.evse > 0);
        self.heading(if has_evses { "EVSEs" } else { "Connectors" });
        if facts.connectors.is_empty() {
            return self.nothing("No StatusNotification was seen.");
        }
        for (place, connector) in facts.connectors.iter().take(LISTED) {
            let name = match place {
                place if place.is_station() && has_evses => "the station".to_owned(),
                place if place.is_station() => "0, the station".to_owned(),
                place if place.evse > 0 => place.to_string(),
                place => place.connector.to_string(),
            };
            let state = facts.state_at(*place, connector);
            let error = connector.error.as_ref().map_or_else(String::new, |error| format!(", {error}"));
            let (letter, style) = super::stations::connector(state, &self.app.theme.styles);
            let text = format!("{letter} {state}{error}, since {}", self.time(connector.wall_micros));
            self.fact(&name, text, style);
        }
    }

    fn transactions(&mut self, facts: &StationSummary) {
        self.heading("Transactions");
        if facts.transactions.is_empty() {
            return self.nothing("No transaction was seen.");
        }
        for transaction in facts.transactions.iter().rev().take(LISTED) {
            let TransactionSummary { id, place, id_tag, began_micros, meter_start, meter_stop, .. } = transaction;
            let tag = if id_tag.is_empty() { "no tag yet".to_owned() } else { format!("tag {id_tag}") };
            let begin = format!("{place}, {tag}, from {}", self.time(*began_micros));
            let end = match transaction.ended_micros {
                None => " until now".to_owned(),
                Some(ended) => {
                    let reason = transaction.reason.as_ref().map_or_else(String::new, |reason| format!(", {reason}"));
                    format!(" to {}{reason}", self.time(ended))
                }
            };
            let energy = match (meter_start, meter_stop) {
                (Some(start), Some(stop)) => format!(", {} Wh", stop.saturating_sub(*start)),
                (Some(start), None) => format!(", meter {start} Wh at the start"),
                _ => String::new(),
            };
            let style = if transaction.ended_micros.is_none() { self.app.theme.styles.good } else { Style::new() };
            self.fact(&super::stations::short_id(id, NAMES - 1), format!("{begin}{end}{energy}"), style);
        }
    }

    fn configuration(&mut self, facts: &StationSummary) {
        if let Some(version) = facts.local_list {
            self.heading("Local authorization list");
            self.plain("version", if version == 0 { "0, there is none".to_owned() } else { version.to_string() });
        }
        if let Some(model) = &facts.model {
            self.heading("Device model");
            let variables = format::counted(model.len() as u64, "variable");
            let components = format::counted(model.components().len() as u64, "component");
            return self.nothing(&format!("{variables} of {components} seen; 7 shows them."));
        }
        self.heading("Configuration");
        if facts.configuration.is_empty() {
            return self.nothing("No keys were seen; GetConfiguration asks for them.");
        }
        for (name, key) in facts.configuration.iter().take(LISTED) {
            let value = key.value.as_deref().unwrap_or("(no value)");
            let fixed = if key.read_only { "  read-only" } else { "" };
            // Some names are longer than the column.
            self.plain(name, format!("{value}{fixed}"));
        }
    }

    fn handshake(&mut self, row: &StationRow, facts: &StationSummary) {
        let styles = &self.app.theme.styles;
        let record = facts.handshake.and_then(|sequence| self.outside.contents.records().get(sequence));
        self.heading("Handshake");
        match (record.as_ref().and_then(|record| record.handshake()), facts.handshake) {
            (None, Some(_)) => self.nothing("Its record was dropped to save memory."),
            (None, None) => self.nothing("No handshake was seen."),
            (Some(heads), _) => {
                let (asked, answered) = (&heads.request, &heads.answer);
                self.plain("subprotocols offered", subprotocol(asked).unwrap_or_else(|| "none".to_owned()));
                self.plain("subprotocol chosen", subprotocol(answered).unwrap_or_else(|| "none".to_owned()));
                for finding in &heads.findings {
                    self.fact("odd", finding.to_string(), styles.warning);
                }
                self.raw("→", asked, styles.incoming);
                self.raw("←", answered, styles.outgoing);
            }
        }
        let path = format!("/{}", row.identity);
        let refused: Vec<_> =
            self.app.facts.refused().rev().filter(|refused| refused.path.ends_with(&path)).take(LISTED).collect();
        if refused.is_empty() {
            return;
        }
        self.heading("Refused handshakes");
        for attempt in refused {
            match self.outside.contents.records().get(attempt.sequence) {
                Some(record) => self.fact(&self.time(record.wall_micros), record.summary().as_ref(), styles.error),
                None => self.nothing("Its record was dropped to save memory."),
            }
        }
    }

    fn raw(&mut self, arrow: &str, head: &str, style: Style) {
        for (index, line) in head.lines().enumerate() {
            let sign = if index == 0 { arrow } else { " " };
            self.page
                .lines
                .push(vec![(format!("  {sign} "), style), (line.to_owned(), if index == 0 { style } else { Style::new() })]);
        }
    }
}

/// The subprotocols that a head names.
fn subprotocol(head: &str) -> Option<String> {
    let is_named = |line: &&str| line.to_ascii_lowercase().starts_with("sec-websocket-protocol:");
    let values: Vec<&str> = head.lines().filter(is_named).filter_map(|line| Some(line.split_once(':')?.1.trim())).collect();
    if values.is_empty() { None } else { Some(values.join(", ")) }
}
