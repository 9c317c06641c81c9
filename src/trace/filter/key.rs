//! The table of keys: their names, what they mean, what values they take. The parser, the completion and the reference page in
//! `docs/filter.md` follow it; what a condition does is in `condition`.

use super::choice::{FieldChoice, FilterField};
use super::condition::Condition;
use super::lexer::{FilterLiteral, FilterOperator, LiteralForm};
use super::pattern::{MatchExtent, Pattern};
use super::quantity;
use super::time_bound::TimeBound;

/// A key of the filter language.
#[derive(Debug)]
pub struct FilterKey {
    /// As it is written: `cp`.
    pub name: &'static str,
    /// A condition with it: `cp:CP0*`.
    pub example: &'static str,
    /// What it finds, a few words.
    pub help: &'static str,
    pub(super) kind: KeyKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Identity,
    Action,
    Id,
    Choice(FilterField),
    Size,
    Latency,
    Since,
    Before,
}

const fn key(name: &'static str, example: &'static str, help: &'static str, kind: KeyKind) -> FilterKey {
    FilterKey { name, example, help, kind }
}

/// All keys, in the order of the help.
pub const KEYS: &[FilterKey] = &[
    key("cp", "cp:CP0*", "identity of the station", KeyKind::Identity),
    key("action", "action:Meter*", "action; also of results, errors and timeouts", KeyKind::Action),
    key("dir", "dir:in", "way of a frame, seen from us", KeyKind::Choice(FilterField::Direction)),
    key("kind", "kind:error,timeout", "kind of line", KeyKind::Choice(FilterField::Kind)),
    key("ver", "ver:1.6", "version of the station's link", KeyKind::Choice(FilterField::Version)),
    key("transport", "transport:soap", "transport of the station's link", KeyKind::Choice(FilterField::Transport)),
    key("role", "role:cs", "role that we play towards the station", KeyKind::Choice(FilterField::Role)),
    key("state", "state:connected", "state of the station's link now", KeyKind::Choice(FilterField::State)),
    key("code", "code:FormationViolation", "code of an error", KeyKind::Choice(FilterField::Code)),
    key("id", "id:4f*", "message id", KeyKind::Id),
    key("size", "size>2k", "bytes of a frame", KeyKind::Size),
    key("latency", "latency>1s", "time from a call to this answer", KeyKind::Latency),
    key("since", "since:5m", "not older than this, or since this time", KeyKind::Since),
    key("before", "before:14:30", "older than this, or before this time", KeyKind::Before),
    key("valid", "valid:no", "verdict on the frame", KeyKind::Choice(FilterField::Valid)),
    key("answered", "answered:no", "whether a call has its answer", KeyKind::Choice(FilterField::Answered)),
];

impl FilterKey {
    /// The key of this name, in any case.
    pub fn find(name: &str) -> Option<&'static FilterKey> {
        KEYS.iter().find(|key| key.name.eq_ignore_ascii_case(name))
    }

    /// The known values, when there is a list of them.
    pub fn values(&self) -> Vec<&'static str> {
        match self.kind {
            KeyKind::Choice(field) => field.names(),
            _ => Vec::new(),
        }
    }

    /// Whether the value is compared with `<` and `>` rather than introduced with a colon.
    pub(super) fn is_compared(&self) -> bool {
        matches!(self.kind, KeyKind::Size | KeyKind::Latency)
    }

    /// Whether this key goes with an operator; the error is a sentence.
    pub(super) fn check(&self, operator: FilterOperator) -> Result<(), String> {
        let FilterKey { name, example, .. } = self;
        match operator {
            FilterOperator::Has | FilterOperator::Equal => Ok(()),
            FilterOperator::NotEqual => Err(format!("{name} cannot be compared with !=; put the ! in front: !{example}.")),
            _ if self.is_compared() => Ok(()),
            _ => Err(format!("{name} has no order; write for example {example}.")),
        }
    }

    /// The condition that this key makes; the error is a sentence about the value.
    pub(super) fn condition(&self, operator: FilterOperator, value: &FilterLiteral) -> Result<Condition, String> {
        let FilterKey { name, example, .. } = self;
        if value.text.is_empty() && value.form == LiteralForm::Bare {
            return Err(match self.values().as_slice() {
                [] => format!("A value is missing behind {name}; write for example {example}."),
                values => format!("A value is missing behind {name}; write one of {}.", values.join(", ")),
            });
        }
        let pattern = || Pattern::new(value, MatchExtent::Whole);
        let wrong = |what: &str| format!("{:?} is no {what}; write for example {example}.", value.text);
        let operator = if operator == FilterOperator::Has { FilterOperator::Equal } else { operator };
        Ok(match self.kind {
            KeyKind::Identity => Condition::Identity(pattern()?),
            KeyKind::Action => Condition::Action(pattern()?),
            KeyKind::Id => Condition::Id(pattern()?),
            KeyKind::Choice(field) => Condition::Choice(FieldChoice::parse(field, value)?),
            KeyKind::Size => Condition::Size(operator, quantity::parse_size(&value.text).ok_or_else(|| wrong("size"))?),
            KeyKind::Latency => {
                let micros = quantity::parse_duration(&value.text);
                Condition::Latency(operator, micros.ok_or_else(|| wrong("duration with a unit (us, ms, s, m, h, d)"))?)
            }
            KeyKind::Since | KeyKind::Before => {
                let bound = TimeBound::parse(&value.text);
                let bound = bound.ok_or_else(|| wrong("duration (5m), time (14:30) or date (2026-11-22T14:30)"))?;
                if self.kind == KeyKind::Since { Condition::Since(bound) } else { Condition::Before(bound) }
            }
        })
    }
}
