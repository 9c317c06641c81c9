//! Where the events of the session can be taken as the recorder applies them, in their order: for a capture on disk.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Event, RecordContent, StationRow};

/// What is in a frame. Of another event all of it is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct TappedFrame<'a> {
    /// Its text.
    pub text: &'a str,
    /// What is in an envelope.
    pub content: Option<RecordContent<'a>>,
    /// Where secrets were replaced by masks of their length: JSON pointers into the payload of an envelope, else into the text.
    pub masked: &'a [String],
}

/// Takes events. It runs on the recorder's thread, so it must not wait for anything.
pub trait EventTap: Send {
    /// Takes an event that was applied. A frame is parted from its text.
    fn take(&mut self, event: &Event, station: Option<&StationRow>, frame: TappedFrame<'_>);

    /// The events of one turn of the recorder are over.
    fn end_turn(&mut self);
}

/// The tap of a session, when there is one.
#[derive(Clone, Default)]
pub(super) struct TapSlot(Arc<Mutex<Option<Box<dyn EventTap>>>>);

impl TapSlot {
    /// Sets the tap in place of the one before, which is dropped.
    pub fn set(&self, tap: Option<Box<dyn EventTap>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = tap;
    }

    /// Sets the tap that is made while no events are handed over.
    pub fn set_made(&self, make: impl FnOnce() -> Box<dyn EventTap>) {
        let mut tap = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *tap = Some(make());
    }

    /// Hands the tap over, when there is one.
    pub fn with(&self, take: impl FnOnce(&mut dyn EventTap)) {
        if let Some(tap) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            take(tap.as_mut());
        }
    }
}

impl std::fmt::Debug for TapSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TapSlot")
    }
}
