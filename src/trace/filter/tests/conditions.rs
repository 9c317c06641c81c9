//! Every key and every form of a value, against a trace with a line of every kind.

use super::{FilterContext, Scene, everything_once, parse, passing};
use crate::ocpp::{Role, Transport, Version};
use crate::trace::{ConnectionAttempt, Direction, EventKind, FrameKind};

fn check(scene: &Scene, table: &[(&str, &[u64])]) {
    for (text, expected) in table {
        assert_eq!(passing(scene, text), *expected, "{text}");
    }
}

#[test]
fn the_empty_filter_passes_everything() {
    let scene = everything_once();
    assert_eq!(passing(&scene, "  "), (0..19).collect::<Vec<_>>());
    assert!(parse("").unwrap().is_everything() && !parse("a").unwrap().is_everything());
}

#[test]
fn the_messages_of_2_1_have_kinds_of_their_own() {
    let mut scene = Scene::new();
    let station = scene.contents.station(Role::CentralSystem, "CS1");
    scene.frame(station, Direction::In, FrameKind::Send, "NotifyPeriodicEventStream", r#"[6,"a","N",{"id":7}]"#, 0);
    scene.frame(station, Direction::In, FrameKind::ResultError, "Reset", r#"[5,"b","GenericError","",{}]"#, 0);
    scene.frame(station, Direction::In, FrameKind::Error, "Reset", r#"[4,"c","GenericError","",{}]"#, 0);
    check(
        &scene,
        &[
            ("kind:send", &[0]),
            ("kind:resulterror", &[1]),
            ("kind:error", &[1, 2]),
            ("kind:call", &[]),
            ("id:a", &[0]),
            ("$.id=7", &[0]),
            ("answered:no", &[]),
        ],
    );
}

#[test]
fn kinds_ways_and_verdicts() {
    check(
        &everything_once(),
        &[
            ("kind:call", &[2, 4, 7, 18]),
            ("kind:result", &[3]),
            ("kind:ERROR", &[5]),
            ("kind:malformed", &[6]),
            ("kind:timeout", &[8]),
            ("kind:ping", &[9]),
            ("kind:pong", &[10]),
            ("kind:connect", &[1, 12]),
            ("kind:disconnect", &[11, 14]),
            ("kind:retry", &[13, 14]),
            ("kind:refused", &[15]),
            ("kind:note", &[0, 16, 17]),
            ("kind:p*ng,re*", &[3, 9, 10, 13, 14, 15]),
            ("kind:\"call\"", &[2, 4, 7, 18]),
            ("dir:in", &[2, 4, 6, 9]),
            ("dir=out", &[3, 5, 7, 10, 18]),
            ("valid:no", &[6, 8, 15, 17, 18]),
            ("valid:tolerated", &[5]),
            ("valid:yes", &[2, 3, 4, 7]),
            ("answered:yes", &[2, 4]),
            ("answered:no", &[7, 18]),
            ("code:FormationViolation", &[5]),
            ("code:formationviolation,generic*", &[5]),
            ("code:FormatViolation", &[5]),
            ("code:*violation", &[5]),
            ("code:InternalError", &[]),
        ],
    );
}

#[test]
fn stations() {
    check(
        &everything_once(),
        &[
            ("cp:CP01", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
            ("cp:cp* kind:call", &[2, 4, 7]),
            ("cp:Cp01", &[]),
            ("cp:\"sim 7\"", &[12, 13, 14, 18]),
            ("cp:/^sim/", &[12, 13, 14, 18]),
            ("cp:/^SIM/i kind:call", &[18]),
            ("ver:1.6 kind:call", &[2, 4, 7]),
            ("ver:ocpp1.6,1.5 kind:call", &[2, 4, 7]),
            ("ver:1.5", &[]),
            ("role:cs kind:call", &[2, 4, 7]),
            ("role:cp kind:call", &[18]),
            ("transport:soap", &[]),
            ("transport:websocket kind:call", &[2, 4, 7, 18]),
            ("state:gone kind:call", &[2, 4, 7]),
            ("state:waiting kind:call", &[18]),
        ],
    );
}

#[test]
fn actions_ids_sizes_latencies() {
    check(
        &everything_once(),
        &[
            ("action:Meter*", &[4, 5]),
            ("action:reset", &[7, 8]),
            ("action:*t*s", &[4, 5]),
            ("id:id-4", &[4, 5]),
            ("id:*8", &[18]),
            ("size=5", &[6]),
            ("size<14 kind:result", &[3]),
            ("size<=13", &[3, 6]),
            ("size>0.05k !kind:error", &[2, 4]),
            ("size>=1m", &[]),
            ("latency>=1s", &[3, 5, 8]),
            ("latency>1000ms", &[]),
            ("latency:1s", &[3, 5, 8]),
            ("since:82s", &[17, 18]),
            ("since:1970-01-11T00:28:38Z", &[17, 18]),
            ("since:00:28:38", &[17, 18]),
            ("before:1970-01-11T00:28:22", &[0]),
            ("since:23:59 before:00:28:22", &[0]),
        ],
    );
}

#[test]
fn words_are_found_in_identity_action_and_text() {
    check(
        &everything_once(),
        &[
            ("sim", &[12, 13, 14, 18]),
            ("faulted", &[2]),
            ("FAULTED", &[]),
            ("\"gone away\"", &[11, 13, 14]),
            ("gone*away", &[11, 13, 14]),
            ("\"gone*away\"", &[]),
            ("'\"type\":\"Soft\"'", &[7]),
            ("/id-[23]/", &[2, 3]),
            ("/SOFT/i", &[7]),
            ("/ws:\\/\\//", &[0, 12]),
            ("timeout", &[]),
            ("reset", &[7, 8]),
        ],
    );
}

#[test]
fn fields_of_the_payload() {
    check(
        &everything_once(),
        &[
            ("$.connectorId", &[2, 4]),
            ("$.connectorId=1", &[2]),
            ("$.connectorId==1.0", &[2]),
            ("$.connectorId!=1", &[4]),
            ("!$.connectorId=1 kind:call", &[4, 7, 18]),
            ("$.connectorId>1", &[4]),
            ("$.connectorId<=2", &[2, 4]),
            ("$.connectorId=\"1\"", &[]),
            ("$.connectorId=1*", &[2]),
            ("$.connectorId=/^[12]$/", &[2, 4]),
            ("$.status=fault*", &[2]),
            ("$.status=Fault", &[]),
            ("$.status!=Faulted", &[]),
            ("$.status=/ault/", &[2]),
            ("$.info=null", &[2]),
            ("$.info", &[2]),
            ("$.ok=true", &[2]),
            ("$.ok!=true", &[]),
            ("$.ok>a", &[]),
            ("$[\"a b\"]=é", &[2]),
            ("$.values[0].value>7", &[4]),
            ("$.values[0].value=7.5", &[4]),
            ("$.values[0].value=7.50", &[]),
            ("$.values[1].value<7", &[]),
            ("$.values[*].value>11", &[4]),
            ("$.values[2]", &[]),
            ("$.values[*].n<-0.4", &[4]),
            ("$.values[0].at>=2026-01", &[4]),
            ("$.values[0].at<\"2026-01\"", &[]),
            ("$.values", &[4]),
            ("$.values=1", &[]),
            ("$.values!=1", &[4]),
            ("$.type=soft", &[7]),
            ("$.cause=x", &[5]),
            ("$.status.deeper", &[]),
            ("$[0]", &[]),
            ("$.value", &[]),
        ],
    );
}

#[test]
fn fields_of_the_payload_of_an_envelope() {
    let mut scene = Scene::new();
    let station = scene.contents.station(Role::CentralSystem, "CP01");
    let (peer, handshake) = ("127.0.0.1:5".parse().unwrap(), ConnectionAttempt::default());
    let connected = EventKind::Connected { link: 1, version: Version::V1_5, transport: Transport::Soap, peer, handshake };
    scene.record(Some(station), connected); // 0
    let envelope = |body: &str| {
        format!(
            "<S:Envelope xmlns:S=\"http://www.w3.org/2003/05/soap-envelope\" xmlns=\"urn://Ocpp/Cs/2012/06/\"><S:Body>{body}</S:Body></S:Envelope>"
        )
    };
    let start = "<startTransactionRequest><connectorId>2</connectorId><idTag>A &amp; B</idTag>\
                 <timestamp>2026-01-01T00:00:00Z</timestamp><meterStart>7</meterStart></startTransactionRequest>";
    let (call, result) = (FrameKind::Call, FrameKind::Result);
    scene.frame(station, Direction::In, call, "StartTransaction", &envelope(start), 1); // 1
    let started = "<startTransactionResponse><transactionId>9</transactionId><idTagInfo><status>Accepted</status></idTagInfo>\
                   </startTransactionResponse>";
    scene.frame(station, Direction::Out, result, "StartTransaction", &envelope(started), 1); // 2
    let fault = "<S:Fault><S:Reason><S:Text>connectorId</S:Text></S:Reason></S:Fault>";
    scene.frame(station, Direction::Out, FrameKind::Error, "Heartbeat", &envelope(fault), 0); // 3
    scene.frame(station, Direction::In, call, "Heartbeat", "<connectorId>2</connectorId>", 0); // 4
    let meter = "<meterValuesRequest><connectorId>3</connectorId><values><timestamp>2026-01-01T00:00:00Z</timestamp>\
                 <value unit=\"Wh\">5</value></values></meterValuesRequest>";
    scene.frame(station, Direction::In, call, "MeterValues", &envelope(meter), 2); // 5
    check(
        &scene,
        &[
            ("$.connectorId", &[1, 5]),
            ("$.connectorId=2", &[1]),
            ("$.connectorId>2", &[5]),
            ("$.values[0].values[0].value=5", &[5]),
            ("$.values[*].values[*].unit=Wh", &[5]),
            ("$.reservationId", &[]),
            ("$.idTag=\"A & B\"", &[1]),
            ("$.idTagInfo.status=Accepted", &[2]),
            ("$.transactionId=9 or $.meterStart<8", &[1, 2]),
        ],
    );
}

#[test]
fn logic() {
    check(
        &everything_once(),
        &[
            ("kind:ping or kind:pong", &[9, 10]),
            ("kind:ping || kind:pong kind:result", &[9]),
            ("(kind:ping or kind:pong) and dir:out", &[10]),
            ("kind:call && !cp:CP*", &[18]),
            ("not not kind:ping", &[9]),
            ("!(kind:* and !kind:ping)", &[9]),
            ("NOT(kind:call)OR kind:call", &(0..19).collect::<Vec<_>>()),
            ("\"or\"", &[2, 4, 5]),
        ],
    );
}

#[test]
fn without_the_records_a_timed_out_call_counts_as_answered() {
    let scene = everything_once();
    let context = FilterContext { records: None, ..scene.context() };
    let filter = parse("answered:no").unwrap();
    let matches = |sequence| filter.matches(&scene.contents.records().get(sequence).unwrap(), &context);
    assert!(!matches(7) && matches(18));
}

#[test]
fn stations_pass_unless_the_filter_excludes_them() {
    let scene = everything_once();
    for (text, expected) in [
        ("", [true, true]),
        ("cp:CP*", [true, false]),
        ("sim", [false, true]),
        ("central", [false, true]),
        ("role:cp or kind:error", [true, true]),
        ("role:cp kind:error", [false, true]),
        ("!(role:cp kind:error)", [true, true]),
        ("!role:cp !kind:error", [true, false]),
        ("ver:1.6", [true, false]),
        ("state:waiting $.connectorId=1", [false, true]),
    ] {
        let filter = parse(text).unwrap();
        let found: Vec<bool> = scene.contents.stations().rows().iter().map(|row| filter.matches_station(row)).collect();
        assert_eq!(found, expected, "{text}");
    }
    assert!(parse("cp:A !(ver:1.5 or sim)").unwrap().is_about_stations());
    assert!(!parse("cp:A kind:call").unwrap().is_about_stations());
}

#[test]
fn a_call_that_could_not_be_delivered_is_no_timeout() {
    let mut scene = Scene::new();
    let key = scene.contents.station(Role::CentralSystem, "CP01");
    scene.frame(key, Direction::Out, FrameKind::Call, "Reset", r#"[2,"1","Reset",{"type":"Soft"}]"#, 1);
    scene.record(
        Some(key),
        EventKind::Unreachable { exchange: 1, action: "Reset".into(), reason: "connection refused".into(), attempt: None },
    );
    check(
        &scene,
        &[("kind:timeout", &[]), ("kind:unreachable", &[1]), ("kind:un*", &[1]), ("answered:no", &[0]), ("valid:no", &[1])],
    );
}
