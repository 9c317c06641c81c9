//! Breakpoints: `hold <filter>` stops frames, `held` lists them, `release` and `drop` decide what becomes of them.

use std::fmt;
use std::time::Duration;

use super::context::CommandContext;
use super::entry::CommandEntry;
use super::payloads::edited;
use super::reply::{AnswerChoice, AnswerReply, take_answer};
use crate::behaviour::Answer;
use crate::clock::now;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::Arguments;
use crate::console::syntax::duration;
use crate::console::syntax::edit::PayloadEdit;
use crate::console::syntax::error::CommandError;
use crate::console::syntax::spec::{
    ArgumentStyle, CommandSpec, CompletionKind, NamedValue, Positional, action_command_name, argument,
};
use crate::console::syntax::token::Word;
use crate::hub::{AnswerOverride, AnswerRule, LinkCommand};
use crate::link::{HeldFrame, ReleaseAction};
use crate::ocpp::{ErrorCode, Role};
use crate::rpc::OutgoingPayload;
use crate::sanitize::escape_control;
use crate::trace::filter::{self, TraceFilter};
use crate::trace::{Direction, FrameKind, StationRow, mask_payload};

/// How a frame is answered; the same names as those of `answer`.
const ANSWERED: &[NamedValue] = &[
    NamedValue { name: "error", value: "error code", help: "", completes: CompletionKind::ErrorCode },
    NamedValue { name: "description", value: "of the error", help: "", completes: CompletionKind::Nothing },
    NamedValue { name: "delay", value: "2s, 500ms", help: "", completes: CompletionKind::Nothing },
];

/// It goes on twice.
const TWICE: &str = "twice";
/// It goes on behind the next one.
const BEHIND: &str = "behind";

const WHICH: &[Positional] = &[argument("<number|all>", CompletionKind::Nothing)];

pub(super) const HOLD: CommandEntry<HoldCommand> = CommandEntry {
    spec: CommandSpec::new("hold", "stop frames that pass a filter before they go out or are handled")
        .synopsis("<filter> | off")
        .example("hold dir:in action:*Transaction"),
    // What follows on the line is a filter and not words of the command language.
    parse: |words| {
        let rest = words.rest();
        Ok(match rest.value.trim() {
            "" => HoldCommand::List,
            "off" => HoldCommand::Off,
            _ => HoldCommand::On(parse_filter(&rest)?),
        })
    },
};

pub(super) const HELD: CommandEntry<HoldCommand> = CommandEntry {
    spec: CommandSpec::new("held", "list the frames that wait").example("held"),
    parse: |words| words.sorted().map(|_| HoldCommand::List),
};

pub(super) const RELEASE: CommandEntry<HoldCommand> = CommandEntry {
    spec: CommandSpec::new("release", "let a frame that waits go on, as it is, edited or answered on purpose")
        .arguments(WHICH)
        .takes(ArgumentStyle::Payload)
        .named(ANSWERED)
        .words(&["none", TWICE, BEHIND])
        .synopsis("<number|all> name=value ... | error=<code> description=<text> | none | delay=<time> | twice | behind")
        .example("release all"),
    parse: |words| {
        let mut arguments = words.sorted()?;
        let which = selection(&arguments)?;
        if let Some(at) = arguments.words.iter().position(|word| [TWICE, BEHIND].contains(&word.value)) {
            let word = arguments.words.remove(at);
            let pass = if word.value == TWICE { HeldPass::Twice } else { HeldPass::Behind };
            return match take_answer(&mut arguments)? {
                Some(_) => Err(CommandError::ConflictingAnswer { span: word.span }),
                None => Ok(HoldCommand::Pass { which, pass }),
            };
        }
        let choice = take_answer(&mut arguments)?.unwrap_or(AnswerChoice::Default);
        Ok(HoldCommand::Release { which, choice })
    },
};

pub(super) const DROP: CommandEntry<HoldCommand> = CommandEntry {
    spec: CommandSpec::new("drop", "forget a frame that waits").arguments(WHICH).synopsis("<number|all>").example("drop all"),
    parse: |words| {
        let choice = AnswerChoice::Override { reply: AnswerReply::Silence, delay: None };
        Ok(HoldCommand::Release { which: selection(&words.sorted()?)?, choice })
    },
};

