//! What a fleet is made of, as a TOML file says it: groups of stations, each with its machine and with how often what happens at it.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::ocpp::{Transport, Version};
use crate::simulator::CableKind;

/// The hours of a day.
const HOURS: usize = 24;

/// The groups.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetMix {
    /// In the order of the file.
    #[serde(rename = "group")]
    pub groups: Vec<StationGroup>,
}

/// A group of stations of one kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StationGroup {
    /// Its name.
    pub name: String,
    /// How many of all stations it has, in proportion to the other groups.
    #[serde(default = "one")]
    pub share: f64,
    /// The version that its stations speak; without it that of the command.
    pub version: Option<Version>,
    /// How its stations speak; without it as the command says.
    pub transport: Option<TransportWord>,
    /// The URL of their central system; without it that of the command, with the scheme of the transport.
    pub url: Option<String>,
    /// The number of connectors.
    #[serde(default = "one_connector")]
    pub connectors: u16,
    /// `fixed` or `socket`.
    #[serde(default)]
    pub cable: CableWord,
    /// The phases of a connector, 1 or 3.
    #[serde(default = "one_phase")]
    pub phases: u8,
    /// The highest current of a connector in amperes, per phase.
    #[serde(default = "wall_box")]
    pub max_current: f64,
    /// How many cars a connector has in a day, on average.
    #[serde(default)]
    pub sessions_per_day: f64,
    /// How many cars come in each hour of the day, in proportion; empty is all day alike.
    #[serde(default)]
    pub arrivals: Vec<f64>,
    /// The energy of a car, in kWh.
    #[serde(default = "ten")]
    pub energy_kwh: NumberSpread,
    /// How long a car stays, in minutes.
    #[serde(default = "sixty")]
    pub stay_minutes: NumberSpread,
    /// How many drivers there are.
    #[serde(default = "hundred")]
    pub tags: u32,
    /// How often the station breaks in a day, on average.
    #[serde(default)]
    pub faults_per_day: f64,
    /// How long it is broken, in minutes.
    #[serde(default = "sixty")]
    pub fault_minutes: NumberSpread,
    /// How often its network is lost in a day, on average.
    #[serde(default)]
    pub outages_per_day: f64,
    /// How long it is lost, in minutes.
    #[serde(default = "one_minute")]
    pub outage_minutes: NumberSpread,
    /// How often the network of the whole group is lost at once in a day, on average. What follows is a storm of reconnects.
    #[serde(default)]
    pub storms_per_day: f64,
    /// How long it is lost, in minutes; the same for all stations.
    #[serde(default = "one_minute")]
    pub storm_minutes: NumberSpread,
    /// The part of the stations that a storm hits, from 0 to 1.
    #[serde(default = "one")]
    pub storm_share: f64,
    /// In how many seconds after its end the stations come back.
    #[serde(default = "five")]
    pub storm_spread_seconds: f64,
    /// How often the maker updates the firmware of the group in a day, on average. A station restarts when nothing charges.
    #[serde(default)]
    pub updates_per_day: f64,
    /// The part of the stations that a wave of updates reaches, from 0 to 1.
    #[serde(default = "one")]
    pub update_share: f64,
    /// In how many minutes a wave reaches them.
    #[serde(default = "thirty")]
    pub update_spread_minutes: f64,
}

/// The word for a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransportWord {
    /// OCPP-J.
    WebSocket,
    /// OCPP-S.
    Soap,
}

impl TransportWord {
    /// The transport.
    pub fn kind(self) -> Transport {
        match self {
            TransportWord::WebSocket => Transport::WebSocket,
            TransportWord::Soap => Transport::Soap,
        }
    }
}

/// The word for a cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CableWord {
    /// A part of the station.
    #[default]
    Fixed,
    /// The driver's own.
    Socket,
}

impl CableWord {
    /// The kind of cable.
    pub fn kind(self) -> CableKind {
        match self {
            CableWord::Fixed => CableKind::Fixed,
            CableWord::Socket => CableKind::Socket,
        }
    }
}

/// Numbers that differ by chance: triangular between the ends with its top at the typical one.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberSpread {
    /// The lowest.
    pub low: f64,
    /// The most frequent.
    pub typical: f64,
    /// The highest.
    pub high: f64,
}

impl NumberSpread {
    /// One number only.
    pub const fn of(number: f64) -> NumberSpread {
        NumberSpread { low: number, typical: number, high: number }
    }

    /// The number at this part of the distribution, from 0 to 1.
    pub fn at(self, part: f64) -> f64 {
        let (width, left) = (self.high - self.low, self.typical - self.low);
        if width <= 0.0 {
            return self.low;
        }
        let top = left / width;
        if part < top {
            self.low + (part * width * left).sqrt()
        } else {
            self.high - ((1.0 - part) * width * (self.high - self.typical)).sqrt()
        }
    }

