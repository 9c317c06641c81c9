//! The check against the rules of the versions and of ocppjs: codes, tolerances, forms of meter values, mutants of
//! valid payloads.

use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;
use crate::ocpp::test_message::newer_message;
use crate::ocpp::{Catalog, ErrorCode, FieldDefinition, FieldKind, Role, SampleContext, XmlForm, decisive};

fn check(version: Version, name: &str, payload: Value) -> Vec<Finding> {
    let catalog = Catalog::embedded();
    let found = Role::ALL.into_iter().find_map(|role| catalog.action(version, role, name)).unwrap();
    found.request.check(&payload, version)
}

/// The one finding, as path, code (or "tolerated") and sentence.
fn only(version: Version, name: &str, payload: Value) -> (String, String, String) {
    let findings = check(version, name, payload);
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    let code = if finding.tolerated { "tolerated".to_owned() } else { finding.rule.error_code(version).to_string() };
    (finding.path.clone(), code, finding.message.clone())
}

#[test]
fn the_findings_of_1_6_name_place_code_and_reason() {
    let status = |more: Value| {
        let mut payload = json!({ "connectorId": 1, "errorCode": "NoError", "status": "Available" });
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        only(Version::V1_6, "StatusNotification", payload)
    };
    let (path, code, message) = status(json!({ "status": "Faultd" }));
    assert_eq!((&*path, &*code), ("/status", "PropertyConstraintViolation"));
    assert!(message.starts_with("status is \"Faultd\", which is not one of Available, Preparing, "), "{message}");
    assert!(message.ends_with("did you mean Faulted?"), "{message}");

    let (path, code, message) = status(json!({ "vendorID": "x" }));
    assert_eq!((&*path, &*code), ("/vendorID", "FormationViolation"));
    assert_eq!(message, "\"vendorID\" is not a field of the payload; did you mean vendorId?");

    let (path, code, message) = status(json!({ "info": "x".repeat(51) }));
    assert_eq!((&*path, &*code), ("/info", "PropertyConstraintViolation"));
    assert_eq!(message, "info has 51 characters where at most 50 are allowed");

    let (path, code, message) = status(json!({ "connectorId": "1" }));
    assert_eq!((&*path, &*code), ("/connectorId", "TypeConstraintViolation"));
    assert_eq!(message, "connectorId is \"1\" where a whole number is wanted");

    assert_eq!(status(json!({ "connectorId": 1.5 })).1, "TypeConstraintViolation");
    assert_eq!(status(json!({ "connectorId": 2_147_483_648_i64 })).1, "TypeConstraintViolation");
    assert_eq!(status(json!({ "status": null })).1, "TypeConstraintViolation");
    assert_eq!(status(json!({ "timestamp": "yesterday" })).1, "PropertyConstraintViolation");
    assert_eq!(status(json!({ "timestamp": "" })).1, "tolerated");
    assert_eq!(status(json!({ "timestamp": "2024-01-01T00:00:00" })).1, "tolerated");
    assert_eq!(status(json!({ "a/b~c": 1 })).0, "/a~1b~0c");

    let (path, code, message) = only(Version::V1_6, "StatusNotification", json!({ "connectorId": 1, "status": "Available" }));
    assert_eq!((&*path, &*code, &*message), ("", "OccurenceConstraintViolation", "errorCode is missing in the payload"));
    let (path, code, _) = only(
        Version::V1_6,
        "MeterValues",
        json!({ "connectorId": 1, "meterValue": [{ "timestamp": "2024-01-01T00:00:00Z", "sampledValue": [{}] }] }),
    );
    assert_eq!((&*path, &*code), ("/meterValue/0/sampledValue/0", "OccurenceConstraintViolation"));
}

