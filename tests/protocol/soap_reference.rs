//! The SOAP codec against envelopes of other people: frames from the field and recordings of ocppjs. They are not part of the
//! project; without them these tests say so and pass. Our own envelopes are tested in the codec.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use ocpp_tui::ocpp::xml::XmlRule;
use ocpp_tui::ocpp::{Catalog, ErrorCode, Role, Version, decisive};
use ocpp_tui::rpc::soap::{Body, Envelope, HeaderDirection, HeaderState, Operation, ReadHint, SoapVersion, lint, read};
use serde_json::Value;

use crate::support::reference::reference;

fn operation(body: &Body) -> Option<&Operation> {
    match body {
        Body::Request(operation) | Body::Response(operation) => Some(operation),
        _ => None,
    }
}

/// The findings of the check that make a payload invalid.
fn is_valid(catalog: &Catalog, body: &Body) -> bool {
    let Some(operation) = operation(body) else { return false };
    let action = catalog.action(operation.version, operation.initiator(), &operation.action).unwrap();
    let message = if matches!(body, Body::Request(_)) { &action.request } else { &action.response };
    decisive(&message.check(&operation.payload, operation.version)).is_none()
}

#[test]
fn real_frames_are_read_and_their_mistakes_are_found() {
    let Some(path) = reference("frames.jsonl") else { return };
    let catalog = Catalog::embedded();
    let mut count = 0;
    for line in fs::read_to_string(path).unwrap().lines() {
        let frame: Value = serde_json::from_str(line).unwrap();
        if frame["transport"] != "soap" {
            continue;
        }
        count += 1;
        let text = frame["raw"].as_str().unwrap();
        let envelope = read(text, &catalog, ReadHint::default()).unwrap_or_else(|error| panic!("{error}: {text}"));
        let found = operation(&envelope.body).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(Version::parse(frame["version"].as_str().unwrap()), Some(found.version), "{text}");
        if let Some(action) = frame["action"].as_str() {
            assert_eq!(&*found.action, action, "{text}");
        }
        assert!(is_valid(&catalog, &envelope.body), "{:?}: {text}", found.payload);
        mistakes(&frame, &envelope, found, text);
    }
    println!("{count} frames");
    assert!(count >= 50);
}

/// Compares what is wrong by the notes beside a frame with what was found.
fn mistakes(frame: &Value, envelope: &Envelope, found: &Operation, text: &str) {
    let has = |rule: XmlRule| envelope.remarks.iter().any(|remark| remark.rule == rule);
    let direction = match envelope.body {
        Body::Request(_) => HeaderDirection::Request,
        _ => HeaderDirection::Response { message_id: None },
    };
    let rows = lint(envelope, direction, found.version, found.service);
    let header = |name: &str, state| rows.iter().any(|row| row.header == name && row.state == state);
    let errors = frame["errors"].as_array().unwrap();
    for error in errors {
        let (rule, detail) = (error["rule"].as_str().unwrap(), error["detail"].as_str().unwrap());
        match rule {
            "namespace" => assert!(has(XmlRule::Namespace), "{text}"),
            "order-or-unexpected" => assert!(has(XmlRule::Order), "{text}"),
            "wsa-missing" => {
                detail.split(',').for_each(|name| assert!(header(name, HeaderState::Missing), "{name}: {rows:?}"));
            }
            "wsa" => assert!(header("From", HeaderState::NoAddress), "{rows:?}"),
            "header" => assert!(header("chargeBoxIdentity", HeaderState::WrongNamespace), "{rows:?}"),
            other => panic!("{other} is not compared: {text}"),
        }
    }
    if errors.is_empty() {
        assert_eq!(envelope.remarks, [], "{text}");
    }
}

/// The envelopes in a recording, in order: everything from a root's tag to its end, without the chunks of HTTP around them.
fn envelopes(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(":Envelope>") {
        let (before, behind) = rest.split_at(end + ":Envelope>".len());
        // The innermost beginning: an earlier one never ended.
        let start = before.rfind(":Envelope xmlns").and_then(|root| before[..root].rfind('<'));
        found.extend(start.map(|start| &before[start..]));
        rest = behind;
    }
    found
}

