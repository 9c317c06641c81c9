//! Which faults of the network are on, and for whom. The hub writes it; the actors of links read it when it has changed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::network_fault::NetworkFault;
use crate::link::misbehaviour::MisbehaviourScope;
use crate::ocpp::Role;
use crate::trace::{Direction, StationKey};

/// Faults of the network that are on.
#[derive(Debug, PartialEq)]
pub struct ActiveNetworkFault {
    /// For whom.
    pub scope: MisbehaviourScope,
    /// What.
    pub fault: NetworkFault,
    /// Since when; schedules count from then.
    pub since: Instant,
    /// The line that commanded it.
    pub text: String,
}

impl ActiveNetworkFault {
    /// Whether its faults happen at this time.
    pub fn is_happening(&self, now: Instant) -> bool {
        self.fault.window(self.since, now).is_some()
    }
}

/// The faults of the network in a session.
#[derive(Debug, Default)]
pub struct NetworkFaultPlan {
    active: Mutex<Vec<Arc<ActiveNetworkFault>>>,
    /// Whether there may be any. Every link that comes up checks this.
    in_use: AtomicBool,
}

impl NetworkFaultPlan {
    /// Switches faults on, in place of those for the same links and direction.
    pub fn switch_on(&self, active: ActiveNetworkFault) {
        let mut all = self.lock();
        all.retain(|other| other.scope != active.scope || other.fault.direction != active.fault.direction);
        all.push(Arc::new(active));
        self.in_use.store(true, Ordering::Relaxed);
    }

    /// Switches those off that are on for just this scope; without a scope all. How many were on.
    pub fn switch_off(&self, scope: Option<MisbehaviourScope>) -> usize {
        let mut all = self.lock();
        let before = all.len();
        all.retain(|other| scope.is_some_and(|scope| other.scope != scope));
        self.in_use.store(!all.is_empty(), Ordering::Relaxed);
        before - all.len()
    }

    /// Those that are on, in the order in which they were switched on.
    pub fn active(&self) -> Vec<Arc<ActiveNetworkFault>> {
        if self.in_use.load(Ordering::Relaxed) { self.lock().clone() } else { Vec::new() }
    }

    /// What is on for one direction of a link in this role: what was commanded for the station comes before what was for the role, and that
    /// before what was for all; of two the newer one counts.
    pub fn of(&self, our_role: Role, station: StationKey, direction: Direction) -> Option<Arc<ActiveNetworkFault>> {
        let meant = |one: &Arc<ActiveNetworkFault>| {
            one.scope.covers(our_role, Some(station)) && one.fault.direction.is_none_or(|other| other == direction)
        };
        self.active().into_iter().filter(meant).max_by_key(|one| match one.scope {
            MisbehaviourScope::All => 0,
            MisbehaviourScope::Role(_) => 1,
            MisbehaviourScope::Station(..) => 2,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<ActiveNetworkFault>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
