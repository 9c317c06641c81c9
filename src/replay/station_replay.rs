//! The replay of one station as a state machine: what the peer does goes in, what is to be sent comes out. It reads no clock and knows no
//! link; times are microseconds of one clock that the caller chooses.

use std::collections::HashMap;

use super::comparison::{Comparison, IgnoredField, ReplayDifference, answer_words, compare_answers, compare_payloads};
use super::ids::SessionIds;
use super::plan::{AnswerMessage, RecordedAnswer, RecordedStation, ReplayStep, StepKind};
use crate::ocpp::Role;
use crate::rpc::OutgoingPayload;
use crate::trace::Sequence;

/// How many calls of the record are compared with one of the peer to find the one that is meant.
const CANDIDATES: usize = 64;
/// How long the peer may still call when all is done, in microseconds.
const LINGER: i64 = 500_000;
/// The call whose number only says how long a session was.
const PERIODIC: &str = "Heartbeat";

/// How fast a record is replayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReplaySpeed {
    /// So many times as fast as it was.
    Times(f64),
    /// Without waiting.
    Max,
    /// Each message of ours waits for the user.
    Step,
}

/// How a record is replayed.
#[derive(Debug, Clone)]
pub struct ReplayOptions {
    /// The role that we play.
    pub our_role: Role,
    /// How fast.
    pub speed: ReplaySpeed,
    /// Whether texts leave byte for byte; otherwise ids and times are those of this session.
    pub exact: bool,
    /// How long to wait for a call of the peer beyond its time, in microseconds.
    pub patience: i64,
    /// What does not count.
    pub ignored: Vec<IgnoredField>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplayAction {
    /// Send a call, or a message that nothing answers.
    Call {
        /// The step.
        step: usize,
        /// The action.
        action: Box<str>,
        /// Its payload.
        payload: OutgoingPayload,
    },
    /// Send a text.
    Raw {
        /// The step.
        step: usize,
        /// The text.
        text: Box<str>,
    },
    /// Send an error about the result of a call of ours.
    ResultError {
        /// The step.
        step: usize,
        /// The text, with the message id that the call had in the record.
        text: Box<str>,
        /// The record of the call in this session, whose id it gets; `None` when it leaves as it was.
        call: Option<Sequence>,
    },
    /// Close the link.
    Disconnect {
        /// Whether it is cut.
        cut: bool,
    },
    /// Connect again.
    Connect,
}

/// How a call of the peer is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplayReply {
    /// As the simulator would: the record does not say.
    Default,
    /// Not at all.
    Silence,
    /// With a result.
    Result(OutgoingPayload),
    /// With an error.
    Error {
        /// Its code.
        code: Box<str>,
        /// Its sentence.
        description: Box<str>,
        /// Its details, as JSON.
        details: Box<str>,
    },
}

/// The end of a call of ours.
#[derive(Debug, Clone, PartialEq)]
pub enum LiveAnswer {
    /// The peer answered.
    Answer(AnswerMessage),
    /// It did not.
    Silence,
}

/// How far a step is.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum StepState {
    /// It has not begun.
    #[default]
    Waiting,
    /// It was sent and has no answer yet.
    Sent,
    /// It is over.
    Done(Vec<ReplayDifference>),
}

/// A step with what became of it.
#[derive(Debug, Clone)]
pub struct PlayedStep {
    /// The step.
    pub step: ReplayStep,
    /// How far it is.
    pub state: StepState,
    /// The record of the message in this session.
    pub live: Option<Sequence>,
}

/// A call of the peer that the record does not have.
#[derive(Debug, Clone, PartialEq)]
pub struct UnexpectedCall {
    /// The action.
    pub action: Box<str>,
    /// Its payload as JSON.
    pub payload: Box<str>,
    /// Its record in this session.
    pub live: Sequence,
}

/// What has to happen in the order of the record.
#[derive(Debug, Clone, Copy, PartialEq)]
enum ScriptEvent {
    /// Ours to do.
    Do(usize),
    /// The answer to a call of ours.
    Answered(usize),
    /// A call of the peer.
    Called(usize),
    /// The link comes up.
    Up(usize),
}

