//! A file with all messages of a version in JSON Schema, as in `schemas/`, whose README explains the format. The built-in files are read
//! by the first use of their version, so that a start without it costs nothing. Folders with a file for each message are in
//! `schema_folder`.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::json_schema::{self, DocumentTypes, SchemaFault};
use super::xml::XmlFault;
use crate::ocpp::catalog::ActionDefinition;
use crate::ocpp::message::MessageDefinition;
use crate::ocpp::{Role, Version};

/// The built-in files.
const EMBEDDED: [(Version, &str); 2] = [
    (Version::V2_0_1, include_str!("../../../schemas/ocpp-2.0.1.json")),
    (Version::V2_1, include_str!("../../../schemas/ocpp-2.1.json")),
];

/// The versions that have a built-in file.
pub(super) const VERSIONS: [Version; 2] = [EMBEDDED[0].0, EMBEDDED[1].0];

/// The actions of the built-in file of a version; none for a version that has no such file.
pub(super) fn built_in(version: Version) -> Vec<ActionDefinition> {
    // A test reads the files, so none of them is broken.
    read(embedded(version)).map_or_else(|_| Vec::new(), |(_, actions)| actions)
}

/// The names of the actions of the built-in file of a version, and who sends them.
pub(super) fn built_in_names(version: Version) -> Vec<(Arc<str>, Role)> {
    /// The part of the file that is wanted; the parser passes over the definitions.
    #[derive(Deserialize)]
    struct Senders {
        actions: Map<String, Value>,
    }
    let Ok(Senders { actions }) = serde_json::from_str(embedded(version)) else { return Vec::new() };
    let named = |(name, sender): (&String, &Value)| {
        let name: Arc<str> = name.as_str().into();
        initiators(sender).unwrap_or_default().iter().map(move |role| (name.clone(), *role)).collect::<Vec<_>>()
    };
    actions.iter().flat_map(named).collect()
}

fn embedded(version: Version) -> &'static str {
    EMBEDDED.iter().find(|(of, _)| *of == version).map_or("", |(_, text)| text)
}

/// The roles that a file names as the sender of an action.
fn initiators(sender: &Value) -> Option<&'static [Role]> {
    match sender.as_str()? {
        "charging-station" => Some(&[Role::ChargePoint]),
        "csms" => Some(&[Role::CentralSystem]),
        "both" => Some(&Role::ALL),
        _ => None,
    }
}

/// Whether a document is a set: it says who sends which action.
pub(super) fn is_set(document: &Value) -> bool {
    document.get("actions").is_some_and(Value::is_object)
}

/// Reads the text of a file.
pub(super) fn read(text: &str) -> Result<(Version, Vec<ActionDefinition>), XmlFault> {
    let document = json_schema::parse(text)?;
    from_document(&document).map_err(|fault| fault.placed(text))
}