    fn is_in_order(self) -> bool {
        self.low >= 0.0 && self.low <= self.typical && self.typical <= self.high && self.high.is_finite()
    }
}

fn one() -> f64 {
    1.0
}
fn five() -> f64 {
    5.0
}
fn thirty() -> f64 {
    30.0
}
fn one_connector() -> u16 {
    1
}
fn one_phase() -> u8 {
    1
}
fn wall_box() -> f64 {
    32.0
}
fn ten() -> NumberSpread {
    NumberSpread { low: 2.0, typical: 10.0, high: 40.0 }
}
fn sixty() -> NumberSpread {
    NumberSpread { low: 20.0, typical: 60.0, high: 240.0 }
}
fn one_minute() -> NumberSpread {
    NumberSpread { low: 0.1, typical: 1.0, high: 10.0 }
}
fn hundred() -> u32 {
    100
}

/// Why a mix cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FleetMixError {
    /// There is no such file and no mix of this name.
    #[error("The mix {name} cannot be read: {error}. Name a file, or one of {}.", FleetMix::NAMES.join(", "))]
    Unreadable {
        /// The name.
        name: String,
        /// Why.
        error: std::io::Error,
    },
    /// The text is no mix.
    #[error("The mix {name} is wrong: {error}")]
    Wrong {
        /// The name.
        name: String,
        /// Where and why.
        error: toml::de::Error,
    },
    /// A value is impossible.
    #[error("The mix {name} is wrong: in the group {group} {what}.")]
    Impossible {
        /// The name.
        name: String,
        /// The group.
        group: String,
        /// What is wrong, and what it must be.
        what: String,
    },
    /// No station.
    #[error("The mix {name} has no group with a share above 0.")]
    Empty {
        /// The name.
        name: String,
    },
}

impl FleetMix {
    /// The mixes that come with the program.
    pub const NAMES: [&str; 3] = ["home", "depot", "highway"];

    /// The mix of this name, or the one in this file.
    ///
    /// # Errors
    /// When there is none or it is wrong.
    pub fn load(name: &str) -> Result<FleetMix, FleetMixError> {
        let text = match name {
            "home" => include_str!("mixes/home.toml").to_owned(),
            "depot" => include_str!("mixes/depot.toml").to_owned(),
            "highway" => include_str!("mixes/highway.toml").to_owned(),
            file => fs::read_to_string(Path::new(file))
                .map_err(|error| FleetMixError::Unreadable { name: name.to_owned(), error })?,
        };
        FleetMix::read(name, &text)
    }

    /// Reads the text of a mix.
    ///
    /// # Errors
    /// When it is wrong.
    pub fn read(name: &str, text: &str) -> Result<FleetMix, FleetMixError> {
        let mix: FleetMix = toml::from_str(text).map_err(|error| FleetMixError::Wrong { name: name.to_owned(), error })?;
        for group in &mix.groups {
            if let Some(what) = group.fault() {
                return Err(FleetMixError::Impossible { name: name.to_owned(), group: group.name.clone(), what });
            }
        }
        let total: f64 = mix.groups.iter().map(|group| group.share).sum();
        if total > 0.0 { Ok(mix) } else { Err(FleetMixError::Empty { name: name.to_owned() }) }
    }

    /// The group of a station, spread evenly: of each run of stations every group has its share.
    pub fn group_of(&self, index: usize) -> &StationGroup {
        let total: f64 = self.groups.iter().map(|group| group.share).sum();
        // The fractional parts of multiples of the golden ratio fill 0 to 1 evenly.
        let mut place = (index as f64 * 0.618_033_988_749_895).fract() * total;
        for group in &self.groups {
            if place < group.share {
                return group;
            }
            place -= group.share;
        }
        // rounding: `read` refuses a mix without groups
        &self.groups[self.groups.len() - 1]
    }
}

