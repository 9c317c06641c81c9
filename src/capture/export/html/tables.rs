//! The tables of the page: what was counted, and the exchanges.

use std::io::{self, Write};

use super::markup::html_text;
use crate::capture::export::export_scope::{ExportScope, ExportedExchange, time_text};
use crate::ocpp::Role;
use crate::trace::exchange_meaning;
use crate::trace::statistics::TrafficStatistics;

/// A name that is no longer, in bytes, stays on its line.
const SHORT_NAME: usize = 24;

/// Writes a row for each action.
pub(super) fn statistics_table(out: &mut impl Write, statistics: &TrafficStatistics) -> io::Result<()> {
    out.write_all(
        b"<h2 id=\"statistics\">Statistics</h2>\n<div class=\"wide\"><table><tr><th>action</th><th>called by</th><th class=\"n\">calls\
          </th><th class=\"n\">results</th><th class=\"n\">errors</th><th class=\"n\">timeouts</th><th class=\"n\">invalid</th>\
          <th class=\"n\">median ms</th><th class=\"n\">95 % ms</th><th class=\"n\">longest ms</th></tr>\n",
    )?;
    let mut actions: Vec<_> =
        statistics.actions().iter().map(|action| (&*action.action, Some(action.initiator), &action.calls)).collect();
    actions.sort_by(|one, other| other.2.calls.cmp(&one.2.calls).then(one.0.cmp(other.0)));
    actions.push(("all", None, statistics.all()));
    for (action, initiator, calls) in actions {
        let initiator = match initiator {
            Some(Role::ChargePoint) => "charge point",
            Some(Role::CentralSystem) => "central system",
            None => "",
        };
        let millis = |micros: Option<u64>| micros.map_or_else(String::new, |micros| format!("{:.1}", micros as f64 / 1e3));
        let bad = |count: u64| if count > 0 { " bad" } else { "" };
        writeln!(
            out,
            "<tr><td class=\"head\">{}</td><td>{initiator}</td><td class=\"n\" data-name=\"calls\">{}</td>\
             <td class=\"n\" data-name=\"results\">{}</td><td class=\"n{}\" data-name=\"errors\">{}</td>\
             <td class=\"n{}\" data-name=\"timeouts\">{}</td><td class=\"n{}\" data-name=\"invalid\">{}</td>\
             <td class=\"n\" data-name=\"median ms\">{}</td><td class=\"n\" data-name=\"95 % ms\">{}</td>\
             <td class=\"n\" data-name=\"longest ms\">{}</td></tr>",
            html_text(action),
            calls.calls,
            calls.results,
            bad(calls.errors),
            calls.errors,
            bad(calls.timeouts),
            calls.timeouts,
            bad(calls.invalid),
            calls.invalid,
            millis(calls.latency.quantile(0.5)),
            millis(calls.latency.quantile(0.95)),
            millis(calls.latency.longest()),
        )?;
    }
    out.write_all(b"</table></div>\n")
}

/// Writes a row for each exchange, with a link to its call in the ladder.
pub(super) fn exchange_table(
    out: &mut impl Write,
    scope: &ExportScope<'_>,
    exchanges: &[ExportedExchange<'_>],
) -> io::Result<()> {
    out.write_all(
        b"<h2 id=\"exchanges\">Exchanges</h2>\n<div class=\"wide\"><table><tr><th>time</th><th>station</th><th></th><th>action</th>\
          <th>outcome</th><th class=\"n\">ms</th><th>meaning</th></tr>\n",
    )?;
    for exchange in exchanges {
        let ExportedExchange { call, answer } = exchange;
        let identity = scope.identity(call);
        let time = time_text(call.wall_micros);
        let clock = time.get(11..23).unwrap_or(&time);
        let latency = answer.and_then(|answer| answer.latency);
        let latency = latency.map_or_else(String::new, |latency| format!("{:.1}", latency.as_secs_f64() * 1e3));
        let (arrow, side) = if scope.is_from_station(call) { ("→", "from") } else { ("←", "to") };
        writeln!(
            out,
            "<tr><td class=\"t\"><a href=\"#r{}\" title=\"{time}\">{clock}</a></td><td class=\"who{}\">{}</td>\
             <td class=\"{side}\">{arrow}</td><td class=\"head\">{}</td><td class=\"{}\">{}</td><td class=\"n\" data-name=\"ms\">{latency}</td>\
             <td class=\"whole\">{}</td></tr>",
            call.sequence,
            if identity.len() <= SHORT_NAME { " short" } else { "" },
            html_text(identity),
            html_text(call.action.unwrap_or_default()),
            if exchange.is_faulty() { "bad" } else { "" },
            html_text(&exchange.outcome()),
            html_text(exchange_meaning(call, answer.as_ref()).as_str()),
        )?;
    }
    out.write_all(b"</table></div>\n")
}