/// A command about held frames.
#[derive(Debug, Clone, PartialEq)]
pub enum HoldCommand {
    /// Stop the frames that pass the filter.
    On(TraceFilter),
    /// Stop no more frames.
    Off,
    /// List the held frames, and the filter in force.
    List,
    /// Release held frames.
    Release {
        /// Which.
        which: HeldSelection,
        /// How: unchanged, edited, with another answer, not at all.
        choice: AnswerChoice,
    },
    /// Let held frames of pairs go on otherwise than once and in their order.
    Pass {
        /// Which.
        which: HeldSelection,
        /// How.
        pass: HeldPass,
    },
}

/// How a held frame of a pair goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldPass {
    /// Twice.
    Twice,
    /// Behind the next frame of its direction.
    Behind,
}

/// Which of the held frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldSelection {
    /// All of them.
    All,
    /// The one with this number.
    One(u64),
}

/// The filter that the rest of a line is.
pub(super) fn parse_filter(rest: &Word<'_>) -> Result<TraceFilter, CommandError> {
    filter::parse(rest.value.trim()).map_err(|error| {
        let lead = rest.value.len() - rest.value.trim_start().len();
        let start = rest.span.start + lead;
        let span = start + error.span.start..start + error.span.end;
        CommandError::BadFilter { message: error.message, span }
    })
}

fn selection(arguments: &Arguments<'_>) -> Result<HeldSelection, CommandError> {
    let word = &arguments.positionals[0];
    match word.value {
        "all" => Ok(HeldSelection::All),
        number => number.parse().map(HeldSelection::One).map_err(|_| CommandError::BadArgument {
            name: "<number|all>",
            wanted: "the number of a frame that waits, or all".to_owned(),
            span: word.span.clone(),
        }),
    }
}

impl HoldCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        match self {
            HoldCommand::On(filter) => {
                context.hub.gate().set(Some(filter.clone()));
                let filter = filter.to_string();
                Ok(CommandOutput::done(format!("Frames that pass {} are held from now on.", escape_control(&filter))))
            }
            HoldCommand::Off => {
                context.hub.gate().set(None);
                let waits = match context.hub.gate().count() {
                    0 => String::new(),
                    1 => " 1 still waits.".to_owned(),
                    count => format!(" {count} still wait."),
                };
                Ok(CommandOutput::done(format!("No more frames are held.{waits}")))
            }
            HoldCommand::List => Ok(list(context)),
            HoldCommand::Release { which, choice } => {
                let output = release(*which, |frame| release_action(frame, choice, context), context)?;
                Ok(with_sentence(output, |what| done_by_choice(what, choice)))
            }
            HoldCommand::Pass { which, pass } => {
                let output = release(*which, |frame| pass_action(frame, *pass, context), context)?;
                Ok(with_sentence(output, |what| match pass {
                    HeldPass::Twice => format!("{what}: goes on twice."),
                    HeldPass::Behind => format!("{what}: goes on behind the next frame of its direction."),
                }))
            }
        }
    }
}

fn list(context: &CommandContext<'_>) -> CommandOutput {
    let gate = context.hub.gate();
    let rule = gate.filter().map_or_else(|| "No frame is stopped.".to_owned(), |filter| format!("Stopped: {filter}"));
    let held = gate.held();
    let moment = now();
    let contents = context.hub.trace().read();
    let lines = held.into_iter().map(|frame| {
        let row = contents.stations().get(frame.station);
        let identity = row.map_or_else(String::new, |row| escape_control(&row.identity).into_owned());
        let waited = moment.monotonic.saturating_duration_since(frame.since.monotonic).as_secs_f64();
        let arrow = if frame.direction == Direction::In { "<-" } else { "->" };
        let (number, kind, action) = (frame.number, frame.kind.word(), escape_control(&frame.action));
        let payload = frame.payload.to_string();
        let masked = if contents.shows_secrets() { None } else { mask_payload(frame.kind, &frame.action, &payload) };
        let payload = masked.unwrap_or(payload);
        format!("{number}  {identity} {arrow} {kind} {action}  {waited:.1} s  {payload}")
    });
    let lines: Vec<String> = std::iter::once(rule).chain(lines).collect();
    CommandOutput::text("Held", lines)
}