#[test]
fn the_json_of_1_6_is_not_its_wsdl() {
    let meter = |sampled: Value| json!({ "connectorId": 1, "meterValue": [{ "timestamp": "2024-01-01T00:00:00Z", "sampledValue": sampled }] });
    assert_eq!(check(Version::V1_6, "MeterValues", meter(json!([]))), []);
    assert_eq!(check(Version::V1_6, "MeterValues", meter(json!([{ "value": "1", "unit": "Celcius" }]))), []);
    assert_eq!(check(Version::V1_6, "MeterValues", meter(json!([{ "value": "1", "unit": "Celsius" }]))), []);
    let hertz = only(Version::V1_6, "MeterValues", meter(json!([{ "value": "50", "unit": "Hertz" }])));
    assert_eq!((&*hertz.0, &*hertz.1), ("/meterValue/0/sampledValue/0/unit", "PropertyConstraintViolation"));
    assert_eq!(only(Version::V1_6, "MeterValues", json!({ "connectorId": 1 })).1, "OccurenceConstraintViolation");
    assert_eq!(check(Version::V1_5, "MeterValues", json!({ "connectorId": 1 })), []);
}

#[test]
fn decimals_are_checked_as_decimals() {
    let profile = |limit: Value| {
        json!({ "connectorId": 1, "csChargingProfiles": {
            "chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative",
            "chargingSchedule": { "chargingRateUnit": "A", "chargingSchedulePeriod": [{ "startPeriod": 0, "limit": limit }] },
        } })
    };
    for good in [json!(32.1), json!(0.3), json!(16), json!(16.0), json!(1_000_000.7)] {
        assert_eq!(check(Version::V1_6, "SetChargingProfile", profile(good)), []);
    }
    let (path, code, _) = only(Version::V1_6, "SetChargingProfile", profile(json!(32.15)));
    assert_eq!(path, "/csChargingProfiles/chargingSchedule/chargingSchedulePeriod/0/limit");
    assert_eq!(code, "PropertyConstraintViolation");
    assert_eq!(only(Version::V1_6, "SetChargingProfile", profile(json!("32"))).1, "TypeConstraintViolation");
}

#[test]
fn old_versions_are_as_strict_as_ocppjs_and_no_stricter() {
    for version in [Version::V1_2, Version::V1_5] {
        let code = |payload: Value| only(version, "ChangeAvailability", payload).1;
        assert_eq!(code(json!({ "connectorId": 1 })), "OccurenceConstraintViolation");
        assert_eq!(code(json!({ "connectorId": 1, "type": "Operative", "x": 1 })), "PropertyConstraintViolation");
        assert_eq!(code(json!({ "connectorId": 1, "type": "Broken" })), "TypeConstraintViolation");
        assert_eq!(code(json!({ "connectorId": "1", "type": "Operative" })), "TypeConstraintViolation");
        assert_eq!(code(json!({ "connectorId": 1.5, "type": "Operative" })), "tolerated");
        assert_eq!(code(json!({ "connectorId": 1e10, "type": "Operative" })), "tolerated");
        for payload in [json!(null), json!([]), json!("x"), json!(1)] {
            let (path, code, _) = only(version, "Heartbeat", payload);
            assert_eq!((&*path, &*code), ("", "TypeConstraintViolation"));
        }
        let firmware = json!({ "location": "somewhere", "retrieveDate": "soon" });
        let findings = check(version, "UpdateFirmware", firmware);
        assert!(findings.len() == 2 && findings.iter().all(|finding| finding.tolerated), "{findings:?}");
    }
    let long = json!({ "idTag": "x".repeat(21) });
    assert_eq!(only(Version::V1_5, "Authorize", long.clone()).1, "TypeConstraintViolation");
    assert_eq!(check(Version::V1_2, "Authorize", long), []);
}

#[test]
fn null_is_an_empty_payload_in_1_6_only_where_that_is_one() {
    assert_eq!(only(Version::V1_6, "Heartbeat", json!(null)).1, "tolerated");
    assert_eq!(only(Version::V1_6, "Authorize", json!(null)).1, "TypeConstraintViolation");
    assert_eq!(only(Version::V1_6, "Heartbeat", json!([])).1, "TypeConstraintViolation");
}

