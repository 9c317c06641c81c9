//! The requests for certificates that stations have made and the central system has accepted. A station may wait for several: one for the
//! link and one for its cars (2.x), or one with each number (2.1). What a request becomes is in `certificate_signing`.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::certificate_signing::AcceptedRequest;

/// The most requests that are kept of a station; an older one is given up for a new one.
const MOST_KEPT: usize = 16;

/// Which of the requests of a station is meant: the last one of those that fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestChoice {
    /// The type of the certificate, upper and lower case being the same; `None` for any.
    pub certificate_type: Option<String>,
    /// The number of the request; `None` for any.
    pub number: Option<i64>,
}

impl RequestChoice {
    /// Whether a request is one of those that are meant.
    pub fn means(&self, asked: &AskedCertificate) -> bool {
        let is_type = |name: &String| name.eq_ignore_ascii_case(&asked.certificate_type);
        self.certificate_type.as_ref().is_none_or(is_type) && self.number.is_none_or(|number| asked.number == Some(number))
    }
}

/// What a station has asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedCertificate {
    /// The type of the certificate; that of the link where the station has named none.
    pub certificate_type: Box<str>,
    /// The number of the request, where it has one.
    pub number: Option<i64>,
    /// The subject.
    pub subject: Box<str>,
    /// The kind and size of the key.
    pub key: Box<str>,
}

/// As in a sentence: `ChargingStationCertificate, request 7`.
impl fmt::Display for AskedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.certificate_type)?;
        self.number.map_or(Ok(()), |number| write!(f, ", request {number}"))
    }
}

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
