//! The charts of the page as SVG in it: messages over time, how long answers took, and the power of transactions.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::markup::html_text;
use crate::capture::export::export_scope::{ExportScope, ExportedExchange, time_text};
use crate::trace::RecordKind;
use crate::trace::station_summary::StationSummaries;
use crate::trace::statistics::TrafficStatistics;
use crate::trace::transactions::{MeterQuantity, SeenTransaction};

const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 140.0;
/// Room for the words below and beside a chart.
const BELOW: f64 = 18.0;
/// The time is divided into so many parts.
const PARTS: usize = 60;
/// The transactions with most points are drawn.
const MOST: usize = 6;

/// Writes the charts for which there is something to draw.
pub(super) fn charts(
    out: &mut impl Write,
    scope: &ExportScope<'_>,
    exchanges: &[ExportedExchange<'_>],
    statistics: &TrafficStatistics,
) -> io::Result<()> {
    out.write_all(b"<h2 id=\"charts\">Charts</h2>\n<div class=\"charts\">\n")?;
    if let Some(chart) = messages(scope, exchanges) {
        out.write_all(chart.as_bytes())?;
    }
    if statistics.all().latency.total() > 0 {
        out.write_all(latencies(statistics).as_bytes())?;
    }
    let mut summaries = StationSummaries::default();
    summaries.catch_up(scope.contents, u64::MAX);
    let is_meant = |transaction: &&SeenTransaction| {
        let chosen = scope.chosen.partition_point(|sequence| *sequence < transaction.first);
        scope.chosen.get(chosen).is_some_and(|sequence| *sequence <= transaction.last)
    };
    let mut transactions: Vec<_> = summaries.transactions().iter().filter(is_meant).collect();
    transactions.retain(|transaction| transaction.curve.values(MeterQuantity::Power).len() > 1);
    transactions.sort_by_key(|transaction| std::cmp::Reverse(transaction.curve.points().len()));
    for transaction in transactions.into_iter().take(MOST) {
        out.write_all(power(transaction, scope).as_bytes())?;
    }
    out.write_all(b"</div>\n")
}

fn figure(caption: &str, body: &str, from: &str, to: &str) -> String {
    let (caption, bottom) = (html_text(caption), HEIGHT + BELOW);
    format!(
        "<figure><svg viewBox=\"0 0 {WIDTH} {bottom}\" role=\"img\" aria-label=\"{caption}\" font-size=\"11\" fill=\"currentColor\">\
         {body}<line x1=\"0\" y1=\"{HEIGHT}\" x2=\"{WIDTH}\" y2=\"{HEIGHT}\" stroke=\"currentColor\" stroke-opacity=\".4\"/>\
         <text x=\"0\" y=\"{0}\">{1}</text><text x=\"{WIDTH}\" y=\"{0}\" text-anchor=\"end\">{2}</text></svg>\
         <figcaption>{caption}</figcaption></figure>\n",
        HEIGHT + 13.0,
        html_text(from),
        html_text(to)
    )
}

fn clock(micros: i64) -> String {
    let text = time_text(micros);
    text.get(11..19).unwrap_or(&text).to_owned()
}

/// Bars of messages, with those of exchanges that went wrong.
fn messages(scope: &ExportScope<'_>, exchanges: &[ExportedExchange<'_>]) -> Option<String> {
    let times = |record: crate::trace::Record<'_>| matches!(record.kind, RecordKind::Frame(..)).then_some(record.wall_micros);
    let (from, to) = (scope.records().filter_map(times).min()?, scope.records().filter_map(times).max()?);
    let span = (to - from).max(1);
    let part = |micros: i64| ((i128::from(micros - from) * PARTS as i128 / (i128::from(span) + 1)) as usize).min(PARTS - 1);
    let (mut all, mut bad) = ([0_u32; PARTS], [0_u32; PARTS]);
    scope.records().filter_map(times).for_each(|at| all[part(at)] += 1);
    exchanges.iter().filter(|it| it.is_faulty()).filter_map(|it| times(it.call)).for_each(|at| {
        if (from..=to).contains(&at) {
            bad[part(at)] += 1;
        }
    });
    let most = f64::from(all.iter().copied().max().unwrap_or(1).max(1));
    let width = WIDTH / PARTS as f64;
    let mut body = String::new();
    for (counts, colour) in [(all, "var(--station)"), (bad, "var(--bad)")] {
        for (at, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            let height = f64::from(count) / most * (HEIGHT - 12.0);
            let _ = write!(
                body,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"{colour}\"><title>{count}</title></rect>",
                at as f64 * width,
                HEIGHT - height,
                width - 1.0
            );
        }
    }
    let _ = write!(body, "<text x=\"0\" y=\"10\">{most}</text>");
    Some(figure("Messages over time; red: calls that went wrong", &body, &clock(from), &clock(to)))
}

/// Bars of answers by how long they took, in powers of two.
fn latencies(statistics: &TrafficStatistics) -> String {
    let octaves = statistics.all().latency.octaves();
    let most = octaves.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1) as f64;
    let width = WIDTH / octaves.len().max(1) as f64;
    let mut body = String::new();
    for (at, (from, count)) in octaves.iter().enumerate() {
        let height = *count as f64 / most * (HEIGHT - 12.0);
        let _ = write!(
            body,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"var(--central)\">\
             <title>from {} ms: {count}</title></rect>",
            at as f64 * width,
            HEIGHT - height,
            (width - 1.0).max(1.0),
            *from as f64 / 1e3
        );
    }
    let _ = write!(body, "<text x=\"0\" y=\"10\">{most}</text>");
    let millis = |at: Option<&(u64, u64)>| at.map_or_else(String::new, |(from, _)| format!("{} ms", *from as f64 / 1e3));
    figure("How long answers took", &body, &millis(octaves.first()), &millis(octaves.last()))
}

/// The power of a transaction over time.
fn power(transaction: &SeenTransaction, scope: &ExportScope<'_>) -> String {
    let values = transaction.curve.values(MeterQuantity::Power);
    let (from, to) = (values.first().map_or(0, |value| value.0), values.last().map_or(1, |value| value.0));
    let most = values.iter().map(|value| value.1).fold(1.0, f64::max);
    let span = (to - from).max(1) as f64;
    let points: Vec<String> = values
        .iter()
        .map(|(at, watts)| {
            let (x, y) = ((at - from) as f64 / span * WIDTH, HEIGHT - watts.max(0.0) / most * (HEIGHT - 12.0));
            format!("{x:.1},{y:.1}")
        })
        .collect();
    let body = format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"var(--good)\" stroke-width=\"2\"/><text x=\"0\" y=\"10\">{:.1} kW</text>",
        points.join(" "),
        most / 1e3
    );
    let identity = scope.contents.stations().get(transaction.station).map_or("", |row| &row.identity);
    let id = transaction.id.as_deref().unwrap_or("without an id");
    figure(&format!("Power of transaction {id} of {identity}"), &body, &clock(from), &clock(to))
}
