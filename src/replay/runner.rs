//! Plays the stations of a plan over the links of a session: it reads what comes from the trace, answers the calls of the peer as the record
//! did, and gives orders to the links. What is to be done is decided in `station_replay`.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};

use super::plan::{AnswerMessage, ReplayPlan, StepKind};
use super::report::{ReplayReport, ReplayedStation};
use super::station_replay::{LiveAnswer, ReplayAction, ReplayOptions, ReplayReply, StationReplay};
use crate::behaviour::Answer;
use crate::clock::now;
use crate::hub::{AnswerRequest, CentralSystemOptions, ChargePointOptions, Hub, HubError, LinkCommand};
use crate::link::LinkOrder;
use crate::ocpp::{ErrorCode, Role};
use crate::rpc::srpc::frame_elements;
use crate::trace::decode::{DecodedMessage, decode};
use crate::trace::{Direction, FrameKind, FrameVerdict, Record, RecordKind, Sequence, StationKey};

/// The other side of a replay.
#[derive(Debug, Clone)]
pub enum ReplayPeer {
    /// A central system, which we connect to as these charge points. Identity and version are those of the record.
    CentralSystem(Box<ChargePointOptions>),
    /// Charge points, which connect to us.
    ChargePoints(Box<CentralSystemOptions>),
}

/// A replay that runs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ReplayRun {
    state: Arc<RunState>,
}

#[derive(Debug)]
struct RunState {
    our_role: Role,
    stations: Mutex<Vec<StationReplay>>,
    /// The user has let a message go, or ended the replay.
    woken: Notify,
    over: watch::Sender<bool>,
}

impl ReplayRun {
    /// Starts what plays our side in the session, and then the replay. A station that has no link after `connect` is given up.
    ///
    /// # Errors
    /// When our side cannot be started.
    pub async fn start(
        hub: &Hub,
        plan: ReplayPlan,
        options: &ReplayOptions,
        peer: ReplayPeer,
        connect: Duration,
    ) -> Result<ReplayRun, HubError> {
        let (sender, requests) = mpsc::unbounded_channel();
        hub.answers().ask(Some(Arc::new(move |request: AnswerRequest| drop(sender.send(request)))));
        let next = hub.trace().read().records().range().end;
        let mut links = Vec::new();
        match peer {
            ReplayPeer::CentralSystem(template) => {
                for station in &plan.stations {
                    let soap = is_http(&template.url).then(|| template.soap.clone().unwrap_or_default());
                    let charge_point = ChargePointOptions {
                        identity: station.identity.to_string(),
                        version: station.version,
                        autonomous: false,
                        soap,
                        ..(*template).clone()
                    };
                    links.push(LinkSide::new(hub.start_charge_point(charge_point)?));
                }
            }
            ReplayPeer::ChargePoints(listen) => {
                let keys = plan.stations.iter().map(|station| hub.station(Role::CentralSystem, &station.identity));
                links.extend(keys.map(LinkSide::new));
                hub.start_central_system(*listen).await?;
            }
        }
        let began = plan.began_micros;
        let stations = plan.stations.into_iter().map(|station| StationReplay::new(station, began, options.clone())).collect();
        let state = Arc::new(RunState {
            our_role: options.our_role,
            stations: Mutex::new(stations),
            woken: Notify::new(),
            over: watch::Sender::new(false),
        });
        let connect = now_micros().saturating_add(i64::try_from(connect.as_micros()).unwrap_or(i64::MAX));
        let driver = Driver { hub: hub.clone(), state: state.clone(), links, requests, next, connect };
        tokio::spawn(driver.run());
        Ok(ReplayRun { state })
    }

    /// A replay for tests of what shows it: nothing drives it.
    #[cfg(test)]
    pub(crate) fn of_stations(our_role: Role, stations: Vec<StationReplay>) -> ReplayRun {
        let stations = Mutex::new(stations);
        ReplayRun { state: Arc::new(RunState { our_role, stations, woken: Notify::new(), over: watch::Sender::new(false) }) }
    }

    /// The stations. Hold it no longer than it takes to copy what is visible.
    pub fn stations(&self) -> MutexGuard<'_, Vec<StationReplay>> {
        self.state.stations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the message of ours go that waits and came first in the record. False when none waits.
    pub fn grant(&self) -> bool {
        let mut stations = self.stations();
        let waits = |station: &StationReplay| station.waits_for_user().map(|step| station.steps()[step].step.at_micros);
        let first = stations.iter_mut().filter_map(|station| Some((waits(station)?, station))).min_by_key(|(at, _)| *at);
        let granted = first.map(|(_, station)| station.grant()).is_some();
        drop(stations);
        self.state.woken.notify_one();
        granted
    }