#[test]
fn meter_values_of_1_5_are_understood_in_every_form() {
    let time = "2013-03-07T16:52:16Z";
    let single = json!({ "timestamp": time, "values": [{ "value": "1", "unit": "Wh" }] });
    assert_eq!(check(Version::V1_5, "MeterValues", json!({ "connectorId": 1, "values": [single] })), []);

    let entries = [
        (json!({ "timestamp": time, "value": [{ "value": "1", "unit": "Wh" }] }), "name of the XML element", "value"),
        (json!({ "timestamp": time, "value": ["1"], "@value": [{ "unit": "Wh" }] }), "parallel lists", "value"),
        (json!({ "timestamp": time, "value": ["1", "2"] }), "parallel lists", "value"),
        (json!({ "timestamp": time, "sampledValue": [{ "value": "1" }] }), "names of OCPP 1.6", "sampledValue"),
        (json!({ "timestamp": time, "value": "1", "unit": "Wh" }), "attributes beside the timestamp", "value"),
        (json!({ "timestamp": time, "value": 1 }), "as in OCPP 1.2", "value"),
        (json!({ "timestamp": time, "value": "1" }), "as in OCPP 1.2", "value"),
        (json!({ "timestamp": time, "value": { "value": "1" } }), "name of the XML element", "value"),
    ];
    for (entry, form, name) in entries {
        let (path, code, message) = only(Version::V1_5, "MeterValues", json!({ "connectorId": 1, "values": [entry] }));
        assert_eq!((path, &*code), (format!("/values/0/{name}"), "tolerated"));
        assert!(message.contains(form), "{message}");
        let data = json!({ "transactionId": 1, "timestamp": time, "meterStop": 1, "transactionData": [{ "values": [entry] }] });
        assert_eq!(only(Version::V1_5, "StopTransaction", data).0, format!("/transactionData/0/values/0/{name}"));
    }
    let fork = json!({ "connectorId": 1, "meterValue": [{ "timestamp": time, "sampledValue": [{ "value": "1" }] }] });
    let findings = check(Version::V1_5, "MeterValues", fork);
    assert!(findings.iter().all(|finding| finding.tolerated), "{findings:?}");
    assert_eq!(
        findings.iter().map(|finding| &*finding.path).collect::<Vec<_>>(),
        ["/meterValue", "/meterValue/0/sampledValue"]
    );
    let flat = json!({ "transactionId": 1, "timestamp": time, "meterStop": 1,
        "transactionData": [{ "timestamp": time, "sampledValue": [{ "value": "1", "unit": "x" }] }] });
    let findings = check(Version::V1_5, "StopTransaction", flat);
    assert!(findings.iter().all(|finding| finding.tolerated), "{findings:?}");
    assert!(findings.iter().any(|finding| finding.path == "/transactionData/0/sampledValue/0/unit"), "{findings:?}");
}

#[test]
fn faults_in_meter_values_of_1_5_are_found_where_they_were_sent() {
    let time = "2013-03-07T16:52:16Z";
    let entry = |entry: Value| check(Version::V1_5, "MeterValues", json!({ "connectorId": 1, "values": [entry] }));
    let real = |findings: &[Finding]| {
        let found = decisive(findings).unwrap();
        (found.path.clone(), found.rule.error_code(Version::V1_5))
    };
    let unit = entry(json!({ "timestamp": time, "values": [{ "value": "0", "unit": "furlong" }] }));
    assert!(matches!(&unit[..], [Finding { tolerated: true, rule: FindingRule::Enumeration, .. }]), "{unit:?}");
    let timeless = entry(json!({ "values": [{ "value": "0" }] }));
    assert_eq!(real(&timeless), ("/values/0".to_owned(), ErrorCode::OccurenceConstraintViolation));

    let phase = entry(json!({ "timestamp": time, "values": [{ "value": "0", "phase": "L1" }] }));
    assert_eq!(real(&phase), ("/values/0/values/0/phase".to_owned(), ErrorCode::PropertyConstraintViolation));
    let number = entry(json!({ "timestamp": time, "values": [{ "value": 0 }] }));
    assert_eq!(real(&number), ("/values/0/values/0/value".to_owned(), ErrorCode::TypeConstraintViolation));
    let none = entry(json!({ "timestamp": time, "values": [] }));
    assert_eq!(real(&none), ("/values/0/values".to_owned(), ErrorCode::OccurenceConstraintViolation));
    let missing = entry(json!({ "timestamp": time }));
    assert_eq!(real(&missing), ("/values/0".to_owned(), ErrorCode::OccurenceConstraintViolation));

    let parallel = entry(json!({ "timestamp": time, "value": ["0", true], "@value": [{ "phase": "L1" }, { "unit": 1 }] }));
    let paths: Vec<&str> = parallel.iter().filter(|finding| !finding.tolerated).map(|finding| &*finding.path).collect();
    assert_eq!(paths.len(), 3, "{parallel:?}");
    for path in ["/values/0/@value/0/phase", "/values/0/value/1", "/values/0/@value/1/unit"] {
        assert!(paths.contains(&path), "{path}: {parallel:?}");
    }
    let uneven = entry(json!({ "timestamp": time, "value": ["0", "1"], "@value": [{}] }));
    assert_eq!(real(&uneven), ("/values/0/@value".to_owned(), ErrorCode::PropertyConstraintViolation));
}

