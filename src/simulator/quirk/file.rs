//! The file of a quirk: what it may contain, and the check of it. Every name of an action or a field is held against the definitions, so
//! that a slip of the pen is an error with its line and not a quirk without effect. What the rules do is in `rewrite` and `station`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use jiff::tz::Offset;
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::ocpp::{ActionDefinition, Catalog, Role, Version, suggest};

/// The longest delay in seconds.
const LONGEST: f64 = 3600.0;
/// The messages about transactions: the charge point waits for each before it sends the next, so none may be held back for another.
const IN_TURN: [&str; 3] = ["StartTransaction", "StopTransaction", "MeterValues"];

/// What a quirk does.
#[derive(Debug, Clone)]
pub(super) struct QuirkRules {
    /// One line about it.
    pub description: String,
    /// How times are written.
    pub times: Option<TimeForm>,
    /// The fields that are left out of calls.
    pub leave_out: Vec<(CallFilter, Vec<FieldPath>)>,
    /// The fields that are set in calls.
    pub set: Vec<QuirkChange>,
    /// The calls that are never sent.
    pub skip: Vec<CallFilter>,
    /// The calls that are sent later.
    pub delay: Vec<(CallFilter, Duration)>,
    /// The calls that leave behind the next call of an action at the same connector.
    pub late: Vec<(CallFilter, String)>,
}

/// Which calls a rule is about.
#[derive(Debug, Clone)]
pub(super) struct CallFilter {
    action: String,
    fields: BTreeMap<String, Value>,
}

impl CallFilter {
    /// Whether a rule is about this call.
    pub fn fits(&self, action: &str, payload: &Value) -> bool {
        self.action == action && self.fields.iter().all(|(name, value)| payload.get(name) == Some(value))
    }
}

/// The names on the way to a field; lists are passed through.
pub(super) type FieldPath = Vec<String>;

/// A field that gets a value.
#[derive(Debug, Clone)]
pub(super) struct QuirkChange {
    pub calls: CallFilter,
    pub path: FieldPath,
    pub value: Value,
    /// Only where the field is missing.
    pub missing: bool,
    /// The versions that have the field.
    pub versions: Vec<Version>,
}

/// How times are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeForm {
    /// The zone of the clock.
    pub offset: Offset,
    /// What stands behind the time.
    pub zone: ZoneForm,
    /// The digits of the fraction of a second.
    pub fraction: u8,
}

/// What stands behind a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(super) enum ZoneForm {
    /// The offset, or `Z` when it is zero.
    #[default]
    #[serde(rename = "offset")]
    Offset,
    /// `Z`, whatever the offset is.
    Z,
    /// Nothing.
    #[serde(rename = "none")]
    None,
}

