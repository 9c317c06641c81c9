//! The drawing of a simulated machine, and the keys beside it.

use insta::assert_snapshot;

use super::test_screen::Screen;
use crate::behaviour::CarState;
use crate::ocpp::Role;
use crate::simulator::{CableKind, ConnectorState, MachinePanel, MachineState};
use crate::tui::update::UpdateEffect;

/// A machine in use: one connector charges, one is broken.
fn busy_machine() -> MachineState {
    let charging = ConnectorState {
        status: "Charging",
        plugged: true,
        parked: true,
        locked: true,
        id_tag: Some("04A2B3C4".into()),
        watts: 7_210.0,
        ..ConnectorState::default()
    };
    let broken = ConnectorState {
        status: "Faulted",
        parked: true,
        lock_broken: true,
        fault: Some("ConnectorLockFailure".into()),
        ..ConnectorState::default()
    };
    MachineState { powered: true, network: true, connectors: vec![charging, broken], ..MachineState::default() }
}

/// The page of the simulated station.
fn page(width: u16, height: u16, machine: MachineState) -> (Screen, MachinePanel) {
    let mut screen = Screen::busy(width, height);
    let station = screen.contents.station(Role::ChargePoint, "SIM1");
    let panel = MachinePanel::default();
    panel.update(|state| *state = machine);
    screen.machines.insert(station, panel.clone());
    screen.app.stations.select(station, 20);
    screen.press("o");
    (screen, panel)
}

fn command(effects: Vec<UpdateEffect>) -> Option<String> {
    effects.into_iter().find_map(|effect| match effect {
        UpdateEffect::Run { line, .. } => Some(line),
        _ => None,
    })
}

#[test]
fn the_machine_is_drawn() {
    for (width, height) in [(80, 24), (120, 40)] {
        let (screen, _) = page(width, height, busy_machine());
        assert_snapshot!(format!("machine_{width}x{height}"), screen.picture());
    }
}

#[test]
fn the_machine_is_drawn_in_ascii() {
    let (mut screen, _) = page(80, 24, busy_machine());
    screen.app.ascii = true;
    assert_snapshot!("machine_ascii_80x24", screen.picture());
}

#[test]
fn a_machine_without_power_or_with_a_fixed_cable() {
    let suspended =
        ConnectorState { status: "SuspendedEV", plugged: true, car: CarState::Suspend, ..ConnectorState::default() };
    let idle = ConnectorState { status: "Available", ..ConnectorState::default() };
    let machine = MachineState {
        cable: CableKind::Fixed,
        reading: Some("04A2\u{1b}B3".into()),
        fault: Some("PowerMeterFailure".into()),
        connectors: vec![suspended, idle],
        ..MachineState::default()
    };
    let (screen, _) = page(80, 24, machine);
    assert_snapshot!("machine_dark_80x24", screen.picture());
}

#[test]
fn keys_do_what_stands_beside_them() {
    let (mut screen, panel) = page(80, 24, busy_machine());
    for (key, line) in [
        ("p", "unplug connector=1 --id SIM1"),
        ("v", "ev suspend connector=1 --id SIM1"),
        ("V", "ev full connector=1 --id SIM1"),
        ("f", "fault connector=1 --id SIM1"),
        ("l", "lock fail connector=1 --id SIM1"),
        ("b", "leave connector=1 --id SIM1"),
        ("w", "power off --id SIM1"),
        ("n", "offline --id SIM1"),
    ] {
        assert_eq!(command(screen.press(key)).as_deref(), Some(line));
    }
    screen.press("right");
    for (key, line) in
        [("p", "plug connector=2 --id SIM1"), ("f", "recover connector=2 --id SIM1"), ("l", "lock ok connector=2 --id SIM1")]
    {
        assert_eq!(command(screen.press(key)).as_deref(), Some(line));
    }
    panel.update(|machine| (machine.powered, machine.network) = (false, false));
    assert_eq!(command(screen.press("w")).as_deref(), Some("power on --id SIM1"));
    assert_eq!(command(screen.press("n")).as_deref(), Some("online --id SIM1"));
    screen.press("right");
    assert_eq!(command(screen.press("c")), None, "which card it is, is for the user to say");
    assert_eq!(screen.app.command_line.input.text(), "present idTag=04A2B3C4 connector=1 --id SIM1");
}

#[test]
fn limits_and_failures_are_typed() {
    for (key, line) in [("L", "limit connector=2 --id SIM1 energy=5000"), ("F", "fail --id SIM1 download")] {
        let (mut screen, _) = page(80, 24, busy_machine());
        screen.press("right");
        assert_eq!(command(screen.press(key)), None);
        assert_eq!(screen.app.command_line.input.text(), line);
        assert_eq!(command(screen.press("enter")).as_deref(), Some(line));
    }
}

#[test]
fn the_palette_offers_each_connector() {
    let (mut screen, _) = page(120, 40, busy_machine());
    screen.press("esc ctrl-p");
    screen.press("p l u g space 2");
    assert!(screen.picture().contains("plug at connector 2"), "{}", screen.picture());
    assert_eq!(command(screen.press("enter")).as_deref(), Some("plug connector=2 --id SIM1"));
    screen.press("ctrl-p");
    screen.press("r e c o v e r");
    assert!(screen.picture().contains("recover at connector 2"), "{}", screen.picture());
}

#[test]
fn the_palette_opens_over_the_page_of_a_station() {
    let (mut screen, _) = page(120, 40, busy_machine());
    screen.press("ctrl-p");
    screen.press("p l u g space 2");
    assert_eq!(command(screen.press("enter")).as_deref(), Some("plug connector=2 --id SIM1"));
    assert_eq!(command(screen.press("p")).as_deref(), Some("unplug connector=1 --id SIM1"), "the page is there again");
}

#[test]
fn a_real_station_has_no_hands() {
    let mut screen = Screen::busy(80, 24);
    let station = screen.station("CP1");
    screen.app.stations.select(station, 20);
    screen.press("o");
    assert_eq!(command(screen.press("p w f")), None);
    assert!(screen.picture().contains("only a simulated charge point"), "{}", screen.picture());
}

#[test]
fn the_palette_offers_the_actions_of_a_simulated_station() {
    let (mut screen, _) = page(120, 40, busy_machine());
    screen.press("esc ctrl-p");
    screen.press("power space off");
    assert!(screen.picture().contains("power off"), "{}", screen.picture());
    assert_eq!(command(screen.press("enter")).as_deref(), Some("power off --id SIM1"));
}
