//! The card reader: a card that starts a transaction, or ends it when it is the card, or one of the group, that started it, or the master
//! pass (OCPP 2.0.1 part 2, C01, C09, C16, E07). Which cards are known here is in `authorization`.

use super::ChargingStation;
use super::evse::StationEvse;
use super::id_token::IdToken;
use super::transaction::EvseClaim;
use crate::behaviour::{Outbox, PhysicalActionError};
use crate::clock::Moment;
use crate::simulator::v2::features::StationFeatures;

impl ChargingStation {
    /// A card is held to the reader.
    pub(super) fn present(
        &mut self,
        card: &str,
        wanted: Option<i32>,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        let features = StationFeatures::of(self.version);
        let token = IdToken::of_card(card, features).ok_or(PhysicalActionError::BadTag(features.token_limit))?;
        let group = self.group_of(&token, now);
        if let Some(number) = wanted {
            self.existing_evse(number)?;
        }
        if self.is_master(group.as_ref()) && self.is_locally_authorized(&token, wanted.unwrap_or(1), now) {
            self.stop_by_master(wanted, &token, now, out);
            return Ok(());
        }
        let number = match wanted {
            Some(number) => number,
            None => self.evse_of_card(&token, group.as_ref()).ok_or(PhysicalActionError::NoneFree)?,
        };
        let Some(evse) = self.evse(number) else { return Ok(()) };
        if let Some(held) = &evse.held {
            if !held.token.is(&token) && !same_group(held.group.as_ref(), group.as_ref()) {
                return Err(PhysicalActionError::CableLocked);
            }
            self.release_cable(number, now, out);
            return Ok(());
        }
        match &evse.claim {
            Some(claim) if claim.authorizing => return Err(PhysicalActionError::ReaderBusy),
            Some(claim) if claim.token.is(&token) || same_group(claim.group.as_ref(), group.as_ref()) => {
                self.stop_with_card(number, &token, now, out);
                return Ok(());
            }
            Some(_) => return self.present_other(number, token, out),
            None => {}
        }
        if evse.fault.is_some() || self.station_fault.is_some() {
            return Err(PhysicalActionError::Faulted(number));
        }
        if !self.is_operative(number) || evse.restarting {
            return Err(PhysicalActionError::Unavailable(number));
        }
        self.present_to_start(number, token, group, wanted.is_some(), now, out)
    }

    fn present_to_start(
        &mut self,
        number: i32,
        token: IdToken,
        group: Option<IdToken>,
        chosen: bool,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        let known = self.is_locally_authorized(&token, number, now);
        let ask = !known && self.may_ask();
        let free = self.is_free_for(number, &token, group.as_ref());
        let decided_by_csms = ask && group.is_none() && self.may_be_of_group(number);
        if !free && !decided_by_csms {
            return Err(PhysicalActionError::Reserved(number));
        }
        let refused = self.is_locally_refused(&token, now);
        if refused || (!known && !ask && (self.may_send() || !self.may_charge_unknown(&token, now))) {
            return Err(PhysicalActionError::NotAccepted(token.text));
        }
        let mut claim = EvseClaim::of(token, group);
        (claim.by_card, claim.chosen) = (true, chosen);
        self.claim(number, claim, ask, now, out);
        Ok(())
    }

    /// Another card at an EVSE where a user charges: the CSMS is asked about its group.
    fn present_other(&mut self, number: i32, token: IdToken, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let in_use = PhysicalActionError::InUse(number);
        let Some(transaction) = self.evse(number).and_then(|evse| evse.transaction.as_ref()) else { return Err(in_use) };
        if transaction.stopper.is_some() {
            return Err(PhysicalActionError::ReaderBusy);
        }
        if !self.ask_for(&token, out) {
            return Err(in_use);
        }
        if let Some(transaction) = self.evse_mut(number).and_then(|evse| evse.transaction.as_mut()) {
            transaction.stopper = Some(token);
        }
        Ok(())
    }

    /// The cable that was locked in after the car had gone is released.
    pub(super) fn release_cable(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(evse) = self.evse_mut(number) {
            evse.held = None;
        }
        self.report_status(number, now, out);
    }

    /// The EVSE that a card is meant for: where it has something to end, where a car waits, where it may start.
    fn evse_of_card(&self, token: &IdToken, group: Option<&IdToken>) -> Option<i32> {
        let first =
            |fits: &dyn Fn(&StationEvse) -> bool| self.evse_numbers().find(|number| self.evse(*number).is_some_and(fits));
        first(&|evse| evse.user().is_some_and(|(ours, _)| ours.is(token)))
            .or_else(|| group.and_then(|group| self.evse_of_group(group)))
            .or_else(|| self.startable_evse(None, token, group))
            .or_else(|| first(&StationEvse::is_authorized))
            .or_else(|| self.evse_numbers().find(|number| self.is_startable(*number)))
    }
}

fn same_group(ours: Option<&IdToken>, other: Option<&IdToken>) -> bool {
    ours.is_some_and(|ours| other.is_some_and(|other| ours.is(other)))
}
