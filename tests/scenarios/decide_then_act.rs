//! A call is judged, then answered, then carried out: a simulated charge point does nothing before its answer has left, and nothing at all
//! when the answer is another one. By answer rules, by breakpoints and by scenarios, over both transports, with a virtual clock.

use std::time::Duration;

use ocpp_tui::console::Console;
use ocpp_tui::hub::Hub;
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::trace::{Contents, Direction, FrameKind, RecordKind, StationKey};
use serde_json::json;
use tokio::time::sleep;

use crate::stage::play;
use crate::support::envelopes::soap_charge_point;
use crate::support::{call, central_system, charge_point, run_line, station, until};
use crate::virtual_time::session;

const MINUTE: Duration = Duration::from_secs(60);

/// What our charge point received and sent, in order: `in RemoteStartTransaction`, `result RemoteStartTransaction`, `call Authorize` …
fn frames(contents: &Contents, charge_point: StationKey) -> Vec<String> {
    let records = contents.records();
    let ours = records.iter(records.range()).filter(|record| record.station == Some(charge_point));
    let named = |record: ocpp_tui::trace::Record<'_>| {
        let RecordKind::Frame(direction, kind) = record.kind else {
            return matches!(record.kind, RecordKind::Disconnected | RecordKind::Retry).then(|| "down".to_owned());
        };
        let kind = match (direction, kind) {
            (Direction::In, FrameKind::Call) => "in",
            (Direction::Out, FrameKind::Call) => "call",
            (Direction::Out, FrameKind::Result) => "result",
            (Direction::Out, FrameKind::Error) => "error",
            _ => return None,
        };
        Some(format!("{kind} {}", record.action.unwrap_or_default()))
    };
    ours.filter_map(named).collect()
}

/// A charge point that acts by itself, booted, and its central system.
async fn booted(hub: &Hub, soap: bool) -> (Console, StationKey, StationKey) {
    let port = central_system(hub, &Version::ALL).await;
    let start = if soap { soap_charge_point } else { charge_point };
    hub.start_charge_point(start(port, "CP1", Version::V1_6, true)).unwrap();
    let at_charge_point = station(hub, Role::ChargePoint, "CP1").await;
    let at_central = station(hub, Role::CentralSystem, "CP1").await;
    sleep(MINUTE).await;
    (Console::new(hub.clone()), at_charge_point, at_central)
}

/// What follows at the charge point when the central system makes this call, while these commands hold.
fn after(soap: bool, lines: &[&str], action: &str, payload: serde_json::Value, release: &str) -> Vec<String> {
    session(LinkSettings::default(), async |hub| {
        let (console, at_charge_point, at_central) = booted(hub, soap).await;
        let before = frames(&hub.trace().read(), at_charge_point).len();
        for line in lines {
            assert_eq!(run_line(&console, line).await, "", "{line}");
        }
        assert_eq!(hub.submit(&call(at_central, action, payload)).taken, [at_central]);
        if !release.is_empty() {
            until(hub.trace(), "a held frame", |_| (hub.gate().count() > 0).then_some(())).await;
            let number = hub.gate().held()[0].number;
            sleep(MINUTE).await;
            run_line(&console, &release.replace('#', &number.to_string())).await;
        }
        sleep(MINUTE).await;
        frames(&hub.trace().read(), at_charge_point).split_off(before)
    })
}

fn start() -> serde_json::Value {
    json!({"idTag": "TAG", "connectorId": 1})
}

#[test]
fn a_start_that_a_rule_refuses_is_not_carried_out() {
    for soap in [false, true] {
        let rule = "answer remote_remotestarttransaction error=InternalError";
        let after_error = after(soap, &[rule], "RemoteStartTransaction", start(), "");
        assert_eq!(after_error, ["in RemoteStartTransaction", "error RemoteStartTransaction"]);
        let rule = "answer remote_remotestarttransaction status=Rejected";
        let after_rejection = after(soap, &[rule], "RemoteStartTransaction", start(), "");
        assert_eq!(after_rejection, ["in RemoteStartTransaction", "result RemoteStartTransaction"]);
        let rule = "answer remote_remotestarttransaction none";
        assert_eq!(after(soap, &[rule], "RemoteStartTransaction", start(), ""), ["in RemoteStartTransaction"]);
    }
}

