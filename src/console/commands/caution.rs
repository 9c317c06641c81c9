//! Which lines are asked about before they run: those that move something at a station that the line does not name, or at several, and
//! those for many stations. It decides and words the question; the front end asks it.

use super::context::{MeantStations, RunContext};
use super::send::SentText;
use super::stations::StationsCommand;
use super::{Command, parse};
use crate::console::syntax::glob;
use crate::console::syntax::grammar::Grammar;
use crate::console::syntax::target::Target;
use crate::ocpp::Role;
use crate::trace::{LinkState, StationRow, StationTable, station_names};

/// Actions with a physical effect.
const PHYSICAL: [&str; 9] = [
    "Reset",
    "UnlockConnector",
    "UpdateFirmware",
    "SignedUpdateFirmware",
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "RequestStartTransaction",
    "RequestStopTransaction",
    "RequestBatterySwap",
];
/// More stations than this are asked about, whatever the command.
const MANY: usize = 10;

/// Whether an action moves something at a station.
pub fn is_physical(action: &str) -> bool {
    PHYSICAL.contains(&action)
}

/// The question before a line is run; `None` when it can run at once, or is no command.
pub fn question(line: &str, grammar: &Grammar, stations: &StationTable, context: &RunContext) -> Option<String> {
    let command = parse(line, grammar).ok().flatten()?;
    let (what, moves, role, target) = match &command {
        Command::Call(call) => (call.action.as_str(), is_physical(&call.action), Some(call.initiator), &call.target),
        Command::Send(send) => {
            let (what, moves) = match &send.sent {
                SentText::Call { action, .. } => (action.as_str(), is_physical(action)),
                SentText::Frame { .. } => ("This text", false),
                SentText::Ping => ("A WebSocket ping", false),
            };
            (what, moves, Some(send.initiator), &send.target)
        }
        Command::Stations(StationsCommand::Disconnect { role, target }) => ("Disconnect", true, *role, target),
        _ => return None,
    };
    let connected = |row: &StationRow| row.state == LinkState::Connected;
    let meant = context.resolve(role, target, stations, connected).ok()?;
    let asked = meant.keys.len() > MANY || (moves && is_loose(target, &meant));
    let selected = if meant.selected { " (selected)" } else { "" };
    let way = match role {
        _ if matches!(command, Command::Stations(_)) => " ",
        Some(Role::ChargePoint) => " from ",
        Some(Role::CentralSystem) | None => " to ",
    };
    asked.then(|| format!("{what}{way}{}{selected}?", station_names(&meant.keys, stations)))
}

/// Whether the line does not name each station itself. A pattern or a group of one station is as good as its name.
fn is_loose(target: &Target, meant: &MeantStations) -> bool {
    match target {
        Target::TheOnly => meant.selected,
        Target::These(names) => {
            // more stations than names: one is a group
            meant.keys.len() > 1 && (meant.keys.len() > names.len() || names.iter().any(|name| glob::is_pattern(name)))
        }
        Target::All | Target::Marked | Target::Filtered => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::test_console::{grammar, stations};
    use crate::trace::StationKey;

    /// CP1, CP2 and "a,b" are connected to our central system, CP9 is gone; SIM is ours.
    fn asked(line: &str, selected: Option<u32>) -> Option<String> {
        let context = RunContext {
            selected: selected.map(StationKey),
            marked: vec![StationKey(1)],
            filtered: vec![StationKey(0), StationKey(1)],
            ..RunContext::default()
        };
        question(line, grammar(), &stations(), &context)
    }

    #[test]
    fn what_moves_something_at_a_station_that_is_not_named_asks() {
        for (line, selected, expected) in [
            ("remote_reset", Some(1), Some("Reset to CP2 (selected)?")),
            ("remote_reset type=Hard", None, None),
            ("remote_getconfiguration", Some(1), None),
            ("remote_reset --remote-id CP1", Some(1), None),
            ("remote_reset --remote-id CP1,CP2", None, None),
            ("remote_reset @all type=Hard", None, Some("Reset to 3 stations (a,b, CP1, CP2)?")),
            ("Reset @all", None, Some("Reset to 3 stations (a,b, CP1, CP2)?")),
            ("remote_reset --remote-id CP* type=Hard", None, Some("Reset to 2 stations (CP1, CP2)?")),
            ("remote_reset --remote-id a*", None, None),
            ("remote_starttransaction @marked idTag=A", None, Some("RemoteStartTransaction to CP2?")),
            ("remote_requeststoptransaction", Some(1), Some("RequestStopTransaction to CP2 (selected)?")),
            ("remote_reset @filter", None, Some("Reset to 2 stations (CP1, CP2)?")),
            ("remote_send -n Reset -p {}", Some(0), Some("Reset to CP1 (selected)?")),
            ("disconnect", Some(0), Some("Disconnect CP1 (selected)?")),
            ("disconnect CP1", None, None),
            ("heartbeat @all", None, None),
            ("heartbeat", Some(1), None),
            ("reset all", None, None),
            ("", None, None),
        ] {
            assert_eq!(asked(line, selected).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn more_than_ten_stations_ask_whatever_is_sent() {
        let row = |key: u32| StationRow {
            state: LinkState::Connected,
            ..StationRow::new(StationKey(key), &format!("CP{key}"), Role::CentralSystem)
        };
        let ask =
            |count: u32, line: &str| question(line, grammar(), &StationTable::of((0..count).map(row)), &RunContext::default());
        assert_eq!(ask(10, "remote_getconfiguration @all"), None);
        let names = "12 stations (CP0, CP1, CP2, …)";
        assert_eq!(ask(12, "remote_getconfiguration @all"), Some(format!("GetConfiguration to {names}?")));
        assert_eq!(ask(12, "remote_send_raw -e x --remote-id CP*"), Some(format!("This text to {names}?")));
        assert_eq!(ask(12, "disconnect @all"), Some(format!("Disconnect {names}?")));
    }
}
