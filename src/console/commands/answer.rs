//! `answer` and `answers`: change how calls are answered, list the rules.

use std::fmt;
use std::sync::Arc;

use super::context::CommandContext;
use super::entry::{CommandEntry, write_target};
use super::payloads::edited;
use super::reply::{AnswerChoice, AnswerReply, take_answer};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::edit::PayloadEdit;
use crate::console::syntax::spec::{
    ArgumentStyle, CommandSpec, CompletionKind, ID, MessageSource, NamedValue, REMOTE_ID, action_command_name, argument, switch,
};
use crate::console::syntax::target::Target;
use crate::hub::{AnswerOverride, AnswerRule, PayloadChange};
use crate::ocpp::{Role, Version};

pub(super) const ANSWER: CommandEntry<AnswerCommand> = CommandEntry {
    spec: CommandSpec::new("answer", "answer a call on purpose, or as usual again")
        .arguments(const { &[argument("<action>", CompletionKind::ActionCommand)] })
        .options(const { &[ID, REMOTE_ID, switch("--once", "answer so only the next time")] })
        .takes(ArgumentStyle::Payload)
        .message(MessageSource::ResponseAt(0))
        .named(&[
            NamedValue { name: "error", value: "error code", help: "", completes: CompletionKind::ErrorCode },
            NamedValue { name: "description", value: "of the error", help: "", completes: CompletionKind::Nothing },
            NamedValue { name: "delay", value: "2s, 500ms", help: "", completes: CompletionKind::Nothing },
        ])
        .words(&["none", "default"])
        .at_target()
        .synopsis("<action> name=value ... | error=<code> description=<text> | none | delay=<time> | default")
        .example("answer authorize idTagInfo.status=Blocked"),
    parse: |words| {
        let mut arguments = words.sorted()?;
        let (initiator, action) = words.grammar.find_action(&arguments.positionals[0])?;
        let once = arguments.has("--once");
        let target = match arguments.role_of_target() {
            Some(role) => Some(arguments.target(role)?),
            None => arguments.at_target.take(),
        };
        let wanted = "name=value, error=<code>, none, delay=<time> or default";
        let choice = take_answer(&mut arguments)?.ok_or_else(|| arguments.missing(wanted))?;
        Ok(AnswerCommand::Change { initiator, action: action.to_string(), target, once, choice })
    },
};

pub(super) const ANSWERS: CommandEntry<AnswerCommand> = CommandEntry {
    spec: CommandSpec::new("answers", "list what is answered on purpose").example("answers"),
    parse: |words| words.sorted().map(|_| AnswerCommand::List),
};

/// Changes how calls are answered, or lists it.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerCommand {
    /// Change how we answer a call.
    Change {
        /// Who sends the call; we answer it as the other role.
        initiator: Role,
        /// The action.
        action: String,
        /// On whose link; `None` is every link, also of stations that come later.
        target: Option<Target>,
        /// Whether only the next call is answered so.
        once: bool,
        /// How.
        choice: AnswerChoice,
    },
    /// List the rules.
    List,
}

impl AnswerCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let answers = context.hub.answers();
        let AnswerCommand::Change { initiator, action, target, once, choice } = self else {
            let texts = answers.texts();
            return Ok(if texts.is_empty() {
                CommandOutput::info("Every call is answered as usual.")
            } else {
                CommandOutput::text("Answers", texts)
            });
        };
        let (initiator, our_role) = (*initiator, initiator.peer());
        let stations = match target {
            None => vec![None],
            Some(target) => context.resolve(our_role, target, |_| true)?.into_iter().map(Some).collect(),
        };
        let mut output = CommandOutput::default();
        for station in stations {
            match choice {
                AnswerChoice::Default => {
                    answers.clear(initiator, action, station);
                }
                AnswerChoice::Override { reply, delay } => match replaced(initiator, action, reply, context) {
                    Ok(reply) => {
                        let (action, text) = (action.clone(), context.line.trim().to_owned());
                        answers.set(AnswerRule { initiator, action, station, once: *once, reply, delay: *delay, text });
                    }
                    Err(failures) => {
                        failures.into_iter().for_each(|failure| output.add(failure));
                        return Ok(output);
                    }
                },
            }
        }
        Ok(output)
    }
}

/// The answer as the hub takes it. A result is tried on every version, so that a slip is reported now and not when a station calls.
fn replaced(
    initiator: Role,
    action: &str,
    reply: &AnswerReply,
    context: &CommandContext<'_>,
) -> Result<AnswerOverride, Vec<CommandFailure>> {
    Ok(match reply {
        AnswerReply::Default => AnswerOverride::Usual,
        AnswerReply::Silence => AnswerOverride::Silence,
        AnswerReply::Error { code, description } => {
            AnswerOverride::Error { code: *code, description: AnswerReply::description_of(*code, description.as_deref()) }
        }
        AnswerReply::Result(edit) => {
            let catalog = context.hub.catalog();
            let definitions = Version::ALL.into_iter().filter_map(|version| catalog.action(version, initiator, action));
            let tries: Vec<_> = definitions
                .map(|definition| edited(definition.response.skeleton(), edit, &definition.name, &definition.response).errors)
                .collect();
            if let Some(errors) = tries.iter().min_by_key(|errors| errors.len()).filter(|errors| !errors.is_empty()) {
                return Err(CommandFailure::assignments(errors, context.line));
            }
            AnswerOverride::Result(change(initiator, action, edit, context))
        }
    })
}

fn change(initiator: Role, action: &str, edit: &PayloadEdit, context: &CommandContext<'_>) -> PayloadChange {
    let (catalog, action, edit) = (context.hub.catalog().clone(), action.to_owned(), edit.clone());
    Arc::new(move |default, version| match catalog.action(version, initiator, &action) {
        Some(definition) => edited(default, &edit, &definition.name, &definition.response).payload,
        None => default.into(),
    })
}

impl fmt::Display for AnswerCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AnswerCommand::Change { initiator, action, target, once, choice } = self else { return f.write_str("answers") };
        write!(f, "answer {}", action_command_name(*initiator, action))?;
        if let Some(target) = target {
            write_target(f, initiator.peer(), target)?;
        }
        write!(f, "{}{choice}", if *once { " --once" } else { "" })
    }
}
