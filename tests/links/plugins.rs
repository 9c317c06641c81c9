//! Plugins over real sockets, in both roles: what they answer, call, change and keep back is on the wire.

use std::path::Path;
use std::time::Duration;

use ocpp_tui::console::{Console, RunContext};
use ocpp_tui::hub::{Hub, LinkCommand, Order};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::plugin::PluginOptions;
use ocpp_tui::trace::{LinkState, RecordKind, StationKey};
use serde_json::json;

use crate::support::{central_system, charge_point, envelopes, hub, hub_with, until};

async fn load(hub: &Hub, folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(format!("{name}.js")), text).unwrap();
    hub.plugins().configure(PluginOptions { folders: vec![folder.to_owned()], ..PluginOptions::default() });
    assert_eq!(hub.plugins().load(name).await.failure, None);
}

/// Waits for a record with this text in it, and returns the whole text.
async fn record(hub: &Hub, part: &str) -> String {
    until(hub.trace(), part, |contents| {
        let records = contents.records();
        records.iter(records.range()).find(|record| record.text.contains(part)).map(|record| record.text.to_owned())
    })
    .await
}

async fn up(hub: &Hub, role: Role, identity: &str) -> StationKey {
    until(hub.trace(), identity, |contents| {
        contents.stations().find(role, identity).filter(|row| row.state == LinkState::Connected).map(|row| row.key)
    })
    .await
}

