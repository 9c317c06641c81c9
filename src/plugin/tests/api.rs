//! The API beyond ocppjs.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use super::test_session::{HostCall, World, printed};
use crate::behaviour::{Answer, CallResult, FilterDecision, PhysicalAction, PhysicalActionError, PowerLossStop};
use crate::link::InspectionVerdict;
use crate::ocpp::{ErrorCode, Role, Version};
use crate::plugin::{PluginState, StationInfo, TYPES};
use crate::trace::{Direction, StationKey};

#[test]
fn a_call_is_awaited_and_resolves_or_rejects() {
    let world = World::new(Role::CentralSystem);
    world.runs(
        "calls",
        "(async () => {
            const result = await cs.call('Reset', { type: 'Soft' });
            plugin.log('it is ' + result.status);
            try { await cs.station('CP1').call('ClearCache'); } catch (error) { plugin.log(`${error.name} ${error.code} ${error.description}`); }
            try { await cs.call('ClearCache'); } catch (error) { plugin.log(error.message); }
            try { await cp.call('Heartbeat'); } catch (error) { plugin.log(error.message); }
            try { cs.station('CP2'); } catch (error) { plugin.log(error.message); }
        })();",
    );
    assert_eq!(world.serve("Reset", CallResult::Result(json!({"status": "Accepted"}))), json!({"type": "Soft"}));
    world.wait_for_line("it is Accepted");
    let refused = CallResult::Error { code: "InternalError".into(), description: "no".into() };
    assert_eq!(world.serve("ClearCache", refused), json!({}));
    world.wait_for_line("CallError InternalError no");
    world.serve("ClearCache", CallResult::Timeout);
    world.wait_for_line("ClearCache: Timeout");
    world.wait_for_line("Heartbeat: NotSent: no charge point is connected");
    world.wait_for_line("there is no charge point at our central system called CP2");
    assert_eq!(world.detail("calls").errors, 0);
}

#[test]
fn a_call_whose_link_is_lost_rejects() {
    let world = World::new(Role::ChargePoint);
    world.runs("calls", "cp('CP1').call('Heartbeat').catch((error) => plugin.log(error.code));");
    let (_, payload, then) = world.called();
    assert_eq!(payload, json!({}));
    drop(then);
    world.wait_for_line("Lost");
}

#[test]
fn hands_act_at_a_machine_and_hear_why_not() {
    let world = World::new(Role::ChargePoint);
    world.stations(|stations| {
        stations[0].connected = false;
        let behind = StationInfo { key: StationKey(8), our_role: Role::CentralSystem, ..stations[0].clone() };
        let foreign = StationInfo { key: StationKey(9), identity: "OTHER".into(), ..behind.clone() };
        stations.extend([behind, foreign]);
    });
    world.runs(
        "visitor",
        "(async () => {
            await cp('CP1').hands.plug(2);
            try { await cs.station('CP1').hands.present('TAG'); } catch (error) { plugin.log('no: ' + error.message); }
            try { await cs.station('OTHER').hands.unplug(); } catch (error) { plugin.log('no: ' + error.message); }
            try { await cp.hands.ev('dance'); } catch (error) { plugin.log('no: ' + error.message); }
            try { await cp.hands.limit({ wine: 1 }); } catch (error) { plugin.log('no: ' + error.message); }
            await cp.hands.powerOff({ stop: 'before' });
            plugin.log('done');
        })();",
    );
    let (station, action, then) = world.acted();
    assert_eq!((station, action.to_string().as_str()), (StationKey(7), "plug connector=2"));
    then.notify(Ok(()));
    let (station, action, then) = world.acted();
    assert_eq!((station, action), (StationKey(7), PhysicalAction::Present { id_tag: "TAG".into(), connector: None }));
    then.notify(Err(PhysicalActionError::ReaderBusy));
    world.wait_for_line("no: the reader waits for the answer about a card");
    world.wait_for_line("no: there is no simulated charge point behind OTHER");
    world.wait_for_line("no: what the car does is one of suspend, ready, full, not dance");
    world.wait_for_line("no: ");
    let (_, action, then) = world.acted();
    assert_eq!(action, PhysicalAction::PowerOff { stop: PowerLossStop::Before });
    then.notify(Ok(()));
    world.wait_for_line("done");
    assert_eq!(world.detail("visitor").errors, 0);
}

#[test]
fn a_command_with_a_name_of_the_program_is_called_by_its_plugin() {
    let world = World::new(Role::ChargePoint);
    world.plugins.reserve(["park".to_owned()]);
    let loaded = world.load("visitor", "plugin.command('park', { help: 'x' }, ([bay]) => console.log('bay ' + bay));");
    assert_eq!(printed(&loaded), ["[visitor] park is a command of the program; type visitor.park for the one of the plugin."]);
    assert_eq!(printed(&world.line("visitor.park 3")), ["bay 3"]);
    assert!(!world.line("park 3").consumed);
    assert_eq!(world.plugins.commands()[0].name, "visitor.park");
}

