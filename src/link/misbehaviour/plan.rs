//! Which misbehaviours are on, and for whom. The hub writes it; listeners, handshakes, dialers and links read it. A session in which none
//! was ever commanded pays for one look at a number.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::faulty_certificates::FaultyCertificates;
use super::kind::{MisbehaviourKind, MisbehaviourStage};
use super::parameter::{MisbehaviourParameter, ParameterValue};
use super::spec::MisbehaviourSpec;
use crate::ocpp::Role;
use crate::trace::StationKey;

/// No limit to how often.
const ALWAYS: u64 = u64::MAX;

/// A misbehaviour with its parameters, as it is commanded.
#[derive(Debug, Clone)]
pub struct CommandedMisbehaviour {
    /// Which.
    pub spec: &'static MisbehaviourSpec,
    /// The parameters that were written.
    pub values: Vec<(MisbehaviourParameter, ParameterValue)>,
    /// How often it is carried out; `None` has no limit.
    pub times: Option<u64>,
}

/// The same misbehaviour with the same parameters.
impl PartialEq for CommandedMisbehaviour {
    fn eq(&self, other: &CommandedMisbehaviour) -> bool {
        (self.spec.kind, &self.values, self.times) == (other.spec.kind, &other.values, other.times)
    }
}

/// For whom a misbehaviour is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisbehaviourScope {
    /// Everything.
    All,
    /// All connections of this role of ours.
    Role(Role),
    /// The connections of a station.
    Station(Role, StationKey),
}

impl MisbehaviourScope {
    /// Whether a connection of this role is meant. `station` is `None` as long as it is not known.
    pub(in crate::link) fn covers(self, our_role: Role, station: Option<StationKey>) -> bool {
        match self {
            MisbehaviourScope::All => true,
            MisbehaviourScope::Role(role) => role == our_role,
            MisbehaviourScope::Station(role, key) => role == our_role && station == Some(key),
        }
    }
}

/// A misbehaviour that is on. Links keep it and see when it is switched off.
#[derive(Debug)]
pub struct ActiveMisbehaviour {
    /// For whom.
    pub scope: MisbehaviourScope,
    /// What.
    pub commanded: CommandedMisbehaviour,
    /// The line that commanded it.
    pub text: String,
    left: AtomicU64,
    is_off: AtomicBool,
}

impl ActiveMisbehaviour {
    /// Which one it is.
    pub fn kind(&self) -> MisbehaviourKind {
        self.commanded.spec.kind
    }

    /// Whether it is still to be carried out.
    pub fn is_on(&self) -> bool {
        self.left.load(Ordering::Relaxed) > 0
    }

    /// Whether it was switched off.
    pub fn is_off(&self) -> bool {
        self.is_off.load(Ordering::Relaxed)
    }

    /// Takes one of the times. False when there is none left.
    pub fn spend(&self) -> bool {
        let one_less = |left: u64| match left {
            0 => None,
            ALWAYS => Some(ALWAYS),
            left => Some(left - 1),
        };
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }

    /// A number.
    pub fn number(&self, parameter: MisbehaviourParameter) -> Option<u64> {
        match self.value(parameter)? {
            ParameterValue::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A length of time; zero when there is none.
    pub fn time(&self, parameter: MisbehaviourParameter) -> Duration {
        match self.value(parameter) {
            Some(ParameterValue::Time(time)) => time,
            _ => Duration::ZERO,
        }
    }

    /// A text.
    pub fn text(&self, parameter: MisbehaviourParameter) -> Option<Box<str>> {
        match self.value(parameter)? {
            ParameterValue::Text(text) => Some(text),
            _ => None,
        }
    }

    fn value(&self, parameter: MisbehaviourParameter) -> Option<ParameterValue> {
        let written = self.commanded.values.iter().find(|(name, _)| *name == parameter).map(|(_, value)| value.clone());
        written.or_else(|| {
            let offered = self.commanded.spec.parameters.iter().find(|offered| offered.0 == parameter);
            offered.and_then(|offered| offered.1.value())
        })
    }
}

/// What was done, for the trace.
impl fmt::Display for ActiveMisbehaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.commanded.spec.done)?;
        let parameters = self.commanded.spec.parameters.iter();
        let set = parameters.filter_map(|offered| Some((offered.0, self.value(offered.0)?)));
        for (place, (parameter, value)) in set.enumerate() {
            write!(f, "{}{}={value}", if place == 0 { " (" } else { ", " }, parameter.spec().name)?;
        }
        let end = if self.commanded.spec.parameters.iter().any(|offered| self.value(offered.0).is_some()) { ")" } else { "" };
        write!(f, "{end}, as commanded")
    }
}

