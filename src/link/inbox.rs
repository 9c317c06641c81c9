//! How orders reach a link: the handle that the session keeps, and the inbox at the link's end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use super::order::LinkOrder;

/// How many orders may wait at a link.
const INBOX: usize = 64;

/// How the session reaches a link. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LinkHandle {
    /// The number of the link, unique in the session.
    pub number: u64,
    inbox: mpsc::Sender<Box<LinkOrder>>,
    up: Arc<AtomicBool>,
}

/// The link's own end of a [`LinkHandle`].
#[derive(Debug)]
pub struct LinkInbox {
    /// In boxes, because the channel makes room for 32 orders at once and most links never get one.
    orders: mpsc::Receiver<Box<LinkOrder>>,
    pub(super) up: Arc<AtomicBool>,
}

impl LinkHandle {
    /// A handle and the inbox that belongs to it.
    pub fn new(number: u64) -> (LinkHandle, LinkInbox) {
        let (sender, orders) = mpsc::channel(INBOX);
        let up = Arc::new(AtomicBool::new(false));
        (LinkHandle { number, inbox: sender, up: up.clone() }, LinkInbox { orders, up })
    }

    /// Whether the link is up.
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
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
    /// The next order; `None` when no handle is left.
    pub(super) async fn next(&mut self) -> Option<LinkOrder> {
        self.orders.recv().await.map(|order| *order)
    }
}