#[test]
fn a_missing_field_decides_before_an_unknown_one() {
    let findings = check(Version::V1_5, "Authorize", json!({ "tag": "x" }));
    assert_eq!(findings.len(), 2);
    assert_eq!(decisive(&findings).unwrap().rule, FindingRule::Required);
}

#[test]
fn findings_are_bounded_and_the_decisive_one_survives() {
    let mut entries = vec![json!({ "timestamp": "2024-01-01T00:00:00", "sampledValue": [] }); 5_000];
    entries.push(json!({ "timestamp": "2024-01-01T00:00:00Z" }));
    let findings = check(Version::V1_6, "MeterValues", json!({ "connectorId": 1, "meterValue": entries }));
    assert_eq!(findings.len(), MAX_FINDINGS);
    assert_eq!(decisive(&findings).unwrap().path, "/meterValue/5000");
    let long = only(Version::V1_6, "Reset", json!({ "type": "\u{1b}[31m".repeat(1_000_000) }));
    assert!(long.2.len() < 600 && !long.2.contains('\u{1b}'), "{}", long.2);
}

#[test]
fn every_schema_compiles() {
    let catalog = Catalog::embedded();
    for action in Version::ALL.iter().flat_map(|version| catalog.actions(*version)) {
        for message in [&action.request, &action.response] {
            compile(message.schema()).unwrap();
            let skeleton = message.skeleton();
            let required = message.check(&skeleton, action.version);
            assert!(
                !required.iter().any(|finding| finding.rule <= FindingRule::UnknownField),
                "{}: {required:?}",
                message.name
            );
        }
    }
}

#[test]
fn ranges_long_lists_and_free_members_are_checked() {
    let message = newer_message();
    let valid = json!({ "soc": 99.5, "priority": 5e9, "tags": ["a"], "data": [1], "customData": { "vendorId": "v", "x": {} } });
    for version in Version::ALL {
        assert_eq!(message.check(&valid, version), []);
        for (field, value, rule, sentence) in [
            ("soc", json!(100.5), FindingRule::Range, "soc is 100.5, which is above the limit 100"),
            ("priority", json!(2), FindingRule::Range, "priority is 2, which is below the limit 3"),
            ("tags", json!(["a", "b", "c"]), FindingRule::TooMany, "tags has 3 elements where at most 2 are allowed"),
            ("customData", json!({ "x": 1 }), FindingRule::Required, "vendorId is missing in customData"),
            ("customData", json!(1), FindingRule::Type, "customData is 1 where an object is wanted"),
        ] {
            let mut payload = valid.clone();
            payload[field] = value;
            let findings = message.check(&payload, version);
            let [finding] = findings.as_slice() else { panic!("{field}: {findings:?}") };
            assert_eq!((finding.rule, &*finding.message, finding.tolerated), (rule, sentence, false));
        }
    }
}

