//! Whom a command is for: written as one identity, a list, a pattern, a group, `@all`, `@marked`, or not at all; resolved to stations.

use std::collections::HashSet;
use std::fmt;

use thiserror::Error;

use super::glob;
use crate::ocpp::Role;
use crate::ocpp::suggest;
use crate::sanitize::escape_control;
use crate::trace::{LinkState, StationKey, StationRow, StationTable};

/// Whom a command is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Target {
    /// Nothing was named: the only connected station.
    #[default]
    TheOnly,
    /// These identities, patterns and groups.
    These(Vec<String>),
    /// Every connected station.
    All,
    /// Those that the user has marked.
    Marked,
    /// Those that the filter of the table of stations shows.
    Filtered,
}

/// Why a target leads to no station.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TargetError {
    /// Nothing was named, and there is not exactly one to choose from.
    #[error("Error: cannot use shortened command : there is no or more than one charge point connected.")]
    NotTheOnly {
        /// Whom one could name.
        candidates: Vec<String>,
    },
    /// There is no such identity.
    #[error("Error: {} #{identity} does not exist.", station_word(*role))]
    Unknown {
        /// Our role, when the command names it.
        role: Option<Role>,
        /// The identity.
        identity: String,
        /// An identity that is written almost like it.
        nearest: Option<String>,
    },
    /// There is no such group.
    #[error("Error: there is no group {name}.")]
    UnknownGroup {
        /// The name, with its sign.
        name: String,
        /// The groups, with their signs.
        known: Vec<String>,
    },
    /// A pattern, a group, or `@all`, that no station matches.
    #[error("Error: no connected {} matches {pattern}.", station_word(*role))]
    NoMatch {
        /// Our role, when the command names it.
        role: Option<Role>,
        /// The pattern.
        pattern: String,
    },
    /// `@marked`, but nothing is marked.
    #[error("Error: no {} is marked.", station_word(*role))]
    NothingMarked {
        /// Our role, when the command names it.
        role: Option<Role>,
    },
    /// `@filter`, but there is no filter or no station passes it.
    #[error("Error: no {} is shown by a filter.", station_word(*role))]
    NothingFiltered {
        /// Our role, when the command names it.
        role: Option<Role>,
    },
}

const fn station_word(our_role: Option<Role>) -> &'static str {
    match our_role {
        Some(Role::ChargePoint) => "charge point",
        Some(Role::CentralSystem) => "remote charge point",
        None => "station",
    }
}

impl TargetError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            TargetError::NotTheOnly { candidates } if candidates.is_empty() => {
                Some("No station is connected: start_cs waits for charge points, start_cp simulates one.".to_owned())
            }
            TargetError::NotTheOnly { candidates } => Some(format!("Name one: {}.", candidates.join(", "))),
            TargetError::Unknown { nearest, .. } => {
                nearest.as_ref().map(|name| format!("Did you mean {}?", escape_control(name)))
            }
            TargetError::NothingMarked { .. } => Some("On the screen, m marks the selected station.".to_owned()),
            TargetError::NothingFiltered { .. } => Some("On the screen, / filters the stations.".to_owned()),
            TargetError::UnknownGroup { known, .. } if known.is_empty() => {
                Some("group makes one; start_fleet makes one of its stations.".to_owned())
            }
            TargetError::UnknownGroup { known, .. } => Some(format!("There are {}.", known.join(", "))),
            TargetError::NoMatch { .. } => None,
        }
    }

    /// Error and hint in one sentence, where the words of ocppjs are long or odd.
    pub fn brief(&self) -> Option<String> {
        match self {
            TargetError::NotTheOnly { candidates } if !candidates.is_empty() => {
                Some(format!("Name a station: {}.", candidates.join(", ")))
            }
            TargetError::NotTheOnly { .. } => self.hint(),
            TargetError::Unknown { identity, nearest: Some(nearest), .. } => {
                Some(format!("Did you mean {}? There is no station {}.", escape_control(nearest), escape_control(identity)))
            }
            TargetError::Unknown { identity, nearest: None, .. } => {
                Some(format!("There is no station {}.", escape_control(identity)))
            }
            _ => None,
        }
    }

    /// Whether the line begins with the time, as in ocppjs.
    pub const fn is_stamped(&self) -> bool {
        matches!(self, TargetError::Unknown { .. })
    }
}

