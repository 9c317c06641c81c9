//! A machine of ours whose link is down: hands still reach it, and its time passes. When the link comes up again is the
//! business of `websocket::dialer` and `soap::charge_point`.

use tokio::time::{Instant, sleep_until};

use super::context::LinkContext;
use super::conversation::action_note;
use super::inbox::LinkInbox;
use super::order::{LinkCommand, LinkOrder};
use crate::behaviour::{ActionObserver, LinkWish, Outbox, PhysicalAction, Responder};
use crate::clock::now;
use crate::trace::StationKey;

/// What ends a wait without a link.
pub(super) enum DownEvent {
    /// The session has ended.
    End,
    /// Connect now.
    Connect,
    /// Stay down until the user connects the station.
    StayDown,
}

/// Waits for an order about the link, or a wish of the machine. May be dropped at any time.
pub(super) async fn next_event(
    responder: &mut Responder,
    inbox: &mut LinkInbox,
    station: StationKey,
    context: &LinkContext,
) -> DownEvent {
    let mut outbox = Outbox::default();
    loop {
        let deadline = responder.behaviour.deadline().map(Instant::from_std);
        tokio::select! {
            biased;
            order = inbox.next() => match order {
                None => return DownEvent::End,
                Some(LinkOrder::User(LinkCommand::Connect)) => return DownEvent::Connect,
                Some(LinkOrder::User(LinkCommand::Disconnect | LinkCommand::Drop)) => return DownEvent::StayDown,
                Some(LinkOrder::User(LinkCommand::Act(action))) => {
                    act(responder, &action, None, &mut outbox, station, context);
                }
                Some(LinkOrder::Act { action, then }) => {
                    act(responder, &action, Some(then), &mut outbox, station, context);
                }
                Some(_) => {} // the order was refused where it was given
            },
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                responder.behaviour.deadline_reached(now(), &mut outbox);
            }
        }
        // Calls of a machine without a link are lost.
        outbox.take();
        match outbox.take_wish() {
            Some(LinkWish::Cut) => return DownEvent::StayDown,
            Some(LinkWish::Connect) => return DownEvent::Connect,
            // It boots when the link comes up.
            Some(LinkWish::Restart(_) | LinkWish::Refuse) | None => {}
        }
    }
}

fn act(
    responder: &mut Responder,
    action: &PhysicalAction,
    then: Option<ActionObserver>,
    outbox: &mut Outbox,
    station: StationKey,
    context: &LinkContext,
) {
    let now = now();
    let done = responder.behaviour.act(action, now, outbox);
    context.events.try_send(Some(station), now, action_note(action, done.as_ref().err()));
    if let Some(then) = then {
        then.notify(done);
    }
}
