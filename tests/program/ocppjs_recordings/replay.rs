//! Replays a timeline against the real program: every input in its turn, each after everything has come out that the recording shows
//! before it. Nothing sleeps; a wait ends with the line that is waited for.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::time::Duration;

use super::differences::{Changed, changed};
use super::peer::Peer;
use super::ports::Ports;
use super::rules;
use super::timeline::{Entry, Frame, is_server};
use crate::process::Program;
use crate::stage::{Heard, Stage};

/// No correct program needs as long as this for one step, however slow the machine.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a step may take when it is not known what to wait for, and how long nothing comes when it is over.
const RECORDING: Duration = Duration::from_secs(2);
const QUIET: Duration = Duration::from_millis(200);
/// Says what came out instead, step by step, in the form of the files of changed steps. Whoever asks for that cannot know what to wait
/// for, so each step gets a little time.
const RECORD: &str = "OCPP_TUI_RECORD";

/// An input, and what should come out before the next one.
#[derive(Debug)]
struct Step {
    input: Entry,
    /// Who and what, ready to be compared.
    expected: Vec<(String, String)>,
}

/// An input as the files of changed steps write it.
pub fn describe(input: &Entry) -> String {
    match input {
        Entry::Start { who, arguments } => format!("{who}: start {}", arguments.join(" ")),
        Entry::Type { who, line } => format!("{who}< {line}"),
        Entry::EndOfInput { who } => format!("{who}: end of input"),
        Entry::Exited { who, code } => format!("{who}: exit {code}"),
        Entry::Bytes { who, bytes } => format!("{who}: {}", String::from_utf8_lossy(bytes).lines().next().unwrap_or_default()),
        Entry::Frame { who, frame } => {
            let text: String = String::from_utf8_lossy(&frame.payload).escape_debug().take(100).collect();
            format!("{who}: frame {} {text}", frame.opcode)
        }
        Entry::Close { who } => format!("{who}: close"),
        Entry::Died { who } | Entry::Out { who, .. } => who.clone(),
    }
}

/// The timeline as steps, with the changed steps in their places.
fn steps(entries: Vec<Entry>, name: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut changes = changed(name).into_iter().peekable();
    let mut change: Option<Changed> = None;
    let mut died = false;
    for entry in entries {
        match entry {
            // What a crash tore down is not part of the comparison; what happens here instead is a changed step.
            Entry::Died { .. } => died = true,
            Entry::Out { who, line } => {
                let Some(line) = rules::expected(&line) else { continue };
                let late =
                    line.contains("cs: ChargePoint #") && steps.len() > 1 && is_silent_handshake(&steps[steps.len() - 2]);
                let at = if late { steps.len() - 2 } else { steps.len().saturating_sub(1) };
                if let Some(step) = steps.get_mut(at).filter(|_| late || (change.is_none() && !died)) {
                    step.expected.push((who, line));
                }
            }
            // A peer that did not end does not connect again.
            Entry::Bytes { bytes, .. } if died && bytes.starts_with(b"HTTP/1.1 101") => {}
            input => {
                died = false;
                let text = describe(&input);
                change = changes.next_if(|change| change.after.is_none() && change.input == text);
                if let Some(next) = changes.peek_mut().filter(|next| next.after.as_ref() == Some(&text)) {
                    next.after = None;
                }
                let lines = change.iter().flat_map(|change| change.lines.clone());
                let mut expected: Vec<(String, String)> =
                    lines.filter_map(|(who, line)| Some((who, rules::expected(&line)?))).collect();
                if let (Entry::Exited { who, code }, None) = (&input, &change) {
                    expected.push((who.clone(), format!("exit {code}")));
                }
                steps.push(Step { input, expected });
            }
        }
    }
    assert_eq!(changes.next(), None, "a changed step of {name} is not in its recording, or not in this order");
    steps.iter_mut().for_each(|step| join_refusals(&mut step.expected));
    settle(&mut steps);
    steps
}

/// A handshake of a charge point of which the central system has not said anything yet. A recording notes what comes out of a program a
/// little later than what arrives at a peer, sometimes only after the next input.
fn is_silent_handshake(step: &Step) -> bool {
    let handshake = matches!(&step.input, Entry::Bytes { bytes, .. } if bytes.starts_with(b"GET "));
    handshake && !step.expected.iter().any(|(_, line)| line.contains("cs: "))
}

/// The end of a connection is noted before the close that ends it, now and then.
fn settle(steps: &mut [Step]) {
    for next in 1..steps.len() {
        let (before, after) = steps.split_at_mut(next);
        let (before, after) = (&mut before[next - 1], &mut after[0]);
        if let Entry::Close { who } = &after.input {
            let ended = format!("cp#{who}: Disconnected");
            let at = before.expected.iter().position(|(_, line)| line.contains(&ended));
            after.expected.extend(at.map(|at| before.expected.remove(at)));
        }
    }
}

