//! How orders reach a link: the handle that the session keeps, and the inbox at the link's end.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use tokio::sync::mpsc;

use super::order::LinkOrder;
use crate::ocpp::Version;

/// What happens to a link from the side of the session.
#[derive(Debug)]
pub(super) enum LinkEvent {
    /// The session ends.
    Shutdown,
    /// An order; `None` when no handle of the link is left.
    Order(Option<LinkOrder>),
}

/// How many orders may wait at a link.
const INBOX: usize = 64;

/// How the session reaches a link. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LinkHandle {
    /// The number of the link, unique in the session.
    pub number: u64,
    inbox: mpsc::Sender<Box<LinkOrder>>,
    /// The version of the link by its position, from 1; 0 while it is down.
    spoken: Arc<AtomicU8>,
}

/// The link's own end of a [`LinkHandle`].
#[derive(Debug)]
pub struct LinkInbox {
    /// In boxes, because the channel makes room for 32 orders at once and most links never get one.
    orders: mpsc::Receiver<Box<LinkOrder>>,
    spoken: Arc<AtomicU8>,
}

impl LinkHandle {
    /// A handle and the inbox that belongs to it.
    pub fn new(number: u64) -> (LinkHandle, LinkInbox) {
        let (sender, orders) = mpsc::channel(INBOX);
        let spoken = Arc::new(AtomicU8::new(0));
        (LinkHandle { number, inbox: sender, spoken: spoken.clone() }, LinkInbox { orders, spoken })
    }

    /// Whether the link is up.
    pub fn is_up(&self) -> bool {
        self.version().is_some()
    }

    /// The version of the link while it is up. It is known before the recorder has taken the connection in.
    pub fn version(&self) -> Option<Version> {
        let position = self.spoken.load(Ordering::Relaxed).checked_sub(1)?;
        Version::ALL.get(usize::from(position)).copied()
    }

    /// Whether the link takes no orders any more.
    pub fn is_gone(&self) -> bool {
        self.inbox.is_closed()
    }

    /// Gives an order without waiting. The order comes back when the inbox is full or the link is gone.
    ///
    /// # Errors
    /// With the order.
    pub fn order(&self, order: LinkOrder) -> Result<(), LinkOrder> {
        self.inbox.try_send(Box::new(order)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(order) | mpsc::error::TrySendError::Closed(order) => *order,
        })
    }
}

impl LinkInbox {
    /// The link is up, with this version.
    pub(super) fn came_up(&self, version: Version) {
        self.spoken.store(version as u8 + 1, Ordering::Relaxed);
    }

    /// The link is down.
    pub(super) fn went_down(&self) {
        self.spoken.store(0, Ordering::Relaxed);
    }

    /// The next order; `None` when no handle is left.
    pub(super) async fn next(&mut self) -> Option<LinkOrder> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// The end of the session, or else the next order.
    pub(super) fn poll_event(
        &mut self,
        context: &mut Context<'_>,
        shutdown: Pin<&mut impl Future<Output = ()>>,
    ) -> Poll<LinkEvent> {
        match shutdown.poll(context) {
            Poll::Ready(()) => Poll::Ready(LinkEvent::Shutdown),
            Poll::Pending => self.poll_next(context).map(LinkEvent::Order),
        }
    }

    /// The same for a caller that polls.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<LinkOrder>> {
        self.orders.poll_recv(context).map(|order| order.map(|order| *order))
    }
}
