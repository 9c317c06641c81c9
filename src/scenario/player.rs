//! Runs one file: its top level, then every scenario that it has declared, each until it settles, fails or times out.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::excerpt::{Excerpt, SectionMark};
use super::files;
use super::hooks;
use super::options::ScenarioOptions;
use super::outcome::{CaseFailure, CaseNote, CaseOutcome, FileReport, NoteLevel, ScenarioCase, ScenarioGrade};
use super::player_event::PlayerEvent;
use super::progress::{FileTurn, ProgressFn, ProgressLine};
use super::query::ScriptQueries;
use super::record_json;
use super::request::{self, DeclaredScenario, HostRequest, ScenarioResult, ScenarioStep};
use super::request_error::ScriptRequestError;
use super::session::ScenarioSession;
use crate::behaviour::Answer;
use crate::clock::now;
use crate::hub::{AnswerRequest, Hub};
use crate::javascript::{ACTIONS, CALLS};
use crate::javascript::{SandboxScript, ScriptFault, ScriptLimits, Timers, millis};
use crate::trace::StationKey;

/// The preludes of scenarios, in the order of their loading.
pub(super) const PRELUDES: &[(&str, &str)] = &[
    CALLS,
    ACTIONS,
    ("matchers", include_str!("script/matchers.js")),
    ("steps", include_str!("script/steps.js")),
    ("log", include_str!("script/log.js")),
    ("rules", include_str!("script/rules.js")),
    ("misbehave", include_str!("script/misbehave.js")),
    ("links", include_str!("script/links.js")),
    ("sides", include_str!("script/sides.js")),
    ("hands", include_str!("script/hands.js")),
    ("scenario", include_str!("script/scenario.js")),
    ("framework", include_str!("script/framework.js")),
];
/// The memory of one script, in bytes.
pub(super) const MEMORY: usize = 256 << 20;
/// How long one turn of a script may take.
pub(super) const TURN: Duration = Duration::from_secs(5);
/// The index of the file itself among its scenarios.
pub(super) const FILE: i64 = -1;
/// The index of a cleanup.
pub(super) const CLEANUP: i64 = -2;

/// Runs one file.
pub(super) struct Player<'a> {
    pub options: &'a ScenarioOptions,
    pub progress: ProgressFn<'a>,
    pub session: ScenarioSession,
    pub requests: Rc<RefCell<Vec<HostRequest>>>,
    /// The sending end of `events`, for the callbacks of the session.
    pub sender: mpsc::UnboundedSender<PlayerEvent>,
    pub timers: Timers,
    /// The steps that have started and are not done.
    pub steps: Vec<ScenarioStep>,
    /// The step that ended last.
    pub last_step: Option<ScenarioStep>,
    pub declared: Vec<DeclaredScenario>,
    pub settled: Option<ScenarioResult>,
    /// Whether the script has exceeded a limit: it must not run in this engine again.
    pub exhausted: bool,
    /// Faults outside the awaited steps of the scenario.
    pub faults: Vec<ScriptFault>,
    /// The default answers to the calls that the script must answer.
    pub questions: BTreeMap<(u64, StationKey), Answer>,
    /// Counts orders, to yield in time for the links to handle them.
    pub orders: usize,
    /// When the running scenario began.
    pub began: Instant,
    /// When it, or its cleanup, times out.
    pub deadline: Instant,
    pub script: SandboxScript,
    pub events: mpsc::UnboundedReceiver<PlayerEvent>,
    /// The hub that the queries of the script read.
    asked: Rc<RefCell<Hub>>,
    changes: watch::Receiver<u64>,
    /// The time limits of the cleanups that the scenario has asked for.
    pub cleanups: Vec<Duration>,
    /// Whether cleanups run; they run also when the run is cancelled.
    pub cleaning: bool,
    /// Warnings, remarks and failed cleanups of the running scenario.
    pub notes: Vec<CaseNote>,
    /// Where the parts of the running scenario begin.
    sections: Vec<SectionMark>,
    seed: u64,
    /// Whether the command after a scenario follows the end of the running one.
    hooked: bool,
    /// The place of the file among those of the run.
    index: usize,
    /// The file as it was named.
    pub file: String,
    /// Its folder.
    pub folder: PathBuf,
    name: String,
}