/// ocppjs prints the headers of a refused handshake into the middle of its sentence (difference `one-line`).
fn join_refusals(lines: &mut Vec<(String, String)>) {
    let mut joined: Vec<(String, String)> = Vec::new();
    for (who, line) in lines.drain(..) {
        let open = joined.iter_mut().rev().find(|(other, _)| *other == who);
        match open {
            Some((_, sentence)) if sentence.contains(" non-101 status") && !sentence.ends_with("...") => {
                if line.starts_with(". Retry in") {
                    sentence.push_str(&line);
                }
            }
            _ => joined.push((who, line)),
        }
    }
    *lines = joined;
}

/// Lines that are compared in their order, by who has them and what they are about.
type Told = BTreeMap<(String, String), Vec<String>>;

/// What has been expected or heard so far.
#[derive(Debug, Default)]
struct Ledger {
    told: Told,
    pings: BTreeSet<(String, String)>,
    listed: BTreeSet<(String, String)>,
    /// The last failed attempt to connect of a program: how often it fails before it succeeds depends on the clock (difference
    /// `back-off`).
    attempt: BTreeMap<String, String>,
    count: BTreeMap<String, usize>,
}

impl Ledger {
    fn add(&mut self, who: &str, line: String) {
        let who = who.to_owned();
        if rules::is_ping(&line) {
            self.pings.insert((who, line));
            return;
        }
        if rules::is_listed(&line) {
            self.listed.insert((who, line));
            return;
        }
        if line.contains("Connect Error: ") {
            if self.attempt.insert(who.clone(), line.clone()).as_ref() == Some(&line) {
                return;
            }
        } else if line.contains("Connected to Central System.") {
            self.attempt.remove(&who);
        }
        *self.count.entry(who.clone()).or_default() += 1;
        let subject = rules::subject(&line).to_owned();
        self.told.entry((who, subject)).or_default().push(line);
    }

    fn of(heard: &[Heard], ports: &Ports) -> Ledger {
        let mut ledger = Ledger::default();
        for Heard { who, line, .. } in heard {
            if let Some(line) = rules::printed(&ports.recorded(line)) {
                ledger.add(who, without_reason(line));
            }
        }
        ledger
    }

    /// Whether everything that is expected has come, in number.
    fn covers(&self, expected: &Ledger) -> bool {
        let enough = |(who, count): (&String, &usize)| self.count.get(who).copied().unwrap_or_default() >= *count;
        expected.count.iter().all(enough)
            && self.pings.is_superset(&expected.pings)
            && self.listed.is_superset(&expected.listed)
    }
}

/// The central system's own words behind a refusal are not in ocppjs' line (difference `one-line`).
fn without_reason(line: String) -> String {
    match (line.contains(" non-101 status: "), line.find(" ("), line.rfind("). Retry in")) {
        (true, Some(from), Some(to)) => format!("{}{}", &line[..from], &line[to + 1..]),
        _ => line,
    }
}

/// Everything that takes part in a replay.
#[derive(Debug, Default)]
struct Cast {
    stage: Stage,
    ports: Ports,
    programs: BTreeMap<String, Program>,
    peers: BTreeMap<String, Peer>,
    /// The id of the call that a scripted central system heard last, as recorded and as it was.
    ids: BTreeMap<String, String>,
    /// Arguments for all programs.
    arguments: Vec<String>,
}

impl Cast {
    fn act(&mut self, input: &Entry) {
        match input {
            Entry::Start { who, arguments } => {
                let mut all = self.arguments.clone();
                all.extend(arguments.iter().map(|argument| self.ports.ours(argument)));
                self.programs.insert(who.clone(), Program::start(who, &all, &self.stage));
            }
            Entry::Type { who, line } => {
                let line = self.ports.ours(line);
                self.program(who).type_line(&line);
            }
            Entry::EndOfInput { who } => self.program(who).end_input(),
            Entry::Exited { who, .. } => {
                let ended = self.program(who).exit_code(TIMEOUT);
                self.stage
                    .hear(who, format!("exit {}", ended.map_or_else(|| "by a signal".to_owned(), |code| code.to_string())));
            }
            Entry::Bytes { who, bytes } => {
                let text = self.ports.ours(&String::from_utf8_lossy(bytes));
                if text.starts_with("GET ") {
                    let host = text.split("localhost:").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
                    let port = host.or_else(|| self.ports.any()).expect("a central system listens");
                    self.peers.insert(who.clone(), Peer::connect(who, port, &self.stage));
                }
                self.peers[who].send(text.as_bytes());
            }
            Entry::Frame { who, frame } => {
                let text = String::from_utf8_lossy(&frame.payload);
                let known = self.ids.iter().find(|(recorded, _)| text.contains(recorded.as_str()));
                let frame = match known {
                    Some((recorded, actual)) => Frame { payload: text.replace(recorded, actual).into_bytes(), ..frame.clone() },
                    None => frame.clone(),
                };
                self.peers[who].frame(&frame);
            }
            Entry::Close { who } => self.peers[who].close(),
            Entry::Died { .. } | Entry::Out { .. } => {}
        }
    }