impl Target {
    /// Reads a target as it is written after `--id`.
    pub fn parse(text: &str) -> Option<Target> {
        match text {
            "@all" => Some(Target::All),
            "@marked" => Some(Target::Marked),
            "@filter" => Some(Target::Filtered),
            _ => {
                let names: Vec<String> = text.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
                (!names.is_empty()).then_some(Target::These(names))
            }
        }
    }

    /// Finds the stations towards which we play `role` (or any role, with `None`). `chosen` are the stations that the user has marked,
    /// or for `@filter` those that are shown. Patterns, `@all` and a target that was left out
    /// mean connected stations; a station that is named is found in any state, so that the error can be a precise one.
    ///
    /// # Errors
    /// When no station, or not the right one, is meant.
    pub fn resolve(
        &self,
        role: impl Into<Option<Role>>,
        stations: &StationTable,
        chosen: &[StationKey],
    ) -> Result<Vec<StationKey>, TargetError> {
        self.resolve_where(role, stations, chosen, |row| row.state == LinkState::Connected)
    }

    /// As [`resolve`](Target::resolve), but patterns, `@all` and a target that was left out mean the stations that `fits` accepts.
    ///
    /// # Errors
    /// When no station, or not the right one, is meant.
    pub fn resolve_where(
        &self,
        role: impl Into<Option<Role>>,
        stations: &StationTable,
        chosen: &[StationKey],
        fits: impl Fn(&StationRow) -> bool,
    ) -> Result<Vec<StationKey>, TargetError> {
        let role = role.into();
        let ours = |row: &&StationRow| role.is_none_or(|role| row.takes_role(role));
        let fitting = || {
            let all: Vec<&StationRow> = stations.rows().iter().filter(ours).filter(|row| fits(row)).collect();
            // A pair stands behind the stations towards which we play the role ourselves.
            let own: Vec<&StationRow> = all.iter().copied().filter(|row| !row.is_pair()).collect();
            if own.is_empty() { all } else { own }.into_iter()
        };
        let some = |keys: Vec<StationKey>, error: TargetError| if keys.is_empty() { Err(error) } else { Ok(keys) };
        match self {
            Target::TheOnly => {
                let mut fitting = fitting();
                match (fitting.next(), fitting.next()) {
                    (Some(only), None) => Ok(vec![only.key]),
                    _ => Err(TargetError::NotTheOnly { candidates: names(stations, role, &fits) }),
                }
            }
            Target::All => {
                some(fitting().map(|row| row.key).collect(), TargetError::NoMatch { role, pattern: self.to_string() })
            }
            Target::Marked | Target::Filtered => {
                let rows = chosen.iter().filter_map(|key| stations.get(*key)).filter(ours);
                let nothing = if *self == Target::Marked {
                    TargetError::NothingMarked { role }
                } else {
                    TargetError::NothingFiltered { role }
                };
                some(rows.map(|row| row.key).collect(), nothing)
            }
            Target::These(names) => {
                let mut keys: Vec<StationKey> = Vec::new();
                let mut taken: HashSet<StationKey> = HashSet::new();
                let whole = names.join(",");
                // An identity may contain a comma, a star or a question mark; the exact one always wins.
                let parts = if names.len() > 1 && named(stations, role, &whole).next().is_some() {
                    std::slice::from_ref(&whole)
                } else {
                    names.as_slice()
                };
                for part in parts {
                    let mut found: Vec<StationKey> = named(stations, role, part).collect();
                    if found.is_empty()
                        && let Some(group) = stations.group(part.strip_prefix(GROUP).unwrap_or(part))
                    {
                        let members = group.members.iter().filter_map(|key| stations.get(*key));
                        found.extend(members.filter(|row| ours(row) && fits(row)).map(|row| row.key));
                        if found.is_empty() {
                            let pattern = format!("{GROUP}{}", group.name);
                            return Err(TargetError::NoMatch { role, pattern });
                        }
                    } else if found.is_empty() && part.starts_with(GROUP) {
                        let known = stations.groups().iter().map(|group| group_name(&group.name)).collect();
                        return Err(TargetError::UnknownGroup { name: escape_control(part).into_owned(), known });
                    } else if found.is_empty() && glob::is_pattern(part) {
                        found.extend(fitting().filter(|row| glob::matches(part, &row.identity)).map(|row| row.key));
                        if found.is_empty() {
                            return Err(TargetError::NoMatch { role, pattern: part.clone() });
                        }
                    } else if found.is_empty() {
                        let known: Vec<String> =
                            stations.rows().iter().filter(ours).map(|row| row.identity.to_string()).collect();
                        let groups = stations.groups().iter().map(|group| &*group.name);
                        let nearest = suggest(part, known.iter().map(String::as_str).chain(groups)).map(str::to_owned);
                        return Err(TargetError::Unknown { role, identity: part.clone(), nearest });
                    }
                    found.retain(|key| taken.insert(*key));
                    keys.extend(found);
                }
                Ok(keys)
            }
        }
    }
}

