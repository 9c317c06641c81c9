//! Everything that went wrong, in groups: of one station, of one kind, about one action and place. A group counts, and remembers when it came
//! first and last, and one sentence as an example.

use foldhash::HashMap;

use super::{FrameKind, FrameVerdict, Record, RecordKind, Sequence, StationKey};
use crate::ocpp::ErrorCode;

/// How many groups are kept; what comes after that is only counted.
const MOST: usize = 5_000;
/// Longer sentences are cut.
const LONGEST: usize = 400;
/// Longer names of places are cut.
const LONGEST_PLACE: usize = 120;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A call breaks the definitions.
    InvalidCall,
    /// A result breaks the definitions.
    InvalidResult,
    /// A message deviates in a way that is tolerated.
    Tolerated,
    /// A frame could not be read.
    Unreadable,
    /// A call was answered with an error.
    ErrorAnswer,
    /// A call got no answer in time.
    Timeout,
    /// A call could not be delivered.
    Undelivered,
    /// A handshake was refused.
    Refused,
    /// A handshake is odd.
    OddHandshake,
    /// A message does not fit those before it: a number is missing, or came twice.
    OddSequence,
    /// Something in this program or its surroundings failed.
    Failure,
}

/// Faults of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultGroup {
    /// The station; `None` for the session as a whole.
    pub station: Option<StationKey>,
    /// The kind.
    pub kind: FaultKind,
    /// The action.
    pub action: Option<Box<str>>,
    /// The code of an error.
    pub code: Option<ErrorCode>,
    /// The word for the cause of a refusal.
    pub cause: Option<Box<str>>,
    /// The place in the payload as a pointer, with a star for every index; empty when it is the frame as a whole.
    pub place: Box<str>,
    /// How often.
    pub count: u64,
    /// When it came first, by the wall clock in microseconds.
    pub first_micros: i64,
    /// When it came last.
    pub last_micros: i64,
    /// The last record.
    pub last: Sequence,
    /// The sentence of the last one.
    pub example: Box<str>,
}

/// The groups.
#[derive(Debug, Default)]
pub struct FaultTable {
    groups: Vec<FaultGroup>,
    places: HashMap<GroupKey, usize>,
    ungrouped: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct GroupKey {
    station: Option<StationKey>,
    kind: FaultKind,
    action: Option<Box<str>>,
    code: Option<ErrorCode>,
    cause: Option<Box<str>>,
    place: Box<str>,
}

impl FaultKind {
    /// Two or three words.
    pub const fn word(self) -> &'static str {
        match self {
            FaultKind::InvalidCall => "invalid call",
            FaultKind::InvalidResult => "invalid result",
            FaultKind::Tolerated => "deviation",
            FaultKind::Unreadable => "unreadable",
            FaultKind::ErrorAnswer => "error",
            FaultKind::Timeout => "no answer",
            FaultKind::Undelivered => "undelivered",
            FaultKind::Refused => "refused link",
            FaultKind::OddHandshake => "odd handshake",
            FaultKind::OddSequence => "odd sequence",
            FaultKind::Failure => "failure",
        }
    }

    /// Whether it is let pass, and only worth knowing.
    pub const fn is_tolerated(self) -> bool {
        matches!(self, FaultKind::Tolerated | FaultKind::OddHandshake | FaultKind::OddSequence)
    }
}

impl FaultTable {
    /// Takes a record in; most have nothing wrong.
    pub(super) fn take(&mut self, record: &Record<'_>) {
        let sentence = |record: &Record<'_>| record.summary().into_owned();
        match record.kind {
            RecordKind::Frame(_, FrameKind::Malformed) => self.add(record, FaultKind::Unreadable, "", &record.notes()),
            RecordKind::Frame(_, kind) => {
                if kind.is_error() {
                    self.add(record, FaultKind::ErrorAnswer, "", &error_text(record));
                }
                let fault = match (record.verdict, kind) {
                    (FrameVerdict::Valid, _) => return,
                    (FrameVerdict::Tolerated, _) => FaultKind::Tolerated,
                    (FrameVerdict::Invalid, FrameKind::Result) => FaultKind::InvalidResult,
                    (FrameVerdict::Invalid, _) => FaultKind::InvalidCall,
                };
                for remark in record.remarks.lines().take(usize::from(record.remark_lines)) {
                    self.add(record, fault, "", remark);
                }
                for (place, sentence) in record.placed_findings() {
                    self.add(record, fault, place, sentence);
                }
            }
            RecordKind::Timeout => self.add(record, FaultKind::Timeout, "", &sentence(record)),
            RecordKind::Unreachable => self.add(record, FaultKind::Undelivered, "", &sentence(record)),
            RecordKind::Refused => self.add(record, FaultKind::Refused, "", &sentence(record)),
            RecordKind::Failure => self.add(record, FaultKind::Failure, "", &sentence(record)),
            RecordKind::Connected if record.verdict == FrameVerdict::Tolerated => {
                for remark in record.remarks.lines() {
                    self.add(record, FaultKind::OddHandshake, "", remark);
                }
            }
            _ => {}
        }
    }

