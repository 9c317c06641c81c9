//! Hands in scenarios: at a simulated charge point the machine does what a person is asked to do at another program.

use crate::stage::play;

#[test]
fn a_car_is_plugged_in_charged_and_taken_away() {
    play(
        "const cp = await chargePointUnderTest({ driver: false });
         await cp.expectCall('BootNotification');
         const status = (status) => cp.expectCall('StatusNotification', { connectorId: 1, status });
         await status('Available');
         await hands.plug(1);
         await status('Preparing');
         await hands.present('TAG', 1);
         await cp.expectCall('Authorize', { idTag: 'TAG' });
         const start = await cp.expectCall('StartTransaction', { connectorId: 1, idTag: 'TAG' });
         await status('Charging');
         await hands.ev('suspend', 1);
         await status('SuspendedEV');
         await hands.ev('ready', 1);
         await status('Charging');
         await cp.hands.present('TAG', 1);
         await cp.expectCall('StopTransaction', { reason: 'Local' });
         await status('Finishing');
         await hands.unplug(1);
         await status('Available');
         await cp.expectNoCall(undefined, { for: 1000 });",
    )
    .is_silent();
}

#[test]
fn a_scenario_chooses_the_machine() {
    play(
        "const cp = await chargePointUnderTest({ cable: 'fixed', connectors: 3, profiles: ['Core'], vendor: 'Own', quirk: 'missing-optional-fields' });
         const boot = await cp.expectCall('BootNotification', { chargePointVendor: 'Own', chargePointSerialNumber: absent });
         await cp.expectCall('StatusNotification', { connectorId: 3 });
         await cp.call('UnlockConnector', { connectorId: 1 }, { status: 'NotSupported' });
         await cp.callError('ReserveNow', undefined, 'NotSupported');",
    )
    .is_silent();
}

#[test]
fn a_session_without_a_network_is_told_afterwards() {
    play(
        "const cp = await chargePointUnderTest({ driver: false });
         await cp.expectCall('BootNotification');
         await cp.expectCall('StatusNotification', { connectorId: 2 });
         await cp.call('SendLocalList', { listVersion: 1, updateType: 'Full', localAuthorizationList:
           [{ idTag: 'TAG', idTagInfo: { status: 'Accepted' } }] }, { status: 'Accepted' });
         await hands.offline();
         await cp.expectDisconnect();
         await hands.plug(1);
         await hands.present('TAG', 1);
         await sleep(60000);
         await hands.present('TAG', 1);
         await hands.unplug(1);
         await hands.online();
         await cp.expectConnect();
         const start = await cp.expectCall('StartTransaction', { idTag: 'TAG' });
         const stop = await cp.expectCall('StopTransaction', { reason: 'Local' });
         expect(Date.parse(stop.payload.timestamp) - Date.parse(start.payload.timestamp), between(59000, 61000));",
    )
    .is_silent();
}

#[test]
fn older_versions_over_soap_have_hands_as_well() {
    play(
        "const cp = await chargePointUnderTest({ version: '1.5', transport: 'soap', driver: false });
         await cp.expectCall('BootNotification');
         await cp.expectCall('StatusNotification', { connectorId: 2 });
         await hands.plug(1);
         await cp.expectCall('StatusNotification', { connectorId: 1, status: 'Occupied' });
         await hands.present('TAG', 1);
         await cp.expectCall('StartTransaction', { connectorId: 1, idTag: 'TAG' });
         await hands.unplug(1);
         await cp.expectCall('StopTransaction');
         await cp.expectCall('StatusNotification', { connectorId: 1, status: 'Available' });",
    )
    .is_silent();
}

/// Without a connection to cut, both directions end: neither side reaches the other.
#[test]
fn a_network_that_is_cut_over_soap_parts_both_sides() {
    play(
        "const cp = await chargePointUnderTest({ version: '1.5', transport: 'soap', driver: false });
         await cp.expectCall('BootNotification');
         await cp.expectCall('StatusNotification', { connectorId: 2 });
         await hands.plug(1);
         await hands.present('TAG', 1);
         await cp.expectCall('StartTransaction', { idTag: 'TAG' });
         await hands.offline();
         let unreached;
         try { await cp.call('ClearCache'); } catch (error) { unreached = error.code; }
         expect(unreached, 'Unreachable');
         await sleep(60000);
         await hands.present('TAG', 1);
         await hands.unplug(1);
         await cp.expectNoCall(undefined, { for: 60000 });
         await hands.online();
         const stop = await cp.expectCall('StopTransaction', { idTag: 'TAG' });
         expect(now() - Date.parse(stop.payload.timestamp), between(60000, 70000));
         await cp.expectCall('StatusNotification', { connectorId: 1, status: 'Available' });
         await cp.call('ClearCache', {}, { status: 'Accepted' });",
    )
    .is_silent();
}

#[test]
fn after_a_power_cut_it_boots_and_tells_of_the_transaction() {
    play(
        "const cp = await chargePointUnderTest({ driver: false });
         await cp.expectCall('BootNotification');
         await hands.plug(1);
         await hands.present('TAG', 1);
         await cp.expectCall('StatusNotification', { status: 'Charging' });
         await hands.powerOff();
         await cp.expectDisconnect();
         await hands.powerOn();
         await cp.expectConnect();
         await cp.expectCall('BootNotification');
         await cp.expectCall('StopTransaction', { reason: 'PowerLoss' });",
    )
    .is_silent();
}

#[test]
fn what_is_impossible_fails_with_the_reason() {
    play("const cp = await chargePointUnderTest({ driver: false }); await hands.unplug(1);")
        .ends(1, &["no car is plugged in; plug does it"]);
    play("await hands.plug(1);").ends(2, &["there is no charge point yet"]);
}
