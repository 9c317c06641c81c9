//! Validates a payload. A valid payload costs one pass of a compiled validator. Only when that pass fails, the meter values of OCPP
//! 1.5 are converted by `meter_forms`, and `translate` turns the validator's errors into findings and decides which are tolerated.

mod format;
mod translate;

use std::borrow::Cow;

use jsonschema::json::Node;
use jsonschema::{Draft, Keyword, ValidationError, Validator};
use serde_json::Value;

use self::format::DateTime;
use self::translate::Translator;
use super::message::MessageDefinition;
use super::{BorrowedJson, Finding, FindingRule, FrameDeviation, JsonTree, ReceivedPayload, Strictness, Version, meter_forms};

/// The most findings of one payload, because a payload can have a million faults.
const MAX_FINDINGS: usize = 100;

impl MessageDefinition {
    /// Validates a payload. It is valid when there are no findings, or tolerated ones only (see [`decisive`](super::decisive)).
    pub fn check(&self, payload: &Value, version: Version) -> Vec<Finding> {
        self.check_tree(&JsonTree::of(payload), || Cow::Borrowed(payload), version)
    }

    /// The same for a payload that was read. A valid one need not become a value for it.
    pub fn check_received(&self, payload: &ReceivedPayload<'_>, version: Version) -> Vec<Finding> {
        self.check_tree(&payload.tree(), || Cow::Borrowed(payload.value()), version)
    }

    fn check_tree<'a>(&self, tree: &JsonTree<'_>, value: impl FnOnce() -> Cow<'a, Value>, version: Version) -> Vec<Finding> {
        let Some(validator) = self.validator() else { return Vec::new() };
        if validator.is_valid(tree) {
            return Vec::new();
        }
        if tree.is_null()
            && version.dialect().serves(FrameDeviation::NullPayload, Strictness::Tolerant)
            && validator.is_valid(&JsonTree::Object(Vec::new()))
        {
            let message = "the payload is null where {} is wanted".to_owned();
            return vec![Finding { path: String::new(), rule: FindingRule::Type, message, tolerated: true }];
        }
        let payload = value();
        let normal = meter_forms::normalise(&payload, &self.fields);
        let mut findings = Findings::default();
        for finding in normal.iter().flat_map(meter_forms::NormalisedPayload::findings) {
            findings.add(finding);
        }
        let translator = Translator { fields: &self.fields, version, normal: normal.as_ref() };
        let payload = normal.as_ref().map_or(&*payload, |normal| &normal.payload);
        for error in validator.iter_errors(&JsonTree::of(payload)) {
            translator.translate(&error, &mut |finding| findings.add(finding));
        }
        findings.list
    }

    fn validator(&self) -> Option<&Validator<BorrowedJson>> {
        // A derived schema always compiles; a test compiles all of them.
        self.validator.get_or_init(|| compile(self.schema()).ok()).as_ref()
    }
}

/// The findings of one payload, bounded.
#[derive(Default)]
struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, finding: Finding) {
        if self.list.len() < MAX_FINDINGS {
            self.list.push(finding);
        } else if !finding.tolerated && self.list.iter().all(|known| known.tolerated || known.rule > finding.rule) {
            // The finding that decides the answer is never dropped.
            self.list.pop();
            self.list.push(finding);
        }
    }
}

/// Why a JSON Schema cannot be used: the path to the place, and the problem in a clause.
pub(super) fn schema_fault(schema: &Value) -> Option<(Vec<String>, String)> {
    let error = compile(schema).err()?;
    let path = error.instance_path().to_string();
    Some((path.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect(), error.to_string()))
}

fn compile(schema: &Value) -> Result<Validator<BorrowedJson>, ValidationError<'static>> {
    jsonschema::options_for::<BorrowedJson>()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .with_format("date-time", |text: &str| format::date_time(text) == DateTime::Exact)
        .with_format("uri", format::is_uri)
        .with_keyword("multipleOf", |_, step, _| Ok(Box::new(Step::new(step))))
        .build(schema)
}

/// The keyword `multipleOf` for steps of one tenth, one hundredth and so on, in decimal arithmetic.
struct Step {
    digits: u32,
}

impl Step {
    fn new(step: &Value) -> Step {
        Step { digits: step.as_number().map_or(0, format::fraction_digits) }
    }
}

impl<'payload> Keyword<'payload, BorrowedJson> for Step {
    fn validate(&self, value: &'payload JsonTree<'payload>) -> Result<(), ValidationError<'payload>> {
        if self.is_valid(value) { Ok(()) } else { Err(ValidationError::custom("too many fraction digits")) }
    }

    fn is_valid(&self, value: &'payload JsonTree<'payload>) -> bool {
        value.as_number().is_none_or(|number| format::fraction_digits(number) <= self.digits)
    }
}

#[cfg(test)]
mod tests;
