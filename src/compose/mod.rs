//! Help for writing a payload: a tolerant lexer, the position of the cursor in incomplete JSON, completion from the fields of the
//! catalog, diagnostics with spans, formatting without loss. Pure, without widgets.

mod completion;
mod cursor_field;
mod diagnosis;
mod fields;
mod format;
mod known;
mod lexer;
mod position;
mod skeleton;
mod spans;
mod step;
mod template;
mod variables;
mod walk;

#[cfg(test)]
mod properties;
#[cfg(test)]
pub(crate) mod test_session;

pub(crate) use completion::best_first;
pub use completion::{FieldCandidate, ProposalScope, complete, complete_value};
pub use cursor_field::{CursorField, cursor_field};
pub use diagnosis::{Diagnostic, DiagnosticSeverity, diagnose};
pub use fields::{FieldPlace, describe, field_at, fields_at, type_label};
pub use format::{compact, pretty};
pub use known::{KnownValues, KnownVariable, UsedValues};
pub use lexer::{JsonLexer, JsonToken, JsonTokenKind, lex};
pub use position::{CursorPosition, WordEdge, line_and_column, position};
pub use skeleton::skeleton;
pub use spans::{SpanMap, ValueSpan};
pub use step::step_value;
pub use template::{ResolvedText, TemplateFault, TemplateValues, VARIABLES, has_variables, resolve};
pub use walk::{ExpectedToken, PathStep};
