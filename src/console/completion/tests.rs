//! What TAB offers.

use super::*;
use crate::console::test_console::{catalog, grammar, stations};

/// Completes at the `|`.
fn at(marked: &str) -> (String, Completions) {
    let cursor = marked.find('|').unwrap();
    let line = marked.replacen('|', "", 1);
    let (grammar, catalog, stations) = (grammar(), catalog(), stations());
    let mut known = KnownValues::default();
    known.add("idTag", "B4F62CEF");
    known.add("idTag", "12345");
    known.add("connectorId", 2);
    let list = |listing: Listing<'_>| match listing {
        Listing::Files(start) => {
            let files = ["payload.json", "my file.json", "folder/"];
            files.into_iter().filter(|name| name.starts_with(start)).map(str::to_owned).collect()
        }
        Listing::Plugins => vec!["helloworld".to_owned()],
    };
    let context = CompletionContext {
        grammar,
        catalog: &catalog,
        stations: &KnownStation::all(&stations),
        groups: &KnownGroup::all(&stations),
        versions: &[],
        known: &known,
        list: &list,
        plugin_commands: &[],
    };
    let completions = complete(&line, cursor, &context);
    (line, completions)
}

fn texts(marked: &str) -> Vec<String> {
    at(marked).1.candidates.into_iter().map(|candidate| candidate.text).collect()
}

/// The line after accepting the first proposal.
fn accept(marked: &str) -> String {
    let (mut line, completions) = at(marked);
    line.replace_range(completions.span, &completions.candidates[0].text);
    line
}

#[test]
fn commands_are_offered_first() {
    assert_eq!(texts("remote_getcon|"), ["remote_getconfiguration"]);
    assert_eq!(texts("|").len(), grammar().commands().len());
    assert_eq!(texts("QU|"), ["quit"]);
    let expected =
        ["start_cs", "start_cp", "starttransaction", "statusnotification", "start_proxy", "stations", "stats", "start_fleet"];
    assert_eq!(texts("help sta|"), expected);
    assert_eq!(texts("starttrans|"), ["starttransaction"]);
    assert_eq!(accept("start|_cs 9000"), "start_cs 9000");
    assert_eq!(texts("nonsense |"), Vec::<String>::new());
}

#[test]
fn options_and_their_values() {
    let added = [
        &["--first-transaction", "--tolerate-subprotocol", "--unknown-protocol", "--subprotocol-order"][..],
        &[
            "--security-profile",
            "--tls-port",
            "--cert",
            "--key",
            "--client-ca",
            "--organization",
            "--tls-min",
            "--tls-max",
            "--tls-rsa",
        ],
        &["--auth", "--known-only", "--allow", "--connections-per-address", "--attempts-per-address", "--trusted-proxy"],
    ]
    .concat();
    assert_eq!(texts("start_cs 9000 --security-profile |"), ["0", "1", "2", "3"]);
    assert_eq!(texts("start_cp wss://h A --tls-max |"), ["1.2", "1.3"]);
    assert_eq!(texts("start_cs 9000 -|"), [&["-i", "-u", "-p", "-t", "--host"][..], &added].concat());
    assert_eq!(texts("start_cs 9000 -i 3 -|"), [&["-u", "-p", "-t", "--host"][..], &added].concat());
    assert_eq!(texts("start_cs 9000 -t s|"), ["soap"]);
    assert_eq!(texts("send -h |"), ["true", "false"]);
    assert_eq!(texts("send -n Auth|"), ["Authorize"]);
    assert_eq!(accept("start_cs 9000 -p ocpp1.6,ocpp1.5|"), "start_cs 9000 -p ocpp1.6,ocpp1.5");
    assert_eq!(texts("start_cs 9000 -p ocpp1.6,|"), ["ocpp1.2", "ocpp1.5", "ocpp1.6", "ocpp2.0.1", "ocpp2.1"]);
    assert_eq!(texts("set |"), ["cs", "cp", "station"]);
    assert_eq!(texts("set station CP|"), ["CP1", "CP2", "CP9"]);
    assert_eq!(texts("set station CP1 |"), ["callback="]);
    assert_eq!(texts("start_cs 9000 -t b|"), ["both"]);
    assert_eq!(texts("set cs t|"), ["timeout="]);
    assert_eq!(texts("set cs print_xml=|"), ["true", "false"]);
}

#[test]
fn stations_connected_ones_first() {
    assert_eq!(texts("remote_reset --remote-id |"), ["CP1", "CP2", "a,b", "CP9", "@all", "@marked", "@filter"]);
    assert_eq!(texts("heartbeat --id |"), ["SIM", "@all", "@marked", "@filter"]);
    assert_eq!(texts("remote_reset --remote-id @a|"), ["@all"]);
    assert_eq!(accept("remote_reset --remote-id CP1,CP|"), "remote_reset --remote-id CP1,CP1");
    assert_eq!(accept("call SI|"), "call SIM");
    assert_eq!(accept("disconnect @SI|"), "disconnect @SIM");
    assert_eq!(texts("Reset @C|"), ["@CP1", "@CP2", "@CP9"]);
    assert_eq!(at("remote_reset --remote-id CP9|").1.candidates[0].detail, "not connected");
}