fn from_document(document: &Value) -> Result<(Version, Vec<ActionDefinition>), SchemaFault> {
    let written = document.get("version").and_then(Value::as_str).unwrap_or_default();
    let wrong = || SchemaFault::here(format!("{written:?} is not a version of OCPP 2.x")).inside("version");
    let version = Version::parse(written).filter(|version| VERSIONS.contains(version)).ok_or_else(wrong)?;
    let actions = document.get("actions").and_then(Value::as_object);
    let actions = actions.ok_or_else(|| SchemaFault::here("actions must be an object").inside("actions"))?;
    let definitions = document.get("definitions").and_then(Value::as_object);
    let mut types = DocumentTypes::of(document);
    let mut found = Vec::with_capacity(actions.len() + 1);
    for (name, sender) in actions {
        let initiators = initiators(sender).ok_or_else(|| {
            let problem = format!("{sender} sends no actions: write charging-station, csms or both");
            SchemaFault::here(problem).inside(name).inside("actions")
        })?;
        let defined = |name: &str| definitions.and_then(|all| all.get_key_value(name)).map(|(name, _)| name.as_str());
        let mut message = |suffix: &str| {
            let wanted = format!("{name}{suffix}");
            let missing = || SchemaFault::here(format!("{wanted} is not defined")).inside(name).inside("actions");
            let key = defined(&wanted).ok_or_else(missing)?;
            Ok((wanted.clone(), types.message(key)?))
        };
        // A message that is not answered has the name of its action.
        let is_send = defined(name).is_some();
        let request = message(if is_send { "" } else { "Request" })?;
        let response = if is_send { (format!("{name}Response"), Vec::new()) } else { message("Response")? };
        for initiator in initiators {
            let definition = |(name, fields): &(String, _)| MessageDefinition::new(name.as_str(), Clone::clone(fields), None);
            found.push(ActionDefinition {
                name: name.as_str().into(),
                version,
                initiator: *initiator,
                request: definition(&request),
                response: definition(&response),
                is_send,
                soap: None,
            });
        }
    }
    Ok((version, found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::SampleContext;

    #[test]
    fn the_built_in_files_have_every_action_and_message() {
        for ((version, text), counts) in EMBEDDED.iter().zip([(64, 128), (91, 181)]) {
            let (read, actions) = read(text).unwrap_or_else(|fault| panic!("{version}: {fault:?}"));
            assert_eq!(read, *version);
            let both = actions.iter().filter(|action| &*action.name == "DataTransfer").count();
            let sends: Vec<&str> = actions.iter().filter(|action| action.is_send).map(|action| &*action.name).collect();
            assert_eq!(sends.is_empty(), *version == Version::V2_0_1, "{sends:?}");
            assert!(both == 2 && (sends.is_empty() || sends == ["NotifyPeriodicEventStream"]));
            assert_eq!((actions.len() - 1, (actions.len() - 1) * 2 - sends.len()), counts, "{version}");
            let names: Vec<_> = actions.iter().map(|action| (action.name.clone(), action.initiator)).collect();
            assert_eq!(built_in_names(*version), names);
        }
    }

    #[test]
    fn other_validators_can_use_the_files_as_they_are() {
        let context = SampleContext::at("2030-01-31T12:00:00Z".parse().unwrap());
        for (version, text) in EMBEDDED {
            let document: Value = serde_json::from_str(text).unwrap();
            assert!(jsonschema::draft7::meta::is_valid(&document), "{version}");
            for action in built_in(version) {
                for part in action.parts() {
                    let message = action.message(*part);
                    let mut schema = document.clone();
                    schema["$ref"] = format!("#/definitions/{}", message.name).into();
                    let validator = jsonschema::draft7::new(&schema).unwrap();
                    let mut sample = message.sample(&context);
                    assert!(validator.is_valid(&sample), "{version} {}: {sample}", message.name);
                    sample["unknown"] = Value::Null;
                    assert!(!validator.is_valid(&sample), "{version} {}", message.name);
                }
            }
        }
    }

    #[test]
    fn a_fault_names_its_place() {
        let text = "{ \"version\": \"2.1\",\n  \"actions\": {\n    \"A\": \"csms\" },\n  \"definitions\": {\n    \"ARequest\": { \"type\": \"object\" },\n    \"AResponse\": { \"type\": \"object\" } } }";
        assert_eq!(read(text).unwrap().1.len(), 1);
        for (good, slip, line, word) in [
            ("2.1", "1.6", 1, "is not a version of OCPP 2.x"),
            ("csms", "station", 3, "sends no actions"),
            ("\"AResponse\"", "\"AReply\"", 3, "AResponse is not defined"),
            ("\"object\" } } }", "\"list\" } } }", 6, "there is no type list"),
            ("\"object\" },", "\"object\" }", 6, "not JSON"),
        ] {
            let fault = read(&text.replacen(good, slip, 1)).unwrap_err();
            assert!(fault.problem.contains(word), "{slip}: {}", fault.problem);
            assert_eq!(fault.line, line, "{slip}");
        }
    }
}
