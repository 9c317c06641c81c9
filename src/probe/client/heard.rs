//! What came over a link after something was sent, and the questions that judgements ask of it. Pure.

use std::time::Duration;

use serde_json::Value;

use super::assembler::{CloseSeen, PeerEvent};

/// How much of a text of the peer is shown.
const SHOWN: usize = 120;

/// How the connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireEnd {
    /// In order.
    Ended,
    /// By a reset or another failure.
    Reset,
}

/// What came over a link, with the times since the last frame of ours was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    pub events: Vec<(Duration, PeerEvent)>,
    pub end: Option<WireEnd>,
    /// How long it was listened.
    pub listened: Duration,
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum PeerAnswer {
    /// CALLRESULT.
    Result(Value),
    /// CALLERROR, with code and description.
    Error(String, String),
}

impl Heard {
    /// The close frame.
    pub fn close(&self) -> Option<&CloseSeen> {
        self.events.iter().find_map(|(_, event)| if let PeerEvent::Close(close) = event { Some(close) } else { None })
    }

    /// Whether the link is over.
    pub fn is_over(&self) -> bool {
        self.end.is_some() || self.close().is_some()
    }

    /// The texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter_map(|(_, event)| if let PeerEvent::Text(text) = event { Some(text.as_str()) } else { None })
    }

    /// When a pong with this payload came.
    pub fn pong(&self, payload: &[u8]) -> Option<Duration> {
        self.events.iter().find_map(|(at, event)| matches!(event, PeerEvent::Pong(bytes) if bytes == payload).then_some(*at))
    }

    /// The answer to the call with this id.
    pub fn answer(&self, id: &Value) -> Option<PeerAnswer> {
        self.answers().find(|(known, _)| known == id).map(|(_, answer)| answer)
    }

    /// All answers with their ids.
    pub fn answers(&self) -> impl Iterator<Item = (Value, PeerAnswer)> {
        self.texts().filter_map(answer_of)
    }

    /// In words: how the link ended, or that nothing came.
    pub fn ending(&self) -> String {
        match (self.close(), self.end) {
            (Some(CloseSeen { code: Some(code), reason }), _) if reason.is_empty() => format!("closed with {code}"),
            (Some(CloseSeen { code: Some(code), reason }), _) => format!("closed with {code} ({})", shown(reason)),
            (Some(CloseSeen { code: None, .. }), _) => "closed without a code".to_owned(),
            (None, Some(WireEnd::Ended)) => "the connection was ended without a close frame".to_owned(),
            (None, Some(WireEnd::Reset)) => "the connection was reset without a close frame".to_owned(),
            (None, None) => format!("nothing within {:.1} s", self.listened.as_secs_f64()),
        }
    }

    /// In words: the answers, and how the link ended.
    pub fn words(&self) -> String {
        let mut parts: Vec<String> = self.answers().map(|(_, answer)| answer.words()).collect();
        if parts.is_empty() || self.is_over() {
            parts.push(self.ending());
        }
        parts.join(", ")
    }
}

impl PeerAnswer {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            PeerAnswer::Result(payload) => format!("CALLRESULT {}", shown(&payload.to_string())),
            PeerAnswer::Error(code, description) if description.is_empty() => format!("CALLERROR {}", shown(code)),
            PeerAnswer::Error(code, description) => format!("CALLERROR {} ({})", shown(code), shown(description)),
        }
    }
}

/// The answer that a text is, with its id as it stands there.
fn answer_of(text: &str) -> Option<(Value, PeerAnswer)> {
    let Value::Array(parts) = serde_json::from_str(text).ok()? else { return None };
    let mut parts = parts.into_iter();
    let (kind, id) = (parts.next()?, parts.next()?);
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    match kind.as_u64()? {
        3 => Some((id, PeerAnswer::Result(parts.next().unwrap_or_default()))),
        4 => Some((id, PeerAnswer::Error(text(parts.next()), text(parts.next())))),
        _ => None,
    }
}

/// The beginning of a text of the peer.
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn heard(events: &[PeerEvent], end: Option<WireEnd>) -> Heard {
        let events = events.iter().map(|event| (Duration::from_millis(5), event.clone())).collect();
        Heard { events, end, listened: Duration::from_secs(2) }
    }

    fn text(text: &str) -> PeerEvent {
        PeerEvent::Text(text.to_owned())
    }

    #[test]
    fn answers_are_found_by_their_id_as_it_stands_there() {
        let heard = heard(
            &[text("[4,\"1\",\"NotImplemented\",\"no\",{}]"), text("[3,1,{\"a\":1}]"), text("[2,\"x\",\"Reset\",{}]")],
            None,
        );
        assert_eq!(heard.answer(&json!("1")), Some(PeerAnswer::Error("NotImplemented".into(), "no".into())));
        assert_eq!(heard.answer(&json!(1)), Some(PeerAnswer::Result(json!({"a": 1}))));
        assert_eq!(heard.answer(&json!("x")), None);
        assert_eq!(heard.words(), "CALLERROR NotImplemented (no), CALLRESULT {\"a\":1}");
    }

    #[test]
    fn the_end_of_a_link_is_put_in_words() {
        let close = |code, reason: &str| PeerEvent::Close(CloseSeen { code, reason: reason.to_owned() });
        for (heard, words) in [
            (heard(&[], None), "nothing within 2.0 s"),
            (heard(&[], Some(WireEnd::Ended)), "the connection was ended without a close frame"),
            (heard(&[], Some(WireEnd::Reset)), "the connection was reset without a close frame"),
            (heard(&[close(Some(1002), "")], Some(WireEnd::Ended)), "closed with 1002"),
            (heard(&[close(Some(1002), "no")], None), "closed with 1002 (no)"),
            (heard(&[close(None, "")], None), "closed without a code"),
        ] {
            assert_eq!(heard.words(), words);
        }
    }

    #[test]
    fn long_texts_of_the_peer_are_cut() {
        assert_eq!(shown(&"ä".repeat(500)).chars().count(), SHOWN + 1);
    }
}
