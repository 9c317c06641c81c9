//! The default form of messages: the source of the examples, and the mapping of meter values. The examples of the
//! definitions are in `ocpp`, those of ocppjs in `ocppjs`.

use serde_json::Value;

use super::v1::ocppjs;
use crate::clock::Moment;
use crate::ocpp::{ActionDefinition, MeterMapping, SampleContext, Version};

/// The source of examples and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Samples {
    /// Plausible, current and valid in every version; answers come from the simulators.
    #[default]
    Sensible,
    /// The fixed payloads and answers of ocppjs, in the versions that it supports.
    Ocppjs,
}

impl Samples {
    /// The fixed result of a call; `None` when there is none. As in ocppjs, such an answer has no effect.
    pub(super) fn result(self, version: Version, action: &str, now: Moment) -> Option<Value> {
        match self {
            Samples::Sensible => None,
            Samples::Ocppjs => ocppjs::result(version, action, now),
        }
    }
}

/// Settings of a session for all messages that the user did not write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Profile {
    /// The source of examples and answers.
    pub samples: Samples,
    /// How the meter values of OCPP 1.5 are written.
    pub meter_mapping: MeterMapping,
}

impl Profile {
    /// The default payload of a call. Where ocppjs has none, the example of the definition is the fallback.
    pub fn request(&self, definition: &ActionDefinition, context: &SampleContext) -> Value {
        let fixed = match self.samples {
            Samples::Ocppjs => ocppjs::request(definition.version, self.meter_mapping, &definition.name),
            Samples::Sensible => None,
        };
        fixed.unwrap_or_else(|| definition.request.sample(context))
    }

    /// A payload with its meter values in the mapping of the session.
    pub fn write(&self, payload: Value, definition: &ActionDefinition) -> Value {
        self.meter_mapping.write(payload, &definition.request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::{Catalog, Role, Version};

    #[test]
    fn every_action_has_an_example_in_every_profile() {
        let catalog = Catalog::embedded();
        let context = SampleContext::at("2030-01-31T12:00:00Z".parse().unwrap());
        for samples in [Samples::Sensible, Samples::Ocppjs] {
            for meter_mapping in [MeterMapping::Flattened, MeterMapping::AttributesBeside] {
                let profile = Profile { samples, meter_mapping };
                for definition in Version::ALL.iter().flat_map(|version| catalog.actions(*version)) {
                    let payload = profile.write(profile.request(definition, &context), definition);
                    let findings = definition.request.check(&payload, definition.version);
                    assert!(crate::ocpp::decisive(&findings).is_none(), "{profile:?} {} {findings:?}", definition.name);
                }
            }
        }
    }

    #[test]
    fn ocppjs_has_nothing_for_1_6() {
        let catalog = Catalog::embedded();
        let context = SampleContext::at("2030-01-31T12:00:00Z".parse().unwrap());
        let definition = catalog.action(Version::V1_6, Role::ChargePoint, "MeterValues").unwrap();
        let profile = Profile { samples: Samples::Ocppjs, ..Profile::default() };
        assert_eq!(profile.request(definition, &context), definition.request.sample(&context));
    }
}
