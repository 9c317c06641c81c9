//! Frames that come in and go out, well formed and not.

use proptest::prelude::*;

use super::*;

fn reply(text: &str, version: Version) -> Option<String> {
    let malformed = decode(text, version).expect_err("the text is no message");
    malformed.reply.map(|reply| format!("{} {}", reply.id, reply.code))
}

#[test]
fn the_three_types_are_read_and_written() {
    let call = encode_call("7", "Reset", &json!({"type": "Soft"}).into());
    assert_eq!(call, r#"[2,"7","Reset",{"type":"Soft"}]"#);
    let decoded = decode(&call, Version::V1_6).unwrap();
    let payload = json!({"type": "Soft"});
    assert_eq!(decoded.message, SrpcMessage::Call { id: MessageId::text("7"), action: "Reset".into(), payload });
    assert_eq!(decoded.remark, None);
    assert_eq!(encode_result(&MessageId::text("7"), &json!({}).into()), r#"[3,"7",{}]"#);
    let error = encode_error(&MessageId::text("7"), ErrorCode::GenericError, "say \"no\"", Version::V1_6.dialect());
    assert_eq!(error, r#"[4,"7","GenericError","say \"no\"",{}]"#);
    let decoded = decode(&error, Version::V1_5).unwrap();
    assert!(matches!(decoded.message, SrpcMessage::Error { description, .. } if description == "say \"no\""));
}

#[test]
fn an_error_has_the_spelling_of_its_dialect() {
    let newer = Dialect::with_2x_errors();
    let spelt = |code, dialect: &Dialect| encode_error(&MessageId::text("7"), code, "", dialect);
    let (old, code) = (Version::V1_6.dialect(), ErrorCode::OccurenceConstraintViolation);
    assert_eq!(spelt(code, old), r#"[4,"7","OccurenceConstraintViolation","",{}]"#);
    assert_eq!(spelt(code, &newer), r#"[4,"7","OccurrenceConstraintViolation","",{}]"#);
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
    let long = format!(r#"[2,"{}","Heartbeat",{{}}]"#, "x".repeat(37));
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
    let id = "x".repeat(37);
    assert_eq!(reply(&long, Version::V1_6), Some(format!("{id} FormationViolation")));
    assert_eq!(reply(&long, Version::V1_2), Some(format!("{id} ProtocolError")));
}

#[test]
fn five_elements_and_a_missing_payload_are_taken_by_srpc_and_refused_by_ocpp_j() {
    for text in [r#"[2,"a","Heartbeat",{},1]"#, r#"[2,"a","Heartbeat"]"#] {
        assert!(decode(text, Version::V1_5).is_ok());
        assert_eq!(reply(text, Version::V1_6).as_deref(), Some("a FormationViolation"));
    }
    assert_eq!(reply(r#"[2,"","Heartbeat",{}]"#, Version::V1_6).as_deref(), Some(" FormationViolation"));
    assert!(decode(r#"[2,"","Heartbeat",{}]"#, Version::V1_5).is_ok());
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
    assert_eq!(at("[2"), Some(1));
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
        let decoded = decode(&encode_call(&id, &action, &payload.clone().into()), Version::V1_6).unwrap();
        prop_assert_eq!(decoded.message, SrpcMessage::Call { id: MessageId::text(&id), action, payload: payload.clone() });
        prop_assert_eq!(decoded.remark, None);
        let id = MessageId::text(id);
        let decoded = decode(&encode_result(&id, &payload.clone().into()), Version::V1_6).unwrap();
        prop_assert_eq!(decoded.message, SrpcMessage::Result { id: id.clone(), payload });
        let decoded = decode(&encode_error(&id, ErrorCode::InternalError, &text, Version::V1_6.dialect()), Version::V1_6).unwrap();
        let details = json!({});
        let expected = SrpcMessage::Error { id, code: "InternalError".into(), description: text, details };
        prop_assert_eq!(decoded.message, expected);
    }
}
