//! The writer: converts records to statements. The statements of a call are in the order of the trace. Our answer to a
//! call of the peer is prepared before the last step that may have caused the call. Calls are in `calls`, answers in
//! `answers`.

use serde_json::Value;

use super::context::{before, is_complaint, is_provoked};
use super::expression::ScriptExpression;
use super::heading::heading;
use super::identifiers::ScriptNames;
use super::inference::Inference;
use super::link::{LinkSide, ScriptLink};
use super::literal::expression_of;
use super::page::{ScriptPage, Statement};
use super::selection::Selection;
use super::{ScriptTitle, WrittenScript};
use crate::ocpp::{ActionDefinition, Catalog, Role};
use crate::trace::{CloseReason, Contents, Direction, FrameKind, Record, RecordKind};

/// The limit of the part of an unreadable text that is compared, in characters.
const MOST_TEXT: usize = 200;
/// The limit of the part of it that is shown to the operator, in characters.
const MOST_SHOWN: usize = 80;
/// A message within this time needs no longer timeout than the default one, in microseconds.
const SOON: i64 = 4_000_000;
const SECOND: i64 = 1_000_000;

/// A scenario that is being written.
pub(super) struct ScriptWriter<'a> {
    pub contents: &'a Contents,
    pub catalog: &'a Catalog,
    pub names: ScriptNames,
    pub links: Vec<ScriptLink>,
    pub page: ScriptPage,
    pub exchanges: usize,
    frames: usize,
    /// The time of the first record, in microseconds since 1970.
    began: Option<i64>,
    /// The time of the last record of the last statement, in microseconds since 1970.
    pub moment: i64,
    /// The sum of the timeouts that are longer than the default, in milliseconds.
    waits: i64,
}

