//! A role on the command line.

use ocpp_tui::ocpp::Role;

/// Reads a role: cp or cs.
pub fn role(text: &str) -> Result<Role, String> {
    Role::ALL.into_iter().find(|role| role.short() == text).ok_or_else(|| "it is cp or cs".to_owned())
}
