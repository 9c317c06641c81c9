//! `answer` and `answers`: change how calls are answered, list the rules.

use std::fmt;
use std::sync::Arc;

use super::context::CommandContext;
use super::entry::{CommandEntry, write_target};
use super::misbehave::{self, MisbehaveCommand, UPGRADE};
use super::payloads::edited;
use super::reply::{AnswerChoice, AnswerReply, take_answer};
use crate::console::output::{CommandFailure, CommandOutput, ScreenRequest};
use crate::console::syntax::arguments::{CommandWords, read};
use crate::console::syntax::duration;
use crate::console::syntax::edit::PayloadEdit;
use crate::console::syntax::error::{CommandError, ExecutionError, UsageFault, short};
use crate::console::syntax::spec::{
    ArgumentStyle, CONDITION, CommandSpec, CompletionKind, ID, MessageSource, NamedValue, REMOTE_ID, UPGRADE_WORD,
    action_command_name, argument, optional, switch,
};
use crate::console::syntax::target::Target;
use crate::hub::{AnswerOverride, AnswerRule, PayloadChange};
use crate::ocpp::{Role, Version, suggest};
use crate::sanitize::escape_control;
use crate::trace::filter::CallCondition;

pub(super) const ANSWER: CommandEntry<AnswerCommand> = CommandEntry {
    spec: CommandSpec::new("answer", "answer a call on purpose, or by default again")
        .arguments(const { &[argument("<action>", CompletionKind::ActionCommand)] })
        .options(const { &[ID, REMOTE_ID, switch("--once", "answer so only the next time")] })
        .takes(ArgumentStyle::Payload)
        .message(MessageSource::ResponseAt(0))
        .named(&[
            NamedValue { name: "error", value: "error code", help: "", completes: CompletionKind::ErrorCode },
            NamedValue { name: "description", value: "of the error", help: "", completes: CompletionKind::Nothing },
            NamedValue { name: "delay", value: "2s, 500ms", help: "", completes: CompletionKind::Nothing },
        ])
        .named_after(UPGRADE_WORD, UPGRADE)
        .words(&["none", "default", CONDITION])
        .at_target()
        .synopsis(
            "<action|upgrade> name=value ... | error=<code> description=<text> | none | delay=<time> | default [when <field>=<value> ...]",
        )
        .example("answer authorize idTagInfo.status=Blocked"),
    parse: |words| {
        let (words, condition) = condition_of(words)?;
        let mut arguments = words.sorted()?;
        if arguments.positionals[0].value == UPGRADE_WORD {
            let named = arguments.named_target(Role::CentralSystem)?;
            let (target, once) = (named.or(arguments.at_target.take()), arguments.has("--once"));
            return misbehave::of_upgrade(&mut arguments, target, once).map(AnswerCommand::Upgrade);
        }
        let (initiator, action) = words.grammar.find_action(&arguments.positionals[0])?;
        let once = arguments.has("--once");
        let target = match arguments.role_of_target() {
            Some(role) => Some(arguments.target(role)?),
            None => arguments.at_target.take(),
        };
        let wanted = "name=value, error=<code>, none, delay=<time> or default";
        let choice = take_answer(&mut arguments)?.ok_or_else(|| arguments.missing(wanted))?;
        Ok(AnswerCommand::Change { initiator, action: action.to_string(), target, condition, once, choice })
    },
};

pub(super) const ANSWERS: CommandEntry<AnswerCommand> = CommandEntry {
    spec: CommandSpec::new("answers", "list what is answered on purpose, or remove a rule by its number")
        .arguments(
            const { &[optional("remove", CompletionKind::Word("remove")), optional("<number>", CompletionKind::Nothing)] },
        )
        .synopsis("[remove <number>]")
        .example("answers"),
    parse: |words| {
        let arguments = words.sorted()?;
        let Some(verb) = arguments.positionals.first() else { return Ok(AnswerCommand::List) };
        if verb.value != "remove" {
            return Err(arguments.usage(UsageFault::Unexpected(short(verb.value)), verb));
        }
        let number = arguments.positionals.get(1).ok_or_else(|| arguments.missing("<number>"))?;
        read(number, "<number>", "the number of a rule, from 1", |text| text.parse().ok().filter(|number| *number > 0))
            .map(AnswerCommand::Remove)
    },
};

/// Takes the condition off the line. The action comes first, whatever it is called.
fn condition_of<'a>(words: &CommandWords<'a>) -> Result<(CommandWords<'a>, Option<CallCondition>), CommandError> {
    let Some(at) = words.words.iter().skip(1).position(|word| word.value == CONDITION).map(|at| at + 1) else {
        return Ok((*words, None));
    };
    let start = words.words[at].span.end;
    let text = &words.line[start..];
    let (start, text) = (start + text.len() - text.trim_start().len(), text.trim());
    let before = CommandWords { words: &words.words[..at], ..*words };
    if text.is_empty() {
        return Err(before.sorted()?.missing("<field>=<value> behind when"));
    }
    let condition = CallCondition::parse(text).map_err(|error| {
        let span = start + error.span.start..start + error.span.end;
        CommandError::BadFilter { message: error.message, span }
    })?;
    Ok((before, Some(condition)))
}

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
        /// What the payload of the call must have.
        condition: Option<CallCondition>,
        /// Whether only the next call is answered so.
        once: bool,
        /// How.
        choice: AnswerChoice,
    },
    /// Change how handshakes are answered.
    Upgrade(MisbehaveCommand),
    /// List the rules.
    List,
    /// Remove the rule of this number, counted from 1 in the order of the list.
    Remove(usize),
}

