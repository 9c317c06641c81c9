//! Lines and the commands they mean, and every error of the language.

use std::time::Duration;

use crate::console::commands::*;
use crate::console::test_console::grammar;
use crate::console::{Assignment, CommandError, PayloadEdit, PayloadStep, Spanned, Target, UsageFault};
use crate::hub::{AccessOptions, CentralSystemOptions};
use crate::link::{SubprotocolOrder, SubprotocolPolicy, UnknownProtocol};
use crate::ocpp::{ErrorCode, Role, Transport, Version};

fn command(line: &str) -> Command {
    parse(line, grammar()).unwrap_or_else(|error| panic!("{line}: {error}")).unwrap()
}

fn error(line: &str) -> CommandError {
    parse(line, grammar()).map(|command| panic!("{line}: {command:?}")).unwrap_err()
}

fn these(names: &[&str]) -> Target {
    Target::These(names.iter().map(ToString::to_string).collect())
}

fn assign(path: &str, value: &str) -> PayloadStep {
    PayloadStep::Assign(Assignment { path: Spanned::new(path.to_owned(), 0..0), value: Spanned::new(value.to_owned(), 0..0) })
}

fn call(initiator: Role, action: &str, target: Target, steps: Vec<PayloadStep>, force: bool) -> Command {
    Command::Call(CallCommand { initiator, action: action.to_owned(), target, payload: PayloadEdit { steps }, force })
}

#[test]
fn starting() {
    let central_system = |port, endpoint: &str, versions: &[Version], ping_interval| CentralSystemOptions {
        first_transaction: None,
        access: AccessOptions::default(),
        host: None,
        port,
        endpoint: endpoint.to_owned(),
        versions: versions.to_vec(),
        ping_interval,
        subprotocols: SubprotocolPolicy { order: SubprotocolOrder::Offered, ..SubprotocolPolicy::default() },
        transports: vec![Transport::WebSocket],
        ..CentralSystemOptions::default()
    };
    for (line, options) in [
        ("start_cs 9000", central_system(9000, "/", &[Version::V1_2, Version::V1_5], 0)),
        (
            "start_cs 9000 -p OCPP1.6,ocpp1.5 -u /simulator -i 300 -t websocket",
            central_system(9000, "/simulator", &[Version::V1_6, Version::V1_5], 300),
        ),
        ("start_cs 0 -i 3 -i 4", central_system(0, "/", &[Version::V1_2, Version::V1_5], 4)),
    ] {
        assert_eq!(command(line), Command::Start(StartSimulator::CentralSystem(options)), "{line}");
    }
    for line in ["start_cs 9000 --tolerate-subprotocol", "start_cs 9000 --tolerate-subprotocol --unknown-protocol refuse"] {
        let Command::Start(StartSimulator::CentralSystem(options)) = command(line) else { panic!() };
        let unknown = if line.ends_with("refuse") { UnknownProtocol::Refuse } else { UnknownProtocol::Close };
        assert_eq!(options.subprotocols, SubprotocolPolicy { tolerant: true, unknown, order: SubprotocolOrder::Offered });
        assert_eq!(command(line).to_string(), line);
    }
    let line = "start_cs 9000 --first-transaction 100";
    assert_eq!(command(line).to_string(), line);
    assert!(
        matches!(command(line), Command::Start(StartSimulator::CentralSystem(options)) if options.first_transaction == Some(100))
    );
    for wrong in ["0", "-1", "x", "2147483648"] {
        assert!(parse(&format!("start_cs 9000 --first-transaction {wrong}"), grammar()).is_err(), "{wrong}");
    }
    let Command::Start(StartSimulator::ChargePoint(options)) = command("start_cp ws://localhost:9000 0") else { panic!() };
    assert_eq!((options.version, options.autonomous, options.soap), (Version::V1_5, false, None));
    for flag in ["--autonomous", "--lively"] {
        let autonomous = command(&format!("start_cp ws://localhost:9000 0 {flag}"));
        assert_eq!(autonomous.to_string(), "start_cp ws://localhost:9000 0 --autonomous");
        assert!(matches!(autonomous, Command::Start(StartSimulator::ChargePoint(options)) if options.autonomous));
    }
}