/// Releases held frames. The output says of what, when there was any.
fn release(
    which: HeldSelection,
    action_of: impl Fn(&HeldFrame) -> Result<ReleaseAction, Vec<CommandFailure>>,
    context: &CommandContext<'_>,
) -> Result<(CommandOutput, Option<String>), CommandFailure> {
    let held = context.hub.gate().held();
    let meant: Vec<HeldFrame> = match which {
        HeldSelection::All => held,
        HeldSelection::One(number) => held.into_iter().filter(|frame| frame.number == number).collect(),
    };
    if let (HeldSelection::One(number), []) = (which, &meant[..]) {
        let text = format!("Error: no frame waits under the number {number}; held lists those that do.");
        return Err(CommandFailure::plain(text));
    }
    let mut output = CommandOutput::default();
    let mut released: Vec<HeldFrame> = Vec::new();
    for frame in meant {
        match action_of(&frame) {
            Ok(action) => {
                let command = LinkCommand::Release { number: frame.number, action };
                if !context.submit(vec![frame.station], command, &mut output).is_empty() {
                    released.push(frame);
                }
            }
            Err(failures) => failures.into_iter().for_each(|failure| output.add(failure)),
        }
    }
    let what = match &released[..] {
        [] if output.failed() => return Ok((output, None)),
        [] => return Ok((CommandOutput::done("No frame waits."), None)),
        [frame] => format!("{} of {}", escape_control(&frame.action), context.names(&[frame.station])),
        frames => format!("{} frames", frames.len()),
    };
    Ok((output, Some(what)))
}

/// The output with what was done.
fn with_sentence((mut output, what): (CommandOutput, Option<String>), sentence: impl Fn(&str) -> String) -> CommandOutput {
    if let Some(what) = what {
        output.done = Some(sentence(&what));
    }
    output
}

/// How frames go on otherwise than once and in their order.
fn pass_action(frame: &HeldFrame, pass: HeldPass, context: &CommandContext<'_>) -> Result<ReleaseAction, Vec<CommandFailure>> {
    if !context.hub.trace().read().stations().get(frame.station).is_some_and(StationRow::is_pair) {
        let text = "Error: only a frame between a station and its central system can go on twice or behind another.";
        return Err(vec![CommandFailure::plain(text)]);
    }
    Ok(match pass {
        HeldPass::Twice => ReleaseAction::Twice,
        HeldPass::Behind => ReleaseAction::Behind,
    })
}

/// What was done with held frames.
fn done_by_choice(what: &str, choice: &AnswerChoice) -> String {
    match choice {
        AnswerChoice::Default => format!("{what}: released as it was."),
        AnswerChoice::Override { reply: AnswerReply::Silence, .. } => format!("{what}: dropped."),
        AnswerChoice::Override { reply: AnswerReply::Error { code, .. }, .. } => format!("{what}: answered with {code}."),
        AnswerChoice::Override { reply: AnswerReply::Default, delay } => {
            let late = delay.map_or_else(String::new, |delay| format!(" after {}", duration::print(delay)));
            format!("{what}: released, to be answered{late}.")
        }
        AnswerChoice::Override { .. } => {
            let choice = choice.to_string();
            format!("{what}: released with{}.", escape_control(&choice))
        }
    }
}

/// What the user's words mean for a frame.
fn release_action(
    frame: &HeldFrame,
    choice: &AnswerChoice,
    context: &CommandContext<'_>,
) -> Result<ReleaseAction, Vec<CommandFailure>> {
    let AnswerChoice::Override { reply, delay } = choice else { return Ok(ReleaseAction::Go(None)) };
    let ours = frame.direction == Direction::Out && !frame.kind.is_request();
    let answer = match reply {
        AnswerReply::Silence => return Ok(ReleaseAction::Drop),
        AnswerReply::Error { code, description } => {
            Answer::Error { code: *code, description: AnswerReply::description_of(*code, description.as_deref()) }
        }
        AnswerReply::Result(edit) => {
            let payload = edit_frame(frame, edit, context)?;
            if delay.is_none() || !ours {
                return Ok(ReleaseAction::Go(Some(payload)));
            }
            Answer::Result(payload)
        }
        AnswerReply::Default => unchanged(frame),
    };
    match delay {
        None => Ok(ReleaseAction::Answer(answer)),
        Some(delay) if !ours && matches!(reply, AnswerReply::Default) => answer_late(frame, *delay, context),
        Some(delay) => Ok(ReleaseAction::Answer(Answer::Delayed(*delay, Box::new(answer)))),
    }
}

