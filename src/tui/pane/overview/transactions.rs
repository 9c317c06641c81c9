//! The lower part of the page of transactions: the facts about the selected one, what is odd about it, and charts of what its meter reported.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::limit_text;
use super::areas::{OverviewAreas, rule};
use crate::console::reports::ReportContext;
use crate::ocpp::units;
use crate::trace::transactions::{ChargingLimit, MeterQuantity, SeenTransaction};
use crate::tui::app::App;
use crate::tui::layout::below;
use crate::tui::widget::{ChartLine, ChartPicture, LineWriter, draw_chart, format, wrap};

/// The narrowest and the lowest chart that can be read.
const LEAST: (u16, u16) = (36, 6);

/// What is drawn, the most important first.
const QUANTITIES: [MeterQuantity; 5] =
    [MeterQuantity::Power, MeterQuantity::Current, MeterQuantity::Charge, MeterQuantity::Temperature, MeterQuantity::Energy];

/// Draws it.
pub(super) fn details(app: &App, from: &ReportContext<'_>, row: u64, areas: OverviewAreas, buffer: &mut Buffer) {
    let Some(transaction) = from.summaries.transactions().get(row) else { return };
    let identity = from.contents.stations().get(transaction.station).map_or("?", |row| &row.identity);
    let id = transaction.id.as_deref().unwrap_or("without an id");
    rule(app, &format!("Transaction {id}, {identity}"), areas.rule, buffer);
    let lines = facts(app, transaction, from.wall_micros);
    let most = usize::from(areas.details.height).saturating_sub(usize::from(LEAST.1)).max(2);
    let shown = lines.len().min(most).min(usize::from(areas.details.height));
    for (line, parts) in lines.iter().take(shown).enumerate() {
        let mut writer = LineWriter::new(buffer, areas.details, line as u16); // a few lines
        writer.blanks(1, app.theme.styles.base);
        for (text, style) in parts {
            writer.text(text, app.theme.styles.base.patch(*style));
        }
    }
    charts(app, transaction, below(areas.details, shown as u16), buffer);
}

type Parts = Vec<(String, Style)>;

/// The facts, a line each, then what is odd.
fn facts(app: &App, transaction: &SeenTransaction, now_micros: i64) -> Vec<Parts> {
    let styles = &app.theme.styles;
    let time = |micros: i64| format::time_of_day(micros, &app.zone)[..8].to_owned();
    let mut who: Parts = Vec::new();
    let add = |parts: &mut Parts, name: &str, value: String, style: Style| {
        if !parts.is_empty() {
            parts.push(("   ".to_owned(), styles.base));
        }
        if !name.is_empty() {
            parts.push((format!("{name} "), styles.muted));
        }
        parts.push((value, style));
    };
    let place = if transaction.is_of_events { "EVSE" } else { "connector" };
    if let Some(number) = transaction.connector {
        add(&mut who, place, number.to_string(), styles.base);
    }
    if let Some(connector) = transaction.evse_connector {
        add(&mut who, "connector", connector.to_string(), styles.base);
    }
    if !transaction.id_tag.is_empty() {
        let status = transaction.tag_status.as_ref().map_or_else(String::new, |status| format!(" {status}"));
        add(&mut who, "tag", format!("{}{status}", transaction.id_tag), styles.base);
    }
    let lasted = units::clock(transaction.lasted_micros(now_micros) / 1_000_000);
    let began = time(transaction.began_micros);
    match transaction.ended_micros {
        Some(ended) => {
            add(&mut who, "", format!("{began} – {}, {lasted}", time(ended)), styles.base);
            let reason = transaction.reason.as_deref().unwrap_or("no reason given");
            add(&mut who, "ended", reason.to_owned(), styles.base);
        }
        None if transaction.is_running() => add(&mut who, "runs since", format!("{began}, {lasted}"), styles.good),
        None => add(&mut who, "began", began, styles.base),
    }
    let mut what: Parts = Vec::new();
    if let Some(state) = transaction.charging_state.as_ref().filter(|_| transaction.is_running()) {
        add(&mut what, "state", state.to_string(), styles.good);
    }
    if let Some(energy) = transaction.energy() {
        add(&mut what, "energy", units::energy(energy), styles.base);
    }
    let register = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |value| format::number(value.max(0.0) as u64));
    if transaction.meter_start.is_some() || transaction.meter_stop.is_some() {
        let (start, stop) = (register(transaction.meter_start), register(transaction.meter_stop));
        let stop = if transaction.meter_stop.is_some() { format!(" → {stop}") } else { String::new() };
        add(&mut what, "meter", format!("{start}{stop} Wh"), styles.base);
    }
    if let Some(power) = transaction.power() {
        add(&mut what, "power", units::power(power), styles.good);
    }
    if let Some(current) = transaction.current() {
        add(&mut what, "current", units::current(current), styles.good);
    }
    if let Some(limit) = transaction.limit_at(now_micros).filter(|_| transaction.is_running()) {
        add(&mut what, "limit", limit_text(limit), styles.base);
    }
    if let Some(cost) = transaction.cost {
        add(&mut what, "cost", cost.to_string(), styles.base);
    }
    let odd = transaction.oddities.iter().map(|oddity| vec![(format!("! {}", oddity.sentence()), styles.warning)]);
    [who, what].into_iter().filter(|parts| !parts.is_empty()).chain(odd).collect()
}

