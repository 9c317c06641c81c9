//! The options of a run of scenarios.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::shipped::ShippedFiles;
use crate::hub::{DialTlsOptions, ListenTlsOptions, MachineOptions};
use crate::link::{ExtraHeaders, HeaderError, LinkSettings, SubprotocolPolicy};
use crate::ocpp::{Catalog, SecurityProfile};
use crate::simulator::Profile;

/// The parameter that lists the optional features of the side under test.
pub const PROFILES: &str = "profiles";

/// Where the simulated central system listens for the charge point under test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenPort {
    /// The address to bind; `None` for all.
    pub host: Option<String>,
    /// The TCP port.
    pub port: u16,
    /// The path below which the charge point connects.
    pub endpoint: String,
}

/// What our charge points show to the central system under test in the handshake.
#[derive(Clone, Default)]
pub struct PeerCredentials {
    /// Headers.
    pub headers: ExtraHeaders,
    /// A password of Basic authentication; the user is the identity of each charge point.
    pub password: Option<String>,
}

impl fmt::Debug for PeerCredentials {
    /// The password is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerCredentials").field("headers", &self.headers).finish_non_exhaustive()
    }
}

impl PeerCredentials {
    /// Whether nothing is shown.
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.password.is_none()
    }

    /// The headers for the handshake of the charge point with this identity.
    ///
    /// # Errors
    /// When the identity cannot be the name of a user.
    pub(super) fn headers_of(&self, identity: &str) -> Result<ExtraHeaders, HeaderError> {
        let mut headers = self.headers.clone();
        if let Some(password) = &self.password {
            headers.add_basic(identity, password)?;
        }
        Ok(headers)
    }
}

/// TLS of the links to the side under test.
#[derive(Debug, Clone, Default)]
pub struct PeerTls {
    /// The security profile.
    pub profile: SecurityProfile,
    /// What the port shows to which a charge point under test connects, in the profiles with TLS.
    pub listening: ListenTlsOptions,
    /// What our charge points show to the central system under test.
    pub dialling: DialTlsOptions,
    /// The folder of the test CA, which is used for what is not named; `None` without TLS.
    pub authority: Option<PathBuf>,
}

/// The options of a run of scenarios.
#[derive(Debug, Clone)]
pub struct ScenarioOptions {
    /// The definitions of messages.
    pub catalog: Arc<Catalog>,
    /// The limits of links.
    pub limits: LinkSettings,
    /// The default payloads and answers.
    pub profile: Profile,
    /// The URL of the central system under test; `None` for a simulated one.
    pub url: Option<String>,
    /// What our charge points show there.
    pub credentials: PeerCredentials,
    /// TLS of the links to the side under test.
    pub tls: PeerTls,
    /// The files that come with the program.
    pub shipped: ShippedFiles,
    /// Where the charge point under test connects; `None` for a simulated one.
    pub listen: Option<ListenPort>,
    /// What is done about unusual subprotocols of the charge point under test.
    pub subprotocols: SubprotocolPolicy,
    /// The machine of simulated charge points, where the script does not choose another one.
    pub machine: MachineOptions,
    /// The identity of the charge point.
    pub identity: Option<String>,
    /// Whether scenarios that need a user at the side under test are skipped.
    pub unattended: bool,
    /// How long a scenario may take by the real clock. A virtual clock may advance by a week.
    pub timeout: Duration,
    /// Only scenarios with one of these texts in their name or the path of their file run; all of them when it is
    /// empty.
    pub filter: Vec<String>,
    /// Scenarios with one of these texts in their name or the path of their file do not run, whatever the filter says.
    pub without: Vec<String>,
    /// Whether what would be a warning is a failure.
    pub warnings_as_errors: bool,
    /// The seed of all random values in a scenario; each repetition adds one.
    pub seed: u64,
    /// How often all files run, one time after the other.
    pub repeat: usize,
    /// Whether no more scenarios begin after one that failed or is broken.
    pub fail_fast: bool,
    /// Cancelled by the run itself when no more scenarios begin.
    pub enough: CancellationToken,
    /// A command of the shell before each scenario.
    pub before: Option<String>,
    /// A command of the shell after each scenario.
    pub after: Option<String>,
    /// Whether the clock is virtual: it advances by itself when nothing is left to do.
    pub virtual_time: bool,
    /// How many files run at the same time.
    pub jobs: usize,
    /// The values of `parameter`.
    pub parameters: BTreeMap<String, String>,
    /// Whether the report has every line of the trace, not only those around a failure.
    pub whole_trace: bool,
    /// Memory for the trace of one session, in bytes.
    pub trace_memory: usize,
    /// For how long a charge point of ours connects again when the central system under test refuses it, or ends its link before the
    /// first answer.
    pub patience: Duration,
    /// Until when to wait for the central system under test, by the real clock.
    pub waits_until: Instant,
    /// Cancels the run: running scenarios are aborted, and no more are started.
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
            credentials: PeerCredentials::default(),
            tls: PeerTls::default(),
            shipped: ShippedFiles::default(),
            listen: None,
            subprotocols: SubprotocolPolicy::default(),
            machine: MachineOptions::default(),
            identity: None,
            unattended: false,
            timeout: Duration::from_secs(60),
            filter: Vec::new(),
            without: Vec::new(),
            warnings_as_errors: false,
            seed: 1,
            repeat: 1,
            fail_fast: false,
            enough: CancellationToken::new(),
            before: None,
            after: None,
            virtual_time: false,
            jobs: 1,
            parameters: BTreeMap::new(),
            whole_trace: false,
            trace_memory: 64 << 20,
            patience: Duration::from_secs(5),
            waits_until: Instant::now(),
            stop: CancellationToken::new(),
        }
    }
}

