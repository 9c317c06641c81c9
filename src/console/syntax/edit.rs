//! Changes of a payload as they were typed: assignments, whole payloads, files. What a change does to a payload is in `assign`.

use std::fmt;
use std::ops::Range;

use super::token::{Spanned, quote, unquote};
use crate::compose::{TemplateFault, TemplateValues, has_variables, resolve};
use crate::ocpp::is_secret_name;
use crate::trace::{hidden, mask_text};

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

/// The fields with the value of a key or of a variable.
const VALUES: [&str; 3] = ["value", "attributeValue", "actualValue"];

/// A value that is an object or a list, without its secrets; `None` when it has none. Other values are judged by their names.
fn masked_json(value: &str) -> Option<String> {
    value.starts_with(['{', '[']).then(|| mask_text(value))?
}

impl PayloadStep {
    /// What was typed as the value, or as the whole.
    fn typed(&self) -> &Spanned<String> {
        match self {
            PayloadStep::Assign(Assignment { value, .. }) => value,
            PayloadStep::Whole(text) | PayloadStep::File(text) => text,
        }
    }
}

impl PayloadEdit {
    /// The values without what is secret in them, each with its place in the line.
    fn masked_values(&self) -> Vec<(Range<usize>, String)> {
        let of_secret = self.steps.iter().any(|step| match step {
            PayloadStep::Assign(Assignment { value, .. }) => is_secret_name(unquote(&value.value).trim()),
            PayloadStep::Whole(_) | PayloadStep::File(_) => false,
        });
        let masked = |step: &PayloadStep| match step {
            PayloadStep::Assign(Assignment { path, value }) => {
                let name = path.value.rsplit('.').next().unwrap_or_default();
                let is_secret = is_secret_name(name) || (of_secret && VALUES.contains(&name));
                if is_secret { Some(hidden(unquote(&value.value).chars().count())) } else { masked_json(&value.value) }
            }
            PayloadStep::Whole(text) => mask_text(&text.value),
            PayloadStep::File(_) => None,
        };
        self.steps.iter().filter_map(|step| Some((step.typed().span.clone(), masked(step)?))).collect()
    }

    /// The same changes as they are shown: without their secrets.
    pub fn masked(&self) -> PayloadEdit {
        let masked = self.masked_values();
        let mut edit = self.clone();
        for step in &mut edit.steps {
            let typed = match step {
                PayloadStep::Assign(Assignment { value, .. }) => value,
                PayloadStep::Whole(text) | PayloadStep::File(text) => text,
            };
            if let Some((_, shown)) = masked.iter().find(|(span, _)| *span == typed.span) {
                typed.value.clone_from(shown);
            }
        }
        edit
    }

    /// The line in which the changes were typed, without their secrets.
    pub fn masked_line(&self, line: &str) -> String {
        let mut shown = line.to_owned();
        let mut masked = self.masked_values();
        masked.sort_by_key(|(span, _)| span.start);
        for (span, text) in masked.into_iter().rev() {
            if shown.get(span.clone()).is_some() {
                shown.replace_range(span, &text);
            }
        }
        shown
    }

    /// Whether a value has variables.
    pub fn has_variables(&self) -> bool {
        self.steps.iter().any(|step| match step {
            PayloadStep::Assign(assignment) => has_variables(&assignment.value.value),
            PayloadStep::Whole(text) => has_variables(&text.value),
            PayloadStep::File(_) => false,
        })
    }

    /// The same changes with values in place of the variables.
    ///
    /// # Errors
    /// When a variable has no value.
    pub fn resolved(&self, values: &TemplateValues) -> Result<PayloadEdit, TemplateFault> {
        let put = |text: &mut String| -> Result<(), TemplateFault> {
            *text = resolve(text, values).map_err(|(_, fault)| fault)?.text;
            Ok(())
        };
        let mut edit = self.clone();
        for step in &mut edit.steps {
            match step {
                PayloadStep::Assign(assignment) => put(&mut assignment.value.value)?,
                PayloadStep::Whole(text) => put(&mut text.value)?,
                PayloadStep::File(_) => {}
            }
        }
        Ok(edit)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let line = "default changeconfiguration key=AuthorizationKey value=s3cret a=b";
        let spanned = |text: &str| {
            let start = line.find(text).unwrap();
            Spanned::new(text.to_owned(), start..start + text.len())
        };
        let assign = |path: &str, value: &str| PayloadStep::Assign(Assignment { path: spanned(path), value: spanned(value) });
        let edit = PayloadEdit { steps: vec![assign("key", "AuthorizationKey"), assign("value", "s3cret"), assign("a", "b")] };
        let shown = "default changeconfiguration key=AuthorizationKey value=(hidden, 6 characters) a=b";
        assert_eq!(edit.masked_line(line), shown);
        assert_eq!(edit.masked().to_string(), " key=AuthorizationKey value=(hidden, 6 characters) a=b");
        let whole = |text: &str| PayloadEdit { steps: vec![PayloadStep::Whole(Spanned::new(text.to_owned(), 0..text.len()))] };
        let masked = whole(r#"{"key":"AuthorizationKey","value":"s3cret"}"#).masked();
        assert_eq!(masked.to_string(), r#" {"key":"AuthorizationKey","value":"(hidden, 6 characters)"}"#);
        assert_eq!(whole(r#"{"value":"open"}"#).masked().to_string(), r#" {"value":"open"}"#);
    }

    #[test]
    fn values_are_resolved_and_names_are_not() {
        let spanned = |text: &str| Spanned::new(text.to_owned(), 0..text.len());
        let assign = |path: &str, value: &str| PayloadStep::Assign(Assignment { path: spanned(path), value: spanned(value) });
        let edit =
            PayloadEdit { steps: vec![assign("${n}", "${n}-${station}"), PayloadStep::Whole(spanned("{\"a\": ${tx}}"))] };
        let values =
            TemplateValues { station: "CP1".into(), number: 2, transaction: Some("7".into()), ..TemplateValues::default() };
        assert!(edit.has_variables());
        assert_eq!(edit.resolved(&values).unwrap().to_string(), " ${n}=2-CP1 {\"a\": 7}");
        let unknown = PayloadEdit { steps: vec![assign("a", "${zebra}")] };
        assert!(matches!(unknown.resolved(&values), Err(TemplateFault::Unknown { .. })));
        assert!(!PayloadEdit { steps: vec![assign("a", "$5")] }.has_variables());
    }
}
