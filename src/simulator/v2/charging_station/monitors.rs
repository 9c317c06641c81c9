//! The monitors of variables: what each looks for, and when it has something to report (OCPP 2.0.1 part 2, N04, N07, N08). Pure: values and
//! times come in as arguments. Which messages set and report monitors is in `monitoring`.

use std::time::{Duration, Instant};

/// What a monitor looks for (OCPP 2.0.1 part 2, `MonitorEnumType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MonitorType {
    /// The value rises above a threshold.
    UpperThreshold,
    /// The value drops below a threshold.
    LowerThreshold,
    /// The value has changed by more than this.
    Delta,
    /// So many seconds have passed.
    Periodic,
    /// So many seconds have passed, counted from midnight.
    PeriodicClockAligned,
    /// The value is off its target by more than this.
    TargetDelta,
    /// The value is off its target by more than this part of the target.
    TargetDeltaRelative,
}

impl MonitorType {
    const ALL: [MonitorType; 7] = [
        MonitorType::UpperThreshold,
        MonitorType::LowerThreshold,
        MonitorType::Delta,
        MonitorType::Periodic,
        MonitorType::PeriodicClockAligned,
        MonitorType::TargetDelta,
        MonitorType::TargetDeltaRelative,
    ];

    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            MonitorType::UpperThreshold => "UpperThreshold",
            MonitorType::LowerThreshold => "LowerThreshold",
            MonitorType::Delta => "Delta",
            MonitorType::Periodic => "Periodic",
            MonitorType::PeriodicClockAligned => "PeriodicClockAligned",
            MonitorType::TargetDelta => "TargetDelta",
            MonitorType::TargetDeltaRelative => "TargetDeltaRelative",
        }
    }

    /// The type with this name.
    pub(super) fn named(name: &str) -> Option<MonitorType> {
        MonitorType::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The criterion of a monitoring report that means it.
    pub(super) fn criterion(self) -> &'static str {
        match self {
            MonitorType::UpperThreshold | MonitorType::LowerThreshold => "ThresholdMonitoring",
            MonitorType::Delta | MonitorType::TargetDelta | MonitorType::TargetDeltaRelative => "DeltaMonitoring",
            MonitorType::Periodic | MonitorType::PeriodicClockAligned => "PeriodicMonitoring",
        }
    }

    /// Whether it looks at the time, not at the value.
    pub(super) fn is_periodic(self) -> bool {
        matches!(self, MonitorType::Periodic | MonitorType::PeriodicClockAligned)
    }

    /// Whether it needs a number.
    pub(super) fn needs_number(self) -> bool {
        !self.is_periodic() && self != MonitorType::Delta
    }
}

/// Who has set a monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MonitorOrigin {
    /// It is part of the machine.
    HardWired,
    /// The manufacturer; the CSMS may change it.
    Preconfigured,
    /// The CSMS.
    Custom,
}

impl MonitorOrigin {
    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            MonitorOrigin::HardWired => "HardWiredMonitor",
            MonitorOrigin::Preconfigured => "PreconfiguredMonitor",
            MonitorOrigin::Custom => "CustomMonitor",
        }
    }
}

/// What a monitor is to look for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MonitorRule {
    /// The number of the variable in the device model.
    pub(super) variable: usize,
    pub(super) kind: MonitorType,
    /// A threshold, a difference or seconds.
    pub(super) value: f64,
    /// From 0, the most severe, to 9.
    pub(super) severity: u8,
    /// Whether it works only while a transaction runs.
    pub(super) transaction: bool,
}

/// A monitor of a variable.
#[derive(Debug, Clone)]
pub(super) struct VariableMonitor {
    pub(super) id: i64,
    pub(super) origin: MonitorOrigin,
    pub(super) rule: MonitorRule,
    /// Whether the monitoring base has switched it off.
    disabled: bool,
    /// The value of the last report, or of the time when it was set.
    reference: Option<String>,
    /// Whether the value is beyond the threshold.
    beyond: bool,
    /// When a periodic one reports next.
    next: Option<Instant>,
}

/// What a monitor reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MonitorFinding {
    /// The `trigger` of the event.
    pub(super) trigger: &'static str,
    /// For a threshold: whether the value is back.
    pub(super) cleared: Option<bool>,
}

/// A reading of a variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct VariableReading<'a> {
    pub(super) value: &'a str,
    /// The target of the variable, if it has one.
    pub(super) target: Option<&'a str>,
    /// Whether a transaction runs where the variable is.
    pub(super) in_transaction: bool,
}