#[test]
fn calls() {
    use Role::{CentralSystem, ChargePoint};

    let only = || Target::TheOnly;
    for (line, expected) in [
        ("heartbeat", call(ChargePoint, "Heartbeat", only(), vec![], false)),
        (
            "authorize idTag=\"a=b\" --id CP1",
            call(ChargePoint, "Authorize", these(&["CP1"]), vec![assign("idTag", "\"a=b\"")], false),
        ),
        ("authorize idTag=a=b", call(ChargePoint, "Authorize", only(), vec![assign("idTag", "a=b")], false)),
        (
            "remote_reset --remote-id CP1,CP0* type=Hard --force",
            call(CentralSystem, "Reset", these(&["CP1", "CP0*"]), vec![assign("type", "Hard")], true),
        ),
        ("remote_starttransaction @all", call(CentralSystem, "RemoteStartTransaction", Target::All, vec![], false)),
        ("remote_remotestarttransaction @marked", call(CentralSystem, "RemoteStartTransaction", Target::Marked, vec![], false)),
        ("Reset @CP2 type=Hard", call(CentralSystem, "Reset", these(&["CP2"]), vec![assign("type", "Hard")], false)),
        ("Reset --remote-id CP2", call(CentralSystem, "Reset", these(&["CP2"]), vec![], false)),
        ("call CP2 Reset type=Hard", call(CentralSystem, "Reset", these(&["CP2"]), vec![assign("type", "Hard")], false)),
        ("call @all heartbeat", call(ChargePoint, "Heartbeat", Target::All, vec![], false)),
        (
            "metervalues values[0].timestamp=null {\"connectorId\": 1} @folder/file @\"my file.json\"",
            call(
                ChargePoint,
                "MeterValues",
                only(),
                vec![
                    assign("values[0].timestamp", "null"),
                    PayloadStep::Whole(Spanned::new("{\"connectorId\": 1}".to_owned(), 0..0)),
                    PayloadStep::File(Spanned::new("folder/file".to_owned(), 0..0)),
                    PayloadStep::File(Spanned::new("my file.json".to_owned(), 0..0)),
                ],
                false,
            ),
        ),
    ] {
        assert_eq!(command(line), expected, "{line}");
    }
}

#[test]
fn places_are_remembered() {
    let Command::Call(call) = command("authorize é=1 idTag=\"x y\"") else { panic!() };
    let PayloadStep::Assign(assignment) = &call.payload.steps[1] else { panic!() };
    let line = "authorize é=1 idTag=\"x y\"";
    assert_eq!(&line[assignment.path.span.clone()], "idTag");
    assert_eq!(&line[assignment.value.span.clone()], "\"x y\"");
}

#[test]
fn sending_text_unchanged() {
    use Role::{CentralSystem, ChargePoint};

    let send = |initiator, target, action: &str, payload: &str, show_headers| {
        let (action, payload, at_once) = (action.to_owned(), payload.to_owned(), false);
        let sent = SentText::Call { action, payload, at_once, show_headers };
        Command::Send(SendCommand { initiator, target, sent })
    };
    let raw = |initiator, target, text: &str, show_headers| {
        Command::Send(SendCommand { initiator, target, sent: SentText::Frame { text: text.to_owned(), show_headers } })
    };
    for (line, expected) in [
        (
            "send -n Authorize -p {\"idTag\": \"A B\"}",
            send(ChargePoint, Target::TheOnly, "Authorize", "{\"idTag\": \"A B\"}", false),
        ),
        ("send -p {bad -n Authorize", send(ChargePoint, Target::TheOnly, "Authorize", "{bad", false)),
        ("send -p \"x\" -n Foo --id 0 -h true", send(ChargePoint, these(&["0"]), "Foo", "\"x\"", true)),
        ("remote_send --remote-id 0 -n ClearCache -p {}", send(CentralSystem, these(&["0"]), "ClearCache", "{}", false)),
        (
            "send_raw -e \"[2,\"x\",\"Heartbeat\",{}]\"",
            raw(ChargePoint, Target::TheOnly, "\"[2,\"x\",\"Heartbeat\",{}]\"", false),
        ),
        ("send_raw -h true -e garbage", raw(ChargePoint, Target::TheOnly, "garbage", true)),
        ("remote_send_raw -e [2, \"r\"] --remote-id 0", raw(CentralSystem, these(&["0"]), "[2, \"r\"]", false)),
    ] {
        assert_eq!(command(line), expected, "{line}");
    }
}