    fn program(&mut self, who: &str) -> &mut Program {
        self.programs.get_mut(who).unwrap_or_else(|| panic!("{who} was not started"))
    }

    /// Links the id of a recorded call with that of the call which a scripted central system heard last.
    fn learn(&mut self, recorded: &str) {
        let id = |line: &str| Some(line.strip_prefix("[text] [2,\"")?.split('"').next()?.to_owned());
        let heard = self.stage.heard();
        let last = heard.iter().rev().find(|heard| is_server(&heard.who) && heard.line.starts_with("[text] [2,"));
        if let (Some(recorded), Some(actual)) = (id(recorded), last.and_then(|last| id(&last.line))) {
            self.ids.insert(recorded, actual);
        }
    }
}

/// Replays a timeline, with these arguments for every program, and returns what is not as expected.
pub fn replay(name: &str, entries: Vec<Entry>, arguments: &[&str]) -> String {
    let record = std::env::var_os(RECORD).is_some();
    let mut cast = Cast { arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(), ..Cast::default() };
    for (who, port) in servers(&entries) {
        let ours = cast.ports.ours(&format!(":{port}"))[1..].parse::<u16>().expect("a port");
        let listener = TcpListener::bind(("127.0.0.1", ours)).expect("a free port");
        cast.peers.insert(who.clone(), Peer::serve(&who, listener, &cast.stage));
    }
    let calls: Vec<String> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Out { who, line } if is_server(who) => Some(line.clone()),
            _ => None,
        })
        .filter(|line| line.starts_with("[text] [2,"))
        .collect();
    let mut calls = calls.iter();
    let mut expected = Ledger::default();
    let steps = steps(entries, name);
    for (number, step) in steps.iter().enumerate() {
        cast.stage.enter(number);
        cast.act(&step.input);
        for (who, line) in &step.expected {
            expected.add(who, line.clone());
        }
        if record {
            cast.stage.until(RECORDING, |heard| Ledger::of(heard, &cast.ports).covers(&expected));
            cast.stage.until_quiet(QUIET);
            expected = Ledger::of(&cast.stage.heard(), &cast.ports);
        } else if !cast.stage.until(TIMEOUT, |heard| Ledger::of(heard, &cast.ports).covers(&expected)) {
            break;
        }
        for (who, _) in &step.expected {
            if is_server(who)
                && let Some(call) =
                    step.expected.iter().find(|(_, line)| line.starts_with("[text] [2,")).and_then(|_| calls.next())
            {
                cast.learn(call);
            }
        }
    }
    let heard = cast.stage.heard();
    let found = Ledger::of(&heard, &cast.ports);
    if !record && found.told == expected.told && found.covers(&expected) {
        return String::new();
    }
    report(&steps, &heard, &cast.ports)
}

/// The scripted central systems and their recorded ports.
fn servers(entries: &[Entry]) -> BTreeMap<String, u16> {
    let names: BTreeSet<String> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Bytes { who, .. } | Entry::Frame { who, .. } if is_server(who) => Some(who.clone()),
            _ => None,
        })
        .collect();
    let mut ports = entries.iter().filter_map(|entry| match entry {
        Entry::Start { arguments, .. } if arguments.first().is_some_and(|first| first == "start_cp") => {
            arguments[1].rsplit(':').next()?.parse().ok()
        }
        _ => None,
    });
    let mut first = Vec::new();
    for entry in entries {
        if let Entry::Bytes { who, .. } = entry
            && names.contains(who)
            && !first.contains(who)
        {
            first.push(who.clone());
        }
    }
    first.into_iter().filter_map(|who| Some((who, ports.next()?))).collect()
}

/// Every step that is not as expected, in the form of the files of changed steps, with what was expected as a remark.
fn report(steps: &[Step], heard: &[Heard], ports: &Ports) -> String {
    let mut text = String::new();
    for (number, step) in steps.iter().enumerate() {
        let lines: Vec<&Heard> =
            heard.iter().filter(|heard| heard.step == number && !heard.line.starts_with("exit ")).collect();
        let mut found = Ledger::default();
        let shown: Vec<(String, String)> = lines
            .iter()
            .filter_map(|heard| Some((heard.who.clone(), without_reason(rules::printed(&ports.recorded(&heard.line))?))))
            .collect();
        shown.iter().for_each(|(who, line)| found.add(who, line.clone()));
        let mut expected = Ledger::default();
        step.expected.iter().for_each(|(who, line)| expected.add(who, line.clone()));
        if found.told != expected.told {
            text.push_str(&format!("# {}\n= ?\n", describe(&step.input)));
            step.expected.iter().for_each(|(who, line)| text.push_str(&format!("  (expected) {who}> {line}\n")));
            shown.iter().for_each(|(who, line)| text.push_str(&format!("{who}> {line}\n")));
        }
    }
    text
}
