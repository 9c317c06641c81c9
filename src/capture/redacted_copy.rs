//! Reads files into a trace with what identifies people, stations and sites replaced. All events are in memory meanwhile, because the last
//! one may say what a text of the first one holds.

use std::sync::{Arc, Mutex, PoisonError};

use super::load::{LoadCount, load};
use super::reader::CaptureReader;
use super::redact::{RedactionReport, Redactor};
use crate::clock::now;
use crate::ocpp::{Catalog, Role};
use crate::trace::{
    self, Event, EventKind, EventSender, EventTap, FrameContent, FrameText, RecordContent, Stamp, StationRow, TappedFrame,
};

/// The records that are kept while the files are read; only the events are wanted.
const FEW: usize = 1 << 20;

type StationEvent = (Option<(Role, Arc<str>)>, Stamp, EventKind);

/// Keeps what comes by.
struct Collector(Arc<Mutex<Vec<StationEvent>>>);

impl EventTap for Collector {
    fn take(&mut self, event: &Event, station: Option<&StationRow>, tapped: TappedFrame<'_>) {
        let mut kind = event.kind.clone();
        if let EventKind::StationAdded { .. } = kind {
            return;
        }
        if let EventKind::Frame(frame) = &mut kind {
            frame.text = FrameText::from(tapped.text);
            frame.content = tapped.content.map(|content| {
                let RecordContent { id, payload, is_fault } = content;
                Box::new(FrameContent { id: id.into(), payload: payload.to_owned(), is_fault })
            });
        }
        if let EventKind::Released { held, edited, .. } = &mut kind {
            // Who is in these payloads is in the frames, too; there it is replaced.
            (*held, *edited) = (Box::default(), None);
        }
        let station = station.map(|row| (row.our_role, Arc::from(&*row.identity)));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((station, event.stamp, kind));
    }

    fn end_turn(&mut self) {}
}

/// Reads the files into the trace, merged by time, with dummies made from this seed.
pub fn load_redacted(
    readers: Vec<CaptureReader>,
    events: &EventSender,
    catalog: Arc<Catalog>,
    seed: &str,
) -> (LoadCount, RedactionReport) {
    let collected = Arc::<Mutex<Vec<StationEvent>>>::default();
    let read = trace::direct(FEW, now());
    read.trace().set_tap(Some(Box::new(Collector(collected.clone()))));
    let count = load(readers, &read);
    let collected = std::mem::take(&mut *collected.lock().unwrap_or_else(PoisonError::into_inner));
    let mut redactor = Redactor::new(catalog, seed);
    for (station, _, kind) in &collected {
        redactor.learn(station.as_ref(), kind);
    }
    redactor.learned();
    for (mut station, stamp, mut kind) in collected {
        redactor.apply(&mut station, &mut kind);
        let station = station.map(|(role, identity)| events.station(role, &identity));
        events.put_now(Event { station, stamp, kind });
    }
    (count, redactor.report())
}
