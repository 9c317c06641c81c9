//! What is sent over an open link, and how long is listened for what comes back.

use serde_json::Value;

use super::client::WireFrame;

/// An action that no version has: a peer must refuse it, so it changes nothing.
pub(super) const UNKNOWN_ACTION: &str = "OcppTuiProbe";

/// How long is listened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum HearUntil {
    /// Until the call with this id is answered, or the link is over.
    Answer(Value),
    /// Until the link is over.
    End,
    /// Until a harmless call that is sent behind it is answered, and a moment longer: what has not come by then does not come.
    Settled,
}

/// What is sent over an open link.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LinkScript {
    pub frames: Vec<WireFrame>,
    pub until: HearUntil,
}

impl LinkScript {
    /// One text, and what settles after it.
    pub fn text(text: impl AsRef<str>) -> LinkScript {
        LinkScript { frames: vec![WireFrame::text(text.as_ref())], until: HearUntil::Settled }
    }

    /// A frame that must end the link.
    pub fn fatal(frame: WireFrame) -> LinkScript {
        LinkScript { frames: vec![frame], until: HearUntil::End }
    }
}

/// The call of the unknown action with this id, as JSON.
pub(super) fn unknown_call(id: &str) -> String {
    format!("[2,{id},\"{UNKNOWN_ACTION}\",{{}}]")
}
