//! What holds for all scenarios of a run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::link::LinkSettings;
use crate::ocpp::Catalog;
use crate::simulator::Profile;

/// Where a central system of ours waits for the charge point under test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenPort {
    /// The address to bind; `None` for all.
    pub host: Option<String>,
    /// The TCP port.
    pub port: u16,
    /// The path below which the charge point connects.
    pub endpoint: String,
}

/// What holds for all scenarios of a run.
#[derive(Debug, Clone)]
pub struct ScenarioOptions {
    /// The shapes of messages.
    pub catalog: Arc<Catalog>,
    /// The limits of links.
    pub limits: LinkSettings,
    /// What messages look like when nobody says anything about them.
    pub profile: Profile,
    /// The URL of the central system under test; `None` for a simulated one.
    pub url: Option<String>,
    /// Where the charge point under test connects; `None` for a simulated one.
    pub listen: Option<ListenPort>,
    /// The identity of the charge point.
    pub identity: Option<String>,
    /// Whether nobody is at the side under test, so that scenarios that need a person there are skipped.
    pub unattended: bool,
    /// How long a scenario may take. With a virtual clock it holds for the real one; the virtual one may go on for a week.
    pub timeout: Duration,
    /// Only scenarios with one of these texts in their name or the path of their file are played; all without any.
    pub filter: Vec<String>,
    /// What all chance in a scenario begins with.
    pub seed: u64,
    /// Whether waiting takes no time: the clock goes on by itself when nothing is left to do.
    pub virtual_time: bool,
    /// How many files are played at the same time.
    pub jobs: usize,
    /// What `parameter` finds.
    pub parameters: BTreeMap<String, String>,
    /// Whether every line of the trace is kept for the report, not only those around a failure.
    pub whole_trace: bool,
    /// Memory for the trace of one session, in bytes.
    pub trace_memory: usize,
    /// Until when a central system under test may take to be there, by the real clock.
    pub waits_until: Instant,
    /// Ends the run early: what is being played is broken off, and nothing more is begun.
    pub stop: CancellationToken,
}

impl Default for ScenarioOptions {
    /// Both sides simulated, in real time, one file after the other.
    fn default() -> ScenarioOptions {
        ScenarioOptions {
            catalog: Catalog::embedded(),
            limits: LinkSettings::default(),
            profile: Profile::default(),
            url: None,
            listen: None,
            identity: None,
            unattended: false,
            timeout: Duration::from_secs(60),
            filter: Vec::new(),
            seed: 1,
            virtual_time: false,
            jobs: 1,
            parameters: BTreeMap::new(),
            whole_trace: false,
            trace_memory: 64 << 20,
            waits_until: Instant::now(),
            stop: CancellationToken::new(),
        }
    }
}

impl ScenarioOptions {
    /// Whether both sides are ours, so that a run can be the same again.
    pub(super) fn is_simulated(&self) -> bool {
        self.url.is_none() && self.listen.is_none()
    }

    /// Whether a scenario is to be played.
    pub(super) fn wants(&self, file: &str, name: &str) -> bool {
        let whole = format!("{file} {name}").to_lowercase();
        self.filter.is_empty() || self.filter.iter().any(|text| whole.contains(&text.to_lowercase()))
    }

    /// How long a scenario may take by the session's clock.
    pub(super) fn timeout(&self) -> Duration {
        const WEEK: Duration = Duration::from_secs(7 * 86_400);
        if self.virtual_time { WEEK } else { self.timeout }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(filter: &[&str], virtual_time: bool) -> ScenarioOptions {
        ScenarioOptions {
            filter: filter.iter().map(|&text| text.to_owned()).collect(),
            virtual_time,
            ..ScenarioOptions::default()
        }
    }

    #[test]
    fn a_filter_looks_at_both_names_in_any_case() {
        assert!(options(&[], false).wants("boot", "a reset"));
        for (filter, wanted) in
            [(&["BOOT"][..], true), (&["Reset"], true), (&["x", "reset"], true), (&["x"], false), (&["boot a"], true)]
        {
            assert_eq!(options(filter, false).wants("boot", "a reset"), wanted, "{filter:?}");
        }
    }

    #[test]
    fn virtual_time_goes_on_for_a_week() {
        assert_eq!(options(&[], false).timeout(), Duration::from_secs(60));
        assert_eq!(options(&[], true).timeout(), Duration::from_secs(7 * 86_400));
    }
}