    /// Takes in that a message is odd among those before it.
    pub(super) fn add_oddity(&mut self, record: &Record<'_>, sentence: &str) {
        self.add(record, FaultKind::OddSequence, "", sentence);
    }

    fn add(&mut self, record: &Record<'_>, kind: FaultKind, place: &str, sentence: &str) {
        let key = GroupKey {
            station: record.station,
            kind,
            action: record.action.map(Box::from),
            code: record.code.filter(|_| kind == FaultKind::ErrorAnswer),
            cause: cause(record).filter(|_| kind == FaultKind::Refused).map(Box::from),
            place: without_indices(place),
        };
        let index = match self.places.get(&key) {
            Some(index) => *index,
            None if self.groups.len() >= MOST => {
                self.ungrouped += 1;
                return;
            }
            None => {
                let GroupKey { station, kind, action, code, cause, place } = key.clone();
                self.groups.push(FaultGroup {
                    station,
                    kind,
                    action,
                    code,
                    cause,
                    place,
                    count: 0,
                    first_micros: record.wall_micros,
                    last_micros: record.wall_micros,
                    last: record.sequence,
                    example: "".into(),
                });
                self.places.insert(key, self.groups.len() - 1);
                self.groups.len() - 1
            }
        };
        let group = &mut self.groups[index]; // of the map, which has places of groups
        group.count += 1;
        (group.last_micros, group.last) = (record.wall_micros, record.sequence);
        if !group.example.starts_with(sentence) || group.example.is_empty() {
            group.example = sentence.chars().take(LONGEST).collect::<String>().into();
        }
    }

    /// The groups, in the order in which they first came.
    pub fn groups(&self) -> &[FaultGroup] {
        &self.groups
    }

    /// How many faults came when there were too many groups.
    pub fn ungrouped(&self) -> u64 {
        self.ungrouped
    }
}

impl FaultGroup {
    /// A filter that finds its records in the trace of its station.
    pub fn filter(&self) -> String {
        let mut filter = String::new();
        let mut add = |condition: String| {
            if !filter.is_empty() {
                filter.push(' ');
            }
            filter.push_str(&condition);
        };
        match self.kind {
            FaultKind::InvalidCall => add("valid:no kind:call".to_owned()),
            FaultKind::InvalidResult => add("valid:no kind:result".to_owned()),
            FaultKind::Tolerated => add("valid:tolerated !kind:connect".to_owned()),
            FaultKind::Unreadable => add("kind:malformed".to_owned()),
            FaultKind::ErrorAnswer => add("kind:error".to_owned()),
            FaultKind::Timeout => add("kind:timeout".to_owned()),
            FaultKind::Undelivered => add("kind:unreachable".to_owned()),
            FaultKind::Refused => add("kind:refused".to_owned()),
            FaultKind::OddHandshake => add("valid:tolerated kind:connect".to_owned()),
            FaultKind::OddSequence => add("kind:call".to_owned()),
            FaultKind::Failure => add("valid:no kind:note".to_owned()),
        }
        if let Some(action) = &self.action {
            add(format!("action:\"{}\"", action.replace('\\', "\\\\").replace('"', "\\\"")));
        }
        if let Some(code) = self.code {
            add(format!("code:{code}"));
        }
        if let Some(cause) = &self.cause {
            add(format!("cause:{cause}"));
        }
        if !self.place.is_empty() {
            let steps: Vec<String> =
                self.place.split('/').map(|step| if step == "*" { "[0-9]+".to_owned() } else { regex::escape(step) }).collect();
            add(format!("finding:/^{}: /", steps.join("\\/")));
        }
        filter
    }
}

/// The word for the cause of an attempt that failed.
fn cause<'a>(record: &Record<'a>) -> Option<&'a str> {
    record.attempt()?.failure.as_deref().map(|failure| failure.cause.name())
}

/// The code and the description of an error.
fn error_text(record: &Record<'_>) -> String {
    super::decode::payload_text(record).into_owned()
}

