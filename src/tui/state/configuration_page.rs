//! The state of the page with the configuration keys of a station: which key is selected, what is searched, the station to compare with.
//! Its rows come from the facts about the stations; how they look is in `pane`.

use std::collections::BTreeSet;

use crate::ocpp::{OcppGeneration, Role, Version, field_docs};
use crate::trace::station_summary::{ConfigurationKey, StationSummaries};
use crate::trace::{LinkState, StationKey};
use crate::tui::context::ReadContext;
use crate::tui::widget::Viewport;

/// The state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationPage {
    /// The station.
    pub station: StationKey,
    /// The station whose values are beside those of the first.
    pub other: Option<StationKey>,
    /// Only keys with this text in their name, value or meaning.
    pub search: String,
    /// Only keys in which the two stations differ.
    pub only_differences: bool,
    selected: usize,
    viewport: Viewport,
}

/// A key of one or two stations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfigurationRow<'a> {
    /// The name.
    pub name: &'a str,
    /// What the station has.
    pub key: Option<&'a ConfigurationKey>,
    /// What the other station has.
    pub other: Option<&'a ConfigurationKey>,
}

impl ConfigurationRow<'_> {
    /// Whether the two stations have different values.
    pub fn differs(&self) -> bool {
        self.key.map(|key| &key.value) != self.other.map(|key| &key.value)
    }
}

/// Why nothing can be asked of a station now.
pub fn call_obstacle(station: StationKey, outside: &ReadContext<'_>) -> Option<&'static str> {
    match outside.contents.stations().get(station)? {
        row if row.our_role == Role::ChargePoint => Some("We are the charge point here; only its central system asks"),
        row if row.state != LinkState::Connected => Some("The station is not connected"),
        _ => None,
    }
}

/// Whether a station is one of OCPP 2.x, which has a device model and no configuration keys.
pub fn is_second_generation(station: StationKey, outside: &ReadContext<'_>) -> bool {
    let version = outside.contents.stations().get(station).and_then(|row| row.version);
    version.is_some_and(|version| version.dialect().generation == OcppGeneration::Second)
}

/// Why the keys of a station cannot be asked for or changed now.
pub fn configuration_obstacle(station: StationKey, outside: &ReadContext<'_>) -> Option<&'static str> {
    let is_old = || outside.contents.stations().get(station).is_some_and(|row| row.version == Some(Version::V1_2));
    let text = "OCPP 1.2 has no GetConfiguration; ChangeConfiguration sets single keys";
    call_obstacle(station, outside).or_else(|| is_old().then_some(text))
}

impl ConfigurationPage {
    /// The page of a station.
    pub fn new(station: StationKey) -> ConfigurationPage {
        ConfigurationPage {
            station,
            other: None,
            search: String::new(),
            only_differences: false,
            selected: 0,
            viewport: Viewport::default(),
        }
    }

    /// The rows, by name.
    pub fn rows<'a>(&self, facts: &'a StationSummaries) -> Vec<ConfigurationRow<'a>> {
        let keys_of = |station| facts.of(station).map(|facts| &facts.configuration);
        let (ours, others) = (keys_of(self.station), self.other.and_then(keys_of));
        let names: BTreeSet<&str> = ours.into_iter().chain(others).flatten().map(|(name, _)| &**name).collect();
        let rows = names.into_iter().map(|name| ConfigurationRow {
            name,
            key: ours.and_then(|keys| keys.get(name)),
            other: others.and_then(|keys| keys.get(name)),
        });
        let wanted = self.search.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        let found = |row: &ConfigurationRow<'_>| {
            let values = [row.key, row.other].into_iter().flatten().filter_map(|key| key.value.as_deref());
            wanted.is_empty() || has(row.name) || values.chain(field_docs::configuration_key(row.name)).any(has)
        };
        let differs = |row: &ConfigurationRow<'_>| !self.only_differences || self.other.is_none() || row.differs();
        rows.filter(|row| found(row) && differs(row)).collect()
    }

    /// The index of the selected row, of so many.
    pub fn selected(&self, count: usize) -> usize {
        self.selected.min(count.saturating_sub(1))
    }

    /// The first row on a screen with so many lines.
    pub fn top(&self, count: usize, height: usize) -> usize {
        self.viewport.top(self.selected(count), count, height)
    }

    /// Moves the selection by some of `count` rows.
    pub fn move_by(&mut self, lines: isize, count: usize, height: usize) {
        let from = self.selected(count);
        let to = from.saturating_add_signed(lines).min(count.saturating_sub(1));
        self.viewport.moved(from, to, count, height);
        self.selected = to;
    }
}