/// Runs a file. It continues the kept session of the file before, when there is one, and leaves its own for the next.
pub(super) async fn play(
    turn: FileTurn<'_>,
    options: &ScenarioOptions,
    progress: ProgressFn<'_>,
    kept: &mut Option<ScenarioSession>,
) -> FileReport {
    let FileTurn { index, path, .. } = turn;
    let file = path.display().to_string();
    let session = kept.take().unwrap_or_else(|| ScenarioSession::new(options));
    let (mut player, text) = match open(turn, options, progress, session) {
        Ok(opened) => opened,
        Err(failure) => {
            let case = ScenarioCase { outcome: CaseOutcome::Broken(failure), ..case(&stem(path), None) };
            progress(ProgressLine::Ended { index, script: &file, case: &case });
            if options.fail_fast {
                options.enough.cancel();
            }
            return FileReport { file, cases: vec![case] };
        }
    };
    let cases = player.play(&text).await;
    player.answer_by_default();
    *kept = Some(player.session);
    FileReport { file, cases }
}

/// The scenarios that a file declares in its first turn. Nothing of them runs, and no link is made.
pub(super) fn list(path: &Path, options: &ScenarioOptions) -> FileReport {
    let file = path.display().to_string();
    let cases = match declared(path, options) {
        Ok(declared) if declared.is_empty() => vec![case(&stem(path), None)],
        Ok(declared) => declared.iter().map(|declared| case(&declared.name, Some(declared))).collect(),
        Err(outcome) => vec![ScenarioCase { outcome, ..case(&stem(path), None) }],
    };
    let wanted = |case: &ScenarioCase| case.outcome != CaseOutcome::Passed || options.wants(&file, &case.title());
    let cases = cases.into_iter().filter(wanted).collect();
    FileReport { file, cases }
}

/// What a file declares in its first turn.
///
/// # Errors
/// With the outcome when it cannot be read, or fails in this turn.
fn declared(path: &Path, options: &ScenarioOptions) -> Result<Vec<DeclaredScenario>, CaseOutcome> {
    let turn = FileTurn { index: 0, path, seed: options.seed };
    let opened = open(turn, options, &|_| {}, ScenarioSession::new(options));
    let (mut player, text) = opened.map_err(CaseOutcome::Broken)?;
    player.declarations(&text)
}

/// The name of a file without its folder and its ending.
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// An engine for a file, and the text of the file.
///
/// # Errors
/// When the file cannot be read, or there is no memory for an engine.
fn open<'a>(
    turn: FileTurn<'_>,
    options: &'a ScenarioOptions,
    progress: ProgressFn<'a>,
    session: ScenarioSession,
) -> Result<(Player<'a>, String), Box<CaseFailure>> {
    let text = files::read(turn.path, options.shipped).map_err(|error| CaseFailure::plain(error.to_string(), None))?;
    let player = Player::new(turn, options, progress, session);
    Ok((player.map_err(|fault| CaseFailure::plain(fault.message, fault.place))?, text))
}

/// An engine for the script in a file, which does not run yet.
fn engine(
    path: &Path,
    options: &ScenarioOptions,
    requests: &Rc<RefCell<Vec<HostRequest>>>,
    asked: &Rc<RefCell<Hub>>,
) -> Result<SandboxScript, ScriptFault> {
    let (queries, collected) = (ScriptQueries::new(asked.clone(), path, options), requests.clone());
    let host = move |operation: &str, json: &str| match queries.answer(operation, json) {
        Some(answer) => answer.map_err(ScriptRequestError::from),
        None => request::read(operation, json).map(|request| {
            collected.borrow_mut().push(request);
            "null".to_owned()
        }),
    };
    SandboxScript::new(&path.display().to_string(), ScriptLimits { memory: MEMORY, time: TURN }, PRELUDES, host)
}

