//! The requests for certificates that stations have made and the central system has accepted. A station may wait for several: one for the
//! link and one for its cars (2.x), or one with each number (2.1). What a request becomes is in `certificate_signing`.

use std::collections::HashMap;
use std::sync::Arc;

use super::asked_certificate::{AskedCertificate, RequestChoice};
use super::certificate_signing::AcceptedRequest;

/// The most requests that are kept of a station; an older one is given up for a new one.
const MOST_KEPT: usize = 16;

/// The requests of all stations, of each the oldest first.
#[derive(Debug, Default)]
pub(super) struct SigningRequests(HashMap<Arc<str>, Vec<AcceptedRequest>>);

impl SigningRequests {
    /// A station has made a request.
    pub fn add(&mut self, station: &Arc<str>, request: AcceptedRequest) {
        let kept = self.0.entry(station.clone()).or_default();
        // A request that is made again with the same number and type replaces the one before.
        let asked = request.asked();
        let is_repeated = |other: &AskedCertificate| {
            asked.number.is_some() && (other.number, &other.certificate_type) == (asked.number, &asked.certificate_type)
        };
        kept.retain(|other| !is_repeated(&other.asked()));
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push(request);
    }

    /// Those of a station, the oldest first.
    pub fn of(&self, station: &str) -> &[AcceptedRequest] {
        self.0.get(station).map(Vec::as_slice).unwrap_or_default()
    }

    /// The one that is meant.
    pub fn choose(&self, station: &str, choice: &RequestChoice) -> Option<AcceptedRequest> {
        self.of(station).iter().rev().find(|request| choice.means(&request.asked())).cloned()
    }
}
