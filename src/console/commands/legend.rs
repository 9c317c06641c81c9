//! `legend`: what the letters and signs of the screen mean, and the filter language with examples. The texts are in `console::legend`.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::console::legend::{legend_of_filters, legend_of_signs};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::error::{UsageFault, short};
use crate::console::syntax::spec::{CommandSpec, CompletionKind, optional};

pub(super) const LEGEND: CommandEntry<LegendCommand> = CommandEntry {
    spec: CommandSpec::new("legend", "explain the letters and signs of the screen, and filters with examples")
        .arguments(const { &[optional("filter", CompletionKind::Word("filter"))] })
        .synopsis("[filter]")
        .example("legend filter"),
    parse: |words| {
        let arguments = words.sorted()?;
        match arguments.positionals.first() {
            None => Ok(LegendCommand { only_filters: false }),
            Some(word) if word.value == "filter" => Ok(LegendCommand { only_filters: true }),
            Some(word) => Err(arguments.usage(UsageFault::Unexpected(short(word.value)), word)),
        }
    },
};

/// Explains signs and filters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegendCommand {
    /// Whether only the filter language is explained.
    pub only_filters: bool,
}

impl LegendCommand {
    pub(super) async fn run(&self, _: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let signs = if self.only_filters { Vec::new() } else { legend_of_signs() };
        let mut lines = Vec::new();
        for part in signs.into_iter().chain(legend_of_filters()) {
            lines.push(part.title.to_owned());
            lines.extend(part.rows.into_iter().map(|(sign, meaning)| format!("  {sign:<22} {meaning}")));
        }
        Ok(CommandOutput::text("Legend", lines))
    }
}

impl fmt::Display for LegendCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.only_filters { "legend filter" } else { "legend" })
    }
}
