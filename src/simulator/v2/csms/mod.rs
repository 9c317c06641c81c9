//! The answers of the CSMS to charging stations of OCPP 2.x, and the transactions of which they report. It accepts what it is offered:
//! certificates, needs of vehicles, VAT numbers are not verified. A user who wants a refusal sets it by an answer rule.

mod answers;
mod certificates;
mod tokens;
mod transactions;
mod waiting;

use std::sync::Arc;

use serde_json::Value;

use self::transactions::{EventTransactions, ReportedEvent};
use self::waiting::WaitingStations;
use crate::behaviour::{Answer, CallOutcome, IncomingCall, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::simulator::central_system::running::RunningTransaction;
use crate::simulator::central_system::settings::CentralSystemSettings;

/// Answers charging stations and keeps the book of their transactions.
#[derive(Debug, Default)]
pub struct ChargingStationAnswers {
    transactions: EventTransactions,
    waiting: WaitingStations,
}

/// What follows from an answer that has been sent.
enum AnswerEffect {
    /// A boot was answered.
    Boot,
    /// An event of a transaction was taken.
    Event(ReportedEvent),
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
        if let Some(refusal) = self.waiting.refusal(station, call.action) {
            return refusal.into();
        }
        if call.action == "BootNotification" {
            return Proposal::with(answers::answer(settings, call, now), AnswerEffect::Boot);
        }
        if call.action != "TransactionEvent" {
            return answers::answer(settings, call, now).into();
        }
        let mut event = ReportedEvent::of(&call.payload.tree());
        // The meter is read for the first register and for costs; the events of most transactions are read for neither.
        if let Some(event) =
            event.as_mut().filter(|event| settings.energy_price.is_some() || !self.transactions.has_energy(station, event))
        {
            event.read_energy(call.payload);
        }
        let energy = event.as_ref().and_then(|event| self.transactions.energy_with(station, event));
        let answer = answers::transaction_event(settings, &call.payload.tree(), energy);
        match event {
            Some(event) => Proposal::with(answer, AnswerEffect::Event(event)),
            None => answer.into(),
        }
    }

    /// Applies the effect of an answer that has been sent.
    pub fn commit(&self, station: &Arc<str>, effect: ProposedEffect, sent: &Answer) {
        match (effect.into_inner(), sent) {
            (Some(AnswerEffect::Boot), _) => self.waiting.boot_answered(station, sent),
            (Some(AnswerEffect::Event(event)), Answer::Result(_)) => self.transactions.take(station, event),
            _ => {}
        }
    }

    /// A call to a station has ended.
    pub fn call_answered(&self, station: &Arc<str>, action: &str, payload: &Value, outcome: CallOutcome<'_>) {
        self.waiting.call_answered(station, action, payload, outcome);
    }
}

#[cfg(test)]
mod tests;
