//! Properties that hold for any line and any cursor.

use proptest::prelude::*;
use serde_json::json;

use super::test_console::{catalog, grammar, stations};
use super::*;
use crate::compose::KnownValues;
use crate::compose::test_session::meter_values;

/// Words of which lines are made, whole and broken ones.
fn word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "--id",
        "--remote-id",
        "-n",
        "-p",
        "-e",
        "-h",
        "-i",
        "-t",
        "-u",
        "-f",
        "-r",
        "--force",
        "--once",
        "--lively",
        "--autonomous",
        "CP1",
        "CP1,CP2*",
        "@all",
        "@marked",
        "@CP1",
        "@\"a b\"",
        "@file.json",
        "@\"my file.json\"",
        "true",
        "soap",
        "websocket",
        "ocpp1.6",
        "ocpp1.6,ocpp1.5",
        "9000",
        "ws://localhost",
        "cs",
        "cp",
        "timeout=3",
        "timeout=1.5s",
        "print_xml=true",
        "probe",
        "station",
        "callback=http://h:1/",
        "both",
        "websocket_ping_interval=0",
        "Reset",
        "Heartbeat",
        "authorize",
        "none",
        "default",
        "reset",
        "idTag=\"x y\"",
        "values[0].timestamp=[1, {\"a\": 2}]",
        "idTag=a=b",
        "{\"idTag\": \"A B\"}",
        "{bad",
        "bad}",
        "x=]",
        "x={",
        "y=[",
        "error=GenericError",
        "description=\"no \\\" way\"",
        "delay=500ms",
        "\"quoted\"",
        "\"-x\"",
        "\"--x\"",
        "save",
        "kind:error",
        "\"\"",
    ])
    .prop_map(str::to_owned);
    prop_oneof![8 => known, 1 => "\\PC{0,8}", 1 => "[a-z]{1,6}=\\PC{0,6}"]
}

fn line() -> impl Strategy<Value = String> {
    let names: Vec<String> = grammar().commands().iter().map(|command| command.name.to_string()).collect();
    let name = prop_oneof![9 => prop::sample::select(names), 1 => "\\PC{0,8}"];
    (name, prop::collection::vec(word(), 0..7)).prop_map(|(name, words)| format!("{name} {}", words.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_printed_command_is_read_as_itself(line in line()) {
        let grammar = grammar();
        if let Ok(Some(command)) = parse(&line, grammar) {
            let printed = command.to_string();
            prop_assert_eq!(parse(&printed, grammar), Ok(Some(command)), "{}", printed);
        }
    }

    #[test]
    fn errors_stay_in_the_line(line in prop_oneof![line(), any::<String>()]) {
        if let Err(error) = parse(&line, grammar()) {
            if let Some(span) = error.span() {
                prop_assert!(line.get(span).is_some());
            }
            prop_assert!(!error.to_string().is_empty());
        }
    }
}

proptest! {
    #[test]
    fn completions_stay_in_the_line(line in prop_oneof![line(), any::<String>()], cursor in 0..80_usize) {
        let (grammar, catalog, stations) = (grammar(), catalog(), stations());
        let context = CompletionContext {
            grammar,
            catalog: &catalog,
            stations: &KnownStation::all(&stations),
            groups: &KnownGroup::all(&stations),
            versions: &[],
            known: &KnownValues::default(),
            list: &|listing| match listing {
                Listing::Files(start) => vec![format!("{start}x.json")],
                Listing::Plugins => vec!["helloworld".to_owned()],
            },
            plugin_commands: &[],
        };
        let completions = complete(&line, cursor, &context);
        prop_assert!(line.get(completions.span).is_some());
    }

    #[test]
    fn assignments_never_panic(path in "[a-z.\\[\\]0-9é]{0,12}|values\\[[0-2]\\](\\.value\\[[0-2]\\])?", value in "\\PC{0,8}") {
        let assignment = Assignment { path: Spanned::new(path, 0..0), value: Spanned::new(value, 0..0) };
        let edit = PayloadEdit { steps: vec![PayloadStep::Assign(assignment.clone()), PayloadStep::Assign(assignment)] };
        let message = meter_values();
        for base in [json!({}), json!([]), json!(null), json!({"values": [{"value": 1}]})] {
            apply(base, &edit, PayloadShape { action: "MeterValues", message: &message }, |_| Ok(String::new()));
        }
    }
}