/// The replay of one station.
#[derive(Debug)]
pub struct StationReplay {
    /// The identity in the record.
    pub recorded: Box<str>,
    /// The identity now.
    pub identity: Box<str>,
    options: ReplayOptions,
    steps: Vec<PlayedStep>,
    unexpected: Vec<UnexpectedCall>,
    script: Vec<(i64, ScriptEvent)>,
    cursor: usize,
    /// The calls of the peer that have not come yet, by action.
    awaited: HashMap<Box<str>, Vec<usize>>,
    ids: SessionIds,
    /// A moment of the record, and when it is now.
    base: Option<(i64, i64)>,
    began_micros: i64,
    link_up: bool,
    /// We have closed it, and it is not down yet.
    closing: bool,
    was_up: bool,
    /// How many messages the user has let go.
    granted: usize,
    ends: Option<i64>,
    problem: Option<String>,
    /// Why the last attempt at a link has failed.
    link_failure: Option<String>,
    ended: usize,
    different: usize,
    /// The step that the last call of the peer was taken for.
    matched: Option<usize>,
}

impl StationReplay {
    /// A replay that begins when its link is up. `began_micros` is the beginning of the whole record.
    pub fn new(plan: RecordedStation, began_micros: i64, options: ReplayOptions) -> StationReplay {
        let mut script = Vec::new();
        let mut awaited: HashMap<Box<str>, Vec<usize>> = HashMap::new();
        for (index, step) in plan.steps.iter().enumerate() {
            match step.kind {
                StepKind::ExpectedCall | StepKind::ExpectedNotice => {
                    awaited.entry(step.action.clone()).or_default().push(index);
                    script.push((step.at_micros, ScriptEvent::Called(index)));
                }
                StepKind::Connect => script.push((step.at_micros, ScriptEvent::Up(index))),
                _ => script.push((step.at_micros, ScriptEvent::Do(index))),
            }
            if let (StepKind::Call, RecordedAnswer::Answer { at_micros, .. }) = (step.kind, &step.answer) {
                script.push((*at_micros, ScriptEvent::Answered(index)));
            }
        }
        // Things of one moment stay in the order of the record.
        script.sort_by_key(|(at, _)| *at);
        let played = |step| PlayedStep { step, state: StepState::Waiting, live: None };
        StationReplay {
            recorded: plan.recorded,
            identity: plan.identity,
            options,
            steps: plan.steps.into_iter().map(played).collect(),
            unexpected: Vec::new(),
            script,
            cursor: 0,
            awaited,
            ids: SessionIds::default(),
            base: None,
            began_micros,
            link_up: false,
            closing: false,
            was_up: false,
            granted: 0,
            ends: None,
            problem: None,
            link_failure: None,
            ended: 0,
            different: 0,
            matched: None,
        }
    }

    /// The steps.
    pub fn steps(&self) -> &[PlayedStep] {
        &self.steps
    }

    /// The calls of the peer that the record does not have.
    pub fn unexpected(&self) -> &[UnexpectedCall] {
        &self.unexpected
    }

    /// Why the replay could not be played to its end.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Why the station has no link yet, after an attempt that has failed. Others follow.
    pub fn link_failure(&self) -> Option<&str> {
        self.link_failure.as_deref().filter(|_| !self.was_up && !self.is_over())
    }

    /// An attempt at a link has failed.
    pub fn link_failed(&mut self, why: String) {
        self.link_failure = Some(why);
    }

    /// Whether the link was up.
    pub fn was_connected(&self) -> bool {
        self.was_up
    }

    /// The next step that waits for the user.
    pub fn waits_for_user(&self) -> Option<usize> {
        let (_, event) = self.script.get(self.cursor)?;
        match event {
            ScriptEvent::Do(step) if self.options.speed == ReplaySpeed::Step && self.link_up && self.granted == 0 => {
                Some(*step)
            }
            _ => None,
        }
    }

    /// Lets the next message of ours go.
    pub fn grant(&mut self) {
        if self.waits_for_user().is_some() {
            self.granted = 1;
        }
    }

