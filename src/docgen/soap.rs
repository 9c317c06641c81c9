//! Examples as SOAP envelopes, indented for reading. The envelopes are the codec's; here are only the addresses in their headers.

use quick_xml::events::Event;
use quick_xml::{Reader, Writer};

use super::EXAMPLE_TIME;
use crate::ocpp::{ActionDefinition, Catalog, Role, SampleContext};
use crate::rpc::soap::{ANONYMOUS, RequestHeaders, ResponseHeaders, write_request, write_response};

/// The charge point of the examples.
const IDENTITY: &str = "CP001";
const MESSAGE_ID: &str = "urn:uuid:0f7c2a4e-5d1b-4c39-8a6e-2b9d1e7f3c50";
const RESPONSE_ID: &str = "urn:uuid:5b9a2d0c-3e47-4f86-9d15-7c1e8a4b6f02";
const CENTRAL_SYSTEM: &str = "http://central-system.example.com/ocpp";
const CHARGE_POINT: &str = "http://charge-point.example.com/ocpp";

/// The envelope of an example; `None` for an action that exists in JSON only.
pub(super) fn example(catalog: &Catalog, action: &ActionDefinition, response: bool) -> Option<String> {
    action.soap.as_ref()?;
    let context = SampleContext::at(EXAMPLE_TIME);
    let (version, initiator) = (action.version, action.initiator);
    let text = if response {
        let (message_id, relates_to) = (RESPONSE_ID.to_owned(), Some(MESSAGE_ID.to_owned()));
        let headers = ResponseHeaders { message_id, relates_to, to: ANONYMOUS.to_owned() };
        write_response(catalog, version, initiator, &action.name, &action.response.sample(&context), &headers)
    } else {
        let (to, from) = match initiator {
            Role::ChargePoint => (CENTRAL_SYSTEM, CHARGE_POINT),
            Role::CentralSystem => (CHARGE_POINT, CENTRAL_SYSTEM),
        };
        let headers = RequestHeaders {
            identity: IDENTITY.to_owned(),
            to: to.to_owned(),
            from: Some(from.to_owned()),
            message_id: Some(MESSAGE_ID.to_owned()),
            reply_to: None,
        };
        write_request(catalog, version, initiator, &action.name, &action.request.sample(&context), &headers)
    };
    // What cannot be indented is shown as it is.
    Some(indented(&text).unwrap_or(text))
}

fn indented(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().trim_text(true);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    loop {
        match reader.read_event().ok()? {
            Event::Eof => break,
            event => writer.write_event(event).ok()?,
        }
    }
    String::from_utf8(writer.into_inner()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Version;
    use crate::rpc::soap::{Body, ReadHint, read};

    #[test]
    fn every_envelope_reads_back_as_its_example() {
        let catalog = Catalog::embedded();
        let context = SampleContext::at(EXAMPLE_TIME);
        let mut json_only = 0;
        for action in Version::SOAP.into_iter().flat_map(|version| catalog.actions(version)) {
            for (response, message) in [(false, &action.request), (true, &action.response)] {
                let Some(text) = example(&catalog, action, response) else {
                    json_only += 1;
                    continue;
                };
                assert!(text.lines().count() > 8, "{text}");
                let envelope = read(&text, &catalog, ReadHint::default()).unwrap();
                let (Body::Request(operation) | Body::Response(operation)) = envelope.body else { panic!("{text}") };
                assert_eq!((operation.version, &operation.action), (action.version, &action.name));
                assert_eq!(operation.payload, message.sample(&context), "{text}");
                assert_eq!(envelope.remarks, [], "{text}");
            }
        }
        assert_eq!(json_only, 22, "the 11 actions of the security extension");
    }
}
