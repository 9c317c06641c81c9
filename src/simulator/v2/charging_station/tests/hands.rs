//! What hands do at the machine, and the messages that follow.

use super::*;
use crate::simulator::panel::MachineState;

pub(super) fn plug(number: i32) -> PhysicalAction {
    PhysicalAction::Plug { connector: Some(number) }
}

pub(super) fn unplug(number: i32) -> PhysicalAction {
    PhysicalAction::Unplug { connector: Some(number) }
}

pub(super) fn card(tag: &str, number: i32) -> PhysicalAction {
    PhysicalAction::Present { id_tag: tag.to_owned(), connector: Some(number) }
}

pub(super) fn seen(world: &StationWorld) -> MachineState {
    world.machine.settings.panel.state()
}

#[test]
fn a_car_in_the_bay_occupies_the_connector() {
    let (park, leave) = (PhysicalAction::Park { connector: Some(1) }, PhysicalAction::Leave { connector: Some(1) });
    let mut world = StationWorld::quiet(Version::V2_0_1);
    assert_eq!(world.acts(&park), ["StatusNotification 1 Occupied"]);
    assert!(seen(&world).connectors[0].parked);
    assert_eq!(world.act(&park), Err(PhysicalActionError::AlreadyParked));
    world.acts(&plug(1));
    assert_eq!(world.act(&leave), Err(PhysicalActionError::AlreadyPlugged));
    world.acts(&unplug(1));
    assert_eq!(world.acts(&leave), ["StatusNotification 1 Available"]);
}

#[test]
fn a_fault_has_an_event_and_lasts_until_it_is_repaired() {
    let fault = |code: &str, connector| PhysicalAction::Fault {
        error_code: Some(code.to_owned()),
        info: Some("wet".to_owned()),
        connector: Some(connector),
    };
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let broken = ["NotifyEvent EVSE true", "StatusNotification 1 Faulted"];
    assert_eq!(world.acts(&fault("groundfailure", 1)), broken);
    let lock = ["NotifyEvent ConnectorPlugRetentionLock true", "StatusNotification 2 Faulted"];
    assert_eq!(world.acts(&fault("ConnectorLockFailure", 2)), lock);
    let repaired = ["NotifyEvent EVSE false", "NotifyEvent ConnectorPlugRetentionLock false"];
    assert_eq!(world.acts(&PhysicalAction::Recover { connector: None })[..2], repaired);
    assert_eq!(world.acts(&fault("OtherError", 0))[0], "NotifyEvent ChargingStation true");
    assert_eq!(world.acts(&PhysicalAction::Recover { connector: Some(0) }).len(), 3);
    assert_eq!(world.act(&PhysicalAction::Recover { connector: None }), Err(PhysicalActionError::NoFault));
    assert!(matches!(world.act(&fault("Mode3Error", 1)), Err(PhysicalActionError::UnknownErrorCode { .. })));
}

#[test]
fn what_is_impossible_says_why() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    assert_eq!(world.act(&plug(3)), Err(PhysicalActionError::NoConnector { number: 3, last: 2 }));
    assert_eq!(world.act(&unplug(1)), Err(PhysicalActionError::NothingPlugged));
    assert_eq!(world.act(&PhysicalAction::PowerOn), Err(PhysicalActionError::HasPower));
    world.acts(&plug(1));
    assert_eq!(world.act(&plug(1)), Err(PhysicalActionError::AlreadyPlugged));
}
