//! Filters, breakpoints and plugins decide about an answer before it leaves, and what follows from it comes after.

use super::*;
use crate::behaviour::LinkWish;
use crate::trace::SilenceCause;

const CLEAR: &str = r#"[2,"1","Heartbeat",{}]"#;

/// Decides what it was made with.
struct Fixed(Vec<FilterDecision>);

impl AnswerFilter for Fixed {
    fn filter(&mut self, _: IncomingCall<'_>, _: &Answer) -> FilterDecision {
        if self.0.is_empty() { FilterDecision::Keep } else { self.0.remove(0) }
    }
}

fn fixed(decision: FilterDecision) -> Box<dyn AnswerFilter> {
    Box::new(Fixed(vec![decision]))
}

fn wait(ticket: u64, timeout: Option<Duration>) -> Box<dyn AnswerFilter> {
    fixed(FilterDecision::Wait { ticket, timeout })
}

/// Inspects every frame that goes this way, under growing tickets.
struct Inspector(Direction, u64);

impl LinkObserver for Inspector {
    fn connection(&mut self, _: bool) {}
    fn result(&mut self, _: &str, _: &Value) {}
    fn inspect(&mut self, direction: Direction, _: &str) -> Option<u64> {
        (direction == self.0).then(|| {
            self.1 += 1;
            self.1
        })
    }
}

/// A behaviour that calls when an answer of its has left.
fn eager() -> Scripted {
    Scripted { following: vec![("ClearCache", json!({}))], ..Scripted::default() }
}

fn filtered(filters: Vec<Box<dyn AnswerFilter>>) -> Talk {
    Talk::with(Version::V1_6, eager(), filters, None)
}

fn error() -> Answer {
    Answer::Error { code: ErrorCode::InternalError, description: String::new() }
}

