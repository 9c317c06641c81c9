//! The answers of the CSMS to charging stations of OCPP 2.x, and the transactions of which they report. It accepts what it is offered:
//! certificates, needs of vehicles, VAT numbers are not verified. A user who wants a refusal sets it by an answer rule.

mod answers;
mod certificates;
mod tokens;
mod transactions;

use std::sync::Arc;

use self::transactions::{EventTransactions, ReportedEvent};
use crate::behaviour::{Answer, IncomingCall, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::simulator::central_system::running::RunningTransaction;
use crate::simulator::central_system::settings::CentralSystemSettings;

/// Answers charging stations and keeps the book of their transactions.
#[derive(Debug, Default)]
pub struct ChargingStationAnswers {
    transactions: EventTransactions,
}

impl ChargingStationAnswers {
    /// The running transactions of a station, oldest first.
    pub fn running(&self, station: &str) -> Vec<RunningTransaction> {
        self.transactions.running(station)
    }

    /// The answer to a call and what follows from it.
    pub fn propose(
        &self,
        settings: &CentralSystemSettings,
        station: &Arc<str>,
        call: IncomingCall<'_>,
        now: Moment,
    ) -> Proposal {
        if call.action != "TransactionEvent" {
            return answers::answer(settings, call, now).into();
        }
        let event = ReportedEvent::of(call.payload);
        let energy = event.as_ref().and_then(|event| self.transactions.energy_with(station, event));
        let answer = answers::transaction_event(settings, call.payload, energy);
        match event {
            Some(event) => Proposal::with(answer, event),
            None => answer.into(),
        }
    }

    /// Applies the effect of an answer that has been sent.
    pub fn commit(&self, station: &Arc<str>, effect: ProposedEffect, sent: &Answer) {
        if let (Some(event), Answer::Result(_)) = (effect.into_inner(), sent) {
            self.transactions.take(station, event);
        }
    }
}

#[cfg(test)]
mod tests;
