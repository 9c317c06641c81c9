//! One condition of a filter: whether a record or a station meets it, and the cost of its evaluation. How conditions
//! are joined is in `expression`.

use std::fmt;

use super::FilterContext;
use super::choice::{FieldChoice, FilterField};
use super::error::ConditionError;
use super::key::{FilterKey, KEYS, KeyKind};
use super::pattern::{MatchExtent, Pattern};
use super::payload::PayloadCondition;
use super::quantity;
use super::syntax::{FilterLiteral, FilterOperator, LiteralForm};
use super::time_bound::TimeBound;
use super::transaction::TransactionCondition;
use crate::trace::decode::id_text;
use crate::trace::{FrameKind, Record, RecordKind, StationRow};

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// A word: in the identity, the action or the text.
    Text(Pattern),
    Identity(Pattern),
    Action(Pattern),
    Id(Pattern),
    Transaction(Box<TransactionCondition>),
    /// In one of the lines about what is wrong.
    Finding(Pattern),
    /// The word for the cause of a failed attempt to connect.
    Cause(Pattern),
    Choice(FieldChoice),
    /// In bytes.
    Size(FilterOperator, u64),
    /// In microseconds.
    Latency(FilterOperator, u64),
    Since(TimeBound),
    Before(TimeBound),
    Payload(PayloadCondition),
}

impl Condition {
    /// The condition that a key makes with a value.
    pub fn new(key: &FilterKey, operator: FilterOperator, value: &FilterLiteral) -> Result<Condition, ConditionError> {
        let FilterKey { name, example, kind, .. } = *key;
        if value.text.is_empty() && value.form == LiteralForm::Bare {
            return Err(match key.values().as_slice() {
                [] => ConditionError::NoValue { name, example },
                values => ConditionError::NoChoice { name, known: values.join(", ") },
            });
        }
        let pattern = || Pattern::new(value, MatchExtent::Whole);
        let wrong = |what| ConditionError::WrongValue { value: value.text.clone(), what, example };
        let operator = if operator == FilterOperator::Has { FilterOperator::Equal } else { operator };
        Ok(match kind {
            KeyKind::Identity => Condition::Identity(pattern()?),
            KeyKind::Action => Condition::Action(pattern()?),
            KeyKind::Id => Condition::Id(pattern()?),
            KeyKind::Finding => Condition::Finding(pattern()?),
            KeyKind::Cause => Condition::Cause(pattern()?),
            KeyKind::Transaction => Condition::Transaction(Box::new(TransactionCondition::new(value)?)),
            KeyKind::Choice(field) => Condition::Choice(FieldChoice::parse(field, value)?),
            KeyKind::Size => Condition::Size(operator, quantity::parse_size(&value.text).ok_or_else(|| wrong("size"))?),
            KeyKind::Latency => {
                let micros = quantity::parse_duration(&value.text);
                Condition::Latency(operator, micros.ok_or_else(|| wrong("duration with a unit (us, ms, s, m, h, d)"))?)
            }
            KeyKind::Since | KeyKind::Before => {
                let bound = TimeBound::parse(&value.text);
                let bound = bound.ok_or_else(|| wrong("duration (5m), time (14:30) or date (2026-11-22T14:30)"))?;
                if kind == KeyKind::Since { Condition::Since(bound) } else { Condition::Before(bound) }
            }
        })
    }

    pub fn matches(&self, record: &Record<'_>, context: &FilterContext<'_>) -> bool {
        let identity = || context.row(record).map(|row| &*row.identity);
        let is_frame = matches!(record.kind, RecordKind::Frame(..));
        match self {
            Condition::Choice(choice) => choice.matches(record, context),
            Condition::Identity(pattern) => identity().is_some_and(|identity| pattern.matches(identity)),
            Condition::Action(pattern) => record.action.is_some_and(|action| pattern.matches(action)),
            Condition::Id(pattern) => {
                let is_message = is_frame && !matches!(record.kind, RecordKind::Frame(_, FrameKind::Malformed));
                is_message && id_text(record).is_some_and(|id| pattern.matches(id))
            }
            Condition::Transaction(transaction) => transaction.matches(record, context),
            Condition::Finding(pattern) => record.remarks.lines().any(|line| pattern.matches(line)),
            Condition::Cause(pattern) => {
                let failure = record.attempt().and_then(|attempt| attempt.failure.as_deref());
                failure.is_some_and(|failure| pattern.matches(failure.cause.name()))
            }
            Condition::Size(operator, bytes) => is_frame && operator.holds((record.text.len() as u64).cmp(bytes)),
            Condition::Latency(operator, micros) => match record.latency {
                // What these carry is how long we wait before the next attempt.
                _ if matches!(record.kind, RecordKind::Retry | RecordKind::Lost) => false,
                Some(latency) => operator.holds(latency.as_micros().cmp(&u128::from(*micros))),
                None => false,
            },
            Condition::Since(bound) => record.wall_micros >= bound.micros(context.now_micros, context.offset_micros),
            Condition::Before(bound) => record.wall_micros < bound.micros(context.now_micros, context.offset_micros),
            Condition::Text(pattern) => {
                // The text comes last because it is the longest.
                record.action.is_some_and(|action| pattern.matches(action))
                    || identity().is_some_and(|identity| pattern.matches(identity))
                    || pattern.matches(&record.full_text())
            }
            Condition::Payload(payload) => payload.matches(record),
        }
    }

