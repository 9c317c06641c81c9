//! Samples of payloads. The fields and their kinds come from the message, the values from `values` by field name, certificates and
//! signatures from `certificates`.

pub(crate) mod certificates;
mod context;
mod place;
mod second_generation;
mod values;

use serde_json::{Map, Value, json};

pub use self::context::SampleContext;
use self::place::SamplePlace;
use super::message::{FieldDefinition, FieldKind, MessageDefinition};
use super::number_range::number;

impl MessageDefinition {
    /// A plausible, valid payload: the required fields and common optional ones.
    pub fn sample(&self, context: &SampleContext) -> Value {
        object(&self.fields, &SamplePlace::root(&self.name), context)
    }

    /// The required fields with placeholders: empty texts, zeros, the first value of an enumeration.
    pub fn skeleton(&self) -> Value {
        blank_object(&self.fields)
    }
}

fn object(fields: &[FieldDefinition], place: &SamplePlace, context: &SampleContext) -> Value {
    let wanted = fields.iter().filter(|field| field.required || values::is_common(place, &field.name));
    Value::Object(wanted.map(|field| (field.name.clone(), content(field, place, context))).collect())
}

fn content(field: &FieldDefinition, place: &SamplePlace, context: &SampleContext) -> Value {
    let one = || match &field.kind {
        FieldKind::Object(fields) | FieldKind::Map(fields) => object(fields, &place.inside(&field.name), context),
        FieldKind::Text { max_length } => {
            let text = values::text(place, &field.name, context);
            json!(max_length.map_or(text.clone(), |limit| text.chars().take(limit as usize).collect()))
        }
        FieldKind::Enumeration(choices) => json!(values::choice(place, &field.name, choices)),
        FieldKind::Integer(range) => number(range.closest(values::integer(place, &field.name, context).into())),
        FieldKind::Decimal { fraction_digits: Some(0), range } => number(range.closest(16.0)),
        FieldKind::Decimal { range, .. } => json!(range.closest(values::decimal(place, &field.name, context))),
        FieldKind::Any => json!(values::text(place, &field.name, context)),
        FieldKind::Boolean => json!(second_generation::flag(&field.name)),
        FieldKind::DateTime => json!(context.timestamp(values::seconds_later(&field.name))),
        FieldKind::Uri => json!(values::uri(place)),
    };
    match field.repeated {
        None => one(),
        // A list of a sample is never empty.
        Some(minimum) => Value::Array((0..minimum.max(1)).map(|_| one()).collect()),
    }
}

fn blank_object(fields: &[FieldDefinition]) -> Value {
    let required = fields.iter().filter(|field| field.required);
    Value::Object(required.map(|field| (field.name.clone(), blank(field))).collect::<Map<_, _>>())
}