#[test]
fn a_triggered_message_leaves_after_an_answer_that_a_rule_delays() {
    for soap in [false, true] {
        let rule = "answer remote_triggermessage delay=5s";
        let frames = after(soap, &[rule], "TriggerMessage", json!({"requestedMessage": "Heartbeat"}), "");
        assert_eq!(frames, ["in TriggerMessage", "result TriggerMessage", "call Heartbeat"]);
    }
}

#[test]
fn a_reset_whose_answer_a_rule_delays_is_answered_before_the_restart() {
    let frames = after(false, &["answer remote_reset delay=20s"], "Reset", json!({"type": "Soft"}), "");
    assert_eq!(frames[..4], ["in Reset", "result Reset", "down", "call BootNotification"], "{frames:?}");
    let frames = after(true, &["answer remote_reset delay=20s"], "Reset", json!({"type": "Soft"}), "");
    assert_eq!(frames[..3], ["in Reset", "result Reset", "call BootNotification"], "{frames:?}");
}

#[test]
fn an_answer_that_is_held_counts_as_it_leaves() {
    let hold = "hold role:cp dir:out kind:result,error";
    let answer = |release: &str| after(false, &[hold], "RemoteStartTransaction", start(), release);
    assert_eq!(answer("drop #"), ["in RemoteStartTransaction"]);
    let refused = ["in RemoteStartTransaction", "result RemoteStartTransaction"];
    assert_eq!(answer("release # status=Rejected"), refused);
    assert_eq!(answer("release # error=InternalError"), ["in RemoteStartTransaction", "error RemoteStartTransaction"]);
    let carried_out = answer("release #");
    assert_eq!(carried_out[..2], refused);
    let follows = ["call StatusNotification", "call Authorize"];
    assert_eq!(carried_out[2..4], follows, "{carried_out:?}");
    assert!(carried_out.contains(&"call StartTransaction".to_owned()), "{carried_out:?}");
}

/// A scenario in which our charge point acts by itself and both links are in the scenario's hand.
fn between(body: &str) -> String {
    format!(
        "scenario('decide, then act', async () => {{
          const here = await centralSystem();
          const cp = await chargePoint({{ id: 'A', url: here.url, autonomous: true }});
          const cs = await here.station('A');
          await sleep(60000);
          cs.forget();
          {body}
        }});"
    )
}

#[test]
fn a_start_that_a_scenario_refuses_is_not_carried_out() {
    play(&between(
        "const start = { idTag: 'TAG', connectorId: 1 };
         cp.answerOnce('RemoteStartTransaction', ocpp.error('InternalError'));
         await cs.callError('RemoteStartTransaction', start, 'InternalError');
         await cs.expectNoCall(undefined, { for: 30000 });
         cp.answerOnce('RemoteStartTransaction', { status: 'Rejected' });
         await cs.call('RemoteStartTransaction', start, { status: 'Rejected' });
         await cs.expectNoCall(undefined, { for: 30000 });
         await cs.call('RemoteStartTransaction', start, { status: 'Accepted' });
         await cs.expectNext('StatusNotification', { connectorId: 1, status: 'Preparing' });
         cp.answerOnce('RemoteStartTransaction', ocpp.silence());
         cs.forget();
         await cs.callUnanswered('RemoteStartTransaction', { idTag: 'TAG', connectorId: 2 }, { within: 20000 });
         await cs.expectNoCall('Authorize', { for: 1000 });",
    ))
    .is_silent();
}

#[test]
fn a_triggered_message_leaves_after_an_answer_that_a_scenario_delays() {
    play(&between(
        "for (const rule of [ocpp.delay(3000), async (call, usual) => { await sleep(3000); return usual; }]) {
           cp.answerOnce('TriggerMessage', rule);
           const before = now();
           const answered = cs.call('TriggerMessage', { requestedMessage: 'Heartbeat' }, { status: 'Accepted' }).then(() => now());
           const { at } = await cs.expectCall('Heartbeat');
           expect(now() - before, between(3000, 3500));
           expect(await answered, between(before + 3000, at), 'the answer comes first');
         }",
    ))
    .is_silent();
}

#[test]
fn a_reset_whose_answer_a_scenario_delays_is_answered_before_the_restart() {
    play(&between(
        "cp.answerOnce('Reset', ocpp.delay(10000));
         const before = now();
         await cs.call('Reset', { type: 'Hard' }, { status: 'Accepted' }, { within: 20000 });
         expect(now() - before, between(10000, 10500));
         assert(cs.connected, 'the link is up when the answer comes');
         await cs.expectDisconnect();
         await cs.expectConnect();
         await cs.expectCall('BootNotification');",
    ))
    .is_silent();
}
