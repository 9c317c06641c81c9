//! Changes of a payload as they were typed: assignments, whole payloads, files. What a change does to a payload is in `assign`.

use std::fmt;
use std::ops::Range;

use super::token::{Spanned, quote};

/// Changes of a payload, in the order in which they were typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PayloadEdit {
    /// The changes.
    pub steps: Vec<PayloadStep>,
}

/// One change of a payload.
#[derive(Debug, Clone, PartialEq)]
pub enum PayloadStep {
    /// `name=value`.
    Assign(Assignment),
    /// The whole payload, as typed.
    Whole(Spanned<String>),
    /// The whole payload, from this file.
    File(Spanned<String>),
}

impl PayloadStep {
    /// Where it was typed.
    pub const fn span(&self) -> Range<usize> {
        match self {
            PayloadStep::Assign(assignment) => assignment.path.span.start..assignment.value.span.end,
            PayloadStep::Whole(text) | PayloadStep::File(text) => text.span.start..text.span.end,
        }
    }
}

/// `name=value`, as typed: what the value means depends on the field, and the field on the version of the link.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The path of the field.
    pub path: Spanned<String>,
    /// The value.
    pub value: Spanned<String>,
}

/// Each change with a blank before it, so that the parser reads it back.
impl fmt::Display for PayloadEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| match step {
            PayloadStep::Assign(Assignment { path, value }) => write!(f, " {}={}", path.value, value.value),
            PayloadStep::Whole(text) => write!(f, " {}", text.value),
            PayloadStep::File(name) => write!(f, " @{}", quote(&name.value)),
        })
    }
}
