//! Lets a task ask only when there is something new. What rarely happens to a link, an order or the end of the session, is in memory of its own
//! behind locks; to ask for it each time before a task sleeps costs a link as much as reading a message's JSON.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Stands before something that is polled, which is asked the first time, after it was ready, and after it woke the task.
#[derive(Debug)]
pub(in crate::link) struct WakeGate {
    /// What it wakes, and what wakes the task then.
    waker: Arc<GateWaker>,
    /// The waker of the task that was stored there.
    known: Option<Waker>,
}

/// Wakes a task and remembers that it did.
#[derive(Debug)]
struct GateWaker {
    has_woken: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Wake for GateWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_woken.store(true, Ordering::Release);
        if let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner) {
            task.wake_by_ref();
        }
    }
}

impl WakeGate {
    /// Nothing was asked yet.
    pub fn new() -> WakeGate {
        let waker = Arc::new(GateWaker { has_woken: AtomicBool::new(true), task: Mutex::new(None) });
        WakeGate { waker, known: None }
    }

    /// Asks, when there may be something new. What is asked must be the same each time.
    pub fn poll<T>(&mut self, context: &mut Context<'_>, ask: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        // Before the flag is read: what sets it later wakes this task.
        if self.known.as_ref().is_none_or(|known| !known.will_wake(context.waker())) {
            self.known = Some(context.waker().clone());
            self.waker.task.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&self.known);
        }
        if !self.waker.has_woken.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        // Before it is asked: what happens from now on sets it again.
        self.waker.has_woken.store(false, Ordering::Release);
        let waker = Waker::from(self.waker.clone());
        let answer = ask(&mut Context::from_waker(&waker));
        if answer.is_ready() {
            // There may be more, which wakes nothing.
            self.waker.has_woken.store(true, Ordering::Release);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn everything_comes_and_nothing_is_asked_for_in_vain() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let (mut gate, mut asked) = (WakeGate::new(), 0);
        let mut next = async || {
            futures_util::poll!(poll_fn(|context| {
                gate.poll(context, |context| {
                    asked += 1;
                    receiver.poll_recv(context)
                })
            }))
        };
        for _ in 0..3 {
            assert_eq!(next().await, Poll::Pending);
        }
        sender.send(1).unwrap();
        sender.send(2).unwrap();
        assert_eq!(next().await, Poll::Ready(Some(1)));
        assert_eq!(next().await, Poll::Ready(Some(2)));
        for _ in 0..3 {
            assert_eq!(next().await, Poll::Pending);
        }
        drop(sender);
        assert_eq!(next().await, Poll::Ready(None));
        assert_eq!(asked, 5);
    }

    #[tokio::test]
    async fn the_task_that_asked_last_is_woken() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let mut gate = WakeGate::new();
        assert!(futures_util::poll!(poll_fn(|context| gate.poll(context, |context| receiver.poll_recv(context)))).is_pending());
        let waiting =
            tokio::spawn(async move { poll_fn(|context| gate.poll(context, |context| receiver.poll_recv(context))).await });
        tokio::task::yield_now().await;
        sender.send(1).unwrap();
        assert_eq!(waiting.await.unwrap(), Some(1));
    }
}
