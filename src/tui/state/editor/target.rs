//! What the editor edits and where it goes: a call to some stations, a held frame, or a whole frame. The text is in the editor.

use std::sync::Arc;

use crate::ocpp::{ActionDefinition, MessageDefinition, Version};
use crate::trace::StationKey;

/// What is edited, and the stations that get it.
#[derive(Debug, Clone)]
pub struct EditTarget {
    /// The stations.
    pub targets: Vec<StationKey>,
    /// The stations in words.
    pub names: String,
    /// The version of their links.
    pub version: Version,
    /// The action; empty when the text is a whole frame.
    pub action: String,
    /// The definition of the action.
    pub definition: Option<Arc<ActionDefinition>>,
    /// The held frame that sending releases with this text.
    pub held: Option<HeldSubject>,
    /// Why it should not be sent, in a sentence; it must be confirmed like an invalid payload.
    pub warning: Option<String>,
}

/// A held frame whose payload is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldSubject {
    /// Its number.
    pub number: u64,
    /// Whether the payload is that of an answer.
    pub is_answer: bool,
}

impl EditTarget {
    /// The message that the text must be.
    pub fn message(&self) -> Option<&MessageDefinition> {
        let is_answer = self.held.is_some_and(|held| held.is_answer);
        let definition = self.definition.as_deref()?;
        Some(if is_answer { &definition.response } else { &definition.request })
    }

    /// What is sent: the action, or a word for a whole frame.
    pub fn what(&self) -> &str {
        if self.is_raw() { "the frame" } else { &self.action }
    }

    /// Whether the text is a whole frame, sent unchanged.
    pub fn is_raw(&self) -> bool {
        self.action.is_empty()
    }
}
