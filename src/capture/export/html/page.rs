//! The page as a whole: its head, its style, and its parts in their order.

use std::io::{self, Write};

use super::charts::charts;
use super::ladder::ladder;
use super::markup::html_text;
use super::tables::{exchange_table, statistics_table};
use crate::capture::export::export_scope::{ExportScope, time_text};
use crate::capture::open_ocpp_trace::ExportCount;
use crate::trace::RecordKind;
use crate::trace::statistics::TrafficStatistics;

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5a6572;--line:#d5dae0;--paper:#fff;--block:#f4f6f8;--station:#0a5fb4;--central:#7a3aa8;--bad:#b3261e;--good:#2c7a3f}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa5b1;--line:#3a424c;--paper:#14181d;--block:#1d232a;--station:#6db3f2;--central:#c79bea;--bad:#ff8a80;--good:#7fd494}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1200px;padding:16px;font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.5em;margin:.2em 0}h2{font-size:1.15em;margin:1.6em 0 .5em;border-bottom:1px solid var(--line)}
nav a{margin-right:1em}a{color:var(--station)}
.soft{color:var(--soft)}.bad{color:var(--bad)}.good{color:var(--good)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.93em}
th,td{text-align:left;padding:3px 8px;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td:last-child{min-width:11em}td.n:last-child{min-width:0}
td.t{white-space:nowrap;font-variant-numeric:tabular-nums}
td.who{overflow-wrap:anywhere}td.who.short{white-space:nowrap}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:16px}
figure{margin:0;padding:8px;background:var(--block);border-radius:6px}
figcaption{font-size:.9em;color:var(--soft)}svg{width:100%;height:auto;display:block}
details{border-bottom:1px solid var(--line)}
summary{display:grid;grid-template-columns:7.5em 9em 1.6em minmax(8em,1fr) 2fr 5em;gap:8px;padding:3px 4px;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary>span{overflow-wrap:anywhere}
summary:hover{background:var(--block)}
.from{color:var(--station)}.to{color:var(--central)}
details.bad>summary{box-shadow:inset 3px 0 var(--bad)}
details>div{padding:4px 8px 10px}
pre{margin:4px 0;padding:8px;background:var(--block);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.88em}
@media(max-width:700px){body{padding:8px}summary{grid-template-columns:auto 1.2em 1fr auto;gap:4px 8px}summary .who{grid-column:1/-1;order:5}summary .what{grid-column:1/-1;order:6}
.wide table,.wide tbody{display:block}.wide tr:first-child{display:none}
.wide tr{display:flex;flex-wrap:wrap;gap:0 12px;padding:4px 0;border-bottom:1px solid var(--line)}
.wide td,.wide td:last-child{border:0;padding:0;min-width:0;overflow-wrap:anywhere}
.wide td[data-name]::before{content:attr(data-name) \" \";color:var(--soft)}
.wide td:empty,.wide td[data-name]:empty::before{display:none}.wide td.whole{width:100%}.wide td.head{font-weight:600}}
@media print{details>div{display:block}}
";

/// Writes the page.
pub(in crate::capture::export) fn write(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    let exchanges = scope.exchanges();
    let mut statistics = TrafficStatistics::default();
    let mut stations: Vec<_> = scope.records().filter_map(|record| record.station).collect();
    stations.sort_unstable();
    stations.dedup();
    for record in scope.records() {
        statistics.take(&record, scope.row(&record).map(|row| row.our_role), None);
    }
    let names: Vec<&str> = stations.iter().filter_map(|key| Some(&*scope.contents.stations().get(*key)?.identity)).collect();
    let title = match names[..] {
        [] => "OCPP record".to_owned(),
        [one] => format!("OCPP record of {one}"),
        _ => format!("OCPP record of {} stations", names.len()),
    };
    // Nothing of a message can load or run anything, whatever it says.
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title>{0}</title><style>{STYLE}</style></head><body>\n<h1>{0}</h1>\n",
        html_text(&title)
    )?;
    let (first, last) = (scope.records().next(), scope.records().last());
    if let (Some(first), Some(last)) = (first, last) {
        let faulty = exchanges.iter().filter(|exchange| exchange.is_faulty()).count();
        let tone = if faulty > 0 { "bad" } else { "good" };
        writeln!(
            out,
            "<p>{} records from {} to {} (UTC): {} exchanges, <span class=\"{tone}\">{faulty} with a fault</span>.</p>",
            scope.chosen.len(),
            time_text(first.wall_micros),
            time_text(last.wall_micros),
            exchanges.len()
        )?;
    }
    out.write_all(
        b"<nav><a href=\"#charts\">Charts</a><a href=\"#statistics\">Statistics</a><a href=\"#exchanges\">Exchanges</a>\
          <a href=\"#ladder\">Ladder</a></nav>\n",
    )?;
    charts(out, scope, &exchanges, &statistics)?;
    statistics_table(out, &statistics)?;
    exchange_table(out, scope, &exchanges)?;
    ladder(out, scope)?;
    let program = concat!("ocpp-tui ", env!("CARGO_PKG_VERSION"));
    writeln!(out, "<p class=\"soft\">Written by {program}.</p>\n</body></html>")?;
    let is_ping = |kind| matches!(kind, RecordKind::Ping(_) | RecordKind::Pong(_));
    let left_out = scope.records().filter(|record| is_ping(record.kind)).count() as u64;
    Ok(ExportCount { written: scope.chosen.len() as u64 - left_out, left_out })
}
