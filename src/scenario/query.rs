//! Queries of a script, which are answered within its turn: the time, random numbers, the stations, the files beside it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

use super::files;
use super::options::ScenarioOptions;
use super::record_json;
use super::shipped::ShippedFiles;
use crate::clock::now;
use crate::hub::Hub;
use crate::ocpp::{FieldDefinition, FieldKind, suggest};
use crate::trace::StationKey;

/// Answers the queries of a script.
pub(super) struct ScriptQueries {
    hub: Rc<RefCell<Hub>>,
    folder: PathBuf,
    foreign: Value,
    parameters: Value,
    shipped: ShippedFiles,
    /// Until when to wait for the central system under test.
    waits_until: Instant,
}

#[derive(Deserialize)]
struct Answered {
    station: u32,
    action: String,
}

/// The fields that a matcher names, of the result of our call or of the call of the peer.
#[derive(Deserialize)]
struct NamedFields {
    station: u32,
    action: String,
    ours: bool,
    paths: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Module {
    folder: PathBuf,
    what: String,
}

impl ScriptQueries {
    /// The queries of the script in this file.
    pub fn new(hub: Rc<RefCell<Hub>>, path: &Path, options: &ScenarioOptions) -> ScriptQueries {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let foreign = json!({
            "centralSystem": options.url.is_some(),
            "chargePoint": options.listen.is_some(),
            "identity": options.identity,
            "unattended": options.unattended,
            "patience": options.patience.as_millis(),
        });
        ScriptQueries {
            hub,
            folder: folder.to_owned(),
            foreign,
            parameters: json!(options.parameters),
            shipped: options.shipped,
            waits_until: options.waits_until,
        }
    }

    /// The answer as JSON; `None` when the operation is no query.
    pub fn answer(&self, operation: &str, json: &str) -> Option<Result<String, serde_json::Error>> {
        Some(Ok(match operation {
            "now" => json!(now().wall.as_microsecond() as f64 / 1000.0).to_string(),
            "random" => json!(fastrand::f64()).to_string(),
            "foreign" => self.foreign.to_string(),
            "parameters" => self.parameters.to_string(),
            "folder" => json!(self.folder).to_string(),
            "stations" => {
                let hub = self.hub.borrow();
                let contents = hub.trace().read();
                contents.stations().rows().iter().map(record_json::station).collect::<Value>().to_string()
            }
            "station" => {
                let key: u32 = serde_json::from_str(json).ok()?;
                let hub = self.hub.borrow();
                let contents = hub.trace().read();
                contents.stations().get(StationKey(key)).map_or(Value::Null, record_json::station).to_string()
            }
            "answers" => self.answers(json).to_string(),
            "fields" => self.fields(json).to_string(),
            // The limit is one for the whole run.
            "wait" => json!(self.waits_until.saturating_duration_since(Instant::now()).as_millis()).to_string(),
            "module" => return Some(module(json, self.shipped)),
            _ => return None,
        }))
    }
}

impl ScriptQueries {
    /// Whether the peer of a station may call an action: `true`, `false`, or the name of a similar action that it may call.
    fn answers(&self, json: &str) -> Value {
        let Ok(Answered { station, action }) = serde_json::from_str(json) else { return Value::Bool(false) };
        let hub = self.hub.borrow();
        let link = hub.trace().read().stations().get(StationKey(station)).map(|row| (row.our_role, row.version));
        let Some((our_role, Some(version))) = link else { return Value::Bool(true) }; // the version of the link is not known yet
        let (catalog, peer) = (hub.catalog(), our_role.peer());
        if catalog.actions(version).is_empty() || catalog.action(version, peer, &action).is_some() {
            return Value::Bool(true);
        }
        let near = suggest(&action, catalog.actions_of(version, peer).map(|action| &*action.name));
        near.map_or(Value::Bool(false), Value::from)
    }
}

impl ScriptQueries {
    /// The first of the fields that the message does not have, with a similar one that it has; `null` when it has all of them, or when
    /// there is no definition of it.
    fn fields(&self, json: &str) -> Value {
        let Ok(NamedFields { station, action, ours, paths }) = serde_json::from_str(json) else { return Value::Null };
        let hub = self.hub.borrow();
        let link = hub.trace().read().stations().get(StationKey(station)).map(|row| (row.our_role, row.version));
        let Some((our_role, Some(version))) = link else { return Value::Null };
        let initiator = if ours { our_role } else { our_role.peer() };
        let Some(definition) = hub.catalog().action(version, initiator, &action) else { return Value::Null };
        let message = if ours { &definition.response } else { &definition.request };
        let unknown = paths.iter().find_map(|path| Some((path, find_field(&message.fields, path).err()?)));
        unknown.map_or(Value::Null, |(path, near)| json!({ "field": path.join("."), "near": near }))
    }
}

/// Whether there is a field at the end of a path, or a value that is no object on the way; else a name that is similar to the wrong one.
fn find_field(fields: &[FieldDefinition], path: &[String]) -> Result<(), Option<String>> {
    let mut fields = fields;
    for name in path {
        let near = || suggest(name, fields.iter().map(|field| &*field.name)).map(str::to_owned);
        let field = fields.iter().find(|field| field.name == *name).ok_or_else(near)?;
        // The names in a map are free.
        let FieldKind::Object(below) = &field.kind else { return Ok(()) };
        fields = below;
    }
    Ok(())
}

/// The text and the path of a file that a script requires.
fn module(json: &str, shipped: ShippedFiles) -> Result<String, serde_json::Error> {
    let Module { folder, what } = serde_json::from_str(json)?;
    Ok(match files::required(&folder, &what, shipped) {
        Ok((file, text)) => {
            let beside = file.parent().unwrap_or(Path::new("."));
            json!({ "file": file, "shown": files::shortest(&folder.join(&what)), "folder": beside, "text": text }).to_string()
        }
        Err(error) => json!({ "failure": error.to_string() }).to_string(),
    })
}