    /// Whether a message of ours waits for the user.
    pub fn waits_for_user(&self) -> bool {
        self.stations().iter().any(|station| station.waits_for_user().is_some())
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        *self.state.over.borrow()
    }

    /// Waits for its end.
    pub async fn ended(&self) {
        // The sender is here, so this is no error.
        let _ = self.state.over.subscribe().wait_for(|over| *over).await;
    }

    /// What came of it so far.
    pub fn report(&self) -> ReplayReport {
        let stations = self.stations().iter().map(ReplayedStation::of).collect();
        ReplayReport { our_role: self.state.our_role, stations }
    }
}

fn is_http(url: &str) -> bool {
    url.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
}

fn now_micros() -> i64 {
    now().wall.as_microsecond()
}

/// What is under way on the link of a station.
struct LinkSide {
    key: StationKey,
    /// Orders whose message is not in the trace yet: the step and the action.
    ordered: VecDeque<(usize, Box<str>)>,
    /// The steps of calls that are on the wire, by their records.
    calls: HashMap<Sequence, usize>,
    /// Replies whose question has not come yet, and questions whose reply is not known yet, by action.
    replies: HashMap<Box<str>, VecDeque<PreparedReply>>,
    questions: HashMap<Box<str>, VecDeque<u64>>,
}

/// The text of a message with this message id, which is JSON; `None` when the text is no message.
fn with_id(text: &str, id: &str) -> Option<String> {
    let text = Some(text).filter(|text| text.trim_start().starts_with('['))?;
    let elements = frame_elements(text);
    let old = elements.get(1)?.get();
    let start = old.as_ptr() as usize - text.as_ptr() as usize; // it is a part of the text
    Some(format!("{}{id}{}", &text[..start], &text[start + old.len()..]))
}

/// How a call is to be answered.
struct PreparedReply {
    reply: ReplayReply,
    after: Duration,
    /// The message id of the call as JSON.
    id: Box<str>,
    /// The text of the answer in the record.
    recorded: Option<Box<str>>,
}

impl LinkSide {
    fn new(key: StationKey) -> LinkSide {
        LinkSide { key, ordered: VecDeque::new(), calls: HashMap::new(), replies: HashMap::new(), questions: HashMap::new() }
    }
}

/// What a record says to a replay.
enum LinkNews {
    Up,
    Down,
    Failed(String),
    Sent { live: Sequence, action: Box<str> },
    Answered { call: Sequence, answer: LiveAnswer },
    Called { live: Sequence, action: Box<str>, payload: Box<str>, id: Box<str>, is_asked: bool },
}

impl LinkNews {
    fn of(record: &Record<'_>) -> Option<LinkNews> {
        let live = record.sequence;
        match record.kind {
            RecordKind::Connected => Some(LinkNews::Up),
            RecordKind::Disconnected | RecordKind::Lost => Some(LinkNews::Down),
            RecordKind::Retry | RecordKind::Refused => Some(LinkNews::Failed(record.summary().into_owned())),
            RecordKind::Timeout | RecordKind::Unreachable => {
                Some(LinkNews::Answered { call: record.partner?, answer: LiveAnswer::Silence })
            }
            RecordKind::Frame(Direction::Out, FrameKind::Call | FrameKind::Send | FrameKind::Malformed) => {
                Some(LinkNews::Sent { live, action: record.action.unwrap_or_default().into() })
            }
            RecordKind::Frame(Direction::In, FrameKind::Call | FrameKind::Send) => {
                let decoded = decode(record);
                let payload =
                    if let DecodedMessage::Call { payload, .. } = &decoded.message { payload.as_str() } else { "null" };
                // What breaks the definitions is refused by the link.
                let is_asked =
                    record.kind == RecordKind::Frame(Direction::In, FrameKind::Call) && record.verdict != FrameVerdict::Invalid;
                let id = decoded.id.as_deref().unwrap_or_default().into();
                Some(LinkNews::Called { live, action: record.action?.into(), payload: payload.into(), id, is_asked })
            }
            RecordKind::Frame(Direction::In, FrameKind::Result | FrameKind::Error | FrameKind::Malformed) => {
                let answer = AnswerMessage::of(record).map_or(LiveAnswer::Silence, LiveAnswer::Answer);
                Some(LinkNews::Answered { call: record.partner?, answer })
            }
            _ => None,
        }
    }
}