#[test]
fn settings_and_defaults() {
    assert_eq!(
        command("set cs websocket_ping_interval=5 print_xml=true timeout=500ms calls_in_flight=2"),
        Command::Set(SetCommand::Links {
            role: Role::CentralSystem,
            changes: vec![
                SettingChange::WebSocketPingInterval(5),
                SettingChange::PrintXml(true),
                SettingChange::Timeout(Duration::from_millis(500)),
                SettingChange::CallsInFlight(2),
            ],
        })
    );
    let default =
        |change| Command::Default(DefaultCommand { initiator: Role::ChargePoint, action: "Authorize".to_owned(), change });
    assert_eq!(
        command("default authorize idTag=X"),
        default(DefaultChange::Set(PayloadEdit { steps: vec![assign("idTag", "X")] }))
    );
    assert_eq!(command("default Authorize reset"), default(DefaultChange::Reset));
}

#[test]
fn answer_rules() {
    let answer = |target, once, choice| {
        let (initiator, action, condition) = (Role::ChargePoint, "Authorize".to_owned(), None);
        Command::Answer(AnswerCommand::Change { initiator, action, target, condition, once, choice })
    };
    let replaced = |reply, delay: Option<u64>| AnswerChoice::Override { reply, delay: delay.map(Duration::from_millis) };
    let error = |description: Option<&str>| AnswerReply::Error {
        code: ErrorCode::InternalError,
        description: description.map(str::to_owned),
    };
    let result = || AnswerReply::Result(PayloadEdit { steps: vec![assign("idTagInfo.status", "Blocked")] });
    for (line, expected) in [
        ("answer Authorize idTagInfo.status=Blocked", answer(None, false, replaced(result(), None))),
        ("answer authorize idTagInfo.status=Blocked delay=2s --once", answer(None, true, replaced(result(), Some(2000)))),
        ("answer Authorize error=InternalError", answer(None, false, replaced(error(None), None))),
        (
            "answer Authorize error=\"InternalError\" description=\"no way\" @CP1",
            answer(Some(these(&["CP1"])), false, replaced(error(Some("no way")), None)),
        ),
        ("answer Authorize none --remote-id CP1", answer(Some(these(&["CP1"])), false, replaced(AnswerReply::Silence, None))),
        ("answer Authorize delay=500ms --id @all", answer(Some(Target::All), false, replaced(AnswerReply::Default, Some(500)))),
        ("answer Authorize default", answer(None, false, AnswerChoice::Default)),
    ] {
        assert_eq!(command(line), expected, "{line}");
    }
    assert!(matches!(
        command("answer remote_datatransfer none"),
        Command::Answer(AnswerCommand::Change { initiator: Role::CentralSystem, .. })
    ));
}

#[test]
fn answer_rules_with_a_condition() {
    let line = "answer Authorize none --remote-id CP1 when idTag=BLOCKED* or not idTag=\"A B\"";
    let Command::Answer(AnswerCommand::Change { condition: Some(condition), choice, .. }) = command(line) else {
        panic!("no condition")
    };
    assert_eq!(condition.to_string(), "$.idTag=BLOCKED* or !$.idTag=\"A B\"");
    assert_eq!(choice, AnswerChoice::Override { reply: AnswerReply::Silence, delay: None });
    assert!(condition.matches(&serde_json::json!({"idTag": "BLOCKED1"})));
    let wrong = error("answer Authorize none when idTag=X --once");
    assert!(matches!(&wrong, CommandError::BadFilter { span, .. } if *span == (35..41)), "{wrong:?}");
    assert!(matches!(error("answer Authorize none when "), CommandError::Usage { .. }));
    assert!(matches!(error("answer Authorize when idTag=X"), CommandError::Usage { .. }));
}

