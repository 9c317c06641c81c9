//! Rules that change frames on their way, and frames that leave twice or out of their order.

use std::time::Duration;

use regex::Regex;
use serde_json::Value;

use super::*;
use crate::link::RewriteChange;

/// A change that sets a member of the payload.
fn set(name: &'static str, value: Value) -> RewriteChange {
    RewriteChange::Payload(std::sync::Arc::new(move |payload, _, _| {
        let mut payload = payload.clone();
        payload.value_mut()[name] = value.clone();
        payload
    }))
}

fn rule(pair: &Pair, filter: &str, change: RewriteChange) {
    pair.gate.rewrites().add(filter.parse().unwrap(), change, filter.to_owned());
}

fn counts(pair: &Pair) -> Vec<(u64, u64)> {
    pair.gate.rewrites().all().iter().map(|rule| rule.counts()).collect()
}

#[test]
fn a_rule_changes_the_frames_of_its_filter_and_keeps_both_texts() {
    let mut pair = Pair::new(false);
    rule(&pair, "action:Authorize dir:in kind:call", set("idTag", json!("OTHER")));
    rule(&pair, "action:Authorize kind:result", RewriteChange::Replace(Regex::new("Acc(epted)").unwrap(), "Bl$1".into()));
    let came = r#"[2, "1" ,"Authorize", {"idTag":"A"} ]"#;
    pair.says(Station, came);
    pair.says(Station, r#"[2,"2","Heartbeat",{}]"#);
    pair.says(Upstream, r#"[2,"3","Authorize",{"idTag":"A"}]"#);
    let (messages, frames) = pair.take(Upstream);
    assert_eq!(messages[0], Message::text(r#"[2, "1" ,"Authorize", {"idTag":"OTHER"} ]"#));
    let passage = frames[0].passage().unwrap();
    let intervention = passage.intervention.as_deref().unwrap();
    assert_eq!(
        (intervention.to_string().as_str(), intervention.before.as_deref()),
        ("edited here by rewrite rule 1", Some(came))
    );
    assert_eq!(done(&frames[1]), (PairLegs::Both, None));
    assert_eq!(pair.texts(Station), [r#"[2,"3","Authorize",{"idTag":"A"}]"#], "the other direction");
    pair.says(Upstream, r#"[3,"1",{"idTagInfo":{"status":"Accepted"}}]"#);
    let answer = pair.frame(Station);
    assert_eq!(answer.text.as_str(), r#"[3,"1",{"idTagInfo":{"status":"Blepted"}}]"#);
    assert_eq!((answer.exchange, answer.findings.len()), (frames[0].exchange, 1), "it is judged as it left");
    pair.says(Station, r#"[2,"4","Authorize",{"idTag":"OTHER"}]"#);
    assert_eq!(done(&pair.frame(Upstream)), (PairLegs::Both, None));
    assert_eq!(counts(&pair), [(1, 1), (1, 0)]);
}

#[test]
fn rules_are_applied_one_after_the_other() {
    let mut pair = Pair::new(false);
    rule(&pair, "action:Authorize", RewriteChange::Action("DataTransfer".into()));
    rule(&pair, "action:DataTransfer", set("vendorId", json!("v")));
    rule(&pair, "dir:in", RewriteChange::Replace(Regex::new("\\}$|\\]$").unwrap(), String::new()));
    let came = r#"[2,"1","Authorize",{"idTag":"A"}]"#;
    pair.says(Station, came);
    let frame = pair.frame(Upstream);
    assert_eq!(frame.text.as_str(), r#"[2,"1","DataTransfer",{"idTag":"A","vendorId":"v"}"#);
    assert_eq!(
        (frame.kind, frame.passage().unwrap().intervention.as_ref().unwrap().before.as_deref()),
        (FrameKind::Malformed, Some(came))
    );
}

#[test]
fn the_answer_to_a_call_whose_id_was_changed_has_the_id_of_the_call() {
    let mut pair = Pair::new(false);
    rule(&pair, "kind:call", RewriteChange::Replace(Regex::new("\"1\"").unwrap(), "\"x\"".into()));
    pair.says(Station, r#"[2, "1","Heartbeat",{}]"#);
    assert_eq!(pair.texts(Upstream), [r#"[2, "x","Heartbeat",{}]"#]);
    pair.says(Upstream, r#"[3,"x",{"currentTime":"2030-01-01T00:00:00Z"}]"#);
    assert_eq!(pair.texts(Station), [r#"[3,"1",{"currentTime":"2030-01-01T00:00:00Z"}]"#]);
    let answer = Answer::result(json!({}));
    pair.state.context.rules[Station as usize] = Box::new(RuleOf(Some(FilterDecision::Replace(answer))));
    pair.says(Station, r#"[2, "1","Heartbeat",{}]"#);
    assert_eq!(pair.texts(Station), [r#"[3,"1",{}]"#]);
}

#[test]
fn frames_are_dropped_doubled_and_late_by_rule() {
    let mut pair = Pair::new(false);
    rule(&pair, "action:Reset", RewriteChange::Drop);
    rule(&pair, "action:ClearCache", RewriteChange::Duplicate);
    rule(&pair, "action:ClearCache", RewriteChange::Delay(Duration::from_secs(2)));
    pair.says(Upstream, r#"[2,"1","Reset",{"type":"Soft"}]"#);
    assert_eq!(done(&pair.frame(Upstream)), (PairLegs::Upstream, Some(InterventionKind::Dropped)));
    pair.says(Upstream, r#"[2,"2","ClearCache",{}]"#);
    assert_eq!(pair.texts(Station).len(), 0);
    pair.now = pair.now.at(pair.state.deadline(Station).unwrap());
    pair.state.tick(Station, pair.now);
    let (messages, frames) = pair.take(Station);
    assert_eq!((messages.len(), &messages[0]), (2, &messages[1]));
    assert_eq!(done(&frames[0]).1, Some(InterventionKind::Delayed));
    assert_eq!((done(&frames[1]).1, frames[1].exchange), (Some(InterventionKind::Duplicated), None));
}

#[test]
fn a_frame_leaves_behind_the_next_one_or_after_a_while() {
    let mut pair = Pair::new(false);
    rule(&pair, "action:Reset", RewriteChange::Reorder);
    let reset = r#"[2,"1","Reset",{"type":"Soft"}]"#;
    pair.says(Upstream, reset);
    assert_eq!(pair.texts(Station).len(), 0);
    pair.says(Station, r#"[2,"9","Heartbeat",{}]"#);
    pair.says(Upstream, r#"[2,"2","ClearCache",{}]"#);
    let (messages, frames) = pair.take(Station);
    assert_eq!(messages, [Message::text(r#"[2,"2","ClearCache",{}]"#), Message::text(reset)]);
    assert_eq!(done(&frames[1]).1, Some(InterventionKind::Reordered));
    pair.says(Upstream, reset);
    pair.now = pair.now.at(pair.state.deadline(Station).unwrap());
    pair.state.tick(Station, pair.now);
    assert_eq!(pair.texts(Station), [reset], "nothing came behind which it could leave");
}

#[test]
fn held_frames_go_on_twice_behind_another_or_overtaken() {
    let mut pair = Pair::new(false);
    pair.gate.set(Some("action:Reset".parse().unwrap()));
    let reset = r#"[2,"1","Reset",{"type":"Soft"}]"#;
    let clear = r#"[2,"2","ClearCache",{}]"#;
    let hold = |pair: &mut Pair| {
        pair.says(Upstream, reset);
        pair.gate.held()[0].number
    };
    let number = hold(&mut pair);
    pair.state.release(number, ReleaseAction::Twice, pair.now);
    assert_eq!(pair.texts(Station), [reset, reset]);
    let number = hold(&mut pair);
    pair.state.release(number, ReleaseAction::Behind, pair.now);
    pair.says(Upstream, clear);
    assert_eq!(pair.texts(Station), [clear, reset]);
    let number = hold(&mut pair);
    pair.says(Upstream, clear);
    pair.state.release(number, ReleaseAction::Go(None), pair.now);
    let (_, frames) = pair.take(Station);
    assert_eq!(done(&frames[1]).1, Some(InterventionKind::Reordered), "another one has overtaken it");
    let number = hold(&mut pair);
    pair.state.release(number, ReleaseAction::Go(None), pair.now);
    assert_eq!(done(&pair.frame(Station)).1, None);
}
