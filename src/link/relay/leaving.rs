//! How a frame of a pair leaves: at once or later, once or twice, behind the frame that comes after it.

use std::time::Duration;

use super::passing::PassingFrame;
use super::reading::with_passage;
use super::state::RelayState;
use crate::clock::Moment;
use crate::link::outgoing::Outgoing;
use crate::trace::{EventKind, Frame, Intervention, InterventionKind};

/// How long a frame waits for the one behind which it is to leave.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

impl RelayState {
    /// A frame leaves on the other link. What cannot leave any more is recorded as lost.
    pub fn send_on(&mut self, passing: PassingFrame, now: Moment) {
        let PassingFrame { from, message, frame, arrived, fate } = passing;
        let to = from.other();
        if self.is_down(to) {
            return self.keep_back(from, frame, (InterventionKind::Lost, ""), arrived);
        }
        let is_overtaken = fate.passed_before.is_some_and(|before| self.passed(from) > before);
        let frame = if fate.behind || is_overtaken {
            marked(frame, InterventionKind::Reordered, &fate.by)
        } else if fate.delay.is_some() {
            marked(frame, InterventionKind::Delayed, &fate.by)
        } else {
            frame
        };
        let copy = fate.twice.then(|| Outgoing::message(message.clone(), arrived, EventKind::Frame(copy_of(&frame, &fate.by))));
        let outgoing = Outgoing::message(message, arrived, EventKind::Frame(frame));
        for outgoing in [Some(outgoing), copy].into_iter().flatten() {
            match (fate.delay, fate.behind) {
                (None, false) => self.put_passing(to, outgoing),
                (delay, behind) => self.put_later(to, outgoing, now.monotonic + delay.unwrap_or(PATIENCE), behind),
            }
        }
    }
}

/// Says what was done, unless something that weighs more was.
pub(super) fn marked(frame: Frame, kind: InterventionKind, by: &str) -> Frame {
    with_passage(frame, |passage| {
        let done = || Box::new(Intervention { kind, by: by.into(), before: None });
        passage.intervention.get_or_insert_with(done);
    })
}

/// The second copy of a frame. It is no part of the exchange: the answer belongs to the first.
pub(super) fn copy_of(frame: &Frame, by: &str) -> Frame {
    let (kind, before) = (InterventionKind::Duplicated, None);
    let mut origin = frame.origin.as_deref().cloned().unwrap_or_default();
    if let Some(passage) = &mut origin.passage {
        passage.intervention = Some(Box::new(Intervention { kind, by: by.into(), before }));
    }
    Frame { exchange: None, origin: Some(origin.into()), ..frame.clone() }
}
