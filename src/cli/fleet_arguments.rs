//! The options of `cp` that make a fleet of its stations.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use ocpp_tui::fleet::{FleetMix, FleetOptions, IdentityPattern, LoadPace, ReportLimits};
use ocpp_tui::hub::{ChargePointOptions, SoapOptions};

/// The options.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Fleet")]
pub struct FleetArguments {
    /// Start so many stations instead of those that are named, and put their load on the central system
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub count: Option<u64>,
    /// Identities of the stations; {} or {:05} is the number
    #[arg(long, value_name = "PATTERN", default_value = "CP{:05}", requires = "count")]
    pub id_pattern: IdentityPattern,
    /// Stations that start in a second, like 200/s
    #[arg(long, value_name = "NUMBER", default_value = "100", value_parser = positive, requires = "count")]
    pub ramp: f64,
    /// By how much the time between two starts varies, like 10%
    #[arg(long, value_name = "PERCENT", default_value = "0", value_parser = percent, requires = "count")]
    pub jitter: f64,
    /// What happens at the stations: home, depot, highway or a TOML file [default: the driver of the simulator]
    #[arg(long, value_name = "NAME|FILE", requires = "count")]
    pub mix: Option<String>,
    /// What chance follows from: the same number gives the same fleet [default: another one each time]
    #[arg(long, value_name = "NUMBER", requires = "count")]
    pub seed: Option<u64>,
    /// How many times faster than the clock time passes at the stations and in the mix, like 60x
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = positive, requires = "count")]
    pub clock: f64,
    /// Calls a second on top of what the stations do, whatever the central system does (open loop), like 2000/s
    #[arg(long, value_name = "NUMBER", value_parser = positive, requires = "count", conflicts_with = "closed_loop")]
    pub rate: Option<f64>,
    /// So many calls a second more after each step
    #[arg(long, value_name = "NUMBER", default_value = "0", value_parser = amount, requires = "rate")]
    pub rate_step: f64,
    /// How long a step is, like 10s
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = span, requires = "rate")]
    pub step_time: Duration,
    /// Calls on top, each as soon as the last one of its station was answered
    #[arg(long, requires = "count")]
    pub closed_loop: bool,
    /// End after this time, like 10m
    #[arg(long, value_name = "TIME", value_parser = span, requires = "count")]
    pub duration: Option<Duration>,
    /// End when the figures have passed a limit, like 'p99>500ms or errors>1%'
    #[arg(long, value_name = "LIMITS", requires = "count")]
    pub until: Option<ReportLimits>,
    /// Write the report into this file at the end: .json, .html or .txt; may be repeated
    #[arg(long = "report", value_name = "FILE", requires = "count")]
    pub reports: Vec<PathBuf>,
    /// Exit with 1 when the report has passed a limit, like 'p99>1s or errors>0.1%'
    #[arg(long, value_name = "LIMITS", requires = "count")]
    pub fail_if: Option<ReportLimits>,
    /// Only this part of the stations, like 2/8, with the seeds that they have in the whole fleet
    #[arg(long, value_name = "PART/PARTS", requires = "count")]
    pub shard: Option<FleetShard>,
}

/// One of several parts of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetShard {
    part: u64,
    parts: u64,
}

impl FromStr for FleetShard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "write the part and how many there are, like 2/8";
        let (part, parts) = text.split_once('/').ok_or(WANTED)?;
        let (part, parts): (u64, u64) = (part.parse().map_err(|_| WANTED)?, parts.parse().map_err(|_| WANTED)?);
        if (1..=parts).contains(&part) { Ok(FleetShard { part, parts }) } else { Err(WANTED) }
    }
}

impl FleetShard {
    /// The numbers of its stations, of so many in all: the first, and the one behind the last.
    fn numbers(self, count: u64) -> (u64, u64) {
        let share = |part: u64| u128::from(count) * u128::from(part) / u128::from(self.parts);
        // A share is no more than the count, so it fits.
        let at = |part: u64| 1 + u64::try_from(share(part)).unwrap_or(count);
        (at(self.part - 1), at(self.part))
    }
}

fn positive(text: &str) -> Result<f64, &'static str> {
    match amount(text) {
        Ok(number) if number > 0.0 => Ok(number),
        _ => Err("write a number above 0"),
    }
}

fn amount(text: &str) -> Result<f64, &'static str> {
    let number = text.strip_suffix("/s").or(text.strip_suffix('x')).unwrap_or(text);
    let number: Option<f64> = number.parse().ok();
    number.filter(|number| *number >= 0.0 && number.is_finite()).ok_or("write a number from 0 on")
}

