//! `notify <filter>` calls the user when a matching record arrives, `notify` lists the filters, `notify off` ends it. The full screen rings;
//! line by line nothing does.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use super::hold::parse_filter;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::spec::CommandSpec;
use crate::sanitize::escape_control;
use crate::trace::filter::TraceFilter;

pub(super) const NOTIFY: CommandEntry<NotifyCommand> = CommandEntry {
    spec: CommandSpec::new("notify", "ring the bell and notify the desktop when an event passes a filter")
        .synopsis("<filter> | off")
        .example("notify kind:error"),
    // What follows on the line is a filter and not words of the command language.
    parse: |words| {
        let rest = words.rest();
        Ok(match rest.value.trim() {
            "" => NotifyCommand::List,
            "off" => NotifyCommand::Off,
            _ => NotifyCommand::On(parse_filter(&rest)?),
        })
    },
};

/// A command about notifications.
#[derive(Debug, Clone, PartialEq)]
pub enum NotifyCommand {
    /// Notify about the records that pass the filter, too.
    On(TraceFilter),
    /// Notify about nothing.
    Off,
    /// List the filters.
    List,
}

impl NotifyCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let alerts = context.hub.alerts();
        match self {
            NotifyCommand::On(filter) => {
                alerts.add(filter.clone());
                let filter = filter.to_string();
                Ok(CommandOutput::done(format!("An event that passes {} will ring.", escape_control(&filter))))
            }
            NotifyCommand::Off => Ok(CommandOutput::done(match alerts.clear() {
                0 => "Nothing rings; it was so before.",
                _ => "Nothing rings any more.",
            })),
            NotifyCommand::List => {
                let filters = alerts.all();
                if filters.is_empty() {
                    return Ok(CommandOutput::info("Nothing rings. notify <filter> lets events ring that pass the filter."));
                }
                let lines = filters.iter().map(|filter| escape_control(&filter.to_string()).into_owned());
                Ok(CommandOutput::text("Events that ring", lines))
            }
        }
    }
}

impl fmt::Display for NotifyCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotifyCommand::On(filter) => write!(f, "notify {filter}"),
            NotifyCommand::Off => f.write_str("notify off"),
            NotifyCommand::List => f.write_str("notify"),
        }
    }
}
