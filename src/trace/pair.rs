//! How a frame passed a pair, a station and its central system with us between them: on which of the two links it was, how long it was here, and
//! what was done with it. How frames are passed on is the matter of the links.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One of the two links of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PairLeg {
    /// The link to the station.
    Station,
    /// The link to the central system.
    Upstream,
}

impl PairLeg {
    /// Both, the one of the station first.
    pub const ALL: [PairLeg; 2] = [PairLeg::Station, PairLeg::Upstream];

    /// The other one.
    pub const fn other(self) -> PairLeg {
        match self {
            PairLeg::Station => PairLeg::Upstream,
            PairLeg::Upstream => PairLeg::Station,
        }
    }
}

/// The links of a pair on which something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PairLegs {
    /// Only on the link to the station.
    Station,
    /// Only on the link to the central system.
    Upstream,
    /// It came on one and left on the other.
    Both,
}

impl PairLegs {
    /// All of them.
    pub const ALL: [PairLegs; 3] = [PairLegs::Station, PairLegs::Upstream, PairLegs::Both];

    /// The name in filters, exports and captures.
    pub const fn name(self) -> &'static str {
        match self {
            PairLegs::Station => "station",
            PairLegs::Upstream => "upstream",
            PairLegs::Both => "both",
        }
    }

    /// Two bits for the store; 0 stands for what is of no pair.
    pub(super) const fn bits(of: Option<PairLegs>) -> u8 {
        match of {
            None => 0,
            Some(PairLegs::Station) => 1,
            Some(PairLegs::Upstream) => 2,
            Some(PairLegs::Both) => 3,
        }
    }

    /// What the bits stand for.
    pub(super) const fn of_bits(bits: u8) -> Option<PairLegs> {
        match bits {
            1 => Some(PairLegs::Station),
            2 => Some(PairLegs::Upstream),
            3 => Some(PairLegs::Both),
            _ => None,
        }
    }
}

impl From<PairLeg> for PairLegs {
    fn from(leg: PairLeg) -> PairLegs {
        match leg {
            PairLeg::Station => PairLegs::Station,
            PairLeg::Upstream => PairLegs::Upstream,
        }
    }
}

/// How a frame passed a pair.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FramePassage {
    /// The links on which it was.
    pub legs: PairLegs,
    /// How long it was here, from its arrival until it left, in microseconds.
    #[serde(default, rename = "held")]
    pub held_micros: u32,
    /// What was done with it; `None` for a frame that passed as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intervention: Option<Box<Intervention>>,
}

impl FramePassage {
    /// A frame on these links with which nothing was done.
    pub fn of(legs: impl Into<PairLegs>) -> FramePassage {
        FramePassage { legs: legs.into(), held_micros: 0, intervention: None }
    }

    /// How long it was here.
    pub fn held(&self) -> Duration {
        Duration::from_micros(u64::from(self.held_micros))
    }
}

/// What was done with a frame of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Intervention {
    /// What.
    pub kind: InterventionKind,
    /// Whose decision it was: a rule as it was written, the name of what decided otherwise; empty for the user.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub by: Box<str>,
    /// The text as it came, where another one left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<str>>,
}

/// The kinds of interventions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum InterventionKind {
    /// It is ours: neither side sent it.
    Injected,
    /// It left with another text than it came with.
    Edited,
    /// It was not passed on.
    Dropped,
    /// A call that we answered; the other side never saw it.
    AnsweredHere,
    /// A second copy of a frame that has passed.
    Duplicated,
    /// It was passed on later than it could have been.
    Delayed,
    /// Frames that came after it were passed on before.
    Reordered,
    /// Its link was down, or went down, so that it could not be passed on.
    Lost,
}

impl InterventionKind {
    /// All kinds.
    pub const ALL: [InterventionKind; 8] = [
        InterventionKind::Injected,
        InterventionKind::Edited,
        InterventionKind::Dropped,
        InterventionKind::AnsweredHere,
        InterventionKind::Duplicated,
        InterventionKind::Delayed,
        InterventionKind::Reordered,
        InterventionKind::Lost,
    ];

    /// The name in exports and filters.
    pub const fn name(self) -> &'static str {
        match self {
            InterventionKind::Injected => "injected",
            InterventionKind::Edited => "edited",
            InterventionKind::Dropped => "dropped",
            InterventionKind::AnsweredHere => "answeredHere",
            InterventionKind::Duplicated => "duplicated",
            InterventionKind::Delayed => "delayed",
            InterventionKind::Reordered => "reordered",
            InterventionKind::Lost => "lost",
        }
    }

    /// For a reader.
    pub const fn words(self) -> &'static str {
        match self {
            InterventionKind::Injected => "injected here",
            InterventionKind::Edited => "edited here",
            InterventionKind::Dropped => "dropped here",
            InterventionKind::AnsweredHere => "answered here",
            InterventionKind::Duplicated => "duplicated here",
            InterventionKind::Delayed => "delayed here",
            InterventionKind::Reordered => "out of order",
            InterventionKind::Lost => "not passed on: the other side was down",
        }
    }
}

impl fmt::Display for Intervention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.words())?;
        if self.by.is_empty() { Ok(()) } else { write!(f, " by {}", self.by) }
    }
}

/// How the time of an exchange that passed a pair splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitLatency {
    /// From the arrival of the call until the answer left.
    pub total: Duration,
    /// What passed here, of call and answer.
    pub ours: Duration,
    /// What passed at the side that answered, and on the way there and back.
    pub beyond: Duration,
    /// Of that, the way there and back by the last ping on that link, where there was one.
    pub network: Option<Duration>,
}

impl SplitLatency {
    /// Splits the time from when a call left until its answer left.
    pub fn of(latency: Duration, call: &FramePassage, answer: &FramePassage, round_trip: Option<Duration>) -> SplitLatency {
        let beyond = latency.saturating_sub(answer.held());
        let ours = call.held() + answer.held();
        SplitLatency { total: latency + call.held(), ours, beyond, network: round_trip.map(|network| network.min(beyond)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legs_come_back_from_their_bits() {
        for legs in PairLegs::ALL.into_iter().map(Some).chain([None]) {
            assert_eq!(PairLegs::of_bits(PairLegs::bits(legs)), legs);
        }
    }

    #[test]
    fn the_time_of_an_exchange_is_split() {
        let held = |held_micros| FramePassage { held_micros, ..FramePassage::of(PairLegs::Both) };
        let micros = Duration::from_micros;
        let split = SplitLatency::of(micros(10_000), &held(300), &held(200), Some(micros(4_000)));
        let expected =
            SplitLatency { total: micros(10_300), ours: micros(500), beyond: micros(9_800), network: Some(micros(4_000)) };
        assert_eq!(split, expected);
        assert_eq!(split.ours + split.beyond, split.total);
    }
}