/// Lets a call of the peer go on and keeps its answer back: by a rule for the next call of its action on this link, which it is.
fn answer_late(frame: &HeldFrame, delay: Duration, context: &CommandContext<'_>) -> Result<ReleaseAction, Vec<CommandFailure>> {
    if frame.kind != FrameKind::Call || frame.direction == Direction::Out {
        return Err(vec![CommandFailure::plain(
            "Error: only an answer of ours, or a call that we answer, can be answered late.",
        )]);
    }
    let our_role = context.hub.trace().read().stations().get(frame.station).map_or(Role::CentralSystem, |row| row.our_role);
    let (initiator, action) = (our_role.peer(), frame.action.to_string());
    if context.hub.answers().has(initiator, &action, frame.station) {
        let text = format!("Error: a rule answers {action} of this station already; give that rule the delay.");
        return Err(vec![CommandFailure::plain(text)]);
    }
    let text = format!("answer {} delay={} --once", action_command_name(initiator, &action), duration::print(delay));
    context.hub.answers().set(AnswerRule {
        initiator,
        action,
        station: Some(frame.station),
        condition: None,
        once: true,
        reply: AnswerOverride::Default,
        delay: Some(delay),
        text,
    });
    Ok(ReleaseAction::Go(None))
}

fn edit_frame(
    frame: &HeldFrame,
    edit: &PayloadEdit,
    context: &CommandContext<'_>,
) -> Result<OutgoingPayload, Vec<CommandFailure>> {
    let station = context.hub.trace().read().stations().get(frame.station).map(|row| (row.our_role, row.version));
    let definition = station.and_then(|(our_role, version)| {
        // Our call and the result of it begin with us; the peer's call and our answer with the peer.
        let ours = (frame.direction == Direction::Out) == frame.kind.is_request();
        let initiator = if ours { our_role } else { our_role.peer() };
        context.hub.catalog().action(version?, initiator, &frame.action)
    });
    let Some(definition) = definition else {
        let text = format!("Error: the definitions have no {}; write its payload whole.", frame.action);
        return Err(vec![CommandFailure::plain(text)]);
    };
    let message = if frame.kind.is_request() { &definition.request } else { &definition.response };
    let applied = edited(frame.payload.clone(), edit, &definition.name, message);
    applied.accept_unambiguous().map_err(|errors| CommandFailure::assignments(&errors, context.line))
}

/// The answer that a held answer of ours would be.
fn unchanged(frame: &HeldFrame) -> Answer {
    if frame.kind == FrameKind::Error {
        let text = |name: &str| frame.payload[name].as_str().unwrap_or_default().to_owned();
        let code = ErrorCode::parse(&text("code")).unwrap_or(ErrorCode::GenericError);
        return Answer::Error { code, description: text("description") };
    }
    Answer::result(frame.payload.clone())
}

impl fmt::Display for HeldSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeldSelection::All => f.write_str("all"),
            HeldSelection::One(number) => number.fmt(f),
        }
    }
}

impl fmt::Display for HoldCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HoldCommand::On(filter) => write!(f, "hold {filter}"),
            HoldCommand::Off => f.write_str("hold off"),
            HoldCommand::List => f.write_str("held"),
            HoldCommand::Pass { which, pass } => {
                write!(f, "release {which} {}", if *pass == HeldPass::Twice { TWICE } else { BEHIND })
            }
            HoldCommand::Release { which, choice } => {
                write!(f, "release {which}")?;
                if *choice == AnswerChoice::Default { Ok(()) } else { write!(f, "{choice}") }
            }
        }
    }
}