#[test]
fn a_schema_of_the_definitions_decides() {
    let given = json!({ "type": "object", "properties": { "soc": { "type": "string", "pattern": "^a" } } });
    let message = newer_message().with_schema(given.to_string());
    assert_eq!(message.schema(), &given);
    assert_eq!(message.check(&json!({ "soc": "ab" }), Version::V1_6), []);
    let findings = message.check(&json!({ "soc": "b" }), Version::V1_6);
    assert_eq!((&*findings[0].path, &*findings[0].message), ("/soc", "soc is not valid"));
}

/// Ways to spoil an object, each with the rule that is broken then.
fn spoil(object: &Map<String, Value>, fields: &[FieldDefinition]) -> Vec<(Value, FindingRule)> {
    let mut spoilt = Vec::new();
    let mut put = |name: &str, value: Option<Value>, rule: FindingRule| {
        let mut copy = object.clone();
        match value {
            Some(value) => copy.insert(name.to_owned(), value),
            None => copy.shift_remove(name),
        };
        spoilt.push((Value::Object(copy), rule));
    };
    put("surprise", Some(json!(1)), FindingRule::UnknownField);
    let has_readings = fields.iter().any(|field| field.kind.fields().iter().any(|inner| inner.xml == XmlForm::Text));
    for field in fields {
        if matches!(field.kind, FieldKind::Any) {
            continue;
        }
        let one = |value: Value| Some(if field.repeated.is_some() { json!([value]) } else { value });
        put(&field.name, one(json!(null)), FindingRule::Type);
        put(&field.name, one(if field.kind.is_quoted() { json!(7) } else { json!("x") }), FindingRule::Type);
        if field.repeated.is_some() {
            put(&field.name, Some(json!({})), FindingRule::Type);
        }
        match &field.kind {
            // Tolerated: see `faults_in_meter_values_of_1_5_are_found_where_they_were_sent`.
            FieldKind::Enumeration(_) if field.xml == XmlForm::Attribute => {}
            FieldKind::Enumeration(_) => put(&field.name, one(json!("No such value")), FindingRule::Enumeration),
            FieldKind::Text { max_length: Some(limit) } => {
                put(&field.name, one(json!("ä".repeat(*limit as usize + 1))), FindingRule::Length);
            }
            FieldKind::Object(inner) => {
                let held = object.get(&field.name).map(|held| held.get(0).unwrap_or(held));
                for (value, rule) in held.and_then(Value::as_object).map_or_else(Vec::new, |held| spoil(held, inner)) {
                    put(&field.name, one(value), rule);
                }
            }
            _ => {}
        }
        if field.required && !(has_readings && field.name == "timestamp") {
            put(&field.name, None, FindingRule::Required);
        }
    }
    spoilt
}

#[test]
fn mutants_of_samples_get_the_code_of_their_version() {
    let catalog = Catalog::embedded();
    let context = SampleContext::at("2030-01-31T12:00:00Z".parse().unwrap());
    let mut mutants = 0;
    for action in Version::ALL.iter().flat_map(|version| catalog.actions(*version)) {
        for message in [&action.request, &action.response] {
            let sample = message.sample(&context);
            for (mutant, rule) in spoil(sample.as_object().unwrap(), &message.fields) {
                let findings = message.check(&mutant, action.version);
                let code = decisive(&findings).map(|finding| finding.rule.error_code(action.version));
                assert_eq!(code, Some(rule.error_code(action.version)), "{}: {mutant} {findings:?}", message.name);
                mutants += 1;
            }
        }
    }
    assert!(mutants > 1_000, "{mutants}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let names =
        "(connectorId|values|value|@value|timestamp|meterValue|sampledValue|transactionData|unit|idTag|status|[a-z]{0,3})";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,30}".prop_map(Value::from),
        Just(json!("2030-01-31T12:00:00Z")),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn no_payload_makes_the_check_panic_and_every_path_leads_somewhere(payload in any_json()) {
        let catalog = Catalog::embedded();
        for action in Version::ALL.iter().flat_map(|version| catalog.actions(*version)) {
            for message in [&action.request, &action.response] {
                for finding in message.check(&payload, action.version) {
                    prop_assert!(payload.pointer(&finding.path).is_some(), "{finding:?} in {payload}");
                    prop_assert!(finding.message.len() < 2_000);
                }
            }
        }
    }
}