fn is_answer(text: &str) -> bool {
    text.starts_with(r#"[3,"1","#)
}

fn assert_answer_then_call(sent: &[String]) {
    assert!(sent.len() == 2 && is_answer(&sent[0]) && sent[1].contains("ClearCache"), "{sent:?}");
}

#[test]
fn what_follows_comes_behind_the_answer() {
    let mut talk = filtered(vec![fixed(FilterDecision::Keep)]);
    assert_answer_then_call(&talk.receive(CLEAR));
    assert_eq!(*talk.committed.lock().unwrap(), ["Heartbeat None"]);
    let kinds: Vec<_> = talk.frames().into_iter().map(|frame| (frame.direction, frame.kind)).collect();
    let expected = [(Direction::In, FrameKind::Call), (Direction::Out, FrameKind::Result), (Direction::Out, FrameKind::Call)];
    assert_eq!(kinds, expected);
}

#[test]
fn an_error_or_silence_commits_nothing() {
    for answer in [error(), Answer::Silence] {
        let mut talk = filtered(vec![fixed(FilterDecision::Replace(answer.clone()))]);
        assert_eq!(talk.receive(CLEAR).len(), usize::from(answer != Answer::Silence));
        let is_unanswered = |event: &EventKind| matches!(event, EventKind::Unanswered { by: SilenceCause::Rule, .. });
        assert_eq!(talk.events.iter().any(is_unanswered), answer == Answer::Silence, "the trace says that and by whom");
        talk.later(Duration::from_secs(100));
        assert!(talk.sent().is_empty() && talk.committed.lock().unwrap().is_empty(), "{answer:?}");
    }
}

#[test]
fn the_first_filter_that_replaces_decides_and_delays_add_up_with_it() {
    let delay = Duration::from_secs(2);
    let replaced = Answer::result(json!({"status": "Mine"}));
    let filters = vec![
        fixed(FilterDecision::Keep),
        fixed(FilterDecision::Delay(delay)),
        fixed(FilterDecision::Replace(replaced)),
        fixed(FilterDecision::Replace(error())),
    ];
    let mut talk = filtered(filters);
    assert!(talk.receive(CLEAR).is_empty());
    assert!(talk.committed.lock().unwrap().is_empty());
    talk.later(delay);
    let sent = talk.sent();
    assert_eq!((sent.len(), sent[0].as_str()), (2, r#"[3,"1",{"status":"Mine"}]"#));
    assert_eq!(*talk.committed.lock().unwrap(), [r#"Heartbeat Some("Mine")"#]);
}

#[test]
fn a_decision_that_is_waited_for_counts_once_and_none_asks_the_next_filter() {
    let mut talk = filtered(vec![wait(7, None), wait(8, None)]);
    assert!(talk.receive(CLEAR).is_empty());
    talk.conversation.decide(8, Some(error()), talk.now);
    assert!(talk.sent().is_empty(), "the second filter was not asked yet");
    talk.conversation.decide(7, None, talk.now);
    assert!(talk.sent().is_empty());
    talk.conversation.decide(8, None, talk.now);
    assert_answer_then_call(&talk.sent());
    talk.conversation.decide(8, Some(error()), talk.now);
    assert!(talk.sent().is_empty());
}

#[test]
fn a_filter_that_takes_too_long_leaves_the_proposed_answer() {
    let timeout = Duration::from_secs(25);
    let mut talk = filtered(vec![wait(7, Some(timeout))]);
    talk.receive(CLEAR);
    assert_eq!(talk.conversation.next_deadline(), Some(talk.now.monotonic + timeout));
    talk.later(timeout);
    assert_answer_then_call(&talk.sent());
    assert_eq!(talk.failures(), 1);
}

#[test]
fn a_flood_of_undecided_calls_is_not_kept() {
    let waits = (0..1025).map(|ticket| FilterDecision::Wait { ticket, timeout: None }).collect();
    let mut talk = filtered(vec![Box::new(Fixed(waits))]);
    for _ in 0..1024 {
        assert!(talk.receive(CLEAR).is_empty());
    }
    assert_answer_then_call(&talk.receive(CLEAR));
}

#[test]
fn an_answer_that_is_held_is_committed_as_it_leaves() {
    let rejected = json!({"status": "Rejected"});
    for (action, sent, committed) in [
        (ReleaseAction::Go(None), 2, vec!["Heartbeat None"]),
        (ReleaseAction::Go(Some(rejected.into())), 2, vec![r#"Heartbeat Some("Rejected")"#]),
        (ReleaseAction::Answer(error()), 1, vec![]),
        (ReleaseAction::Drop, 0, vec![]),
    ] {
        let mut talk = filtered(Vec::new());
        hold(&talk, "kind:result");
        assert!(talk.receive(CLEAR).is_empty());
        assert!(talk.committed.lock().unwrap().is_empty());
        let number = talk.conversation.gate.held()[0].number;
        talk.conversation.release(number, action.clone(), talk.now);
        assert_eq!(talk.sent().len(), sent, "{action:?}");
        assert_eq!(*talk.committed.lock().unwrap(), committed, "{action:?}");
    }
}

#[test]
fn an_answer_that_a_plugin_inspects_is_committed_with_its_verdict() {
    let changed = |text: &str| InspectionVerdict::Change(text.into());
    for (verdict, committed) in [
        (InspectionVerdict::Pass, vec!["Heartbeat None"]),
        (changed(r#"[3,"1",{"status":"Rejected"}]"#), vec![r#"Heartbeat Some("Rejected")"#]),
        (changed(r#"[4,"1","InternalError","",{}]"#), vec![]),
        (changed("nonsense"), vec![]),
        (InspectionVerdict::Drop, vec![]),
    ] {
        let observer = Box::new(Inspector(Direction::Out, 0));
        let mut talk = Talk::with(Version::V1_6, eager(), Vec::new(), Some(observer));
        assert!(talk.receive(CLEAR).is_empty());
        assert!(talk.committed.lock().unwrap().is_empty());
        talk.conversation.judge(1, &verdict);
        let sent = talk.sent();
        assert_eq!(sent.len(), usize::from(verdict != InspectionVerdict::Drop), "{verdict:?}: {sent:?}");
        assert_eq!(*talk.committed.lock().unwrap(), committed, "{verdict:?}");
        // The call that follows is inspected too.
        talk.conversation.judge(2, &InspectionVerdict::Pass);
        assert_eq!(talk.sent().len(), committed.len(), "{verdict:?}");
    }
}

#[test]
fn a_restart_waits_for_frames_that_are_inspected() {
    let observer = Box::new(Inspector(Direction::Out, 0));
    let mut talk = Talk::with(Version::V1_6, Scripted::default(), Vec::new(), Some(observer));
    talk.receive(CLEAR);
    talk.conversation.outbox.restart(Duration::from_secs(1));
    assert_eq!(talk.conversation.wish(), None);
    talk.conversation.judge(1, &InspectionVerdict::Pass);
    assert_eq!(talk.sent().len(), 1);
    assert_eq!(talk.conversation.wish(), Some(LinkWish::Restart(Duration::from_secs(1))));
}

#[test]
fn frames_of_the_peer_wait_for_their_inspection() {
    let observer = Box::new(Inspector(Direction::In, 0));
    let mut talk = Talk::with(Version::V1_6, Scripted::default(), Vec::new(), Some(observer));
    let (text, now) = (FrameText::from(CLEAR), talk.now);
    assert!(talk.conversation.inspect_incoming(text, now).is_none());
    assert!(talk.conversation.inspected_incoming(now).is_none());
    talk.conversation.judge(1, &InspectionVerdict::Drop);
    let (text, verdict) = talk.conversation.inspected_incoming(now).unwrap();
    assert_eq!((text.as_str(), verdict), (CLEAR, InspectionVerdict::Drop));
}