struct Driver {
    hub: Hub,
    state: Arc<RunState>,
    links: Vec<LinkSide>,
    requests: mpsc::UnboundedReceiver<AnswerRequest>,
    /// The next record to look at.
    next: Sequence,
    /// When a station without a link is given up.
    connect: i64,
}

impl Driver {
    async fn run(mut self) {
        let mut changes = self.hub.trace().subscribe();
        let state = self.state.clone();
        while !self.turn() {
            let until = self.deadline();
            let wait = Duration::from_micros(u64::try_from(until.saturating_sub(now_micros())).unwrap_or_default());
            tokio::select! {
                _ = changes.changed() => {}
                () = state.woken.notified() => {}
                Some(request) = self.requests.recv() => self.question(&request),
                () = tokio::time::sleep(wait.max(Duration::from_millis(1))) => {}
                () = self.hub.shutdown().cancelled() => break,
            }
        }
        self.hub.answers().ask(None);
        state.over.send_replace(true);
    }

    fn stations(&self) -> MutexGuard<'_, Vec<StationReplay>> {
        self.state.stations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When there is something to do without anything from outside.
    fn deadline(&self) -> i64 {
        let stations = self.stations();
        let deadlines = stations.iter().filter_map(StationReplay::deadline);
        let connect = stations.iter().any(|station| !station.is_over()).then_some(self.connect).filter(|at| *at > now_micros());
        deadlines.chain(connect).min().unwrap_or_else(|| now_micros().saturating_add(1_000_000))
    }

    /// Takes in what is new and does what is to be done. True when all stations are over.
    fn turn(&mut self) -> bool {
        for (index, news) in self.news() {
            self.take(index, news);
        }
        while let Ok(request) = self.requests.try_recv() {
            self.question(&request);
        }
        for index in 0..self.links.len() {
            self.answer_questions(index);
        }
        let at = now_micros();
        let mut all_over = true;
        for index in 0..self.links.len() {
            let actions = {
                let mut stations = self.stations();
                let Some(station) = stations.get_mut(index) else { continue };
                if at >= self.connect && !station.was_connected() {
                    station.give_up();
                }
                station.advance(at)
            };
            for action in actions {
                self.act(index, action);
            }
            all_over &= self.stations().get(index).is_none_or(StationReplay::is_over);
        }
        all_over
    }

    /// What the records since the last time say, and to which station.
    fn news(&mut self) -> Vec<(usize, LinkNews)> {
        let contents = self.hub.trace().read();
        let records = contents.records();
        let end = records.range().end;
        let place = |record: &Record<'_>| self.links.iter().position(|link| Some(link.key) == record.station);
        let news = records.iter(self.next..end).filter_map(|record| Some((place(&record)?, LinkNews::of(&record)?))).collect();
        self.next = end;
        news
    }

