//! What stands behind the links of a gateway: it answers nothing by itself, and every call goes to the other side.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::pair::{GatewayPair, GatewaySide};
use crate::behaviour::{
    Answer, AnswerFilter, Behaviour, CallOutcome, FilterDecision, IncomingCall, Outbox, Proposal, ProposedEffect,
};
use crate::clock::Moment;
use crate::ocpp::{ErrorCode, Role, Version};

/// The behaviour of one link.
pub(super) struct GatewayLeg {
    pub pair: Arc<GatewayPair>,
    pub side: GatewaySide,
    /// The number of a link to the station.
    pub number: u64,
}

impl Behaviour for GatewayLeg {
    fn role(&self) -> Role {
        self.side.our_role()
    }

    fn connected(&mut self, version: Version, _now: Moment, _out: &mut Outbox) {
        self.pair.came_up(self.side, version);
    }

    fn disconnected(&mut self, _now: Moment) {
        self.pair.went_down(self.side, self.number);
    }

    fn propose(&mut self, _call: IncomingCall<'_>, _now: Moment) -> Proposal {
        let description = "the gateway knows no such message".to_owned();
        Answer::Error { code: ErrorCode::NotSupported, description }.into()
    }

    fn commit(&mut self, _effect: ProposedEffect, _sent: &Answer, _now: Moment, _out: &mut Outbox) {}

    fn answered(&mut self, _action: &str, _payload: &Value, _outcome: CallOutcome<'_>, _now: Moment, _out: &mut Outbox) {}

    fn deadline(&self) -> Option<Instant> {
        None
    }

    fn deadline_reached(&mut self, _now: Moment, _out: &mut Outbox) {}
}

/// Sends the calls of one link to the other one. It is the last filter: rules and plugins decide before it.
pub(super) struct GatewayFilter {
    pub pair: Arc<GatewayPair>,
    pub side: GatewaySide,
}

impl AnswerFilter for GatewayFilter {
    fn filter(&mut self, call: IncomingCall<'_>, _proposed: &Answer) -> FilterDecision {
        self.pair.call(self.side, call)
    }
}
