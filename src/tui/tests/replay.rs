//! The page with the steps of a replay.

use insta::assert_snapshot;
use serde_json::json;

use super::test_screen::Screen;
use crate::ocpp::{Role, Transport, Version};
use crate::replay::{
    AnswerMessage, LiveAnswer, RecordedAnswer, RecordedStation, ReplayOptions, ReplayRun, ReplaySpeed, ReplayStep,
    StationReplay, StepKind,
};
use crate::tui::state::ReplayPage;
use crate::tui::update::UpdateEffect;

fn step(at: i64, kind: StepKind, action: &str, answer: &serde_json::Value) -> ReplayStep {
    let message = AnswerMessage::Result(answer.to_string().into());
    ReplayStep {
        sequence: at.unsigned_abs(),
        at_micros: at * 1_000_000,
        kind,
        action: action.into(),
        text: Box::default(),
        payload: "{}".into(),
        answer: RecordedAnswer::Answer { at_micros: at * 1_000_000, text: Box::default(), message },
        about: None,
    }
}

/// Two steps have gone otherwise, a third waits for the user.
pub fn run() -> ReplayRun {
    let steps = vec![
        step(1, StepKind::Call, "BootNotification", &json!({ "status": "Accepted", "interval": 300 })),
        step(2, StepKind::Call, "Authorize", &json!({ "idTagInfo": { "status": "Accepted" } })),
        step(3, StepKind::Call, "StartTransaction", &json!({})),
        step(4, StepKind::ExpectedCall, "RemoteStopTransaction", &json!({})),
    ];
    let plan = RecordedStation {
        recorded: "CP1".into(),
        identity: "CP1".into(),
        version: Version::V1_6,
        transport: Transport::WebSocket,
        steps,
    };
    let options =
        ReplayOptions { our_role: Role::ChargePoint, speed: ReplaySpeed::Step, exact: false, patience: 1, ignored: Vec::new() };
    let mut station = StationReplay::new(plan, 0, options);
    station.link(true, 0);
    let answers = [json!({ "status": "Accepted", "interval": 300 }), json!({ "idTagInfo": { "status": "Blocked" } })];
    for (index, answer) in answers.into_iter().enumerate() {
        station.grant();
        assert_eq!(station.advance(0).len(), 1);
        station.sent(index, index as u64);
        station.answered(index, &LiveAnswer::Answer(AnswerMessage::Result(answer.to_string().into())));
        station.advance(0);
    }
    station.called("Reset", r#"{"type":"Hard"}"#, 7);
    ReplayRun::of_stations(Role::ChargePoint, vec![station])
}

#[test]
fn the_steps_are_listed_with_their_differences() {
    let mut screen = Screen::busy(100, 24);
    screen.press("B");
    assert!(screen.app.overlays.get::<ReplayPage>().is_none(), "nothing is replayed");
    screen.replay = Some(run());
    screen.press("B");
    assert_snapshot!(screen.picture());
    assert_eq!(screen.press("space").into_iter().filter(|effect| *effect == UpdateEffect::SendNextStep).count(), 1);
    screen.press("g n");
    let picture = screen.picture();
    assert!(picture.contains("Step 2 is ours: Authorize went otherwise."), "{picture}");
    assert!(picture.contains(r#"/idTagInfo/status: "Accepted" in the record, "Blocked" now"#), "{picture}");
    screen.press("n");
    assert!(screen.picture().contains("is the peer's and not in the record"), "{}", screen.picture());
    screen.press("N enter");
    assert!(screen.app.overlays.get::<ReplayPage>().is_none());
    assert_eq!(screen.app.trace.selected(), Some(1));
}