/// A mistake in the file, with its line from 1.
#[derive(Debug)]
pub(super) struct FileMistake {
    pub line: usize,
    pub reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct QuirkFile {
    description: String,
    times: Option<TimesTable>,
    #[serde(default)]
    leave_out: Vec<LeaveOutTable>,
    #[serde(default)]
    set: Vec<SetTable>,
    #[serde(default)]
    skip: Vec<SkipTable>,
    #[serde(default)]
    delay: Vec<DelayTable>,
    #[serde(default)]
    late: Vec<LateTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimesTable {
    offset: Option<Spanned<String>>,
    #[serde(default)]
    zone: ZoneForm,
    fraction: Option<Spanned<u8>>,
}

type Conditions = BTreeMap<Spanned<String>, Value>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeaveOutTable {
    action: Spanned<String>,
    fields: Vec<Spanned<String>>,
    #[serde(default, rename = "where")]
    conditions: Conditions,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetTable {
    action: Spanned<String>,
    field: Spanned<String>,
    value: Value,
    #[serde(default)]
    missing: bool,
    #[serde(default, rename = "where")]
    conditions: Conditions,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SkipTable {
    action: Spanned<String>,
    #[serde(default, rename = "where")]
    conditions: Conditions,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DelayTable {
    action: Spanned<String>,
    seconds: Spanned<f64>,
    #[serde(default, rename = "where")]
    conditions: Conditions,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LateTable {
    action: Spanned<String>,
    behind: Spanned<String>,
    #[serde(default, rename = "where")]
    conditions: Conditions,
}

impl QuirkRules {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// With the first mistake in it.
    pub fn parse(text: &str) -> Result<QuirkRules, FileMistake> {
        let checked = toml::from_str(text)
            .map_err(|error| {
                let reason = error.message().lines().next().unwrap_or_default().replace('`', "\"");
                (error.span().unwrap_or_default(), reason)
            })
            .and_then(|file: QuirkFile| file.check(&Catalog::embedded()));
        checked.map_err(|(span, reason)| FileMistake { line: line_of(text, span.start), reason })
    }
}

type Mistake = (Range<usize>, String);

impl QuirkFile {
    fn check(self, catalog: &Catalog) -> Result<QuirkRules, Mistake> {
        let nothing = self.times.is_none()
            && self.leave_out.is_empty()
            && self.set.is_empty()
            && self.skip.is_empty()
            && self.delay.is_empty()
            && self.late.is_empty();
        if nothing {
            let tables = "[times], [[leave-out]], [[set]], [[skip]], [[delay]] or [[late]]";
            return Err((0..0, format!("the quirk does nothing; add a table {tables}")));
        }
        let names = DefinedNames { catalog };
        let mut rules = QuirkRules {
            description: self.description,
            times: self.times.map(TimesTable::check).transpose()?,
            leave_out: Vec::new(),
            set: Vec::new(),
            skip: Vec::new(),
            delay: Vec::new(),
            late: Vec::new(),
        };
        for LeaveOutTable { action, fields, conditions } in self.leave_out {
            let paths =
                fields.iter().map(|field| names.field(&action, field).map(|(path, _)| path)).collect::<Result<_, _>>()?;
            rules.leave_out.push((names.filter(&action, conditions)?, paths));
        }
        for SetTable { action, field, value, missing, conditions } in self.set {
            let calls = names.filter(&action, conditions)?;
            let (path, versions) = names.field(&action, &field)?;
            rules.set.push(QuirkChange { calls, path, value, missing, versions });
        }
        for SkipTable { action, conditions } in self.skip {
            let filter = names.filter(&action, conditions)?;
            if names.answer_is_needed(action.as_ref()) {
                let reason =
                    format!("{} cannot be skipped, because the station waits for what is in its answer", action.as_ref());
                return Err((action.span(), reason));
            }
            rules.skip.push(filter);
        }
        for DelayTable { action, seconds, conditions } in self.delay {
            let wanted = Some(*seconds.as_ref()).filter(|seconds| (0.0..=LONGEST).contains(seconds));
            let delay = wanted.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            let delay = delay.ok_or_else(|| (seconds.span(), "a delay is 0 to 3600 seconds".to_owned()))?;
            rules.delay.push((names.filter(&action, conditions)?, delay));
        }
        for LateTable { action, behind, conditions } in self.late {
            let filter = names.filter(&action, conditions)?;
            names.versions_of(&behind)?;
            if IN_TURN.contains(&action.as_ref().as_str()) || names.answer_is_needed(action.as_ref()) {
                let reason = format!("{} cannot be late, because the station waits for it before it goes on", action.as_ref());
                return Err((action.span(), reason));
            }
            rules.late.push((filter, behind.into_inner()));
        }
        Ok(rules)
    }
}

impl TimesTable {
    fn check(self) -> Result<TimeForm, Mistake> {
        let offset = match &self.offset {
            None => Offset::UTC,
            Some(text) => read_offset(text.as_ref())
                .ok_or_else(|| (text.span(), format!("\"{}\" is no offset; write it like \"+02:00\"", text.as_ref())))?,
        };
        let fraction = match &self.fraction {
            None => 3,
            Some(digits) if *digits.as_ref() <= 9 => *digits.as_ref(),
            Some(digits) => return Err((digits.span(), "a fraction has 0 to 9 digits".to_owned())),
        };
        Ok(TimeForm { offset, zone: self.zone, fraction })
    }
}

/// Reads `+02:00`.
fn read_offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':').filter(|(hours, minutes)| hours.len() == 2 && minutes.len() == 2)?;
    let (hours, minutes) = (hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok().filter(|minutes| *minutes < 60)?);
    Offset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok()
}

/// The names that the definitions know.
struct DefinedNames<'a> {
    catalog: &'a Catalog,
}

impl DefinedNames<'_> {
    /// The definitions of a call of the charge point, of all versions that have it.
    fn definitions(&self, action: &str) -> impl Iterator<Item = &ActionDefinition> {
        Version::ALL
            .into_iter()
            .filter_map(move |version| Some(&**self.catalog.action(version, Role::ChargePoint, action)?))
            .filter(move |definition| &*definition.name == action)
    }

    fn versions_of(&self, action: &Spanned<String>) -> Result<(), Mistake> {
        let name = action.as_ref().as_str();
        if self.definitions(name).next().is_some() {
            return Ok(());
        }
        let known = Version::ALL.into_iter().flat_map(|version| self.catalog.names(version));
        let known = known.filter(|(_, initiator)| *initiator == Role::ChargePoint);
        let near = suggest(name, known.map(|(name, _)| &**name)).map(|near| format!("; did you mean \"{near}\"?"));
        Err((action.span(), format!("a charge point has no call \"{name}\"{}", near.unwrap_or_default())))
    }

    fn filter(&self, action: &Spanned<String>, conditions: Conditions) -> Result<CallFilter, Mistake> {
        self.versions_of(action)?;
        for name in conditions.keys() {
            self.field(action, name)?;
        }
        let fields = conditions.into_iter().map(|(name, value)| (name.into_inner(), value)).collect();
        Ok(CallFilter { action: action.as_ref().clone(), fields })
    }

    /// The path of a field, and the versions that have it.
    fn field(&self, action: &Spanned<String>, field: &Spanned<String>) -> Result<(FieldPath, Vec<Version>), Mistake> {
        self.versions_of(action)?;
        let path: Vec<&str> = field.as_ref().split('.').collect();
        let name = action.as_ref().as_str();
        let having = self.definitions(name).filter(|definition| definition.request.field_at(&path).is_some());
        let versions: Vec<Version> = having.map(|definition| definition.version).collect();
        if versions.is_empty() {
            let fields = self.definitions(name).flat_map(|definition| &definition.request.fields);
            let near = suggest(path[0], fields.map(|field| field.name.as_str())).filter(|near| *near != path[0]);
            let hint = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
            return Err((field.span(), format!("{name} has no field \"{}\"{hint}", field.as_ref())));
        }
        Ok((path.into_iter().map(str::to_owned).collect(), versions))
    }

    /// Whether the answer to a call has a field that the charge point waits for.
    fn answer_is_needed(&self, action: &str) -> bool {
        self.definitions(action).any(|definition| definition.response.fields.iter().any(|field| field.required))
    }
}

/// The line of a place in a text, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
