//! Conditions about the payload: `$.connectorId=1`. A frame is read only when everything cheaper has matched, and without building a tree,
//! so that what lies beside the path is skipped. Frames without a payload meet none. Where the payload of a frame is, is in `decode`.

use std::fmt;

use memchr::memmem;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::error::ConditionError;
use super::pattern::{MatchExtent, Pattern, is_plain, write_quoted};
use super::syntax::{FieldStep, FilterLiteral, FilterOperator, LiteralForm};
use crate::trace::Record;
use crate::trace::decode::visit_payload;

/// A path and what is asked of the value there.
#[derive(Debug, Clone)]
pub(super) struct PayloadCondition {
    steps: Vec<FieldStep>,
    test: Option<Test>,
    /// Finds the longest name of the path: a frame without it need not be read.
    hint: Option<Box<memmem::Finder<'static>>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Test {
    operator: FilterOperator,
    wanted: Pattern,
    /// Of a value that was written without quotes and is a number.
    number: Option<f64>,
}

impl PartialEq for PayloadCondition {
    fn eq(&self, other: &PayloadCondition) -> bool {
        (&self.steps, &self.test) == (&other.steps, &other.test)
    }
}

impl PayloadCondition {
    /// A condition about the field at the end of the steps; without a test it only has to be there.
    pub fn new(
        steps: Vec<FieldStep>,
        test: Option<(FilterOperator, &FilterLiteral)>,
    ) -> Result<PayloadCondition, ConditionError> {
        let test = test.map(|(operator, literal)| Test::new(operator, literal)).transpose()?;
        let names = steps.iter().filter_map(|step| if let FieldStep::Name(name) = step { Some(name) } else { None });
        // A name that needs escapes in JSON is not in the text as it is here.
        let plain = names.filter(|name| !name.chars().any(|c| c.is_control() || c == '"' || c == '\\'));
        let hint = plain.max_by_key(|name| name.len()).map(|name| Box::new(memmem::Finder::new(name).into_owned()));
        Ok(PayloadCondition { steps, test, hint })
    }

    /// Whether the payload of a record has such a value.
    pub fn matches(&self, record: &Record<'_>) -> bool {
        let bytes = record.content.map_or(record.text, |content| content.payload).as_bytes();
        if let Some(hint) = &self.hint
            && hint.find(bytes).is_none()
            // A peer may write any letter of a name as an escape.
            && memchr::memchr(b'\\', bytes).is_none()
        {
            return false;
        }
        visit_payload(record, Walk { steps: &self.steps, test: self.test.as_ref() }).unwrap_or(false)
    }
}

impl PayloadCondition {
    /// Whether a payload that was read already has such a value.
    pub fn matches_value(&self, payload: &Value) -> bool {
        Walk { steps: &self.steps, test: self.test.as_ref() }.deserialize(payload).unwrap_or(false)
    }

    /// The name at the beginning of the path.
    pub fn first_name(&self) -> Option<&str> {
        if let Some(FieldStep::Name(name)) = self.steps.first() { Some(name) } else { None }
    }
}

impl Test {
    fn new(operator: FilterOperator, literal: &FilterLiteral) -> Result<Test, ConditionError> {
        if literal.text.is_empty() && literal.form == LiteralForm::Bare {
            return Err(ConditionError::NoOperand(operator.symbol()));
        }
        let equality = matches!(operator, FilterOperator::Equal | FilterOperator::NotEqual);
        if !equality && matches!(literal.form, LiteralForm::Regex { .. }) {
            return Err(ConditionError::OrderedRegex);
        }
        // Without wildcards when there is an order: a star is then a star.
        let form = if equality { literal.form } else { LiteralForm::Quoted };
        let digits = literal.text.strip_prefix('-').unwrap_or(&literal.text);
        let is_number = literal.form == LiteralForm::Bare && digits.starts_with(|first: char| first.is_ascii_digit());
        let number = literal.text.parse().ok().filter(|number: &f64| is_number && number.is_finite());
        let wanted = Pattern::new(&FilterLiteral { form, ..literal.clone() }, MatchExtent::Whole)?;
        Ok(Test { operator, wanted, number })
    }

    fn text(&self, text: &str) -> bool {
        match self.operator {
            FilterOperator::Has | FilterOperator::Equal => self.wanted.matches(text),
            FilterOperator::NotEqual => !self.wanted.matches(text),
            // Meter values are numbers in texts; moments and the like sort as texts.
            ordering => match (self.number, text.trim().parse::<f64>()) {
                (Some(wanted), Ok(number)) => number.partial_cmp(&wanted).is_some_and(|order| ordering.holds(order)),
                (Some(_), Err(_)) => false,
                (None, _) => ordering.holds(text.cmp(self.wanted.source())),
            },
        }
    }

