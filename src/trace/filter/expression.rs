//! Conditions joined with and, or and not: the tree of a filter, its evaluation and its printed form. The tree keeps the order in which
//! it was written; the order of evaluation, cheap conditions first, is worked out once beside it.

use std::fmt;

use serde_json::Value;

use super::FilterContext;
use super::condition::Condition;
use super::payload::PayloadCondition;
use crate::trace::{Record, StationRow};

/// A filter without its name.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FilterExpression {
    /// All parts hold; without parts, everything matches.
    All(FilterGroup),
    /// At least one part holds; there are always two or more.
    Any(FilterGroup),
    Not(Box<FilterExpression>),
    Is(Box<Condition>),
}

/// The parts of a conjunction or a disjunction.
#[derive(Debug, Clone)]
pub(super) struct FilterGroup {
    parts: Vec<FilterExpression>,
    /// Indexes of the parts, the cheap ones first.
    order: Box<[usize]>,
}

impl PartialEq for FilterGroup {
    fn eq(&self, other: &FilterGroup) -> bool {
        self.parts == other.parts
    }
}

impl FilterGroup {
    fn new(parts: Vec<FilterExpression>) -> FilterGroup {
        let mut order: Box<[usize]> = (0..parts.len()).collect();
        order.sort_by_key(|index| parts[*index].cost());
        FilterGroup { parts, order }
    }

    fn ordered(&self) -> impl Iterator<Item = &FilterExpression> {
        self.order.iter().map(|index| &self.parts[*index])
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl FilterExpression {
    /// The conjunction of parts; one part stands for itself, and conjunctions among the parts are opened.
    pub fn all(parts: Vec<FilterExpression>) -> FilterExpression {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                FilterExpression::All(group) => flat.extend(group.parts),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 { flat.swap_remove(0) } else { FilterExpression::All(FilterGroup::new(flat)) }
    }

    /// The disjunction of one or more parts, simplified alike.
    pub fn any(parts: Vec<FilterExpression>) -> FilterExpression {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                FilterExpression::Any(group) => flat.extend(group.parts),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 { flat.swap_remove(0) } else { FilterExpression::Any(FilterGroup::new(flat)) }
    }

    pub fn matches(&self, record: &Record<'_>, context: &FilterContext<'_>) -> bool {
        match self {
            FilterExpression::Is(condition) => condition.matches(record, context),
            FilterExpression::Not(inner) => !inner.matches(record, context),
            FilterExpression::All(group) => group.ordered().all(|part| part.matches(record, context)),
            FilterExpression::Any(group) => group.ordered().any(|part| part.matches(record, context)),
        }
    }

    /// Whether the payload of a call meets it. Conditions about anything else are not met.
    pub fn matches_payload(&self, payload: &Value) -> bool {
        match self {
            FilterExpression::Is(condition) => condition.payload().is_some_and(|condition| condition.matches_value(payload)),
            FilterExpression::Not(inner) => !inner.matches_payload(payload),
            FilterExpression::All(group) => group.ordered().all(|part| part.matches_payload(payload)),
            FilterExpression::Any(group) => group.ordered().any(|part| part.matches_payload(payload)),
        }
    }

    /// Adds the first names of the paths of its conditions, as they were written.
    pub fn add_field_names<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            FilterExpression::Is(condition) => names.extend(condition.payload().and_then(PayloadCondition::first_name)),
            FilterExpression::Not(inner) => inner.add_field_names(names),
            FilterExpression::All(group) | FilterExpression::Any(group) => {
                group.parts.iter().for_each(|part| part.add_field_names(names));
            }
        }
    }

    /// Whether a station meets it; `None` when that depends on records.
    pub fn matches_station(&self, row: &StationRow) -> Option<bool> {
        match self {
            FilterExpression::Is(condition) => condition.matches_station(row),
            FilterExpression::Not(inner) => inner.matches_station(row).map(|met| !met),
            FilterExpression::All(group) => decide(group, row, false),
            FilterExpression::Any(group) => decide(group, row, true),
        }
    }

    /// Whether a condition in it asks for the other half of an exchange.
    pub fn asks_for_partners(&self) -> bool {
        match self {
            FilterExpression::Is(condition) => condition.asks_for_partners(),
            FilterExpression::Not(inner) => inner.asks_for_partners(),
            FilterExpression::All(group) | FilterExpression::Any(group) => {
                group.parts.iter().any(FilterExpression::asks_for_partners)
            }
        }
    }

    pub fn is_about_stations(&self) -> bool {
        match self {
            FilterExpression::Is(condition) => condition.is_about_stations(),
            FilterExpression::Not(inner) => inner.is_about_stations(),
            FilterExpression::All(group) | FilterExpression::Any(group) => {
                group.parts.iter().all(FilterExpression::is_about_stations)
            }
        }
    }

    /// The highest cost of its conditions.
    fn cost(&self) -> u8 {
        match self {
            FilterExpression::Is(condition) => condition.cost(),
            FilterExpression::Not(inner) => inner.cost(),
            FilterExpression::All(group) | FilterExpression::Any(group) => {
                group.parts.iter().map(FilterExpression::cost).max().unwrap_or(0)
            }
        }
    }
}

/// One part with the value `decisive` settles the matter; without it, one open part leaves it open.
fn decide(group: &FilterGroup, row: &StationRow, decisive: bool) -> Option<bool> {
    let mut verdict = Some(!decisive);
    for part in group.ordered() {
        match part.matches_station(row) {
            Some(met) if met == decisive => return Some(decisive),
            Some(_) => {}
            None => verdict = None,
        }
    }
    verdict
}

impl fmt::Display for FilterExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, group: &FilterGroup, with: &str, bracket: fn(&FilterExpression) -> bool| {
            for (index, part) in group.parts.iter().enumerate() {
                if index > 0 {
                    f.write_str(with)?;
                }
                if bracket(part) { write!(f, "({part})")? } else { write!(f, "{part}")? }
            }
            Ok(())
        };
        match self {
            FilterExpression::Is(condition) => write!(f, "{condition}"),
            FilterExpression::Not(inner) => match **inner {
                FilterExpression::All(_) | FilterExpression::Any(_) => write!(f, "!({inner})"),
                _ => write!(f, "!{inner}"),
            },
            FilterExpression::All(group) => joined(f, group, " ", |part| matches!(part, FilterExpression::Any(_))),
            // And binds more tightly, so its parts need no parentheses here.
            FilterExpression::Any(group) => joined(f, group, " or ", |_| false),
        }
    }
}
