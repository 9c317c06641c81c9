//! What a simulated station shows to its central system, and what it trusts: the machine changes it when the central system configures it
//! so, and the link reads it before each attempt to connect. New credentials are tried first, and the old ones come back when they fail.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ocpp::{SecurityProfile, StationPassword};

/// The certificate that a station shows in profile 3.
#[derive(Clone, PartialEq, Eq)]
pub struct StationCertificate {
    /// The chain in DER, the station's own first.
    pub chain: Vec<Arc<[u8]>>,
    /// Its private key in PKCS #8, DER.
    pub key: Arc<[u8]>,
}

/// Without the key.
impl fmt::Debug for StationCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StationCertificate").field("chain", &self.chain.len()).finish_non_exhaustive()
    }
}

/// What a station shows and trusts at one connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialSet {
    /// The security profile.
    pub profile: SecurityProfile,
    /// The slot of the network profile (2.x) that it comes from; 0 where the user chose.
    pub slot: i32,
    /// The identity; `None` is the one that the user chose.
    pub identity: Option<Arc<str>>,
    /// The URL of the central system without the identity; `None` is the one that the user chose.
    pub url: Option<Arc<str>>,
    /// The password of Basic authentication; sent in the profiles that have one.
    pub password: Option<StationPassword>,
    /// The certificate of the station; shown in the profile that has one.
    pub certificate: Option<Arc<StationCertificate>>,
    /// The certificates in DER that the central system installed for the check of its own, besides those that the user chose.
    pub roots: Vec<Arc<[u8]>>,
}

impl CredentialSet {
    /// The password that is sent: none in profiles without.
    pub fn sent_password(&self) -> Option<&StationPassword> {
        self.password.as_ref().filter(|_| self.profile.uses_password())
    }
}

/// What became of an attempt to connect with new credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialNews {
    /// The new ones were taken and stay.
    Settled(SecurityProfile),
    /// They failed as often as they may; the old ones of this profile come back.
    FellBack(SecurityProfile),
    /// What was tried failed as often as it may; the network profile of another slot is next.
    Turned {
        /// The slot.
        slot: i32,
        /// Its security profile.
        profile: SecurityProfile,
    },
}

/// What went wrong while a station connected, and is worth a security event once it is connected again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionIncident {
    /// The certificate of the central system breaks a rule.
    UntrustedCertificate,
    /// There is no version of TLS that both sides allow.
    NoCommonTlsVersion,
    /// There is no cipher suite that both sides allow.
    NoCommonCipherSuite,
    /// The central system did not take the password or the certificate.
    NotAuthenticated,
}

/// The credentials of a station. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct StationCredentials(Arc<Mutex<CredentialState>>);

#[derive(Debug, Default)]
struct CredentialState {
    settled: CredentialSet,
    /// What the user chose.
    chosen: CredentialSet,
    /// What is tried when the settled ones fail this often, the first one first.
    others: (Vec<CredentialSet>, u32),
    /// Those to be tried before, the next one last.
    candidates: Vec<CredentialSet>,
    /// How often each of them is tried.
    attempts: u32,
    /// How often the next one has failed.
    failures: u32,
    /// What was not reported yet, each once.
    incidents: Vec<ConnectionIncident>,
}

impl StationCredentials {
    /// Credentials that the user chose.
    pub fn new(set: CredentialSet) -> StationCredentials {
        let state = CredentialState { settled: set.clone(), chosen: set, ..CredentialState::default() };
        StationCredentials(Arc::new(Mutex::new(state)))
    }

    /// What the next attempt shows.
    pub fn next(&self) -> CredentialSet {
        let state = self.lock();
        state.candidates.last().unwrap_or(&state.settled).clone()
    }

    /// What has worked, or was chosen by the user.
    pub fn settled(&self) -> CredentialSet {
        self.lock().settled.clone()
    }

    /// What was chosen by the user, with what was changed since.
    pub fn chosen(&self) -> CredentialSet {
        self.lock().chosen.clone()
    }

    /// The security profile of what has worked, or was chosen by the user.
    pub fn profile(&self) -> SecurityProfile {
        self.lock().settled.profile
    }

    /// Changes them for the next connection, without a way back.
    pub fn change(&self, change: impl Fn(&mut CredentialSet)) {
        let mut state = self.lock();
        change(&mut state.settled);
        change(&mut state.chosen);
        state.others.0.iter_mut().for_each(&change);
        state.candidates.iter_mut().for_each(change);
    }

    /// Tries these, the first one first, when those that work now have failed this often; each as often. As in [`propose`](Self::propose) a
    /// lower profile is left out, and when all have failed it begins again.
    pub fn offer(&self, sets: Vec<CredentialSet>, attempts: u32) {
        self.lock().others = (sets, attempts.max(1));
    }

    /// Tries these from the next connection on, the first one first, each this often. The present ones come back when all have failed. A
    /// set of a lower profile than the present one is left out: a station never goes down by itself (A00.FR.005).
    pub fn propose(&self, sets: Vec<CredentialSet>, attempts: u32) {
        let mut state = self.lock();
        let least = state.settled.profile;
        state.candidates = sets.into_iter().rev().filter(|set| set.profile >= least).collect();
        (state.attempts, state.failures) = (attempts.max(1), 0);
    }

