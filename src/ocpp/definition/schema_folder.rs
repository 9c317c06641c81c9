//! A folder with a JSON Schema file for each message of 2.x, as the specification is published: `BootNotificationRequest.json`,
//! `BootNotificationResponse.json`. Each file has its own copy of the shared types. Such files do not say who sends an action; the
//! built-in definitions know. Files with a whole version are read by `schema_set`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::json_schema::{self, DocumentTypes, SchemaFault};
use super::schema_set;
use super::source::DefinitionSource;
use super::warning::DefinitionWarning;
use super::xml::XmlFault;
use crate::ocpp::catalog::ActionDefinition;
use crate::ocpp::check;
use crate::ocpp::message::{FieldDefinition, MessageDefinition};
use crate::ocpp::{MessagePart, Role, Version};

/// The beginnings of `$id` in the published files.
const PUBLISHED: [(&str, Version); 2] = [("urn:OCPP:Cp:2:2020:", Version::V2_0_1), ("urn:OCPP:Cp:2:2025:", Version::V2_1)];

/// What a folder has.
#[derive(Default)]
pub(super) struct SchemaFolder {
    /// The actions of every version of which the folder has a message: its own and, for the rest, the built-in ones.
    pub versions: Vec<(Version, Vec<ActionDefinition>)>,
    pub warnings: Vec<DefinitionWarning>,
}

/// A file with the schema of a message.
struct MessageFile {
    file: String,
    /// The name of the message.
    name: String,
    text: String,
    fields: Vec<FieldDefinition>,
}

impl MessageFile {
    fn message(&self) -> MessageDefinition {
        MessageDefinition::new(&*self.name, self.fields.clone(), None).with_schema(&*self.text)
    }
}

/// The messages of the files by version, action and part.
type MessageFiles = BTreeMap<(Version, String, bool), MessageFile>;

/// Reads the files of a folder.
pub(super) fn read(folder: &Path, sources: Vec<DefinitionSource>) -> SchemaFolder {
    let mut found = SchemaFolder::default();
    let mut messages = MessageFiles::new();
    let mut sets: Vec<(Version, String, Vec<ActionDefinition>)> = Vec::new();
    let mut others: Vec<String> = Vec::new();
    for DefinitionSource { name: file, text } in sources {
        let text = match text {
            Ok(text) => text,
            Err(reason) => {
                found.warnings.push(DefinitionWarning::Unreadable { file, reason, versions: Vec::new() });
                continue;
            }
        };
        let document = match json_schema::parse(&text) {
            Ok(document) => document,
            Err(fault) => {
                found.warnings.push(broken(file, fault));
                continue;
            }
        };
        if schema_set::is_set(&document) {
            match schema_set::read(&text) {
                Ok((version, actions)) => match sets.iter().find(|(of, ..)| *of == version) {
                    Some((_, first, _)) => found.warnings.push(DefinitionWarning::Twice { file, first: first.clone() }),
                    None => sets.push((version, file, actions)),
                },
                Err(fault) => found.warnings.push(broken(file, fault)),
            }
            continue;
        }
        let name = file.rsplit('/').next().unwrap_or_default();
        let name = name.get(..name.len() - ".json".len()).unwrap_or_default().to_owned();
        let Some((version, action, is_response)) = subject(folder, &file, &name, &document) else {
            others.push(file);
            continue;
        };
        match fields(&document) {
            Ok(fields) => {
                let key = (version, action, is_response);
                match messages.get(&key) {
                    Some(first) => found.warnings.push(DefinitionWarning::Twice { file, first: first.file.clone() }),
                    None => drop(messages.insert(key, MessageFile { file, name, text, fields })),
                }
            }
            Err(fault) => found.warnings.push(broken(file, fault.placed(&text))),
        }
    }
    if let Some(first) = others.first() {
        found.warnings.push(DefinitionWarning::NoMessage { file: first.clone(), others: others.len() - 1 });
    }
    for version in schema_set::VERSIONS {
        let set = sets.iter().position(|(of, ..)| *of == version).map(|position| sets.swap_remove(position).2);
        let own = messages.extract_if(.., |(of, ..), _| *of == version).map(|((_, action, part), file)| ((action, part), file));
        let own: BTreeMap<(String, bool), MessageFile> = own.collect();
        if set.is_some() || !own.is_empty() {
            let known = set.unwrap_or_else(|| schema_set::built_in(version));
            let actions = merged(version, known, own, &mut found.warnings);
            found.versions.push((version, actions));
        }
    }
    found
}

