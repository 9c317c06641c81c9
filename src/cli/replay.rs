//! `ocpp-tui replay`: a recorded file and options in, one side of it played in the session, reports and exit code out. The library plays.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use ocpp_tui::capture::{CaptureReader, load};
use ocpp_tui::clock::now;
use ocpp_tui::hub::{CentralSystemOptions, ChargePointOptions, Hub};
use ocpp_tui::ocpp::{Role, SecurityProfile, Version};
use ocpp_tui::replay::{IgnoredField, ReplayOptions, ReplayPeer, ReplayPlan, ReplayRun, ReplaySpeed, ReplayedStation};
use ocpp_tui::sanitize::{escape_control, escape_json_lines};
use ocpp_tui::trace::filter::{self, FilterContext};
use ocpp_tui::trace::{self, Record};

use super::capture::{WHOLE_FILE, same_file};
use super::replay_arguments::ReplayArguments;

/// The exit code when something is different.
const DIFFERENT: u8 = 1;
/// How many stations are named before the first step.
const NAMED: usize = 5;
/// The exit code when a peer could not be reached.
const UNREACHED: u8 = 2;

/// A replay that runs, with the places of its reports.
pub struct StartedReplay {
    /// The replay.
    pub run: ReplayRun,
    speed: ReplaySpeed,
    /// Who plays, for the user.
    opening: String,
    json_on_output: bool,
    json: Option<(File, String)>,
    junit: Option<(File, String)>,
}

/// Reads the file and starts the replay in the session.
pub async fn start(hub: &Hub, arguments: &ReplayArguments) -> anyhow::Result<StartedReplay> {
    for report in arguments.json.iter().chain(&arguments.junit).filter(|file| *file != Path::new("-")) {
        if same_file(&arguments.file, report) {
            bail!("{} is both the record and a report; name another file for the report", report.display());
        }
    }
    let plan = plan(hub, arguments)?;
    // Opened before anything runs, so that no long replay ends without its report.
    let json = arguments.json.as_deref().filter(|file| *file != Path::new("-")).map(create).transpose()?;
    let junit = arguments.junit.as_deref().map(create).transpose()?;
    let options = ReplayOptions {
        our_role: arguments.our_role,
        speed: arguments.speed,
        exact: arguments.exact,
        patience: (arguments.wait * 1e6) as i64, // the parser takes no more than a day
        ignored: arguments.ignore.iter().map(|text| IgnoredField::parse(text)).collect(),
    };
    let (peer, opening) = (peer(arguments)?, opening(&plan, arguments));
    let connect = Duration::from_secs_f64(arguments.connect_wait);
    let run = ReplayRun::start(hub, plan, &options, peer, connect).await?;
    let json_on_output = arguments.json.as_deref() == Some(Path::new("-"));
    Ok(StartedReplay { run, speed: arguments.speed, opening, json_on_output, json, junit })
}

/// Says who plays, and for what the replay waits.
fn opening(plan: &ReplayPlan, arguments: &ReplayArguments) -> String {
    let identities: Vec<&str> = plan.stations.iter().map(|station| &*station.identity).take(NAMED).collect();
    let more = match plan.stations.len() - identities.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (names, wait) = (identities.join(", "), arguments.connect_wait);
    match (&arguments.to, arguments.listen) {
        (Some(url), _) => format!("Playing {names}{more} towards {url}."),
        (None, port) => {
            format!("Waiting {wait} s on port {} for {names}{more} to connect (--connect-wait).", port.unwrap_or_default())
        }
    }
}

/// What is replayed.
fn plan(hub: &Hub, arguments: &ReplayArguments) -> anyhow::Result<ReplayPlan> {
    let filter = arguments.filter.as_deref().map(filter::parse).transpose().map_err(|error| anyhow!("--filter: {error}"))?;
    let reader = CaptureReader::open(&arguments.file, hub.catalog().clone()).map_err(|error| anyhow!("{error}"))?;
    let events = trace::direct(WHOLE_FILE, now());
    load(vec![reader], &events);
    let contents = events.trace().read();
    let time = jiff::Zoned::now();
    let context = FilterContext::new(&contents, &time);
    let selected = |record: &Record<'_>| filter.as_ref().is_none_or(|filter| filter.matches(record, &context));
    let mut plan = ReplayPlan::new(&contents, arguments.our_role, selected);
    let file = arguments.file.display();
    if plan.stations.is_empty() {
        bail!("{file} has no message to replay; look into it with ocpp-tui open, and check --filter");
    }
    if !arguments.station.is_empty() {
        let known = plan.stations.iter().map(|station| &*station.recorded).collect::<Vec<_>>().join(", ");
        let mut stations = Vec::new();
        for wanted in &arguments.station {
            let (recorded, identity) = wanted.split_once('=').unwrap_or((wanted, wanted));
            let found = plan.stations.iter().find(|station| &*station.recorded == recorded);
            let Some(mut station) = found.cloned() else {
                bail!("--station: {recorded:?} is not in {file}; it has {}", escape_control(&known));
            };
            station.identity = identity.into();
            stations.push(station);
        }
        plan.stations = stations;
    }
    Ok(plan)
}