    /// A connection was taken, with what [`next`](Self::next) returned before it. Returns what is new.
    pub fn connected(&self) -> Option<CredentialNews> {
        let mut state = self.lock();
        state.failures = 0;
        let set = state.candidates.pop()?;
        state.candidates.clear();
        let profile = set.profile;
        state.settled = set;
        Some(CredentialNews::Settled(profile))
    }

    /// An attempt failed. Returns what is new.
    pub fn failed(&self) -> Option<CredentialNews> {
        let mut state = self.lock();
        state.failures += 1;
        if state.candidates.is_empty() {
            let (others, attempts) = &state.others;
            if state.failures < *attempts {
                return None;
            }
            let is_enough = |set: &&CredentialSet| set.profile >= state.settled.profile;
            (state.candidates, state.attempts) = (others.iter().rev().filter(is_enough).cloned().collect(), *attempts);
        } else if state.failures < state.attempts {
            return None;
        } else {
            state.candidates.pop();
            if state.candidates.is_empty() {
                state.failures = 0;
                return Some(CredentialNews::FellBack(state.settled.profile));
            }
        }
        state.failures = 0;
        state.candidates.last().map(|next| CredentialNews::Turned { slot: next.slot, profile: next.profile })
    }

    /// Notes what went wrong at an attempt. Repetitions before a report are one.
    pub fn note(&self, incident: ConnectionIncident) {
        let mut state = self.lock();
        if !state.incidents.contains(&incident) {
            state.incidents.push(incident);
        }
    }

    /// What went wrong since this was asked last.
    pub fn take_incidents(&self) -> Vec<ConnectionIncident> {
        std::mem::take(&mut self.lock().incidents)
    }

    fn lock(&self) -> MutexGuard<'_, CredentialState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(profile: SecurityProfile) -> CredentialSet {
        CredentialSet { profile, password: Some(StationPassword::of_text("s3cret")), ..CredentialSet::default() }
    }

    #[test]
    fn new_credentials_are_tried_and_stay_when_they_work() {
        let credentials = StationCredentials::new(of(SecurityProfile::Basic));
        assert_eq!((credentials.connected(), credentials.failed()), (None, None));
        credentials.propose(vec![of(SecurityProfile::TlsBasic)], 2);
        assert_eq!(credentials.next().profile, SecurityProfile::TlsBasic);
        assert_eq!((credentials.profile(), credentials.failed()), (SecurityProfile::Basic, None));
        assert_eq!(credentials.connected(), Some(CredentialNews::Settled(SecurityProfile::TlsBasic)));
        assert_eq!(credentials.profile(), SecurityProfile::TlsBasic);
    }

    #[test]
    fn other_slots_are_tried_in_their_order_while_the_settled_one_fails() {
        let slot = |slot, profile| CredentialSet { slot, ..of(profile) };
        let credentials = StationCredentials::new(slot(1, SecurityProfile::TlsBasic));
        assert_eq!(credentials.failed(), None, "there is nothing else");
        let others = [(2, SecurityProfile::TlsBasic), (4, SecurityProfile::Basic), (3, SecurityProfile::TlsClientCertificate)];
        credentials.offer(others.map(|(number, profile)| slot(number, profile)).into(), 2);
        assert_eq!(credentials.connected(), None);
        let mut tried = Vec::new();
        for _ in 0..12 {
            tried.push(credentials.next().slot);
            credentials.failed();
        }
        assert_eq!(tried, [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3], "a lower profile is left out");
        credentials.failed();
        credentials.failed();
        assert_eq!(credentials.connected(), Some(CredentialNews::Settled(SecurityProfile::TlsBasic)));
        assert_eq!((credentials.settled().slot, credentials.chosen().slot), (2, 1));
    }

    #[test]
    fn incidents_are_reported_once() {
        let credentials = StationCredentials::default();
        for incident in [ConnectionIncident::UntrustedCertificate, ConnectionIncident::UntrustedCertificate] {
            credentials.clone().note(incident);
        }
        assert_eq!(credentials.take_incidents(), [ConnectionIncident::UntrustedCertificate]);
        assert_eq!(credentials.take_incidents(), []);
    }

    #[test]
    fn the_old_ones_come_back_and_nothing_goes_down() {
        let credentials = StationCredentials::new(of(SecurityProfile::Basic));
        let sets = [SecurityProfile::TlsClientCertificate, SecurityProfile::Unsecured, SecurityProfile::TlsBasic].map(of);
        credentials.propose(sets.into(), 1);
        assert_eq!(credentials.next().profile, SecurityProfile::TlsClientCertificate);
        let turned = CredentialNews::Turned { slot: 0, profile: SecurityProfile::TlsBasic };
        assert_eq!(credentials.failed(), Some(turned));
        credentials.change(|set| set.password = None);
        assert_eq!(credentials.next().password, None);
        assert_eq!(credentials.failed(), Some(CredentialNews::FellBack(SecurityProfile::Basic)));
        assert_eq!((credentials.failed(), credentials.next().profile), (None, SecurityProfile::Basic));
        assert_eq!(credentials.settled().sent_password(), None);
    }
}
