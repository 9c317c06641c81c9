//! `start_fleet` starts many simulated stations at once; `fleet` lists the fleets, lets them wait, ends them, and writes their reports. What a
//! fleet does is in `crate::fleet`.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::context::CommandContext;
use super::entry::CommandEntry;
use super::new_file::{cannot_write, write};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::{Arguments, CommandWords, read};
use crate::console::syntax::error::{CommandError, UsageFault, short};
use crate::console::syntax::spec::{CommandSpec, CompletionKind, OptionSpec, added, argument, optional, switch};
use crate::console::syntax::token::{Word, quote, unquote};
use crate::fleet::{FleetChange, FleetHandle, FleetMix, FleetOptions, IdentityPattern, LoadPace, report_text};
use crate::hub::{ChargePointOptions, SoapOptions};
use crate::ocpp::Version;
use crate::sanitize::escape_control;

/// The version of a fleet without `-p` and without one in its mix.
const VERSION: Version = Version::V1_6;
/// Stations that start in a second, when the line says nothing.
const RAMP: f64 = 100.0;
/// The most stations of a fleet that is started by a line.
const MOST: u64 = 100_000;

const COUNT: OptionSpec = added("--count", CompletionKind::Nothing, "how many stations, 1 to 100000; default: 10");
const PATTERN: OptionSpec = added("--id-pattern", CompletionKind::Nothing, "their identities, default: CP{:05}");
const PROTOCOL: OptionSpec =
    added("-p", CompletionKind::Versions, "websocket subprotocol, default: ocpp1.6, or that of the mix");
const RAMP_UP: OptionSpec = added("--ramp", CompletionKind::Nothing, "stations that start in a second, default: 100");
const MIX: OptionSpec = added("--mix", CompletionKind::Nothing, "what happens at them: home, depot, highway or a file");
const SEED: OptionSpec = added("--seed", CompletionKind::Nothing, "what chance follows from, default: another one each time");
const CLOCK: OptionSpec = added("--clock", CompletionKind::Nothing, "how many times faster the mix is carried out, default: 1");
const RATE: OptionSpec = added("--rate", CompletionKind::Nothing, "calls a second on top, whatever the central system does");
const CLOSED: OptionSpec = switch("--closed-loop", "calls on top, each when the last one of its station was answered");
const DURATION: OptionSpec = added("--duration", CompletionKind::Nothing, "when it ends, as 30s, 10m or 2h; default: never");
const NAME: OptionSpec = added("--name", CompletionKind::Nothing, "its name, default: fleet");

pub(super) const START_FLEET: CommandEntry<FleetCommand> = CommandEntry {
    spec: CommandSpec::new("start_fleet", "start many simulated stations at once, and put a load on a central system")
        .arguments(const { &[argument("<url>", CompletionKind::Nothing)] })
        .options(&[COUNT, PATTERN, PROTOCOL, RAMP_UP, MIX, SEED, CLOCK, RATE, CLOSED, DURATION, NAME])
        .synopsis("<url> [--count <number>] [--mix <name>] [--rate <number>]")
        .example("start_fleet ws://localhost:9000 --count 200 --mix home"),
    parse: |words| Ok(FleetCommand::Start(Box::new(StartFleet::read(&words.sorted()?)?))),
};

pub(super) const FLEET: CommandEntry<FleetCommand> = CommandEntry {
    spec: CommandSpec::new("fleet", "list the fleets, or let one wait, go on, grow, shrink, change its load, end, or write its report")
        .arguments(
            const {
                &[
                    optional("[list|pause|resume|scale|set|stop|report]", CompletionKind::Nothing),
                    optional("[name]", CompletionKind::Nothing),
                ]
            },
        )
        .options(const { &[COUNT_NOW, RATE, CLOSED, NO_LOAD, RAMP_UP, FILE, FORCE] })
        .synopsis(
            "[list] | pause|resume|stop [name] | scale [name] --count <number> | set [name] [--rate <number>|--closed-loop|--no-load] \
             [--ramp <number>] | report [name] [--file <file>]",
        )
        .example("fleet list"),
    parse: fleet,
};

/// The file of a report.
const FILE: OptionSpec = added("--file", CompletionKind::Nothing, "write the report into this file: .json, .html or .txt");
const FORCE: OptionSpec = switch("--force", "overwrite the file when it exists");

/// The new size of a fleet, and the end of its load.
const COUNT_NOW: OptionSpec = added("--count", CompletionKind::Nothing, "how many stations there are from now on");
const NO_LOAD: OptionSpec = switch("--no-load", "no calls on top of what the stations do");