    /// The link came up or went down.
    pub fn link(&mut self, up: bool, now: i64) {
        (self.link_up, self.closing) = (up, false);
        if up && !self.was_up {
            self.was_up = true;
            self.base = Some((self.began_micros.min(self.script.first().map_or(i64::MAX, |(at, _)| *at)), now));
        }
        if !up {
            for index in 0..self.steps.len() {
                if self.steps[index].state == StepState::Sent {
                    self.answered(index, &LiveAnswer::Silence);
                }
            }
        }
    }

    /// It never got a link, so it goes no further.
    pub fn give_up(&mut self) {
        if !self.is_over() {
            let why = self.link_failure.take();
            self.problem = Some(why.unwrap_or_else(|| format!("{} has not connected", self.identity)));
            self.cursor = self.script.len();
            self.ends = Some(i64::MIN);
        }
    }

    /// Whether nothing more will happen. It is asked after [`advance`](Self::advance).
    pub fn is_over(&self) -> bool {
        self.ends == Some(i64::MIN)
    }

    /// When [`advance`](Self::advance) has something to do without anything from outside.
    pub fn deadline(&self) -> Option<i64> {
        if let Some(ends) = self.ends {
            return (ends != i64::MIN).then_some(ends);
        }
        let (at, event) = self.script.get(self.cursor).filter(|_| self.was_up)?;
        match event {
            ScriptEvent::Do(_) if self.waits_for_user().is_some() || !self.link_up => None,
            ScriptEvent::Do(_) => Some(self.due(*at)),
            ScriptEvent::Called(_) | ScriptEvent::Up(_) => Some(self.due(*at).saturating_add(self.options.patience)),
            ScriptEvent::Answered(_) => None,
        }
    }

    /// When a moment of the record is now.
    fn due(&self, recorded: i64) -> i64 {
        let (at, live) = self.base.unwrap_or((recorded, 0));
        live.saturating_add(self.scaled(recorded.saturating_sub(at)))
    }

    fn scaled(&self, micros: i64) -> i64 {
        match self.options.speed {
            ReplaySpeed::Times(times) => (micros.max(0) as f64 / times) as i64, // a time is no longer than the record
            ReplaySpeed::Max | ReplaySpeed::Step => 0,
        }
    }

    /// What is to be done now.
    pub fn advance(&mut self, now: i64) -> Vec<ReplayAction> {
        let mut actions = Vec::new();
        if !self.was_up || self.is_over() {
            return actions;
        }
        while let Some((at, event)) = self.script.get(self.cursor).copied() {
            match event {
                ScriptEvent::Do(index) => {
                    if self.waits_for_user().is_some() || now < self.due(at) {
                        return actions;
                    }
                    if self.options.speed == ReplaySpeed::Step {
                        self.granted = 0;
                    }
                    if self.link_up {
                        actions.extend(self.action(index, now));
                        if matches!(self.steps[index].step.kind, StepKind::Disconnect { .. }) {
                            (self.link_up, self.closing) = (false, true);
                        }
                    } else if matches!(self.steps[index].step.kind, StepKind::Disconnect { .. }) {
                        self.finish(index, Vec::new());
                    } else {
                        // It comes up again by itself, or by a later step of the record.
                        if now < self.due(at).saturating_add(self.options.patience) {
                            return actions;
                        }
                        self.finish(index, vec![ReplayDifference::NotSent]);
                    }
                }
                ScriptEvent::Answered(index) => {
                    if matches!(self.steps[index].state, StepState::Sent | StepState::Waiting) {
                        return actions;
                    }
                }
                ScriptEvent::Up(index) => {
                    if self.link_up {
                        self.finish(index, Vec::new());
                    } else {
                        if self.steps[index].state == StepState::Waiting && !self.closing {
                            self.steps[index].state = StepState::Sent;
                            actions.push(ReplayAction::Connect);
                        }
                        if now < self.due(at).saturating_add(self.options.patience) {
                            return actions;
                        }
                        self.finish(index, vec![ReplayDifference::NotSent]);
                    }
                }
                ScriptEvent::Called(index) => {
                    if self.steps[index].state == StepState::Waiting {
                        if now < self.due(at).saturating_add(self.options.patience) {
                            return actions;
                        }
                        let action = self.steps[index].step.action.clone();
                        let counts = &*action != PERIODIC && !self.ignores(&action, "");
                        let differences = if counts { vec![ReplayDifference::NotCalled] } else { Vec::new() };
                        self.finish(index, differences);
                    }
                }
            }
            self.base = Some((at, now));
            self.cursor += 1;
        }
        if self.steps.iter().any(|played| played.state == StepState::Sent) {
            return actions;
        }
        match self.ends {
            None => self.ends = Some(now.saturating_add(LINGER)),
            Some(ends) if now >= ends => self.ends = Some(i64::MIN),
            Some(_) => {}
        }
        actions
    }