#[test]
fn answers_may_be_errors_silence_and_late() {
    let world = World::new(Role::ChargePoint);
    world.runs(
        "answers",
        "plugin.onCall('Reset', () => ocpp.error('InternalError', 'on purpose'));
         plugin.onCall('ClearCache', () => ocpp.silence());
         plugin.onCall('UnlockConnector', () => ocpp.delay(1500, { status: 'Late' }));
         plugin.onCall('TriggerMessage', () => ocpp.delay(100));
         plugin.onCall('GetConfiguration', async (call, { usual }) => { await ocpp.sleep(1); return { ...usual, slept: call.key }; });
         plugin.onCall('*', (call, { action }) => ({ status: action }));",
    );
    let description = "on purpose".to_owned();
    assert_eq!(world.answer("Reset", &json!({})), Answer::Error { code: ErrorCode::InternalError, description });
    assert_eq!(world.answer("ClearCache", &json!({})), Answer::Silence);
    let late = |millis, payload| Answer::Delayed(Duration::from_millis(millis), Box::new(Answer::result(payload)));
    assert_eq!(world.answer("UnlockConnector", &json!({})), late(1500, json!({"status": "Late"})));
    assert_eq!(world.answer("TriggerMessage", &json!({})), late(100, json!({"status": "Accepted"})));
    let slept = json!({"status": "Accepted", "slept": ["A"]});
    assert_eq!(world.answer("GetConfiguration", &json!({"key": ["A"]})), Answer::result(slept));
    assert_eq!(world.answer("ReserveNow", &json!({})), Answer::result(json!({"status": "ReserveNow"})));
}

#[test]
fn a_call_without_a_handler_is_answered_at_once() {
    let world = World::new(Role::ChargePoint);
    world.runs("one", "plugin.onCall('Reset', () => {});");
    assert_eq!(world.peer_calls("ClearCache", &json!({})), FilterDecision::Keep);
    assert!(matches!(world.peer_calls("Reset", &json!({})), FilterDecision::Wait { .. }));
}

