//! How requests reach the pairs of stations that speak SOAP. What is done with a request is the matter of its pair.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::Full;
use hyper::http::Extensions;
use hyper::{HeaderMap, Response, Uri};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Bytes;

use crate::link::attempt_progress::AttemptProgress;
use crate::link::inbox::LinkHandle;
use crate::rpc::soap::{Envelope, ReadError};
use crate::trace::{FrameOrigin, FrameText, PairLeg};

/// How many requests may wait for a pair.
pub(super) const WAITING: usize = 16;

/// A request to a pair.
pub(super) struct PairRequest {
    /// The side that sent it.
    pub from: PairLeg,
    pub text: FrameText,
    /// The body as it came, unpacked.
    pub bytes: Bytes,
    pub read: Result<Envelope, ReadError>,
    pub remarks: Vec<String>,
    /// The address at which the sender reached us.
    pub reached_at: Option<String>,
    pub uri: Uri,
    pub headers: HeaderMap,
    /// How the headers were written.
    pub extensions: Extensions,
    pub origin: Arc<FrameOrigin>,
    pub progress: AttemptProgress,
}

/// A request to a pair, and where its answer goes.
pub(super) type WaitingRequest = Box<(PairRequest, oneshot::Sender<Response<Full<Bytes>>>)>;

/// How a pair is reached.
#[derive(Clone)]
pub(super) struct SoapPairHandle {
    /// The link to the station.
    pub link: LinkHandle,
    pub requests: mpsc::Sender<WaitingRequest>,
}

/// The pairs by identity.
#[derive(Default)]
pub(super) struct SoapPairHandles(Mutex<HashMap<String, SoapPairHandle>>);

impl SoapPairHandles {
    pub fn lock(&self) -> MutexGuard<'_, HashMap<String, SoapPairHandle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get(&self, identity: &str) -> Option<SoapPairHandle> {
        self.lock().get(identity).cloned()
    }

    /// A pair has ended.
    pub fn remove(&self, identity: &str, number: u64) {
        let mut pairs = self.lock();
        if pairs.get(identity).is_some_and(|pair| pair.link.number == number) {
            pairs.remove(identity);
        }
    }
}
