//! The condition about a transaction: whether a message names its id, or is the other half of one that does. It costs more than other
//! conditions, because both halves of an exchange may have to be read.

use std::fmt;

use super::FilterContext;
use super::error::ConditionError;
use super::pattern::{MatchExtent, Pattern};
use super::payload::PayloadCondition;
use super::syntax::{FieldStep, FilterLiteral, FilterOperator};
use crate::trace::{FrameKind, Record, RecordKind};

/// Where messages name a transaction: calls and answers of OCPP 1.x, charging profiles, and the events and displayed messages of OCPP 2.x.
const PLACES: [&[&str]; 5] = [
    &["transactionId"],
    &["csChargingProfiles", "transactionId"],
    &["chargingProfile", "transactionId"],
    &["transactionInfo", "transactionId"],
    &["message", "transactionId"],
];

/// The condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TransactionCondition {
    /// As it was written.
    written: Pattern,
    places: Vec<PayloadCondition>,
}

impl TransactionCondition {
    pub fn new(id: &FilterLiteral) -> Result<TransactionCondition, ConditionError> {
        let place = |names: &&[&str]| {
            let steps = names.iter().map(|name| FieldStep::Name((*name).to_owned())).collect();
            PayloadCondition::new(steps, Some((FilterOperator::Equal, id)))
        };
        let places = PLACES.iter().map(place).collect::<Result<_, _>>()?;
        Ok(TransactionCondition { written: Pattern::new(id, MatchExtent::Whole)?, places })
    }

    pub fn matches(&self, record: &Record<'_>, context: &FilterContext<'_>) -> bool {
        if self.names(record) {
            return true;
        }
        let may_have_partner = matches!(record.kind, RecordKind::Frame(..) | RecordKind::Timeout | RecordKind::Unreachable);
        let partner = || context.partner(record.partner?);
        may_have_partner && partner().is_some_and(|partner| self.names(&partner))
    }

    fn names(&self, record: &Record<'_>) -> bool {
        matches!(record.kind, RecordKind::Frame(_, FrameKind::Call | FrameKind::Send | FrameKind::Result))
            && self.places.iter().any(|place| place.matches(record))
    }
}

impl fmt::Display for TransactionCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.written)
    }
}
