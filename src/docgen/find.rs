//! Finds the action that the user names on the shell: in any case, or by the command that sends it.

use crate::ocpp::{ActionDefinition, Catalog, Role, Version, suggest};

/// The name, version and role of the user's query.
#[derive(Debug, Clone, Copy)]
pub struct MessageQuery<'a> {
    /// The name: `BootNotification`, `bootnotification`, `remote_reset`.
    pub name: &'a str,
    /// The version.
    pub version: Version,
    /// Who sends it; `None` when the name alone must do.
    pub initiator: Option<Role>,
}

/// Why an action was not found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// No version has it.
    #[error("{name:?} is no action of OCPP{}", nearest.as_ref().map_or("; ocpp-tui help lists the actions as commands".into(), |name| format!("; did you mean {name}?")))]
    Unknown {
        /// The name.
        name: String,
        /// The closest one that exists.
        nearest: Option<String>,
    },
    /// Other versions or the other role have it.
    #[error("OCPP {version} has no action {name}{}; add {remedy}", initiator.map(|role| format!(" of the {}", version.role_name(role))).unwrap_or_default())]
    Elsewhere {
        /// Its name.
        name: String,
        /// The version of the query.
        version: Version,
        /// The role of the query.
        initiator: Option<Role>,
        /// Options with which it is found.
        remedy: String,
    },
    /// The version has no definitions.
    #[error("there are no definitions of OCPP {version}; mend the folder that --wsdl-dir or --schema-dir names")]
    NoDefinitions {
        /// The version.
        version: Version,
    },
}

/// Finds an action. When both roles have one of this name, that of the charge point is returned: the messages are the same.
///
/// # Errors
/// When there is none; the error names the closest one.
pub fn find<'catalog>(catalog: &'catalog Catalog, wanted: MessageQuery<'_>) -> Result<&'catalog ActionDefinition, FindError> {
    let (name, initiator) = match wanted.name.strip_prefix("remote_") {
        Some(name) => (name, Some(Role::CentralSystem)),
        None => (wanted.name, wanted.initiator),
    };
    // `remote_starttransaction` is short for `remote_remotestarttransaction`, as in ocppjs.
    let long = format!("remote{name}");
    let spellings = if initiator == Some(Role::CentralSystem) { vec![name, &long] } else { vec![name] };
    let candidates = |versions: &[Version]| -> Vec<&'catalog ActionDefinition> {
        let actions = versions.iter().flat_map(|version| catalog.actions(*version)).map(|action| &**action);
        actions.filter(|action| spellings.iter().any(|name| action.name.eq_ignore_ascii_case(name))).collect()
    };
    let fits = |action: &&ActionDefinition| initiator.is_none_or(|role| role == action.initiator);
    if let Some(found) = candidates(&[wanted.version]).into_iter().find(fits) {
        return Ok(found);
    }
    if catalog.actions(wanted.version).is_empty() {
        return Err(FindError::NoDefinitions { version: wanted.version });
    }
    let all = candidates(&Version::WITHOUT_LINK);
    // The closest one: the role of the query, then its version, then the first version.
    let closest = all.iter().find(|action| fits(action));
    match closest.or(all.iter().find(|action| action.version == wanted.version)).or(all.first()) {
        Some(action) => {
            let mut remedy = Vec::new();
            if action.version != wanted.version {
                remedy.push(format!("--protocol {}", action.version.subprotocol()));
            }
            if initiator.is_some_and(|role| role != action.initiator) {
                remedy.push(format!("--from {}", action.initiator.short()));
            }
            let name = action.name.to_string();
            Err(FindError::Elsewhere { name, version: wanted.version, initiator, remedy: remedy.join(" ") })
        }
        None => {
            let names = Version::ALL.into_iter().flat_map(|version| catalog.names(version)).map(|(name, _)| &**name);
            Err(FindError::Unknown { name: wanted.name.to_owned(), nearest: suggest(name, names).map(str::to_owned) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, version: Version, initiator: Option<Role>) -> Result<(Role, String), String> {
        let catalog = Catalog::embedded();
        let action = find(&catalog, MessageQuery { name, version, initiator }).map_err(|error| error.to_string())?;
        Ok((action.initiator, action.name.to_string()))
    }

    #[test]
    fn actions_are_found_by_name_and_by_command() {
        let reset = Ok((Role::CentralSystem, "Reset".to_owned()));
        for name in ["Reset", "reset", "remote_reset"] {
            assert_eq!(found(name, Version::V1_6, None), reset);
        }
        assert_eq!(found("remote_starttransaction", Version::V1_5, None).unwrap().1, "RemoteStartTransaction");
        assert_eq!(found("DataTransfer", Version::V1_6, None).unwrap().0, Role::ChargePoint);
        assert_eq!(found("remote_datatransfer", Version::V1_6, None).unwrap().0, Role::CentralSystem);
        assert_eq!(found("DataTransfer", Version::V1_6, Some(Role::CentralSystem)).unwrap().0, Role::CentralSystem);
    }

    #[test]
    fn what_is_not_found_has_a_remedy() {
        let error = |name, version, role| found(name, version, role).unwrap_err();
        assert_eq!(
            error("BootNotificaton", Version::V1_6, None),
            "\"BootNotificaton\" is no action of OCPP; did you mean BootNotification?"
        );
        assert_eq!(
            error("xyz\u{1b}", Version::V1_6, None),
            "\"xyz\\u{1b}\" is no action of OCPP; ocpp-tui help lists the actions as commands"
        );
        assert_eq!(error("reservenow", Version::V1_2, None), "OCPP 1.2 has no action ReserveNow; add --protocol ocpp1.6");
        assert_eq!(
            error("reset", Version::V1_6, Some(Role::ChargePoint)),
            "OCPP 1.6 has no action Reset of the charge point; add --from cs"
        );
        assert_eq!(
            error("reset", Version::V2_1, Some(Role::ChargePoint)),
            "OCPP 2.1 has no action Reset of the charging station; add --from cs"
        );
        let empty = Catalog::default();
        let none = find(&empty, MessageQuery { name: "Reset", version: Version::V1_6, initiator: None }).unwrap_err();
        assert_eq!(none, FindError::NoDefinitions { version: Version::V1_6 });
    }
}
