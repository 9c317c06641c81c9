//! The fleets of a session.

use std::sync::{Arc, Mutex, PoisonError};

use super::fleet_run::{FleetHandle, FleetOptions};
use crate::hub::Hub;

/// Why a fleet cannot be started or found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FleetTableError {
    /// A fleet of this name runs.
    #[error("a fleet {name} runs already; give this one another name, or stop that one with: fleet stop {name}")]
    Runs {
        /// The name.
        name: String,
    },
    /// There is none.
    #[error("there is no fleet {name}; fleet lists them")]
    Unknown {
        /// The name.
        name: String,
    },
    /// There is none at all.
    #[error("there is no fleet; start_fleet starts one")]
    Nothing,
}

/// The fleets, in the order in which they were started.
#[derive(Debug, Clone, Default)]
pub struct FleetTable(Arc<Mutex<Vec<FleetHandle>>>);

impl FleetTable {
    /// Starts a fleet. One of the same name that has ended leaves the table.
    ///
    /// # Errors
    /// When one of its name runs.
    pub fn start(&self, hub: &Hub, options: FleetOptions) -> Result<FleetHandle, FleetTableError> {
        let mut fleets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if fleets.iter().any(|fleet| *fleet.name == options.name && fleet.end().is_none()) {
            return Err(FleetTableError::Runs { name: options.name });
        }
        fleets.retain(|fleet| *fleet.name != options.name);
        let fleet = FleetHandle::start(hub, options);
        fleets.push(fleet.clone());
        Ok(fleet)
    }

    /// All of them.
    pub fn all(&self) -> Vec<FleetHandle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The fleet of this name, or all without one.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(&self, name: Option<&str>) -> Result<Vec<FleetHandle>, FleetTableError> {
        let all = self.all();
        match name {
            None if all.is_empty() => Err(FleetTableError::Nothing),
            None => Ok(all),
            Some(name) => match all.into_iter().find(|fleet| &*fleet.name == name) {
                Some(fleet) => Ok(vec![fleet]),
                None => Err(FleetTableError::Unknown { name: name.to_owned() }),
            },
        }
    }
}
