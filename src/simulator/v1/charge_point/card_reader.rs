//! The card reader: a card that starts a transaction, or stops it when it is the card, or one of the group, that started it (OCPP 1.6
//! §3.5, §4.1). Which cards are known here is in `authorization`.

use serde_json::json;

use super::ChargePoint;
use super::connector::{Connector, PendingStart};
use super::timers::TimerTask;
use crate::behaviour::{Outbox, PhysicalActionError};
use crate::clock::Moment;

/// The longest tag (OCPP 1.6 §7, `IdToken`).
const LONGEST_TAG: usize = 20;

impl ChargePoint {
    /// A card is held to the reader.
    pub(super) fn present(
        &mut self,
        id_tag: &str,
        wanted: Option<i32>,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        if !(1..=LONGEST_TAG).contains(&id_tag.chars().count()) {
            return Err(PhysicalActionError::BadTag(LONGEST_TAG));
        }
        let number = match wanted {
            Some(number) => self.existing_connector(number)?,
            None => self.connector_of_card(id_tag).ok_or(PhysicalActionError::NoneFree)?,
        };
        let Some(connector) = self.connector(number) else { return Ok(()) };
        if connector.transaction.is_some() {
            return self.present_to_stop(number, id_tag, now, out);
        }
        if let Some(hold) = &connector.held {
            if !hold.id_tag.eq_ignore_ascii_case(id_tag) && !self.is_of_group(id_tag, hold.parent.as_deref()) {
                return Err(PhysicalActionError::CableLocked);
            }
            self.release_cable(number, now, out);
            return Ok(());
        }
        if connector.fault.is_some() || self.station_fault.is_some() {
            return Err(PhysicalActionError::Faulted(number));
        }
        if !connector.operative {
            return Err(PhysicalActionError::Unavailable(number));
        }
        match &connector.pending {
            Some(pending) if pending.authorizing => return Err(PhysicalActionError::ReaderBusy),
            Some(pending) if pending.id_tag.eq_ignore_ascii_case(id_tag) => {
                // the driver has thought better of it
                self.give_up(number, now, out);
                return Ok(());
            }
            Some(_) => return Err(PhysicalActionError::InUse(number)),
            None => {}
        }
        self.present_to_start(number, id_tag, wanted.is_some(), now, out)
    }

    fn present_to_start(
        &mut self,
        number: i32,
        id_tag: &str,
        chosen: bool,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        let known = self.is_locally_authorized(id_tag, now.wall);
        let ask = !known && self.may_send();
        // a card of the group of a reservation may only be known to the central system (OCPP 1.6 §5.13)
        let of_group = ask && self.reservations.has_group(number);
        if !of_group && !self.may_start(number, id_tag) {
            return Err(PhysicalActionError::Reserved(number));
        }
        if !known && !ask && !self.may_charge_unknown(id_tag) {
            return Err(PhysicalActionError::NotAccepted(id_tag.to_owned()));
        }
        let parent = self.parent_of(id_tag);
        if let Some(connector) = self.connector_mut(number) {
            let id_tag = id_tag.to_owned();
            connector.pending = Some(PendingStart { id_tag, parent, authorizing: ask, profile: None, by_card: true, chosen });
        }
        self.agenda.cancel(TimerTask::Unplug(number));
        if ask {
            self.send_if_allowed("Authorize", json!({ "idTag": id_tag }), out);
        } else {
            self.authorized(number, now, out);
        }
        Ok(())
    }

    /// A card at a connector with a transaction stops it when it is the one that started it, or of its group. The central system is asked
    /// about the group when it is not known here.
    fn present_to_stop(&mut self, number: i32, id_tag: &str, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let Some(transaction) = self.connector(number).and_then(|it| it.transaction.as_ref()) else { return Ok(()) };
        if transaction.id_tag.eq_ignore_ascii_case(id_tag) {
            self.stop_transaction(number, "Local", now, out);
            return Ok(());
        }
        let group = transaction.parent.clone().or_else(|| self.parent_of(&transaction.id_tag));
        if self.is_of_group(id_tag, group.as_deref()) {
            self.stop_with_card(number, id_tag, now, out);
            return Ok(());
        }
        if transaction.stopper.is_some() {
            return Err(PhysicalActionError::ReaderBusy);
        }
        if !self.send_if_allowed("Authorize", json!({ "idTag": id_tag }), out) {
            return Err(PhysicalActionError::InUse(number));
        }
        if let Some(transaction) = self.connector_mut(number).and_then(|it| it.transaction.as_mut()) {
            transaction.stopper = Some(id_tag.to_owned());
        }
        Ok(())
    }