impl<'a> ScriptWriter<'a> {
    /// A scenario for these records, without statements.
    pub fn new(contents: &'a Contents, catalog: &'a Catalog, selection: &Selection<'_>) -> ScriptWriter<'a> {
        let (table, stations) = (contents.stations(), selection.stations());
        let rows = stations.iter().filter_map(|key| table.get(*key)).enumerate();
        let links = rows.map(|(index, row)| {
            let is_simulated = table.find(row.our_role.peer(), &row.identity).is_some();
            ScriptLink::new(row, (stations.len() > 1).then_some(index + 1), is_simulated)
        });
        ScriptWriter {
            contents,
            catalog,
            names: ScriptNames::default(),
            links: links.collect(),
            page: ScriptPage::default(),
            exchanges: 0,
            frames: 0,
            began: None,
            moment: 0,
            waits: 0,
        }
    }

    /// Adds the statements of a record.
    pub fn add(&mut self, record: Record<'_>) {
        let Some(at) = self.links.iter().position(|link| Some(link.station) == record.station) else { return };
        match record.kind {
            RecordKind::Frame(direction, FrameKind::Call) => self.call(at, &record, direction),
            RecordKind::Frame(direction, _) if record.partner.is_none_or(|partner| partner > record.sequence) => {
                self.frame(at, &record, direction);
            }
            RecordKind::Connected => self.connected(at, &record),
            RecordKind::Disconnected | RecordKind::Lost => self.disconnected(at, &record),
            // The answer of an exchange is written with its call; other records are no messages.
            _ => {}
        }
    }

    /// Returns the whole scenario; `None` when it has no message.
    pub fn finish(mut self, title: ScriptTitle<'_>) -> Option<WrittenScript> {
        self.page.drop_last_ends();
        let links: Vec<&ScriptLink> = self.links.iter().filter(|link| link.is_open).collect();
        let mut text = heading(title, &links, self.began?, self.waits);
        self.page.write(&mut text);
        text.push_str("\n});\n");
        let stations = links.iter().map(|link| link.identity.clone()).collect();
        Some(WrittenScript { text, exchanges: self.exchanges, frames: self.frames, stations })
    }

    /// Adds a frame that belongs to no exchange.
    pub fn frame(&mut self, at: usize, record: &Record<'_>, direction: Direction) {
        if is_complaint(self.contents, record) {
            return; // our end sends it again by itself
        }
        self.open(at, record);
        self.frames += 1;
        match direction {
            Direction::Out => self.own_step(at, "send", vec![ScriptExpression::text(record.text)]),
            Direction::In => {
                if self.links[at].causes.is_simulated && !is_provoked(self.contents, record) {
                    let short: String = record.text.chars().take(MOST_SHOWN).collect();
                    let sentence = format!("Let {} send this frame: {short}", self.links[at].peer());
                    self.operator_step(at, &sentence, "send", vec![ScriptExpression::text(record.text)]);
                }
                let expected = self.expected_frame(at, record);
                self.push(at, "expectFrame", vec![expected]);
            }
        }
        self.moment = record.wall_micros;
    }

    /// The pattern for a frame that belongs to no call: the same JSON, except for values that differ from run to run,
    /// or the same text.
    fn expected_frame(&mut self, at: usize, record: &Record<'_>) -> ScriptExpression {
        if let Ok(Value::Array(elements)) = serde_json::from_str(record.text) {
            let is_error = record.kind == RecordKind::Frame(Direction::In, FrameKind::Error);
            let mut inference = self.inference(at, record);
            let element = |(place, element): (usize, &Value)| match (place, element) {
                (1, Value::String(_)) => ScriptExpression::code("any.string"),
                (3, Value::String(_)) if is_error => ScriptExpression::code("any.string"),
                _ => inference.expected(element, None),
            };
            return ScriptExpression::List(elements.iter().enumerate().map(element).collect());
        }
        let short: String = record.text.chars().take(MOST_TEXT).collect();
        ScriptExpression::Code(expression_of(&short, short.len() == record.text.len()))
    }

    fn connected(&mut self, at: usize, record: &Record<'_>) {
        let link = &self.links[at];
        if !link.is_open || link.is_up {
            return;
        }
        let options = self.within(record, 0);
        let options: Vec<ScriptExpression> = options.into_iter().collect();
        let (our_role, ended_by) = (self.links[at].our_role, self.links[at].ended_by.take());
        match (our_role, ended_by) {
            (Role::ChargePoint, Some(LinkSide::Ours)) => self.own_step(at, "connect", options),
            (Role::CentralSystem, Some(LinkSide::Theirs)) => {
                let sentence = format!("Let {} connect again, unless it does so by itself.", self.links[at].peer());
                self.operator_statement(at, &sentence, "connect", Vec::new(), true);
                self.push(at, "expectConnect", options);
            }
            _ => self.own_step(at, "expectConnect", options),
        }
        self.links[at].is_up = true;
        self.moment = record.wall_micros;
    }

    fn disconnected(&mut self, at: usize, record: &Record<'_>) {
        let Some(reason) = record.close_reason() else { return };
        let link = &mut self.links[at];
        // A link that is replaced by a newer one is no disconnection for the scenario.
        let replaced = *reason == CloseReason::Replaced && link.our_role == Role::CentralSystem;
        if !link.is_up || !link.is_connection() || replaced || *reason == CloseReason::Shutdown {
            return;
        }
        link.is_up = false;
        let restarts = std::mem::take(&mut link.causes.restarts);
        match reason {
            CloseReason::Disconnected | CloseReason::Cut => {
                link.ended_by = Some(LinkSide::Ours);
                self.own_step(at, if *reason == CloseReason::Cut { "drop" } else { "disconnect" }, Vec::new());
            }
            // A restarting peer disconnects and connects by itself.
            _ if restarts => {
                let options = self.within(record, 0);
                self.push(at, "expectDisconnect", options.into_iter().collect());
            }
            _ => {
                link.ended_by = Some(LinkSide::Theirs);
                let is_closed = matches!(reason, CloseReason::ClosedByPeer { .. });
                let (method, how) = if is_closed { ("disconnect", "close") } else { ("drop", "cut") };
                let sentence = format!("Let {} {how} the link.", link.peer());
                self.operator_step(at, &sentence, method, Vec::new());
                self.push(at, "expectDisconnect", Vec::new());
            }
        }
        self.moment = record.wall_micros;
    }

    /// Adds the statement that opens a link, before its first message.
    pub fn open(&mut self, at: usize, record: &Record<'_>) {
        if self.began.is_none() {
            (self.began, self.moment) = (Some(record.wall_micros), record.wall_micros);
        }
        let link = &mut self.links[at];
        if link.is_open {
            return;
        }
        (link.is_open, link.is_up) = (true, true);
        self.page.push(Statement::new(format!("const {} = await ", link.variable), link.opening()));
        link.answers_at = self.page.end();
    }

    /// Adds a step of ours, after which the peer may call at once.
    pub fn own_step(&mut self, at: usize, method: &str, arguments: Vec<ScriptExpression>) {
        self.links[at].answers_at = self.page.end();
        self.links[at].run.end();
        self.push(at, method, arguments);
    }

    /// Adds a step for the operator of the peer; a simulated peer executes it with a method of its link.
    pub fn operator_step(&mut self, at: usize, sentence: &str, method: &str, arguments: Vec<ScriptExpression>) {
        self.operator_statement(at, sentence, method, arguments, false);
    }

    /// Adds an `operator` statement. The peer may do an optional step by itself.
    fn operator_statement(
        &mut self,
        at: usize,
        sentence: &str,
        method: &str,
        arguments: Vec<ScriptExpression>,
        is_optional: bool,
    ) {
        let link = &mut self.links[at];
        link.answers_at = self.page.end();
        link.run.end();
        let done = ScriptExpression::Call(format!("peer.{method}"), arguments);
        let mut arguments = vec![ScriptExpression::text(sentence), ScriptExpression::WithPeer(Box::new(done))];
        let mut options = Vec::new();
        if is_optional {
            options.push(("optional".to_owned(), ScriptExpression::code("true")));
        }
        if self.links.len() > 1 {
            options.push(("link".to_owned(), ScriptExpression::code(self.links[at].variable.clone())));
        }
        if !options.is_empty() {
            arguments.push(ScriptExpression::Object(options));
        }
        self.page.push(Statement::new("await ", ScriptExpression::Call("operator".to_owned(), arguments)));
    }

    /// Adds a call of a method of the link.
    pub fn push(&mut self, at: usize, method: &str, arguments: Vec<ScriptExpression>) {
        self.page.push(Statement::new("await ", self.links[at].method(method, arguments)));
    }

    /// Inserts a statement at a place, and moves every stored place behind it by one.
    pub fn insert(&mut self, place: usize, statement: Statement) {
        self.page.insert(place, statement);
        let remembered = self.links.iter_mut().flat_map(ScriptLink::places);
        remembered.filter(|remembered| **remembered >= place).for_each(|remembered| *remembered += 1);
    }

    /// The option with the timeout of an expectation; `None` when the default timeout is enough. It is twice the time
    /// of the recording or of `least` (seconds), with a reserve.
    pub fn within(&mut self, record: &Record<'_>, least: i64) -> Option<ScriptExpression> {
        let gap = record.wall_micros.saturating_sub(self.moment);
        if gap <= SOON && least == 0 {
            return None;
        }
        let seconds = (gap / SECOND).max(least) * 2 + 10;
        let milliseconds = (seconds + 9) / 10 * 10_000;
        self.waits = self.waits.saturating_add(milliseconds);
        Some(ScriptExpression::Object(vec![("within".to_owned(), ScriptExpression::code(milliseconds.to_string()))]))
    }

    /// The time since the frame before this record on the same link, in microseconds.
    pub fn quiet(&self, record: &Record<'_>) -> i64 {
        let before = before(self.contents, record);
        before.map_or(i64::MAX, |before| record.wall_micros.saturating_sub(before.wall_micros))
    }

    pub fn inference(&mut self, at: usize, record: &Record<'_>) -> Inference<'_> {
        let identifiers = &mut self.links[at].identifiers;
        Inference { identifiers, names: &mut self.names, micros: record.wall_micros }
    }

    pub fn definition(&self, at: usize, initiator: Role, action: &str) -> Option<std::sync::Arc<ActionDefinition>> {
        self.catalog.action(self.links[at].version?, initiator, action).cloned()
    }
}
