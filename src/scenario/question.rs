//! What a script asks and is told at once, within its turn: the time, chance, the stations, the files beside it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::facts;
use super::files;
use super::options::ScenarioOptions;
use crate::hub::Hub;
use crate::link::now;
use crate::trace::StationKey;

/// What questions are answered from.
pub(super) struct Questions {
    hub: Rc<RefCell<Hub>>,
    folder: PathBuf,
    foreign: Value,
    parameters: Value,
}

#[derive(Deserialize)]
struct Module {
    folder: PathBuf,
    what: String,
}

impl Questions {
    /// For the script in this file.
    pub fn new(hub: Rc<RefCell<Hub>>, path: &Path, options: &ScenarioOptions) -> Questions {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let foreign = json!({
            "centralSystem": options.url.is_some(),
            "soap": options.url.as_ref().is_none_or(|url| !url.starts_with("ws")),
            "chargePoint": options.listen.is_some(),
            "identity": options.identity,
        });
        Questions { hub, folder: folder.to_owned(), foreign, parameters: Value::Object(options.parameters.clone()) }
    }

    /// The answer; `None` when it is no question.
    pub fn answer(&self, operation: &str, json: &str) -> Option<Result<String, String>> {
        Some(Ok(match operation {
            "now" => json!(now().wall.as_microsecond() as f64 / 1000.0).to_string(),
            "random" => json!(fastrand::f64()).to_string(),
            "foreign" => self.foreign.to_string(),
            "parameters" => self.parameters.to_string(),
            "folder" => json!(self.folder).to_string(),
            "stations" => {
                let hub = self.hub.borrow();
                let contents = hub.trace().read();
                contents.stations().rows().iter().map(facts::station).collect::<Value>().to_string()
            }
            "station" => {
                let key: u32 = serde_json::from_str(json).ok()?;
                let hub = self.hub.borrow();
                let contents = hub.trace().read();
                contents.stations().get(StationKey(key)).map_or(Value::Null, facts::station).to_string()
            }
            "module" => return Some(module(json)),
            _ => return None,
        }))
    }
}

/// The text of a file that a script requires, and where it lies.
fn module(json: &str) -> Result<String, String> {
    let Module { folder, what } = serde_json::from_str(json).map_err(|error| error.to_string())?;
    Ok(match files::required(&folder, &what) {
        Ok((file, text)) => {
            let beside = file.parent().unwrap_or(Path::new("."));
            json!({ "file": file, "shown": files::shown(&folder, &what), "folder": beside, "text": text }).to_string()
        }
        Err(failure) => json!({ "failure": failure }).to_string(),
    })
}