impl<'a> Player<'a> {
    fn new(
        FileTurn { index, path, seed }: FileTurn<'_>,
        options: &'a ScenarioOptions,
        progress: ProgressFn<'a>,
        session: ScenarioSession,
    ) -> Result<Player<'a>, ScriptFault> {
        let name = stem(path);
        let shown = path.display().to_string();
        let (sender, events) = mpsc::unbounded_channel();
        let requests = Rc::<RefCell<Vec<HostRequest>>>::default();
        let asked = Rc::new(RefCell::new(session.hub().clone()));
        let script = engine(path, options, &requests, &asked)?;
        let changes = session.hub().trace().subscribe();
        Ok(Player {
            options,
            progress,
            session,
            requests,
            sender,
            timers: Timers::default(),
            steps: Vec::new(),
            last_step: None,
            declared: Vec::new(),
            settled: None,
            exhausted: false,
            faults: Vec::new(),
            questions: BTreeMap::new(),
            orders: 0,
            began: Instant::now(),
            deadline: Instant::now(),
            script,
            events,
            asked,
            changes,
            cleanups: Vec::new(),
            cleaning: false,
            notes: Vec::new(),
            sections: Vec::new(),
            seed,
            hooked: false,
            index,
            file: shown,
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            name,
        })
    }

    async fn play(&mut self, text: &str) -> Vec<ScenarioCase> {
        let alone = case(&self.name, None);
        let hooked = self.is_hooked_alone();
        if hooked && let Err(failure) = self.before(&alone).await {
            return vec![self.ended(alone, Duration::ZERO, CaseOutcome::Broken(failure)).await];
        }
        self.begin(None).await;
        let started = self.script.start(text).map(drop);
        let outcome = self.outcome(FILE, started).await;
        let took = self.began.elapsed();
        let outcome = self.conclude(outcome, ScenarioGrade::Must).await;
        let declared = std::mem::take(&mut self.declared);
        if declared.is_empty() || !matches!(outcome, CaseOutcome::Passed | CaseOutcome::Warned) {
            let name = self.name.clone();
            let wanted = self.options.wants(&self.file, &name)
                || matches!(outcome, CaseOutcome::Broken(_))
                || declared
                    .iter()
                    .any(|declared| self.options.wants(&self.file, &case(&declared.name, Some(declared)).title()));
            self.hooked = hooked;
            return if wanted { vec![self.ended(case(&name, None), took, outcome).await] } else { Vec::new() };
        }
        let mut cases = Vec::new();
        for (index, declared) in declared.iter().enumerate() {
            let named = case(&declared.name, Some(declared));
            if !self.options.wants(&self.file, &named.title()) {
                continue;
            }
            if self.options.stop.is_cancelled() || self.options.enough.is_cancelled() {
                break;
            }
            if let Some(reason) = declared.skip.clone().or_else(|| self.options.not_offered(&declared.profiles)) {
                cases.push(self.report(ScenarioCase { outcome: CaseOutcome::Skipped(reason), ..named }));
                continue;
            }
            if self.exhausted
                && let Err(outcome) = self.restart_engine(text).await
            {
                cases.push(self.ended(named, Duration::ZERO, outcome).await);
                break;
            }
            (self.progress)(ProgressLine::Begins { index: self.index, script: &self.file, name: &named.title() });
            if let Err(failure) = self.before(&named).await {
                cases.push(self.ended(named, Duration::ZERO, CaseOutcome::Broken(failure)).await);
                continue;
            }
            self.begin(declared.timeout).await;
            let event = json!({ "index": index }).to_string();
            let started = self.script.event("run", &event).map(drop);
            let outcome = self.outcome(i64::try_from(index).unwrap_or(i64::MAX), started).await;
            let took = self.began.elapsed();
            let outcome = self.conclude(outcome, declared.grade).await;
            self.hooked = true;
            cases.push(self.ended(named, took, outcome).await);
        }
        cases
    }

    /// What the first turn of the file declares; nothing else of what it asks for is done.
    ///
    /// # Errors
    /// With the outcome when the file fails in this turn.
    fn declarations(&mut self, text: &str) -> Result<Vec<DeclaredScenario>, CaseOutcome> {
        if let Err(fault) = self.script.start(text) {
            return Err(self.stopped(fault));
        }
        let mut declared = Vec::new();
        for request in std::mem::take(&mut *self.requests.borrow_mut()) {
            match request {
                HostRequest::Declare(scenario) => declared.push(scenario),
                HostRequest::Settled(settled) if !matches!(settled.outcome.as_str(), "passed" | "skipped") => {
                    return Err(CaseOutcome::Broken(settled.failure().into()));
                }
                _ => {}
            }
        }
        Ok(declared)
    }

    /// Runs the file again in a new engine, for the scenarios after one that has exceeded a limit.
    ///
    /// # Errors
    /// With the outcome when the file fails this time.
    async fn restart_engine(&mut self, text: &str) -> Result<(), CaseOutcome> {
        self.exhausted = false;
        let made = engine(Path::new(&self.file), self.options, &self.requests, &self.asked);
        self.script = made.map_err(|fault| CaseOutcome::Broken(CaseFailure::plain(fault.message, fault.place)))?;
        self.begin(None).await;
        let started = self.script.start(text).map(drop);
        let outcome = self.outcome(FILE, started).await;
        self.declared.clear(); // the same as before
        if outcome == CaseOutcome::Passed { Ok(()) } else { Err(outcome) }
    }

    /// Prepares a scenario, in a new session unless the charge point under test must stay connected.
    async fn begin(&mut self, timeout: Option<f64>) {
        // A central system without connections leaves records only.
        let used = self.session.hub().trace().read().records().range().end > 0;
        self.answer_by_default();
        // Another program must not see the same ids again.
        if self.options.is_simulated() {
            fastrand::seed(self.seed);
        }
        if self.options.listen.is_none() && used {
            self.session.hub().end().await;
            self.session = ScenarioSession::new(self.options);
            *self.asked.borrow_mut() = self.session.hub().clone();
            self.changes = self.session.hub().trace().subscribe();
        }
        self.session.hub().misbehave(|plan| plan.switch_off(None, None));
        self.ask_script();
        let end = self.session.hub().trace().read().records().range().end;
        (self.session.began, self.session.next_record) = (end, end);
        self.timers = Timers::default();
        self.steps.clear();
        self.last_step = None;
        self.cleanups.clear();
        self.notes.clear();
        self.sections.clear();
        self.faults.clear();
        drop(self.script.take_unhandled_rejections()); // those of the scenario before
        self.settled = None;
        self.began = Instant::now();
        self.deadline = self.began + timeout.map_or_else(|| self.options.timeout(), |timeout| millis(Some(timeout)));
    }

    /// Runs until what has started settles, fails or times out.
    pub(super) async fn outcome(&mut self, index: i64, started: Result<(), ScriptFault>) -> CaseOutcome {
        let real = std::time::Instant::now();
        let mut turned = started;
        let mut over = false;
        loop {
            if let Err(fault) = turned {
                return self.stopped(fault);
            }
            // Also at the end: what the scenario has asked for must not be done in the next one.
            self.execute_requests().await;
            if let Some(settled) = self.settled.take().filter(|settled| settled.index == index) {
                return self.apply_verdict(settled);
            }
            if self.options.stop.is_cancelled() && !self.cleaning {
                return CaseOutcome::Broken(self.with_trace(*CaseFailure::plain("the run was broken off", None), &[]));
            }
            let hung = self.options.virtual_time && real.elapsed() > self.options.timeout;
            if over || hung {
                return self.timed_out();
            }
            turned = self.next().await;
            over = Instant::now() >= self.deadline;
        }
    }

    /// Waits for the next events, and lets the script handle them.
    async fn next(&mut self) -> Result<(), ScriptFault> {
        let timer = self.timers.deadline().map_or(self.deadline, |timer| self.deadline.min(timer.into()));
        let first = tokio::select! {
            biased;
            changed = self.changes.changed() => {
                debug_assert!(changed.is_ok(), "the session outlives the scenario");
                None
            }
            happened = self.events.recv() => happened,
            () = self.options.stop.cancelled(), if !self.cleaning => None,
            () = sleep_until(timer) => None,
        };
        let (mut answered, mut asked) = (Vec::new(), VecDeque::new());
        let mut happened = first.or_else(|| self.events.try_recv().ok());
        while let Some(next) = happened {
            match next {
                PlayerEvent::Answered { number, value } => answered.push((number, value)),
                PlayerEvent::Asked(question) => asked.push_back(question),
            }
            happened = self.events.try_recv().ok();
        }
        self.records(&mut asked)?;
        // After the records, so that the record of an answer is known when its call returns.
        for (number, mut value) in answered {
            value["number"] = json!(number);
            self.script.event("answered", &value.to_string())?;
        }
        while let Some((_, number)) = self.timers.next(now().monotonic) {
            self.script.event("timer", &number.to_string())?;
            if !self.requests.borrow().is_empty() {
                break; // its requests are executed first
            }
        }
        Ok(())
    }

    /// Sends the new records of the trace to the script. The question for the answer to a call is sent after all
    /// records before the call and before the record of the call itself, so that a rule of the script applies from the
    /// next call on.
    fn records(&mut self, asked: &mut VecDeque<AnswerRequest>) -> Result<(), ScriptFault> {
        let hub = self.session.hub().clone();
        let mut pending: Vec<Value> = Vec::new();
        let (news, stations) = {
            let contents = hub.trace().read();
            let range = contents.records().range();
            let from = self.session.next_record.max(range.start);
            if from > self.session.next_record {
                // A lost record may be one that the scenario forbids.
                let lost = from - self.session.next_record;
                let message = format!("{lost} records left the trace before the script saw them; give it more --trace-memory");
                self.faults.push(ScriptFault::new(&message, ""));
            }
            let records = contents.records().iter(from..range.end);
            let news: Vec<Value> = records.filter_map(|record| record_json::record(&record, &contents)).collect();
            self.session.next_record = range.end;
            let keys: BTreeSet<u64> = news.iter().filter_map(|record| record["key"].as_u64()).collect();
            let rows = keys.into_iter().filter_map(|key| contents.stations().get(StationKey(u32::try_from(key).ok()?)));
            (news, rows.map(record_json::station).collect::<Value>())
        };
        if news.is_empty() && asked.is_empty() {
            return Ok(());
        }
        for record in news {
            let is_of = |question: &AnswerRequest| {
                (record["kind"] == "call" || record["kind"] == "send")
                    && record["direction"] == "in"
                    && record["key"] == question.station.0
                    && record["action"] == *question.action
                    && record["payload"] == question.payload
            };
            if let Some(question) = asked.iter().position(is_of).and_then(|index| asked.remove(index)) {
                self.send_records(std::mem::take(&mut pending), &stations)?;
                self.ask(question)?;
            }
            pending.push(record);
        }
        self.send_records(pending, &stations)?;
        asked.drain(..).try_for_each(|question| self.ask(question))
    }

    fn send_records(&self, records: Vec<Value>, stations: &Value) -> Result<(), ScriptFault> {
        self.script.event("records", &json!({ "records": records, "stations": stations }).to_string()).map(drop)
    }

    fn ask(&mut self, asked: AnswerRequest) -> Result<(), ScriptFault> {
        let default_answer =
            if let Answer::Result(payload) = &asked.default_answer { payload.value().clone() } else { Value::Null };
        let question = json!({
            "ticket": asked.ticket, "station": asked.station.0, "action": asked.action, "payload": asked.payload,
            "defaultAnswer": default_answer,
        });
        self.questions.insert((asked.ticket, asked.station), asked.default_answer);
        self.script.event("question", &question.to_string()).map(drop)
    }

    /// Whether the file itself is a scenario, so that its hooks run around its top level; asked only when there are hooks.
    fn is_hooked_alone(&self) -> bool {
        let hooked = self.options.before.is_some() || self.options.after.is_some();
        hooked
            && self.options.wants(&self.file, &self.name)
            && !matches!(declared(Path::new(&self.file), self.options), Ok(declared) if !declared.is_empty())
    }

    /// Runs the command before a scenario.
    ///
    /// # Errors
    /// When it fails: the scenario cannot run.
    async fn before(&self, case: &ScenarioCase) -> Result<(), Box<CaseFailure>> {
        let Some(command) = &self.options.before else { return Ok(()) };
        let ended = hooks::run_beside(command, hooks::variables(&self.file, case, false)).await;
        ended.map_err(|error| CaseFailure::plain(format!("before the scenario: {error}"), None))
    }

    /// Runs the command after a scenario that has run. Its failure hides nothing that the scenario has found.
    async fn after(&self, case: ScenarioCase) -> ScenarioCase {
        let Some(command) = &self.options.after else { return case };
        let Err(error) = hooks::run_beside(command, hooks::variables(&self.file, &case, true)).await else { return case };
        let failure = CaseFailure::plain(format!("after the scenario: {error}"), None);
        if case.outcome.failure().is_none() {
            return ScenarioCase { outcome: CaseOutcome::Broken(failure), ..case };
        }
        let mut case = case;
        case.notes.push(CaseNote { level: NoteLevel::Cleanup, detail: *failure });
        case
    }

    async fn ended(&mut self, case: ScenarioCase, took: Duration, outcome: CaseOutcome) -> ScenarioCase {
        let (steps, trace) = {
            let contents = self.session.hub().trace().read();
            let excerpt = Excerpt::new(&contents, self.session.began, &self.session.hidden);
            let trace = if self.options.whole_trace { excerpt.all() } else { Vec::new() };
            (excerpt.steps(&self.sections), trace)
        };
        let notes = std::mem::take(&mut self.notes);
        let case = ScenarioCase { outcome, notes, steps, took, trace, ..case };
        let case = if std::mem::take(&mut self.hooked) { self.after(case).await } else { case };
        self.report(case)
    }

    /// A part of the scenario begins here, or goes on when `again` is set.
    pub(super) fn section(&mut self, name: String, again: bool) {
        let from = self.session.hub().trace().read().records().range().end;
        self.sections.push(SectionMark { from, name, again });
    }

    /// Reports at once how a scenario ended.
    fn report(&self, case: ScenarioCase) -> ScenarioCase {
        (self.progress)(ProgressLine::Ended { index: self.index, script: &self.file, case: &case });
        if self.options.fail_fast && case.outcome.failure().is_some() {
            self.options.enough.cancel();
        }
        case
    }

    /// The session's hub.
    pub(super) fn hub(&self) -> &Hub {
        self.session.hub()
    }

    /// A station as the script sees it.
    pub(super) fn station(&self, key: StationKey) -> Value {
        self.hub().trace().read().stations().get(key).map_or(Value::Null, record_json::station)
    }
}

fn case(name: &str, declared: Option<&DeclaredScenario>) -> ScenarioCase {
    let name = name.to_owned();
    let Some(declared) = declared else { return ScenarioCase { name, ..ScenarioCase::default() } };
    ScenarioCase {
        name,
        id: declared.id.clone(),
        area: declared.area.clone(),
        profiles: declared.profiles.clone(),
        checks: declared.checks.clone(),
        by: declared.by.clone(),
        grade: declared.grade,
        ..ScenarioCase::default()
    }
}
