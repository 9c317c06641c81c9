//! The parts of a written condition: values, operators, steps of a path. They describe how something was written; what
//! it means is in `condition`, `choice` and `payload`.

use std::ops::Range;

/// A value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FilterLiteral {
    pub text: String,
    pub form: LiteralForm,
    pub span: Range<usize>,
}

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LiteralForm {
    Bare,
    Quoted,
    Regex { any_case: bool },
}

/// What stands between a key and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilterOperator {
    Has,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl FilterOperator {
    pub fn symbol(self) -> &'static str {
        match self {
            FilterOperator::Has => ":",
            FilterOperator::Equal => "=",
            FilterOperator::NotEqual => "!=",
            FilterOperator::Less => "<",
            FilterOperator::LessOrEqual => "<=",
            FilterOperator::Greater => ">",
            FilterOperator::GreaterOrEqual => ">=",
        }
    }

    /// Whether a value that stands in this relation to the wanted one is meant. `Has` compares like `Equal`.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            FilterOperator::Has | FilterOperator::Equal => order.is_eq(),
            FilterOperator::NotEqual => order.is_ne(),
            FilterOperator::Less => order.is_lt(),
            FilterOperator::LessOrEqual => order.is_le(),
            FilterOperator::Greater => order.is_gt(),
            FilterOperator::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// One step of a path into the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FieldStep {
    Name(String),
    Index(usize),
    /// `[*]`: every element.
    Each,
}
