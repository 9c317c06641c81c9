//! Plugins over real sockets, in both roles: what they answer, call, change and keep back is on the wire.

use std::path::Path;
use std::time::Duration;

use ocpp_tui::console::{Console, RunContext};
use ocpp_tui::hub::{Hub, LinkCommand, Order};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::plugin::PluginOptions;
use ocpp_tui::trace::{Direction, Record, RecordKind, StationKey};
use serde_json::{Value, json};

use crate::support::envelopes::soap_charge_point;
use crate::support::{call, central_system, charge_point, hub, hub_with, record, run_line, station, until};

async fn load(hub: &Hub, folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(format!("{name}.js")), text).unwrap();
    hub.plugins().configure(PluginOptions { folders: vec![folder.to_owned()], ..PluginOptions::default() });
    assert_eq!(hub.plugins().load(name).await.failure, None);
}

/// Waits for a record with this text in it.
async fn until_recorded(hub: &Hub, part: &str) {
    record(hub, part, |record| record.summary().contains(part)).await;
}

/// Lets a station be called, which takes the order.
fn order(hub: &Hub, station: StationKey, action: &str, payload: Value) {
    assert_eq!(hub.submit(&call(station, action, payload)).taken, [station]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_of_the_central_system_answers_and_calls() {
    let (hub, folder) = (hub(), tempfile::tempdir().unwrap());
    let port = central_system(&hub, &Version::ALL).await;
    let text = "exports.onLoad = function () {
        const plugin = this;
        this.onCall('Heartbeat', async function (call, { usual }) {
            const result = await this.call('GetConfiguration', { key: ['HeartbeatInterval'] });
            plugin.log(`${this.id} has ${result.configurationKey.length} key`);
            return { currentTime: '2000-01-01T00:00:00Z' };
        });
        this.onClientConnectionEvent((type, id) => { plugin.log(`${id} ${type}`); });
    };";
    load(&hub, folder.path(), "answers", text).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let station = station(&hub, Role::ChargePoint, "CP1").await;
    until_recorded(&hub, "CP1 connected").await;
    order(&hub, station, "Heartbeat", json!({}));
    until_recorded(&hub, "CP1 has 1 key").await;
    until_recorded(&hub, r#",{"currentTime":"2000-01-01T00:00:00Z"}]"#).await;
    let detail = hub.plugins().list().await.into_iter().find(|detail| detail.name == "answers").unwrap();
    assert_eq!((detail.errors, detail.last_error), (0, None));
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_of_a_charge_point_answers_and_answer_rules_override_it() {
    let (hub, folder) = (hub(), tempfile::tempdir().unwrap());
    let port = central_system(&hub, &Version::ALL).await;
    let text = "exports.onLoad = function () {
        this.onCall('ClearCache', () => ocpp.error('InternalError', 'by the plugin'));
        this.onCall('GetLocalListVersion', () => ({ listVersion: 77 }));
    };";
    load(&hub, folder.path(), "answers", text).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let station = station(&hub, Role::CentralSystem, "CP1").await;
    order(&hub, station, "ClearCache", json!({}));
    until_recorded(&hub, r#""InternalError","by the plugin""#).await;
    order(&hub, station, "GetLocalListVersion", json!({}));
    until_recorded(&hub, r#"{"listVersion":77}"#).await;
    let console = Console::new(hub.clone());
    let said = console.run("answer remote_getlocallistversion listVersion=5", &RunContext::default()).await;
    assert!(!said.failed(), "{said:?}");
    order(&hub, station, "GetLocalListVersion", json!({}));
    until_recorded(&hub, r#"{"listVersion":5}"#).await;
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_change_and_drop_frames() {
    let (hub, folder) = (hub(), tempfile::tempdir().unwrap());
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let station = station(&hub, Role::CentralSystem, "CP1").await;
    let text = "exports.onLoad = function () {
        this.onOutgoing(function (text) {
            const [type, id, action, payload] = JSON.parse(text);
            if (type === 2 && action === 'ClearCache') return [type, id, 'DataTransfer', { vendorId: 'Changed' }];
            if (type === 2 && action === 'GetLocalListVersion') return null;
            if (type === 2 && action === 'ChangeConfiguration') return null;
        });
        this.onIncoming((text) => text.replace('UnknownVendorId', 'Accepted'));
    };";
    load(&hub, folder.path(), "frames", text).await;
    order(&hub, station, "ClearCache", json!({}));
    until_recorded(&hub, r#""DataTransfer",{"vendorId":"Changed"}]"#).await;
    until_recorded(&hub, "a plugin changed the next frame; the peer sent [3,").await;
    order(&hub, station, "GetLocalListVersion", json!({}));
    until_recorded(&hub, "a plugin kept a frame back: [2,").await;
    // A note is no frame, and has no secrets all the same.
    order(&hub, station, "ChangeConfiguration", json!({"key": "AuthorizationKey", "value": "s3cretMarker"}));
    until_recorded(&hub, r#"{"key":"AuthorizationKey","value":"(hidden, 12 characters)"}]"#).await;
    hub.end().await;
    let dump = crate::support::dump(hub.trace());
    assert!(!dump.contains("s3cretMarker"), "{dump}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_lists_helps_completes_and_runs_plugins() {
    let (hub, folder) = (hub(), tempfile::tempdir().unwrap());
    let text = "exports.onLoad = function () {
        this.command('valet', { help: 'take a place', complete: ['north'] }, (words) => console.log('parked ' + words));
        this.command('tell', () => ocpp.toast('two places are free'));
        this.command('quit', () => console.log('never'));
    };";
    load(&hub, folder.path(), "parking", text).await;
    let console = Console::new(hub.clone());
    let run = async |line: &str| run_line(&console, line).await;
    assert!(
        run("plugins")
            .await
            .starts_with("List of plugins:\n [ ] cbxs-automatic-mode\n [ ] cs-example\n [ ] helloworld\n [X] parking\n")
    );
    assert_eq!(run("valet north").await, "parked north");
    run("tell").await;
    record(&hub, "the toast", |record| record.kind == RecordKind::Toast && record.text == "two places are free").await;
    assert!(run("help").await.ends_with(" - valet take a place\n - tell \n - quit \n - quit"), "{}", run("help").await);
    assert_eq!(run("help valet").await, "valet: take a place (of the plugin parking)");
    let explained = run("plugin parking").await;
    assert!(explained.starts_with("parking: loaded\n") && explained.contains("command   valet  take a place"), "{explained}");
    let words = |line: &str| console.complete(line, line.len(), &RunContext::default()).candidates;
    assert_eq!(words("valet n")[0].text, "north");
    assert_eq!(words("load hell")[0].text, "helloworld");
    assert_eq!(words("val")[0].text, "valet");
    assert_eq!(run("reload nothing").await, "Error: the plugin `nothing' is not loaded.");
    assert!(console.run("quit", &RunContext::default()).await.quit, "no plugin takes a command of the program");
    hub.end().await;
}

/// A charge point over SOAP; the central system knows it once it has called.
async fn over_soap(hub: &Hub) -> (StationKey, StationKey) {
    let port = central_system(hub, &Version::ALL).await;
    hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let at_charge_point = station(hub, Role::ChargePoint, "CP1").await;
    order(hub, at_charge_point, "Heartbeat", json!({}));
    (at_charge_point, station(hub, Role::CentralSystem, "CP1").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_answer_call_and_observe_over_soap_in_both_roles() {
    let (hub, folder) = (hub(), tempfile::tempdir().unwrap());
    let text = "exports.onLoad = function () {
        const plugin = this;
        this.onConnectionEvent((type, id) => { plugin.log(`our ${id} ${type}`); });
        this.onClientConnectionEvent((type, id) => { plugin.log(`their ${id} ${type}`); });
        this.onCall('Authorize', async function (call, { usual }) {
            const result = await this.call('GetConfiguration', { key: ['HeartbeatInterval'] });
            plugin.log(`${this.id} has ${result.configurationKey.length} key`);
            return { idTagInfo: { ...usual.idTagInfo, status: 'Blocked' } };
        });
        this.onCall('GetLocalListVersion', () => ({ listVersion: 77 }));
        this.onCall('ClearCache', () => ocpp.error('InternalError', 'by the plugin'));
        this.onResult('GetLocalListVersion', function (result) { plugin.log(`${this.id} says ${result.listVersion}`); });
        this.onResult('Heartbeat', function (result) { plugin.log(`the time is a ${typeof result.currentTime}`); });
        this.command('state', { help: 'of the session' }, async () => {
            console.log(plugin.protocol, plugin.ocpp_version);
            const { currentTime } = await cp.call('Heartbeat');
            const { listVersion } = await cs.call('GetLocalListVersion', {});
            plugin.log(`called both ways: ${typeof currentTime}, ${listVersion}`);
            await cs.station('CP1').call('ClearCache').catch((error) => plugin.log(`refused: ${error.code}`));
        });
    };";
    load(&hub, folder.path(), "answers", text).await;
    let (at_charge_point, at_central) = over_soap(&hub).await;
    until_recorded(&hub, "our CP1 connected").await;
    until_recorded(&hub, "their CP1 connected").await;
    until_recorded(&hub, "the time is a string").await;
    order(&hub, at_charge_point, "Authorize", json!({"idTag": "TAG"}));
    until_recorded(&hub, "CP1 has 1 key").await;
    until_recorded(&hub, ">Blocked<").await;
    order(&hub, at_central, "GetLocalListVersion", json!({}));
    until_recorded(&hub, ">77<").await;
    until_recorded(&hub, "CP1 says 77").await;
    assert_eq!(run_line(&Console::new(hub.clone()), "state").await, "soap 1.6");
    until_recorded(&hub, "called both ways: string, 77").await;
    until_recorded(&hub, "refused: InternalError").await;
    let detail = hub.plugins().list().await.into_iter().find(|detail| detail.name == "answers").unwrap();
    assert_eq!((detail.errors, detail.last_error), (0, None));
    for station in [at_charge_point, at_central] {
        hub.submit(&Order { targets: vec![station], command: LinkCommand::Disconnect });
    }
    until_recorded(&hub, "our CP1 disconnected").await;
    until_recorded(&hub, "their CP1 disconnected").await;
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_change_and_drop_envelopes() {
    let settings = LinkSettings { call_timeout: Duration::from_secs(1), ..LinkSettings::default() };
    let (hub, folder) = (hub_with(settings), tempfile::tempdir().unwrap());
    let (at_charge_point, at_central) = over_soap(&hub).await;
    let text = "exports.onLoad = function () {
        this.onOutgoing(function (text) {
            if (this.role === 'cs' && text.includes('getLocalListVersionRequest')) return null;
            if (text.includes('triggerMessageResponse')) return null;
            return text.replace('BadTag', 'GoodTag');
        });
        this.onIncoming(function (text) {
            if (text.includes('KeptBack')) return null;
            return text.replace('>Theirs<', '>Ours<');
        });
        this.onCall('Authorize', (call) => ({ idTagInfo: { status: call.idTag === 'GoodTag' ? 'Accepted' : 'Invalid' } }));
        this.onCall('DataTransfer', (call) => ({ status: 'Accepted', data: `from ${call.vendorId}` }));
    };";
    load(&hub, folder.path(), "envelopes", text).await;
    // A request of ours is changed on its way out.
    order(&hub, at_charge_point, "Authorize", json!({"idTag": "BadTag"}));
    let remark = record(&hub, "the changed one", |record| record.remarks.contains("a plugin changed it from")).await;
    assert!(remark.0.contains(">GoodTag<") && remark.1.contains(">BadTag<"), "{remark:?}");
    until_recorded(&hub, ">Accepted<").await;
    // A request of the peer is changed on its way in.
    order(&hub, at_charge_point, "DataTransfer", json!({"vendorId": "Theirs"}));
    until_recorded(&hub, ">from Ours<").await;
    until_recorded(&hub, "a plugin changed the next frame; the peer sent <?xml").await;
    // A request of ours never leaves, one of the peer is not taken in, and an answer of ours is kept back.
    let timeouts = async |count: usize| {
        until(hub.trace(), "timeouts", |contents| {
            let records = contents.records();
            let timeouts = records.iter(records.range()).filter(|record| record.kind == RecordKind::Timeout).count();
            (timeouts == count).then_some(())
        })
        .await;
    };
    order(&hub, at_central, "GetLocalListVersion", json!({}));
    until_recorded(&hub, "a plugin kept a frame back: <?xml").await;
    timeouts(1).await;
    order(&hub, at_charge_point, "Authorize", json!({"idTag": "KeptBack"}));
    until_recorded(&hub, "a plugin kept a received frame back: <?xml").await;
    timeouts(2).await;
    order(&hub, at_central, "TriggerMessage", json!({"requestedMessage": "Heartbeat"}));
    timeouts(3).await;
    // The link lives.
    order(&hub, at_central, "ClearCache", json!({}));
    until_recorded(&hub, "clearCacheResponse").await;
    let detail = hub.plugins().list().await.into_iter().find(|detail| detail.name == "envelopes").unwrap();
    assert_eq!((detail.errors, detail.last_error), (0, None));
    hub.end().await;
}

/// A charge point that acts by itself, booted, with several calls of its central system under way at the same time.
async fn autonomous() -> (Hub, StationKey, StationKey) {
    let hub = hub_with(LinkSettings { calls_in_flight: 3, ..LinkSettings::default() });
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
    let at_charge_point = station(&hub, Role::ChargePoint, "CP1").await;
    let at_central = station(&hub, Role::CentralSystem, "CP1").await;
    until_recorded(&hub, r#""StatusNotification",{"connectorId":2"#).await;
    (hub, at_charge_point, at_central)
}

/// The texts of the frames that our charge point sent, oldest first.
fn sent(hub: &Hub, charge_point: StationKey) -> Vec<String> {
    let contents = hub.trace().read();
    let records = contents.records();
    let ours = records
        .iter(records.range())
        .filter(|record| record.station == Some(charge_point) && matches!(record.kind, RecordKind::Frame(Direction::Out, _)));
    ours.map(|record| record.text.to_owned()).collect()
}

/// Lets everything that was to happen happen: a message that the central system asks for comes behind it.
async fn fence(hub: &Hub, at_central: StationKey) {
    order(hub, at_central, "TriggerMessage", json!({"requestedMessage": "DiagnosticsStatusNotification"}));
    until_recorded(hub, r#","DiagnosticsStatusNotification",{"#).await;
}

fn assert_not_started(hub: &Hub, charge_point: StationKey) {
    let started = ["Preparing", "Authorize", "StartTransaction"];
    let sent = sent(hub, charge_point);
    assert!(!sent.iter().any(|text| started.iter().any(|part| text.contains(part))), "{sent:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_a_plugin_refuses_is_not_carried_out() {
    let (hub, at_charge_point, at_central) = autonomous().await;
    let folder = tempfile::tempdir().unwrap();
    let text = "exports.onLoad = function () {
        this.onCall('RemoteStartTransaction', () => ocpp.error('InternalError', 'by the plugin'));
    };";
    load(&hub, folder.path(), "refuses", text).await;
    order(&hub, at_central, "RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    until_recorded(&hub, "by the plugin").await;
    fence(&hub, at_central).await;
    assert_not_started(&hub, at_charge_point);
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_whose_answer_a_plugin_keeps_back_or_changes_is_not_carried_out() {
    let (hub, at_charge_point, at_central) = autonomous().await;
    let folder = tempfile::tempdir().unwrap();
    let text = "exports.onLoad = function () {
        let answers = 0;
        this.onCall('RemoteStartTransaction', () => { answers = 2; });
        this.onOutgoing(function (text) {
            if (this.role !== 'cp' || !text.startsWith('[3,') || !answers) return;
            answers -= 1;
            return answers ? text.replace('Accepted', 'Rejected') : null;
        });
    };";
    load(&hub, folder.path(), "frames", text).await;
    order(&hub, at_central, "RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    until_recorded(&hub, r#"{"status":"Rejected"}"#).await;
    order(&hub, at_central, "ClearCache", json!({}));
    until_recorded(&hub, "a plugin kept a frame back: [3,").await;
    fence(&hub, at_central).await;
    assert_not_started(&hub, at_charge_point);
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_triggered_message_leaves_after_an_answer_that_a_plugin_delays() {
    let (hub, at_charge_point, at_central) = autonomous().await;
    let folder = tempfile::tempdir().unwrap();
    let text = "exports.onLoad = function () {
        this.onCall('TriggerMessage', () => new Promise((resolve) => setTimeout(() => resolve(), 300)));
    };";
    load(&hub, folder.path(), "late", text).await;
    fence(&hub, at_central).await;
    let sent = sent(&hub, at_charge_point);
    let position = |part: &str| sent.iter().position(|text| text.contains(part));
    let (answer, message) = (position(r#"[3,"#), position(r#","DiagnosticsStatusNotification",{"#));
    assert!(answer.is_some() && answer < message, "{sent:#?}");
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_whose_answer_a_plugin_delays_is_answered_before_the_restart() {
    let (hub, at_charge_point, at_central) = autonomous().await;
    let folder = tempfile::tempdir().unwrap();
    // The restart comes up to three seconds after a Reset.
    let text = "exports.onLoad = function () {
        this.onCall('Reset', () => ocpp.delay(3500));
    };";
    load(&hub, folder.path(), "late", text).await;
    order(&hub, at_central, "Reset", json!({"type": "Soft"}));
    let is_down = |record: &Record<'_>| {
        record.station == Some(at_charge_point) && matches!(record.kind, RecordKind::Disconnected | RecordKind::Retry)
    };
    record(&hub, "the restart", is_down).await;
    let sent = sent(&hub, at_charge_point);
    assert!(sent.last().is_some_and(|text| text.starts_with("[3,")), "{sent:#?}");
    hub.end().await;
}