#[test]
fn commands_come_with_help_and_go_with_the_plugin() {
    let world = World::new(Role::ChargePoint);
    world.runs(
        "commands",
        "plugin.command('park', { help: 'take a place', complete: ['A', 'B'] }, (words) => console.log('parked', words, 1));
         plugin.command('no good', () => {});
         plugin.command('fails', () => { throw new Error('in the command'); });",
    );
    world.wait_for_line("is no name of a command");
    let commands = world.plugins.commands();
    assert_eq!(commands.iter().map(|command| &*command.name).collect::<Vec<_>>(), ["park", "fails"]);
    assert_eq!((&*commands[0].help, &commands[0].complete[..]), ("take a place", &["A".to_owned(), "B".to_owned()][..]));
    let reply = world.line("park A 'B C'");
    assert_eq!((printed(&reply), reply.consumed), (vec![r#"parked ["A","B C"] 1"#], true));
    assert!(world.line("fails").consumed);
    world.wait_for_line("command fails: Error: in the command");
    assert!(!world.line("stations").consumed);
    world.unload("commands");
    assert!(!world.line("park A").consumed && world.plugins.commands().is_empty());
}

#[test]
fn state_is_kept_per_station_and_marks_stand_at_it() {
    let world = World::new(Role::CentralSystem);
    world.runs(
        "state",
        "plugin.onCall('Heartbeat', function () {
            this.state.beats = (this.state.beats || 0) + 1;
            this.mark(`${this.id} ${this.role} ${this.version} ${this.connected} ${this.state.beats} ${cs.station('CP1').state.beats}`);
         });",
    );
    for beats in 1..=2 {
        world.answer("Heartbeat", &json!({}));
        let (station, text) = world.wait(|received| match received {
            HostCall::Line { station, failure: false, text } => Ok((station, text)),
            other => Err(other),
        });
        assert_eq!((station, text), (Some(StationKey(7)), format!("[state] CP1 cs 1.6 true {beats} {beats}")));
    }
}

#[test]
fn one_of_several_stations_must_be_named() {
    let world = World::new(Role::ChargePoint);
    world.stations(|stations| {
        let other =
            StationInfo { key: StationKey(8), identity: "CP2".into(), version: Some(Version::V1_5), ..stations[0].clone() };
        stations.push(other);
        stations.push(StationInfo { key: StationKey(9), identity: "CP3".into(), connected: false, ..stations[0].clone() });
    });
    world.runs(
        "calls",
        "console.log(ocpp.stations().map((one) => one.id), cp.stations().length, cs.stations().length);
         cp.call('Heartbeat').catch((error) => plugin.log(error.message));
         cp('CP3').call('Heartbeat').catch((error) => plugin.log(error.message));
         cp('CP2').call('Heartbeat');",
    );
    world.wait_for_line("more than one charge point is connected; name one");
    world.wait_for_line("CP3 is not connected");
    world.wait(|received| match received {
        HostCall::Called { station: StationKey(8), .. } => Ok(()),
        other => Err(other),
    });
}

#[test]
fn settings_are_kept_for_the_next_time() {
    let world = World::new(Role::ChargePoint);
    let body = "settings.set('count', settings.get('count', 0) + 1); console.log(settings.all(), plugin.settings === settings);
                try { settings.set('big', 'x'.repeat(2000000)); } catch (error) { console.log(error.message); }";
    for count in 1..=2 {
        let reply = world.load("keeper", body);
        assert_eq!(printed(&reply)[0], format!(r#"{{"count":{count}}} true"#));
        assert!(printed(&reply)[1].contains("1 MiB"));
    }
    let file = world.folder.path().join("state/keeper.json");
    assert_eq!(std::fs::read_to_string(file).unwrap(), r#"{"count":2}"#);
}

#[test]
fn timers_run_repeat_and_stop() {
    let world = World::new(Role::ChargePoint);
    world.runs(
        "timers",
        "let turns = 0;
         const ticking = setInterval((word) => { plugin.log(word + ++turns); if (turns === 3) { clearInterval(ticking); } }, 1, 'turn ');
         const never = setTimeout(() => plugin.log('never'), 1);
         clearTimeout(never); clearTimeout(undefined); clearTimeout(99999);
         setTimeout(() => { throw new Error('in the timer'); });",
    );
    world.wait_for_line("turn 3");
    assert!(world.wait_for_line("in the timer").contains("timers.js:6"));
    assert_eq!(world.detail("timers").timers, 0);
    world.runs("timers", "setInterval(() => {}, 1000);");
    assert_eq!(world.detail("timers").timers, 1);
    world.unload("timers");
    assert_eq!(world.detail("timers").timers, 0);
}

#[test]
fn a_changed_file_is_loaded_again_when_it_is_watched() {
    let world = World::new(Role::ChargePoint);
    world.configure(|options| options.watch = true);
    world.runs("watched", "plugin.log('first');");
    world.wait_for_line("first");
    let file = world.folder.path().join("watched.js");
    world.write("watched", "exports.onLoad = function () { this.log('second'); };");
    let later = std::time::SystemTime::now() + Duration::from_secs(5);
    std::fs::File::options().write(true).open(file).unwrap().set_modified(later).unwrap();
    world.wait_for_line("second");
    world.wait_for_line("[watched] was loaded again");
    assert_eq!(world.detail("watched").state, PluginState::Loaded);
}

#[test]
fn frames_can_be_changed_and_dropped() {
    let world = World::new(Role::ChargePoint);
    assert_eq!(world.frame(Direction::In, "[]"), InspectionVerdict::Pass);
    world.runs("first", "plugin.onIncoming((text) => text.includes('drop') ? null : text.replace('a', 'b'));");
    world.runs(
        "second",
        "plugin.onIncoming((text) => { if (text === 'b') return [1, text]; if (text === 'c') throw new Error('no'); });",
    );
    assert_eq!(world.frame(Direction::In, "a"), InspectionVerdict::Change(r#"[1,"b"]"#.into()));
    assert_eq!(world.frame(Direction::In, "drop"), InspectionVerdict::Drop);
    assert_eq!(world.frame(Direction::In, "c"), InspectionVerdict::Change("c".into()));
    world.wait_for_line("[second] onIncoming: Error: no");
    assert_eq!(world.frame(Direction::Out, "a"), InspectionVerdict::Pass);
}

/// The functions of the declarations: a name with its interface.
fn declared() -> BTreeSet<(String, String)> {
    let (mut found, mut interface) = (BTreeSet::new(), String::new());
    for line in TYPES.lines() {
        if let Some(rest) = line.strip_prefix("interface ") {
            interface = rest.split([' ', '{']).next().unwrap().to_owned();
        } else if let Some((name, _)) = line.strip_prefix("  ").and_then(|line| line.split_once(['(', ':', '?'])) {
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if is_name {
                found.insert((interface.clone(), name.to_owned()));
            }
        }
    }
    found
}

#[test]
fn everything_that_is_declared_exists_and_is_documented() {
    let world = World::new(Role::ChargePoint);
    let places = [
        ("Plugin", "plugin"),
        ("LaterCalls", "plugin.cs"),
        ("Station", "cp('CP1')"),
        ("Hands", "cp.hands"),
        ("Settings", "settings"),
        ("Ocpp", "ocpp"),
        ("ChargePoints", "cp"),
        ("CentralSystem", "cs"),
        ("ParsedLine", "plugin.parse('a b=c')"),
        ("CallError", "new CallError('A', 'B', 'C')"),
    ];
    let declared = declared();
    assert!(declared.len() > 40, "{declared:?}");
    let mut body = String::new();
    for (interface, name) in &declared {
        if let Some((_, place)) = places.iter().find(|(known, _)| known == interface) {
            body.push_str(&format!("if (!('{name}' in {place})) console.log('{interface}.{name}');\n"));
        }
    }
    assert_eq!(printed(&world.load("declared", &body)), Vec::<&str>::new());
    let documentation = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/plugins.md")).unwrap();
    for line in TYPES.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with('/')) {
        let cell = format!("| `{}` |", line.trim_end_matches(';').replace('|', "\\|"));
        assert!(documentation.contains(&cell), "docs/plugins.md has no row {cell}");
    }
}
