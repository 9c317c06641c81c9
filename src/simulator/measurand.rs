//! What a simulated meter can measure, by the names of OCPP (1.6 §7 and 2.0.1 part 2, `Measurand`), and the values of a reading. How they
//! are written in a message is up to the station.

use super::equipment::VOLTS;
use super::meter::MeterReading;

/// A measurand of a station.
#[derive(Debug)]
struct Measurand {
    /// Its name (OCPP 1.6 §7, `Measurand`).
    name: &'static str,
    /// The unit in 1.6 and in 1.5.
    units: [&'static str; 2],
    /// From a reading and the volts of all phases together; `None` when there is nothing to measure.
    measure: fn(&MeterReading, f64) -> Option<f64>,
    /// Whether it is measured in the car.
    in_car: bool,
    /// How it is measured on each phase.
    phases: Option<PhaseMeasure>,
}

/// The measure of one phase.
#[derive(Debug)]
struct PhaseMeasure {
    /// From the watts of the phase.
    measure: fn(f64) -> f64,
    /// What follows the name of the phase: a voltage is measured against neutral.
    against: &'static str,
    /// Whether all phases together have a value of their own.
    has_total: bool,
}

/// All supported measurands.
const MEASURANDS: [Measurand; 5] = [
    Measurand {
        name: "Energy.Active.Import.Register",
        units: ["Wh", "Wh"],
        measure: |reading, _| Some(f64::from(reading.watt_hours)),
        in_car: false,
        phases: None,
    },
    Measurand {
        name: "Power.Active.Import",
        units: ["W", "W"],
        measure: |reading, _| Some(reading.watts.round()),
        in_car: false,
        phases: Some(PhaseMeasure { measure: f64::round, against: "", has_total: true }),
    },
    Measurand {
        name: "Current.Import",
        units: ["A", "Amp"],
        measure: |reading, volts| Some(tenths(reading.watts / volts)),
        in_car: false,
        phases: Some(PhaseMeasure { measure: |watts| tenths(watts / VOLTS), against: "", has_total: false }),
    },
    Measurand {
        name: "Voltage",
        units: ["V", "Volt"],
        measure: |_, _| Some(VOLTS),
        in_car: false,
        phases: Some(PhaseMeasure { measure: |_| VOLTS, against: "-N", has_total: false }),
    },
    Measurand {
        name: "SoC",
        units: ["Percent", "Percent"],
        measure: |reading, _| reading.state_of_charge.map(tenths),
        in_car: true,
        phases: None,
    },
];

/// The names of the phases.
const PHASES: [&str; 3] = ["L1", "L2", "L3"];

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

impl Measurand {
    /// Finds a measurand, and the phase that is combined with it, as in `Voltage.L1` (OCPP 1.6 §9.1, `MeterValuesSampledData`).
    fn find(name: &str) -> Option<(usize, Option<usize>)> {
        let position = |name: &str| MEASURANDS.iter().position(|measurand| measurand.name == name);
        if let Some(found) = position(name.trim()) {
            return Some((found, None));
        }
        let (name, phase) = name.trim().rsplit_once('.')?;
        let found = position(name)?;
        let against = MEASURANDS[found].phases.as_ref()?.against;
        let phase = PHASES.iter().position(|it| phase.strip_suffix(against).unwrap_or(phase) == *it)?;
        Some((found, Some(phase)))
    }
}

/// Whether a machine with so many phases knows this measurand; without any, as in versions before 1.6, it knows neither phases nor
/// the state of the battery.
pub(super) fn is_measurand(name: &str, phases: u8) -> bool {
    let exists = |index: usize| phases > 0 || !MEASURANDS[index].in_car;
    Measurand::find(name).is_some_and(|(index, phase)| exists(index) && phase.is_none_or(|phase| phase < phases.into()))
}

/// One value of a reading.
#[derive(Debug, PartialEq)]
pub(super) struct MeterSample {
    /// The name of its measurand.
    pub(super) measurand: &'static str,
    /// Whether it comes from the car, and not from the outlet.
    pub(super) in_car: bool,
    /// The phase, when it is the value of one.
    pub(super) phase: Option<String>,
    /// The value.
    pub(super) value: f64,
    /// The unit in 1.6 and 2.x, and in 1.5.
    pub(super) units: [&'static str; 2],
}

/// The values of these measurands, which are separated by commas. Without any value the register is given: OCPP requires at least one. With
/// three phases a measurand that each of them has is reported for each, and where that makes sense for all together. `volts` are those of
/// all phases together.
pub(super) fn meter_samples(names: &str, reading: &MeterReading, volts: f64, phases: u8) -> Vec<MeterSample> {
    let mut wanted: Vec<_> = names.split(',').filter_map(Measurand::find).collect();
    wanted.retain(|(index, _)| {
        (phases > 0 || !MEASURANDS[*index].in_car) && (MEASURANDS[*index].measure)(reading, volts).is_some()
    });
    if wanted.is_empty() {
        wanted.push((0, None));
    }
    let mut samples = Vec::new();
    for (index, measurand) in MEASURANDS.iter().enumerate() {
        let whole = wanted.contains(&(index, None));
        let sample = |value, phase| MeterSample {
            measurand: measurand.name,
            in_car: measurand.in_car,
            phase,
            value,
            units: measurand.units,
        };
        let each = measurand.phases.as_ref().filter(|_| phases == 3);
        if whole && each.is_none_or(|each| each.has_total) {
            samples.extend((measurand.measure)(reading, volts).map(|value| sample(value, None)));
        }
        let Some(of_phase) = &measurand.phases else { continue };
        for (phase, name) in PHASES.iter().enumerate() {
            if (whole && each.is_some()) || (phases > 0 && wanted.contains(&(index, Some(phase)))) {
                let name = format!("{name}{}", of_phase.against);
                samples.push(sample((of_phase.measure)(reading.by_phase[phase]), Some(name)));
            }
        }
    }
    samples
}
