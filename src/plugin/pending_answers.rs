//! Calls of peers that wait for answers of plugins: the answer of each plugin, and the decision.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::behaviour::Answer;
use crate::behaviour::script_form::{FormError, answer};
use crate::trace::StationKey;

/// How long a promise may take to become an answer. Links wait a little longer; the default timeout of calls is 30 s.
const TIMEOUT: Duration = Duration::from_secs(20);

/// One call.
#[derive(Debug)]
pub(super) struct OpenCall {
    pub ticket: u64,
    pub station: StationKey,
    pub action: String,
    proposed: Answer,
    /// The plugins that were asked, in the order of their loading, and their answers.
    asked: Vec<(u64, PluginAnswer)>,
    pub deadline: Instant,
}

#[derive(Debug, PartialEq)]
enum PluginAnswer {
    /// Not decided yet.
    Undecided,
    /// It keeps the proposed answer.
    Keep,
    Replace(Answer),
}

impl OpenCall {
    /// A call that these plugins are asked about.
    pub fn new(ticket: u64, station: StationKey, action: String, proposed: Answer, plugins: &[u64], now: Instant) -> OpenCall {
        let asked = plugins.iter().map(|plugin| (*plugin, PluginAnswer::Undecided)).collect();
        OpenCall { ticket, station, action, proposed, asked, deadline: now + TIMEOUT }
    }

    /// Sets the answer of a plugin, in the form of the prelude. Only its first answer counts.
    ///
    /// # Errors
    /// When the form is no answer; the plugin then keeps the proposed one.
    pub fn set_answer(&mut self, plugin: u64, form: Value) -> Result<(), FormError> {
        let answer = answer(form, &self.proposed);
        let Some((_, known)) =
            self.asked.iter_mut().find(|(asked, known)| *asked == plugin && *known == PluginAnswer::Undecided)
        else {
            return Ok(()); // it has answered already, or the ticket is not its own
        };
        *known = PluginAnswer::Keep;
        if let Some(answer) = answer? {
            *known = PluginAnswer::Replace(answer);
        }
        Ok(())
    }

    /// The plugins that have not decided yet.
    pub fn undecided(&self) -> impl Iterator<Item = u64> {
        self.asked.iter().filter(|(_, answer)| *answer == PluginAnswer::Undecided).map(|(plugin, _)| *plugin)
    }

    /// The decision: of several answers the one of the last plugin. `None` keeps the proposed answer.
    pub fn decision(self) -> Option<Answer> {
        self.asked
            .into_iter()
            .rev()
            .find_map(|(_, answer)| if let PluginAnswer::Replace(answer) = answer { Some(answer) } else { None })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn open() -> OpenCall {
        let proposed = Answer::result(json!({"proposed": true}));
        OpenCall::new(1, StationKey(0), "Reset".into(), proposed, &[1, 2], Instant::now())
    }

    #[test]
    fn the_last_plugin_with_an_answer_decides() {
        let mut call = open();
        call.set_answer(2, json!({"kind": "silence"})).unwrap();
        call.set_answer(2, json!({"kind": "result", "payload": {}})).unwrap();
        assert_eq!(call.undecided().collect::<Vec<_>>(), [1]);
        call.set_answer(1, json!({"kind": "result", "payload": {}})).unwrap();
        assert_eq!(call.decision(), Some(Answer::Silence));
        let mut call = open();
        call.set_answer(1, json!({"kind": "result", "payload": {"a": 1}})).unwrap();
        call.set_answer(2, Value::Null).unwrap();
        assert_eq!((call.undecided().count(), call.decision()), (0, Some(Answer::result(json!({"a": 1})))));
    }

    #[test]
    fn invalid_answers_keep_the_proposed_one() {
        for form in [json!({"kind": "result", "payload": "x"}), json!({"kind": "error", "code": "Nonsense"})] {
            let mut call = open();
            assert!(call.set_answer(1, form).is_err());
            assert_eq!(call.undecided().collect::<Vec<_>>(), [2]);
            assert_eq!(call.decision(), None);
        }
    }

    #[test]
    fn a_delay_without_an_answer_delays_the_proposed_one() {
        let mut call = open();
        call.set_answer(1, json!({"kind": "delay", "milliseconds": 1500, "answer": null})).unwrap();
        let proposed = Answer::result(json!({"proposed": true}));
        assert_eq!(call.decision(), Some(Answer::Delayed(Duration::from_millis(1500), Box::new(proposed))));
        let mut call = open();
        call.set_answer(1, json!({"kind": "delay", "milliseconds": 1e300, "answer": {"kind": "silence"}})).unwrap();
        assert_eq!(call.decision(), Some(Answer::Delayed(Duration::from_secs(86_400), Box::new(Answer::Silence))));
    }
}