impl ScenarioOptions {
    /// Whether both sides are simulated, so that a run can be repeated exactly.
    pub(super) fn is_simulated(&self) -> bool {
        self.url.is_none() && self.listen.is_none()
    }

    /// Whether the filter selects a scenario with this title, and nothing leaves it out. A text like an id is no beginning of another id:
    /// `TC_010_CS` is not `TC_010_CSMS`.
    pub(super) fn wants(&self, file: &str, title: &str) -> bool {
        let whole = format!("{file} {title}").to_lowercase();
        let named = |texts: &[String]| texts.iter().any(|text| stands_in(&whole, &text.to_lowercase()));
        (self.filter.is_empty() || named(&self.filter)) && !named(&self.without)
    }

    /// Why a scenario that needs these optional features does not apply: the parameter `profiles` lists those of the side under test, and
    /// Core is always there.
    pub(super) fn not_offered(&self, needed: &[String]) -> Option<String> {
        let offered = self.parameters.get(PROFILES)?;
        let has = |name: &str| {
            name.eq_ignore_ascii_case("Core") || offered.split(',').any(|offer| offer.trim().eq_ignore_ascii_case(name))
        };
        let lacking: Vec<&str> = needed.iter().map(String::as_str).filter(|name| !has(name)).collect();
        let needs = lacking.join(", ");
        (!lacking.is_empty())
            .then(|| format!("it does not apply: it needs {needs}, which --set {PROFILES}={offered} does not list"))
    }

    /// How long a scenario may take by the session's clock.
    pub(super) fn timeout(&self) -> Duration {
        const WEEK: Duration = Duration::from_secs(7 * 86_400);
        if self.virtual_time { WEEK } else { self.timeout }
    }
}

/// Whether a text stands in another one, both in lower case. With `_` in it, it does not end inside a word.
fn stands_in(whole: &str, text: &str) -> bool {
    let is_letter = |found: Option<char>| found.is_some_and(char::is_alphabetic);
    let whole_words = text.contains('_') && is_letter(text.chars().next_back());
    whole.match_indices(text).any(|(at, _)| !whole_words || !is_letter(whole[at + text.len()..].chars().next()))
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
    fn a_filter_matches_file_and_name_in_any_case() {
        assert!(options(&[], false).wants("boot", "a reset"));
        for (filter, wanted) in
            [(&["BOOT"][..], true), (&["Reset"], true), (&["x", "reset"], true), (&["x"], false), (&["boot a"], true)]
        {
            assert_eq!(options(filter, false).wants("boot", "a reset"), wanted, "{filter:?}");
        }
    }

    #[test]
    fn an_id_is_not_the_beginning_of_another_one() {
        for (filter, central_system, charge_point) in [
            ("TC_010_CS", false, true),
            ("tc_010_csms", true, false),
            ("TC_010", true, true),
            ("TC_01", true, true),
            ("TC_010_C", false, false),
        ] {
            let options = options(&[filter], false);
            assert_eq!(options.wants("a.js", "TC_010_CSMS a remote start"), central_system, "{filter}");
            assert_eq!(options.wants("a.js", "TC_010_CS a remote start"), charge_point, "{filter}");
        }
    }

    #[test]
    fn what_is_left_out_is_not_wanted_whatever_the_filter_says() {
        for (filter, without, wanted) in
            [(&[][..], &["RESET"][..], false), (&["boot"], &["reset"], false), (&["boot"], &["x", "y"], true)]
        {
            let without = without.iter().map(|&text| text.to_owned()).collect();
            let options = ScenarioOptions { without, ..options(filter, false) };
            assert_eq!(options.wants("boot", "a reset"), wanted, "{filter:?}, {:?}", options.without);
        }
    }

    #[test]
    fn a_scenario_does_not_apply_without_its_features() {
        let lacks = |offered: Option<&str>, needed: &[&str]| {
            let mut options = options(&[], false);
            options.parameters.extend(offered.map(|offered| (PROFILES.to_owned(), offered.to_owned())));
            options.not_offered(&needed.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(lacks(None, &["Reservation"]), None);
        assert_eq!(lacks(Some("Reservation"), &["Core"]), None);
        assert_eq!(lacks(Some("core, RESERVATION"), &["Reservation"]), None);
        let reason = lacks(Some("Core"), &["Reservation", "Core", "RemoteTrigger"]).unwrap();
        assert_eq!(reason, "it does not apply: it needs Reservation, RemoteTrigger, which --set profiles=Core does not list");
    }

    #[test]
    fn virtual_time_goes_on_for_a_week() {
        assert_eq!(options(&[], false).timeout(), Duration::from_secs(60));
        assert_eq!(options(&[], true).timeout(), Duration::from_secs(7 * 86_400));
    }
}
