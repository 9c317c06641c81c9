//! A frame of a pair on its way from one link to the other, and how it is to leave. Who decides that is the matter of others, and so is what
//! becomes of it.

use std::time::Duration;

use tokio_tungstenite::tungstenite::Message;

use crate::clock::Moment;
use crate::link::intercept::queue::InterceptQueue;
use crate::trace::{Frame, PairLeg};

/// A frame that came on one link and is to leave on the other.
pub(super) struct PassingFrame {
    pub from: PairLeg,
    pub message: Message,
    pub frame: Frame,
    pub arrived: Moment,
    pub fate: PassingFate,
}

/// How a frame leaves.
#[derive(Debug, Default)]
pub(super) struct PassingFate {
    /// Not at all.
    pub dropped: bool,
    /// This much later.
    pub delay: Option<Duration>,
    /// Twice.
    pub twice: bool,
    /// Behind the next frame of its direction.
    pub behind: bool,
    /// Who decided; empty for the user.
    pub by: Box<str>,
    /// Set for a frame that was held: how many of its direction had left before.
    pub passed_before: Option<u64>,
}

/// Who decided, where a frame is marked.
pub(super) const PLUGIN: &str = "a plugin";

/// Messages that came on one link and wait for a verdict, or behind one that does.
#[derive(Default)]
pub(super) struct InspectedMessages {
    pub queue: InterceptQueue<(Message, Moment)>,
    pub bytes: usize,
}

impl InspectedMessages {
    /// Whether more may wait, of so many bytes. The link is not read while not.
    pub fn has_room(&self, room: usize) -> bool {
        self.bytes < room && !self.queue.is_full()
    }
}
