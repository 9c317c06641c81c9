//! Values that the session has seen, offered where a field of that name is written: the identifiers of tags, transactions,
//! connectors and reservations. The caller collects them.

use std::collections::BTreeMap;

use serde_json::Value;

/// Known values by field name, the most recent first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnownValues {
    by_field: BTreeMap<String, Vec<Value>>,
    now: Option<String>,
}

impl KnownValues {
    /// The most values of one field, so that the list stays short.
    pub const MOST: usize = 20;

    /// Remembers a value of a field; the oldest is forgotten when there are too many.
    pub fn add(&mut self, field: &str, value: impl Into<Value>) {
        let value = value.into();
        let values = self.by_field.entry(field.to_owned()).or_default();
        values.retain(|known| *known != value);
        values.insert(0, value);
        values.truncate(KnownValues::MOST);
    }

    /// Sets the time that is offered for dates; without it none is.
    pub fn set_now(&mut self, now: impl Into<String>) {
        self.now = Some(now.into());
    }

    /// The values of a field, the most recent first.
    pub fn of(&self, field: &str) -> &[Value] {
        self.by_field.get(field).map_or(&[], Vec::as_slice)
    }

    /// The time that is offered for dates.
    pub fn now(&self) -> Option<&str> {
        self.now.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_recent_value_comes_first_and_only_once() {
        let mut known = KnownValues::default();
        for value in ["A", "B", "A"] {
            known.add("idTag", value);
        }
        assert_eq!(known.of("idTag"), ["A", "B"]);
        assert!(known.of("other").is_empty());
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let mut known = KnownValues::default();
        for value in 0..100 {
            known.add("transactionId", value);
        }
        assert_eq!(known.of("transactionId").len(), KnownValues::MOST);
        assert_eq!(known.of("transactionId")[0], 99);
    }
}