    fn number(&self, number: f64, written: &dyn fmt::Display) -> bool {
        if let Some(wanted) = self.number {
            return number.partial_cmp(&wanted).is_some_and(|order| self.operator.holds(order));
        }
        // A text is no number; only a pattern looks at the digits.
        let alike = !self.wanted.is_literal() && self.wanted.matches(&written.to_string());
        match self.operator {
            FilterOperator::Has | FilterOperator::Equal => alike,
            FilterOperator::NotEqual => !alike,
            _ => false,
        }
    }

    /// `true`, `false` and `null` are compared as words and have no order.
    fn word(&self, word: &str) -> bool {
        matches!(self.operator, FilterOperator::Equal | FilterOperator::NotEqual) && self.text(word)
    }
}

impl fmt::Display for PayloadCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for step in &self.steps {
            match step {
                FieldStep::Name(name)
                    if name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) && !name.is_empty() =>
                {
                    write!(f, ".{name}")?;
                }
                FieldStep::Name(name) => {
                    f.write_str("[")?;
                    write_quoted(f, name)?;
                    f.write_str("]")?;
                }
                FieldStep::Index(index) => write!(f, "[{index}]")?,
                FieldStep::Each => f.write_str("[*]")?,
            }
        }
        let Some(Test { operator, wanted, number }) = &self.test else { return Ok(()) };
        f.write_str(operator.symbol())?;
        match number {
            Some(_) => f.write_str(wanted.source()),
            // In quotes it would not be a number and stays none; without them it would become one.
            None if wanted.is_literal() && is_plain(wanted.source()) && wanted.source().parse::<f64>().is_ok() => {
                write_quoted(f, wanted.source())
            }
            // `==` is one operator.
            None if *operator == FilterOperator::Equal && wanted.source().starts_with('=') && !wanted.is_literal() => {
                write!(f, "={wanted}")
            }
            None => write!(f, "{wanted}"),
        }
    }
}

/// Follows the steps; the value is whether something at their end passes the test.
#[derive(Clone, Copy)]
struct Walk<'a> {
    steps: &'a [FieldStep],
    test: Option<&'a Test>,
}

impl Walk<'_> {
    /// A value that is no container was reached.
    fn scalar(self, passes: impl FnOnce(&Test) -> bool) -> bool {
        self.steps.is_empty() && self.test.is_none_or(passes)
    }

    /// An object or an array stands where the path ends: it is there, and it differs from every value that can be written.
    fn container(self) -> bool {
        self.test.is_none_or(|test| test.operator == FilterOperator::NotEqual)
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
        Ok(self.scalar(|test| test.word(if value { "true" } else { "false" })))
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(self.scalar(|test| test.word("null")))
    }

    fn visit_u64<E>(self, value: u64) -> Result<bool, E> {
        Ok(self.scalar(|test| test.number(value as f64, &value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<bool, E> {
        Ok(self.scalar(|test| test.number(value as f64, &value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<bool, E> {
        Ok(self.scalar(|test| test.number(value, &value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<bool, E> {
        Ok(self.scalar(|test| test.text(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<bool, A::Error> {
        let mut found = self.steps.is_empty() && self.container();
        let (first, steps) = self.steps.split_first().map_or((None, self.steps), |(first, steps)| (Some(first), steps));
        let walk = Walk { steps, ..self };
        for at in 0_usize.. {
            let wanted =
                matches!(first, Some(FieldStep::Each)) || matches!(first, Some(FieldStep::Index(index)) if *index == at);
            let passed =
                if wanted { elements.next_element_seed(walk)? } else { elements.next_element::<IgnoredAny>()?.map(|_| false) };
            match passed {
                Some(passed) => found |= passed,
                None => break,
            }
        }
        Ok(found)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<bool, A::Error> {
        let mut found = self.steps.is_empty() && self.container();
        let (name, steps) = match self.steps.split_first() {
            Some((FieldStep::Name(name), steps)) => (Some(name.as_str()), steps),
            _ => (None, self.steps),
        };
        while let Some(wanted) = fields.next_key_seed(Named(name))? {
            if wanted {
                // Of two fields with one name the last counts, as in the check of the payload.
                found = fields.next_value_seed(Walk { steps, ..self })?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Whether a field has the wanted name.
struct Named<'a>(Option<&'a str>);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Named<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(self.0 == Some(name))
    }
}