#[test]
fn other_commands() {
    let ping = |initiator, target| Command::Send(SendCommand { initiator, target, sent: SentText::Ping });
    let help = |topic: Option<&str>| Command::Help(HelpCommand { topic: topic.map(str::to_owned) });
    let connect = |target| Command::Stations(StationsCommand::Connect { target });
    let disconnect = |role, target| Command::Stations(StationsCommand::Disconnect { role, target });
    for (line, expected) in [
        ("websocket_ping_cs", ping(Role::ChargePoint, Target::TheOnly)),
        ("websocket_ping_cp --remote-id 0", ping(Role::CentralSystem, these(&["0"]))),
        ("answers", Command::Answer(AnswerCommand::List)),
        ("stations", Command::Stations(StationsCommand::List)),
        ("help", help(None)),
        ("help remote_reset", help(Some("remote_reset"))),
        ("connect", connect(Target::TheOnly)),
        ("connect SIM", connect(these(&["SIM"]))),
        ("connect --id SIM", connect(these(&["SIM"]))),
        ("disconnect @all", disconnect(None, Target::All)),
        ("disconnect CP1,CP2", disconnect(None, these(&["CP1", "CP2"]))),
        ("disconnect --id SIM", disconnect(Some(Role::ChargePoint), these(&["SIM"]))),
        ("disconnect --remote-id SIM", disconnect(Some(Role::CentralSystem), these(&["SIM"]))),
        (" quit ", Command::Quit(QuitCommand)),
    ] {
        assert_eq!(command(line), expected, "{line}");
    }
    assert_eq!(parse("", grammar()), Ok(None));
    assert_eq!(parse("  \t ", grammar()), Ok(None));
}

/// A command knows its role, so the option of the other role is understood.
#[test]
fn both_options_name_a_station_in_every_command_with_a_target() {
    let with_target = [
        "remote_reset",
        "heartbeat",
        "send_raw -e x",
        "send -n Foo -p {}",
        "remote_send_raw -e x",
        "remote_send -n Reset -p {}",
        "websocket_ping_cs",
        "websocket_ping_cp",
        "connect",
        "call Reset",
        "call Heartbeat",
        "set station callback=http://h/",
        "answer authorize none",
        "probe",
    ];
    for line in with_target {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        let named = command(&format!("{line} --id CP1"));
        assert_ne!(parse(line, grammar()), Ok(Some(named.clone())), "{line}");
        assert_eq!(command(&format!("{line} --remote-id CP1")), named, "{line}");
        if ["call", "connect", "probe"].contains(&name) {
            assert_eq!(command(&format!("{name} --remote-id CP1 {rest}")), named, "{line}");
        }
    }
    let without_target =
        ["help", "answers", "stations", "held", "quit", "drop 1", "release 1", "default authorize x=1", "set cs timeout=3"];
    for line in without_target {
        for flag in ["--id", "--remote-id"] {
            assert!(matches!(parse(&format!("{line} {flag} CP1"), grammar()), Err(CommandError::Usage { .. })), "{line}");
        }
    }
    for line in with_target {
        if !line.contains(' ') || line.contains("send") {
            assert_eq!(command(&format!("{line} @CP1")), command(&format!("{line} --id CP1")), "{line}");
        }
    }
    let every = grammar().commands().iter().filter(|spec| spec.station_option("--id").is_some());
    assert!(every.into_iter().all(|spec| spec.station_option("--remote-id").is_some()));
}

