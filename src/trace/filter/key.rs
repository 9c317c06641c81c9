//! The table of keys: their names, what they mean, what values they take. The parser, the completion and the reference page in
//! `docs/filter.md` follow it; what a condition does is in `condition`.

use super::choice::FilterField;
use super::error::ConditionError;
use super::syntax::FilterOperator;

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
    Transaction,
    Finding,
    Cause,
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
    key("leg", "leg:upstream", "links of a pair on which it was", KeyKind::Choice(FilterField::Leg)),
    key("done", "done:edited,injected", "what a proxy did with a frame", KeyKind::Choice(FilterField::Done)),
    key("state", "state:connected", "state of the station's link now", KeyKind::Choice(FilterField::State)),
    key("code", "code:FormationViolation", "code of an error", KeyKind::Choice(FilterField::Code)),
    key("id", "id:4f*", "message id", KeyKind::Id),
    key("tx", "tx:33", "messages of the transaction with this id", KeyKind::Transaction),
    key("size", "size>2k", "bytes of a frame", KeyKind::Size),
    key("latency", "latency>1s", "time from a call to this answer", KeyKind::Latency),
    key("since", "since:5m", "not older than this, or since this time", KeyKind::Since),
    key("before", "before:14:30", "older than this, or before this time", KeyKind::Before),
    key("valid", "valid:no", "verdict on the frame", KeyKind::Choice(FilterField::Valid)),
    key("finding", "finding:*/status*", "sentence about what is wrong with a frame", KeyKind::Finding),
    key("cause", "cause:unauthorized", "cause of a failed attempt to connect", KeyKind::Cause),
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

    /// Whether this key goes with an operator.
    pub(super) fn check(&self, operator: FilterOperator) -> Result<(), ConditionError> {
        let FilterKey { name, example, .. } = *self;
        match operator {
            FilterOperator::Has | FilterOperator::Equal => Ok(()),
            FilterOperator::NotEqual => Err(ConditionError::NotEqual { name, example }),
            _ if self.is_compared() => Ok(()),
            _ => Err(ConditionError::NoOrder { name, example }),
        }
    }
}
