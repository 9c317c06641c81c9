//! The query of a request: its parameters, decoded.

use std::str::FromStr;
use std::time::Duration;

use percent_encoding::percent_decode_str;

/// The longest time that a request may wait.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// The parameters of a request.
#[derive(Debug, Default)]
pub(super) struct RequestQuery(Vec<(String, String)>);

/// A parameter that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum QueryError {
    /// There is no such parameter.
    #[error("There is no parameter {name:?} here; known are: {known}.")]
    Unknown { name: String, known: String },
    /// Its value is of another kind.
    #[error("{name}={value} cannot be used: it must be {wanted}.")]
    Value { name: &'static str, value: String, wanted: &'static str },
}

impl RequestQuery {
    /// Reads the part of a URI behind `?`. Of a name that comes twice the last value counts.
    ///
    /// # Errors
    /// When a name is not one of `known`.
    pub fn read(text: Option<&str>, known: &[&str]) -> Result<RequestQuery, QueryError> {
        let decoded = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = text.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let mut query = RequestQuery::default();
        for pair in pairs {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name);
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(QueryError::Unknown { name, known });
            }
            query.0.push((name, decoded(value)));
        }
        Ok(query)
    }

    /// The text of a parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on: `name`, `name=1` or `name=true`.
    ///
    /// # Errors
    /// When it has another value.
    pub fn switch(&self, name: &'static str) -> Result<bool, QueryError> {
        match self.text(name) {
            None | Some("0" | "false") => Ok(false),
            Some("" | "1" | "true") => Ok(true),
            Some(value) => Err(QueryError::Value { name, value: value.to_owned(), wanted: "1 or 0" }),
        }
    }

    /// The whole number of a parameter.
    ///
    /// # Errors
    /// When it is none.
    pub fn number<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, QueryError> {
        let read = |value: &str| {
            value.parse().map_err(|_| QueryError::Value { name, value: value.to_owned(), wanted: "a whole number" })
        };
        self.text(name).map(read).transpose()
    }

    /// The seconds of a parameter.
    ///
    /// # Errors
    /// When it is no number from 0 to a day.
    pub fn seconds(&self, name: &'static str) -> Result<Option<Duration>, QueryError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        let number = value.strip_suffix('s').unwrap_or(value);
        let read = number.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        match read.filter(|wait| *wait <= LONGEST_WAIT) {
            Some(wait) => Ok(Some(wait)),
            None => Err(QueryError::Value { name, value: value.to_owned(), wanted: "seconds, at most 86400" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let query = RequestQuery::read(
            Some("filter=cp%3ACP1+kind:error&follow&wait=1.5s&from=7"),
            &["filter", "follow", "wait", "from"],
        );
        let query = query.unwrap();
        assert_eq!(query.text("filter"), Some("cp:CP1 kind:error"));
        assert_eq!(query.switch("follow"), Ok(true));
        assert_eq!(query.seconds("wait"), Ok(Some(Duration::from_millis(1500))));
        assert_eq!(query.number::<u64>("from"), Ok(Some(7)));
        assert_eq!(query.number::<u64>("limit"), Ok(None));
    }

    #[test]
    fn what_cannot_be_used_is_reported() {
        let read = |text: &str| RequestQuery::read(Some(text), &["follow", "wait", "from"]);
        assert!(read("folow=1").unwrap_err().to_string().contains("known are: follow, wait, from"));
        assert!(read("follow=maybe").unwrap().switch("follow").is_err());
        assert!(read("from=-1").unwrap().number::<u64>("from").is_err());
        for wait in ["x", "-1", "1e9", "NaN"] {
            assert!(read(&format!("wait={wait}")).unwrap().seconds("wait").is_err(), "{wait}");
        }
    }
}
