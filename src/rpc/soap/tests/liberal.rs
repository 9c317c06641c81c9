//! Envelopes that are not as they should be and are understood all the same, with a remark.

use serde_json::json;

use super::super::*;
use super::{envelope, operation, parse, payload};
use crate::ocpp::xml::XmlRule;
use crate::ocpp::{Catalog, ErrorCode, Role, Version};

/// The rules on which reading a body of OCPP 1.5 remarks.
fn rules(body: &str) -> Vec<XmlRule> {
    parse(&envelope("", body)).remarks.iter().map(|remark| remark.rule).collect()
}

#[test]
fn a_message_in_its_best_form_causes_no_remark() {
    let envelope = parse(include_str!("../../../../tests/data/soap/meter-values-1.5.xml"));
    assert_eq!(envelope.remarks, []);
    assert_eq!(envelope.soap_version, SoapVersion::V1_2);
    assert_eq!((envelope.identity(), envelope.from()), (Some("CP 1"), Some("http://192.0.2.7:8082/")));
    let found = operation(&envelope.body);
    assert_eq!((found.version, found.service, &*found.action), (Version::V1_5, Role::CentralSystem, "MeterValues"));
    assert_eq!(
        found.payload,
        json!({
            "connectorId": 1, "transactionId": 42,
            "values": [{ "timestamp": "2013-02-01T15:09:18Z", "values": [
                { "value": "0" }, { "value": "21.5", "measurand": "Temperature", "unit": "Celsius" },
            ] }],
        })
    );
}

#[test]
fn order_and_namespaces_are_remarked_upon_with_their_place() {
    let body = "<o:statusNotificationRequest><o:status>Available</o:status><o:connectorId> 1\n</o:connectorId>\
                <errorCode>NoError</errorCode></o:statusNotificationRequest>";
    let text = envelope("", body);
    let envelope = parse(&text);
    assert_eq!(operation(&envelope.body).payload, json!({ "status": "Available", "connectorId": 1, "errorCode": "NoError" }));
    let [order, namespace] = &envelope.remarks[..] else { panic!("{:?}", envelope.remarks) };
    assert_eq!((order.rule, namespace.rule), (XmlRule::Order, XmlRule::Namespace));
    assert!(text[order.offset..].starts_with("<o:connectorId>"));
    assert!(text[namespace.offset..].starts_with("<errorCode>"));
    assert_eq!(
        order.message,
        "<connectorId> stands behind <status> in <statusNotificationRequest>; the definition wants it before"
    );
}

#[test]
fn values_are_read_by_their_types_and_kept_when_they_do_not_read() {
    let start = |more: &str| payload(&format!("<o:startTransactionRequest>{more}</o:startTransactionRequest>"));
    assert_eq!(start("<o:connectorId> +1 </o:connectorId>"), json!({ "connectorId": 1 }));
    assert_eq!(start("<o:connectorId>abc</o:connectorId>"), json!({ "connectorId": "abc" }));
    assert_eq!(start("<o:connectorId>1.5</o:connectorId>"), json!({ "connectorId": 1.5 }));
    assert_eq!(start("<o:connectorId/>"), json!({ "connectorId": "" }), "it is required");
    assert_eq!(start("<o:reservationId></o:reservationId>"), json!({}), "it is optional");
    assert_eq!(start("<o:idTag>a</o:idTag><o:idTag>b</o:idTag>"), json!({ "idTag": ["a", "b"] }));
    assert_eq!(start("<o:idTag><![CDATA[<]]>&#65;&amp;</o:idTag>"), json!({ "idTag": "<A&" }));
    assert_eq!(start("<o:idTag><o:x>1</o:x></o:idTag>"), json!({ "idTag": { "x": "1" } }));
    assert_eq!(start("<o:foo>1</o:foo>"), json!({ "foo": "1" }));
    assert_eq!(
        start("<!-- c --><?p i?><o:timestamp>\n2013-02-01T15:09:18Z </o:timestamp>"),
        json!({ "timestamp": "2013-02-01T15:09:18Z" })
    );
    assert_eq!(payload("<o:startTransactionRequest>text</o:startTransactionRequest>"), json!("text"));
    let xsi = "<o:idTag xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:type='o:IdToken'>A</o:idTag>";
    assert_eq!(rules(&format!("<o:authorizeRequest>{xsi}</o:authorizeRequest>")), []);
    let nil = "<o:reservationId xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:nil='true'/>";
    assert_eq!(start(nil), json!({}));
    let configuration = |readonly: &str| {
        let body = format!("<c:key>k</c:key><c:readonly>{readonly}</c:readonly>");
        payload(&format!(
            "<c:getConfigurationResponse xmlns:c='urn://Ocpp/Cp/2012/06/'><c:configurationKey>{body}</c:configurationKey>\
             </c:getConfigurationResponse>"
        ))["configurationKey"][0]["readonly"]
            .clone()
    };
    assert_eq!([configuration("1"), configuration("false")], [json!(true), json!(false)]);
    assert_eq!(configuration("yes"), json!("yes"));
}

