//! The payload of a call that a person makes: the default of the action, what was changed about the default, and what the line says.

use std::collections::HashMap;

use serde_json::Value;

use super::assign::{PayloadShape, apply};
use super::command::{CallCommand, DefaultChange, PayloadEdit};
use super::error::ExecutionError;
use super::said::CommandFailure;
use crate::clock::now;
use crate::hub::Hub;
use crate::ocpp::{ActionDefinition, Catalog, MessageDefinition, Role, SampleContext, Version, decisive};
use crate::rpc::OutgoingPayload;

/// The largest file that is read as a payload, in bytes.
const FILE_LIMIT: u64 = 16 << 20;

/// The defaults that a person has changed on purpose.
#[derive(Debug, Default)]
pub(super) struct PayloadDefaults {
    changed: HashMap<(Role, String), PayloadEdit>,
}

impl PayloadDefaults {
    /// Changes the default of an action, or takes all changes back.
    pub fn change(&mut self, initiator: Role, action: &str, change: DefaultChange) {
        let key = (initiator, action.to_owned());
        match change {
            DefaultChange::Set(edit) => self.changed.entry(key).or_default().steps.extend(edit.steps),
            DefaultChange::Reset => {
                self.changed.remove(&key);
            }
        }
    }

    fn of(&self, initiator: Role, action: &str) -> Option<&PayloadEdit> {
        self.changed.get(&(initiator, action.to_owned()))
    }
}

/// The payload of a call in the version of its link.
///
/// # Errors
/// When the version has no such action, a change fits no field, or the result breaks the definitions and `force` was not said.
pub(super) fn payload(
    call: &CallCommand,
    version: Version,
    hub: &Hub,
    defaults: &PayloadDefaults,
    line: &str,
) -> Result<OutgoingPayload, Vec<CommandFailure>> {
    let Some(definition) = hub.catalog().action(version, call.initiator, &call.action) else {
        let error = ExecutionError::NotInVersion { action: call.action.clone(), version };
        return Err(vec![error.into()]);
    };
    let mut base = OutgoingPayload::from(hub.profile().request(definition, &SampleContext::at(now().wall)));
    if let Some(edit) = defaults.of(call.initiator, &call.action) {
        // What does not fit this version's message was reported when the default was changed.
        base = edited(base, edit, definition).payload;
    }
    let applied = edited(base, &call.payload, definition);
    let explained =
        |errors: &[super::assign::AssignError]| errors.iter().map(|error| CommandFailure::assignment(error, line)).collect();
    let payload = applied.accept(call.force).map_err(|errors| -> Vec<CommandFailure> { explained(&errors) })?;
    let value = hub.profile().write(payload.value().clone(), definition);
    let payload = payload.with_value(value);
    let findings = definition.request.check(&payload, version);
    match decisive(&findings) {
        Some(finding) if !call.force => {
            let code = finding.rule.error_code(version);
            let place = if finding.path.is_empty() { "/" } else { &finding.path };
            let text = format!(
                "Error: {place}: {}. The peer should answer {code}; add --force to send it all the same.",
                finding.message
            );
            Err(vec![CommandFailure::plain(text)])
        }
        _ => Ok(payload),
    }
}

/// Checks a change of defaults against every version that has the action.
pub(super) fn check_default(
    initiator: Role,
    action: &str,
    edit: &PayloadEdit,
    catalog: &Catalog,
    line: &str,
) -> Vec<CommandFailure> {
    let newest = Version::ALL.into_iter().rev().find_map(|version| catalog.action(version, initiator, action));
    let Some(definition) = newest else { return Vec::new() };
    let base = definition.request.sample(&SampleContext::at(now().wall));
    edited(base, edit, definition).errors.iter().map(|error| CommandFailure::assignment(error, line)).collect()
}

fn edited(
    base: impl Into<OutgoingPayload>,
    edit: &PayloadEdit,
    definition: &ActionDefinition,
) -> super::assign::AppliedAssignments {
    apply(base, edit, PayloadShape { action: &definition.name, message: &definition.request }, read_file)
}

/// Changes the usual result of an action as a person wants it.
pub(super) fn answer(base: Value, edit: &PayloadEdit, definition: &ActionDefinition) -> super::assign::AppliedAssignments {
    apply(base, edit, PayloadShape { action: &definition.name, message: &definition.response }, read_file)
}

/// Changes a payload of any message.
pub(super) fn edit_message(
    base: Value,
    edit: &PayloadEdit,
    action: &str,
    message: &MessageDefinition,
) -> super::assign::AppliedAssignments {
    apply(base, edit, PayloadShape { action, message }, read_file)
}

fn read_file(name: &str) -> std::io::Result<String> {
    use std::io::{Error, Read};
    let mut text = String::new();
    let read = std::fs::File::open(name)?.take(FILE_LIMIT + 1).read_to_string(&mut text)?;
    if read as u64 > FILE_LIMIT {
        return Err(Error::other("it is larger than 16 MiB"));
    }
    Ok(text)
}