    fn take(&mut self, index: usize, news: LinkNews) {
        let at = now_micros();
        let state = self.state.clone();
        let mut stations = state.stations.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(station), link) = (stations.get_mut(index), &mut self.links[index]) else { return };
        match news {
            LinkNews::Up => station.link(true, at),
            LinkNews::Down => {
                station.link(false, at);
                link.ordered.clear();
                link.replies.clear();
                link.questions.clear();
            }
            LinkNews::Failed(why) => station.link_failed(why),
            LinkNews::Sent { live, action } => {
                if link.ordered.front().is_some_and(|(_, ordered)| *ordered == action)
                    && let Some((step, _)) = link.ordered.pop_front()
                {
                    link.calls.insert(live, step);
                    station.sent(step, live);
                }
            }
            LinkNews::Answered { call, answer } => {
                if let Some(step) = link.calls.remove(&call) {
                    station.answered(step, &answer);
                }
            }
            LinkNews::Called { live, action, payload, id, is_asked } => {
                let (reply, after) = station.called(&action, &payload, live);
                let recorded = station.recorded_answer().map(Into::into);
                if is_asked {
                    let after = Duration::from_micros(u64::try_from(after).unwrap_or_default());
                    link.replies.entry(action).or_default().push_back(PreparedReply { reply, after, id, recorded });
                }
            }
        }
    }

    fn question(&mut self, request: &AnswerRequest) {
        let ticket = request.ticket;
        match self.links.iter_mut().find(|link| link.key == request.station) {
            Some(link) => link.questions.entry(request.action.as_str().into()).or_default().push_back(ticket),
            // It is none of ours: the simulator answers.
            None => drop(self.hub.order(request.station, LinkOrder::Answer { ticket, answer: None })),
        }
    }

    /// Puts replies to the questions that wait for them.
    fn answer_questions(&mut self, index: usize) {
        let link = &mut self.links[index];
        let mut pairs = Vec::new();
        for (action, questions) in &mut link.questions {
            let Some(replies) = link.replies.get_mut(action) else { continue };
            while !questions.is_empty() && !replies.is_empty() {
                pairs.extend(questions.pop_front().zip(replies.pop_front()));
            }
        }
        let key = link.key;
        for (ticket, prepared) in pairs {
            self.reply(key, ticket, prepared);
        }
    }

    fn reply(&self, key: StationKey, ticket: u64, prepared: PreparedReply) {
        let PreparedReply { reply, after, id, recorded } = prepared;
        let delay = (!after.is_zero()).then_some(after);
        let raw = self.raw_answer(&reply, &id, recorded.as_deref());
        let answer = match reply {
            ReplayReply::Default => None,
            ReplayReply::Silence => Some(Answer::Silence),
            _ if raw.is_some() => Some(Answer::Silence),
            ReplayReply::Result(payload) => Some(Answer::Result(payload).after(delay)),
            ReplayReply::Error { code, description, .. } => {
                let code = ErrorCode::parse(&code).unwrap_or(ErrorCode::GenericError);
                Some(Answer::Error { code, description: description.into() }.after(delay))
            }
        };
        // A link that is down needs no answer.
        let _ = self.hub.order(key, LinkOrder::Answer { ticket, answer });
        if let Some(text) = raw {
            let hub = self.hub.clone();
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                let _ = hub.order(key, LinkOrder::User(LinkCommand::Raw(text)));
            });
        }
    }

    /// The text of an answer that the link would not write so: with details or a code of its own, or with spaces between its elements. It has
    /// the id of the call that it answers.
    fn raw_answer(&self, reply: &ReplayReply, id: &str, recorded: Option<&str>) -> Option<String> {
        let spliced = with_id(recorded?, id)?;
        let differs = match reply {
            ReplayReply::Result(payload) => payload.typed_text().is_some() && spliced != format!("[3,{id},{payload}]"),
            ReplayReply::Error { code, details, .. } => {
                ErrorCode::parse(code).is_none() || !matches!(&**details, "{}" | "null")
            }
            ReplayReply::Default | ReplayReply::Silence => false,
        };
        differs.then_some(spliced)
    }

    /// The text of a message with the message id of this record.
    fn with_id_of(&self, text: &str, call: Sequence) -> Option<String> {
        let contents = self.hub.trace().read();
        let record = contents.records().get(call)?;
        with_id(text, decode(&record).id.as_deref()?)
    }

    fn act(&mut self, index: usize, action: ReplayAction) {
        let key = self.links[index].key;
        let (command, step) = match action {
            ReplayAction::Call { step, action, payload } => {
                (LinkCommand::Call { action: action.into_string(), payload }, Some(step))
            }
            ReplayAction::Raw { step, text } => (LinkCommand::Raw(text.into_string()), Some(step)),
            ReplayAction::ResultError { step, text, call } => {
                let text = call.and_then(|call| self.with_id_of(&text, call)).unwrap_or_else(|| text.into_string());
                (LinkCommand::Raw(text), Some(step))
            }
            ReplayAction::Disconnect { cut } => (if cut { LinkCommand::Drop } else { LinkCommand::Disconnect }, None),
            ReplayAction::Connect if self.state.our_role == Role::ChargePoint => (LinkCommand::Connect, None),
            ReplayAction::Connect => return,
        };
        let ordered = self.hub.order(key, LinkOrder::User(command));
        let state = self.state.clone();
        let mut stations = state.stations.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(station), Some(step)) = (stations.get_mut(index), step) else { return };
        match ordered {
            // Nothing answers it, and nothing waits for it.
            Ok(()) if station.steps().get(step).is_some_and(|played| played.step.kind == StepKind::ResultError) => {}
            Ok(()) => {
                let action = station.steps().get(step).map(|played| played.step.action.clone());
                self.links[index].ordered.push_back((step, action.unwrap_or_default()));
            }
            Err(_) => station.not_sent(step),
        }
    }
}