#[test]
fn fields_with_type_and_mark_without_those_that_are_there() {
    let (_, completions) = at("starttransaction |");
    let fields: Vec<_> =
        completions.candidates.iter().take(5).map(|c| (c.text.as_str(), c.detail.as_str(), c.required)).collect();
    assert_eq!(
        fields,
        [
            ("connectorId=", "integer", true),
            ("idTag=", "text ≤ 20", true),
            ("meterStart=", "integer", true),
            ("timestamp=", "date and time", true),
            ("reservationId=", "integer", false),
        ]
    );
    assert_eq!(
        texts("starttransaction idTag=1 connectorId=2 |"),
        ["meterStart=", "timestamp=", "reservationId=", "--id", "--force"]
    );
    assert_eq!(accept("starttransaction res|"), "starttransaction reservationId=");
    assert_eq!(texts("call CP2 Reset t|"), ["type="]);
    assert_eq!(texts("call --id CP2 Reset t|"), ["type="]);
    assert_eq!(texts("call Reset --id CP2 t|"), ["type="]);
    assert_eq!(texts("call --remote-id CP2 rese|"), texts("call CP2 rese|"));
    assert_eq!(texts("remote_reset --id |"), texts("remote_reset --remote-id |"));
    assert_eq!(texts("default Authorize |"), ["idTag=", "reset"]);
    assert_eq!(texts("answer Authorize |")[..4], ["idTagInfo.", "error=", "description=", "delay="]);
    assert_eq!(texts("answer Authorize idTagInfo.|"), ["idTagInfo.status=", "idTagInfo.expiryDate=", "idTagInfo.parentIdTag="]);
    assert_eq!(accept("answer Authorize idTagInfo.st|"), "answer Authorize idTagInfo.status=");
    assert_eq!(accept("metervalues met|"), "metervalues meterValue[0].");
    assert_eq!(texts("metervalues meterValue[0].|"), ["meterValue[0].timestamp=", "meterValue[0].sampledValue[0]."]);
}

#[test]
fn misbehaviours_are_completed_with_their_parameters() {
    for target in ["CP1", "cs", "all", "list", "off", "@marked"] {
        assert!(texts("misbehave |").contains(&target.to_owned()), "{target}");
    }
    assert_eq!(texts("misbehave cs no|"), ["no-intermediate", "no-subprotocol", "no-pong"]);
    assert_eq!(texts("misbehave cs close |"), ["code=", "reason=", "times=", "as="]);
    assert_eq!(texts("misbehave cp no|"), ["no-intermediate", "no-certificate", "no-hello", "no-key", "no-pong"]);
    assert!(texts("misbehave off |").contains(&"cs".to_owned()) && !texts("misbehave off |").contains(&"list".to_owned()));
    assert_eq!(texts("misbehave off cs frag|"), ["fragments"]);
    assert_eq!(texts("answer upgr|"), ["upgrade"]);
    assert_eq!(texts("answer upgrade re|"), ["retry_after="]);
}

#[test]
fn values_are_written_as_one_would_type_them() {
    assert_eq!(texts("remote_reset type=|"), ["Hard", "Soft"]);
    assert_eq!(accept("remote_reset type=s|"), "remote_reset type=Soft");
    assert_eq!(accept("remote_reset type=\"S|"), "remote_reset type=Soft");
    assert_eq!(texts("answer getconfiguration configurationKey[0].readonly=|"), ["true", "false"]);
    assert_eq!(texts("authorize idTag=|"), ["\"12345\"", "B4F62CEF"]);
    assert_eq!(texts("starttransaction connectorId=|"), ["2"]);
    assert_eq!(texts("answer Authorize idTagInfo.status=Ex|"), ["Expired"]);
    assert_eq!(texts("answer Authorize error=Sec|"), ["SecurityError"]);
}

#[test]
fn json_is_completed_inside() {
    assert_eq!(accept("authorize {\"id|"), "authorize {\"idTag\": ");
    assert_eq!(accept("send -n Authorize -p {\"id|"), "send -n Authorize -p {\"idTag\": ");
    assert_eq!(accept("answer Authorize idTagInfo={\"st|"), "answer Authorize idTagInfo={\"status\": ");
    assert_eq!(texts("answer Authorize {\"idTagInfo\": {\"status\": \"B|"), ["\"Blocked\""]);
}

#[test]
fn files_are_listed_by_the_caller() {
    assert_eq!(texts("default Authorize @|"), ["@payload.json", "@\"my file.json\"", "@folder/"]);
    assert_eq!(accept("authorize @pay|"), "authorize @payload.json");
}

#[test]
fn the_condition_of_an_answer_rule_is_about_the_call() {
    assert_eq!(texts("answer authorize none when |"), ["idTag="]);
    assert_eq!(texts("answer starttransaction none when con|"), ["connectorId="]);
    assert!(texts("answer authorize none |").contains(&"when".to_owned()));
    assert_eq!(texts("answer authorize none when idTag=12|"), ["\"12345\""]);
}