    fn action(&mut self, index: usize, now: i64) -> Option<ReplayAction> {
        let ReplayStep { kind, action, text, payload, at_micros, about, .. } = &self.steps[index].step;
        let exact = self.options.exact;
        let doing = match kind {
            StepKind::Call | StepKind::Notice if exact && !text.is_empty() => {
                self.ids.sent_as_it_is(payload, action);
                ReplayAction::Raw { step: index, text: text.clone() }
            }
            StepKind::Call | StepKind::Notice => {
                let shift = now.saturating_sub(*at_micros);
                match self.ids.outgoing(payload, action, self.options.our_role, shift) {
                    Some(payload) => ReplayAction::Call { step: index, action: action.clone(), payload },
                    None => ReplayAction::Raw { step: index, text: text.clone() },
                }
            }
            StepKind::Raw => ReplayAction::Raw { step: index, text: text.clone() },
            StepKind::ResultError => {
                let is_call = |played: &&PlayedStep| about.is_some() && Some(played.step.sequence) == *about;
                let call = self.steps.iter().find(is_call).and_then(|played| played.live).filter(|_| !exact);
                ReplayAction::ResultError { step: index, text: text.clone(), call }
            }
            StepKind::Disconnect { cut } => ReplayAction::Disconnect { cut: *cut },
            StepKind::Connect | StepKind::ExpectedCall | StepKind::ExpectedNotice => return None,
        };
        if *kind == StepKind::Call {
            self.steps[index].state = StepState::Sent;
        } else {
            self.finish(index, Vec::new());
        }
        Some(doing)
    }

    /// A message of ours is on the wire, as this record.
    pub fn sent(&mut self, step: usize, live: Sequence) {
        if let Some(played) = self.steps.get_mut(step) {
            played.live = Some(live);
        }
    }

    /// A message of ours could not be sent.
    pub fn not_sent(&mut self, step: usize) {
        self.finish(step, vec![ReplayDifference::NotSent]);
    }

    /// A call of ours has ended.
    pub fn answered(&mut self, step: usize, answer: &LiveAnswer) {
        let Some(PlayedStep { step: ReplayStep { action, answer: recorded, .. }, state: StepState::Sent, .. }) =
            self.steps.get(step)
        else {
            return;
        };
        let silence = || "no answer".to_owned();
        let compared = match (recorded, answer) {
            (RecordedAnswer::Unknown, _) | (RecordedAnswer::Silence, LiveAnswer::Silence) => Comparison::default(),
            (RecordedAnswer::Silence, LiveAnswer::Answer(now)) => {
                let difference = ReplayDifference::Answer { recorded: silence(), now: answer_words(now) };
                Comparison { differences: vec![difference], ..Comparison::default() }
            }
            (RecordedAnswer::Answer { message, .. }, LiveAnswer::Silence) => {
                let difference = ReplayDifference::Answer { recorded: answer_words(message), now: silence() };
                Comparison { differences: vec![difference], ..Comparison::default() }
            }
            (RecordedAnswer::Answer { message, .. }, LiveAnswer::Answer(now)) => {
                compare_answers(&self.ids, action, message, now)
            }
        };
        let action = action.clone();
        let differences = self.taken(compared, &action);
        self.finish(step, differences);
    }