/// A command about fleets.
#[derive(Debug, Clone, PartialEq)]
pub enum FleetCommand {
    /// Start one.
    Start(Box<StartFleet>),
    /// List them.
    List,
    /// Let the named one, or all, wait.
    Pause(Option<String>),
    /// Let it go on.
    Resume(Option<String>),
    /// Make it larger or smaller.
    Scale {
        /// This one, or the only one.
        name: Option<String>,
        /// Its stations from now on.
        count: u64,
    },
    /// Change its load or its ramp.
    Set {
        /// Of this one, or of all.
        name: Option<String>,
        /// What becomes of its load.
        load: LoadChange,
        /// Stations that start in a second.
        ramp: Option<f64>,
    },
    /// End it.
    Stop(Option<String>),
    /// Its report, printed or written into a file.
    Report {
        /// Of this one, or of the only one.
        name: Option<String>,
        /// The file.
        file: Option<String>,
        /// Whether it is overwritten.
        force: bool,
    },
}

/// What becomes of the load of a fleet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LoadChange {
    /// It stays.
    Same,
    /// There is none any more.
    Nothing,
    /// Each station calls as soon as it was answered.
    Closed,
    /// So many calls a second.
    Rate(f64),
}

/// A fleet to start.
#[derive(Debug, Clone, PartialEq)]
pub struct StartFleet {
    url: String,
    count: u64,
    pattern: String,
    version: Option<Version>,
    ramp: f64,
    mix: Option<String>,
    seed: Option<u64>,
    clock: f64,
    rate: Option<f64>,
    closed: bool,
    duration: Option<Duration>,
    name: String,
}

fn fleet(words: &CommandWords<'_>) -> Result<FleetCommand, CommandError> {
    let arguments = words.sorted()?;
    let name = arguments.positionals.get(1).map(|word| unquote(word.value));
    let what = arguments.positionals.first();
    let command = match what.map(|word| word.value) {
        None | Some("list") => FleetCommand::List,
        Some("pause") => FleetCommand::Pause(name),
        Some("resume") => FleetCommand::Resume(name),
        Some("stop") => FleetCommand::Stop(name),
        Some("scale") => {
            let count = arguments.raw(COUNT_NOW.flag).ok_or_else(|| arguments.missing("--count <number>"))?;
            FleetCommand::Scale { name, count: read_count(count, COUNT_NOW.flag, 0)? }
        }
        Some("set") => {
            let load = match (read_number(&arguments, &RATE)?, arguments.has(CLOSED.flag), arguments.has(NO_LOAD.flag)) {
                (Some(rate), _, _) => LoadChange::Rate(rate),
                (None, true, _) => LoadChange::Closed,
                (None, false, true) => LoadChange::Nothing,
                (None, false, false) => LoadChange::Same,
            };
            let ramp = read_number(&arguments, &RAMP_UP)?;
            if load == LoadChange::Same && ramp.is_none() {
                return Err(arguments.missing("--rate <number>"));
            }
            FleetCommand::Set { name, load, ramp }
        }
        Some("report") => FleetCommand::Report { name, file: arguments.text(FILE.flag), force: arguments.has(FORCE.flag) },
        Some(other) => {
            let fault = UsageFault::Unexpected(short(other));
            return Err(what.map_or_else(|| arguments.missing("list"), |word| arguments.usage(fault, word)));
        }
    };
    Ok(command)
}

fn read_number(arguments: &Arguments<'_>, option: &OptionSpec) -> Result<Option<f64>, CommandError> {
    arguments.raw(option.flag).map(|word| read(word, option.flag, "a number above 0", positive)).transpose()
}

fn read_count(word: &Word<'_>, flag: &'static str, least: u64) -> Result<u64, CommandError> {
    let wanted = if least == 0 { "a number from 0 to 100000" } else { "a number from 1 to 100000" };
    read(word, flag, wanted, |text| text.parse().ok().filter(|count| (least..=MOST).contains(count)))
}

/// Reads a time like 30s, 10m or 2h.
fn span(text: &str) -> Option<Duration> {
    let span: jiff::SignedDuration = text.parse().ok()?;
    Duration::try_from(span).ok().filter(|span| !span.is_zero())
}

fn positive(text: &str) -> Option<f64> {
    text.trim_end_matches("/s").trim_end_matches('x').parse().ok().filter(|number: &f64| *number > 0.0 && number.is_finite())
}