impl VariableMonitor {
    fn new(id: i64, origin: MonitorOrigin, rule: MonitorRule) -> VariableMonitor {
        VariableMonitor { id, origin, rule, disabled: false, reference: None, beyond: false, next: None }
    }

    /// Whether it works.
    pub(super) fn is_active(&self) -> bool {
        !self.disabled
    }

    /// Judges a reading. The first one only sets what later ones are compared with; a threshold that it is beyond is reported.
    pub(super) fn judge(&mut self, reading: VariableReading<'_>, now: Instant, seconds_of_day: f64) -> Option<MonitorFinding> {
        if self.disabled || (self.rule.transaction && !reading.in_transaction) {
            self.next = None;
            return None;
        }
        if self.rule.kind.is_periodic() {
            return self.judge_time(now, seconds_of_day);
        }
        let number = reading.value.parse::<f64>().ok();
        let found = match self.rule.kind {
            MonitorType::UpperThreshold => self.judge_threshold(number? > self.rule.value),
            MonitorType::LowerThreshold => self.judge_threshold(number? < self.rule.value),
            MonitorType::TargetDelta | MonitorType::TargetDeltaRelative => {
                let target = reading.target?.parse::<f64>().ok()?;
                let part = if self.rule.kind == MonitorType::TargetDelta { 1.0 } else { target.abs() };
                let beyond = (number? - target).abs() > self.rule.value * part;
                let rose = beyond && !self.beyond;
                self.beyond = beyond;
                rose.then_some(MonitorFinding { trigger: "Delta", cleared: None })
            }
            _ => self.differs(reading.value, number).then_some(MonitorFinding { trigger: "Delta", cleared: None }),
        };
        if found.is_some() || self.reference.is_none() {
            self.reference = Some(reading.value.to_owned());
        }
        found
    }

    fn judge_threshold(&mut self, beyond: bool) -> Option<MonitorFinding> {
        let changed = beyond != self.beyond;
        self.beyond = beyond;
        changed.then_some(MonitorFinding { trigger: "Alerting", cleared: Some(!beyond) })
    }

    /// Numbers differ by more than the value of the monitor; anything else just differs.
    fn differs(&self, value: &str, number: Option<f64>) -> bool {
        let Some(reference) = &self.reference else { return false };
        match (number, reference.parse::<f64>()) {
            (Some(number), Ok(reference)) => (number - reference).abs() > self.rule.value,
            _ => value != reference,
        }
    }

    fn judge_time(&mut self, now: Instant, seconds_of_day: f64) -> Option<MonitorFinding> {
        let due = self.next.is_some_and(|next| next <= now);
        if due || self.next.is_none() {
            let wait = if self.rule.kind == MonitorType::Periodic {
                self.rule.value
            } else {
                self.rule.value - seconds_of_day.rem_euclid(self.rule.value)
            };
            self.next = Duration::try_from_secs_f64(wait).ok().and_then(|wait| now.checked_add(wait));
        }
        due.then_some(MonitorFinding { trigger: "Periodic", cleared: None })
    }

    /// When it has to be looked at next for the time alone.
    pub(super) fn next(&self) -> Option<Instant> {
        self.next
    }
}

/// Why a monitor is not set or not cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MonitorFault {
    /// There is none with this id.
    NotFound,
    /// It is part of the machine.
    HardWired,
    /// It is one of another variable.
    OtherVariable,
    /// Another one of this type and severity looks at the variable.
    Duplicate,
}

/// The monitors of a station.
#[derive(Debug, Clone)]
pub(super) struct MonitorSet {
    monitors: Vec<VariableMonitor>,
    factory: Vec<(MonitorOrigin, MonitorRule)>,
    last_id: i64,
}

