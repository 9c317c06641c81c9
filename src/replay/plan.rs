//! What is to be replayed: the messages of one side of a record in their order, what the other side answered, and which calls of the other
//! side were there. Sending is not here.

use std::collections::{HashMap, HashSet};

use crate::ocpp::{Role, Transport, Version};
use crate::trace::decode::{DecodedMessage, decode};
use crate::trace::{CloseReason, Contents, Direction, FrameKind, Record, RecordKind, Sequence, StationKey};

/// The messages of all stations of a record.
#[derive(Debug, Clone, Default)]
pub struct ReplayPlan {
    /// The stations, in the order in which they came.
    pub stations: Vec<RecordedStation>,
    /// When the first message was, in microseconds since 1970.
    pub began_micros: i64,
}

/// The messages of one station.
#[derive(Debug, Clone)]
pub struct RecordedStation {
    /// The identity in the record.
    pub recorded: Box<str>,
    /// The identity that it has now.
    pub identity: Box<str>,
    /// The version that was spoken.
    pub version: Version,
    /// How the messages travelled.
    pub transport: Transport,
    /// What happened, oldest first.
    pub steps: Vec<ReplayStep>,
}

/// One call, or another thing that happened.
#[derive(Debug, Clone)]
pub struct ReplayStep {
    /// The record.
    pub sequence: Sequence,
    /// When it was, in microseconds since 1970.
    pub at_micros: i64,
    /// What it is.
    pub kind: StepKind,
    /// The action; empty for what is no message.
    pub action: Box<str>,
    /// The text as it was on the wire.
    pub text: Box<str>,
    /// The payload as JSON.
    pub payload: Box<str>,
    /// What became of a call.
    pub answer: RecordedAnswer,
    /// Of an error about a result: the record of the call that the result answered.
    pub about: Option<Sequence>,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A call that we send.
    Call,
    /// A message that we send and nothing answers.
    Notice,
    /// An error about a result, which we send (2.1: CALLRESULTERROR).
    ResultError,
    /// A text that is no message, which we send.
    Raw,
    /// A call of the peer.
    ExpectedCall,
    /// A message of the peer that nothing answers.
    ExpectedNotice,
    /// We close the link, or cut it.
    Disconnect {
        /// Whether it is cut without a close frame.
        cut: bool,
    },
    /// The link comes up again.
    Connect,
}

/// The end of a call in the record.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum RecordedAnswer {
    /// The record does not say: it ends before, or the filter leaves it out.
    #[default]
    Unknown,
    /// There was none.
    Silence,
    /// It was answered.
    Answer {
        /// When, in microseconds since 1970.
        at_micros: i64,
        /// The text as it was on the wire.
        text: Box<str>,
        /// What was in it.
        message: AnswerMessage,
    },
}

/// What is in an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerMessage {
    /// A result with this payload, as JSON.
    Result(Box<str>),
    /// An error.
    Error {
        /// Its code as it was spelt.
        code: Box<str>,
        /// Its sentence.
        description: Box<str>,
        /// Its details, as JSON.
        details: Box<str>,
    },
}

impl StepKind {
    /// Whether it is ours to do.
    pub fn is_ours(self) -> bool {
        matches!(self, StepKind::Call | StepKind::Notice | StepKind::ResultError | StepKind::Raw | StepKind::Disconnect { .. })
    }
}

impl AnswerMessage {
    /// What a record says as an answer; `None` when it is none.
    pub fn of(record: &Record<'_>) -> Option<AnswerMessage> {
        match decode(record).message {
            DecodedMessage::Result(payload) => Some(AnswerMessage::Result(payload.as_str().into())),
            DecodedMessage::Error { code, description, details } => Some(AnswerMessage::Error {
                code: code.as_ref().into(),
                description: description.as_deref().unwrap_or_default().into(),
                details: details.as_str().into(),
            }),
            DecodedMessage::Call { .. } | DecodedMessage::Unreadable => None,
        }
    }
}