#[test]
fn lists_are_lists_and_attributes_are_read_with_and_without_prefix() {
    let key = "<c:getConfigurationRequest xmlns:c='urn://Ocpp/Cp/2012/06/'><c:key>a</c:key></c:getConfigurationRequest>";
    assert_eq!(payload(key), json!({ "key": ["a"] }));
    let body = "<o:stopTransactionRequest><o:transactionData><o:values><o:timestamp>2013-02-01T15:09:18Z</o:timestamp>\
                <o:value o:unit='Wh'>1</o:value><o:value phase='L1'>2</o:value></o:values></o:transactionData>\
                </o:stopTransactionRequest>";
    assert_eq!(
        payload(body)["transactionData"][0]["values"][0]["values"],
        json!([
            { "value": "1", "unit": "Wh" }, { "value": "2", "phase": "L1" },
        ])
    );
    assert_eq!(rules(body), [XmlRule::Attribute]);
    let old = "<m:meterValuesRequest xmlns:m='urn://Ocpp/Cs/2010/08/'><m:values><m:value>7</m:value></m:values>\
               </m:meterValuesRequest>";
    assert_eq!(payload(old), json!({ "values": [{ "value": 7 }] }));
    // The JSON of OCPP 1.6 wants the list to be there.
    let new = "<m:meterValuesRequest xmlns:m='urn://Ocpp/Cs/2015/10/'><m:connectorId>1</m:connectorId></m:meterValuesRequest>";
    assert_eq!(payload(new), json!({ "connectorId": 1, "meterValue": [] }));
}

#[test]
fn the_version_is_found_without_a_good_namespace() {
    let found = |header: &str, body: &str, hint: ReadHint| {
        let envelope = read(&envelope(header, body), &Catalog::embedded(), hint).unwrap();
        let found = operation(&envelope.body);
        (found.version, found.service)
    };
    let (cs, cp) = (Role::CentralSystem, Role::ChargePoint);
    let no_slash = "<h:heartbeatRequest xmlns:h='urn://Ocpp/Cs/2015/10'/>";
    assert_eq!(found("", no_slash, ReadHint::default()), (Version::V1_6, cs));
    // The identity's namespace, then what is declared, then what the caller knows.
    let identity = "<c:chargeBoxIdentity xmlns:c='urn://Ocpp/Cs/2010/08/'>A</c:chargeBoxIdentity>";
    assert_eq!(found(identity, "<heartbeatRequest/>", ReadHint::default()), (Version::V1_2, cs));
    assert_eq!(found("", "<heartbeatRequest/>", ReadHint::default()), (Version::V1_5, cs));
    let bare = "<Envelope><Body><dataTransferRequest/></Body></Envelope>";
    let hint = ReadHint { version: Some(Version::V1_5), service: Some(cp), answers: None };
    let envelope = read(bare, &Catalog::embedded(), hint).unwrap();
    assert_eq!((operation(&envelope.body).version, operation(&envelope.body).service), (Version::V1_5, cp));
    // The service of the other role, and a name in another case.
    let other = "<c:AuthorizeRequest xmlns:c='urn://Ocpp/Cp/2012/06/'><c:idTag>A</c:idTag></c:AuthorizeRequest>";
    assert_eq!(found("", other, ReadHint::default()), (Version::V1_5, cs));
    // An action of a later version.
    let later = super::envelope("", "<o:triggerMessageRequest/>");
    let Body::Unknown(unknown) = parse(&later).body else { panic!() };
    assert_eq!((unknown.action.as_deref(), unknown.service), (Some("TriggerMessage"), Some((Version::V1_5, cs))));
}

