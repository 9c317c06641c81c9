//! The result as JSON.

use serde_json::{Map, Value, json};

use super::{CheckRow, ProbeReport};
use crate::probe::ProbeVerdict;

impl ProbeReport {
    /// The result as JSON, indented, with a line end.
    pub fn json(&self) -> String {
        let counts: Map<String, Value> =
            ProbeVerdict::ALL.iter().map(|verdict| (verdict.name().to_owned(), self.count(*verdict).into())).collect();
        let report = json!({
            "url": self.url,
            "identities": self.identities,
            "version": self.version.map(|version| version.subprotocol()),
            "began": self.began.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "seconds": seconds(self.took),
            "counts": counts,
            "checks": self.rows.iter().map(row).collect::<Vec<_>>(),
        });
        format!("{report:#}\n")
    }
}

fn row(row: &CheckRow) -> Value {
    let CheckRow { check, judgement, took } = row;
    let mut object = json!({
        "name": check.name,
        "area": check.area.title(),
        "tried": check.tries,
        "came": judgement.came,
        "verdict": judgement.verdict.name(),
        "clause": check.clause,
        "seconds": seconds(*took),
    });
    if !judgement.remedy.is_empty() {
        object["remedy"] = judgement.remedy.into();
    }
    object
}

/// In seconds, to the millisecond.
fn seconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}
