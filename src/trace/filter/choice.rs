//! Conditions whose values come from a short list: `dir`, `kind`, `ver`, `valid` and their like. Each value is a bit; a condition is the
//! set of the wanted ones and holds when the record has one of them.

use std::fmt;

use super::FilterContext;
use super::error::ConditionError;
use super::pattern::{MatchExtent, Pattern};
use super::syntax::{FilterLiteral, LiteralForm};
use crate::ocpp::{ErrorCode, Version, suggest};
use crate::trace::{
    Direction, FrameKind, FrameVerdict, InterventionKind, LinkState, PairLegs, Record, RecordKind, RowKind, StationRow,
};

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilterField {
    Direction,
    Kind,
    Version,
    Transport,
    Role,
    State,
    Code,
    Valid,
    Answered,
    Leg,
    Done,
}

const KINDS: &[&str] = &[
    "call",
    "result",
    "error",
    "malformed",
    "ping",
    "pong",
    "connect",
    "disconnect",
    "retry",
    "refused",
    "timeout",
    "note",
    "unreachable",
    "unanswered",
    "send",
    "resulterror",
];
// The bits of the kinds, in the order of the names above.
const CALL: u16 = 1;
const RESULT: u16 = 1 << 1;
const ERROR: u16 = 1 << 2;
const MALFORMED: u16 = 1 << 3;
const PING: u16 = 1 << 4;
const PONG: u16 = 1 << 5;
const CONNECT: u16 = 1 << 6;
const DISCONNECT: u16 = 1 << 7;
const RETRY: u16 = 1 << 8;
const REFUSED: u16 = 1 << 9;
const TIMEOUT: u16 = 1 << 10;
const NOTE: u16 = 1 << 11;
const UNREACHABLE: u16 = 1 << 12;
const UNANSWERED: u16 = 1 << 13;
const SEND: u16 = 1 << 14;
const RESULT_ERROR: u16 = 1 << 15;