#[test]
fn the_answers_of_ocppjs_are_understood() {
    let text = include_str!("../../../../tests/data/soap/ocppjs-fault.xml");
    let envelope = parse(text);
    assert_eq!(envelope.soap_version, SoapVersion::V1_1);
    let Body::Fault(fault) = &envelope.body else { panic!("{:?}", envelope.body) };
    assert_eq!(fault.code, Some(FaultCode::Sender));
    assert_eq!((fault.error_code(), &*fault.reason), (ErrorCode::OccurenceConstraintViolation, ""));
    assert_eq!(envelope.headers[0].must_understand, MustUnderstand::Yes);
    let rules: Vec<_> = envelope.remarks.iter().map(|remark| remark.rule).collect();
    assert!(rules.contains(&XmlRule::UndeclaredPrefix) && rules.contains(&XmlRule::Envelope), "{rules:?}");
}

#[test]
fn faults_of_both_versions_of_soap_are_read() {
    let fault = |body: &str| match parse(&envelope("", body)).body {
        Body::Fault(fault) => fault,
        other => panic!("{other:?}"),
    };
    let new = fault(
        "<S:Fault><S:Code><S:Value>S:Receiver</S:Value><S:Subcode><S:Value>o:NotSupported</S:Value></S:Subcode></S:Code>\
         <S:Reason><S:Text xml:lang='de'>nein</S:Text><S:Text xml:lang='en-GB'>no</S:Text></S:Reason>\
         <S:Detail><x>1</x></S:Detail></S:Fault>",
    );
    assert_eq!((new.code, new.subcode.as_deref()), (Some(FaultCode::Receiver), Some("NotSupported")));
    assert_eq!((&*new.reason, new.detail.as_deref()), ("no", Some("<x>1</x>")));
    assert_eq!(new.error_code(), ErrorCode::NotSupported);
    let old = fault("<S:Fault><faultcode>S:Client.SecurityError</faultcode><faultstring>no</faultstring><detail/></S:Fault>");
    assert_eq!((old.code, old.error_code()), (Some(FaultCode::Sender), ErrorCode::SecurityError));
    assert_eq!((&*old.reason, old.detail), ("no", None));
    let empty = fault("<S:Fault/>");
    assert_eq!((empty.code, empty.error_code()), (None, ErrorCode::GenericError));
    let own = fault("<S:Fault><S:Code><S:Value>o:IdentityMismatch</S:Value></S:Code></S:Fault>");
    assert_eq!((own.code, own.error_code()), (None, ErrorCode::SecurityError));
}

#[test]
fn every_error_has_a_fault_and_every_fault_an_error() {
    for error in ErrorCode::ALL {
        let subcode = FaultSubcode::of(error);
        assert_eq!(FaultSubcode::parse(&format!("o:{}", subcode.name())), Some(subcode));
        assert_eq!(FaultSubcode::of(subcode.error_code()), subcode);
    }
    assert_eq!((FaultCode::Sender.http_status(), FaultCode::MustUnderstand.http_status()), (400, 500));
}

#[test]
fn an_empty_body_and_other_headers_are_no_error() {
    assert_eq!(parse(&envelope("<a:From>http://h/</a:From>", "")).body, Body::Empty);
    let bare = parse(&envelope("<a:From> http://h/ </a:From><w:Security xmlns:w='urn:w'><w:T>1</w:T></w:Security>", ""));
    assert_eq!(
        (bare.from(), bare.headers[0].form, bare.headers[1].form),
        (Some("http://h/"), HeaderForm::Text, HeaderForm::Structure)
    );
    let old = "<f:From xmlns:f='http://schemas.xmlsoap.org/ws/2004/08/addressing'><f:Address>http://h/</f:Address></f:From>";
    assert_eq!(parse(&envelope(old, "")).from(), Some("http://h/"));
}
