//! The statements of calls: our calls with the expected answers, and calls of the peer with the operator step before
//! them.

use serde_json::Value;

use super::context::{answer_of, error_code, is_raw, is_silence};
use super::expression::ScriptExpression;
use super::page::Statement;
use super::periodic::shape;
use super::script::ScriptWriter;
use crate::ocpp::{MessageDefinition, Role};
use crate::trace::decode::{DecodedMessage, decode};
use crate::trace::{Direction, FrameVerdict, Record, RecordKind};

/// The timeout for a call that gets no answer, in milliseconds: longer than the default timeout of a link.
const UNANSWERED: &str = "40000";
const SECOND: i64 = 1_000_000;
/// A call that follows another message within this time is not periodic, in microseconds.
const QUIET: i64 = 5 * SECOND;
/// Seconds between the readings of a simulated charge point with default settings.
const READINGS: i64 = 60;
/// The fields that identify a call for the operator.
const KEY_FIELDS: [&str; 6] = ["connectorId", "idTag", "status", "type", "requestedMessage", "key"];

impl ScriptWriter<'_> {
    /// Adds a call of either side, with its answer.
    pub fn call(&mut self, at: usize, record: &Record<'_>, direction: Direction) {
        match (answer_of(self.contents, record), direction) {
            (None, Direction::Out) if is_raw(self.contents, record) => return self.frame(at, record, direction),
            // The outcome is not in the recording, so there is nothing to expect.
            (None, Direction::Out) => return,
            (None, Direction::In) if !is_silence(self.contents, record) => return,
            _ => {}
        }
        match decode(record).message {
            // `call` without a payload object sends the default payload, so a payload of another kind is sent as a
            // frame.
            DecodedMessage::Call { payload, .. } if direction == Direction::Out && !payload.value().is_object() => {
                self.frame(at, record, direction);
            }
            DecodedMessage::Call { action, payload } => {
                let payload = payload.value();
                self.open(at, record);
                self.exchanges += 1;
                match direction {
                    Direction::Out => self.our_call(at, record, &action, &payload),
                    Direction::In => self.their_call(at, record, &action, &payload),
                }
            }
            _ => self.frame(at, record, direction),
        }
    }

    /// Adds a call of ours and the expected answer of the peer.
    fn our_call(&mut self, at: usize, record: &Record<'_>, action: &str, payload: &Value) {
        let Some(answer) = answer_of(self.contents, record) else { return };
        let answer_message = match answer.kind {
            RecordKind::Frame(..) => Some(decode(&answer).message),
            _ => None,
        };
        let is_result = matches!(&answer_message, Some(DecodedMessage::Result(_)));
        let shape = shape(Direction::Out, action, payload).filter(|_| is_result);
        if self.is_again(at, shape.as_deref()) {
            return;
        }
        let definition = self.definition(at, self.links[at].our_role, action);
        let on_purpose = match definition {
            // An unknown action is refused by the link of the peer itself.
            Some(_) => self.their_answer(at, record, &answer, (action, payload), answer_message.as_ref()),
            None => None,
        };
        self.learn(at, (action, payload), answer_message.as_ref(), on_purpose.is_some());
        if let Some((how, form)) = on_purpose {
            let link = &self.links[at];
            let of = if link.our_role == Role::ChargePoint { format!(" of {}", link.identity) } else { String::new() };
            let sentence = format!("Let {} answer the next {action}{of} {how}.", link.peer());
            self.operator_step(at, &sentence, "answerOnce", vec![ScriptExpression::text(action), form]);
        }
        let request = definition.as_ref().map(|definition| &definition.request);
        let response = definition.as_ref().map(|definition| &definition.response);
        let mut arguments = vec![ScriptExpression::text(action), self.inference(at, record).called(payload, request)];
        self.moment = record.wall_micros;
        let method = match answer_message {
            Some(DecodedMessage::Result(result)) => {
                let expected = self.inference(at, &answer).expected(&result.value(), response);
                let unchecked = [record, &answer].iter().any(|record| record.verdict == FrameVerdict::Invalid);
                let options = self.within(&answer, 0);
                if unchecked || options.is_some() || !expected.is_empty_object() {
                    arguments.push(expected);
                }
                let unchecked = unchecked.then(unchecked_option);
                arguments.extend(options_of(options, unchecked));
                "call"
            }
            Some(DecodedMessage::Error { code, .. }) => {
                arguments.push(ScriptExpression::text(&error_code(&answer, &code)));
                "callError"
            }
            Some(_) => "callError",
            None => {
                arguments.push(unanswered_option());
                "callUnanswered"
            }
        };
        match shape {
            Some(shape) => {
                let place = self.page.end();
                self.links[at].answers_at = place;
                self.links[at].run.remember(shape, place);
                self.push(at, method, arguments);
            }
            None => self.own_step(at, method, arguments),
        }
        self.moment = answer.wall_micros;
    }

    /// Adds a call of the peer and our answer.
    fn their_call(&mut self, at: usize, record: &Record<'_>, action: &str, payload: &Value) {
        let definition = self.definition(at, self.links[at].our_role.peer(), action);
        let request = definition.as_ref().map(|definition| &definition.request);
        let quiet = self.quiet(record);
        let link = &mut self.links[at];
        // A heartbeat long before the end of its interval was sent by a command.
        let is_due = quiet / SECOND * 10 >= link.interval * 9;
        let is_odd = link.causes.is_simulated && record.verdict == FrameVerdict::Invalid;
        let is_by_itself = link.our_role == Role::CentralSystem && link.causes.is_by_itself(action, payload, is_due) && !is_odd;
        let response = definition.as_ref().map(|definition| &definition.response);
        let answer = self.our_answer(at, record, (action, payload), response);
        let shape = shape(Direction::In, action, payload).filter(|_| is_by_itself && answer.is_none());
        if self.is_again(at, shape.as_deref()) {
            return;
        }
        if !is_by_itself {
            let sentence = format!("Let {} send {action}{}.", self.links[at].peer(), key_fields(payload));
            let (method, arguments) = self.played(at, record, (action, payload), request);
            self.operator_step(at, &sentence, method, arguments);
        }
        if let Some(answer) = answer {
            let link = &self.links[at];
            let place = link.answers_at.max(link.behind.get(action).copied().unwrap_or_default());
            let answer = link.method("answerOnce", vec![ScriptExpression::text(action), answer]);
            self.insert(place, Statement::new("", answer));
        }
        let expected = self.inference(at, record).expected(payload, request);
        let least = match action {
            "Heartbeat" if is_due || !self.links[at].causes.is_simulated => self.links[at].interval,
            "MeterValues" if quiet > QUIET => READINGS,
            _ => 0,
        };
        // A call that breaks the definitions, or is in none, is expected as it was recorded.
        let unchecked = (record.verdict == FrameVerdict::Invalid || definition.is_none()).then(unchecked_option);
        let options = options_of(if is_by_itself { self.within(record, least) } else { None }, unchecked);
        let mut arguments = vec![ScriptExpression::text(action)];
        if options.is_some() || !expected.is_empty_object() {
            arguments.push(expected);
        }
        arguments.extend(options);
        let place = self.page.end();
        self.push(at, "expectCall", arguments);
        let link = &mut self.links[at];
        link.behind.insert(action.to_owned(), place + 1);
        if let Some(shape) = shape {
            link.run.remember(shape, place);
        }
        self.moment = record.wall_micros;
    }

    /// Whether a periodic call repeats an earlier statement. The repetition is counted at that statement.
    fn is_again(&mut self, at: usize, shape: Option<&str>) -> bool {
        let place = shape.and_then(|shape| self.links[at].run.place(shape));
        if let Some(place) = place {
            self.page.again(place);
        }
        place.is_some()
    }

    /// The method and arguments with which a simulated peer repeats its call and expects the same kind of answer.
    fn played(
        &mut self,
        at: usize,
        record: &Record<'_>,
        (action, payload): (&str, &Value),
        request: Option<&MessageDefinition>,
    ) -> (&'static str, Vec<ScriptExpression>) {
        if !payload.is_object() {
            return ("send", vec![ScriptExpression::text(record.text)]);
        }
        let mut arguments = vec![ScriptExpression::text(action), self.inference(at, record).played(payload, request)];
        let answer = answer_of(self.contents, record);
        let answer_message = answer.map(|answer| (decode(&answer).message, answer));
        let method = match answer_message {
            None => {
                arguments.push(unanswered_option());
                "callUnanswered"
            }
            Some((DecodedMessage::Error { code, .. }, answer)) => {
                arguments.push(ScriptExpression::text(&error_code(&answer, &code)));
                "callError"
            }
            Some((_, answer)) => {
                if [answer.verdict, record.verdict].contains(&FrameVerdict::Invalid) {
                    arguments
                        .extend([ScriptExpression::Object(Vec::new()), ScriptExpression::Object(vec![unchecked_option()])]);
                }
                "call"
            }
        };
        (method, arguments)
    }

    /// Records what a call of ours causes the peer to do later. A simulated peer acts on the call even when the user
    /// set another answer.
    fn learn(
        &mut self,
        at: usize,
        (action, payload): (&str, &Value),
        answer_message: Option<&DecodedMessage<'_>>,
        on_purpose: bool,
    ) {
        let link = &mut self.links[at];
        let done = match answer_message {
            Some(DecodedMessage::Result(result)) => result.value()["status"] != "Rejected",
            _ => on_purpose,
        };
        if link.our_role != Role::CentralSystem || !done {
            return;
        }
        link.causes.asked(action, payload);
        if action == "ChangeConfiguration" && payload["key"] == "HeartbeatInterval" {
            let interval = payload["value"].as_str().and_then(|text| text.parse().ok());
            link.interval = interval.filter(|interval| *interval > 0).unwrap_or(link.interval);
        }
    }
}

/// ` with connectorId 1 and idTag A`.
fn key_fields(payload: &Value) -> String {
    let fields = KEY_FIELDS.iter().filter_map(|name| Some((name, payload.get(name)?)));
    let shown = fields.filter_map(|(name, value)| match value {
        Value::String(text) => Some(format!("{name} {text}")),
        Value::Number(number) => Some(format!("{name} {number}")),
        _ => None,
    });
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() { String::new() } else { format!(" with {}", shown.join(" and ")) }
}

fn unchecked_option() -> (String, ScriptExpression) {
    ("unchecked".to_owned(), ScriptExpression::code("true"))
}

fn unanswered_option() -> ScriptExpression {
    ScriptExpression::Object(vec![("within".to_owned(), ScriptExpression::code(UNANSWERED))])
}

/// The options of a call, when there are any.
fn options_of(options: Option<ScriptExpression>, further: Option<(String, ScriptExpression)>) -> Option<ScriptExpression> {
    match (options, further) {
        (Some(ScriptExpression::Object(mut fields)), further) => {
            fields.extend(further);
            Some(ScriptExpression::Object(fields))
        }
        (other, None) => other,
        (_, Some(further)) => Some(ScriptExpression::Object(vec![further])),
    }
}