/// The recordings whose name ends so, by name.
fn recordings(ending: &str) -> Vec<(String, String)> {
    let Some(folder) = reference("ocppjs-recordings") else { return Vec::new() };
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path));
    let mut chosen: Vec<_> = named.filter(|(name, _)| name.starts_with('2') && name.ends_with(ending)).collect();
    chosen.sort();
    chosen.into_iter().map(|(name, path)| (name, fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn all_recorded_envelopes_of_ocppjs_are_read() {
    let catalog = Catalog::embedded();
    let recordings = recordings(".wire");
    let mut seen: BTreeMap<(Version, Role), BTreeSet<String>> = BTreeMap::new();
    let mut invalid = Vec::new();
    let mut faults = 0;
    for envelope in recordings.iter().flat_map(|(_, text)| envelopes(text)) {
        let found = read(envelope, &catalog, ReadHint::default()).unwrap_or_else(|error| panic!("{error}: {envelope}"));
        let answer = matches!(found.body, Body::Response(_) | Body::Fault(_));
        assert_eq!(found.soap_version == SoapVersion::V1_1, answer, "ocppjs asks in SOAP 1.2 and answers in 1.1");
        match &found.body {
            Body::Request(operation) | Body::Response(operation) => {
                if !is_valid(&catalog, &found.body) {
                    invalid.push(operation.payload.to_string());
                }
                let actions = seen.entry((operation.version, operation.service)).or_default();
                actions.insert(operation.action.to_string());
            }
            Body::Fault(_) => faults += 1,
            other => panic!("{other:?}: {envelope}"),
        }
    }
    if recordings.is_empty() {
        return;
    }
    for version in [Version::V1_2, Version::V1_5] {
        for role in Role::ALL {
            let all = catalog.actions_of(version, role.peer()).map(|action| action.name.to_string()).collect();
            assert_eq!(seen.get(&(version, role)), Some(&all), "{version} {role}");
        }
    }
    // The person at the console asked for these two on purpose; all else is valid.
    let [list, status] = &invalid[..] else { panic!("{invalid:#?}") };
    assert!(list.contains("\"localAuthorisationList\":[{}]"), "{list}");
    assert!(status.contains("\"connectorId\":\"x\""), "{status}");
    assert_eq!(faults, 3);
}

/// The code with which the payload of a request would be refused.
fn refusal(catalog: &Catalog, body: &Body) -> Option<ErrorCode> {
    match body {
        Body::Request(operation) => {
            let action = catalog.action(operation.version, operation.initiator(), &operation.action).unwrap();
            let findings = action.request.check(&operation.payload, operation.version);
            decisive(&findings).map(|finding| finding.rule.error_code(operation.version))
        }
        _ => None,
    }
}

#[test]
fn wrong_requests_are_refused_as_ocppjs_refused_them() {
    let catalog = Catalog::embedded();
    let parse = |text: &str| read(text, &catalog, ReadHint::default()).unwrap_or_else(|error| panic!("{error}: {text}"));
    let (mut refused, mut accepted) = (0, 0);
    let recordings = recordings("23-soap-raw-requests-to-central-system.txt");
    for case in recordings.iter().flat_map(|(_, text)| text.split("case# ").skip(1)) {
        let title = case.lines().next().unwrap();
        // What the program logs with escaped quotation marks is the same again.
        let exchange: Vec<_> = envelopes(case).into_iter().filter(|text| !text.contains("\\\"")).map(parse).collect();
        let (Some(first), Some(last)) = (exchange.first(), exchange.last()) else { continue };
        let (Body::Request(_), Body::Fault(_) | Body::Response(_)) = (&first.body, &last.body) else { continue };
        let (ours, theirs) = (
            refusal(&catalog, &first.body),
            match &last.body {
                Body::Fault(fault) => Some(fault.error_code()),
                _ => None,
            },
        );
        match title {
            // ocppjs made a number of it that is none, and went on.
            "connectorId not a number" => assert_eq!((ours, theirs), (Some(ErrorCode::TypeConstraintViolation), None)),
            // ocppjs checked the body of one action against the fields of another.
            "Action differs from body" => {
                let rows = lint(first, HeaderDirection::Request, Version::V1_5, Role::CentralSystem);
                assert!(rows.iter().any(|row| row.header == "Action" && row.state == HeaderState::WrongValue));
            }
            _ => assert_eq!(ours, theirs, "{title}"),
        }
        *if ours.is_some() { &mut refused } else { &mut accepted } += 1;
    }
    println!("{refused} refused, {accepted} accepted");
    assert!(recordings.is_empty() || (refused >= 5 && accepted >= 10));
}
