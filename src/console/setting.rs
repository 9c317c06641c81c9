//! The settings that `set` changes: one table for the parser, completion and help.

use super::command::SetCommand;
use super::duration;
use super::error::CommandError;
use super::token::{Spanned, unquote};
use crate::ocpp::suggest;

/// A setting as it is written.
#[derive(Debug)]
pub struct SettingSpec {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub value: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Reads a value.
    read: fn(&str) -> Option<SetCommand>,
}

/// All settings.
pub const SETTINGS: &[SettingSpec] = &[
    SettingSpec {
        name: "websocket_ping_interval",
        value: "number",
        help: "set the websocket ping interval (0 for disabling).",
        read: |text| text.parse().ok().map(SetCommand::WebSocketPingInterval),
    },
    SettingSpec {
        name: "print_xml",
        value: "boolean",
        help: "in SOAP mode, print the raw SOAP content.",
        read: |text| text.parse().ok().map(SetCommand::PrintXml),
    },
    SettingSpec {
        name: "timeout",
        value: "duration",
        help: "how long an answer is waited for: 30, 500ms, 1m.",
        read: |text| duration::parse(text).filter(|length| !length.is_zero()).map(SetCommand::Timeout),
    },
    SettingSpec {
        name: "calls_in_flight",
        value: "number",
        help: "how many calls may wait for their answers on one link (1 is what OCPP allows).",
        read: |text| text.parse().ok().filter(|calls| *calls > 0).map(SetCommand::CallsInFlight),
    },
];

/// Reads one `name=value` of `set`.
pub fn read(name: &Spanned<String>, value: &Spanned<String>) -> Result<SetCommand, CommandError> {
    let Some(spec) = SETTINGS.iter().find(|spec| spec.name == name.value) else {
        return Err(CommandError::UnknownSetting {
            name: name.value.clone(),
            nearest: suggest(&name.value, SETTINGS.iter().map(|spec| spec.name)),
            span: name.span.clone(),
        });
    };
    (spec.read)(&unquote(&value.value)).ok_or_else(|| CommandError::BadSetting {
        name: spec.name,
        wanted: spec.value,
        span: value.span.clone(),
    })
}

impl SetCommand {
    /// Its name and value, as they are typed.
    pub fn written(self) -> (&'static str, String) {
        match self {
            SetCommand::WebSocketPingInterval(seconds) => ("websocket_ping_interval", seconds.to_string()),
            SetCommand::PrintXml(on) => ("print_xml", on.to_string()),
            SetCommand::Timeout(length) => ("timeout", duration::print(length)),
            SetCommand::CallsInFlight(calls) => ("calls_in_flight", calls.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_they_are_written() {
        for (name, value) in
            [("websocket_ping_interval", "0"), ("print_xml", "true"), ("timeout", "500ms"), ("calls_in_flight", "3")]
        {
            let setting = read(&Spanned::new(name.to_owned(), 0..0), &Spanned::new(value.to_owned(), 0..0)).unwrap();
            assert_eq!(setting.written(), (name, value.to_owned()));
        }
    }

    #[test]
    fn every_setting_refuses_what_it_is_not() {
        for spec in SETTINGS {
            let error = read(&Spanned::new(spec.name.to_owned(), 0..0), &Spanned::new("x".to_owned(), 3..4)).unwrap_err();
            assert_eq!(error.to_string(), format!("Error: argument provided for {} is not a {}.", spec.name, spec.value));
        }
    }
}
