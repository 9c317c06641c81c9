//! Payloads that the user writes: the defaults that were changed, and how a change is applied to a message.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::console::syntax::assign::{AppliedAssignments, PayloadShape, apply};
use crate::console::syntax::edit::PayloadEdit;
use crate::ocpp::{MessageDefinition, Role};
use crate::rpc::OutgoingPayload;
use crate::text_file;

/// The largest file that is read as a payload, in bytes.
const FILE_LIMIT: u64 = 16 << 20;

/// The defaults of payloads that the user has changed.
#[derive(Debug, Default)]
pub struct PayloadDefaults {
    changed: Mutex<HashMap<(Role, String), PayloadEdit>>,
}

impl PayloadDefaults {
    /// Adds changes to the default of an action.
    pub fn change(&self, initiator: Role, action: &str, edit: PayloadEdit) {
        self.changed().entry((initiator, action.to_owned())).or_default().steps.extend(edit.steps);
    }

    /// Takes all changes of an action back.
    pub fn reset(&self, initiator: Role, action: &str) {
        self.changed().remove(&(initiator, action.to_owned()));
    }

    /// The changes of an action.
    pub fn of(&self, initiator: Role, action: &str) -> Option<PayloadEdit> {
        self.changed().get(&(initiator, action.to_owned())).cloned()
    }

    fn changed(&self) -> MutexGuard<'_, HashMap<(Role, String), PayloadEdit>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Changes a payload of a message. It may read a file, so no lock may be held.
pub fn edited(
    base: impl Into<OutgoingPayload>,
    edit: &PayloadEdit,
    action: &str,
    message: &MessageDefinition,
) -> AppliedAssignments {
    apply(base, edit, PayloadShape { action, message }, read_file)
}

fn read_file(name: &str) -> io::Result<String> {
    use io::{Error, Read};
    let mut bytes = Vec::new();
    let read = std::fs::File::open(name)?.take(FILE_LIMIT + 1).read_to_end(&mut bytes)?;
    if read as u64 > FILE_LIMIT {
        return Err(Error::other("it is larger than 16 MiB"));
    }
    text_file::decode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_begin_with_a_byte_order_mark() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        std::fs::write(&file, "\u{feff}{\"idTag\": \"A\"}").unwrap();
        assert_eq!(read_file(file.to_str().unwrap()).unwrap(), "{\"idTag\": \"A\"}");
        std::fs::write(&file, b"\xff\xfe{\0}\0").unwrap();
        assert_eq!(read_file(file.to_str().unwrap()).unwrap_err().to_string(), "it is UTF-16; save it as UTF-8");
    }
}
