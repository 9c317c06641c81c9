//! Keeps a panic inside its task: the station's link ends with a line in the trace, and everything else goes on.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::future::FutureExt;

use crate::clock::now;
use crate::trace::{CloseReason, EventKind, EventSender, StationKey};

/// Runs a link's future. Returns `None` when it panicked; the panic is recorded.
pub(super) async fn guarded<T>(
    running: impl Future<Output = T>,
    events: &EventSender,
    station: StationKey,
    link: u64,
) -> Option<T> {
    // Nothing of the future is used after a panic, so no broken state is seen.
    match AssertUnwindSafe(running).catch_unwind().await {
        Ok(done) => Some(done),
        Err(panic) => {
            let text = format!("the link's task failed, please report this: {}", message(panic.as_ref())).into();
            let reason = CloseReason::TaskFailed;
            let failure = [EventKind::Note { failure: true, text }, EventKind::Disconnected { link, reason }];
            events.send_all(station, failure.map(|kind| (now(), kind))).await;
            None
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}
