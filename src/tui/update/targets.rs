//! Where a call goes: the stations, the role and version of their links, and the edit target that follows from them.

use std::sync::Arc;

use crate::ocpp::{ActionDefinition, Role, Version};
use crate::trace::StationKey;
use crate::tui::app::App;
use crate::tui::assist;
use crate::tui::context::ReadContext;
use crate::tui::state::EditTarget;

/// Our role towards the first station, its version, and those of the stations towards which we have the same role.
pub fn common(targets: &[StationKey], outside: &ReadContext<'_>) -> Option<(Role, Version, Vec<StationKey>)> {
    let stations = outside.contents.stations();
    let first = stations.get(*targets.first()?)?;
    let same = targets.iter().copied().filter(|key| stations.get(*key).is_some_and(|row| row.our_role == first.our_role));
    Some((first.our_role, first.version.unwrap_or(Version::V1_6), same.collect()))
}

/// The calls that can be sent to or from the selected station.
pub fn offered(app: &App, outside: &ReadContext<'_>) -> Vec<Arc<ActionDefinition>> {
    let Some((role, version, _)) = common(&app.targets(app.run_context(outside.contents).selected), outside) else {
        return Vec::new();
    };
    outside.catalog.actions_of(version, role).cloned().collect()
}

/// The edit target of a call that we send, with the definition of its action. An empty action stands for a whole frame.
pub fn subject(targets: &[StationKey], action: &str, outside: &ReadContext<'_>) -> Option<EditTarget> {
    let (role, version, targets) = common(targets, outside)?;
    Some(EditTarget {
        names: assist::names(&targets, outside.contents),
        version,
        action: action.to_owned(),
        definition: outside.catalog.action(version, role, action).cloned(),
        held: None,
        warning: None,
        targets,
    })
}
