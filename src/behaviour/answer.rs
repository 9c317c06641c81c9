//! What a call is answered with, and what follows from the answer once it has left. Who may replace an answer is in `answer_filter`.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use crate::ocpp::ErrorCode;
use crate::rpc::OutgoingPayload;

/// The answer to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A result with this payload.
    Result(OutgoingPayload),
    /// An error.
    Error {
        /// Its code.
        code: ErrorCode,
        /// One sentence for the user, possibly empty.
        description: String,
    },
    /// Nothing is ever sent; the peer will see a timeout.
    Silence,
    /// The answer leaves after a delay.
    Delayed(Duration, Box<Answer>),
}

impl Answer {
    /// A result with this payload.
    pub fn result(payload: impl Into<OutgoingPayload>) -> Answer {
        Answer::Result(payload.into())
    }

    /// The field `status` of a result.
    pub fn status(&self) -> Option<&str> {
        match self {
            Answer::Result(payload) => payload.get("status")?.as_str(),
            _ => None,
        }
    }

    /// The same answer, after a delay when there is one.
    #[must_use]
    pub fn after(self, delay: Option<Duration>) -> Answer {
        match delay {
            Some(delay) => Answer::Delayed(delay, Box::new(self)),
            None => self,
        }
    }
}

/// The decision of a behaviour about a call: the answer, and the effect that it carries out when the answer was sent.
/// Making one changes no state, so it may be dropped at any time.
#[derive(Debug)]
pub struct Proposal {
    /// The answer.
    pub answer: Answer,
    /// What follows from it.
    pub effect: ProposedEffect,
}

impl Proposal {
    /// An answer with an effect.
    pub fn with(answer: Answer, effect: impl Any + Send) -> Proposal {
        Proposal { answer, effect: ProposedEffect(Some(Box::new(effect))) }
    }

    /// The same with this effect, if it has none.
    pub fn or_effect(self, effect: impl Any + Send) -> Proposal {
        if self.effect.is_empty() { Proposal::with(self.answer, effect) } else { self }
    }
}

/// An answer from which nothing follows.
impl From<Answer> for Proposal {
    fn from(answer: Answer) -> Proposal {
        Proposal { answer, effect: ProposedEffect::default() }
    }
}

/// The effect of an answer. Only the behaviour that proposed it knows the type inside.
#[derive(Default)]
pub struct ProposedEffect(Option<Box<dyn Any + Send>>);

impl ProposedEffect {
    /// Whether nothing follows from the answer.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the effect is of this type.
    pub fn is<T: Any>(&self) -> bool {
        self.0.as_ref().is_some_and(|effect| effect.is::<T>())
    }

    /// The effect, if it is of this type. An effect of another type is dropped.
    pub fn into_inner<T: Any>(self) -> Option<T> {
        self.0?.downcast().ok().map(|effect| *effect)
    }
}

impl fmt::Debug for ProposedEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "ProposedEffect" } else { "no effect" })
    }
}
