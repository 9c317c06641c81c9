//! The energy meter of a connector, and what it knows of the battery that it fills. It has no clock: callers pass the time. Its values are
//! reported in `metering`.

use std::time::Instant;

/// The battery of each car in Wh.
const BATTERY: f64 = 50_000.0;
/// How full it is when a car arrives, in percent.
const ARRIVAL: f64 = 40.0;

/// A register that grows while power flows.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter {
    watt_hours: f64,
    watts: f64,
    /// The phases on which they flow, from the first on.
    phases: u8,
    counted_until: Option<Instant>,
    /// The register when the car came that is connected now.
    car_since: Option<f64>,
}

/// The values of the meter at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct MeterReading {
    /// The register in whole watt-hours, as StartTransaction and StopTransaction require it.
    pub(super) watt_hours: i32,
    /// The power at this moment.
    pub(super) watts: f64,
    /// The part of each phase.
    pub(super) by_phase: [f64; 3],
    /// How full the battery of the connected car is, in percent.
    pub(super) state_of_charge: Option<f64>,
}

impl MeterReading {
    /// Two meters together.
    pub(super) fn plus(self, other: MeterReading) -> MeterReading {
        let [one, two, three] = self.by_phase;
        let [first, second, third] = other.by_phase;
        MeterReading {
            watt_hours: self.watt_hours.saturating_add(other.watt_hours),
            watts: self.watts + other.watts,
            by_phase: [one + first, two + second, three + third],
            // two cars have no common one
            state_of_charge: None,
        }
    }

    /// How many watt-hours are missing until the battery of the car is so full; `None` without a car.
    pub(super) fn watt_hours_until(&self, percent: f64) -> Option<f64> {
        self.state_of_charge.map(|present| (percent - present) / 100.0 * BATTERY)
    }
}

impl Meter {
    /// Reads the meter.
    pub(super) fn read(&mut self, now: Instant) -> MeterReading {
        if let Some(before) = self.counted_until {
            self.watt_hours += self.watts * now.saturating_duration_since(before).as_secs_f64() / 3600.0;
        }
        self.counted_until = Some(now);
        let mut by_phase = [0.0; 3];
        by_phase.iter_mut().take(self.phases.into()).for_each(|watts| *watts = self.watts / f64::from(self.phases));
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and the register has 32 bits in OCPP")]
        let watt_hours = self.watt_hours as i32;
        let state_of_charge =
            self.car_since.map(|since| (ARRIVAL + (self.watt_hours - since) / BATTERY * 100.0).clamp(ARRIVAL, 100.0));
        MeterReading { watt_hours, watts: self.watts, by_phase, state_of_charge }
    }

    /// Sets the power in watts from now on, on so many phases.
    pub(super) fn set_power(&mut self, watts: f64, phases: u8, now: Instant) {
        self.read(now);
        (self.watts, self.phases) = (watts.max(0.0), phases);
    }

    /// A car is connected, or has gone.
    pub(super) fn set_car(&mut self, connected: bool, now: Instant) {
        self.read(now);
        self.car_since = connected.then_some(self.watt_hours);
    }

    /// The power in watts since the last change.
    pub(super) fn power(&self) -> f64 {
        self.watts
    }

    /// Raises the register to at least this value, for a transaction that the user started with another reading.
    pub(super) fn raise_to(&mut self, watt_hours: i32) {
        self.watt_hours = self.watt_hours.max(f64::from(watt_hours));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn energy_is_power_times_time() {
        let start = Instant::now();
        let mut meter = Meter::default();
        assert_eq!(meter.read(start).watt_hours, 0);
        meter.set_power(7200.0, 2, start);
        assert_eq!(meter.read(start + Duration::from_secs(1800)).watt_hours, 3600);
        assert_eq!(meter.read(start + Duration::from_secs(1800)).by_phase, [3600.0, 3600.0, 0.0]);
        meter.set_power(0.0, 0, start + Duration::from_secs(3600));
        let still = MeterReading { watt_hours: 7200, ..MeterReading::default() };
        assert_eq!(meter.read(start + Duration::from_secs(99_999)), still);
        meter.raise_to(5);
        assert_eq!(meter.read(start).watt_hours, 7200);
    }

    #[test]
    fn the_battery_of_a_car_fills_with_the_energy() {
        let start = Instant::now();
        let later = |hours: u64| start + Duration::from_secs(hours * 3600);
        let mut meter = Meter::default();
        assert_eq!(meter.read(start).state_of_charge, None);
        meter.set_power(10_000.0, 3, start);
        meter.set_car(true, later(1));
        assert_eq!(meter.read(later(1)).watt_hours_until(50.0), Some(5000.0));
        assert_eq!(meter.read(later(2)).state_of_charge, Some(60.0));
        assert_eq!(meter.read(later(20)).state_of_charge, Some(100.0));
        meter.set_car(false, later(20));
        assert_eq!(meter.read(later(21)).watt_hours_until(50.0), None);
    }

    #[test]
    fn a_full_register_stays_full() {
        let mut meter = Meter::default();
        meter.raise_to(i32::MAX);
        let start = Instant::now();
        meter.set_power(7200.0, 1, start);
        assert_eq!(meter.read(start + Duration::from_secs(36_000)).watt_hours, i32::MAX);
    }
}
