//! The answers that a scenario prepares: ours when they differ from the default, and those that the user set at a
//! simulated peer.

use serde_json::Value;

use super::context::{answer_of, error_code};
use super::defaults::{default_answer, differing_fields};
use super::expression::ScriptExpression;
use super::identifiers::is_identifier;
use super::script::ScriptWriter;
use crate::behaviour::{Answer, IncomingCall};
use crate::ocpp::{ErrorCode, MessageDefinition, Role, Version};
use crate::trace::decode::{DecodedMessage, decode};
use crate::trace::{FrameVerdict, Record};

/// The limit of the part of an answer that is shown to the operator, in characters.
const MOST_SHOWN: usize = 80;

impl ScriptWriter<'_> {
    /// The form of our answer; `None` when it equals the default answer. A call without an answer gives
    /// `ocpp.silence()`.
    pub fn our_answer(
        &mut self,
        at: usize,
        record: &Record<'_>,
        (action, payload): (&str, &Value),
        response: Option<&MessageDefinition>,
    ) -> Option<ScriptExpression> {
        let (our_role, version) = (self.links[at].our_role, self.links[at].version);
        let Some(answer) = answer_of(self.contents, record) else {
            return Some(silence());
        };
        let payload = &payload.clone().into();
        let call = IncomingCall { action, payload, version: version.unwrap_or(Version::V1_6) };
        match decode(&answer).message {
            DecodedMessage::Result(result) => {
                let result = result.value();
                self.answered(at, action, &result);
                let default = default_result(our_role, call, &answer);
                let mut inference = self.inference(at, &answer);
                let fields = differing_fields(our_role, &result, &default).into_iter().map(|(name, value)| {
                    let value = value.map(|value| inference.sent_field(name, value, response));
                    (name.to_owned(), value.unwrap_or_else(|| ScriptExpression::code("undefined")))
                });
                let answer = ScriptExpression::Object(fields.collect());
                match (answer.is_empty_object(), answer.depends_on_the_moment()) {
                    (true, _) => None,
                    (false, true) => Some(ScriptExpression::Anew(Box::new(answer))),
                    (false, false) => Some(answer),
                }
            }
            // A call that breaks the definitions, or is in none, is refused by the link itself.
            DecodedMessage::Error { .. } if record.verdict == FrameVerdict::Invalid || response.is_none() => None,
            DecodedMessage::Error { code, description, .. } => {
                let code = error_code(&answer, &code);
                let same = |default: Answer| matches!(default, Answer::Error { code: default, .. } if default.name() == code);
                (!same(default_answer(our_role, call, answer.wall_micros)))
                    .then(|| error(&code, description.as_deref().unwrap_or_default()))
            }
            DecodedMessage::Call { .. } | DecodedMessage::Unreadable => None,
        }
    }

    /// Records what our answer causes the peer to do later.
    fn answered(&mut self, at: usize, action: &str, result: &Value) {
        let link = &mut self.links[at];
        match action {
            "BootNotification" => {
                let interval = ["interval", "heartbeatInterval"].iter().find_map(|name| result[name].as_i64());
                link.interval = interval.filter(|interval| *interval > 0).unwrap_or(link.interval);
            }
            "StartTransaction" if result["idTagInfo"]["status"] != "Accepted" => link.causes.refused(),
            _ => {}
        }
    }

    /// The answer that the user set at a simulated peer: in words for the operator, and as a form. `None` for a default
    /// answer, for a real peer, whose answers cannot be set, and for results of a charge point other than DataTransfer,
    /// because they depend on its state.
    pub fn their_answer(
        &mut self,
        at: usize,
        record: &Record<'_>,
        answer: &Record<'_>,
        (action, payload): (&str, &Value),
        message: Option<&DecodedMessage<'_>>,
    ) -> Option<(String, ScriptExpression)> {
        let (their_role, version) = (self.links[at].our_role.peer(), self.links[at].version);
        if !self.links[at].causes.is_simulated || record.verdict == FrameVerdict::Invalid {
            return None;
        }
        let payload = &payload.clone().into();
        let call = IncomingCall { action, payload, version: version.unwrap_or(Version::V1_6) };
        match message {
            None => Some(("with nothing".to_owned(), silence())),
            Some(DecodedMessage::Error { code, description, .. }) => {
                let code = error_code(answer, code);
                let default = default_answer(their_role, call, answer.wall_micros);
                let same = matches!(default, Answer::Error { code: default, .. } if default.name() == code);
                (!same).then(|| (format!("with the error {code}"), error(&code, description.as_deref().unwrap_or_default())))
            }
            Some(DecodedMessage::Result(result)) if their_role == Role::CentralSystem || action == "DataTransfer" => {
                let (result, default) = (result.value(), default_result(their_role, call, answer));
                let fields = differing_fields(Role::CentralSystem, &result, &default);
                let fields: Vec<_> =
                    fields.into_iter().filter(|(name, value)| !value.is_some_and(|value| is_identifier(name, value))).collect();
                if fields.is_empty() {
                    return None;
                }
                let shown = fields.iter().map(|(name, value)| match value {
                    Some(Value::String(text)) => format!("{name} {text}"),
                    Some(value) => format!("{name} {value}"),
                    None => format!("no {name}"),
                });
                let shown: String = shown.collect::<Vec<_>>().join(" and ").chars().take(MOST_SHOWN).collect();
                let mut inference = self.inference(at, answer);
                let fields = fields.into_iter().map(|(name, value)| {
                    let value =
                        value.map_or_else(|| ScriptExpression::code("undefined"), |value| inference.played(value, None));
                    (name.to_owned(), value)
                });
                Some((format!("with {shown}"), ScriptExpression::Object(fields.collect())))
            }
            Some(_) => None,
        }
    }
}

/// The default result of a role; an empty object when the default is no result.
fn default_result(role: Role, call: IncomingCall<'_>, answer: &Record<'_>) -> Value {
    match default_answer(role, call, answer.wall_micros) {
        Answer::Result(default) => default.into_value(),
        _ => Value::Object(serde_json::Map::new()),
    }
}

fn silence() -> ScriptExpression {
    ScriptExpression::Call("ocpp.silence".to_owned(), Vec::new())
}

fn error(code: &str, description: &str) -> ScriptExpression {
    let mut arguments = vec![ScriptExpression::text(code)];
    if ErrorCode::parse(code).is_none_or(|code| code.description() != description) {
        arguments.push(ScriptExpression::text(description));
    }
    ScriptExpression::Call("ocpp.error".to_owned(), arguments)
}
