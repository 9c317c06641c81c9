//! What can be seen at a simulated machine: its switch, its reader, its connectors with cable, lock and car. The charge point writes it
//! after each step, a screen reads it when it draws. Nothing here decides anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::equipment::CableKind;
use crate::behaviour::CarState;
use crate::trace::StationKey;

/// What can be seen at a machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MachineState {
    /// How a car is connected.
    pub cable: CableKind,
    /// Whether it has power.
    pub powered: bool,
    /// Whether its network works, as far as hands have not cut it.
    pub network: bool,
    /// The tag of the card about which the reader asks the central system.
    pub reading: Option<Box<str>>,
    /// What is broken at the machine as a whole, an error code of OCPP.
    pub fault: Option<Box<str>>,
    /// The connectors, from number 1.
    pub connectors: Vec<ConnectorState>,
}

/// What can be seen at a connector.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConnectorState {
    /// Its status, by its name in 1.6.
    pub status: &'static str,
    /// Whether a car is plugged in.
    pub plugged: bool,
    /// What the car does.
    pub car: CarState,
    /// Whether a car is parked in its bay.
    pub parked: bool,
    /// Whether the cable is locked in.
    pub locked: bool,
    /// Whether the lock is broken.
    pub lock_broken: bool,
    /// What is broken, an error code of OCPP.
    pub fault: Option<Box<str>>,
    /// The tag for which it charges, or will.
    pub id_tag: Option<Box<str>>,
    /// The power in watts.
    pub watts: f64,
}

/// The place where one machine writes its state and others read it.
#[derive(Debug, Clone, Default)]
pub struct MachinePanel(Arc<Mutex<MachineState>>);

impl MachinePanel {
    /// A copy of the state.
    pub fn state(&self) -> MachineState {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the state in place. It is called after every message of a charge point, so it should allocate only for what is new.
    pub fn update(&self, change: impl FnOnce(&mut MachineState)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The panels of all machines of a session.
#[derive(Debug, Default)]
pub struct MachinePanels(Mutex<HashMap<StationKey, MachinePanel>>);

impl MachinePanels {
    /// Adds a machine, or replaces it.
    pub fn insert(&self, station: StationKey, panel: MachinePanel) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(station, panel);
    }

    /// What can be seen at a station; `None` when no machine of ours stands there.
    pub fn of(&self, station: StationKey) -> Option<MachineState> {
        let panel = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&station).cloned();
        panel.map(|panel| panel.state())
    }
}

/// Writes a text into a place, without an allocation when it is there already.
pub(super) fn show(place: &mut Option<Box<str>>, text: Option<&str>) {
    if place.as_deref() != text {
        *place = text.map(Into::into);
    }
}
