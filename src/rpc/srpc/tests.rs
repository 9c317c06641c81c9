//! Frames that come in and go out, well formed and not.

use proptest::prelude::*;

use serde_json::json;

use super::*;
use crate::ocpp::{Dialect, ErrorCode, FindingRule, Strictness, Version};
use crate::rpc::OutgoingPayload;

/// Reads a frame as a tolerant link does.
fn decode(text: &str, version: Version) -> Result<DecodedFrame<'_>, MalformedFrame> {
    super::decode(text, version, Strictness::Tolerant)
}

fn reply(text: &str, version: Version) -> Option<String> {
    let malformed = decode(text, version).expect_err("the text is no message");
    malformed.reply.map(|reply| format!("{} {}", reply.id, version.dialect().sent_error_name(reply.code)))
}

#[test]
fn the_three_types_are_read_and_written() {
    let call = encode_call("7", "Reset", &json!({"type": "Soft"}).into());
    assert_eq!(call, r#"[2,"7","Reset",{"type":"Soft"}]"#);
    let decoded = decode(&call, Version::V1_6).unwrap();
    let payload = json!({"type": "Soft"});
    assert_eq!(
        decoded.message,
        SrpcMessage::Call { id: MessageId::text("7"), action: "Reset".into(), payload: payload.into() }
    );
    assert_eq!(decoded.remark, None);
    assert_eq!(encode_result(&MessageId::text("7"), &json!({}).into()), r#"[3,"7",{}]"#);
    let error = encode_error(&MessageId::text("7"), ErrorCode::GenericError, "say \"no\"", Version::V1_6.dialect());
    assert_eq!(error, r#"[4,"7","GenericError","say \"no\"",{}]"#);
    let decoded = decode(&error, Version::V1_5).unwrap();
    assert!(matches!(decoded.message, SrpcMessage::Error { description, .. } if description == "say \"no\""));
}

#[test]
fn the_types_of_2_1_are_read_and_written_there_only() {
    let dialect = Version::V2_1.dialect();
    let send = encode_send("7", "NotifyPeriodicEventStream", &json!({"id": 1}).into());
    assert_eq!(send, r#"[6,"7","NotifyPeriodicEventStream",{"id":1}]"#);
    let id = MessageId::text("7");
    let (action, payload) = ("NotifyPeriodicEventStream".to_owned(), json!({"id": 1}));
    assert_eq!(
        decode(&send, Version::V2_1).unwrap().message,
        SrpcMessage::Send { id: id.clone(), action, payload: payload.into() }
    );
    let error = encode_result_error("7", ErrorCode::FormationViolation, "no", dialect);
    assert_eq!(error, r#"[5,"7","FormatViolation","no",{}]"#);
    let (code, description, details) = ("FormatViolation".to_owned(), "no".to_owned(), json!({}));
    let decoded = decode(&error, Version::V2_1).unwrap();
    assert_eq!(decoded.message, SrpcMessage::ResultError { id, code, description, details });
    assert_eq!(decoded.remark, None);
    for frame in [&send, &error] {
        assert_eq!(reply(frame, Version::V2_0_1).as_deref(), Some("7 MessageTypeNotSupported"));
        assert_eq!(reply(frame, Version::V1_6).as_deref(), Some("7 FormationViolation"));
    }
    for broken in [r#"[6,"7"]"#, r#"[6,"7",5,{}]"#, r#"[6,null,"A",{}]"#, r#"[6,"7","A",{"x":]"#, r#"[5,{},"A"]"#, "[5]"] {
        assert_eq!(reply(broken, Version::V2_1), None, "{broken}");
    }
    let short = decode(r#"[6,"7","A"]"#, Version::V2_1).unwrap();
    assert_eq!(short.remark.as_deref(), Some("a SEND has 4 elements, this one has 3"));
}

#[test]
fn what_is_no_message_is_answered_in_2_x_under_the_id_for_it() {
    for version in [Version::V2_0_1, Version::V2_1] {
        for text in ["hello", "", "null", "[]", "{}", r#"[[2],"a"]"#, "[2", r#"[2,{"#] {
            assert_eq!(reply(text, version).as_deref(), Some("-1 RpcFrameworkError"), "{text} in {version}");
        }
        assert_eq!(reply(r#"[2,null,"Heartbeat",{}]"#, version).as_deref(), Some("-1 RpcFrameworkError"));
        assert_eq!(reply(r#"[2,"a","Heartbeat",{]"#, version).as_deref(), Some("a RpcFrameworkError"));
        assert_eq!(reply(r#"[7,"a","Heartbeat",{}]"#, version).as_deref(), Some("a MessageTypeNotSupported"));
        assert_eq!(reply(r#"[2,"a",7,{}]"#, version).as_deref(), Some("a FormatViolation"));
        for answer in [r#"[3,"a",{"x":]"#, "[3]", "[4,null]", r#"[4,"-1","RpcFrameworkError","",{]"#] {
            assert_eq!(reply(answer, version), None, "an answer is not answered: {answer}");
        }
    }
}

#[test]
fn an_error_has_the_spelling_of_its_dialect() {
    let spelt = |code, dialect: &Dialect| encode_error(&MessageId::text("7"), code, "", dialect);
    let (old, code) = (Version::V1_6.dialect(), ErrorCode::OccurenceConstraintViolation);
    assert_eq!(spelt(code, old), r#"[4,"7","OccurenceConstraintViolation","",{}]"#);
    assert_eq!(spelt(code, Version::V2_0_1.dialect()), r#"[4,"7","OccurrenceConstraintViolation","",{}]"#);
    let strange = decode(r#"[4,"7","RpcFrameworkError","",{}]"#, Version::V1_6).unwrap();
    assert_eq!(strange.remark.as_deref(), Some(r#""RpcFrameworkError" is no error code of this version"#));
}

#[test]
fn a_typed_payload_stands_verbatim_in_its_frame() {
    let typed = "{\"b\":  1.10,\n \"a\": 1e2, \"b\": 2}";
    let payload = OutgoingPayload::parse(typed).unwrap();
    let call = encode_call("7", "DataTransfer", &payload);
    assert_eq!(call, format!(r#"[2,"7","DataTransfer",{typed}]"#));
    assert_eq!(encode_result(&MessageId::text("7"), &payload), format!(r#"[3,"7",{typed}]"#));
    assert!(matches!(decode(&call, Version::V1_6).unwrap().message, SrpcMessage::Call { payload, .. } if payload["b"] == 2));
}

#[test]
fn malformed_calls_get_the_error_of_their_version() {
    for (text, in_1_6, in_1_5) in [
        (r#"[2,"a"]"#, Some("a FormationViolation"), Some("a FormationViolation")),
        (r#"[2]"#, Some("-1 FormationViolation"), Some("-1 FormationViolation")),
        (r#"[2,null,"Heartbeat",{}]"#, Some("-1 FormationViolation"), Some("-1 FormationViolation")),
        (r#"[2,"a",7,{}]"#, Some("a FormationViolation"), Some("a FormationViolation")),
        (r#"[1,"a","Heartbeat",{}]"#, Some("a FormationViolation"), None),
        (r#"[2,"a","Heartbeat",{"x":]"#, Some("a FormationViolation"), None),
        (r#"[ 2 , "a" , {{"#, Some("a FormationViolation"), None),
        (r#"[3,"a",{"x":]"#, None, None),
        (r#"[3]"#, None, None),
        (r#"[4,null]"#, None, None),
        ("hello", None, None),
        ("", None, None),
        ("null", None, None),
        ("[]", None, None),
        ("{}", None, None),
        (r#"[[2],"a"]"#, None, None),
    ] {
        assert_eq!(reply(text, Version::V1_6).as_deref(), in_1_6, "{text} in 1.6");
        assert_eq!(reply(text, Version::V1_5).as_deref(), in_1_5, "{text} in 1.5");
    }
}

/// What becomes of a call in a version and a strictness: `served`, the error, or `-`.
fn fate(text: &str, version: Version, strictness: Strictness) -> String {
    match super::decode(text, version, strictness) {
        Ok(frame) if frame.remark.is_some() || !frame.findings.is_empty() => "served".to_owned(),
        Ok(frame) => format!("served without a word: {frame:?}"),
        Err(malformed) => malformed.reply.map_or_else(|| "-".to_owned(), |reply| format!("{} {}", reply.id, reply.code)),
    }
}

#[test]
fn deviations_are_served_or_refused_as_the_table_says() {
    let long = "x".repeat(37);
    let (of_long, in_srpc) = (format!("{long} FormationViolation"), format!("{long} ProtocolError"));
    let long_frame = format!(r#"[2,"{long}","Heartbeat",{{}}]"#);
    for (text, srpc, srpc_strict, ocpp_j, ocpp_j_strict) in [
        ("\u{feff}[2,\"a\",\"Heartbeat\",{}]", "served", "-", "served", "a FormationViolation"),
        ("[2,\"a\",\"Heartbeat\",{}]\0\0", "served", "-", "served", "a FormationViolation"),
        ("\u{feff}[2,\"a\",\"Heartbeat\",{}]\n\0", "served", "-", "served", "a FormationViolation"),
        (r#"["2","a","Heartbeat",{}]"#, "served", "a FormationViolation", "served", "a FormationViolation"),
        (r#"[2.0,"a","Heartbeat",{}]"#, "served", "a FormationViolation", "served", "a FormationViolation"),
        (r#"[2,17,"Heartbeat",{}]"#, "served", "17 FormationViolation", "served", "17 FormationViolation"),
        (r#"[2,"","Heartbeat",{}]"#, "served", " FormationViolation", "served", " FormationViolation"),
        (&long_frame, &in_srpc, &in_srpc, "served", &of_long),
        (r#"[2,"a","Heartbeat",{},1]"#, "served", "a FormationViolation", "served", "a FormationViolation"),
        (r#"[2,"a","Heartbeat"]"#, "served", "a FormationViolation", "served", "a FormationViolation"),
        ("[2,\"a\",\"Heart\0beat\",{}]", "-", "-", "a FormationViolation", "a FormationViolation"),
        (r#"[7,"a","Heartbeat",{}]"#, "-", "-", "a FormationViolation", "a FormationViolation"),
        (
            r#"[2,true,"Heartbeat",{}]"#,
            "-1 FormationViolation",
            "-1 FormationViolation",
            "-1 FormationViolation",
            "-1 FormationViolation",
        ),
        (r#"[2,"a","Heartbeat",{"b":[{"c":1,"c":2}]}]"#, "served", "served", "served", "served"),
    ] {
        for (version, tolerant, strict) in [(Version::V1_5, srpc, srpc_strict), (Version::V1_6, ocpp_j, ocpp_j_strict)] {
            assert_eq!(fate(text, version, Strictness::Tolerant), tolerant, "{text} in {version}");
            assert_eq!(fate(text, version, Strictness::Strict), strict, "{text} in {version}, strict");
        }
    }
    let reply = |version| super::decode(&long_frame, version, Strictness::Strict).unwrap_err().reply.unwrap().description;
    assert_eq!(Version::ALL.map(reply), ["callId is too long (>36 chars)"; 5]);
}

#[test]
fn an_id_is_returned_as_it_was_written() {
    for id in ["17", "28240181849166013077", "1e3", "-0.10", "\"a\\u0041\\/\"", "\"ünï\""] {
        let SrpcMessage::Call { id: read, .. } =
            decode(&format!("[2, {id} ,\"Heartbeat\",{{}}]"), Version::V1_6).unwrap().message
        else {
            panic!("{id}")
        };
        assert_eq!(encode_result(&read, &json!({}).into()), format!("[3,{id},{{}}]"));
        let error = encode_error(&read, ErrorCode::GenericError, "", Version::V1_6.dialect());
        assert_eq!(error, format!("[4,{id},\"GenericError\",\"\",{{}}]"));
    }
}

#[test]
fn a_name_that_occurs_twice_is_a_finding_and_the_last_member_counts() {
    let text = r#"[2,"k1","StartTransaction",{"connectorId":1,"connectorId":2,"idTag":"A"}]"#;
    let DecodedFrame { message, remark, findings } = decode(text, Version::V1_6).unwrap();
    assert!(matches!(message, SrpcMessage::Call { payload, .. } if *payload == json!({"connectorId": 2, "idTag": "A"})));
    assert_eq!(remark, None);
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((finding.path.as_str(), finding.rule, finding.tolerated), ("/connectorId", FindingRule::DoubledName, true));
    assert_eq!(finding.message, "connectorId occurs twice, 1 and 2; readers differ in which one they take");
    for text in [r#"[3,"a",{"x":{"y":1,"y":1}}]"#, r#"[4,"a","GenericError","",{"x":[{"y":1,"y":1}]}]"#] {
        assert_eq!(decode(text, Version::V1_5).unwrap().findings.len(), 1, "{text}");
    }
}

#[test]
fn a_broken_answer_names_the_call_that_it_begins_with() {
    for (text, id) in [
        ("[3,\"a\",{\"x\":\"\0\"}]", Some("a")),
        (r#"[3,"a",{"x":["#, Some("a")),
        (r#"[4,"a\u0041","Gen"#, Some("aA")),
        (" [ 3 , 17 , {", Some("17")),
        (r#"["3","a",{"#, Some("a")),
        ("\u{feff}[3,\"a\",{", Some("a")),
        ("[3,17", None),
        (r#"[3,"cut"#, None),
        (r#"[3,null,{"#, None),
        (r#"[2,"a","Heartbeat",{"#, None),
        ("[3]", None),
        ("hello", None),
    ] {
        let malformed = decode(text, Version::V1_5).unwrap_err();
        assert_eq!(malformed.answers.as_ref().map(MessageId::key), id, "{text}");
        assert!(malformed.answers.is_none() || malformed.reply.is_none(), "{text}");
        assert_eq!(malformed.is_result, id.is_some() && text.contains('3'), "{text}");
    }
}

#[test]
fn what_can_be_understood_is_understood_and_remarked() {
    for text in [
        r#"["2","a","Heartbeat",{}]"#,
        r#"[2,17,"Heartbeat",{}]"#,
        r#"[3,"a"]"#,
        r#"[3,"a",{},1]"#,
        r#"[4,"a"]"#,
        r#"[4,"a","GenericError","","text"]"#,
        r#"[4,"a","OccurrenceConstraintViolation","",{}]"#,
        r#"[4,"a","Nonsense","",{}]"#,
        r#"[4,"a",7,null,{}]"#,
    ] {
        assert!(decode(text, Version::V1_6).unwrap().remark.is_some(), "{text}");
    }
    let SrpcMessage::Call { id, .. } = decode(r#"[2,17,"Heartbeat",{}]"#, Version::V1_6).unwrap().message else { panic!() };
    assert_eq!(encode_result(&id, &json!({}).into()), "[3,17,{}]", "a number is echoed as a number");
}

#[test]
fn the_offset_names_the_byte() {
    let at = |text| decode(text, Version::V1_6).unwrap_err().offset;
    assert_eq!(at(r#"[2,"ä",x]"#), Some(8));
    assert_eq!(at("[2,\n\"a\",\n x]"), Some(10));
    // What is missing is the end of the bracket there.
    assert_eq!(at("[2"), Some(0));
    assert_eq!(at(""), Some(0));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*|[\\[\\]{},:\"234a. \\\\n\u{0}-]*") {
        for version in Version::ALL {
            if let Err(malformed) = decode(&text, version) {
                prop_assert!(malformed.offset.is_none_or(|offset| offset <= text.len()));
                if let Some(reply) = malformed.reply {
                    let text = encode_error(&reply.id, reply.code, &reply.description, version.dialect());
                    let is_error = matches!(decode(&text, version).unwrap().message, SrpcMessage::Error { .. });
                    prop_assert!(is_error);
                }
            }
        }
    }

    #[test]
    fn what_is_written_is_read_back(id in "\\PC{1,36}", action in "\\PC*", text in "\\PC*") {
        let payload = json!({ "data": text });
        let call = encode_call(&id, &action, &payload.clone().into());
        let decoded = decode(&call, Version::V1_6).unwrap();
        prop_assert_eq!(decoded.message, SrpcMessage::Call { id: MessageId::text(&id), action, payload: payload.clone().into() });
        prop_assert_eq!(decoded.remark, None);
        let id = MessageId::text(id);
        let result = encode_result(&id, &payload.clone().into());
        let decoded = decode(&result, Version::V1_6).unwrap();
        prop_assert_eq!(decoded.message, SrpcMessage::Result { id: id.clone(), payload: payload.into() });
        let error = encode_error(&id, ErrorCode::InternalError, &text, Version::V1_6.dialect());
        let decoded = decode(&error, Version::V1_6).unwrap();
        let details = json!({});
        let expected = SrpcMessage::Error { id, code: "InternalError".into(), description: text, details };
        prop_assert_eq!(decoded.message, expected);
    }
}
