//! What a meter reported in the course of a transaction: points in the order of their time, bounded in number. When there are too many, every
//! second one is left out, and from then on points must be further apart; so a long transaction keeps its shape.

use super::reading::MeterPoint;

/// How many points are kept of a transaction that runs.
const RUNNING: usize = 240;
/// How many are kept when it has ended.
const ENDED: usize = 120;
/// A register may be this much lower than before, in Wh: some stations round in one message and not in the other.
const ROUNDING: f64 = 1.0;

/// A quantity that is drawn over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MeterQuantity {
    /// In W. Where the station does not report it, it follows from the energy.
    Power,
    /// In A.
    Current,
    /// The state of charge, in percent.
    Charge,
    /// In °C.
    Temperature,
    /// The register of the meter, in Wh.
    Energy,
    /// The power that the station offers, in W.
    PowerOffered,
    /// The current that the station offers, in A.
    CurrentOffered,
}

/// The points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MeterCurve {
    points: Vec<MeterPoint>,
    /// How far apart points must be to be kept; the last one is always kept.
    spacing_micros: i64,
}

impl MeterCurve {
    /// The points, oldest first.
    pub fn points(&self) -> &[MeterPoint] {
        &self.points
    }

    /// Adds a point. True when the register runs backwards there.
    pub(super) fn insert(&mut self, point: MeterPoint) -> bool {
        let place = self.points.partition_point(|other| other.at_micros < point.at_micros);
        let backwards = point.energy.is_some_and(|energy| {
            let before = self.points[..place].iter().rev().find_map(|other| other.energy);
            // Of one moment there may be two readings: one of the interval, one of the end.
            let mut later = self.points[place..].iter().filter(|other| other.at_micros > point.at_micros);
            let after = later.find_map(|other| other.energy);
            before.is_some_and(|before| energy < before - ROUNDING) || after.is_some_and(|after| energy > after + ROUNDING)
        });
        match self.points.get_mut(place) {
            Some(other) if other.at_micros == point.at_micros => merge(other, point),
            Some(_) => self.points.insert(place, point),
            None => self.append(point),
        }
        if self.points.len() > RUNNING {
            self.thin();
        }
        backwards
    }

    /// Keeps fewer points, because no more will come.
    pub(super) fn end(&mut self) {
        while self.points.len() > ENDED {
            self.thin();
        }
        self.points.shrink_to_fit();
    }

    fn append(&mut self, point: MeterPoint) {
        if let [.., before, last] = self.points[..]
            && last.at_micros - before.at_micros < self.spacing_micros
        {
            self.points.pop();
        }
        self.points.push(point);
    }

    /// Leaves out every second point, but for the first and the last one.
    fn thin(&mut self) {
        let Some(last) = self.points.last().copied() else { return };
        self.points = self.points[..self.points.len() - 1].iter().step_by(2).copied().chain([last]).collect();
        let span = last.at_micros - self.points[0].at_micros; // the last one is there
        self.spacing_micros = span / (RUNNING as i64 / 2);
    }

    /// The values of a quantity with their times, oldest first.
    pub fn values(&self, quantity: MeterQuantity) -> Vec<(i64, f64)> {
        let of = |point: &MeterPoint| match quantity {
            MeterQuantity::Power => point.power.map(f64::from),
            MeterQuantity::Current => point.current.map(f64::from),
            MeterQuantity::Charge => point.charge.map(f64::from),
            MeterQuantity::Temperature => point.temperature.map(f64::from),
            MeterQuantity::Energy => point.energy,
            MeterQuantity::PowerOffered => point.power_offered.map(f64::from),
            MeterQuantity::CurrentOffered => point.current_offered.map(f64::from),
        };
        let values: Vec<_> = self.points.iter().filter_map(|point| Some((point.at_micros, of(point)?))).collect();
        if quantity == MeterQuantity::Power && values.is_empty() { self.power_of_energy() } else { values }
    }

    /// The power that follows from two readings of the register, at the time of the later one.
    fn power_of_energy(&self) -> Vec<(i64, f64)> {
        let mut powers = Vec::new();
        let mut before: Option<(i64, f64)> = None;
        for (at, energy) in self.values(MeterQuantity::Energy) {
            if let Some((from, register)) = before
                && at > from
            {
                let hours = (at - from) as f64 / 3.6e9;
                powers.push((at, (energy - register) / hours));
            }
            before = Some((at, energy));
        }
        powers
    }

    /// The last value of a quantity.
    pub fn last(&self, quantity: MeterQuantity) -> Option<f64> {
        self.values(quantity).last().map(|(_, value)| *value)
    }
}

/// Takes over what a later message reports about the same moment.
fn merge(point: &mut MeterPoint, newer: MeterPoint) {
    *point = MeterPoint {
        at_micros: point.at_micros,
        power: newer.power.or(point.power),
        current: newer.current.or(point.current),
        charge: newer.charge.or(point.charge),
        temperature: newer.temperature.or(point.temperature),
        energy: newer.energy.or(point.energy),
        power_offered: newer.power_offered.or(point.power_offered),
        current_offered: newer.current_offered.or(point.current_offered),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn energy(at_micros: i64, energy: f64) -> MeterPoint {
        MeterPoint { at_micros, energy: Some(energy), ..MeterPoint::default() }
    }

    #[test]
    fn points_stand_in_the_order_of_their_time_and_a_register_that_falls_is_noticed() {
        let mut curve = MeterCurve::default();
        let hour = 3_600_000_000;
        assert!(!curve.insert(energy(0, 1_000.0)));
        assert!(!curve.insert(energy(2 * hour, 3_000.0)));
        assert!(!curve.insert(energy(hour, 2_000.0)), "the order of the messages does not matter");
        assert!(!curve.insert(energy(2 * hour, 2_999.5)), "rounded in one message and not in the other");
        assert!(!curve.insert(energy(2 * hour, 3_002.0)), "read again within a second");
        assert!(curve.insert(energy(3 * hour, 2_500.0)));
        assert!(curve.insert(energy(hour / 2, 2_100.0)));
        let powers: Vec<f64> = curve.values(MeterQuantity::Power).iter().map(|(_, power)| power.round()).collect();
        assert_eq!(powers, [2_200.0, -200.0, 1_002.0, -502.0], "from the energy, where no power is reported");
    }

    #[test]
    fn a_long_transaction_keeps_its_shape_in_bounded_room() {
        let mut curve = MeterCurve::default();
        for second in 0..100_000 {
            let power = if second < 50_000 { 7_000.0 } else { 3_000.0 };
            curve.insert(MeterPoint { at_micros: second * 1_000_000, power: Some(power), ..MeterPoint::default() });
            assert!(curve.points().len() <= RUNNING);
        }
        curve.end();
        assert!(curve.points().len() <= ENDED);
        let values = curve.values(MeterQuantity::Power);
        assert_eq!((values[0].0, values[values.len() - 1].0), (0, 99_999_000_000));
        assert!(values.iter().all(|(at, power)| (*at < 50_000_000_000) == (*power > 5_000.0)));
        let first_half = values.iter().filter(|(at, _)| *at < 50_000_000_000).count();
        assert!((20..=80).contains(&first_half), "{first_half} of {} points", values.len());
    }
}