    /// The central system has answered about a card at a connector with a transaction, with this group. Returns whether a transaction waited
    /// for it.
    pub(super) fn stop_authorized(
        &mut self,
        id_tag: &str,
        accepted: bool,
        parent: Option<&str>,
        now: Moment,
        out: &mut Outbox,
    ) -> bool {
        let waits = |it: &Connector| it.transaction.as_ref().is_some_and(|it| it.stopper.as_deref() == Some(id_tag));
        let Some(number) = self.connectors.iter().zip(1..).find(|(it, _)| waits(it)).map(|(_, number)| number) else {
            return false;
        };
        let mut group = None;
        if let Some(transaction) = self.connector_mut(number).and_then(|it| it.transaction.as_mut()) {
            transaction.stopper = None;
            group = Some((transaction.parent.clone(), transaction.id_tag.clone()));
        }
        let group = group.and_then(|(parent, started_by)| parent.or_else(|| self.parent_of(&started_by)));
        let same = |ours: &str| parent.is_some_and(|parent| parent.eq_ignore_ascii_case(ours));
        if accepted && group.as_deref().is_some_and(same) {
            self.stop_with_card(number, id_tag, now, out);
        }
        true
    }

    /// The connector whose transaction a card of this group stops.
    pub(super) fn transaction_of_group(&self, parent: &str) -> Option<i32> {
        let same = |it: &&Connector| {
            let group = it.transaction.as_ref().and_then(|it| it.parent.clone().or_else(|| self.parent_of(&it.id_tag)));
            group.is_some_and(|group| group.eq_ignore_ascii_case(parent))
        };
        self.connectors.iter().zip(1..).find(|(it, _)| same(it)).map(|(_, number)| number)
    }

    /// Stops a transaction with another card than the one that started it.
    pub(super) fn stop_with_card(&mut self, number: i32, id_tag: &str, now: Moment, out: &mut Outbox) {
        if let Some(transaction) = self.connector_mut(number).and_then(|it| it.transaction.as_mut()) {
            id_tag.clone_into(&mut transaction.id_tag);
        }
        self.stop_transaction(number, "Local", now, out);
    }

    /// The cable that was locked in after the car had gone is released.
    pub(super) fn release_cable(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(connector) = self.connector_mut(number) {
            (connector.held, connector.served) = (None, false);
        }
        self.settle(number, now, out);
    }

    /// Whether a card is known to be of a group.
    fn is_of_group(&self, id_tag: &str, group: Option<&str>) -> bool {
        group.is_some_and(|group| self.parent_of(id_tag).is_some_and(|parent| parent.eq_ignore_ascii_case(group)))
    }

    /// The connector that a card is meant for: where it has something to end, where a car waits, where it may start.
    fn connector_of_card(&self, id_tag: &str) -> Option<i32> {
        let ours = |tag: &str| tag.eq_ignore_ascii_case(id_tag);
        let ends = |it: &Connector| {
            it.transaction.as_ref().is_some_and(|it| ours(&it.id_tag))
                || it.held.as_ref().is_some_and(|hold| ours(&hold.id_tag))
                || it.pending.as_ref().is_some_and(|it| ours(&it.id_tag))
        };
        let first = |fits: &dyn Fn(&Connector) -> bool| {
            self.connectors.iter().zip(1..).find(|(it, _)| fits(it)).map(|(_, number)| number)
        };
        let of_group = || self.parent_of(id_tag).and_then(|parent| self.transaction_of_group(&parent));
        first(&ends)
            .or_else(of_group)
            .or_else(|| self.startable_connector(None, id_tag))
            .or_else(|| first(&|it| it.transaction.is_some()))
            .or_else(|| first(&|it| it.operative && it.fault.is_none() && it.pending.is_none()))
    }
}
