//! Breakpoints in the command language: `hold <filter>` stops frames, `held` lists them, `release` and `drop` say what becomes of them.

use super::arguments::Arguments;
use super::build::answering;
use super::command::{AnswerCommand, AnswerReply, Command, PayloadEdit};
use super::error::CommandError;
use super::payloads::edit_message;
use super::runner::Console;
use super::said::{CommandFailure, CommandOutput};
use super::token::{Spanned, Word};
use crate::behaviour::Answer;
use crate::clock::now;
use crate::hub::{LinkCommand, Order};
use crate::link::{HeldFrame, ReleaseAction};
use crate::ocpp::{ErrorCode, MessageDefinition};
use crate::rpc::OutgoingPayload;
use crate::trace::filter::{self, TraceFilter};
use crate::trace::{Direction, FrameKind};

/// A command about frames that wait.
#[derive(Debug, Clone, PartialEq)]
pub enum HoldCommand {
    /// Stop the frames that pass the filter.
    On(TraceFilter),
    /// Stop no more frames.
    Off,
    /// List what waits, and the filter in force.
    List,
    /// Say what becomes of what waits.
    Release {
        /// What is meant.
        which: HeldSelection,
        /// How it goes on: as usual, edited, answered on purpose, not at all.
        how: AnswerCommand,
    },
}

/// Which of the frames that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldSelection {
    /// All of them.
    All,
    /// The one with this number.
    One(u64),
}

/// `hold` with what follows it on the line, which is a filter and not words of the command language.
pub(super) fn hold(rest: &Word<'_>) -> Result<Command, CommandError> {
    Ok(Command::Hold(match rest.value.trim() {
        "" => HoldCommand::List,
        "off" => HoldCommand::Off,
        _ => HoldCommand::On(filter_of(rest)?),
    }))
}

/// The filter that the rest of a line is.
pub(super) fn filter_of(rest: &Word<'_>) -> Result<TraceFilter, CommandError> {
    filter::parse(rest.value.trim()).map_err(|error| {
        let lead = rest.value.len() - rest.value.trim_start().len();
        let start = rest.span.start + lead;
        let span = start + error.span.start..start + error.span.end;
        CommandError::BadFilter { message: error.message, span }
    })
}

/// `release <number|all> …` and `drop <number|all>`.
pub(super) fn release(mut arguments: Arguments<'_>, drop: bool) -> Result<Command, CommandError> {
    let word = arguments.positionals[0].clone();
    let which = match word.value {
        "all" => HeldSelection::All,
        number => HeldSelection::One(number.parse().map_err(|_| CommandError::BadArgument {
            name: "<number|all>",
            wanted: "the number of a frame that waits, or all".to_owned(),
            span: word.span.clone(),
        })?),
    };
    let how = if drop {
        AnswerCommand::OnPurpose { reply: AnswerReply::Silence, delay: None }
    } else {
        answering(&mut arguments)?.unwrap_or(AnswerCommand::AsUsual)
    };
    Ok(Command::Hold(HoldCommand::Release { which, how }))
}

impl Console {
    pub(super) fn hold(&self, command: &HoldCommand, line: &str) -> CommandOutput {
        match command {
            HoldCommand::On(filter) => {
                self.hub().gate().set(Some(filter.clone()));
                CommandOutput::default()
            }
            HoldCommand::Off => {
                self.hub().gate().set(None);
                CommandOutput::default()
            }
            HoldCommand::List => self.list_held(),
            HoldCommand::Release { which, how } => self.release(*which, how, line),
        }
    }

    fn list_held(&self) -> CommandOutput {
        let gate = self.hub().gate();
        let rule = gate.filter().map_or_else(|| "No frame is stopped.".to_owned(), |filter| format!("Stopped: {filter}"));
        let contents = self.hub().trace().read();
        let moment = now();
        let lines = gate.held().into_iter().map(|frame| {
            let identity = contents
                .stations()
                .get(frame.station)
                .map_or_else(String::new, |row| crate::sanitize::escape_control(&row.identity).into_owned());
            let waited = moment.monotonic.saturating_duration_since(frame.since.monotonic).as_secs_f64();
            let arrow = if frame.direction == Direction::In { "<-" } else { "->" };
            format!(
                "{}  {identity} {arrow} {} {}  {waited:.1} s  {}",
                frame.number,
                kind(frame.kind),
                frame.action,
                frame.payload
            )
        });
        let lines: Vec<String> = std::iter::once(rule).chain(lines).collect();
        CommandOutput::text("Held", lines)
    }

