//! How a command file declares a command, and how common parts of a command are written.

use std::fmt;

use crate::console::syntax::arguments::CommandWords;
use crate::console::syntax::error::CommandError;
use crate::console::syntax::spec::{CommandSpec, id_flag};
use crate::console::syntax::target::Target;
use crate::console::syntax::token::quote;
use crate::ocpp::Role;

/// A command as its file exports it.
pub struct CommandEntry<C> {
    /// Name, arguments, options and texts.
    pub spec: CommandSpec,
    /// Makes the command of a line. An argument that is not optional is there when the words are sorted, so that it may be indexed.
    pub parse: fn(&CommandWords<'_>) -> Result<C, CommandError>,
}

/// The name of a command that each role has under another name.
pub const fn name_of(initiator: Role, charge_point: &'static str, central_system: &'static str) -> &'static str {
    match initiator {
        Role::ChargePoint => charge_point,
        Role::CentralSystem => central_system,
    }
}

/// Writes a target behind the option of the role.
pub fn write_target(f: &mut fmt::Formatter<'_>, our_role: Role, target: &Target) -> fmt::Result {
    match target {
        Target::TheOnly => Ok(()),
        Target::These(names) => write!(f, " {} {}", id_flag(our_role), quote(&names.join(","))),
        Target::All | Target::Marked | Target::Filtered => write!(f, " {} {target}", id_flag(our_role)),
    }
}