fn blank(field: &FieldDefinition) -> Value {
    let one = || match &field.kind {
        FieldKind::Object(fields) | FieldKind::Map(fields) => blank_object(fields),
        FieldKind::Text { .. } | FieldKind::DateTime | FieldKind::Uri | FieldKind::Any => json!(""),
        FieldKind::Enumeration(choices) => json!(choices.first().map_or("", String::as_str)),
        FieldKind::Integer(range) | FieldKind::Decimal { range, .. } => number(range.closest(0.0)),
        FieldKind::Boolean => json!(false),
    };
    match field.repeated {
        None => one(),
        Some(minimum) => Value::Array((0..minimum).map(|_| one()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_message::newer_message;
    use super::super::{Catalog, Role, Version};
    use super::*;

    fn context() -> SampleContext {
        SampleContext::at("2030-01-31T12:00:00.5Z".parse().unwrap())
    }

    #[test]
    fn every_sample_is_valid() {
        let catalog = Catalog::embedded();
        for action in Version::ALL.iter().flat_map(|version| catalog.actions(*version)) {
            for message in [&action.request, &action.response] {
                let sample = message.sample(&context());
                assert_eq!(message.check(&sample, action.version), [], "{} {}: {sample}", action.version, message.name);
            }
        }
    }

    #[test]
    fn samples_and_skeletons_keep_ranges() {
        let message = newer_message();
        let sample = message.sample(&context());
        let wanted =
            json!({ "soc": 16.0, "priority": 3, "tags": ["text"], "data": "{}", "customData": { "vendorId": "ocpp-" } });
        assert_eq!(sample, wanted);
        assert_eq!(message.check(&sample, Version::V1_6), []);
        let blank = json!({ "soc": 0, "priority": 3, "tags": [""], "data": "", "customData": { "vendorId": "" } });
        assert_eq!(message.skeleton(), blank);
    }

    #[test]
    fn a_sample_reads_like_the_real_thing() {
        let catalog = Catalog::embedded();
        let request = |version, role, name| catalog.action(version, role, name).unwrap().request.sample(&context());
        assert_eq!(
            request(Version::V1_6, Role::ChargePoint, "StatusNotification"),
            json!({ "connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": "2030-01-31T12:00:00.500Z" })
        );
        assert_eq!(
            request(Version::V1_5, Role::ChargePoint, "MeterValues"),
            json!({ "connectorId": 1, "transactionId": 1, "values": [{
                "timestamp": "2030-01-31T12:00:00.500Z",
                "values": [{ "value": "12450", "measurand": "Energy.Active.Import.Register", "unit": "Wh" }],
            }] })
        );
        assert_eq!(request(Version::V1_2, Role::ChargePoint, "MeterValues")["values"][0]["value"], 12_450);
        let profile = &request(Version::V1_6, Role::CentralSystem, "SetChargingProfile")["csChargingProfiles"];
        assert_eq!(profile["chargingProfilePurpose"], "TxDefaultProfile");
        assert_eq!(profile["chargingProfileKind"], "Absolute");
        assert_eq!(profile["chargingSchedule"]["chargingSchedulePeriod"], json!([{ "startPeriod": 0, "limit": 16.0 }]));
        assert_eq!(profile["chargingSchedule"]["startSchedule"], "2030-01-31T12:00:00.500Z");
    }

    #[test]
    fn samples_of_the_security_extension_belong_together() {
        let catalog = Catalog::embedded();
        let request = |role, name| catalog.action(Version::V1_6, role, name).unwrap().request.sample(&context());
        let install = request(Role::CentralSystem, "InstallCertificate");
        assert_eq!(install["certificateType"], "CentralSystemRootCertificate");
        assert_eq!(install["certificate"], certificates::CERTIFICATE);
        let delete = request(Role::CentralSystem, "DeleteCertificate");
        assert_eq!(delete["certificateHashData"]["hashAlgorithm"], "SHA256");
        assert_eq!(delete["certificateHashData"]["serialNumber"], certificates::HASH_DATA[2]);
        assert_eq!(
            request(Role::CentralSystem, "GetLog"),
            json!({ "log": { "remoteLocation": "ftp://example.com/logs/" }, "logType": "DiagnosticsLog", "requestId": 1 })
        );
        assert_eq!(
            request(Role::ChargePoint, "SignedFirmwareStatusNotification"),
            json!({ "status": "Installed", "requestId": 1 })
        );
    }

    #[test]
    fn samples_of_2_x_read_like_the_real_thing() {
        let catalog = Catalog::embedded();
        let request = |version, role, name| catalog.action(version, role, name).unwrap().request.sample(&context());
        for version in [Version::V2_0_1, Version::V2_1] {
            let station = |name| request(version, Role::ChargePoint, name);
            let csms = |name| request(version, Role::CentralSystem, name);
            assert_eq!(station("Authorize"), json!({ "idToken": { "idToken": "04A2B3C4D5E6F7", "type": "ISO14443" } }));
            assert_eq!(station("BootNotification")["chargingStation"]["vendorName"], "ocpp-tui");
            assert_eq!(station("BootNotification")["reason"], "PowerUp");
            let reading = &station("MeterValues")["meterValue"][0]["sampledValue"][0];
            assert_eq!((&reading["value"], &reading["unitOfMeasure"]), (&json!(12_450.0), &json!({ "unit": "Wh" })));
            let event = station("TransactionEvent");
            assert_eq!(event["evse"], json!({ "id": 1, "connectorId": 1 }));
            assert_eq!((&event["eventType"], &event["seqNo"]), (&json!("Started"), &json!(0)));
            let data = &csms("GetVariables")["getVariableData"][0];
            assert_eq!(
                (&data["component"], &data["variable"]),
                (&json!({ "name": "OCPPCommCtrlr" }), &json!({ "name": "HeartbeatInterval" }))
            );
            let schedule = &csms("SetChargingProfile")["chargingProfile"]["chargingSchedule"][0];
            assert_eq!(schedule["chargingSchedulePeriod"], json!([{ "startPeriod": 0, "limit": 16.0 }]));
            assert_eq!(csms("SetNetworkProfile")["connectionData"]["ocppTransport"], "JSON");
        }
        assert_eq!(request(Version::V2_1, Role::CentralSystem, "SetDERControl")["fixedPFAbsorb"]["displacement"], 0.95);
    }

    #[test]
    fn no_sample_of_2_x_has_a_text_that_means_nothing() {
        let catalog = Catalog::embedded();
        for action in [Version::V2_0_1, Version::V2_1].iter().flat_map(|version| catalog.actions(*version)) {
            for part in action.parts() {
                let sample = action.message(*part).sample(&context()).to_string();
                assert!(!sample.contains("\"text\"") && !sample.contains("{}}"), "{} {sample}", action.version);
            }
        }
    }

    #[test]
    fn a_skeleton_has_the_required_fields_only() {
        let catalog = Catalog::embedded();
        let action = catalog.action(Version::V1_6, Role::ChargePoint, "StatusNotification").unwrap();
        let blank = json!({ "connectorId": 0, "errorCode": "ConnectorLockFailure", "status": "Available" });
        assert_eq!(action.request.skeleton(), blank);
        assert_eq!(action.response.skeleton(), json!({}));
    }
}