#[test]
fn rules_for_frames_of_pairs_are_read_and_written() {
    for line in [
        "rewrite action:Authorize dir:in set idTag=OTHER",
        "rewrite kind:result set idTagInfo.status=Blocked idTagInfo.expiryDate=null",
        "rewrite action:MeterValues remove meterValue[0].timestamp transactionId",
        r#"rewrite cp:CP1 replace /"(a|b)/c"/ "$1 d""#,
        "rewrite action:Reset action=ClearCache",
        "rewrite action:Reset drop",
        "rewrite action:Reset duplicate",
        "rewrite action:Reset reorder",
        "rewrite action:Reset delay=500ms",
        "rewrite off 3",
        "rewrite off",
        "rewrite",
        "release 3 twice",
        "release all behind",
    ] {
        let read = command(line);
        assert_eq!(command(&read.to_string()), read, "{line}");
    }
    for (line, wanted) in [
        ("rewrite action:Reset", "a filter, and then set path=value"),
        ("rewrite action:Reset set idTag", "path=value"),
        ("rewrite action:Reset set", "path=value"),
        ("rewrite action:Reset remove a..b", "the path of a field"),
        ("rewrite action:Reset replace /(/ x", "a regular expression: unclosed group"),
        ("rewrite action:Reset replace x y", "/expression/"),
        ("rewrite action:Reset delay=soon", "a length of time"),
        ("rewrite action:Reset drop it", "drop alone"),
        ("rewrite off x", "the number of a rule"),
    ] {
        assert!(error(line).to_string().contains(wanted), "{line}: {}", error(line));
    }
    assert!(matches!(error("rewrite direction: drop"), CommandError::BadFilter { .. }));
    assert!(matches!(error("release 3 twice delay=2s"), CommandError::ConflictingAnswer { .. }));
}

#[test]
fn network_faults_are_read_and_written() {
    for line in [
        "network CP1 latency=200ms jitter=50ms loss-of-frames=1% duplicate=2% reorder=0.5% truncate=100% seed=7",
        "network all bandwidth=9600 stall=10s cut-after=20 half-open dir=in",
        "network cs stall=10s every 300s for 10s",
        "network CP1 latency=2s as=cp",
        "network list",
        "network off",
        "network off CP1 as=cp",
    ] {
        let read = command(line);
        assert_eq!(command(&read.to_string()), read, "{line}");
    }
    assert_eq!(command("network CP1 loss=0.01 bandwidth=64k").to_string(), "network CP1 loss-of-frames=1% bandwidth=64000");
    for (line, wanted) in [
        ("network CP1", "at least one fault"),
        ("network CP1 dir=in", "at least one fault"),
        ("network CP1 loss=101%", "a share"),
        ("network CP1 latency=long", "a length of time"),
        ("network CP1 bandwidth=0", "a number of bits"),
        ("network CP1 cut-after=0", "a number of frames"),
        ("network CP1 stall=2s every 5s", "every 5m for 10s"),
        ("network CP1 stall=2s every 5s for 6s", "shorter"),
        ("fault CP1 latency=200ms", "network CP1 latency=200ms"),
    ] {
        assert!(error(line).to_string().contains(wanted), "{line}: {}", error(line));
    }
    let CommandError::UnknownSetting { nearest, .. } = error("network CP1 latncy=2s") else { panic!() };
    assert_eq!(nearest, Some("latency"));
}

