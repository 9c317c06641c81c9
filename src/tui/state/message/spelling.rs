//! How the numbers of a payload are written: `1.10` and `1e3` are shown as the peer wrote them.

use serde_json::{Number, Value};

use crate::compose::SpanMap;
use crate::rpc::srpc::one_line;

/// The spelling of a payload's numbers.
pub(super) struct NumberSpelling<'a> {
    text: &'a str,
    /// Where they stand; `None` when they are written as their values print.
    spans: Option<SpanMap>,
}

impl<'a> NumberSpelling<'a> {
    /// That of a payload with this text.
    pub fn of(payload: &Value, text: &'a str) -> NumberSpelling<'a> {
        let printed = payload.to_string();
        let is_plain = printed == one_line(text);
        NumberSpelling { text, spans: (!is_plain).then(|| SpanMap::of(text)) }
    }

    /// A number as it is written at this place, a JSON pointer.
    pub fn of_number(&self, pointer: &str, number: &Number) -> String {
        let written =
            self.spans.as_ref().and_then(|spans| spans.get(pointer)).and_then(|place| self.text.get(place.value.clone()));
        written.map_or_else(|| number.to_string(), str::to_owned)
    }
}
