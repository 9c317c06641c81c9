//! Completion for both front ends: what the session knows at this moment, handed to the completer.

use std::path::Path;

use serde_json::Value;

use super::completion::{CompletionContext, Completions, complete};
use super::runner::{Console, RunContext};
use crate::clock::now;
use crate::compose::KnownValues;
use crate::ocpp::{Catalog, Transport, Version};
use crate::rpc::soap::{self, ReadHint};
use crate::trace::{Contents, Record, RecordKind, StationKey};

/// How many of the newest records are searched for values that may be written again.
const SEARCHED: u64 = 400;
/// Longer frames are not searched: what a person wants to repeat stands in the short ones.
const LONGEST: usize = 4096;
/// The fields whose values are worth repeating.
const WORTH_REPEATING: [&str; 6] =
    ["idTag", "transactionId", "connectorId", "reservationId", "parentIdTag", "chargingProfileId"];
/// More file names would be a list that nobody reads.
const MOST_FILES: usize = 100;

impl Console {
    /// What may stand at the cursor, a byte offset, of a line that is being typed.
    pub fn complete(&self, line: &str, cursor: usize, context: &RunContext) -> Completions {
        let contents = self.hub().trace().read();
        let selected = context.selected.and_then(|key| contents.stations().get(key)).and_then(|row| row.version);
        let versions: Vec<Version> = selected.into_iter().collect();
        let (grammar, catalog, stations) = (self.grammar(), self.hub().catalog(), contents.stations());
        let known = known_values(&contents, context.selected);
        let list_files = &list_files;
        let plugin_commands = self.hub().plugins().commands();
        let list_plugins = || self.hub().plugins().names();
        let context = CompletionContext {
            grammar,
            catalog,
            stations,
            versions: &versions,
            known: &known,
            list_files,
            list_plugins: &list_plugins,
            plugin_commands: &plugin_commands,
        };
        complete(line, cursor, &context)
    }
}

/// Values of identifiers that were seen lately, of one station or of all.
pub fn known_values(contents: &Contents, station: Option<StationKey>) -> KnownValues {
    let mut known = KnownValues::default();
    known.set_now(now().wall.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let records = contents.records();
    let range = records.range();
    let newest = range.end.saturating_sub(SEARCHED)..range.end;
    for record in records.iter(newest) {
        let is_frame = matches!(record.kind, RecordKind::Frame(..)) && record.text.len() <= LONGEST;
        if is_frame && (station.is_none() || record.station == station) {
            // What cannot be parsed has nothing to repeat.
            values(&record, contents).iter().for_each(|frame| collect(frame, &mut known));
        }
    }
    known
}

/// A frame as JSON; of an envelope its payload, by the embedded definitions.
fn values(record: &Record<'_>, contents: &Contents) -> Option<Value> {
    if record.transport != Transport::Soap {
        return serde_json::from_str(record.text).ok();
    }
    let version = record.station.and_then(|key| contents.stations().get(key)).and_then(|row| row.version);
    let hint = ReadHint { version, ..ReadHint::default() };
    soap::read(record.text, &Catalog::embedded(), hint).ok()?.body.into_payload()
}

fn collect(value: &Value, known: &mut KnownValues) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, known)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if WORTH_REPEATING.contains(&name.as_str()) && !matches!(value, Value::Object(_) | Value::Array(_)) {
                    known.add(name, value.clone());
                }
                collect(value, known);
            }
        }
        _ => {}
    }
}

/// The files whose names begin with a text; folders end in `/`.
fn list_files(beginning: &str) -> Vec<String> {
    let (folder, name) = beginning.rsplit_once('/').map_or(("", beginning), |(folder, name)| (folder, name));
    let shown = if beginning.contains('/') { format!("{folder}/") } else { String::new() };
    let searched = if shown.is_empty() { Path::new(".") } else { Path::new(&shown) };
    let entries = std::fs::read_dir(searched).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let mut found = entry.file_name().into_string().ok().filter(|found| found.starts_with(name))?;
            if entry.path().is_dir() {
                found.push('/');
            }
            Some(format!("{shown}{found}"))
        })
        .take(MOST_FILES)
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Role;
    use crate::trace::{Direction, Event, EventKind, Frame, FrameKind, FrameText, HandshakeHeads, Stamp};

    #[test]
    fn identifiers_that_were_seen_are_offered_newest_first() {
        let mut contents = Contents::new(1 << 20);
        let station = contents.station(Role::CentralSystem, "CP1");
        for text in [
            r#"[2,"1","StartTransaction",{"connectorId":2,"idTag":"A"}]"#,
            r#"[3,"1",{"transactionId":7,"idTagInfo":{"parentIdTag":"P"}}]"#,
            r#"[2,"2","Authorize",{"idTag":"B"}]"#,
            "not json",
        ] {
            let frame = Frame {
                direction: Direction::In,
                kind: FrameKind::Call,
                action: None,
                text: FrameText::from(text),
                exchange: None,
                code: None,
                findings: Vec::new(),
                remark: None,
                origin: None,
            };
            let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
            contents.apply(&Event { station: Some(station), stamp, kind: EventKind::Frame(frame) }, &mut String::new());
        }
        let known = known_values(&contents, Some(station));
        assert_eq!(known.of("idTag"), ["B", "A"]);
        assert_eq!(known.of("transactionId"), [Value::from(7)]);
        assert_eq!(known.of("parentIdTag"), ["P"]);
        assert!(known_values(&contents, Some(StationKey(9))).of("idTag").is_empty());
    }

    #[test]
    fn identifiers_in_envelopes_are_offered_too() {
        let mut contents = Contents::new(1 << 20);
        let station = contents.station(Role::CentralSystem, "CP1");
        let (peer, handshake) = ("127.0.0.1:5".parse().unwrap(), HandshakeHeads::default());
        let connected = EventKind::Connected { link: 1, version: Version::V1_5, transport: Transport::Soap, peer, handshake };
        let frame = Frame {
            direction: Direction::In,
            kind: FrameKind::Call,
            action: None,
            text: FrameText::from(
                r#"<S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns="urn://Ocpp/Cs/2012/06/"><S:Body><authorizeRequest><idTag>A</idTag></authorizeRequest></S:Body></S:Envelope>"#,
            ),
            exchange: None,
            code: None,
            findings: Vec::new(),
            remark: None,
            origin: None,
        };
        for happening in [connected, EventKind::Frame(frame)] {
            let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
            contents.apply(&Event { station: Some(station), stamp, kind: happening }, &mut String::new());
        }
        assert_eq!(known_values(&contents, Some(station)).of("idTag"), ["A"]);
    }

    #[test]
    fn files_are_listed_by_their_beginning() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        std::fs::write(folder.path().join("set.json"), "{}").unwrap();
        let beginning = format!("{}/s", folder.path().display());
        let names = list_files(&beginning);
        assert_eq!(names.len(), 2);
        assert!(names[0].ends_with("/set.json") && names[1].ends_with("/sub/"), "{names:?}");
        assert!(list_files("/no/such/folder/x").is_empty());
    }
}