fn percent(text: &str) -> Result<f64, &'static str> {
    let number: Option<f64> = text.strip_suffix('%').unwrap_or(text).parse().ok();
    number.filter(|number| (0.0..=100.0).contains(number)).map(|number| number / 100.0).ok_or("write a part from 0% to 100%")
}

fn span(text: &str) -> Result<Duration, &'static str> {
    let span = text.parse::<jiff::SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    span.filter(|span| !span.is_zero()).ok_or("write a time like 30s, 10m or 2h")
}

impl FleetArguments {
    /// The fleet that they describe, when they describe one; its stations are like `template`, and are called over SOAP as `callbacks` says.
    ///
    /// # Errors
    /// When the mix cannot be read.
    pub fn options(&self, template: ChargePointOptions, callbacks: SoapOptions) -> anyhow::Result<Option<FleetOptions>> {
        let Some(count) = self.count else { return Ok(None) };
        let (first, end) = self.shard.map_or((1, count + 1), |shard| shard.numbers(count));
        if first == end {
            bail!("There are fewer stations than parts; this part has none.");
        }
        let per_second = self.rate.map(|per_second| LoadPace::Rate { per_second, step: self.rate_step, every: self.step_time });
        Ok(Some(FleetOptions {
            name: "fleet".to_owned(),
            pattern: self.id_pattern.clone(),
            count: usize::try_from(end - first).unwrap_or(usize::MAX),
            first,
            template,
            callbacks,
            ramp: self.ramp,
            jitter: self.jitter,
            mix: self.mix.as_deref().map(FleetMix::load).transpose()?,
            seed: self.seed.unwrap_or_else(|| fastrand::u64(..)),
            clock: self.clock,
            day_second: FleetOptions::second_of_day(),
            load: per_second.or(self.closed_loop.then_some(LoadPace::Closed)),
            duration: self.duration,
            until: self.until.clone(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::arguments::{Cli, StartCommand};

    #[test]
    fn the_parts_of_a_fleet_have_every_station_once() {
        for (count, parts) in [(10, 3), (8, 8), (5000, 7), (2, 4)] {
            let mut next = 1;
            for part in 1..=parts {
                let (first, end) = FleetShard { part, parts }.numbers(count);
                assert_eq!(first, next);
                next = end;
            }
            assert_eq!(next, count + 1);
        }
        let most = FleetShard { part: u64::MAX, parts: u64::MAX };
        assert_eq!(most.numbers(1_000_000), (1_000_000, 1_000_001));
        for text in ["", "0/8", "9/8", "x/8", "1", "1/0"] {
            assert!(text.parse::<FleetShard>().is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_read_with_their_units() {
        assert_eq!((positive("200/s"), positive("60x"), percent("10%"), amount("0")), (Ok(200.0), Ok(60.0), Ok(0.1), Ok(0.0)));
        assert_eq!(span("1h30m"), Ok(Duration::from_secs(5400)));
        assert!(
            positive("0").is_err()
                && positive("x").is_err()
                && percent("101%").is_err()
                && span("0s").is_err()
                && span("-1s").is_err()
        );
    }

    #[test]
    fn the_examples_for_containers_are_commands() {
        let is_fleet = |words: &[String]| {
            let all = std::iter::once("ocpp-tui").chain(words.iter().map(String::as_str));
            let cli = Cli::try_parse_from(all).unwrap_or_else(|error| panic!("{words:?}: {error}"));
            matches!(cli.command, Some(StartCommand::Cp(arguments)) if arguments.fleet.count.is_some() && arguments.fleet.shard.is_some())
        };
        let compose = include_str!("../../examples/fleets/compose.yaml");
        let commands = compose.lines().filter_map(|line| line.trim().strip_prefix("command: "));
        let commands: Vec<Vec<String>> = commands.map(|list| serde_json::from_str(list).unwrap()).collect();
        assert_eq!(commands.iter().filter(|words| is_fleet(words)).count(), 2);
        let job = include_str!("../../examples/fleets/kubernetes.yaml");
        let line = job.split("exec ocpp-tui ").nth(1).and_then(|rest| rest.split("env:").next()).unwrap();
        let line = line.replace("$((JOB_COMPLETION_INDEX + 1))", "1").replace("$CSMS", "wss://csms.example/ocpp");
        let words: Vec<String> = line.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect();
        assert!(is_fleet(&words));
    }
}
