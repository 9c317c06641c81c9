//! What 2.x has added to the messages, over real sockets: as lines of JSON, to plugins and to large reports.

use std::sync::Arc;
use std::time::Duration;

use ocpp_tui::hub::Hub;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::plugin::PluginOptions;
use ocpp_tui::trace::{Direction, FrameKind, RecordKind, export};
use serde_json::{Value, json};

use crate::support::{RawPeer, call, central_system, hub, record, station, until};

const SEND: &str =
    r#"[6,"s1","NotifyPeriodicEventStream",{"id":1,"pending":0,"basetime":"2030-01-31T12:00:00Z","data":[{"t":0,"v":"1"}]}]"#;
/// `{}` signed by `{"alg":"ES256"}`.
const SIGNED: &str = r#"[2,"g1","Heartbeat-Signed",{"protected":"eyJhbGciOiJFUzI1NiJ9","payload":"e30","signature":"c2ln"}]"#;

/// The JSON of the first record of this kind of frame.
async fn line(hub: &Hub, direction: Direction, kind: FrameKind) -> Value {
    until(hub.trace(), kind.word(), |contents| {
        let records = contents.records();
        let found = records.iter(records.range()).find(|record| record.kind == RecordKind::Frame(direction, kind))?;
        Some(Value::Object(export::object(&found, contents.stations())))
    })
    .await
}

#[tokio::test]
async fn a_send_a_signed_call_and_a_result_error_are_lines_of_json() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut peer = RawPeer::connect(port, "/CS1", &["ocpp2.1"]).await.unwrap();
    let key = station(&hub, Role::CentralSystem, "CS1").await;
    peer.say(SEND).await;
    let sent = line(&hub, Direction::In, FrameKind::Send).await;
    assert_eq!(
        (&sent["kind"], &sent["action"], &sent["id"]),
        (&json!("send"), &json!("NotifyPeriodicEventStream"), &json!("s1"))
    );
    assert_eq!(
        (&sent["direction"], &sent["payload"]["data"][0]["v"], &sent["valid"]),
        (&json!("in"), &json!("1"), &Value::Null)
    );

    let answer = peer.ask(SIGNED).await;
    assert_eq!((&answer[0], &answer[1]), (&json!(3), &json!("g1")), "{answer}");
    let signed = line(&hub, Direction::In, FrameKind::Call).await;
    assert_eq!((&signed["action"], &signed["payload"], &signed["id"]), (&json!("Heartbeat"), &json!({}), &json!("g1")));
    assert_eq!(
        (&signed["signed"], &signed["raw"], &signed["transport"]),
        (&json!({ "alg": "ES256" }), &json!(SIGNED), &Value::Null)
    );

    hub.submit(&call(key, "ClearCache", json!({})));
    let asked = peer.hear().await;
    let error = peer.ask(&json!([3, asked[1], { "status": "Perhaps" }]).to_string()).await;
    assert_eq!((&error[0], &error[1], &error[2]), (&json!(5), &asked[1], &json!("PropertyConstraintViolation")));
    let reported = line(&hub, Direction::Out, FrameKind::ResultError).await;
    assert_eq!((&reported["kind"], &reported["action"]), (&json!("resulterror"), &json!("ClearCache")));
    assert_eq!((&reported["error"], &reported["id"]), (&json!("PropertyConstraintViolation"), &asked[1]));
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_hears_of_a_send_and_answers_calls_of_both_versions() {
    let (hub, folder) = (hub(), tempfile::tempdir().unwrap());
    let port = central_system(&hub, &Version::ALL).await;
    let text = "exports.onLoad = function () {
        const plugin = this;
        this.onCall('NotifyPeriodicEventStream', function (call) { plugin.log(`${this.id} ${this.version} stream ${call.id}`); return {}; });
        this.onCall('Heartbeat', async function (call, { usual }) {
            const result = await this.call('ClearCache');
            plugin.log(`${this.version} ${result.status}`);
            return { ...usual, currentTime: '2000-01-01T00:00:00Z' };
        });
    };";
    std::fs::write(folder.path().join("newer.js"), text).unwrap();
    hub.plugins().configure(PluginOptions {
        folders: vec![folder.path().to_owned()],
        time: Duration::from_secs(10),
        ..PluginOptions::default()
    });
    assert_eq!(hub.plugins().load("newer").await.failure, None);
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut peer = RawPeer::connect(port, &format!("/CS-{version}"), &[version.subprotocol()]).await.unwrap();
        peer.say(r#"[2,"h1","Heartbeat",{}]"#).await;
        let asked = peer.hear().await;
        assert_eq!((&asked[0], &asked[2]), (&json!(2), &json!("ClearCache")));
        peer.say(&json!([3, asked[1], { "status": "Accepted" }]).to_string()).await;
        assert_eq!(peer.hear().await, json!([3, "h1", { "currentTime": "2000-01-01T00:00:00Z" }]));
        record(&hub, "the result", |record| record.summary().contains(&format!("{version} Accepted"))).await;
        if version == Version::V2_1 {
            peer.say(SEND).await;
            record(&hub, "the stream", |record| record.summary().contains("CS-2.1 2.1 stream 1")).await;
            let alive = peer.ask(r#"[2,"g",17,{}]"#).await;
            assert_eq!(alive[2], json!("FormatViolation"), "the SEND was not answered: {alive}");
        }
    }
    hub.end().await;
}

/// A report of nearly a megabyte, valid and then wrong in every entry.
#[tokio::test]
async fn a_large_report_is_answered_and_the_connection_stays() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut peer = RawPeer::connect(port, &format!("/CS-{version}"), &[version.subprotocol()]).await.unwrap();
        let report = |id: &str, mutability: &str| {
            let entry = json!({
                "component": { "name": "EVSE", "evse": { "id": 1 } }, "variable": { "name": "Power" },
                "variableAttribute": [{ "type": "Actual", "value": "1".repeat(100), "mutability": mutability }],
            });
            let data: Vec<Value> = std::iter::repeat_n(entry, 3_500).collect();
            let payload = json!({ "requestId": 1, "generatedAt": "2030-01-31T12:00:00Z", "seqNo": 0, "reportData": data });
            json!([2, id, "NotifyReport", payload]).to_string()
        };
        let text = report("1", "ReadOnly");
        assert!(text.len() > 800_000 && text.len() < 1 << 20, "{}", text.len());
        let answer = peer.ask(&text).await;
        assert_eq!((&answer[0], &answer[1]), (&json!(3), &json!("1")), "{version}");
        let answer = peer.ask(&report("2", "Nobody")).await;
        assert_eq!((&answer[0], &answer[2]), (&json!(4), &json!("PropertyConstraintViolation")), "{version}");
        assert!(answer[3].as_str().unwrap().chars().count() <= 255);
        let answer = peer.ask(r#"[2,"3","Heartbeat",{}]"#).await;
        assert_eq!((&answer[0], &answer[1]), (&json!(3), &json!("3")));
    }
    let faulty = until(hub.trace(), "the findings", |contents| {
        let records = contents.records();
        let found = records.iter(records.range()).find(|record| record.remarks.contains("mutability"))?;
        Some(Arc::<str>::from(found.remarks))
    });
    assert!(faulty.await.lines().count() < 1_000, "findings are bounded");
    hub.end().await;
}