/// The stations with this identity. A pair is meant where there is no other one, or when its name is written `pair:CP1`.
fn named(stations: &StationTable, role: Option<Role>, identity: &str) -> impl Iterator<Item = StationKey> {
    let roles = [Role::ChargePoint, Role::CentralSystem].into_iter().filter(move |ours| role.is_none_or(|role| role == *ours));
    let mut found: Vec<StationKey> = roles.filter_map(|ours| stations.find(ours, identity)).map(|row| row.key).collect();
    if found.is_empty() {
        let bare = identity.strip_prefix(PAIR).unwrap_or(identity);
        found.extend([identity, bare].into_iter().find_map(|name| stations.find_pair(name)).map(|row| row.key));
    }
    found.into_iter()
}

/// What stands before the name of a group. A station that has the name itself comes first.
const GROUP: char = '@';

/// The name of a group as it is written and shown.
fn group_name(name: &str) -> String {
    format!("{GROUP}{}", escape_control(name))
}

/// What stands before the identity of a pair where another station has it, too.
const PAIR: &str = "pair:";

fn names(stations: &StationTable, role: Option<Role>, fits: &impl Fn(&StationRow) -> bool) -> Vec<String> {
    /// A longer list is not useful.
    const MOST: usize = 10;
    let rows = || stations.rows().iter().filter(|row| role.is_none_or(|role| row.takes_role(role))).filter(|row| fits(row));
    let mut names: Vec<String> = rows().take(MOST).map(|row| escape_control(&row.identity).into_owned()).collect();
    let others = rows().count().saturating_sub(MOST);
    if others > 0 {
        names.push(format!("{others} more"));
    }
    names
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::TheOnly => Ok(()),
            Target::These(names) => f.write_str(&names.join(",")),
            Target::All => f.write_str("@all"),
            Target::Marked => f.write_str("@marked"),
            Target::Filtered => f.write_str("@filter"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::test_console::stations;
    use crate::trace::{Contents, Event, EventKind, Stamp};

    /// CP1, CP2 and "a,b" are connected to our central system, CP9 is gone; we simulate SIM (connected).
    fn resolve(text: &str, role: Option<Role>) -> Result<Vec<u32>, TargetError> {
        let target = if text.is_empty() { Target::TheOnly } else { Target::parse(text).unwrap() };
        Ok(target.resolve(role, &stations(), &[StationKey(1), StationKey(4)])?.into_iter().map(|key| key.0).collect())
    }

    const REMOTE: Option<Role> = Some(Role::CentralSystem);
    const SIMULATED: Option<Role> = Some(Role::ChargePoint);

    #[test]
    fn targets_lead_to_stations_each_once() {
        for (text, role, keys) in [
            ("CP1", REMOTE, vec![0]),
            ("CP2,CP1,CP2", REMOTE, vec![1, 0]),
            ("CP*", REMOTE, vec![0, 1]),
            ("CP1,CP?", REMOTE, vec![0, 1]),
            ("CP9", REMOTE, vec![3]),
            ("a,b", REMOTE, vec![2]),
            ("@all", REMOTE, vec![0, 1, 2]),
            ("@marked", REMOTE, vec![1]),
            ("", SIMULATED, vec![4]),
            ("@all", SIMULATED, vec![4]),
            ("@marked", None, vec![1, 4]),
            ("@filter", REMOTE, vec![1]),
            ("SIM,CP1", None, vec![4, 0]),
        ] {
            assert_eq!(resolve(text, role), Ok(keys), "{text}");
        }
    }

    #[test]
    fn errors_suggest_what_could_be_meant() {
        for (text, role, message, hint) in [
            (
                "",
                REMOTE,
                "Error: cannot use shortened command : there is no or more than one charge point connected.",
                Some("Name one: CP1, CP2, a,b."),
            ),
            ("CP11", REMOTE, "Error: remote charge point #CP11 does not exist.", Some("Did you mean CP1?")),
            ("3", SIMULATED, "Error: charge point #3 does not exist.", None),
            ("3", None, "Error: station #3 does not exist.", None),
            ("X*", REMOTE, "Error: no connected remote charge point matches X*.", None),
        ] {
            let error = resolve(text, role).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert_eq!(error.hint().as_deref(), hint);
        }
        let empty = StationTable::default();
        let error = Target::TheOnly.resolve(SIMULATED, &empty, &[]).unwrap_err();
        assert_eq!(error.hint().unwrap(), "No station is connected: start_cs waits for charge points, start_cp simulates one.");
        let error = Target::Marked.resolve(SIMULATED, &stations(), &[]).unwrap_err();
        assert_eq!(error.to_string(), "Error: no charge point is marked.");
        let error = Target::Filtered.resolve(SIMULATED, &stations(), &[]).unwrap_err();
        assert_eq!(error.to_string(), "Error: no charge point is shown by a filter.");
        let error = Target::All.resolve(SIMULATED, &empty, &[]).unwrap_err();
        assert_eq!(error.to_string(), "Error: no connected charge point matches @all.");
    }

    #[test]
    fn groups_are_targets_and_stations_of_their_name_come_first() {
        let mut contents = Contents::new(1 << 20);
        let keys: Vec<StationKey> =
            ["VAN1", "VAN2", "shop"].iter().map(|identity| contents.station(Role::ChargePoint, identity)).collect();
        for (station, group) in [(0, "depot"), (1, "depot"), (1, "depot"), (0, "shop"), (1, "shop")] {
            let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
            let kind = EventKind::Grouped { group: group.into() };
            contents.apply(&Event { station: Some(keys[station]), stamp, kind }, &mut String::new());
        }
        let table = contents.stations();
        let meant =
            |text: &str, fits: bool| Target::parse(text).unwrap().resolve_where(Role::ChargePoint, table, &[], |_| fits);
        assert_eq!(meant("@depot", true).unwrap(), keys[..2]);
        assert_eq!(meant("depot", true).unwrap(), keys[..2], "at the sign of a line the sign is gone");
        assert_eq!(meant("VAN2,@depot", true).unwrap(), [keys[1], keys[0]]);
        assert_eq!(meant("shop", true).unwrap(), [keys[2]]);
        assert_eq!(meant("@shop", true).unwrap(), keys[..2]);
        let error = meant("@depot", false).unwrap_err().to_string();
        assert_eq!(error, "Error: no connected charge point matches @depot.");
        let error = meant("@depto", true).unwrap_err();
        assert_eq!(error.to_string(), "Error: there is no group @depto.");
        assert_eq!(error.hint().unwrap(), "There are @depot, @shop.");
        assert_eq!(meant("depto", true).unwrap_err().hint().unwrap(), "Did you mean depot?");
        assert_eq!((table.group("depot").unwrap().first.stations, table.group("shop").unwrap().first.stations), (2, 0));
    }

    #[test]
    fn the_caller_may_want_stations_that_are_down() {
        let down = Target::TheOnly.resolve_where(REMOTE, &stations(), &[], |row| row.state != LinkState::Connected);
        assert_eq!(down, Ok(vec![StationKey(3)]));
    }

    #[test]
    fn targets_are_read_as_they_are_printed() {
        for text in ["CP1", "CP1,CP0*", "@all", "@marked", "@filter"] {
            assert_eq!(Target::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Target::parse(""), None);
        assert_eq!(Target::parse(",,"), None);
    }
}