impl StationGroup {
    /// What is impossible in it.
    fn fault(&self) -> Option<String> {
        let rates = [
            ("share", self.share),
            ("sessions_per_day", self.sessions_per_day),
            ("faults_per_day", self.faults_per_day),
            ("outages_per_day", self.outages_per_day),
            ("storms_per_day", self.storms_per_day),
            ("storm_spread_seconds", self.storm_spread_seconds),
            ("updates_per_day", self.updates_per_day),
            ("update_spread_minutes", self.update_spread_minutes),
        ];
        let spreads = [
            ("energy_kwh", self.energy_kwh),
            ("stay_minutes", self.stay_minutes),
            ("fault_minutes", self.fault_minutes),
            ("outage_minutes", self.outage_minutes),
            ("storm_minutes", self.storm_minutes),
        ];
        if let Some((name, rate)) = rates.iter().find(|(_, rate)| !(0.0..=100_000.0).contains(rate)) {
            return Some(format!("{name} is {rate}; it must be from 0 to 100000"));
        }
        let parts = [("storm_share", self.storm_share), ("update_share", self.update_share)];
        if let Some((name, part)) = parts.iter().find(|(_, part)| !(0.0..=1.0).contains(part)) {
            return Some(format!("{name} is {part}; it must be from 0 to 1"));
        }
        if let Some((name, _)) = spreads.iter().find(|(_, spread)| !spread.is_in_order()) {
            return Some(format!("{name} is out of order; write low ≤ typical ≤ high, none below 0"));
        }
        if !self.arrivals.is_empty()
            && (self.arrivals.len() != HOURS
                || self.arrivals.iter().any(|weight| !(*weight >= 0.0 && weight.is_finite()))
                || self.arrivals.iter().sum::<f64>() <= 0.0)
        {
            return Some(format!("arrivals must have {HOURS} numbers from 0 on, one for each hour, not all 0"));
        }
        if self.transport == Some(TransportWord::Soap)
            && let Some(version) = self.version
            && !Version::SOAP.contains(&version)
        {
            return Some(format!("version is {version}, which SOAP does not carry; write 1.2, 1.5 or 1.6"));
        }
        if !(1..=100).contains(&self.connectors) {
            return Some(format!("connectors is {}; it must be from 1 to 100", self.connectors));
        }
        if !matches!(self.phases, 1 | 3) {
            return Some(format!("phases is {}; it must be 1 or 3", self.phases));
        }
        if !(self.max_current > 0.0 && self.max_current <= 1000.0) {
            return Some(format!("max_current is {}; it must be above 0 and at most 1000 A", self.max_current));
        }
        (self.tags == 0).then(|| "tags is 0; there must be a driver".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mixes_of_the_program_are_right() {
        for name in FleetMix::NAMES {
            let mix = FleetMix::load(name).unwrap_or_else(|error| panic!("{error}"));
            assert!(mix.groups.iter().all(|group| group.arrivals.len() == HOURS), "{name}");
        }
    }

    #[test]
    fn the_mixes_of_the_examples_are_right() {
        for name in ["car-park", "mixed"] {
            FleetMix::load(&format!("{}/examples/fleets/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        }
    }

    #[test]
    fn groups_have_their_shares() {
        let mix = FleetMix::load("depot").unwrap();
        let newer = (0..1000).filter(|index| mix.group_of(*index).name == "depot-new").count();
        assert!((245..=255).contains(&newer), "{newer}");
    }

    #[test]
    fn a_spread_has_its_ends_and_its_top() {
        let spread = NumberSpread { low: 10.0, typical: 20.0, high: 60.0 };
        assert_eq!((spread.at(0.0), spread.at(0.2), spread.at(1.0)), (10.0, 20.0, 60.0));
        assert!((0..100).all(|part| spread.at(f64::from(part) / 100.0) <= spread.at(f64::from(part + 1) / 100.0)));
        assert_eq!(NumberSpread::of(5.0).at(0.7), 5.0);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, part) in [
            ("", "missing field `group`"),
            ("group = []", "no group"),
            ("[[group]]\nname = 'a'\nshare = 0", "no group"),
            ("[[group]]\nname = 'a'\nconectors = 2", "line 3"),
            ("[[group]]\nname = 'a'\nversion = '3'", "version"),
            ("[[group]]\nname = 'a'\nphases = 2", "phases is 2"),
            ("[[group]]\nname = 'a'\ntags = 0", "tags is 0"),
            ("[[group]]\nname = 'a'\nsessions_per_day = -1", "sessions_per_day is -1"),
            ("[[group]]\nname = 'a'\narrivals = [1]", "24 numbers"),
            ("[[group]]\nname = 'a'\nenergy_kwh = { low = 5, typical = 1, high = 9 }", "energy_kwh is out of order"),
            ("[[group]]\nname = 'a'\nmax_current = nan", "max_current"),
            ("[[group]]\nname = 'a'\ntransport = 'soap'\nversion = '2.0.1'", "which SOAP does not carry"),
            ("[[group]]\nname = 'a'\ntransport = 'xml'", "transport"),
            ("[[group]]\nname = 'a'\nstorm_share = 2", "storm_share is 2; it must be from 0 to 1"),
            ("[[group]]\nname = 'a'\nupdates_per_day = -1", "updates_per_day is -1"),
        ] {
            let error = FleetMix::read("m", text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(FleetMix::load("nowhere").unwrap_err().to_string().contains("home, depot, highway"));
    }
}
