//! From records to statements. The statements of a call stand where the call stood in the trace; how we answer a call of the peer is
//! said before whatever may have made the peer call.

use serde_json::Value;

use super::expression::{Expression, begin_line};
use super::heading::heading;
use super::identifiers::Names;
use super::inference::Inference;
use super::link::Link;
use super::literal::expression_of;
use super::said::Said;
use super::selection::Selection;
use super::usual::{to_say, usual};
use super::{Title, Transcript};
use crate::link::{Answer, CLOSED_BY_US, IncomingCall, REPLACED, SESSION_ENDS};
use crate::ocpp::{ActionDefinition, Catalog, ErrorCode, Message, Role, Version};
use crate::trace::{Contents, Direction, FrameKind, Record, RecordKind, Verdict};

/// How much of an unreadable text is asked for.
const MOST_TEXT: usize = 200;

/// One statement.
enum Statement {
    /// A comment of ours.
    Comment(&'static str),
    /// An expression behind these words: `await `.
    Expression(String, Expression),
}

impl Statement {
    /// Whether an empty line stands before it: where the scenario turns from what is expected to what is done next, and before a link.
    fn begins_paragraph(&self, previous: &Statement) -> bool {
        let opens = matches!(self, Statement::Expression(lead, _) if lead.starts_with("const "));
        opens || (previous.expects() && !self.expects())
    }

    fn expects(&self) -> bool {
        matches!(self, Statement::Expression(_, Expression::Call(callee, _)) if callee.contains(".expect"))
    }
}

/// A scenario that is being written.
pub(super) struct Script<'a> {
    contents: &'a Contents,
    catalog: &'a Catalog,
    names: Names,
    links: Vec<Link>,
    statements: Vec<Statement>,
    exchanges: usize,
    frames: usize,
    /// When the first record was made.
    began: Option<i64>,
}