#[test]
fn usage_errors_are_those_of_ocppjs() {
    let start_cs = "Error in command \"start_cs\", syntax: start_cs <port>\nWith optional arguments:\n  \
                    -i : websocket ping interval, default: 0\n  -u : endpoint URL, default: /\n  \
                    -p : websocket subprotocol, default: ocpp1.2,ocpp1.5\n  \
                    -t : transport layer mode (websocket or soap), default: websocket\n";
    for line in ["start_cs", "start_cs 9000 -x 3", "start_cs 9000 -i", "start_cs -i 3 9000", "start_cs 9000 -i -5"] {
        let error = error(line);
        assert_eq!(error.to_string(), start_cs, "{line}");
        assert!(error.is_stamped());
    }
    assert_eq!(error("set").to_string(), "Error in command \"set\", syntax: set <cs|cp>\nWith optional arguments:\n");
    let authorize =
        "Error in command \"authorize\", syntax: authorize\nWith optional arguments:\n  --id : id of charge point\n";
    for line in ["authorize foo", "authorize --id", "authorize =3", "authorize --remote-id"] {
        assert_eq!(error(line).to_string(), authorize, "{line}");
    }
    assert_eq!(
        error("send -n Authorize -p -1").to_string(),
        "Error in command \"send\", syntax: send\nWith optional arguments:\n  --id : id of charge point\n  \
         -n : procedure name\n  -p : payload\n"
    );
    for (line, usage) in [
        ("send -n Foo", "send -n <procedure name> -p <payload>"),
        ("send_raw", "send_raw -e <envelope>"),
        ("remote_send", "remote_send -n <procedure name> -p <payload>"),
        ("remote_send_raw", "remote_send_raw -e <envelope>"),
    ] {
        let error = error(line);
        assert_eq!(error.to_string(), format!("Error for command \"send\": syntax: {usage}"));
        assert!(error.is_stamped() && error.span().is_none() && error.hint().is_none());
    }
    let set = error("set cs");
    assert!(!set.is_stamped());
    assert!(set.to_string().starts_with(
        "Error for command \"set\": syntax: set <cs|cp> variable=value ...\nSupported settings:\n\
         - websocket_ping_interval=<number> : set the websocket ping interval (0 for disabling).\n\
         - print_xml=<boolean> : in SOAP mode, print the raw SOAP content.\n"
    ));
}

#[test]
fn usage_errors_name_the_fault_and_its_place() {
    for (line, fault, place) in [
        ("start_cs", UsageFault::Missing("<port>"), 8..8),
        ("start_cs 9000 -x 3", UsageFault::UnknownOption("-x".to_owned()), 14..16),
        ("start_cs 9000 -i", UsageFault::MissingValue("-i"), 14..16),
        ("authorize foo", UsageFault::Unexpected("foo".to_owned()), 10..13),
        ("set foo x=1", UsageFault::Unexpected("foo".to_owned()), 4..7),
        ("set cs {\"a\":1}", UsageFault::Unexpected("{\"a\":1}".to_owned()), 7..14),
        ("authorize @A @B", UsageFault::Unexpected("@B".to_owned()), 13..15),
        ("default authorize", UsageFault::Missing("name=value or reset"), 17..17),
        ("default authorize a=1 reset", UsageFault::Unexpected("reset".to_owned()), 22..27),
        ("answer authorize", UsageFault::Missing("name=value, error=<code>, none, delay=<time> or default"), 16..16),
    ] {
        let error = error(line);
        assert_eq!(error.span(), Some(place), "{line}");
        assert_eq!(error.hint(), Some(fault.to_string()), "{line}");
        let CommandError::Usage { fault: found, .. } = error else { panic!("{line}") };
        assert_eq!(found, fault, "{line}");
    }
    for (fault, text) in [
        (UsageFault::Missing("<port>"), "<port> is missing."),
        (UsageFault::Unexpected("foo".to_owned()), "`foo' is not expected here."),
        (UsageFault::UnknownOption("-x".to_owned()), "There is no option -x here."),
        (UsageFault::MissingValue("-i"), "The option -i wants a value; a value that begins with - is written in quotes."),
    ] {
        assert_eq!(fault.to_string(), text);
    }
}