impl AnswerCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let answers = context.hub.answers();
        let AnswerCommand::Change { initiator, action, target, condition, once, choice } = self else {
            if let AnswerCommand::Upgrade(command) = self {
                return command.run(context).await;
            }
            if let AnswerCommand::Remove(number) = self {
                let removed = answers.remove(number - 1);
                let removed = removed.ok_or_else(|| {
                    CommandFailure::plain(format!("Error: there is no rule {number}; answers lists the rules."))
                })?;
                return Ok(CommandOutput::done(format!("Removed: {}", escape_control(&removed))));
            }
            let texts = answers.texts();
            if texts.is_empty() {
                return Ok(CommandOutput::info("Every call gets the default answer."));
            }
            let screen = context.meant.full_screen.then(|| ScreenRequest::ListRules(texts.clone()));
            return Ok(CommandOutput { screen, ..CommandOutput::text("Answers", texts) });
        };
        let (initiator, our_role) = (*initiator, initiator.peer());
        let mut output = CommandOutput::default();
        let stations = match target {
            None => vec![None],
            Some(target) => context.stations_or_new(Some(our_role), target, &mut output)?.into_iter().map(Some).collect(),
        };
        if let Some(error) = condition.as_ref().and_then(|condition| unknown_field(initiator, action, condition, context)) {
            return Err(error.into());
        }
        let whose = match &stations[..] {
            [None] => "of every station".to_owned(),
            stations => format!("of {}", context.names(&stations.iter().flatten().copied().collect::<Vec<_>>())),
        };
        let mut removed = 0;
        let text = match choice {
            AnswerChoice::Override { reply: AnswerReply::Result(edit), .. } if !context.shows_secrets() => {
                edit.masked_line(context.line)
            }
            _ => context.line.to_owned(),
        };
        let text = text.trim().to_owned();
        for station in stations {
            match choice {
                AnswerChoice::Default => removed += answers.clear(initiator, action, station, condition.as_ref()),
                AnswerChoice::Override { reply, delay } => match replaced(initiator, action, reply, context) {
                    Ok(reply) => {
                        let (action, condition) = (action.clone(), condition.clone());
                        let (once, delay, text) = (*once, *delay, text.clone());
                        answers.set(AnswerRule { initiator, action, station, condition, once, reply, delay, text });
                    }
                    Err(failures) => {
                        failures.into_iter().for_each(|failure| output.add(failure));
                        return Ok(output);
                    }
                },
            }
        }
        let when = condition.as_ref().map_or_else(String::new, |condition| format!(" when {condition}"));
        let when = escape_control(&when);
        output.done = Some(match choice {
            AnswerChoice::Default if removed == 0 => format!("{action} {whose} gets the default answer already."),
            AnswerChoice::Default => format!("{action} {whose} gets the default answer again."),
            AnswerChoice::Override { reply, delay } => {
                let how = match reply {
                    AnswerReply::Result(edit) => AnswerReply::Result(context.shown(edit)).to_string(),
                    other => other.to_string(),
                };
                let (how, once) = (escape_control(&how), if *once { "the next time" } else { "from now on" });
                let late = delay.map_or_else(String::new, |delay| format!(" after {}", duration::print(delay)));
                format!("{action} {whose} {how}{late}{when} {once}; answers lists the rules.")
            }
        });
        Ok(output)
    }
}

/// A field of a condition that no version of the message has: the condition would never hold.
fn unknown_field(
    initiator: Role,
    action: &str,
    condition: &CallCondition,
    context: &CommandContext<'_>,
) -> Option<ExecutionError> {
    let catalog = context.hub.catalog();
    let messages: Vec<_> = Version::ALL.into_iter().filter_map(|version| catalog.action(version, initiator, action)).collect();
    let known: Vec<&str> = messages.iter().flat_map(|it| it.request.fields.iter().map(|field| &*field.name)).collect();
    let unknown = condition.field_names().into_iter().find(|name| !known.contains(name))?;
    let nearest = suggest(unknown, known.iter().copied()).map(str::to_owned);
    Some(ExecutionError::NoSuchField { action: action.to_owned(), field: unknown.to_owned(), nearest })
}

/// The answer as the hub takes it. A result is tried on every version, so that a slip is reported now and not when a station calls.
fn replaced(
    initiator: Role,
    action: &str,
    reply: &AnswerReply,
    context: &CommandContext<'_>,
) -> Result<AnswerOverride, Vec<CommandFailure>> {
    Ok(match reply {
        AnswerReply::Default => AnswerOverride::Default,
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
        let AnswerCommand::Change { initiator, action, target, condition, once, choice } = self else {
            return match self {
                AnswerCommand::Remove(number) => write!(f, "answers remove {number}"),
                AnswerCommand::Upgrade(command) => misbehave::write_upgrade(f, command),
                _ => f.write_str("answers"),
            };
        };
        write!(f, "answer {}", action_command_name(*initiator, action))?;
        if let Some(target) = target {
            write_target(f, initiator.peer(), target)?;
        }
        write!(f, "{}{choice}", if *once { " --once" } else { "" })?;
        condition.as_ref().map_or(Ok(()), |condition| write!(f, " {CONDITION} {condition}"))
    }
}
