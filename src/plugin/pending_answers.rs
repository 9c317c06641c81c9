//! The calls of peers that plugins are answering: what each plugin said, who is still thinking, and what is said in the end.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::behaviour::Answer;
use crate::behaviour::script_form::answer;
use crate::trace::StationKey;

/// How long a promise may take to become an answer. A link waits a little longer, and calls usually wait 30 s.
const TIMEOUT: Duration = Duration::from_secs(20);

/// One call.
#[derive(Debug)]
pub(super) struct OpenCall {
    pub ticket: u64,
    pub station: StationKey,
    pub action: String,
    usual: Answer,
    /// The plugins that were asked, in the order of their loading, and what they said.
    asked: Vec<(u64, PluginAnswer)>,
    pub deadline: Instant,
}

#[derive(Debug, PartialEq)]
enum PluginAnswer {
    /// It is still thinking.
    NotYet,
    /// It does not care.
    Nothing,
    This(Answer),
}

impl OpenCall {
    /// A call that is shown to these plugins now.
    pub fn new(ticket: u64, station: StationKey, action: String, usual: Answer, plugins: &[u64], now: Instant) -> OpenCall {
        let asked = plugins.iter().map(|plugin| (*plugin, PluginAnswer::NotYet)).collect();
        OpenCall { ticket, station, action, usual, asked, deadline: now + TIMEOUT }
    }

    /// What a plugin says, as the prelude forms it.
    ///
    /// # Errors
    /// With a sentence when it cannot be said; the plugin then counts as one that does not care.
    pub fn say(&mut self, plugin: u64, form: Value) -> Result<(), String> {
        let answer = answer(form, &self.usual);
        let Some((_, said)) = self.asked.iter_mut().find(|(asked, said)| *asked == plugin && *said == PluginAnswer::NotYet)
        else {
            return Ok(()); // it has spoken before, or it is another one's ticket
        };
        *said = PluginAnswer::Nothing;
        if let Some(answer) = answer? {
            *said = PluginAnswer::This(answer);
        }
        Ok(())
    }

    /// The plugins that have not said anything yet.
    pub fn thinking(&self) -> impl Iterator<Item = u64> {
        self.asked.iter().filter(|(_, said)| *said == PluginAnswer::NotYet).map(|(plugin, _)| *plugin)
    }

    /// What is said in the end: of several plugins the last one counts. `None` is the usual answer.
    pub fn decision(self) -> Option<Answer> {
        self.asked
            .into_iter()
            .rev()
            .find_map(|(_, said)| if let PluginAnswer::This(answer) = said { Some(answer) } else { None })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn open() -> OpenCall {
        let usual = Answer::result(json!({"usual": true}));
        OpenCall::new(1, StationKey(0), "Reset".into(), usual, &[1, 2], Instant::now())
    }

    #[test]
    fn the_last_plugin_that_cares_has_the_say() {
        let mut call = open();
        call.say(2, json!({"kind": "silence"})).unwrap();
        call.say(2, json!({"kind": "result", "payload": {}})).unwrap();
        assert_eq!(call.thinking().collect::<Vec<_>>(), [1]);
        call.say(1, json!({"kind": "result", "payload": {}})).unwrap();
        assert_eq!(call.decision(), Some(Answer::Silence));
        let mut call = open();
        call.say(1, json!({"kind": "result", "payload": {"a": 1}})).unwrap();
        call.say(2, Value::Null).unwrap();
        assert_eq!((call.thinking().count(), call.decision()), (0, Some(Answer::result(json!({"a": 1})))));
    }

    #[test]
    fn what_is_no_answer_counts_as_none() {
        for form in [json!({"kind": "result", "payload": "x"}), json!({"kind": "error", "code": "Nonsense"})] {
            let mut call = open();
            assert!(call.say(1, form).is_err());
            assert_eq!(call.thinking().collect::<Vec<_>>(), [2]);
            assert_eq!(call.decision(), None);
        }
    }

    #[test]
    fn a_delay_without_an_answer_delays_the_usual_one() {
        let mut call = open();
        call.say(1, json!({"kind": "delay", "milliseconds": 1500, "answer": null})).unwrap();
        let usual = Answer::result(json!({"usual": true}));
        assert_eq!(call.decision(), Some(Answer::Delayed(Duration::from_millis(1500), Box::new(usual))));
        let mut call = open();
        call.say(1, json!({"kind": "delay", "milliseconds": 1e300, "answer": {"kind": "silence"}})).unwrap();
        assert_eq!(call.decision(), Some(Answer::Delayed(Duration::from_secs(86_400), Box::new(Answer::Silence))));
    }
}