fn broken(file: String, fault: XmlFault) -> DefinitionWarning {
    let XmlFault { line, column, problem } = fault;
    DefinitionWarning::BrokenSchema { file, line, column, problem }
}

/// The version, the action and whether it is the response, as name, `$id` and folder of a file say; none for a file that is no message.
fn subject(folder: &Path, file: &str, name: &str, document: &Value) -> Option<(Version, String, bool)> {
    let id = document.get("$id").and_then(Value::as_str);
    let published = id.and_then(|id| PUBLISHED.iter().find(|(start, _)| id.starts_with(start)));
    let above = file
        .split_once('/')
        .map_or_else(|| folder.file_name().map(|name| name.to_string_lossy()), |(name, _)| Some(name.into()));
    let in_folder =
        || schema_set::VERSIONS.into_iter().find(|version| above.as_ref().is_some_and(|name| name.contains(version.number())));
    // An $id of another kind is of another version, such as 1.6.
    let version = match (published, id) {
        (Some((_, version)), _) => *version,
        (None, Some(id)) if id.starts_with("urn:OCPP:") => return None,
        (None, _) => in_folder()?,
    };
    let (action, is_response) = match (name.strip_suffix("Request"), name.strip_suffix("Response")) {
        (Some(action), _) => (action, false),
        (None, Some(action)) => (action, true),
        (None, None) => (name, false),
    };
    let is_half = action.len() < name.len();
    let is_send = || schema_set::built_in(version).iter().any(|known| known.is_send && *known.name == *name);
    (!action.is_empty() && (is_half || is_send())).then(|| (version, action.to_owned(), is_response))
}

/// The fields of a message whose schema can be used.
fn fields(document: &Value) -> Result<Vec<FieldDefinition>, SchemaFault> {
    let fields = DocumentTypes::of(document).root(document)?;
    match check::schema_fault(document) {
        None => Ok(fields),
        Some((path, problem)) => Err(SchemaFault::at(path, problem)),
    }
}

