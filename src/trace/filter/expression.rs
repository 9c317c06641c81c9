//! Conditions joined with and, or and not: the tree of a filter, its evaluation and its printed form. The tree keeps the order in which
//! it was written; the order of evaluation, cheap conditions first, is worked out once beside it.

use std::fmt;

use super::FilterContext;
use super::condition::Condition;
use crate::trace::{Record, StationRow};

/// A filter without its name.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// All parts hold; without parts, everything matches.
    All(FilterGroup),
    /// At least one part holds; there are always two or more.
    Any(FilterGroup),
    Not(Box<Expression>),
    Is(Box<Condition>),
}

/// The parts of a conjunction or a disjunction.
#[derive(Debug, Clone)]
pub(super) struct FilterGroup {
    parts: Vec<Expression>,
    /// Indexes of the parts, the cheap ones first.
    order: Box<[usize]>,
}

impl PartialEq for FilterGroup {
    fn eq(&self, other: &FilterGroup) -> bool {
        self.parts == other.parts
    }
}

impl FilterGroup {
    fn new(parts: Vec<Expression>) -> FilterGroup {
        let mut order: Box<[usize]> = (0..parts.len()).collect();
        order.sort_by_key(|index| parts[*index].cost());
        FilterGroup { parts, order }
    }

    fn ordered(&self) -> impl Iterator<Item = &Expression> {
        self.order.iter().map(|index| &self.parts[*index])
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl Expression {
    /// The conjunction of parts; one part stands for itself, and conjunctions among the parts are opened.
    pub fn all(parts: Vec<Expression>) -> Expression {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Expression::All(group) => flat.extend(group.parts),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 { flat.swap_remove(0) } else { Expression::All(FilterGroup::new(flat)) }
    }

    /// The disjunction of one or more parts, simplified alike.
    pub fn any(parts: Vec<Expression>) -> Expression {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Expression::Any(group) => flat.extend(group.parts),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 { flat.swap_remove(0) } else { Expression::Any(FilterGroup::new(flat)) }
    }

    pub fn matches(&self, record: &Record<'_>, context: &FilterContext<'_>) -> bool {
        match self {
            Expression::Is(condition) => condition.matches(record, context),
            Expression::Not(inner) => !inner.matches(record, context),
            Expression::All(group) => group.ordered().all(|part| part.matches(record, context)),
            Expression::Any(group) => group.ordered().any(|part| part.matches(record, context)),
        }
    }

    /// Whether a station meets it; `None` when that depends on records.
    pub fn matches_station(&self, row: &StationRow) -> Option<bool> {
        match self {
            Expression::Is(condition) => condition.matches_station(row),
            Expression::Not(inner) => inner.matches_station(row).map(|met| !met),
            Expression::All(group) => decide(group, row, false),
            Expression::Any(group) => decide(group, row, true),
        }
    }

    pub fn is_about_stations(&self) -> bool {
        match self {
            Expression::Is(condition) => condition.is_about_stations(),
            Expression::Not(inner) => inner.is_about_stations(),
            Expression::All(group) | Expression::Any(group) => group.parts.iter().all(Expression::is_about_stations),
        }
    }

    /// The dearest of its conditions.
    fn cost(&self) -> u8 {
        match self {
            Expression::Is(condition) => condition.cost(),
            Expression::Not(inner) => inner.cost(),
            Expression::All(group) | Expression::Any(group) => group.parts.iter().map(Expression::cost).max().unwrap_or(0),
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

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, group: &FilterGroup, with: &str, bracket: fn(&Expression) -> bool| {
            for (index, part) in group.parts.iter().enumerate() {
                if index > 0 {
                    f.write_str(with)?;
                }
                if bracket(part) { write!(f, "({part})")? } else { write!(f, "{part}")? }
            }
            Ok(())
        };
        match self {
            Expression::Is(condition) => write!(f, "{condition}"),
            Expression::Not(inner) => match **inner {
                Expression::All(_) | Expression::Any(_) => write!(f, "!({inner})"),
                _ => write!(f, "!{inner}"),
            },
            Expression::All(group) => joined(f, group, " ", |part| matches!(part, Expression::Any(_))),
            // And binds more tightly, so its parts need no parentheses here.
            Expression::Any(group) => joined(f, group, " or ", |_| false),
        }
    }
}