impl FilterField {
    /// The values, in the order of their bits.
    pub fn names(self) -> Vec<&'static str> {
        match self {
            FilterField::Direction => vec!["in", "out"],
            FilterField::Kind => KINDS.to_vec(),
            FilterField::Version => Version::ALL.map(Version::number).to_vec(),
            FilterField::Transport => vec!["websocket", "soap"],
            FilterField::Role => RowKind::ALL.map(RowKind::name).to_vec(),
            FilterField::Leg => PairLegs::ALL.map(PairLegs::name).to_vec(),
            FilterField::Done => InterventionKind::ALL.map(InterventionKind::name).to_vec(),
            FilterField::State => vec!["new", "connecting", "connected", "waiting", "gone"],
            FilterField::Code => ErrorCode::in_use().map(ErrorCode::name).collect(),
            FilterField::Valid => vec!["yes", "tolerated", "no"],
            FilterField::Answered => vec!["yes", "no"],
        }
    }

    /// What a value means, in a line; empty where the value says it.
    pub fn meaning(self, name: &str) -> &'static str {
        let text = |rows: &[(&str, &'static str)]| rows.iter().find(|(value, _)| *value == name).map_or("", |(_, text)| *text);
        match self {
            FilterField::Direction => text(&[("in", "received by us"), ("out", "sent by us")]),
            FilterField::Kind => text(&[
                ("call", "a call"),
                ("result", "the answer that was asked for"),
                ("error", "an error frame, also one about a result, a SOAP fault"),
                ("send", "a message that nothing answers (OCPP 2.1)"),
                ("resulterror", "an error about a result (OCPP 2.1)"),
                ("malformed", "a frame that cannot be read"),
                ("ping", "a WebSocket ping"),
                ("pong", "a WebSocket pong"),
                ("connect", "a link is made"),
                ("disconnect", "a link ends"),
                ("retry", "another attempt will be made"),
                ("refused", "a handshake that was refused"),
                ("timeout", "no answer in time"),
                ("note", "a line of the program itself"),
                ("unreachable", "a call over SOAP that could not be delivered"),
            ]),
            FilterField::Role => text(&[
                ("cp", "we are the charge point"),
                ("cs", "we are the central system"),
                ("proxy", "we pass the station on to its central system"),
            ]),
            FilterField::Leg => text(&[
                ("station", "only between the station and the proxy"),
                ("upstream", "only between the proxy and the central system"),
                ("both", "passed from one to the other"),
            ]),
            FilterField::Done => {
                InterventionKind::ALL.into_iter().find(|kind| kind.name() == name).map_or("", InterventionKind::words)
            }
            FilterField::State => text(&[
                ("new", "never connected"),
                ("connecting", "a connection is being made"),
                ("connected", "the link is up"),
                ("waiting", "down, another attempt follows"),
                ("gone", "down"),
            ]),
            FilterField::Code => ErrorCode::parse(name).map_or("", ErrorCode::description),
            FilterField::Valid => text(&[
                ("yes", "as the definitions say"),
                ("tolerated", "deviates, and was accepted"),
                ("no", "breaks the definitions; also timeouts and failures"),
            ]),
            FilterField::Answered => text(&[("yes", "has a result or an error"), ("no", "has none, also after a timeout")]),
            FilterField::Version | FilterField::Transport => "",
        }
    }

    /// Whether the value is a property of the station.
    pub fn is_of_station(self) -> bool {
        matches!(self, FilterField::Version | FilterField::Transport | FilterField::Role | FilterField::State)
    }

    /// The bit of a station.
    fn of_station(self, row: &StationRow) -> u16 {
        match self {
            FilterField::Version => row.version.map_or(0, |version| 1 << version as u16),
            FilterField::Transport => row.transport.map_or(0, |transport| 1 << transport as u16),
            FilterField::Role => 1 << row.kind().place() as u16,
            FilterField::State => match row.state {
                LinkState::New => 1,
                LinkState::Connecting => 1 << 1,
                LinkState::Connected => 1 << 2,
                LinkState::Waiting { .. } => 1 << 3,
                LinkState::Gone => 1 << 4,
            },
            FilterField::Direction
            | FilterField::Kind
            | FilterField::Code
            | FilterField::Valid
            | FilterField::Answered
            | FilterField::Leg
            | FilterField::Done => 0,
        }
    }

    /// The bits of a record; none when the question makes no sense for it.
    fn of_record(self, record: &Record<'_>, context: &FilterContext<'_>) -> u16 {
        match self {
            FilterField::Direction => match record.kind {
                RecordKind::Frame(direction, _) | RecordKind::Ping(direction) | RecordKind::Pong(direction) => {
                    if direction == Direction::In { 1 } else { 1 << 1 }
                }
                _ => 0,
            },
            FilterField::Kind => kind(record.kind),
            FilterField::Code => record.code.map_or(0, |code| 1 << code as u16),
            FilterField::Valid => match record.verdict {
                // Only frames are judged. Failures are found together with invalid frames, because users search for
                // both at once.
                FrameVerdict::Valid => u16::from(matches!(record.kind, RecordKind::Frame(..))),
                FrameVerdict::Tolerated => 1 << 1,
                FrameVerdict::Invalid => 1 << 2,
            },
            FilterField::Answered => answered(record, context),
            FilterField::Leg => record.legs.map_or(0, |legs| 1 << legs as u16),
            FilterField::Done => {
                let done = record.passage().and_then(|passage| passage.intervention.as_ref());
                done.map_or(0, |done| 1 << done.kind as u16)
            }
            // The station may have had a link of another transport by then.
            FilterField::Transport if matches!(record.kind, RecordKind::Frame(..)) => 1 << record.transport as u16,
            FilterField::Version | FilterField::Transport | FilterField::Role | FilterField::State => {
                context.row(record).map_or(0, |row| self.of_station(row))
            }
        }
    }

    /// The cost of the check, for the order of evaluation.
    fn cost(self) -> u8 {
        match self {
            FilterField::Direction | FilterField::Kind | FilterField::Code | FilterField::Valid | FilterField::Leg => 0,
            FilterField::Done => 1,
            FilterField::Version | FilterField::Transport | FilterField::Role | FilterField::State => 2,
            FilterField::Answered => 3,
        }
    }
}

fn kind(kind: RecordKind) -> u16 {
    match kind {
        RecordKind::Frame(_, FrameKind::Call) => CALL,
        RecordKind::Frame(_, FrameKind::Result) => RESULT,
        RecordKind::Frame(_, FrameKind::Error) => ERROR,
        RecordKind::Frame(_, FrameKind::ResultError) => ERROR | RESULT_ERROR,
        RecordKind::Frame(_, FrameKind::Send) => SEND,
        RecordKind::Frame(_, FrameKind::Malformed) => MALFORMED,
        RecordKind::Connecting | RecordKind::Connected => CONNECT,
        RecordKind::Disconnected => DISCONNECT,
        RecordKind::Retry => RETRY,
        RecordKind::Lost => DISCONNECT | RETRY,
        RecordKind::Refused => REFUSED,
        RecordKind::Timeout => TIMEOUT,
        RecordKind::Unreachable => UNREACHABLE,
        RecordKind::Unanswered => UNANSWERED,
        RecordKind::Ping(_) => PING,
        RecordKind::Pong(_) => PONG,
        RecordKind::Held | RecordKind::Listening | RecordKind::Note | RecordKind::Toast | RecordKind::Failure => NOTE,
    }
}

