//! What can be wrong with a line, and with a command that cannot run. Where ocppjs has a text for it, it is that text, so
//! that scripts which look for it find it; what helps beyond it is in the hint.

use std::ops::Range;

use thiserror::Error;

use super::target::TargetError;
use crate::link::UrlError;
use crate::ocpp::{Role, Version, counterpart};
use crate::sanitize::escape_control;

/// Why a line is no command.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommandError {
    /// No command has this name.
    #[error("Error: `{name}' unknown command. Type help for more informations.")]
    UnknownCommand {
        /// The first word of the line.
        name: String,
        /// The command that was probably meant.
        nearest: Option<String>,
        /// The place of the name.
        span: Range<usize>,
    },
    /// Both roles may send this action, and the line does not name one.
    #[error("Error: `{name}' may be sent by both roles.")]
    AmbiguousAction {
        /// The name, as typed.
        name: String,
        /// The two commands that are not ambiguous.
        commands: [String; 2],
        /// The place of the name.
        span: Range<usize>,
    },
    /// No version knows this action.
    #[error("Error: `{name}' unknown action.")]
    UnknownAction {
        /// The name, as typed.
        name: String,
        /// The action that was probably meant.
        nearest: Option<String>,
        /// The place of the name.
        span: Range<usize>,
    },
    /// The words do not fit the command.
    #[error("Error in command \"{command}\", syntax: {usage}")]
    Usage {
        /// The command.
        command: String,
        /// Its usage, several lines.
        usage: String,
        /// What does not fit.
        fault: UsageFault,
        /// The place of what does not fit; the end of the line when something is missing.
        span: Range<usize>,
    },
    /// One of the send commands lacks what it sends. All of them call themselves `send` here, as in ocppjs.
    #[error("Error for command \"send\": syntax: {usage}")]
    SendUsage {
        /// The usage line.
        usage: String,
    },
    /// `set` without anything to set.
    #[error("Error for command \"set\": syntax: {usage}")]
    SetUsage {
        /// The usage, several lines.
        usage: String,
    },
    /// No setting has this name.
    #[error("Error: unknown setting `{name}'.")]
    UnknownSetting {
        /// The name, as typed.
        name: String,
        /// The setting that was probably meant.
        nearest: Option<&'static str>,
        /// The place of the name.
        span: Range<usize>,
    },
    /// The value does not fit the setting.
    #[error("Error: argument provided for {name} is not a {wanted}.")]
    BadSetting {
        /// The setting.
        name: &'static str,
        /// What its value is.
        wanted: &'static str,
        /// The place of the value.
        span: Range<usize>,
    },
    /// The value does not fit the argument or option.
    #[error("Error: argument provided for {name} is not {wanted}.")]
    BadArgument {
        /// The argument or option.
        name: &'static str,
        /// What its value is, with its article.
        wanted: String,
        /// The place of the value.
        span: Range<usize>,
    },
    /// The text is no URL that can be used.
    #[error("Error: {error}.")]
    BadUrl {
        /// Why.
        error: UrlError,
        /// The place.
        span: Range<usize>,
    },
    /// Two ways to answer that exclude each other.
    #[error("Error: an answer is either a result, an error, none or default.")]
    ConflictingAnswer {
        /// The place of the second one.
        span: Range<usize>,
    },
    /// The filter does not read as one.
    #[error("Error: {message}")]
    BadFilter {
        /// What is wrong with it.
        message: String,
        /// The place.
        span: Range<usize>,
    },
    /// A quote that is never closed.
    #[error("Error: the quote in column {column} is never closed.")]
    UnterminatedQuote {
        /// Its column, counted in characters from 1.
        column: usize,
        /// The place of the quote.
        span: Range<usize>,
    },
}