    fn release(&self, which: HeldSelection, how: &AnswerCommand, line: &str) -> CommandOutput {
        let held = self.hub().gate().held();
        let meant: Vec<HeldFrame> = match which {
            HeldSelection::All => held,
            HeldSelection::One(number) => held.into_iter().filter(|frame| frame.number == number).collect(),
        };
        if let (HeldSelection::One(number), []) = (which, &meant[..]) {
            return CommandFailure::plain(format!(
                "Error: no frame waits under the number {number}; held lists those that do."
            ))
            .into();
        }
        let mut said = CommandOutput::default();
        for frame in meant {
            match self.fate(&frame, how, line) {
                Ok(fate) => {
                    let deed = LinkCommand::Release { number: frame.number, action: fate };
                    for (_, reason) in self.hub().submit(&Order { targets: vec![frame.station], command: deed }).refused {
                        said.add(CommandFailure::plain(format!("Error: {reason}.")));
                    }
                }
                Err(failures) => failures.into_iter().for_each(|failure| said.add(failure)),
            }
        }
        said
    }

    /// What a person's words mean for a frame.
    fn fate(&self, frame: &HeldFrame, how: &AnswerCommand, line: &str) -> Result<ReleaseAction, Vec<CommandFailure>> {
        let AnswerCommand::OnPurpose { reply, delay } = how else { return Ok(ReleaseAction::Go(None)) };
        let ours = frame.direction == Direction::Out && frame.kind != FrameKind::Call;
        let answer = match reply {
            AnswerReply::Silence => return Ok(ReleaseAction::Drop),
            AnswerReply::Error { code, description } => {
                let description = description.clone().unwrap_or_else(|| code.description().to_owned());
                Answer::Error { code: *code, description }
            }
            AnswerReply::Result(edit) => {
                let payload = self.edited(frame, edit, line)?;
                if delay.is_none() || !ours {
                    return Ok(ReleaseAction::Go(Some(payload)));
                }
                Answer::Result(payload)
            }
            AnswerReply::Usual => usual(frame),
        };
        match delay {
            None => Ok(ReleaseAction::Answer(answer)),
            Some(_) if !ours && matches!(reply, AnswerReply::Usual) => {
                Err(vec![CommandFailure::plain("Error: only an answer of ours can be delayed.")])
            }
            Some(delay) => Ok(ReleaseAction::Answer(Answer::Delayed(*delay, Box::new(answer)))),
        }
    }

    fn edited(&self, frame: &HeldFrame, edit: &PayloadEdit, line: &str) -> Result<OutgoingPayload, Vec<CommandFailure>> {
        let contents = self.hub().trace().read();
        let row = contents.stations().get(frame.station);
        let definition = row.and_then(|row| {
            // Our call and the result of it begin with us; the peer's call and our answer with the peer.
            let ours = (frame.direction == Direction::Out) == (frame.kind == FrameKind::Call);
            let initiator = if ours { row.our_role } else { row.our_role.peer() };
            self.hub().catalog().action(row.version?, initiator, &frame.action)
        });
        let Some(definition) = definition else {
            return Err(vec![CommandFailure::plain(format!(
                "Error: the definitions have no {}; write its payload whole.",
                frame.action
            ))]);
        };
        let message: &MessageDefinition =
            if frame.kind == FrameKind::Call { &definition.request } else { &definition.response };
        let applied = edit_message(frame.payload.value().clone(), edit, &definition.name, message);
        applied.accept(true).map_err(|errors| errors.iter().map(|error| CommandFailure::assignment(error, line)).collect())
    }
}

/// The answer that a held answer of ours would be.
fn usual(frame: &HeldFrame) -> Answer {
    if frame.kind == FrameKind::Error {
        let text = |name: &str| frame.payload[name].as_str().unwrap_or_default().to_owned();
        let code = ErrorCode::parse(&text("code")).unwrap_or(ErrorCode::GenericError);
        return Answer::Error { code, description: text("description") };
    }
    Answer::result(frame.payload.clone())
}

const fn kind(kind: FrameKind) -> &'static str {
    match kind {
        FrameKind::Call => "call",
        FrameKind::Result => "result",
        FrameKind::Error => "error",
        FrameKind::Malformed => "unreadable",
    }
}

/// How a command about frames that wait is written.
impl std::fmt::Display for HoldCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            HoldCommand::On(filter) => write!(f, "hold {filter}"),
            HoldCommand::Off => f.write_str("hold off"),
            HoldCommand::List => f.write_str("held"),
            HoldCommand::Release { which, how } => {
                f.write_str("release ")?;
                match which {
                    HeldSelection::All => f.write_str("all")?,
                    HeldSelection::One(number) => write!(f, "{number}")?,
                }
                if *how == AnswerCommand::AsUsual { Ok(()) } else { write!(f, "{how}") }
            }
        }
    }
}

/// Everything behind the first word of a line, as one word.
pub(super) fn rest_of<'a>(line: &'a str, first: &Word<'_>) -> Word<'a> {
    Spanned::new(&line[first.span.end..], first.span.end..line.len())
}
