//! Swapping of batteries: RequestBatterySwap of the CSMS and BatterySwap for each step of the driver (OCPP 2.1 part 2, S01 to S03). The
//! station has a few charged batteries; one that comes in is charged after a while.

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{status_because, status_then};
use super::timers::StationTask;
use crate::behaviour::{IncomingCall, Outbox, Proposal};
use crate::clock::Moment;

/// The charged batteries of a new station.
const BATTERIES: u32 = 2;

/// The time that a driver takes to put a battery in or to take one out.
const DRIVER: Duration = Duration::from_secs(5);

/// The time that charging a battery takes.
const CHARGING: Duration = Duration::from_secs(900);

/// The batteries, and the swap that goes on.
#[derive(Debug)]
pub(super) struct BatteryExchange {
    charged: u32,
    /// The number of the next battery.
    next: u32,
    swap: Option<RunningSwap>,
}

/// A swap that goes on.
#[derive(Debug, Clone)]
struct RunningSwap {
    request: Value,
    token: Value,
    /// Whether the driver's battery is in.
    is_in: bool,
}

impl Default for BatteryExchange {
    fn default() -> Self {
        BatteryExchange { charged: BATTERIES, next: 1, swap: None }
    }
}

impl BatteryExchange {
    fn battery(&mut self, evse: i32, charge: u32) -> Value {
        let number = self.next;
        self.next += 1;
        json!([{ "evseId": evse, "serialNumber": format!("SIM-BATTERY-{number:04}"), "soC": charge, "soH": 98 }])
    }
}

impl ChargingStation {
    /// RequestBatterySwap needs a charged battery and no other swap (S02.FR.04).
    pub(super) fn propose_battery_swap(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "RequestBatterySwap").then(|| {
            let exchange = &self.blocks.exchange;
            if exchange.charged == 0 || exchange.swap.is_some() {
                return status_because("Rejected", "NoBatteryAvailable");
            }
            let payload = call.payload.value().clone();
            status_then("Accepted", move |station, now, _out| {
                station.begin_swap(payload["requestId"].clone(), payload["idToken"].clone(), now);
            })
        })
    }

    /// Hands do the next step of a swap, or begin one. Returns whether that was possible.
    pub(super) fn swap_by_hand(&mut self, now: Moment, out: &mut Outbox) -> bool {
        if self.blocks.exchange.swap.is_none() {
            if self.blocks.exchange.charged == 0 {
                return false;
            }
            let request = self.blocks.exchange.next.into();
            let token = json!({ "idToken": "SWAP", "type": "Local" });
            self.blocks.exchange.swap = Some(RunningSwap { request, token, is_in: false });
        }
        self.step_swap(now, out)
    }

    /// A swap begins; the driver does the rest.
    fn begin_swap(&mut self, request: Value, token: Value, now: Moment) {
        self.blocks.exchange.swap = Some(RunningSwap { request, token, is_in: false });
        if self.settings.driver {
            self.schedule(StationTask::BatterySwap, DRIVER, now);
        }
    }

    /// The driver puts a battery in, or takes one out. Returns whether there was anything to do.
    pub(super) fn step_swap(&mut self, now: Moment, out: &mut Outbox) -> bool {
        let exchange = &mut self.blocks.exchange;
        let Some(swap) = exchange.swap.clone() else { return false };
        let (event, batteries) = if swap.is_in {
            exchange.charged = exchange.charged.saturating_sub(1);
            exchange.swap = None;
            ("BatteryOut", exchange.battery(2, 100))
        } else {
            exchange.swap = Some(RunningSwap { is_in: true, ..swap.clone() });
            ("BatteryIn", exchange.battery(1, 12))
        };
        let payload = json!({ "eventType": event, "requestId": swap.request, "idToken": swap.token, "batteryData": batteries });
        self.send_if_allowed("BatterySwap", payload, out);
        self.timers.cancel(StationTask::BatteryLeft);
        if !swap.is_in
            && let Some(limit) = self.seconds("BatterySwapCtrlr", "Timeout.Out")
        {
            self.schedule(StationTask::BatteryLeft, limit, now);
        }
        if swap.is_in {
            self.schedule(StationTask::BatteryCharged, CHARGING, now);
        } else if self.settings.driver {
            self.schedule(StationTask::BatterySwap, DRIVER, now);
        }
        true
    }

    /// The driver has not taken the charged battery within `BatterySwapCtrlr.Timeout[Out]`: it stays, and so does his own (S01).
    pub(super) fn battery_left(&mut self, out: &mut Outbox) {
        let exchange = &mut self.blocks.exchange;
        let Some(swap) = exchange.swap.take() else { return };
        let payload = json!({
            "eventType": "BatteryOutTimeout",
            "requestId": swap.request,
            "idToken": swap.token,
            "batteryData": exchange.battery(2, 100),
        });
        self.timers.cancel(StationTask::BatterySwap);
        self.send_if_allowed("BatterySwap", payload, out);
    }

    /// A battery that came in is charged.
    pub(super) fn battery_charged(&mut self, now: Moment) {
        let exchange = &mut self.blocks.exchange;
        exchange.charged += 1;
        if exchange.charged < BATTERIES {
            self.schedule(StationTask::BatteryCharged, CHARGING, now);
        }
    }
}
