//! The two forms of charging profiles and of the calls about them: that of OCPP 1.x, which the arithmetic reads, and that of OCPP 2.x, with
//! other names of members, several schedules in a profile, and EVSEs. Both are distinguished by their members, because the page shows what was
//! seen.

use serde_json::{Value, json};

use crate::ocpp::OcppGeneration;
use crate::simulator::charging::{ProfileCriteria, ProfilePurpose};

/// The first of some members that an object has.
fn first_of<'a>(object: &'a Value, names: &[&str]) -> &'a Value {
    names.iter().map(|name| &object[*name]).find(|value| !value.is_null()).unwrap_or(&Value::Null)
}

/// The number of a profile.
pub(super) fn profile_id(profile: &Value) -> Option<i64> {
    first_of(profile, &["chargingProfileId", "id"]).as_i64()
}

/// A profile with the members of OCPP 1.6. Of several schedules, among which the car may choose, it is the first.
pub(super) fn first_form(profile: &Value) -> Value {
    let mut plain = profile.clone();
    let Some(members) = plain.as_object_mut().filter(|members| !members.contains_key("chargingProfileId")) else {
        return plain;
    };
    if let Some(id) = members.remove("id") {
        members.insert("chargingProfileId".to_owned(), id);
    }
    if members.get("chargingProfilePurpose").is_some_and(|purpose| purpose == "ChargingStationMaxProfile") {
        members.insert("chargingProfilePurpose".to_owned(), ProfilePurpose::ChargePointMax.name().into());
    }
    if let Some(Value::Array(schedules)) = members.get_mut("chargingSchedule") {
        let first = schedules.drain(..).next().unwrap_or_default();
        members.insert("chargingSchedule".to_owned(), first);
    }
    plain
}

/// The connector or EVSE and the profile of a SetChargingProfile.
pub(super) fn set_profile(payload: &Value) -> Option<(i64, Value)> {
    let place = first_of(payload, &["connectorId", "evseId"]).as_i64()?;
    let profile = first_of(payload, &["csChargingProfiles", "chargingProfile"]);
    profile.is_object().then(|| (place, first_form(profile)))
}

/// What a ClearChargingProfile names.
pub(super) fn criteria_of(request: &Value) -> ProfileCriteria {
    let nested = &request["chargingProfileCriteria"];
    let integer = |value: &Value| value.as_i64().and_then(|number| i32::try_from(number).ok());
    let member = |names: &[&str]| if nested.is_object() { first_of(nested, names) } else { first_of(request, names) };
    ProfileCriteria {
        id: integer(first_of(request, &["id", "chargingProfileId"])),
        connector: integer(member(&["connectorId", "evseId"])),
        purpose: member(&["chargingProfilePurpose"]).as_str().and_then(|name| match name {
            "ChargingStationMaxProfile" => Some(ProfilePurpose::ChargePointMax),
            name => ProfilePurpose::named(name),
        }),
        stack_level: integer(member(&["stackLevel"])),
    }
}

/// The schedule in an answer to GetCompositeSchedule.
pub(super) fn schedule_of(answer: &Value) -> &Value {
    first_of(answer, &["chargingSchedule", "schedule"])
}

/// A SetChargingProfile.
pub fn set_call(generation: OcppGeneration, place: i32, profile: &Value) -> Value {
    match generation {
        OcppGeneration::First => json!({ "connectorId": place, "csChargingProfiles": profile }),
        OcppGeneration::Second => json!({ "evseId": place, "chargingProfile": profile }),
    }
}

/// A ClearChargingProfile of one profile.
pub fn clear_call(generation: OcppGeneration, id: i32) -> Value {
    match generation {
        OcppGeneration::First => json!({ "id": id }),
        OcppGeneration::Second => json!({ "chargingProfileId": id }),
    }
}

/// A GetCompositeSchedule.
pub fn schedule_call(generation: OcppGeneration, place: i64, seconds: i64, unit: &str) -> Value {
    let name = match generation {
        OcppGeneration::First => "connectorId",
        OcppGeneration::Second => "evseId",
    };
    json!({ name: place, "duration": seconds, "chargingRateUnit": unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_profile_read_alike() {
        let first = json!({ "chargingProfileId": 2, "stackLevel": 1, "chargingProfilePurpose": "ChargePointMaxProfile",
            "chargingSchedule": { "chargingRateUnit": "A" } });
        let second = json!({ "id": 2, "stackLevel": 1, "chargingProfilePurpose": "ChargingStationMaxProfile",
            "chargingSchedule": [{ "chargingRateUnit": "A" }, { "chargingRateUnit": "W" }] });
        assert_eq!((first_form(&second), first_form(&first)), (first.clone(), first.clone()));
        assert_eq!((profile_id(&first), profile_id(&second)), (Some(2), Some(2)));
        assert_eq!(set_profile(&set_call(OcppGeneration::Second, 1, &second)), Some((1, first.clone())));
        assert_eq!(set_profile(&set_call(OcppGeneration::First, 1, &first)), Some((1, first)));
        assert_eq!(set_profile(&json!({ "evseId": 1 })), None);
        let criteria = criteria_of(&json!({ "chargingProfileId": 4, "chargingProfileCriteria": { "evseId": 1, "stackLevel": 3,
            "chargingProfilePurpose": "ChargingStationMaxProfile" } }));
        assert_eq!((criteria.id, criteria.connector, criteria.stack_level), (Some(4), Some(1), Some(3)));
        assert_eq!(criteria.purpose, Some(ProfilePurpose::ChargePointMax));
        assert_eq!(criteria_of(&json!({ "id": 4, "connectorId": 0 })).connector, Some(0));
    }
}