fn answered(record: &Record<'_>, context: &FilterContext<'_>) -> u16 {
    if !matches!(record.kind, RecordKind::Frame(_, FrameKind::Call)) {
        return 0;
    }
    // The partner of a call is its answer or its timeout.
    let timed_out = |partner| {
        let partner = context.partner(partner);
        partner.is_some_and(|partner| {
            matches!(partner.kind, RecordKind::Timeout | RecordKind::Unreachable | RecordKind::Unanswered)
        })
    };
    if record.partner.is_some_and(|partner| !timed_out(partner)) { 1 } else { 1 << 1 }
}

/// The versions whose numbers begin with this one: 2 and 2.0 are those of 2.0.1.
fn of_generation(number: &str) -> u16 {
    let behind = |version: &Version| version.number().strip_prefix(number).is_some_and(|rest| rest.starts_with('.'));
    Version::ALL.into_iter().filter(behind).fold(0, |bits, version| bits | 1 << version as u16)
}

/// A field and the wanted values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldChoice {
    field: FilterField,
    wanted: u16,
}

impl FieldChoice {
    /// Reads a list of values with commas between; each may hold wildcards.
    pub fn parse(field: FilterField, value: &FilterLiteral) -> Result<FieldChoice, ConditionError> {
        let names = field.names();
        let known = names.join(", ");
        if matches!(value.form, LiteralForm::Regex { .. }) {
            return Err(ConditionError::RegexChoice { known });
        }
        let mut wanted = 0;
        for part in value.text.split(',') {
            let canonical = match field {
                FilterField::Version => Version::parse(part).map(Version::number),
                FilterField::Code => ErrorCode::parse(part).map(ErrorCode::name),
                _ => None,
            };
            // Without capitals the pattern ignores the case.
            let text = canonical.unwrap_or(part).to_ascii_lowercase();
            let pattern = Pattern::new(&FilterLiteral { text, ..value.clone() }, MatchExtent::Whole)?;
            let meant = names.iter().enumerate().filter(|(_, name)| pattern.matches(name));
            let bits = meant.fold(0, |bits, (index, _)| bits | 1 << index);
            let bits = if bits == 0 && field == FilterField::Version { of_generation(part) } else { bits };
            if bits == 0 {
                return Err(match suggest(part, names.iter().copied()) {
                    Some(near) => ConditionError::SimilarChoice { value: part.to_owned(), near: near.to_owned(), known },
                    None if part.is_empty() => ConditionError::EmptyChoice { known },
                    None => ConditionError::UnknownChoice { value: part.to_owned(), known },
                });
            }
            wanted |= bits;
        }
        Ok(FieldChoice { field, wanted })
    }

    pub fn matches(&self, record: &Record<'_>, context: &FilterContext<'_>) -> bool {
        self.field.of_record(record, context) & self.wanted != 0
    }

    /// `None` when the station alone does not decide it.
    pub fn matches_station(&self, row: &StationRow) -> Option<bool> {
        self.field.is_of_station().then(|| self.field.of_station(row) & self.wanted != 0)
    }

    pub fn field(&self) -> FilterField {
        self.field
    }

    pub fn cost(&self) -> u8 {
        self.field.cost()
    }
}

impl fmt::Display for FieldChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (index, name) in self.field.names().into_iter().enumerate() {
            if self.wanted & (1 << index) != 0 {
                write!(f, "{separator}{name}")?;
                separator = ",";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Role;

    #[test]
    fn the_beginning_of_a_version_means_all_that_begin_so() {
        let list = |text: &str| {
            let value = FilterLiteral { text: text.to_owned(), form: LiteralForm::Bare, span: 0..text.len() };
            FieldChoice::parse(FilterField::Version, &value).map(|choice| choice.to_string()).map_err(|error| error.to_string())
        };
        assert_eq!(list("2").as_deref(), Ok("2.0.1,2.1"));
        assert_eq!(list("1").as_deref(), Ok("1.2,1.5,1.6"));
        assert_eq!(list("2.0").as_deref(), Ok("2.0.1"));
        assert_eq!(list("2.1,1.6").as_deref(), Ok("1.6,2.1"));
        assert!(list("3").is_err() && list("2.").is_err() && list("").is_err());
    }

    #[test]
    fn the_values_fit_into_the_set_and_stand_in_the_order_of_the_enumerations() {
        for (index, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, index);
        }
        for (index, version) in Version::ALL.into_iter().enumerate() {
            assert_eq!(version as usize, index);
        }
        for (index, code) in ErrorCode::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, index);
        }
        for (bit, name) in [
            (SEND, "send"),
            (RESULT_ERROR, "resulterror"),
            (NOTE, "note"),
            (TIMEOUT, "timeout"),
            (UNREACHABLE, "unreachable"),
            (UNANSWERED, "unanswered"),
        ] {
            assert_eq!(FilterField::Kind.names()[bit.trailing_zeros() as usize], name);
        }
        assert_eq!(FilterField::Kind.names().len(), RESULT_ERROR.trailing_zeros() as usize + 1);
        assert!(FilterField::Code.names().len() <= 16);
    }
}