impl<'a> Script<'a> {
    /// A scenario of these records, without any statement yet.
    pub fn new(contents: &'a Contents, catalog: &'a Catalog, selection: &Selection<'_>) -> Script<'a> {
        let stations = selection.stations();
        let rows = stations.iter().filter_map(|key| contents.stations().get(*key)).enumerate();
        let links = rows.map(|(index, row)| Link::new(row, (stations.len() > 1).then_some(index + 1))).collect();
        Script {
            contents,
            catalog,
            names: Names::default(),
            links,
            statements: Vec::new(),
            exchanges: 0,
            frames: 0,
            began: None,
        }
    }

    /// Writes what a record tells.
    pub fn add(&mut self, record: Record<'_>) {
        let Some(at) = self.links.iter().position(|link| Some(link.station) == record.station) else { return };
        match record.kind {
            RecordKind::Frame(direction, FrameKind::Call) => self.call(at, &record, direction),
            RecordKind::Frame(direction, _) if record.partner.is_none_or(|partner| partner > record.sequence) => {
                self.frame(at, &record, direction);
            }
            RecordKind::Connected => self.connected(at),
            RecordKind::Disconnected | RecordKind::Lost => self.disconnected(at, record.text),
            // The answer of an exchange is told with its call; the rest is not about what the two sides say.
            _ => {}
        }
    }

    /// The whole scenario; `None` when nobody said anything.
    pub fn finish(self, title: Title<'_>) -> Option<Transcript> {
        let links: Vec<&Link> = self.links.iter().filter(|link| link.is_open).collect();
        let mut text = heading(title, &links, self.began?);
        let mut previous: Option<&Statement> = None;
        for statement in &self.statements {
            if previous.is_some_and(|previous| statement.begins_paragraph(previous)) {
                text.push('\n');
            }
            previous = Some(statement);
            match statement {
                Statement::Comment(comment) => {
                    begin_line(&mut text, 1);
                    text.push_str(comment);
                }
                Statement::Expression(lead, expression) => {
                    begin_line(&mut text, 1);
                    text.push_str(lead);
                    expression.write(&mut text, 1, 1);
                    text.push(';');
                }
            }
        }
        text.push_str("\n});\n");
        let stations = links.iter().map(|link| link.identity.clone()).collect();
        Some(Transcript { text, exchanges: self.exchanges, frames: self.frames, stations })
    }

    fn call(&mut self, at: usize, record: &Record<'_>, direction: Direction) {
        self.open(at, record);
        match Said::of(record, self.links[at].version, self.catalog) {
            // Whoever names no payload asks for the usual one, so one that is no object can only be sent as it was.
            Said::Call { payload, .. } if direction == Direction::Out && !payload.is_object() => {
                self.frame(at, record, direction);
            }
            Said::Call { action, payload } => {
                self.exchanges += 1;
                match direction {
                    Direction::Out => self.our_call(at, record, &action, &payload),
                    Direction::In => self.their_call(at, record, &action, &payload),
                }
            }
            _ => self.frame(at, record, direction),
        }
    }

    /// A call of ours and what the peer answered.
    fn our_call(&mut self, at: usize, record: &Record<'_>, action: &str, payload: &Value) {
        let definition = self.definition(at, self.links[at].our_role, action);
        let request = definition.as_ref().map(|definition| &definition.request);
        let mut arguments = vec![Expression::text(action), self.inference(at, record).sent(payload, request)];
        let answer = record.partner.and_then(|partner| self.contents.records().get(partner));
        let method = match answer.map(|answer| (answer, answer.kind)) {
            None => {
                self.statements.push(Statement::Comment("// What came back is not in the recording."));
                "call"
            }
            Some((answer, RecordKind::Frame(..))) => match Said::of(&answer, self.links[at].version, self.catalog) {
                Said::Result(result) => {
                    let response = definition.as_ref().map(|definition| &definition.response);
                    let expected = self.inference(at, &answer).expected(&result, response);
                    let unchecked = [record, &answer].iter().any(|record| record.verdict == Verdict::Invalid);
                    if unchecked || !expected.is_empty_object() {
                        arguments.push(expected);
                    }
                    if unchecked {
                        arguments.push(Expression::Object(vec![("unchecked".to_owned(), Expression::code("true"))]));
                    }
                    "call"
                }
                Said::Error { code, .. } => {
                    arguments.push(Expression::text(&code));
                    "callError"
                }
                _ => "callError",
            },
            Some(_) => "callUnanswered",
        };
        self.deed(at, method, arguments);
    }

    /// A call of the peer and what we answered.
    fn their_call(&mut self, at: usize, record: &Record<'_>, action: &str, payload: &Value) {
        let definition = self.definition(at, self.links[at].our_role.peer(), action);
        let request = definition.as_ref().map(|definition| &definition.request);
        let expected = self.inference(at, record).expected(payload, request);
        let response = definition.as_ref().map(|definition| &definition.response);
        if let Some(answer) = self.our_answer(at, record, action, payload, response) {
            let link = &self.links[at];
            let place = link.answers_at.max(link.behind.get(action).copied().unwrap_or_default());
            let answer = link.method("answerOnce", vec![Expression::text(action), answer]);
            self.insert(place, Statement::Expression(String::new(), answer));
        }
        let mut arguments = vec![Expression::text(action)];
        if !expected.is_empty_object() {
            arguments.push(expected);
        }
        self.push(at, "expectCall", arguments);
        self.links[at].behind.insert(action.to_owned(), self.statements.len());
    }

    /// How we answered, when that is not what we answer anyway.
    fn our_answer(
        &mut self,
        at: usize,
        record: &Record<'_>,
        action: &str,
        payload: &Value,
        response: Option<&Message>,
    ) -> Option<Expression> {
        let (our_role, version) = (self.links[at].our_role, self.links[at].version);
        let Some(answer) = record.partner.and_then(|partner| self.contents.records().get(partner)) else {
            return Some(Expression::Call("ocpp.silence".to_owned(), Vec::new()));
        };
        let call = IncomingCall { action, payload, version: version.unwrap_or(Version::V1_6) };
        match Said::of(&answer, version, self.catalog) {
            Said::Result(result) => {
                let nothing = Value::Object(serde_json::Map::new());
                let usual = match usual(our_role, call, answer.wall_micros) {
                    Answer::Result(usual) => usual,
                    _ => nothing,
                };
                let mut inference = self.inference(at, &answer);
                let fields = to_say(our_role, &result, &usual).into_iter().map(|(name, value)| {
                    let value = value.map(|value| inference.sent_field(name, value, response));
                    (name.to_owned(), value.unwrap_or_else(|| Expression::code("undefined")))
                });
                let answer = Expression::Object(fields.collect());
                match (answer.is_empty_object(), answer.depends_on_the_moment()) {
                    (true, _) => None,
                    (false, true) => Some(Expression::Anew(Box::new(answer))),
                    (false, false) => Some(answer),
                }
            }
            // A call that breaks the definitions is refused before anybody is asked.
            Said::Error { .. } if record.verdict == Verdict::Invalid => None,
            Said::Error { code, description } => {
                let same = |usual: Answer| matches!(usual, Answer::Error { code: usual, .. } if usual.name() == code);
                if same(usual(our_role, call, answer.wall_micros)) {
                    return None;
                }
                let mut arguments = vec![Expression::text(&code)];
                if ErrorCode::parse(&code).is_none_or(|code| code.description() != description) {
                    arguments.push(Expression::text(&description));
                }
                Some(Expression::Call("ocpp.error".to_owned(), arguments))
            }
            Said::Call { .. } | Said::Unreadable => None,
        }
    }

    /// A frame that belongs to no exchange.
    fn frame(&mut self, at: usize, record: &Record<'_>, direction: Direction) {
        self.open(at, record);
        self.frames += 1;
        match direction {
            Direction::Out => self.deed(at, "send", vec![Expression::text(record.text)]),
            Direction::In => self.push(at, "expectFrame", vec![expected_frame(record)]),
        }
    }

    fn connected(&mut self, at: usize) {
        let link = &mut self.links[at];
        if link.is_open && !link.is_up {
            link.is_up = true;
            let method = if link.our_role == Role::CentralSystem { "expectConnect" } else { "connect" };
            self.deed(at, method, Vec::new());
        }
    }

    fn disconnected(&mut self, at: usize, reason: &str) {
        let link = &mut self.links[at];
        // A newer link that takes the place of an older one is no end of what a scenario looks at.
        let replaced = reason == REPLACED && link.our_role == Role::CentralSystem;
        if link.is_up && link.is_connection() && !replaced && reason != SESSION_ENDS {
            link.is_up = false;
            match reason {
                CLOSED_BY_US => self.deed(at, "disconnect", Vec::new()),
                _ => self.push(at, "expectDisconnect", Vec::new()),
            }
        }
    }

    /// Brings a link up before the first thing that is said on it.
    fn open(&mut self, at: usize, record: &Record<'_>) {
        self.began.get_or_insert(record.wall_micros);
        if self.links[at].is_open {
            return;
        }
        let link = &mut self.links[at];
        (link.is_open, link.is_up) = (true, true);
        self.statements.push(Statement::Expression(format!("const {} = await ", link.variable), link.opening()));
        link.answers_at = self.statements.len();
    }

    /// Something that we do, after which the peer may call at once.
    fn deed(&mut self, at: usize, method: &str, arguments: Vec<Expression>) {
        let remarked = matches!(self.statements.last(), Some(Statement::Comment(_)));
        self.links[at].answers_at = self.statements.len() - usize::from(remarked);
        self.push(at, method, arguments);
    }

    fn push(&mut self, at: usize, method: &str, arguments: Vec<Expression>) {
        self.statements.push(Statement::Expression("await ".to_owned(), self.links[at].method(method, arguments)));
    }

    /// Puts a statement at a place; what stands there moves on, and so does every place that is remembered.
    fn insert(&mut self, place: usize, statement: Statement) {
        self.statements.insert(place, statement);
        for link in &mut self.links {
            let remembered = std::iter::once(&mut link.answers_at).chain(link.behind.values_mut());
            remembered.filter(|remembered| **remembered >= place).for_each(|remembered| *remembered += 1);
        }
    }

    fn inference(&mut self, at: usize, record: &Record<'_>) -> Inference<'_> {
        let identifiers = &mut self.links[at].identifiers;
        Inference { identifiers, names: &mut self.names, micros: record.wall_micros }
    }

    fn definition(&self, at: usize, initiator: Role, action: &str) -> Option<std::sync::Arc<ActionDefinition>> {
        self.catalog.action(self.links[at].version?, initiator, action).cloned()
    }
}

/// What is asked of a frame that no call expects: the same JSON but for what differs from run to run, or the same text.
fn expected_frame(record: &Record<'_>) -> Expression {
    if let Ok(Value::Array(elements)) = serde_json::from_str(record.text) {
        let is_error = record.kind == RecordKind::Frame(Direction::In, FrameKind::Error);
        let element = |(place, element): (usize, &Value)| match (place, element) {
            (1, Value::String(_)) => Expression::code("any.string"),
            (3, Value::String(_)) if is_error => Expression::code("any.string"),
            _ => Expression::literal(element),
        };
        return Expression::List(elements.iter().enumerate().map(element).collect());
    }
    let short: String = record.text.chars().take(MOST_TEXT).collect();
    Expression::Code(expression_of(&short, short.len() == record.text.len()))
}