#[test]
fn other_errors() {
    for (line, text, hint, place) in [
        ("foo", "Error: `foo' unknown command. Type help for more informations.", None, "foo"),
        ("Help", "Error: `Help' unknown command. Type help for more informations.", Some("Did you mean help?"), "Help"),
        (
            "remote_rest x",
            "Error: `remote_rest' unknown command. Type help for more informations.",
            Some("Did you mean remote_reset?"),
            "remote_rest",
        ),
        (
            "DataTransfer",
            "Error: `DataTransfer' may be sent by both roles.",
            Some("Write datatransfer for the charge point, remote_datatransfer for the central system."),
            "DataTransfer",
        ),
        ("call CP1 Rest", "Error: `Rest' unknown action.", Some("Did you mean Reset?"), "Rest"),
        ("answer quit none", "Error: `quit' unknown action.", None, "quit"),
        ("set cs tmeout=3", "Error: unknown setting `tmeout'.", Some("Did you mean timeout?"), "tmeout"),
        ("set cs bar=1", "Error: unknown setting `bar'.", None, "bar"),
        (
            "set cs websocket_ping_interval=abc",
            "Error: argument provided for websocket_ping_interval is not a number.",
            None,
            "abc",
        ),
        ("start_cs abc", "Error: argument provided for <port> is not a port number.", None, "abc"),
        (
            "start_cs 9000 -p ocpp1.5,ocpp9",
            "Error: argument provided for -p is not a list of ocpp1.2, ocpp1.5 and ocpp1.6.",
            None,
            "ocpp1.5,ocpp9",
        ),
        ("start_cs 9000 -i x", "Error: argument provided for -i is not a number.", None, "x"),
        ("start_cs 9000 -t udp", "Error: argument provided for -t is not websocket, soap or both.", None, "udp"),
        (
            "start_cp localhost 1",
            "Error: argument provided for <url> is not a URL, as in ws://localhost:9000.",
            None,
            "localhost",
        ),
        ("start_cp ws://x 1 -r y", "Error: argument provided for -r is not a port number.", None, "y"),
        ("start_cp ws://x 1 --phases 2", "Error: argument provided for --phases is not 1 or 3.", None, "2"),
        (
            "start_cp ws://x 1 --profiles Core,Moon",
            "Error: argument provided for --profiles is not a list of feature profiles: Core, FirmwareManagement, \
             LocalAuthListManagement, Reservation, SmartCharging, RemoteTrigger, and from OCPP 2.0.1 on CertificateManagement, \
             Monitoring, PeriodicEventStream, DisplayMessage, CustomerInformation, TariffAndCost, LocalController, ISO15118, V2X, \
             DERControl, BatterySwap, WebPayment.",
            None,
            "Core,Moon",
        ),
        ("send_raw -e x -h maybe", "Error: argument provided for -h is not true or false.", None, "maybe"),
        (
            "authorize --id ,",
            "Error: argument provided for --id is not an identity, a list, a pattern, a group, @all, @marked or @filter.",
            None,
            ",",
        ),
        (
            "call , Reset",
            "Error: argument provided for <target> is not an identity, a list, a pattern, a group, @all, @marked or @filter.",
            None,
            ",",
        ),
        (
            "answer Authorize delay=x",
            "Error: argument provided for delay is not a length of time, as in 2s or 500ms.",
            None,
            "x",
        ),
        (
            "answer Authorize error=Oops",
            "Error: argument provided for error is not one of NotImplemented, NotSupported, InternalError, ProtocolError, SecurityError, \
             FormationViolation, PropertyConstraintViolation, OccurenceConstraintViolation, TypeConstraintViolation, GenericError, RpcFrameworkError, MessageTypeNotSupported.",
            None,
            "Oops",
        ),
        ("answer Authorize none a=1", "Error: an answer is either a result, an error, none or default.", None, "a=1"),
        (
            "answer Authorize default delay=1s",
            "Error: an answer is either a result, an error, none or default.",
            None,
            "default",
        ),
        (
            "answer Authorize error=GenericError none",
            "Error: an answer is either a result, an error, none or default.",
            None,
            "none",
        ),
        ("é \"x y", "Error: the quote in column 3 is never closed.", None, "\""),
    ] {
        let error = error(line);
        assert_eq!(error.to_string(), text, "{line}");
        assert_eq!(error.hint().as_deref(), hint, "{line}");
        assert_eq!(error.span().map(|span| &line[span]), Some(place), "{line}");
        assert!(!error.is_stamped(), "{line}");
    }
}

#[test]
fn long_lines_make_short_errors() {
    let line = "x".repeat(10_000_000);
    assert!(error(&line).to_string().len() < 300);
    let line = format!("authorize {}", "{ ".repeat(1_000_000));
    assert!(error(&format!("{line} y")).hint().unwrap().len() < 300);
    assert!(error(&format!("authorize \0{line}")).to_string().len() < 300);
}
