//! One transaction of an EVSE: what its events have said already and what they have to say. When it begins and ends is in `charging`, its
//! events are in `transaction_events`.

use std::time::Instant;

use jiff::Timestamp;
use serde_json::Value;

use super::id_token::IdToken;
use crate::behaviour::DriverLimit;
use crate::simulator::charging::OperationMode;

/// What flows between car and station (OCPP 2.0.1 part 2, `ChargingStateEnumType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ChargingState {
    /// No car is connected.
    #[default]
    Idle,
    /// A car is connected and it is not authorized.
    EvConnected,
    /// Energy flows.
    Charging,
    /// The car takes nothing.
    SuspendedEv,
    /// The station gives nothing.
    SuspendedEvse,
}

impl ChargingState {
    /// All of them.
    const ALL: [ChargingState; 5] = [
        ChargingState::Idle,
        ChargingState::EvConnected,
        ChargingState::Charging,
        ChargingState::SuspendedEv,
        ChargingState::SuspendedEvse,
    ];

    /// The name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            ChargingState::Idle => "Idle",
            ChargingState::EvConnected => "EVConnected",
            ChargingState::Charging => "Charging",
            ChargingState::SuspendedEv => "SuspendedEV",
            ChargingState::SuspendedEvse => "SuspendedEVSE",
        }
    }

    /// The state with this name.
    pub(super) fn named(name: &str) -> Option<ChargingState> {
        ChargingState::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the power path is closed, with or without a flow.
    pub(super) const fn is_closed(self) -> bool {
        matches!(self, ChargingState::Charging | ChargingState::SuspendedEv | ChargingState::SuspendedEvse)
    }
}

/// A running transaction.
#[derive(Debug)]
pub(super) struct EvseTransaction {
    /// Its id.
    pub(super) id: String,
    /// The number of its next event.
    pub(super) next_event: i64,
    /// The time of the start.
    pub(super) started: Timestamp,
    /// The register at the start.
    pub(super) meter_start: i32,
    /// The state that the last event reported.
    pub(super) told_state: Option<ChargingState>,
    /// Whether an event has reported the connector.
    pub(super) told_connector: bool,
    /// The token that was authorized last.
    pub(super) token: Option<IdToken>,
    /// Its group.
    pub(super) group: Option<IdToken>,
    /// The reservation that it uses and that no event has reported.
    pub(super) reservation: Option<i32>,
    /// Why it will end, once that is decided.
    pub(super) stop_reason: Option<&'static str>,
    /// The readings that its last event includes, oldest first.
    pub(super) samples: Vec<Value>,
    /// Another card that wants to end it, whose Authorize is in flight.
    pub(super) stopper: Option<IdToken>,
    /// Whether no energy is supplied any more, because the token is not accepted.
    pub(super) exhausted: bool,
    /// How much energy since its start may be supplied to a token that is not accepted.
    pub(super) energy_left: Option<f64>,
    /// The highest limit of each kind that was reached.
    pub(super) reached_limits: Vec<DriverLimit>,
    /// The mode in which energy flows (OCPP 2.1).
    pub(super) mode: OperationMode,
    /// The mode that the last event reported; a transaction begins in the default.
    pub(super) told_mode: OperationMode,
    /// Whether a signed value has had the public key.
    pub(super) told_key: bool,
    /// The seconds in which energy flowed, until the present flow.
    pub(super) charged_seconds: f64,
    /// Since when energy flows.
    pub(super) flows_since: Option<Instant>,
}

impl EvseTransaction {
    /// A transaction that begins.
    pub(super) fn new(id: String, started: Timestamp, meter_start: i32) -> EvseTransaction {
        EvseTransaction {
            id,
            next_event: 0,
            started,
            meter_start,
            told_state: None,
            told_connector: false,
            token: None,
            group: None,
            reservation: None,
            stop_reason: None,
            samples: Vec::new(),
            stopper: None,
            exhausted: false,
            energy_left: None,
            reached_limits: Vec::new(),
            mode: OperationMode::default(),
            told_mode: OperationMode::default(),
            told_key: false,
            charged_seconds: 0.0,
            flows_since: None,
        }
    }

    /// Notes that a limit was reached.
    pub(super) fn note_reached(&mut self, limit: DriverLimit) {
        if !self.has_reached(limit) {
            self.reached_limits.retain(|reached| !reached.is_like(limit));
            self.reached_limits.push(limit);
        }
    }

    /// Whether a limit was reached, this or a higher one.
    pub(super) fn has_reached(&self, limit: DriverLimit) -> bool {
        self.reached_limits.iter().any(|reached| reached.is_like(limit) && reached.value() >= limit.value())
    }

    /// Energy flows from now on, or does not.
    pub(super) fn flows(&mut self, flows: bool, now: Instant) {
        if let Some(since) = self.flows_since.take() {
            self.charged_seconds += now.saturating_duration_since(since).as_secs_f64();
        }
        self.flows_since = flows.then_some(now);
    }

    /// `timeSpentCharging`, in whole seconds.
    pub(super) fn seconds_of_charging(&self, now: Instant) -> i64 {
        let present = self.flows_since.map_or(0.0, |since| now.saturating_duration_since(since).as_secs_f64());
        (self.charged_seconds + present) as i64
    }
}

/// Who may charge at an EVSE, or waits for that.
#[derive(Debug)]
pub(super) struct EvseClaim {
    /// The token of the driver.
    pub(super) token: IdToken,
    /// Its group, as far as it is known.
    pub(super) group: Option<IdToken>,
    /// Whether an Authorize for it is in flight.
    pub(super) authorizing: bool,
    /// Whether an event has reported the token.
    pub(super) reported: bool,
    /// The id of the request that asked for it and that no event has reported.
    pub(super) remote_start: Option<i32>,
    /// The charging profile that came with the request.
    pub(super) profile: Option<Value>,
    /// Whether a card at the reader asks for it, and not the CSMS.
    pub(super) by_card: bool,
    /// Whether the EVSE was named.
    pub(super) chosen: bool,
}

/// A cable that stays locked until it is released.
#[derive(Debug)]
pub(super) struct CableLock {
    /// The token of the transaction.
    pub(super) token: IdToken,
    /// Its group.
    pub(super) group: Option<IdToken>,
}
