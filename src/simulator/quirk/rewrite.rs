//! The payload of a message as a charge point with a quirk writes it. Which messages leave at all, and when, is in `station`.

use std::fmt::Write;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::StationQuirk;
use super::file::{TimeForm, ZoneForm};
use crate::ocpp::Version;
use crate::simulator::payload::read_time;

/// The fields in which a charge point writes the time of its own clock.
const TIMES: [&str; 3] = ["timestamp", "scheduleStart", "startSchedule"];

/// Changes a call.
pub(super) fn rewrite_call(quirks: &[StationQuirk], version: Version, action: &str, payload: &mut Value) {
    let original = payload.clone();
    for rules in quirks.iter().map(|quirk| &quirk.rules) {
        for change in rules.set.iter().filter(|it| it.versions.contains(&version) && it.calls.fits(action, &original)) {
            at_each(payload, &change.path, &mut |object, name| {
                if !(change.missing && object.contains_key(name)) {
                    object.insert(name.to_owned(), change.value.clone());
                }
            });
        }
        for (_, paths) in rules.leave_out.iter().filter(|(calls, _)| calls.fits(action, &original)) {
            for path in paths {
                at_each(payload, path, &mut |object, name| drop(object.remove(name)));
            }
        }
    }
    rewrite_times(quirks, payload);
}

/// Changes the times in a payload of any message: a charge point has one clock.
pub(super) fn rewrite_times(quirks: &[StationQuirk], payload: &mut Value) {
    // The last quirk about times decides.
    if let Some(form) = quirks.iter().rev().find_map(|quirk| quirk.rules.times) {
        rewrite_times_as(form, payload);
    }
}

fn rewrite_times_as(form: TimeForm, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if TIMES.contains(&name.as_str()) => {
                        if let Some(time) = read_time(text) {
                            *text = written_as(form, time);
                        }
                    }
                    other => rewrite_times_as(form, other),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| rewrite_times_as(form, element)),
        _ => {}
    }
}

fn written_as(form: TimeForm, time: Timestamp) -> String {
    let local = form.offset.to_datetime(time);
    let mut text = format!("{local:.*}", usize::from(form.fraction));
    let seconds = form.offset.seconds();
    match form.zone {
        ZoneForm::None => {}
        ZoneForm::Offset if seconds != 0 => {
            let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
            // Writing to a string cannot fail.
            let _ = write!(text, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        }
        ZoneForm::Z | ZoneForm::Offset => text.push('Z'),
    }
    text
}

/// Does something with the last name of a path, in every object in which the path ends. Lists are passed through.
fn at_each(value: &mut Value, path: &[String], act: &mut impl FnMut(&mut Map<String, Value>, &str)) {
    match (value, path) {
        (Value::Array(elements), _) => elements.iter_mut().for_each(|element| at_each(element, path, act)),
        (Value::Object(object), [name]) => act(object, name),
        (Value::Object(object), [name, rest @ ..]) => {
            if let Some(inner) = object.get_mut(name) {
                at_each(inner, rest, act);
            }
        }
        _ => {}
    }
}
