//! The result of a replay: as text for people, as JSON and JUnit for programs.

use std::fmt::Write as _;

use serde_json::json;

use super::comparison::ReplayDifference;
use super::plan::StepKind;
use super::station_replay::{PlayedStep, StationReplay, StepState};
use crate::ocpp::Role;
use crate::sanitize::{escape_control, escape_xml};
use crate::trace::Sequence;

/// The result of a replay.
#[derive(Debug, Clone)]
pub struct ReplayReport {
    /// The role that we played.
    pub our_role: Role,
    /// The stations.
    pub stations: Vec<ReplayedStation>,
}

/// The result of one station.
#[derive(Debug, Clone)]
pub struct ReplayedStation {
    /// The identity in the record.
    pub recorded: Box<str>,
    /// The identity now.
    pub identity: Box<str>,
    /// Why it was not played to its end.
    pub problem: Option<Box<str>>,
    /// The steps, then the calls of the peer that the record does not have.
    pub rows: Vec<OutcomeRow>,
}

/// The result of one step.
#[derive(Debug, Clone)]
pub struct OutcomeRow {
    /// What it is: `Authorize`, `disconnect`.
    pub name: Box<str>,
    /// Whether it is ours.
    pub ours: bool,
    /// Its record in the file; `None` for a call that is not in it.
    pub recorded: Option<Sequence>,
    /// Its record in this session.
    pub live: Option<Sequence>,
    /// What was different; `None` when it was not reached.
    pub differences: Option<Vec<ReplayDifference>>,
}

impl PlayedStep {
    /// What the step is, for a reader.
    pub fn name(&self) -> &str {
        match self.step.kind {
            StepKind::Disconnect { cut: false } => "disconnect",
            StepKind::Disconnect { cut: true } => "cut the connection",
            StepKind::Connect => "connect",
            StepKind::ResultError => "an error about a result",
            StepKind::Raw => "a text that is no message",
            _ => &self.step.action,
        }
    }
}

impl ReplayedStation {
    /// What came of a replay so far.
    pub fn of(station: &StationReplay) -> ReplayedStation {
        let rows = 0..station.steps().len() + station.unexpected().len();
        ReplayedStation {
            recorded: station.recorded.clone(),
            identity: station.identity.clone(),
            problem: station.problem().map(Into::into),
            rows: rows.filter_map(|index| OutcomeRow::of(station, index)).collect(),
        }
    }

    fn count(&self, is_meant: impl Fn(&OutcomeRow) -> bool) -> usize {
        self.rows.iter().filter(|row| is_meant(row)).count()
    }

    fn name(&self) -> String {
        if self.recorded == self.identity {
            self.identity.to_string()
        } else {
            format!("{} as {}", self.recorded, self.identity)
        }
    }
}

impl OutcomeRow {
    /// The row of a station with this number: its steps, then the calls that the record does not have.
    pub fn of(station: &StationReplay, index: usize) -> Option<OutcomeRow> {
        if let Some(played) = station.steps().get(index) {
            return Some(OutcomeRow {
                name: played.name().into(),
                ours: played.step.kind.is_ours(),
                recorded: Some(played.step.sequence),
                live: played.live,
                differences: match &played.state {
                    StepState::Done(differences) => Some(differences.clone()),
                    StepState::Waiting | StepState::Sent => None,
                },
            });
        }
        let call = station.unexpected().get(index - station.steps().len())?;
        Some(OutcomeRow {
            name: call.action.clone(),
            ours: false,
            recorded: None,
            live: Some(call.live),
            differences: Some(vec![ReplayDifference::Unexpected]),
        })
    }

    /// Whether it went as in the record.
    pub fn is_same(&self) -> bool {
        self.differences.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether it went otherwise.
    pub fn is_different(&self) -> bool {
        self.differences.as_ref().is_some_and(|differences| !differences.is_empty())
    }
}

impl ReplayReport {
    /// Whether all went as in the record, up to its end.
    pub fn is_same(&self) -> bool {
        self.stations.iter().all(|station| station.problem.is_none() && station.rows.iter().all(OutcomeRow::is_same))
    }

    /// Whether a station was not played to its end.
    pub fn is_broken(&self) -> bool {
        self.stations.iter().any(|station| station.problem.is_some())
    }

    /// As text: a line for each station, and its differences. Without control characters.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for station in &self.stations {
            let (same, different) = (station.count(OutcomeRow::is_same), station.count(OutcomeRow::is_different));
            let _ = write!(
                text,
                "{}: {same} of {} steps as in the record, {different} different",
                station.name(),
                station.rows.len()
            );
            match station.rows.len() - same - different {
                0 => text.push('\n'),
                missed => {
                    let _ = writeln!(text, ", {missed} not reached");
                }
            }
            if let Some(problem) = &station.problem {
                let _ = writeln!(text, "  {problem}");
            }
            for (index, row) in station.rows.iter().enumerate().filter(|(_, row)| row.is_different()) {
                let arrow = if row.ours { "→" } else { "←" };
                let _ = writeln!(text, "  ✗ {} {arrow} {}", index + 1, row.name);
                for difference in row.differences.iter().flatten() {
                    let _ = writeln!(text, "      {}", difference.sentence());
                }
            }
        }
        text.lines().map(|line| escape_control(line).into_owned() + "\n").collect()
    }

    /// As JSON.
    pub fn json(&self) -> String {
        let row = |row: &OutcomeRow| {
            json!({
                "name": row.name,
                "from": if row.ours { self.our_role.short() } else { self.our_role.peer().short() },
                "recorded": row.recorded,
                "live": row.live,
                "result": match &row.differences {
                    None => "notReached",
                    Some(differences) if differences.is_empty() => "same",
                    Some(_) => "different",
                },
                "differences": row.differences.as_deref().unwrap_or_default(),
            })
        };
        let station = |station: &ReplayedStation| {
            json!({
                "station": station.identity,
                "recordedAs": station.recorded,
                "problem": station.problem,
                "steps": station.rows.iter().map(row).collect::<Vec<_>>(),
            })
        };
        let stations: Vec<_> = self.stations.iter().map(station).collect();
        let json = json!({ "role": self.our_role.short(), "same": self.is_same(), "stations": stations });
        // Values can always be written: their keys are texts.
        serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"
    }

    /// As JUnit: a suite a station, a case a step.
    pub fn junit(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ocpp-tui replay\">\n");
        for station in &self.stations {
            let failures = station.count(OutcomeRow::is_different);
            let missed = station.count(|row| row.differences.is_none());
            let (tests, errors) = (station.rows.len(), usize::from(station.problem.is_some()));
            let name = escape_xml(&station.name());
            let _ = writeln!(
                xml,
                "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{missed}\">"
            );
            for (index, row) in station.rows.iter().enumerate() {
                let _ = writeln!(xml, "    <testcase name=\"{} {}\" classname=\"{name}\">", index + 1, escape_xml(&row.name));
                match &row.differences {
                    None => xml.push_str("      <skipped message=\"not reached\"/>\n"),
                    Some(differences) if !differences.is_empty() => {
                        let sentences: Vec<String> = differences.iter().map(ReplayDifference::sentence).collect();
                        let _ = writeln!(xml, "      <failure message=\"{}\"/>", escape_xml(&sentences.join("; ")));
                    }
                    Some(_) => {}
                }
                xml.push_str("    </testcase>\n");
            }
            if let Some(problem) = &station.problem {
                let _ = writeln!(xml, "    <system-err>{}</system-err>", escape_xml(problem));
            }
            xml.push_str("  </testsuite>\n");
        }
        xml.push_str("</testsuites>\n");
        xml
    }
}