impl StartFleet {
    fn read(arguments: &Arguments<'_>) -> Result<StartFleet, CommandError> {
        let url = arguments.positionals.first().ok_or_else(|| arguments.missing("<url>"))?;
        let number = |option: &OptionSpec| read_number(arguments, option);
        let count = arguments.raw(COUNT.flag).map(|word| read_count(word, COUNT.flag, 1)).transpose()?;
        let is_pattern = |text: &str| text.parse::<IdentityPattern>().is_ok().then(|| text.to_owned());
        let pattern = arguments.raw(PATTERN.flag);
        let pattern =
            pattern.map(|word| read(word, PATTERN.flag, "a text with {} or {:05} for the number", is_pattern)).transpose()?;
        let seed = |text: &str| text.parse().ok();
        let seed = arguments.raw(SEED.flag).map(|word| read(word, SEED.flag, "a whole number", seed)).transpose()?;
        let duration = arguments.raw(DURATION.flag);
        let duration = duration.map(|word| read(word, DURATION.flag, "a time like 30s, 10m or 2h", span)).transpose()?;
        Ok(StartFleet {
            url: unquote(url.value),
            count: count.unwrap_or(10),
            pattern: pattern.unwrap_or_else(|| "CP{:05}".to_owned()),
            version: arguments.versions()?.and_then(|versions| versions.first().copied()),
            ramp: number(&RAMP_UP)?.unwrap_or(RAMP),
            mix: arguments.text(MIX.flag),
            seed,
            clock: number(&CLOCK)?.unwrap_or(1.0),
            rate: number(&RATE)?,
            closed: arguments.has(CLOSED.flag),
            duration,
            name: arguments.text(NAME.flag).unwrap_or_else(|| "fleet".to_owned()),
        })
    }

    /// The options; reads the file of the mix.
    fn options(&self) -> Result<FleetOptions, CommandFailure> {
        let failed = |error: &dyn fmt::Display| CommandFailure::plain(format!("Error: {error}"));
        let pattern: IdentityPattern = self.pattern.parse().map_err(|error| failed(&error))?;
        let mix = self.mix.as_deref().map(FleetMix::load).transpose().map_err(|error| failed(&error))?;
        let load = match (self.rate, self.closed) {
            (Some(per_second), _) => Some(steady(per_second)),
            (None, true) => Some(LoadPace::Closed),
            (None, false) => None,
        };
        Ok(FleetOptions {
            name: self.name.clone(),
            pattern,
            count: usize::try_from(self.count).unwrap_or(usize::MAX),
            first: 1,
            template: ChargePointOptions::new(self.url.clone(), "", self.version.unwrap_or(VERSION)),
            callbacks: SoapOptions::default(),
            ramp: self.ramp,
            jitter: 0.0,
            mix,
            seed: self.seed.unwrap_or_else(|| fastrand::u64(..)),
            clock: self.clock,
            day_second: FleetOptions::second_of_day(),
            load,
            duration: self.duration,
            until: None,
        })
    }
}

impl FleetCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let named = |name: &Option<String>| {
            context.fleets.named(name.as_deref()).map_err(|error| CommandFailure::plain(format!("Error: {error}.")))
        };
        let each = |name: &Option<String>, act: &dyn Fn(&FleetHandle), done: &str| {
            let fleets = named(name)?;
            fleets.iter().for_each(act);
            let names: Vec<&str> = fleets.iter().map(|fleet| &*fleet.name).collect();
            Ok(CommandOutput::done(format!("{} {done}.", escape_control(&names.join(", ")))))
        };
        match self {
            FleetCommand::Start(start) => {
                let read = start.clone();
                let options = tokio::task::spawn_blocking(move || read.options()).await;
                let options = options.map_err(|_| CommandFailure::plain("Error: the mix could not be read."))??;
                let count = options.count;
                let fleet = context.fleets.start(context.hub, options);
                let fleet = fleet.map_err(|error| CommandFailure::plain(format!("Error: {error}.")))?;
                Ok(CommandOutput::done(format!("{count} stations start as {}.", escape_control(&fleet.name))))
            }
            FleetCommand::List => {
                let fleets = context.fleets.all();
                if fleets.is_empty() {
                    return Ok(CommandOutput::info("There is no fleet; start_fleet starts one."));
                }
                Ok(CommandOutput::text("Fleets", fleets.iter().map(listed)))
            }
            FleetCommand::Pause(name) => each(name, &|fleet| fleet.pause(true), "waits"),
            FleetCommand::Resume(name) => each(name, &|fleet| fleet.pause(false), "goes on"),
            FleetCommand::Scale { name, count } => {
                let fleets = named(name)?;
                let [fleet] = fleets.as_slice() else { return Err(CommandFailure::plain(SEVERAL)) };
                fleet.scale(usize::try_from(*count).unwrap_or(usize::MAX));
                Ok(CommandOutput::done(format!("{} has {count} stations from now on.", escape_control(&fleet.name))))
            }
            FleetCommand::Set { name, load, ramp } => {
                let load = match load {
                    LoadChange::Same => None,
                    LoadChange::Nothing => Some(None),
                    LoadChange::Closed => Some(Some(LoadPace::Closed)),
                    LoadChange::Rate(rate) => Some(Some(steady(*rate))),
                };
                each(name, &|fleet| fleet.set(FleetChange { load, ramp: *ramp }), "is changed")
            }
            FleetCommand::Stop(name) => each(name, &FleetHandle::stop, "has ended; its stations stay"),
            FleetCommand::Report { name, file, force } => {
                let fleets = named(name)?;
                let [fleet] = fleets.as_slice() else { return Err(CommandFailure::plain(SEVERAL)) };
                let report = fleet.report();
                let Some(file) = file else { return Ok(CommandOutput::text("Report", report.summary())) };
                let text = report_text(&report, Path::new(file)).ok_or_else(|| {
                    CommandFailure::plain(
                        "Error: the end of the file's name says how it is written; end it with .json, .html or .txt.",
                    )
                })?;
                write(file, *force, &text).await.map_err(|error| cannot_write(file, &error))?;
                Ok(CommandOutput::info(format!("Saved the report in {}.", escape_control(&quote(file)))))
            }
        }
    }
}

