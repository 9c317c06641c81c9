//! Where the events of the session can be taken as the recorder applies them, in their order: for a capture on disk.

use std::sync::{Arc, Mutex, PoisonError};

use super::queue::EventBatch;
use super::secrets::MaskedFrame;
use super::{Contents, Event, EventKind, RecordContent, StationRow};

/// Takes events. It runs on the recorder's thread, so it must not wait for anything.
pub trait EventTap: Send {
    /// Takes an event that was applied. A frame is parted from its text and from what is in that.
    fn take(&mut self, event: &Event, station: Option<&StationRow>, text: &str, content: Option<RecordContent<'_>>);

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

    /// Hands the events of a turn over. They were applied to these contents.
    pub fn take(&self, batch: &EventBatch, contents: impl FnOnce(&mut dyn FnMut(&Contents))) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tap) = slot.as_mut() else { return };
        contents(&mut |contents| {
            for (event, text, content) in batch.iter() {
                let station = event.station.and_then(|key| contents.stations().get(key));
                match contents.masked(event, text, content) {
                    None => tap.take(event, station, text, content),
                    Some(masked) => {
                        let payload = masked.payload.as_deref().unwrap_or_default();
                        let content = content.map(|content| RecordContent { payload, ..content });
                        tap.take(&without_secrets(event, &masked), station, &masked.text, content);
                    }
                }
            }
        });
        tap.end_turn();
    }
}

/// The event without what is said of a secret in it.
fn without_secrets(event: &Event, masked: &MaskedFrame) -> Event {
    let mut event = event.clone();
    if let EventKind::Frame(frame) = &mut event.kind {
        frame.findings.iter_mut().for_each(|finding| masked.mask_remarks(&mut finding.message));
        frame.remark = frame.remark.take().map(|remark| {
            let mut remark = remark.into_string();
            masked.mask_remarks(&mut remark);
            remark.into()
        });
    }
    event
}

impl std::fmt::Debug for TapSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TapSlot")
    }
}
