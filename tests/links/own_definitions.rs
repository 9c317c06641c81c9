//! Definitions of the user's own, as `--wsdl-dir` names them: what reads recorded SOAP frames must read them by these.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ocpp_tui::clock::now;
use ocpp_tui::console::known_values;
use ocpp_tui::hub::Hub;
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::definition::read_directory;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::trace::filter::{self, FilterContext};
use ocpp_tui::trace::{self, FrameVerdict, export};
use serde_json::{Value, json};

use crate::support::envelopes::{SOAP, envelope, headers, is_result};
use crate::support::http::send;
use crate::support::{central_system, station, until};

/// A session with definitions in which Authorize of OCPP 1.5 has two more fields: a list and a number.
fn hub() -> Hub {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("wsdl")).unwrap() {
        let path = entry.unwrap().path();
        let id_tag = "<s:complexType name=\"AuthorizeRequest\">\n        <s:sequence>\n";
        let more = "<s:element name=\"badge\" type=\"s:string\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>\
                    <s:element name=\"reservationId\" type=\"s:int\" minOccurs=\"0\"/>\n";
        let mut text = fs::read_to_string(&path).unwrap();
        if path.ends_with("ocpp-1.5-central-system.wsdl") {
            assert!(text.contains(id_tag));
            text = text.replace(id_tag, &format!("{id_tag}{more}"));
        }
        fs::write(folder.path().join(path.file_name().unwrap()), text).unwrap();
    }
    let loaded = read_directory(folder.path()).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let (events, _recorder) = trace::start(1 << 20, now()).unwrap();
    Hub::new(Arc::new(loaded.catalog), LinkSettings::default(), events)
}

#[tokio::test]
async fn filters_and_completion_read_envelopes_by_them() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let body = "<o:authorizeRequest><o:badge>A</o:badge><o:reservationId>7</o:reservationId><o:idTag>T</o:idTag>\
                </o:authorizeRequest>";
    let reply = send(port, SOAP, envelope(&headers("CP1", "Authorize"), body)).await;
    assert!(is_result(&reply, "Authorize"), "{reply:?}");
    let key = station(&hub, Role::CentralSystem, "CP1").await;
    until(hub.trace(), "both frames", |contents| (contents.stations().get(key)?.frames_out == 1).then_some(())).await;

    let contents = hub.trace().read();
    let context = FilterContext::new(&contents, &jiff::Zoned::now());
    let records = contents.records();
    let passing = |text: &str| {
        let filter = filter::parse(text).unwrap();
        records.iter(records.range()).filter(|record| filter.matches(record, &context)).count()
    };
    for (text, count) in [("$.badge[0]=A", 1), ("$.badge=A", 0), ("$.reservationId=7", 1), ("$.idTagInfo.status", 1)] {
        assert_eq!(passing(text), count, "{text}");
    }
    let known = known_values(&contents, Some(key));
    assert_eq!(known.of("reservationId"), [Value::from(7)], "it is a number by these definitions only");
    assert_eq!(known.of("idTag"), ["T"]);

    let call = records.iter(records.range()).find(|record| record.action == Some("Authorize")).unwrap();
    assert_eq!(call.verdict, FrameVerdict::Valid, "{}", call.remarks);
    let object = export::object(&call, contents.stations());
    assert_eq!(object["payload"], json!({ "badge": ["A"], "reservationId": 7, "idTag": "T" }));
}