    /// Whether a station meets it; `None` when the condition is about records.
    pub fn matches_station(&self, row: &StationRow) -> Option<bool> {
        match self {
            Condition::Identity(pattern) => Some(pattern.matches(&row.identity)),
            Condition::Text(pattern) => {
                Some(pattern.matches(&row.identity) || row.url.as_deref().is_some_and(|url| pattern.matches(url)))
            }
            Condition::Choice(choice) => choice.matches_station(row),
            _ => None,
        }
    }

    /// The condition about a payload, if it is one.
    pub fn payload(&self) -> Option<&PayloadCondition> {
        if let Condition::Payload(condition) = self { Some(condition) } else { None }
    }

    /// Whether it is about stations rather than records.
    pub fn is_about_stations(&self) -> bool {
        match self {
            Condition::Identity(_) | Condition::Text(_) => true,
            Condition::Choice(choice) => choice.field().is_of_station(),
            _ => false,
        }
    }

    /// Whether it asks for the other half of an exchange.
    pub fn asks_for_partners(&self) -> bool {
        match self {
            Condition::Transaction(_) => true,
            Condition::Choice(choice) => choice.field() == FilterField::Answered,
            _ => false,
        }
    }

    /// The cost of its evaluation; only the order of the numbers counts.
    pub fn cost(&self) -> u8 {
        let of = |pattern: &Pattern, cost: u8| if pattern.is_regex() { cost + 2 } else { cost };
        match self {
            Condition::Choice(choice) => choice.cost(),
            Condition::Size(..) | Condition::Latency(..) | Condition::Since(_) | Condition::Before(_) => 1,
            Condition::Action(pattern) => of(pattern, 2),
            Condition::Identity(pattern) => of(pattern, 3),
            Condition::Id(pattern) | Condition::Finding(pattern) | Condition::Cause(pattern) => of(pattern, 4),
            Condition::Text(pattern) => of(pattern, 7),
            Condition::Payload(_) => 10,
            Condition::Transaction(_) => 11,
        }
    }

    fn key(&self) -> Option<KeyKind> {
        Some(match self {
            Condition::Text(_) | Condition::Payload(_) => return None,
            Condition::Identity(_) => KeyKind::Identity,
            Condition::Action(_) => KeyKind::Action,
            Condition::Id(_) => KeyKind::Id,
            Condition::Transaction(_) => KeyKind::Transaction,
            Condition::Finding(_) => KeyKind::Finding,
            Condition::Cause(_) => KeyKind::Cause,
            Condition::Choice(choice) => KeyKind::Choice(choice.field()),
            Condition::Size(..) => KeyKind::Size,
            Condition::Latency(..) => KeyKind::Latency,
            Condition::Since(_) => KeyKind::Since,
            Condition::Before(_) => KeyKind::Before,
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.key();
        if let Some(key) = KEYS.iter().find(|key| Some(key.kind) == kind) {
            f.write_str(key.name)?;
        }
        match self {
            Condition::Text(pattern) => write!(f, "{pattern}"),
            Condition::Identity(pattern)
            | Condition::Action(pattern)
            | Condition::Id(pattern)
            | Condition::Finding(pattern)
            | Condition::Cause(pattern) => {
                write!(f, ":{pattern}")
            }
            Condition::Transaction(transaction) => write!(f, ":{transaction}"),
            Condition::Choice(choice) => write!(f, ":{choice}"),
            Condition::Since(bound) | Condition::Before(bound) => write!(f, ":{bound}"),
            Condition::Size(operator, bytes) => {
                f.write_str(operator.symbol())?;
                quantity::write_size(f, *bytes)
            }
            Condition::Latency(operator, micros) => {
                f.write_str(operator.symbol())?;
                quantity::write_duration(f, *micros)
            }
            Condition::Payload(payload) => write!(f, "{payload}"),
        }
    }
}