fn charts(app: &App, transaction: &SeenTransaction, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let reported: Vec<(MeterQuantity, Vec<(i64, f64)>)> = QUANTITIES
        .into_iter()
        .map(|quantity| (quantity, transaction.curve.values(quantity)))
        .filter(|(_, values)| values.len() > 1)
        .collect();
    if reported.is_empty() {
        if area.height > 1 {
            let interval =
                if transaction.is_of_events { "SampledDataCtrlr.TxUpdatedInterval" } else { "MeterValueSampleInterval" };
            let text = format!("Its meter has reported nothing yet that makes a curve; {interval} sets how often it reports.");
            for (line, part) in wrap(&text, usize::from(area.width).saturating_sub(2)).iter().enumerate() {
                LineWriter::new(buffer, below(area, 1), line as u16).blanks(1, styles.base).text(part, styles.muted); // a few lines
            }
        }
        return;
    }
    let across = usize::from(area.width / LEAST.0).clamp(1, reported.len());
    let down = usize::from(area.height / LEAST.1).clamp(1, reported.len().div_ceil(across));
    let (width, height) = (area.width / across as u16, area.height / down as u16); // a few
    let points = transaction.curve.points();
    let times = (points.first().map_or(0, |point| point.at_micros), points.last().map_or(0, |point| point.at_micros));
    for (index, (quantity, values)) in reported.into_iter().take(across * down).enumerate() {
        let (column, row) = ((index % across) as u16, (index / across) as u16);
        let place = Rect { x: area.x + column * width + 1, y: area.y + row * height, width: width.saturating_sub(2), height };
        let picture = picture(app, transaction, quantity, &values, times);
        draw_chart(&picture, styles.base, styles.base.patch(styles.muted), app.ascii, place, buffer);
    }
}

/// The chart of one quantity, with the limit drawn over it where it is known in the same unit.
fn picture(
    app: &App,
    transaction: &SeenTransaction,
    quantity: MeterQuantity,
    values: &[(i64, f64)],
    (first, last): (i64, i64),
) -> ChartPicture {
    let styles = &app.theme.styles;
    let seconds = |micros: i64| (micros - first) as f64 / 1e6;
    let (name, unit): (&str, fn(f64) -> String) = match quantity {
        MeterQuantity::Current | MeterQuantity::CurrentOffered => ("current", units::current),
        MeterQuantity::Charge => ("state of charge", units::percent),
        MeterQuantity::Temperature => ("temperature", units::temperature),
        MeterQuantity::Energy => ("meter", units::energy),
        MeterQuantity::Power | MeterQuantity::PowerOffered => ("power", units::power),
    };
    let mut limit = limits(transaction, quantity);
    if let Some((_, in_force)) = limit.last().copied() {
        // It stays in force, and what is later than the chart is not drawn.
        limit.retain(|(at, _)| *at < last);
        limit.iter_mut().for_each(|(at, _)| *at = (*at).max(first));
        let at_end = limit.last().map_or(in_force, |(_, value)| *value);
        limit.push((last, at_end));
    }
    let all = values.iter().chain(&limit).map(|(_, value)| *value);
    let highest = all.clone().fold(f64::MIN, f64::max);
    let lowest = all.fold(f64::MAX, f64::min);
    let range = match quantity {
        MeterQuantity::Charge => (0.0, 100.0),
        MeterQuantity::Temperature | MeterQuantity::Energy => (lowest, highest),
        _ => (lowest.min(0.0), if highest > 0.0 { highest } else { 1.0 }),
    };
    // A little room, so that a line at the top can be distinguished from the edge.
    let is_of_rate = matches!(quantity, MeterQuantity::Power | MeterQuantity::Current);
    let top = if is_of_rate { range.1 * 1.05 } else { range.1 };
    let now = values.last().map_or(0.0, |(_, value)| *value);
    let mut title = vec![(name.to_owned(), styles.base.patch(styles.title)), (format!(" {}", unit(now)), styles.base)];
    if quantity == MeterQuantity::Power && transaction.curve.points().iter().all(|point| point.power.is_none()) {
        title.push((" from the meter".to_owned(), styles.base.patch(styles.muted)));
    }
    if let Some((_, value)) = limit.last() {
        title.push((format!("  limit {}", unit(*value)), styles.base.patch(styles.key)));
    }
    let line = |points: &[(i64, f64)], style, steps| ChartLine {
        points: points.iter().map(|(at, value)| (seconds(*at), *value)).collect(),
        style,
        steps,
    };
    ChartPicture {
        title,
        lines: vec![line(values, styles.good, false), line(&limit, styles.key, true)],
        times: (0.0, seconds(last)),
        values: (range.0, top),
        range: (unit(range.0), unit(range.1)),
        clock: ("0:00".to_owned(), units::clock(seconds(last).max(0.0) as u64)),
    }
}

/// The limit in the unit of a quantity: what the station reported, or else what it offered.
fn limits(transaction: &SeenTransaction, quantity: MeterQuantity) -> Vec<(i64, f64)> {
    let reported = transaction.limits.iter().filter_map(|(from, limit)| match (limit, quantity) {
        (ChargingLimit::Watts(limit), MeterQuantity::Power) | (ChargingLimit::Amperes(limit), MeterQuantity::Current) => {
            Some((*from, *limit))
        }
        _ => None,
    });
    let reported: Vec<_> = reported.collect();
    match quantity {
        MeterQuantity::Power if reported.is_empty() => transaction.curve.values(MeterQuantity::PowerOffered),
        MeterQuantity::Current if reported.is_empty() => transaction.curve.values(MeterQuantity::CurrentOffered),
        _ => reported,
    }
}