    /// The peer has called. Returns what it is answered with, and after how many microseconds.
    pub fn called(&mut self, action: &str, payload: &str, live: Sequence) -> (ReplayReply, i64) {
        let waiting = self.awaited.get(action).map_or(&[][..], Vec::as_slice);
        let mut best: Option<(usize, usize, Comparison)> = None;
        for (place, index) in waiting.iter().take(CANDIDATES).enumerate() {
            let compared = compare_payloads(&self.ids, action, &self.steps[*index].step.payload, payload);
            let is_same = compared.differences.is_empty();
            if best.is_none() || is_same {
                best = Some((place, *index, compared));
            }
            if is_same {
                break;
            }
        }
        self.matched = best.as_ref().map(|(_, index, _)| *index);
        let Some((place, index, compared)) = best else {
            if action != PERIODIC && !self.ignores(action, "") {
                self.unexpected.push(UnexpectedCall { action: action.into(), payload: payload.into(), live });
            }
            return (ReplayReply::Default, 0);
        };
        if let Some(waiting) = self.awaited.get_mut(action) {
            waiting.remove(place);
        }
        let differences = self.taken(compared, action);
        self.steps[index].live = Some(live);
        self.finish(index, differences);
        let ReplayStep { answer, at_micros, action, .. } = &self.steps[index].step;
        match answer {
            RecordedAnswer::Unknown => (ReplayReply::Default, 0),
            RecordedAnswer::Silence => (ReplayReply::Silence, 0),
            RecordedAnswer::Answer { at_micros: answered, message, .. } => {
                let delay = self.scaled(answered.saturating_sub(*at_micros));
                let reply = match message {
                    AnswerMessage::Error { code, description, details } => {
                        ReplayReply::Error { code: code.clone(), description: description.clone(), details: details.clone() }
                    }
                    AnswerMessage::Result(payload) if self.options.exact => {
                        self.ids.sent_as_it_is(payload, action);
                        OutgoingPayload::parse(payload).map_or(ReplayReply::Default, ReplayReply::Result)
                    }
                    AnswerMessage::Result(payload) => {
                        let shift = self.base.map_or(0, |(at, live)| live.saturating_sub(at));
                        let payload = self.ids.outgoing(payload, action, self.options.our_role, shift);
                        payload.map_or(ReplayReply::Default, ReplayReply::Result)
                    }
                };
                (reply, delay)
            }
        }
    }

    /// A step is over. Of one that is over already the differences are replaced.
    fn finish(&mut self, index: usize, differences: Vec<ReplayDifference>) {
        let Some(played) = self.steps.get_mut(index) else { return };
        if let StepState::Done(before) = &played.state {
            self.ended -= 1;
            self.different -= usize::from(!before.is_empty());
        }
        self.ended += 1;
        self.different += usize::from(!differences.is_empty());
        played.state = StepState::Done(differences);
    }

    /// How many steps are over, and how many of them were different, with the calls that the record does not have.
    pub fn counts(&self) -> (usize, usize) {
        (self.ended, self.different + self.unexpected.len())
    }

    /// The text of the recorded answer to the call of the peer that came last, when it is in the record.
    pub fn recorded_answer(&self) -> Option<&str> {
        let played = self.steps.get(self.matched?)?;
        if let RecordedAnswer::Answer { text, .. } = &played.step.answer { Some(text) } else { None }
    }

    /// A message is taken for the one of the record: its ids hold from now on. Returns the differences that count.
    fn taken(&mut self, compared: Comparison, action: &str) -> Vec<ReplayDifference> {
        compared.found.into_iter().for_each(|found| self.ids.learn(found));
        let counts = |difference: &ReplayDifference| match difference {
            ReplayDifference::Field { path, .. } => !self.ignores(action, path),
            _ => !self.ignores(action, ""),
        };
        compared.differences.into_iter().filter(counts).collect()
    }

    fn ignores(&self, action: &str, path: &str) -> bool {
        self.options.ignored.iter().any(|ignored| ignored.covers(action, path))
    }
}