fn call(hub: &Hub, station: StationKey, action: &str) {
    let deed = LinkCommand::Call { action: action.into(), payload: json!({}) };
    assert_eq!(hub.submit(&Order { targets: vec![station], command }).taken, [station]);
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
    let station = up(&hub, Role::ChargePoint, "CP1").await;
    record(&hub, "CP1 connected").await;
    call(&hub, station, "Heartbeat");
    record(&hub, "CP1 has 1 key").await;
    record(&hub, r#",{"currentTime":"2000-01-01T00:00:00Z"}]"#).await;
    let detail = hub.plugins().list().await.into_iter().find(|detail| detail.name == "answers").unwrap();
    assert_eq!((detail.errors, detail.last_error), (0, None));
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_of_a_charge_point_answers_refuses_and_is_overruled_by_a_person() {
    let (hub, folder) = (hub(), tempfile::tempdir().unwrap());
    let port = central_system(&hub, &Version::ALL).await;
    let text = "exports.onLoad = function () {
        this.onCall('ClearCache', () => ocpp.error('InternalError', 'by the plugin'));
        this.onCall('GetLocalListVersion', () => ({ listVersion: 77 }));
    };";
    load(&hub, folder.path(), "answers", text).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let station = up(&hub, Role::CentralSystem, "CP1").await;
    call(&hub, station, "ClearCache");
    record(&hub, r#""InternalError","by the plugin""#).await;
    call(&hub, station, "GetLocalListVersion");
    record(&hub, r#"{"listVersion":77}"#).await;
    let console = Console::new(hub.clone());
    let said = console.run("answer remote_getlocallistversion listVersion=5", &RunContext::default()).await;
    assert!(!said.failed(), "{said:?}");
    call(&hub, station, "GetLocalListVersion");
    record(&hub, r#"{"listVersion":5}"#).await;
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_are_changed_and_kept_back_on_the_wire() {
    let (hub, folder) = (hub(), tempfile::tempdir().unwrap());
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let station = up(&hub, Role::CentralSystem, "CP1").await;
    let text = "exports.onLoad = function () {
        this.onOutgoing(function (text) {
            const [type, id, action, payload] = JSON.parse(text);
            if (type === 2 && action === 'ClearCache') return [type, id, 'DataTransfer', { vendorId: 'Changed' }];
            if (type === 2 && action === 'GetLocalListVersion') return null;
        });
        this.onIncoming((text) => text.replace('UnknownVendorId', 'Accepted'));
    };";
    load(&hub, folder.path(), "frames", text).await;
    call(&hub, station, "ClearCache");
    record(&hub, r#""DataTransfer",{"vendorId":"Changed"}]"#).await;
    record(&hub, "a plugin changed the next frame; the peer sent [3,").await;
    call(&hub, station, "GetLocalListVersion");
    record(&hub, "a plugin kept a frame back: [2,").await;
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_lists_helps_completes_and_runs_plugins() {
    let (hub, folder) = (hub(), tempfile::tempdir().unwrap());
    let text = "exports.onLoad = function () {
        this.command('park', { help: 'take a place', complete: ['north'] }, (words) => console.log('parked ' + words));
        this.command('tell', () => ocpp.toast('two places are free'));
        this.command('quit', () => console.log('never'));
    };";
    load(&hub, folder.path(), "parking", text).await;
    let console = Console::new(hub.clone());
    let run = async |line: &str| {
        let said = console.run(line, &RunContext::default()).await;
        said.lines.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
    };
    assert!(
        run("plugins")
            .await
            .starts_with("List of plugins:\n [ ] cbxs-automatic-mode\n [ ] cs-example\n [ ] helloworld\n [X] parking\n")
    );
    assert_eq!(run("park north").await, "parked north");
    run("tell").await;
    envelopes::record(&hub, "the toast", |record| record.kind == RecordKind::Toast && record.text == "two places are free")
        .await;
    assert!(run("help").await.ends_with(" - park take a place\n - tell \n - quit \n - quit"), "{}", run("help").await);
    assert_eq!(run("help park").await, "park: take a place (of the plugin parking)");
    let explained = run("plugin parking").await;
    assert!(explained.starts_with("parking: loaded\n") && explained.contains("command   park  take a place"), "{explained}");
    let words = |line: &str| console.complete(line, line.len(), &RunContext::default()).candidates;
    assert_eq!(words("park n")[0].text, "north");
    assert_eq!(words("load hell")[0].text, "helloworld");
    assert_eq!(words("par")[0].text, "park");
    assert_eq!(run("reload nothing").await, "Error: the plugin `nothing' is not loaded.");
    assert!(console.run("quit", &RunContext::default()).await.quit, "no plugin takes a command of the program");
    hub.end().await;
}

/// A charge point over SOAP; the central system knows it once it has called.
async fn over_soap(hub: &Hub) -> (StationKey, StationKey) {
    let port = central_system(hub, &Version::ALL).await;
    hub.start_charge_point(envelopes::soap_charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let at_charge_point = up(hub, Role::ChargePoint, "CP1").await;
    call(hub, at_charge_point, "Heartbeat");
    (at_charge_point, up(hub, Role::CentralSystem, "CP1").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_answer_call_and_hear_over_soap_in_both_roles() {
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
    record(&hub, "our CP1 connected").await;
    record(&hub, "their CP1 connected").await;
    record(&hub, "the time is a string").await;
    let deed = LinkCommand::Call { action: "Authorize".into(), payload: json!({"idTag": "TAG"}) };
    hub.submit(&Order { targets: vec![at_charge_point], command });
    record(&hub, "CP1 has 1 key").await;
    record(&hub, ">Blocked<").await;
    call(&hub, at_central, "GetLocalListVersion");
    record(&hub, ">77<").await;
    record(&hub, "CP1 says 77").await;
    let said = Console::new(hub.clone()).run("state", &RunContext::default()).await;
    assert_eq!(said.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["soap 1.6"]);
    record(&hub, "called both ways: string, 77").await;
    record(&hub, "refused: InternalError").await;
    let detail = hub.plugins().list().await.into_iter().find(|detail| detail.name == "answers").unwrap();
    assert_eq!((detail.errors, detail.last_error), (0, None));
    for station in [at_charge_point, at_central] {
        hub.submit(&Order { targets: vec![station], command: LinkCommand::Disconnect });
    }
    record(&hub, "our CP1 disconnected").await;
    record(&hub, "their CP1 disconnected").await;
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn envelopes_are_changed_and_kept_back_over_soap() {
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
    let send = |station, action: &str, payload| {
        let deed = LinkCommand::Call { action: action.into(), payload };
        assert_eq!(hub.submit(&Order { targets: vec![station], command }).taken, [station]);
    };
    // A request of ours is changed on its way out.
    send(at_charge_point, "Authorize", json!({"idTag": "BadTag"}));
    let remark = envelopes::record(&hub, "the changed one", |record| record.remarks.contains("a plugin changed it from")).await;
    assert!(remark.0.contains(">GoodTag<") && remark.1.contains(">BadTag<"), "{remark:?}");
    record(&hub, ">Accepted<").await;
    // A request of the peer is changed on its way in.
    send(at_charge_point, "DataTransfer", json!({"vendorId": "Theirs"}));
    record(&hub, ">from Ours<").await;
    record(&hub, "a plugin changed the next frame; the peer sent <?xml").await;
    // A request of ours never leaves, one of the peer is not taken in, and an answer of ours is kept back.
    let timeouts = async |count: usize| {
        until(hub.trace(), "timeouts", |contents| {
            let records = contents.records();
            let timeouts = records.iter(records.range()).filter(|record| record.kind == RecordKind::Timeout).count();
            (timeouts == count).then_some(())
        })
        .await;
    };
    send(at_central, "GetLocalListVersion", json!({}));
    record(&hub, "a plugin kept a frame back: <?xml").await;
    timeouts(1).await;
    send(at_charge_point, "Authorize", json!({"idTag": "KeptBack"}));
    record(&hub, "a plugin kept a received frame back: <?xml").await;
    timeouts(2).await;
    send(at_central, "TriggerMessage", json!({"requestedMessage": "Heartbeat"}));
    timeouts(3).await;
    // The link lives.
    send(at_central, "ClearCache", json!({}));
    record(&hub, "clearCacheResponse").await;
    let detail = hub.plugins().list().await.into_iter().find(|detail| detail.name == "envelopes").unwrap();
    assert_eq!((detail.errors, detail.last_error), (0, None));
    hub.end().await;
}