/// A pointer with a star for every index, so that the same fault in two elements of a list is one.
fn without_indices(place: &str) -> Box<str> {
    let place: String = place.chars().take(LONGEST_PLACE).collect();
    if !place.contains(|character: char| character.is_ascii_digit()) {
        return place.into();
    }
    let is_index = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    let steps: Vec<&str> = place.split('/').map(|step| if is_index(step) { "*" } else { step }).collect();
    steps.join("/").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::{Finding, FindingRule};
    use crate::trace::filter::{FilterContext, parse};
    use crate::trace::test_exchanges::Exchanges;
    use crate::trace::{ConnectionAttempt, ConnectionFailure, ConnectionStep, EventKind, FailureCause, FailureSide};

    fn finding(path: &str, message: &str, tolerated: bool) -> Finding {
        Finding { path: path.to_owned(), rule: FindingRule::Enumeration, message: message.to_owned(), tolerated }
    }

    fn faulty() -> Exchanges {
        let mut trace = Exchanges::new();
        trace.exchange("CP1", "Heartbeat", "{}", "{}"); // 0, 1
        for status in ["Exhausted", "Tired"] {
            let text = format!(r#"[2,"1","StatusNotification",{{"status":"{status}"}}]"#);
            let findings =
                vec![finding("/status", &format!("status is {status}"), false), finding("/info/3/a.b", "odd", false)];
            trace.frame("CP1", FrameKind::Call, "StatusNotification", text, findings); // 2, 4
            trace.error("CP1", "StatusNotification"); // 3, 5
        }
        let tolerated = vec![finding("/timestamp", "no zone", true)];
        trace.frame("CP2", FrameKind::Call, "Heartbeat", r#"[2,"1","Heartbeat",{}]"#.to_owned(), tolerated); // 6
        trace.frame("CP2", FrameKind::Malformed, "", "hello".to_owned(), Vec::new()); // 7
        trace.call("CP2", "Authorize", "{}"); // 8
        trace.timeout("CP2", "Authorize"); // 9
        trace.record(None, EventKind::Note { failure: true, text: "the disk is full".into() }); // 10
        trace
    }

    #[test]
    fn faults_are_grouped_by_station_kind_action_and_place_and_their_filters_find_them() {
        let trace = faulty();
        let summaries = trace.summaries();
        let groups: Vec<_> = summaries
            .faults()
            .groups()
            .iter()
            .map(|group| (group.station.map(|key| key.0), group.kind, &*group.place, group.count, &*group.example))
            .collect();
        assert_eq!(
            groups,
            [
                (Some(0), FaultKind::InvalidCall, "/status", 2, "status is Tired"),
                (Some(0), FaultKind::InvalidCall, "/info/*/a.b", 2, "odd"),
                (Some(0), FaultKind::ErrorAnswer, "", 2, r#""InternalError","no",{}"#),
                (Some(1), FaultKind::Tolerated, "/timestamp", 1, "no zone"),
                (Some(1), FaultKind::Unreadable, "", 1, ""),
                (Some(1), FaultKind::Timeout, "", 1, "no answer within 30 s"),
                (None, FaultKind::Failure, "", 1, "the disk is full"),
            ]
        );
        let now = jiff::Timestamp::from_microsecond(trace.at_micros).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        let (context, records) = (FilterContext::new(&trace.contents, &now), trace.contents.records());
        let found = |group: &FaultGroup| {
            let filter = parse(&group.filter()).unwrap_or_else(|error| panic!("{}: {error}", group.filter()));
            let of_station =
                records.iter(records.range()).filter(|record| group.station.is_none() || record.station == group.station);
            of_station.filter(|record| filter.matches(record, &context)).map(|record| record.sequence).collect::<Vec<_>>()
        };
        let found: Vec<_> = summaries.faults().groups().iter().map(found).collect();
        assert_eq!(found, [vec![2, 4], vec![2, 4], vec![3, 5], vec![6], vec![7], vec![9], vec![10]]);
    }

    #[test]
    fn refusals_are_grouped_by_their_cause() {
        let mut trace = Exchanges::new();
        for (side, cause) in [
            (FailureSide::CentralSystem, FailureCause::Unauthorized { fault: "another password".into() }),
            (FailureSide::Station, FailureCause::Silent),
            (FailureSide::CentralSystem, FailureCause::Unauthorized { fault: "no password".into() }),
        ] {
            let failure = Some(Box::new(ConnectionFailure { side, step: ConnectionStep::Request, cause }));
            let handshake = ConnectionAttempt { failure, ..ConnectionAttempt::default() };
            let (reason, detail) = ("no".into(), Box::default());
            trace.record(None, EventKind::Refused { peer: None, reason, detail, handshake });
        }
        let summaries = trace.summaries();
        let groups: Vec<_> = summaries.faults().groups().iter().map(|group| (group.filter(), group.count)).collect();
        let expected = [("kind:refused cause:unauthorized".to_owned(), 2), ("kind:refused cause:silent".to_owned(), 1)];
        assert_eq!(groups, expected);
        let now = jiff::Timestamp::from_microsecond(trace.at_micros).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        let (context, records) = (FilterContext::new(&trace.contents, &now), trace.contents.records());
        let filter = parse(&groups[0].0).unwrap();
        let found = records.iter(records.range()).filter(|record| filter.matches(record, &context)).count();
        assert_eq!(found, 2);
    }

    #[test]
    fn what_a_peer_invents_is_bounded() {
        let mut trace = Exchanges::new();
        for number in 0..MOST + 10 {
            let findings = vec![finding(&format!("/a{number}"), "odd", false)];
            trace.frame("CP1", FrameKind::Call, "Heartbeat", "[2]".to_owned(), findings);
        }
        let summaries = trace.summaries();
        assert_eq!((summaries.faults().groups().len(), summaries.faults().ungrouped()), (MOST, 10));
    }
}
