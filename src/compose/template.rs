//! Texts with variables: `${station}`, `${now}`, `${tx}`. They are resolved for each station and each repetition when a text is sent, and
//! for the first one while it is written, so that its faults are found.

use std::ops::Range;

use thiserror::Error;

/// The variables and what they stand for.
pub const VARIABLES: [(&str, &str); 8] = [
    ("station", "the identity of the station"),
    ("now", "the time, as 2024-05-01T12:00:00Z"),
    ("tx", "the newest transaction id of the station"),
    ("tag", "the newest id tag or token of the station"),
    ("connector", "the newest connector of the station"),
    ("evse", "the newest EVSE of the station"),
    ("uuid", "a new UUID"),
    ("n", "the number of the call in its batch, from 1"),
];

/// Why a text cannot be resolved.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateFault {
    /// There is no such variable.
    #[error("there is no variable ${{{name}}}; there are {}", variable_list())]
    Unknown {
        /// The name.
        name: String,
    },
    /// The variable has no value for this station.
    #[error("${{{name}}} has no value: no message of {station} has had one")]
    NoValue {
        /// The name.
        name: &'static str,
        /// The station.
        station: String,
    },
}

/// The names of all variables.
fn variable_list() -> String {
    VARIABLES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// What the variables stand for in one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateValues {
    /// The identity of the station.
    pub station: String,
    /// The time.
    pub now: String,
    /// The newest transaction id.
    pub transaction: Option<String>,
    /// The newest id tag.
    pub tag: Option<String>,
    /// The newest connector.
    pub connector: Option<String>,
    /// The newest EVSE.
    pub evse: Option<String>,
    /// A UUID.
    pub uuid: String,
    /// The number of the call.
    pub number: u64,
}

impl TemplateValues {
    fn value(&self, name: &str) -> Result<String, TemplateFault> {
        let known = |name: &'static str, value: &Option<String>| {
            value.clone().ok_or_else(|| TemplateFault::NoValue { name, station: self.station.clone() })
        };
        match name {
            "station" => Ok(self.station.clone()),
            "now" => Ok(self.now.clone()),
            "tx" => known("tx", &self.transaction),
            "tag" => known("tag", &self.tag),
            "connector" => known("connector", &self.connector),
            "evse" => known("evse", &self.evse),
            "uuid" => Ok(self.uuid.clone()),
            "n" => Ok(self.number.to_string()),
            _ => Err(TemplateFault::Unknown { name: name.to_owned() }),
        }
    }
}

/// A text without variables, and where its pieces came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedText {
    /// The text.
    pub text: String,
    /// The pieces that are values: where they are now, and the variable in the text before.
    values: Vec<(Range<usize>, Range<usize>)>,
}

impl ResolvedText {
    /// The part of the text before from which a part of this one was made. A variable is taken as a whole.
    pub fn source(&self, part: &Range<usize>) -> Range<usize> {
        self.source_of(part.start, false)..self.source_of(part.end, true)
    }

    fn source_of(&self, at: usize, is_end: bool) -> usize {
        let mut shift = (0, 0);
        for (now, before) in &self.values {
            let inside = if is_end { now.start < at && at <= now.end } else { now.start <= at && at < now.end };
            if inside {
                return if is_end { before.end } else { before.start };
            }
            if now.end > at || (now.start == at && now.is_empty()) {
                break;
            }
            shift = (now.end, before.end);
        }
        at - shift.0 + shift.1
    }
}

/// Whether a text has variables.
pub fn has_variables(text: &str) -> bool {
    text.contains("${")
}

/// Puts values into a text; `$${` stands for `${`. A value is written as in a JSON text, so that quotes in it end nothing.
///
/// # Errors
/// With the place of the first variable that has no value.
pub fn resolve(text: &str, values: &TemplateValues) -> Result<ResolvedText, (Range<usize>, TemplateFault)> {
    let mut resolved = ResolvedText { text: String::with_capacity(text.len()), values: Vec::new() };
    let mut at = 0;
    while let Some(found) = text[at..].find("${") {
        let start = at + found;
        if text[..start].ends_with('$') {
            // The dollar before is not written.
            resolved.text.push_str(&text[at..start - 1]);
            let now = resolved.text.len();
            resolved.text.push_str("${");
            resolved.values.push((now..now + 2, start - 1..start + 2));
            at = start + 2;
            continue;
        }
        resolved.text.push_str(&text[at..start]);
        let length = text[start..].find('}').map_or(text.len() - start, |end| end + 1);
        let name = text[start + 2..start + length].trim_end_matches('}');
        let value = values.value(name).map_err(|fault| (start..start + length, fault))?;
        let written = serde_json::Value::from(value).to_string();
        let now = resolved.text.len();
        resolved.text.push_str(&written[1..written.len() - 1]);
        resolved.values.push((now..resolved.text.len(), start..start + length));
        at = start + length;
    }
    resolved.text.push_str(&text[at..]);
    Ok(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> TemplateValues {
        TemplateValues {
            station: "CP\"1".into(),
            now: "2024-05-01T12:00:00Z".into(),
            transaction: Some("7".into()),
            number: 3,
            ..TemplateValues::default()
        }
    }

    #[test]
    fn variables_are_replaced_and_places_lead_back() {
        let text = r#"{"a": "${station}-${n}", "tx": ${tx}, "cost": "$${x}"}"#;
        let resolved = resolve(text, &values()).unwrap();
        assert_eq!(resolved.text, r#"{"a": "CP\"1-3", "tx": 7, "cost": "${x}"}"#);
        for (now, before) in [("7", "${tx}"), ("\"CP\\\"1-3\"", "\"${station}-${n}\""), ("\"tx\"", "\"tx\""), ("}\"}", "}\"}")]
        {
            let start = resolved.text.find(now).unwrap();
            assert_eq!(&text[resolved.source(&(start..start + now.len()))], before);
        }
        assert_eq!(resolve("{}", &values()).unwrap().text, "{}");
        assert!(has_variables(text) && !has_variables("{\"a\": \"$\"}"));
    }

    #[test]
    fn what_has_no_value_is_named_with_its_place() {
        let (place, fault) = resolve("{\"a\": ${zebra}}", &values()).unwrap_err();
        assert_eq!(place, 6..14);
        assert_eq!(
            fault.to_string(),
            "there is no variable ${zebra}; there are station, now, tx, tag, connector, evse, uuid, n"
        );
        let (_, fault) = resolve("${tag}", &values()).unwrap_err();
        assert_eq!(fault.to_string(), "${tag} has no value: no message of CP\"1 has had one");
        assert!(resolve("${", &values()).is_err());
    }
}