const SEVERAL: &str = "Error: there are several fleets; name one of them.";

/// A rate without steps.
fn steady(per_second: f64) -> LoadPace {
    LoadPace::Rate { per_second, step: 0.0, every: Duration::from_secs(10) }
}

fn listed(fleet: &FleetHandle) -> String {
    let state = fleet.state();
    let is = if fleet.end().is_some() {
        "ended"
    } else if state.paused {
        "waits"
    } else {
        "runs"
    };
    let refused =
        state.refusal.map_or_else(String::new, |why| format!(", {} not started ({})", state.refused, escape_control(&why)));
    format!(
        "{} {is}: {} of {} started, {} connected{refused}",
        escape_control(&fleet.name),
        state.started,
        state.stations,
        state.connected
    )
}

impl fmt::Display for FleetCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |f: &mut fmt::Formatter<'_>, word: &str, name: &Option<String>| {
            write!(f, "fleet {word}")?;
            name.as_ref().map_or(Ok(()), |name| write!(f, " {}", quote(name)))
        };
        match self {
            FleetCommand::Start(start) => start.fmt(f),
            FleetCommand::List => f.write_str("fleet list"),
            FleetCommand::Pause(name) => named(f, "pause", name),
            FleetCommand::Resume(name) => named(f, "resume", name),
            FleetCommand::Stop(name) => named(f, "stop", name),
            FleetCommand::Scale { name, count } => {
                named(f, "scale", name)?;
                write!(f, " --count {count}")
            }
            FleetCommand::Set { name, load, ramp } => {
                named(f, "set", name)?;
                match load {
                    LoadChange::Same => Ok(()),
                    LoadChange::Nothing => f.write_str(" --no-load"),
                    LoadChange::Closed => f.write_str(" --closed-loop"),
                    LoadChange::Rate(rate) => write!(f, " --rate {rate}"),
                }?;
                ramp.map_or(Ok(()), |ramp| write!(f, " --ramp {ramp}"))
            }
            FleetCommand::Report { name, file, force } => {
                named(f, "report", name)?;
                if let Some(file) = file {
                    write!(f, " --file {}", quote(file))?;
                }
                f.write_str(if *force { " --force" } else { "" })
            }
        }
    }
}

impl fmt::Display for StartFleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "start_fleet {} --count {} --id-pattern {}", quote(&self.url), self.count, quote(&self.pattern))?;
        if let Some(version) = self.version {
            write!(f, " -p {}", version.subprotocol())?;
        }
        write!(f, " --ramp {}", self.ramp)?;
        if let Some(mix) = &self.mix {
            write!(f, " --mix {}", quote(mix))?;
        }
        if let Some(seed) = self.seed {
            write!(f, " --seed {seed}")?;
        }
        write!(f, " --clock {}", self.clock)?;
        if let Some(rate) = self.rate {
            write!(f, " --rate {rate}")?;
        }
        f.write_str(if self.closed { " --closed-loop" } else { "" })?;
        if let Some(duration) = self.duration {
            write!(f, " --duration {}s", duration.as_secs_f64())?;
        }
        write!(f, " --name {}", quote(&self.name))
    }
}