impl ReplayPlan {
    /// The plan for a role that we play: of the records that are selected.
    pub fn new(contents: &Contents, our_role: Role, selected: impl Fn(&Record<'_>) -> bool) -> ReplayPlan {
        let chosen = chosen_rows(contents, our_role);
        let mut plans: Vec<(RecordedStation, LinkHistory)> = Vec::new();
        let mut places: HashMap<StationKey, usize> = HashMap::new();
        let records = contents.records();
        for record in records.iter(records.range()) {
            let Some(key) = record.station.filter(|key| chosen.contains(key)) else { continue };
            let Some(row) = contents.stations().get(key) else { continue };
            if !selected(&record) {
                continue;
            }
            let place = *places.entry(key).or_insert_with(|| {
                let plan = RecordedStation {
                    recorded: row.identity.clone(),
                    identity: row.identity.clone(),
                    version: record.version.or(row.version).unwrap_or(Version::V1_6),
                    transport: record.transport,
                    steps: Vec::new(),
                };
                plans.push((plan, LinkHistory::default()));
                plans.len() - 1
            });
            let (plan, link) = &mut plans[place];
            if matches!(record.kind, RecordKind::Frame(..)) {
                (plan.version, plan.transport) = (record.version.unwrap_or(plan.version), record.transport);
            }
            let from_us = |direction: Direction| (direction == Direction::Out) == (row.our_role == our_role);
            let kind = match record.kind {
                RecordKind::Frame(direction, kind) => frame_step(from_us(direction), kind),
                _ => link.step(&record, row.our_role == our_role),
            };
            plan.steps.extend(kind.map(|kind| step(&record, kind, contents)));
        }
        let mut stations: Vec<RecordedStation> = plans.into_iter().map(|(plan, _)| plan).collect();
        for plan in &mut stations {
            // The end of the replay closes the links.
            while plan.steps.last().is_some_and(|step| matches!(step.kind, StepKind::Disconnect { .. })) {
                plan.steps.pop();
            }
        }
        stations.retain(|plan| !plan.steps.is_empty());
        let began_micros = stations.iter().filter_map(|plan| plan.steps.first()).map(|step| step.at_micros).min();
        ReplayPlan { stations, began_micros: began_micros.unwrap_or_default() }
    }
}

/// One row for each identity: where a record has both ends of a link, that of the role that we play.
fn chosen_rows(contents: &Contents, our_role: Role) -> HashSet<StationKey> {
    let mut chosen: HashMap<&str, (StationKey, bool)> = HashMap::new();
    for row in contents.stations().rows().iter().filter(|row| row.frames_in + row.frames_out > 0) {
        let ours = row.our_role == our_role;
        let known = chosen.entry(&row.identity).or_insert((row.key, ours));
        if ours && !known.1 {
            *known = (row.key, true);
        }
    }
    chosen.into_values().map(|(key, _)| key).collect()
}

fn frame_step(from_us: bool, kind: FrameKind) -> Option<StepKind> {
    match (kind, from_us) {
        (FrameKind::Call, true) => Some(StepKind::Call),
        (FrameKind::Call, false) => Some(StepKind::ExpectedCall),
        (FrameKind::Send, true) => Some(StepKind::Notice),
        (FrameKind::Send, false) => Some(StepKind::ExpectedNotice),
        (FrameKind::ResultError, true) => Some(StepKind::ResultError),
        (FrameKind::Malformed, true) => Some(StepKind::Raw),
        // Answers are put to their calls; what the peer sent and cannot be read cannot be awaited.
        _ => None,
    }
}

/// What is known of the link of a station so far.
#[derive(Debug, Default)]
struct LinkHistory {
    was_up: bool,
}

impl LinkHistory {
    /// The step of a record about the link. `ours` says whether the record was made at our side.
    fn step(&mut self, record: &Record<'_>, ours: bool) -> Option<StepKind> {
        if record.transport == Transport::Soap {
            return None;
        }
        match record.kind {
            RecordKind::Connected => std::mem::replace(&mut self.was_up, true).then_some(StepKind::Connect),
            RecordKind::Disconnected | RecordKind::Lost => {
                let reason = record.close_reason();
                let (closed_here, cut) = match reason? {
                    CloseReason::Disconnected | CloseReason::StaysDown | CloseReason::Restarts(_) => (true, false),
                    CloseReason::Cut => (true, true),
                    CloseReason::ClosedByPeer { .. } => (false, false),
                    CloseReason::PeerGone | CloseReason::Broken(_) | CloseReason::PeerBlocked(_) => (false, true),
                    _ => return None,
                };
                (closed_here == ours).then_some(StepKind::Disconnect { cut })
            }
            _ => None,
        }
    }
}

fn step(record: &Record<'_>, kind: StepKind, contents: &Contents) -> ReplayStep {
    let decoded = decode(record);
    let payload = match &decoded.message {
        DecodedMessage::Call { payload, .. } => payload.as_str().into(),
        _ => Box::default(),
    };
    let is_call = matches!(kind, StepKind::Call | StepKind::ExpectedCall);
    let partner = record.partner.filter(|_| is_call).and_then(|partner| contents.records().get(partner));
    let answer = match partner {
        None => RecordedAnswer::Unknown,
        Some(answer) => match (answer.kind, AnswerMessage::of(&answer)) {
            (RecordKind::Frame(..), Some(message)) => {
                RecordedAnswer::Answer { at_micros: answer.wall_micros, text: answer.text.into(), message }
            }
            (RecordKind::Timeout | RecordKind::Unanswered, _) => RecordedAnswer::Silence,
            _ => RecordedAnswer::Unknown,
        },
    };
    let is_about_result = kind == StepKind::ResultError;
    let about = record.partner.filter(|_| is_about_result).and_then(|result| contents.records().get(result)?.partner);
    let is_message = matches!(record.kind, RecordKind::Frame(..));
    ReplayStep {
        sequence: record.sequence,
        at_micros: record.wall_micros,
        kind,
        action: record.action.unwrap_or_default().into(),
        text: if is_message { record.text.into() } else { Box::default() },
        payload,
        answer,
        about,
    }
}