/// The other side.
fn peer(arguments: &ReplayArguments) -> anyhow::Result<ReplayPeer> {
    let profile = arguments.tls.security_profile;
    match (arguments.our_role, &arguments.to, arguments.listen) {
        (Role::ChargePoint, Some(url), _) => {
            let named = (profile != SecurityProfile::default()).then_some(profile);
            let credentials = arguments.credentials.options(named)?.with_file()?;
            let tls = arguments.tls.options()?;
            let template = ChargePointOptions { credentials, tls, ..ChargePointOptions::new(url.as_str(), "", Version::V1_6) };
            Ok(ReplayPeer::CentralSystem(Box::new(template)))
        }
        (Role::CentralSystem, _, Some(port)) => {
            let alone = profile.uses_tls();
            let mut tls = arguments.server.options(alone, arguments.tls.versions.limits())?;
            tls.port = tls.port.or(alone.then_some(port));
            tls.organization.clone_from(&arguments.tls.organization);
            Ok(ReplayPeer::ChargePoints(Box::new(CentralSystemOptions {
                host: arguments.host.clone(),
                port,
                security_profile: profile,
                tls,
                access: arguments.access.options(),
                ..CentralSystemOptions::default()
            })))
        }
        (Role::ChargePoint, None, _) => bail!("--as cp needs --to, the URL of the central system"),
        (Role::CentralSystem, ..) => bail!("--as cs needs --listen, the port that the charge points connect to"),
    }
}

fn create(file: &Path) -> anyhow::Result<(File, String)> {
    let name = file.display().to_string();
    Ok((File::create(file).with_context(|| format!("{name} cannot be written"))?, name))
}

impl StartedReplay {
    /// Prints the steps as they end, until the last one has. Step by step each line of the input lets a message go.
    pub async fn watch(&self) {
        let (steps, mut lines) = tokio::sync::mpsc::channel::<()>(1);
        if self.speed == ReplaySpeed::Step {
            // It ends with the input or the program.
            std::thread::spawn(move || {
                for _ in io::stdin().lock().lines().map_while(Result::ok) {
                    if steps.blocking_send(()).is_err() {
                        break;
                    }
                }
            });
        }
        // Where standard error is closed there is the report.
        let _ = writeln!(io::stderr(), "{}", escape_control(&self.opening));
        let mut shown = ShownSteps::default();
        while !self.run.is_over() {
            shown.print_new(&self.run);
            tokio::select! {
                () = self.run.ended() => {}
                line = lines.recv(), if self.speed == ReplaySpeed::Step && self.run.waits_for_user() => match line {
                    Some(()) => {
                        self.run.grant();
                    }
                    // The input has ended, so no step can be let go.
                    None => break,
                },
                () = tokio::time::sleep(Duration::from_millis(100)) => {}
            }
        }
        shown.print_new(&self.run);
    }

    /// Prints and writes the result; the exit code tells it.
    pub fn report(self) -> anyhow::Result<ExitCode> {
        let report = self.run.report();
        let text = if self.json_on_output { escape_json_lines(&report.json()) } else { report.text() };
        io::stdout().write_all(text.as_bytes()).context("the output is closed")?;
        for (file, text) in [(self.json, report.json()), (self.junit, report.junit())] {
            if let Some((mut file, name)) = file {
                file.write_all(text.as_bytes()).with_context(|| format!("{name} cannot be written"))?;
            }
        }
        Ok(match (report.is_same(), report.is_broken()) {
            (true, _) => ExitCode::SUCCESS,
            (false, true) => ExitCode::from(UNREACHED),
            (false, false) => ExitCode::from(DIFFERENT),
        })
    }
}

/// The steps that were printed.
#[derive(Default)]
struct ShownSteps {
    shown: HashSet<(usize, usize)>,
    /// Why stations have no link, as it was printed.
    failures: HashMap<usize, String>,
    asked: Option<(usize, usize)>,
}

impl ShownSteps {
    /// Prints why stations have no link, each reason once.
    fn print_failures(&mut self, run: &ReplayRun) {
        for (place, station) in run.stations().iter().enumerate() {
            let Some(failure) = station.link_failure() else { continue };
            if self.failures.get(&place).is_none_or(|shown| shown != failure) {
                let line = format!("· {} has no link yet, and tries again: {failure}", station.identity);
                let _ = writeln!(io::stderr(), "{}", escape_control(&line));
                self.failures.insert(place, failure.to_owned());
            }
        }
    }

    /// Prints the steps that have ended since the last time, and the one that waits for the user.
    fn print_new(&mut self, run: &ReplayRun) {
        self.print_failures(run);
        let (outcomes, waiting): (Vec<ReplayedStation>, _) = {
            let stations = run.stations();
            let waiting = stations.iter().enumerate().find_map(|(place, station)| Some((place, station.waits_for_user()?)));
            (stations.iter().map(ReplayedStation::of).collect(), waiting)
        };
        let mut out = io::stderr().lock();
        for (place, station) in outcomes.iter().enumerate() {
            for (index, row) in station.rows.iter().enumerate() {
                let Some(differences) = &row.differences else { continue };
                if !self.shown.insert((place, index)) {
                    continue;
                }
                let sign = if differences.is_empty() { "✓" } else { "✗" };
                let arrow = if row.ours { "→" } else { "←" };
                let line = format!("{sign} {} {arrow} {}", station.identity, row.name);
                // Where standard error is closed there is the report.
                let _ = writeln!(out, "{}", escape_control(&line));
                for difference in differences {
                    let _ = writeln!(out, "    {}", escape_control(&difference.sentence()));
                }
            }
        }
        if waiting != self.asked && io::stdin().is_terminal() {
            self.asked = waiting;
            let name = waiting.and_then(|(place, step)| outcomes.get(place)?.rows.get(step));
            if let Some(row) = name {
                let _ = writeln!(out, "Enter sends {}", escape_control(&row.name));
            }
        }
    }
}
