//! How a call is answered by the user's words, for `answer` and `release` alike.

use std::fmt;
use std::time::Duration;

use crate::console::syntax::arguments::Arguments;
use crate::console::syntax::duration;
use crate::console::syntax::edit::PayloadEdit;
use crate::console::syntax::error::CommandError;
use crate::console::syntax::token::{quote, unquote};
use crate::ocpp::ErrorCode;

/// How a call is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerChoice {
    /// By the simulator.
    Default,
    /// Another way.
    Override {
        /// The answer.
        reply: AnswerReply,
        /// How long it is held back.
        delay: Option<Duration>,
    },
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerReply {
    /// That of the simulator.
    Default,
    /// The result of the simulator with these changes.
    Result(PayloadEdit),
    /// An error.
    Error {
        /// Its code.
        code: ErrorCode,
        /// Its description; `None` is the one that belongs to the code.
        description: Option<String>,
    },
    /// None.
    Silence,
}

impl AnswerReply {
    /// The description of an error: the one that was typed, or the one that belongs to the code.
    pub fn description_of(code: ErrorCode, description: Option<&str>) -> String {
        description.unwrap_or_else(|| code.description()).to_owned()
    }
}

/// In words, behind a name: `is not answered`.
impl fmt::Display for AnswerReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AnswerReply::Default => f.write_str("is answered"),
            AnswerReply::Result(edit) => write!(f, "is answered with{edit}"),
            AnswerReply::Error { code, .. } => write!(f, "is answered with the error {code}"),
            AnswerReply::Silence => f.write_str("is not answered"),
        }
    }
}

/// Takes how a call is answered out of the words; `None` when they do not.
///
/// # Errors
/// When a value does not fit, or two ways exclude each other.
pub fn take_answer(arguments: &mut Arguments<'_>) -> Result<Option<AnswerChoice>, CommandError> {
    let delay = arguments
        .take_named("delay")
        .map(|word| {
            let wanted = "a length of time, as in 2s or 500ms".to_owned();
            duration::parse(&unquote(&word.value)).ok_or(CommandError::BadArgument { name: "delay", wanted, span: word.span })
        })
        .transpose()?;
    // `None` is the word `default`.
    let mut replies = Vec::new();
    if let Some(word) = arguments.take_named("error") {
        let Some(code) = ErrorCode::parse(&unquote(&word.value)) else {
            let wanted = format!("one of {}", ErrorCode::in_use().map(ErrorCode::name).collect::<Vec<_>>().join(", "));
            return Err(CommandError::BadArgument { name: "error", wanted, span: word.span });
        };
        let description = arguments.take_named("description").map(|word| unquote(&word.value));
        replies.push((word.span, Some(AnswerReply::Error { code, description })));
    }
    for word in &arguments.words {
        replies.push((word.span.clone(), (word.value == "none").then_some(AnswerReply::Silence)));
    }
    if let Some(first) = arguments.steps.first() {
        let span = first.span();
        replies.push((span, Some(AnswerReply::Result(PayloadEdit { steps: std::mem::take(&mut arguments.steps) }))));
    }
    Ok(match (replies.pop(), replies.is_empty(), delay) {
        (Some((span, _)), false, _) | (Some((span, None)), true, Some(_)) => {
            return Err(CommandError::ConflictingAnswer { span });
        }
        (Some((_, None)), true, None) => Some(AnswerChoice::Default),
        (Some((_, Some(reply))), true, delay) => Some(AnswerChoice::Override { reply, delay }),
        (None, _, Some(delay)) => Some(AnswerChoice::Override { reply: AnswerReply::Default, delay: Some(delay) }),
        (None, _, None) => None,
    })
}

/// With a blank before each word, so that it stands behind the command.
impl fmt::Display for AnswerChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AnswerChoice::Override { reply, delay } = self else { return f.write_str(" default") };
        match reply {
            AnswerReply::Default => {}
            AnswerReply::Result(edit) => write!(f, "{edit}")?,
            AnswerReply::Error { code, description } => {
                write!(f, " error={code}")?;
                if let Some(description) = description {
                    write!(f, " description={}", quote(description))?;
                }
            }
            AnswerReply::Silence => f.write_str(" none")?,
        }
        delay.map_or(Ok(()), |delay| write!(f, " delay={}", duration::print(delay)))
    }
}
