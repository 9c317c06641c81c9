//! The responder of every link of the session: the simulator, and before it the answer rules and the plugins.

use std::sync::Arc;

use super::answer_rules::{AnswerRules, RuleFilter};
use crate::behaviour::{Behaviour, Responder};
use crate::plugin::{PluginChannel, PluginFilter};
use crate::trace::StationKey;

/// A behaviour with the filters of the session. A rule of the user, or a scenario, decides before a plugin does.
pub(super) fn responder(
    behaviour: Box<dyn Behaviour>,
    station: StationKey,
    rules: Arc<AnswerRules>,
    plugins: Arc<PluginChannel>,
) -> Responder {
    let our_role = behaviour.role();
    let plugins = PluginFilter::new(station, our_role, plugins);
    let rules = RuleFilter::new(station, our_role, rules);
    let observer = Some(Box::new(plugins.clone()) as _);
    Responder { behaviour, filters: vec![Box::new(rules), Box::new(plugins)], observer }
}
