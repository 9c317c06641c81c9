//! The energy meter of a connector. It has no clock: callers pass the time. Its values are reported in `metering`.

use std::time::Instant;

/// A register that grows while power flows.
#[derive(Debug, Default)]
pub(super) struct Meter {
    watt_hours: f64,
    watts: f64,
    counted_until: Option<Instant>,
}

/// The values of the meter at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MeterReading {
    /// The register in whole watt-hours, as StartTransaction and StopTransaction require it.
    pub(super) watt_hours: i32,
    /// The power at this moment.
    pub(super) watts: f64,
}

impl Meter {
    /// Reads the meter.
    pub(super) fn read(&mut self, now: Instant) -> MeterReading {
        if let Some(before) = self.counted_until {
            self.watt_hours += self.watts * now.saturating_duration_since(before).as_secs_f64() / 3600.0;
        }
        self.counted_until = Some(now);
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and the register has 32 bits in OCPP")]
        MeterReading { watt_hours: self.watt_hours as i32, watts: self.watts }
    }

    /// Sets the power in watts from now on.
    pub(super) fn set_power(&mut self, watts: f64, now: Instant) {
        self.read(now);
        self.watts = watts.max(0.0);
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
        meter.set_power(7200.0, start);
        assert_eq!(meter.read(start + Duration::from_secs(1800)).watt_hours, 3600);
        meter.set_power(0.0, start + Duration::from_secs(3600));
        assert_eq!(meter.read(start + Duration::from_secs(99_999)), MeterReading { watt_hours: 7200, watts: 0.0 });
        meter.raise_to(5);
        assert_eq!(meter.read(start).watt_hours, 7200);
    }

    #[test]
    fn a_full_register_stays_full() {
        let mut meter = Meter::default();
        meter.raise_to(i32::MAX);
        let start = Instant::now();
        meter.set_power(7200.0, start);
        assert_eq!(meter.read(start + Duration::from_secs(36_000)).watt_hours, i32::MAX);
    }
}
