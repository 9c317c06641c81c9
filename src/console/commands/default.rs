//! `default`: change the default payload of a call that we send.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use super::payloads::edited;
use crate::clock::now;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::edit::PayloadEdit;
use crate::console::syntax::error::{UsageFault, short};
use crate::console::syntax::spec::{ArgumentStyle, CommandSpec, CompletionKind, MessageSource, action_command_name, argument};
use crate::ocpp::{Role, SampleContext};
use crate::sanitize::escape_control;

pub(super) const DEFAULT: CommandEntry<DefaultCommand> = CommandEntry {
    spec: CommandSpec::new("default", "change the default payload of a call, or take that back")
        .arguments(const { &[argument("<action>", CompletionKind::ActionCommand)] })
        .takes(ArgumentStyle::Payload)
        .message(MessageSource::RequestAt(0))
        .words(&["reset"])
        .synopsis("<action> name=value ... | reset")
        .example("default authorize idTag=ABC"),
    parse: |words| {
        let arguments = words.sorted()?;
        let (initiator, action) = words.grammar.find_action(&arguments.positionals[0])?;
        let change = match (arguments.words.first(), arguments.steps.is_empty()) {
            (Some(reset), false) => return Err(arguments.usage(UsageFault::Unexpected(reset.value.to_owned()), reset)),
            (Some(_), true) => DefaultChange::Reset,
            (None, true) => return Err(arguments.missing("name=value or reset")),
            (None, false) => DefaultChange::Set(PayloadEdit { steps: arguments.steps }),
        };
        Ok(DefaultCommand { initiator, action: action.to_string(), change })
    },
};

/// Changes the default payload of a call that we send.
#[derive(Debug, Clone, PartialEq)]
pub struct DefaultCommand {
    /// Who sends.
    pub initiator: Role,
    /// The action.
    pub action: String,
    /// How the default changes.
    pub change: DefaultChange,
}

/// How the default payload of a call changes.
#[derive(Debug, Clone, PartialEq)]
pub enum DefaultChange {
    /// These changes apply to every later call.
    Set(PayloadEdit),
    /// Back to what it was at first.
    Reset,
}

impl DefaultCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let mut output = CommandOutput::default();
        match &self.change {
            DefaultChange::Set(edit) => {
                self.failures(edit, context).into_iter().for_each(|failure| output.add(failure));
                if !output.failed() {
                    context.defaults.change(self.initiator, &self.action, edit.clone());
                    let edit = context.shown(edit).to_string();
                    output.done = Some(format!("{} is sent with{} from now on.", self.action, escape_control(&short(&edit))));
                }
            }
            DefaultChange::Reset => {
                context.defaults.reset(self.initiator, &self.action);
                output.done = Some(format!("{} is sent as its sample again.", self.action));
            }
        }
        Ok(output)
    }

    /// What fits no version of the action.
    fn failures(&self, edit: &PayloadEdit, context: &CommandContext<'_>) -> Vec<CommandFailure> {
        let catalog = context.hub.catalog();
        let versions = context.meant.versions(context.hub.trace().read().stations()).into_iter();
        let mut tries =
            versions.filter_map(|version| catalog.action(version, self.initiator, &self.action)).map(|definition| {
                let base = definition.request.sample(&SampleContext::at(now().wall));
                edited(base, edit, &definition.name, &definition.request).errors
            });
        let Some(first) = tries.next() else { return Vec::new() };
        if first.is_empty() || tries.any(|errors| errors.is_empty()) {
            return Vec::new();
        }
        CommandFailure::assignments(&first, context.line)
    }
}

impl fmt::Display for DefaultCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "default {}", action_command_name(self.initiator, &self.action))?;
        match &self.change {
            DefaultChange::Set(edit) => write!(f, "{edit}"),
            DefaultChange::Reset => f.write_str(" reset"),
        }
    }
}