/// The known actions with the messages of the folder in place of theirs, and the actions that only the folder has.
fn merged(
    version: Version,
    mut actions: Vec<ActionDefinition>,
    mut own: BTreeMap<(String, bool), MessageFile>,
    warnings: &mut Vec<DefinitionWarning>,
) -> Vec<ActionDefinition> {
    for action in &mut actions {
        for part in action.parts() {
            let Some(file) = own.get(&(action.name.to_string(), *part == MessagePart::Response)) else { continue };
            match part {
                MessagePart::Request => action.request = file.message(),
                MessagePart::Response => action.response = file.message(),
            }
        }
    }
    own.retain(|(name, _), _| !actions.iter().any(|action| *action.name == **name));
    while let Some(((name, is_response), file)) = own.pop_first() {
        let counterpart = own.remove(&(name.clone(), !is_response));
        let Some(counterpart) = counterpart else {
            let missing = if is_response { "Request" } else { "Response" };
            let wanted = format!("{name}{missing}.json");
            warnings.push(DefinitionWarning::Half { file: file.file, wanted, version });
            continue;
        };
        // `false` sorts before `true`, so the request comes first.
        let name: Arc<str> = name.into();
        actions.extend(Role::ALL.map(|initiator| ActionDefinition {
            name: name.clone(),
            version,
            initiator,
            request: file.message(),
            response: counterpart.message(),
            is_send: false,
            soap: None,
        }));
    }
    actions
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tempfile::TempDir;

    use super::super::{DefinitionFolders, LoadedCatalog, read_folders};
    use super::*;

    const OF_2_0_1: &str = "urn:OCPP:Cp:2:2020:3:";
    const OF_2_1: &str = "urn:OCPP:Cp:2:2025:1:";

    /// A file as it is published, with a shared type of its own.
    fn published(id: &str, limit: &str) -> String {
        format!(
            r##"{{
  "$schema": "http://json-schema.org/draft-06/schema#",
  "$id": "{id}",
  "definitions": {{
    "WordType": {{
      "javaType": "Word",
      "type": "string",
      {limit}
    }}
  }},
  "type": "object",
  "additionalProperties": false,
  "properties": {{
    "word": {{ "$ref": "#/definitions/WordType" }},
    "list": {{ "type": "array", "additionalItems": false, "items": {{ "$ref": "#/definitions/WordType" }}, "minItems": 1 }}
  }},
  "required": [ "word" ]
}}
"##
        )
    }

    fn loaded(files: &[(&str, String)]) -> (TempDir, LoadedCatalog) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let loaded = read_folders(DefinitionFolders { wsdl: None, schemas: Some(folder.path()) }).unwrap();
        (folder, loaded)
    }

    fn warnings(loaded: &LoadedCatalog) -> Vec<String> {
        loaded.warnings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_published_file_takes_the_place_of_the_built_in_message_and_of_no_other() {
        let limit = "\"pattern\": \"^[a-z]+$\", \"maxLength\": 5";
        let file = ("BootNotificationRequest.json", published(&format!("{OF_2_0_1}BootNotificationRequest"), limit));
        let (_folder, loaded) = loaded(&[file]);
        assert_eq!(warnings(&loaded), Vec::<String>::new());
        let boot = |version| loaded.catalog.action(version, Role::ChargePoint, "BootNotification").unwrap();
        let (own, newer) = (boot(Version::V2_0_1), boot(Version::V2_1));
        assert_eq!(own.request.fields[0].label(), "text, at most 5 characters");
        assert_eq!((own.request.fields[0].required, own.request.fields[1].repeated), (true, Some(1)));
        assert_eq!(own.request.schema()["definitions"]["WordType"]["javaType"], "Word");
        assert!(own.request.check(&json!({ "word": "abc", "list": ["d"] }), Version::V2_0_1).is_empty());
        for (payload, path) in [
            (json!({ "word": "ABC" }), "/word"),
            (json!({ "word": "abcdef" }), "/word"),
            (json!({ "word": "abc", "list": [] }), "/list"),
            (json!({ "word": "abc", "list": [3] }), "/list/0"),
            (json!({ "word": "abc", "x": 1 }), "/x"),
        ] {
            let findings = own.request.check(&payload, Version::V2_0_1);
            assert_eq!(findings.iter().map(|finding| &*finding.path).collect::<Vec<_>>(), [path], "{payload}");
        }
        assert!(own.response.fields.iter().any(|field| field.name == "currentTime"), "the built-in response stays");
        assert!(newer.request.fields.iter().any(|field| field.name == "chargingStation"), "2.1 stays");
        assert_eq!(loaded.catalog.actions(Version::V2_0_1).len(), 65);
        assert_eq!(loaded.catalog.names(Version::V2_0_1).len(), 65);
    }

    #[test]
    fn folders_name_versions_and_both_directions_and_sends_are_found() {
        let plain = |limit| published("", limit).replace("  \"$id\": \"\",\n", "");
        let limit = "\"maxLength\": 3";
        let (_folder, loaded) = loaded(&[
            ("ocpp-2.1/DataTransferRequest.json", plain(limit)),
            ("ocpp-2.1/NotifyPeriodicEventStream.json", plain(limit)),
            ("2.0.1 schemas/ResetResponse.json", plain(limit)),
        ]);
        assert_eq!(warnings(&loaded), Vec::<String>::new());
        let field = |version, role, name: &str, part| {
            let action = loaded.catalog.action(version, role, name).unwrap();
            action.message(part).fields[0].name.clone()
        };
        let request = MessagePart::Request;
        for role in Role::ALL {
            assert_eq!(field(Version::V2_1, role, "DataTransfer", request), "word");
        }
        assert_eq!(field(Version::V2_1, Role::ChargePoint, "NotifyPeriodicEventStream", request), "word");
        assert_eq!(field(Version::V2_0_1, Role::CentralSystem, "Reset", MessagePart::Response), "word");
        assert_eq!(field(Version::V2_0_1, Role::CentralSystem, "Reset", request), "type");
    }

    #[test]
    fn an_action_that_only_the_folder_has_is_sent_by_both_roles() {
        let limit = "\"maxLength\": 3";
        let (_folder, loaded) = loaded(&[
            ("MakeCoffeeRequest.json", published(&format!("{OF_2_1}MakeCoffeeRequest"), limit)),
            ("MakeCoffeeResponse.json", published(&format!("{OF_2_1}MakeCoffeeResponse"), limit)),
            ("MakeTeaResponse.json", published(&format!("{OF_2_1}MakeTeaResponse"), limit)),
        ]);
        let roles: Vec<Role> = loaded
            .catalog
            .names(Version::V2_1)
            .iter()
            .filter(|(name, _)| &**name == "MakeCoffee")
            .map(|(_, role)| *role)
            .collect();
        assert_eq!(roles, Role::ALL);
        assert_eq!(
            warnings(&loaded),
            ["MakeTeaResponse.json describes half an action of OCPP 2.1, so the action is not known: add MakeTeaRequest.json"]
        );
        assert!(loaded.catalog.action(Version::V2_1, Role::ChargePoint, "MakeTea").is_none());
    }

    #[test]
    fn a_broken_file_is_named_with_its_place_and_the_built_in_message_stays() {
        let good = published(&format!("{OF_2_1}HeartbeatRequest"), "\"maxLength\": 3");
        for (part, slip, place) in [
            ("\"javaType\": \"Word\",", "\"javaType\": \"Word\"", "line 7, column 7: not JSON: expected `,` or `}`"),
            (
                "\"word\": { \"$ref\": \"#/definitions/WordType\"",
                "\"word\": { \"$ref\": \"#/definitions/Word\"",
                "line 14, column 23: Word is not among",
            ),
            ("\"maxLength\": 3", "\"maxLength\": \"3\"", "line 8, column 20: maxLength must be"),
            ("\"maxLength\": 3", "\"pattern\": \"[\"", "line 8, column 18: "),
            ("\"minItems\": 1", "\"minItems\": 1, \"uniqueItems\": 3", "line 15, column 135: "),
        ] {
            assert!(good.contains(part), "{part}");
            let (_folder, loaded) = loaded(&[("HeartbeatRequest.json", good.replacen(part, slip, 1))]);
            let warnings = warnings(&loaded);
            assert!(warnings[0].starts_with(&format!("HeartbeatRequest.json, {place}")), "{slip}: {warnings:?}");
            assert!(warnings[0].ends_with("; the built-in definition is used in its place") && warnings.len() == 1);
            let heartbeat = loaded.catalog.action(Version::V2_1, Role::ChargePoint, "Heartbeat").unwrap();
            assert_eq!(heartbeat.request.fields[0].name, "customData");
        }
    }

    #[test]
    fn what_is_no_message_is_reported_once() {
        let (_folder, loaded) = loaded(&[
            ("package.json", "{}".to_owned()),
            ("HeartbeatRequest.json", published("urn:OCPP:1.6:2019:12:HeartbeatRequest", "\"maxLength\": 3")),
            ("ocpp-2.1/notes.json", "{}".to_owned()),
        ]);
        let warnings = warnings(&loaded);
        assert!(warnings[0].starts_with("HeartbeatRequest.json and 2 more are no message of OCPP 2.x"), "{warnings:?}");
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn a_file_with_a_whole_version_is_taken_as_it_is() {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/ocpp-2.0.1.json");
        let text = fs::read_to_string(shipped).unwrap();
        let changed = text.replacen("\"maxLength\": 36", "\"maxLength\": 37", 1);
        let (_folder, loaded) =
            loaded(&[("a.json", changed.clone()), ("b.json", text), ("c.json", changed.replacen("csms", "us", 1))]);
        let warnings = warnings(&loaded);
        assert_eq!(warnings[0], "b.json describes the same as a.json and is ignored: remove one of the two files");
        assert!(warnings[1].starts_with("c.json, line ") && warnings[1].contains("\"us\" sends no actions"), "{warnings:?}");
        assert_eq!((warnings.len(), loaded.catalog.actions(Version::V2_0_1).len()), (2, 65));
    }

    #[test]
    fn a_folder_without_a_schema_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("missing")] {
            let error = read_folders(DefinitionFolders { wsdl: None, schemas: Some(&path) }).unwrap_err().to_string();
            assert!(error.contains(path.to_str().unwrap()) && error.contains("leave the option out"), "{error}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn no_damage_to_a_file_makes_the_reader_panic(at in 0.0f64..1.0, length in 0usize..60, put in "[{}\"$:,\\[\\]a-z0-9 \\n]{0,8}") {
            let text = published(&format!("{OF_2_1}HeartbeatRequest"), "\"maxLength\": 3");
            let start = text.floor_char_boundary((at * text.len() as f64) as usize);
            let end = text.floor_char_boundary((start + length).min(text.len()));
            let damaged = format!("{}{put}{}", &text[..start], &text[end..]);
            let source = DefinitionSource { name: "HeartbeatRequest.json".to_owned(), text: Ok(damaged) };
            let found = read(Path::new("ocpp-2.1"), vec![source]);
            assert!(found.versions.len() + found.warnings.len() > 0);
        }
    }
}
