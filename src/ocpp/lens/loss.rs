//! What a payload loses in another version.

use serde_json::Value;

use crate::ocpp::Version;

/// One thing that another version says differently or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LensLoss {
    /// Where, as a JSON pointer into the payload; for [`LossKind::Missing`] into the one of the other version.
    pub pointer: String,
    /// What.
    pub kind: LossKind,
}

/// What is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LossKind {
    /// The other version has no such field.
    NoField,
    /// The other version does not have this value.
    NoValue {
        /// The value.
        value: String,
    },
    /// It has one that says less.
    LessExact {
        /// The value.
        value: String,
        /// What stands for it.
        instead: String,
    },
    /// It has several values for it, and the payload does not say which.
    Ambiguous {
        /// The value.
        value: String,
    },
    /// It cannot describe this reading of a meter.
    NoReading,
    /// The text is longer than it allows.
    TooLong {
        /// The most characters.
        limit: u32,
    },
    /// A field that it requires and that nothing in the payload gives.
    Missing,
}

impl LensLoss {
    /// Whether the message cannot be sent without it.
    pub fn is_fatal(&self) -> bool {
        self.kind == LossKind::Missing
    }

    /// One sentence about it, without the place.
    pub fn sentence(&self, to: Version) -> String {
        match &self.kind {
            LossKind::NoField => format!("OCPP {to} has no such field"),
            LossKind::NoValue { value } => format!("OCPP {to} does not have the value {value}"),
            LossKind::LessExact { value, instead } => format!("OCPP {to} says {instead} for {value}"),
            LossKind::Ambiguous { value } => format!("OCPP {to} has several values for {value}"),
            LossKind::NoReading => format!("OCPP {to} cannot describe this reading"),
            LossKind::TooLong { limit } => format!("OCPP {to} allows {limit} characters"),
            LossKind::Missing => format!("OCPP {to} requires it, and nothing here says it"),
        }
    }
}

/// A value in a sentence.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
