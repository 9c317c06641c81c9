//! The lines above the first statement: the source of the scenario, the command that runs it, its name and timeout.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::link::ScriptLink;
use super::literal::quoted;
use super::{ScriptTitle, TYPES_FILE};
use crate::ocpp::Role;
use crate::sanitize::escape_control;

/// The limit of stations in a list of names.
const NAMED: usize = 3;

/// The default timeout of a scenario, in milliseconds.
const TIMEOUT: i64 = 60_000;

/// Returns the lines above the statements. `micros` is the start of the recording since 1970; `waits` is the sum of the
/// long timeouts of its expectations, in milliseconds.
pub(super) fn heading(title: ScriptTitle<'_>, links: &[&ScriptLink], micros: i64, waits: i64) -> String {
    let date = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC).date();
    let described = |link: &&ScriptLink| {
        let version = link.version.map_or_else(String::new, |version| format!(" (OCPP {version})"));
        format!("{}{version}", escape_control(&link.identity))
    };
    let names: Vec<String> = links.iter().map(|link| link.identity.to_string()).collect();
    let described = listed(links.iter().map(described).collect());
    let (program, file) = (env!("CARGO_PKG_VERSION"), escape_control(title.file));
    let against: Vec<&str> =
        [(Role::CentralSystem, "a charge point: --listen PORT"), (Role::ChargePoint, "a central system: --url URL")]
            .into_iter()
            .filter_map(|(our_role, how)| links.iter().any(|link| link.our_role == our_role).then_some(how))
            .collect();
    // The timeout is written only when the default one may be too short.
    let about = if waits > TIMEOUT / 2 { format!("{{ timeout: {} }}, ", TIMEOUT + waits) } else { String::new() };
    format!(
        "/// <reference path=\"./{TYPES_FILE}\" />\n\
         // Recorded with ocpp-tui {program} on {date} from {described}.\n\
         // Play it with both sides simulated: ocpp-tui test {file} --virtual-time. Against {}.\n\
         scenario({}, {about}async () => {{",
        against.join(", against "),
        quoted(&format!("{} at {}", title.name, listed(names)))
    )
}

/// `A, B and 2 more`.
fn listed(mut names: Vec<String>) -> String {
    if names.len() > NAMED {
        let more = names.len() - (NAMED - 1);
        names.truncate(NAMED - 1);
        names.push(format!("{more} more"));
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}