impl MonitorSet {
    /// The monitors of a new station.
    pub(super) fn new(factory: Vec<(MonitorOrigin, MonitorRule)>) -> MonitorSet {
        let numbered = factory.iter().zip(1..);
        let monitors: Vec<_> = numbered.map(|((origin, rule), id)| VariableMonitor::new(id, *origin, *rule)).collect();
        MonitorSet { last_id: monitors.last().map_or(0, |last| last.id), monitors, factory }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &VariableMonitor> {
        self.monitors.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut VariableMonitor> {
        self.monitors.iter_mut()
    }

    /// Whether a monitor may be set; with an id it takes the place of that one.
    ///
    /// # Errors
    /// When the id is not one of the CSMS, or the same monitor exists already.
    pub(super) fn may_set(&self, id: Option<i64>, rule: &MonitorRule) -> Result<(), MonitorFault> {
        if let Some(id) = id {
            let old = self.monitors.iter().find(|it| it.id == id).ok_or(MonitorFault::NotFound)?;
            return match old.origin {
                MonitorOrigin::HardWired => Err(MonitorFault::HardWired),
                _ if old.rule.variable != rule.variable => Err(MonitorFault::OtherVariable),
                _ => Ok(()),
            };
        }
        let same = |it: &VariableMonitor| {
            it.rule.variable == rule.variable && it.rule.kind == rule.kind && it.rule.severity == rule.severity
        };
        if self.monitors.iter().any(same) { Err(MonitorFault::Duplicate) } else { Ok(()) }
    }

    /// The id that the next new monitor gets, and the one after it, and so on.
    pub(super) fn next_id(&self) -> i64 {
        self.last_id + 1
    }

    /// Sets a monitor with an id, in place of the one that has it.
    pub(super) fn set(&mut self, id: i64, rule: MonitorRule) {
        self.last_id = self.last_id.max(id);
        let new = VariableMonitor::new(id, MonitorOrigin::Custom, rule);
        match self.monitors.iter_mut().find(|it| it.id == id) {
            Some(old) => *old = new,
            None => self.monitors.push(new),
        }
    }

    /// Whether a monitor may be cleared.
    ///
    /// # Errors
    /// When there is none with this id, or it is part of the machine.
    pub(super) fn may_clear(&self, id: i64) -> Result<(), MonitorFault> {
        match self.monitors.iter().find(|it| it.id == id) {
            None => Err(MonitorFault::NotFound),
            Some(it) if it.origin == MonitorOrigin::HardWired => Err(MonitorFault::HardWired),
            Some(_) => Ok(()),
        }
    }

    /// Clears a monitor.
    pub(super) fn clear(&mut self, id: i64) {
        self.monitors.retain(|it| it.id != id || it.origin == MonitorOrigin::HardWired);
    }

    /// Only the monitors of the manufacturer, as they were.
    pub(super) fn reset_to_factory(&mut self) {
        let last_id = self.last_id;
        *self = MonitorSet::new(std::mem::take(&mut self.factory));
        self.last_id = self.last_id.max(last_id);
    }

    /// Switches the monitors of the manufacturer on or off; those of the machine stay on.
    pub(super) fn enable_preconfigured(&mut self, enabled: bool) {
        for monitor in self.monitors.iter_mut().filter(|it| it.origin == MonitorOrigin::Preconfigured) {
            monitor.disabled = !enabled;
        }
    }

    /// Clears the monitors of the CSMS.
    pub(super) fn clear_custom(&mut self) {
        self.monitors.retain(|it| it.origin != MonitorOrigin::Custom);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn monitor(kind: MonitorType, value: f64) -> VariableMonitor {
        let rule = MonitorRule { variable: 0, kind, value, severity: 5, transaction: false };
        VariableMonitor::new(1, MonitorOrigin::Custom, rule)
    }

    fn reading(value: &str) -> VariableReading<'_> {
        VariableReading { value, target: Some("100"), in_transaction: false }
    }

    /// What each of these values gives.
    fn found(kind: MonitorType, limit: f64, values: &[&str]) -> Vec<Option<MonitorFinding>> {
        let mut monitor = monitor(kind, limit);
        let now = Instant::now();
        values.iter().map(|value| monitor.judge(reading(value), now, 0.0)).collect()
    }

    #[test]
    fn a_threshold_reports_once_and_when_the_value_is_back() {
        let alert = |cleared| Some(MonitorFinding { trigger: "Alerting", cleared: Some(cleared) });
        let values = ["10", "20", "21", "30", "20", "5"];
        let upper = found(MonitorType::UpperThreshold, 20.0, &values);
        assert_eq!(upper, [None, None, alert(false), None, alert(true), None]);
        let lower = found(MonitorType::LowerThreshold, 20.0, &values);
        assert_eq!(lower, [alert(false), alert(true), None, None, None, alert(false)]);
    }

    #[test]
    fn a_difference_counts_from_the_last_report() {
        let delta = Some(MonitorFinding { trigger: "Delta", cleared: None });
        let numbers = found(MonitorType::Delta, 10.0, &["0", "10", "10.5", "20", "0"]);
        assert_eq!(numbers, [None, None, delta, None, delta]);
        let states = found(MonitorType::Delta, 10.0, &["Available", "Available", "Occupied", "Available"]);
        assert_eq!(states, [None, None, delta, delta]);
        let target = found(MonitorType::TargetDelta, 10.0, &["100", "111", "120", "95", "80"]);
        assert_eq!(target, [None, delta, None, None, delta]);
        let relative = found(MonitorType::TargetDeltaRelative, 0.5, &["140", "151", "49"]);
        assert_eq!(relative, [None, delta, None]);
    }

    proptest! {
        #[test]
        fn a_difference_is_never_missed_and_never_reported_twice(values in proptest::collection::vec(-50_i32..50, 1..60)) {
            let mut monitor = monitor(MonitorType::Delta, 7.0);
            let now = Instant::now();
            let mut last = values[0];
            for (index, value) in values.iter().enumerate() {
                let reported = monitor.judge(reading(&value.to_string()), now, 0.0).is_some();
                prop_assert_eq!(reported, index > 0 && (value - last).abs() > 7);
                if reported {
                    last = *value;
                }
            }
        }

        #[test]
        fn a_threshold_alternates_between_alert_and_end(values in proptest::collection::vec(0_i32..20, 1..60)) {
            let texts: Vec<String> = values.iter().map(i32::to_string).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let found: Vec<_> = found(MonitorType::UpperThreshold, 10.0, &texts).into_iter().flatten().collect();
            for (index, finding) in found.iter().enumerate() {
                prop_assert_eq!(finding.cleared, Some(index % 2 == 1));
            }
        }
    }

    #[test]
    fn periods_count_from_the_first_look_or_from_midnight() {
        let start = Instant::now();
        let reports = |kind, first: u64| {
            let mut monitor = monitor(kind, 60.0);
            (0..200_u64)
                .filter(|second| {
                    let now = start + Duration::from_secs(*second);
                    monitor.judge(reading("1"), now, (first + second) as f64).is_some()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(reports(MonitorType::Periodic, 30), [60, 120, 180]);
        assert_eq!(reports(MonitorType::PeriodicClockAligned, 30), [30, 90, 150]);
        assert_eq!(reports(MonitorType::PeriodicClockAligned, 86_399), [1, 61, 121, 181]);
    }

    #[test]
    fn a_monitor_of_transactions_rests_without_one() {
        let mut monitor = monitor(MonitorType::UpperThreshold, 20.0);
        monitor.rule.transaction = true;
        let now = Instant::now();
        assert_eq!(monitor.judge(reading("30"), now, 0.0), None);
        let running = VariableReading { in_transaction: true, ..reading("30") };
        assert!(monitor.judge(running, now, 0.0).is_some());
    }

    #[test]
    fn bases_clear_and_restore() {
        let rule = |variable| MonitorRule { variable, kind: MonitorType::Delta, value: 1.0, severity: 5, transaction: false };
        let mut set = MonitorSet::new(vec![(MonitorOrigin::HardWired, rule(1)), (MonitorOrigin::Preconfigured, rule(2))]);
        let id = set.next_id();
        assert_eq!((id, set.may_set(None, &rule(3))), (3, Ok(())));
        set.set(id, rule(3));
        assert_eq!(set.may_set(None, &rule(3)), Err(MonitorFault::Duplicate));
        assert_eq!(set.may_set(Some(1), &rule(1)), Err(MonitorFault::HardWired));
        assert_eq!(set.may_set(Some(2), &rule(3)), Err(MonitorFault::OtherVariable));
        assert_eq!(set.may_set(Some(9), &rule(3)), Err(MonitorFault::NotFound));
        assert_eq!(set.may_clear(1), Err(MonitorFault::HardWired));
        set.set(2, MonitorRule { value: 7.0, ..rule(2) });
        let origins = |set: &MonitorSet| set.iter().map(|it| it.origin).collect::<Vec<_>>();
        assert_eq!(origins(&set), [MonitorOrigin::HardWired, MonitorOrigin::Custom, MonitorOrigin::Custom]);
        set.reset_to_factory();
        assert_eq!(origins(&set), [MonitorOrigin::HardWired, MonitorOrigin::Preconfigured]);
        assert_eq!(set.next_id(), 4, "an id is used once");
        set.enable_preconfigured(false);
        assert_eq!(set.iter().map(VariableMonitor::is_active).collect::<Vec<_>>(), [true, false]);
    }
}