/// The misbehaviours of a session.
#[derive(Debug, Default)]
pub struct MisbehaviourPlan {
    active: Mutex<Vec<Arc<ActiveMisbehaviour>>>,
    /// How many of them may be on.
    count: AtomicUsize,
    certificates: FaultyCertificates,
}

impl MisbehaviourPlan {
    /// Whether nothing is on: nearly always.
    pub fn is_idle(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    /// What issues the certificates with faults.
    pub fn faulty_certificates(&self) -> &FaultyCertificates {
        &self.certificates
    }

    /// Switches one on, in place of the one of the same kind for the same.
    pub fn switch_on(&self, scope: MisbehaviourScope, commanded: CommandedMisbehaviour, text: String) {
        let mut active = self.lock();
        let kind = commanded.spec.kind;
        end(&mut active, |other| (other.scope, other.kind()) == (scope, kind));
        let left = AtomicU64::new(commanded.times.unwrap_or(ALWAYS));
        active.push(Arc::new(ActiveMisbehaviour { scope, commanded, text, left, is_off: AtomicBool::new(false) }));
        self.counted(&active);
    }

    /// Switches those off that are on for just this scope, all or one kind of them; without a scope everywhere. How many were on.
    pub fn switch_off(&self, scope: Option<MisbehaviourScope>, kind: Option<MisbehaviourKind>) -> usize {
        let mut active = self.lock();
        active.retain(|other| other.is_on());
        let before = active.len();
        let meant = |other: &ActiveMisbehaviour| {
            scope.is_none_or(|scope| scope == other.scope) && kind.is_none_or(|kind| kind == other.kind())
        };
        end(&mut active, meant);
        self.counted(&active);
        before - active.len()
    }

    /// Those that are on, in the order in which they were switched on.
    pub fn active(&self) -> Vec<Arc<ActiveMisbehaviour>> {
        if self.is_idle() {
            return Vec::new();
        }
        let mut active = self.lock();
        active.retain(|other| other.is_on());
        self.counted(&active);
        active.clone()
    }

    /// Those of a stage that are on for a connection in this role of ours. `station` is `None` as long as it is not known.
    pub fn of_stage(
        &self,
        stages: &[MisbehaviourStage],
        our_role: Role,
        station: Option<StationKey>,
    ) -> Vec<Arc<ActiveMisbehaviour>> {
        if self.is_idle() {
            return Vec::new();
        }
        let mut active = self.active();
        active.retain(|one| {
            let spec = one.commanded.spec;
            stages.contains(&spec.stage) && spec.fits(our_role) && one.scope.covers(our_role, station)
        });
        active
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<ActiveMisbehaviour>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counted(&self, active: &[Arc<ActiveMisbehaviour>]) {
        self.count.store(active.len(), Ordering::Relaxed);
    }
}

/// Takes some out, and ends them for everything that holds them.
fn end(active: &mut Vec<Arc<ActiveMisbehaviour>>, is_meant: impl Fn(&ActiveMisbehaviour) -> bool) {
    active.retain(|one| {
        let ends = is_meant(one);
        if ends {
            one.left.store(0, Ordering::Relaxed);
            one.is_off.store(true, Ordering::Relaxed);
        }
        !ends
    });
}