/// What does not fit the usage of a command.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UsageFault {
    /// An argument that must be there is missing.
    #[error("{0} is missing.")]
    Missing(&'static str),
    /// A word that has no place in the command.
    #[error("`{0}' is not expected here.")]
    Unexpected(String),
    /// It names no version with a transport.
    #[error("`{0}' is no form of a message; there are 1.2J, 1.2S, 1.5J, 1.5S, 1.6J, 1.6S, 2.0.1 and 2.1.")]
    NoLensForm(String),
    /// The command has no such option.
    #[error("There is no option {0} here.")]
    UnknownOption(String),
    /// The option stands there without its value.
    #[error("The option {0} wants a value; a value that begins with - is written in quotes.")]
    MissingValue(&'static str),
    /// Options that go together do not stand there equally often.
    #[error("Each {0} wants its {1}, in the same order.")]
    Unpaired(&'static str, &'static str),
}

impl CommandError {
    /// The place in the line, in bytes, for a mark below it.
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            CommandError::UnknownCommand { span, .. }
            | CommandError::AmbiguousAction { span, .. }
            | CommandError::UnknownAction { span, .. }
            | CommandError::Usage { span, .. }
            | CommandError::UnknownSetting { span, .. }
            | CommandError::BadSetting { span, .. }
            | CommandError::BadArgument { span, .. }
            | CommandError::BadUrl { span, .. }
            | CommandError::ConflictingAnswer { span }
            | CommandError::BadFilter { span, .. }
            | CommandError::UnterminatedQuote { span, .. } => Some(span.clone()),
            CommandError::SendUsage { .. } | CommandError::SetUsage { .. } => None,
        }
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        let did_you_mean = |name: &str| format!("Did you mean {name}?");
        match self {
            CommandError::UnknownCommand { nearest, .. } | CommandError::UnknownAction { nearest, .. } => {
                nearest.as_deref().map(did_you_mean)
            }
            CommandError::UnknownSetting { nearest, .. } => nearest.map(did_you_mean),
            CommandError::AmbiguousAction { commands: [charge_point, central_system], .. } => {
                Some(format!("Write {charge_point} for the charge point, {central_system} for the central system."))
            }
            CommandError::Usage { fault, .. } => Some(fault.to_string()),
            _ => None,
        }
    }

    /// Error and hint in one sentence that begins with the remedy, where the words of ocppjs are long or odd.
    pub fn brief(&self) -> Option<String> {
        match self {
            CommandError::UnknownCommand { name, nearest: Some(nearest), .. } => {
                Some(format!("Did you mean {nearest}? There is no command {}.", escape_control(name)))
            }
            CommandError::UnknownCommand { name, nearest: None, .. } => {
                Some(format!("There is no command {}; help lists all.", escape_control(name)))
            }
            CommandError::UnknownAction { name, nearest: Some(nearest), .. } => {
                Some(format!("Did you mean {nearest}? There is no action {}.", escape_control(name)))
            }
            CommandError::Usage { command, usage, fault, .. } => {
                let syntax = usage.lines().next().unwrap_or(command);
                Some(format!("{fault} Write {syntax}; help {command} shows more."))
            }
            CommandError::SendUsage { usage } => Some(format!("Something is missing. Write {usage}.")),
            CommandError::SetUsage { .. } => {
                Some("Nothing is set. Write set cs name=value; help set lists the names.".to_owned())
            }
            _ => None,
        }
    }

    /// Whether the line begins with the time, as in ocppjs.
    pub const fn is_stamped(&self) -> bool {
        matches!(self, CommandError::Usage { .. } | CommandError::SendUsage { .. })
    }
}

/// Why a command cannot run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExecutionError {
    /// Its target leads to no station.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// There is a central system already.
    #[error("Central System already started.")]
    AlreadyStarted,
    /// A setting of central systems, but there is none.
    #[error("Error, no central system detected in this simulator.")]
    NoCentralSystem,
    /// A setting of charge points, but there is none.
    #[error("Error, no charge points detected in this simulator.")]
    NoChargePoints,
    /// The station has no link.
    #[error("Error: not connected to any {}.", match our_role { Role::ChargePoint => "central system", Role::CentralSystem => "charge point" })]
    NotConnected {
        /// Our role.
        our_role: Role,
    },
    /// The version of the link does not know the action.
    #[error("Error: procedure `{action}' is not available for a OCPP {version} Charge Point Simulator{}", other_name(action, *version))]
    NotInVersion {
        /// The action.
        action: String,
        /// The version of the link.
        version: Version,
    },
    /// A condition about a field that the message does not have.
    #[error("Error: {action} has no field {field}{}", nearest.as_ref().map_or(String::from("."), |name| format!("; did you mean {name}?")))]
    NoSuchField {
        /// The action.
        action: String,
        /// The field, as typed.
        field: String,
        /// The field that was probably meant.
        nearest: Option<String>,
    },
    /// Something that only a WebSocket can do.
    #[error("Cannot use send command in SOAP mode.")]
    NotOverSoap,
}

/// What an action is called in the generation of a version, as the end of a sentence.
fn other_name(action: &str, version: Version) -> String {
    let other = counterpart(action, version.dialect().generation);
    other.map_or_else(String::new, |other| format!("; in OCPP {version} {other} does this"))
}

/// A word as it is repeated in a message, which a line of 10 MB must not make as long.
pub fn short(word: &str) -> String {
    const MOST: usize = 80;
    match word.char_indices().nth(MOST) {
        Some((cut, _)) => format!("{}…", &word[..cut]),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_commands_are_reported_as_in_ocppjs() {
        for (error, text) in [
            (ExecutionError::AlreadyStarted, "Central System already started."),
            (ExecutionError::NoCentralSystem, "Error, no central system detected in this simulator."),
            (ExecutionError::NoChargePoints, "Error, no charge points detected in this simulator."),
            (ExecutionError::NotConnected { our_role: Role::ChargePoint }, "Error: not connected to any central system."),
            (ExecutionError::NotConnected { our_role: Role::CentralSystem }, "Error: not connected to any charge point."),
            (
                ExecutionError::NotInVersion { action: "DataTransfer".to_owned(), version: Version::V1_2 },
                "Error: procedure `DataTransfer' is not available for a OCPP 1.2 Charge Point Simulator",
            ),
            (
                ExecutionError::NotInVersion { action: "RemoteStopTransaction".to_owned(), version: Version::V2_1 },
                "Error: procedure `RemoteStopTransaction' is not available for a OCPP 2.1 Charge Point Simulator; in OCPP 2.1 \
                 RequestStopTransaction does this",
            ),
            (ExecutionError::NotOverSoap, "Cannot use send command in SOAP mode."),
            (
                TargetError::Unknown { role: None, identity: "X".to_owned(), nearest: None }.into(),
                "Error: station #X does not exist.",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
