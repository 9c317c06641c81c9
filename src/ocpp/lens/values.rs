//! How names and values of one version are called in another one (OCPP 1.2 to 1.6). A value that another version does not have at all is
//! in neither table: it is lost.

use crate::ocpp::{MessagePart, Version};

/// Fields that have two names.
const FIELDS: [(&str, &str); 2] = [("heartbeatInterval", "interval"), ("localAuthorisationList", "localAuthorizationList")];

/// A value of one field in one message.
struct ValuePlace {
    action: &'static str,
    part: MessagePart,
    field: &'static str,
}

const STATUS: ValuePlace = ValuePlace { action: "StatusNotification", part: MessagePart::Request, field: "status" };
const ERROR: ValuePlace = ValuePlace { action: "StatusNotification", part: MessagePart::Request, field: "errorCode" };
const UNLOCKED: ValuePlace = ValuePlace { action: "UnlockConnector", part: MessagePart::Response, field: "status" };
const BOOTED: ValuePlace = ValuePlace { action: "BootNotification", part: MessagePart::Response, field: "status" };
const CHANGED: ValuePlace = ValuePlace { action: "ChangeConfiguration", part: MessagePart::Response, field: "status" };
const LISTED: ValuePlace = ValuePlace { action: "SendLocalList", part: MessagePart::Response, field: "status" };

/// Values that mean the same: up to 1.5, and in 1.6.
const SAME: [(ValuePlace, &str, &str); 3] =
    [(ERROR, "Mode3Error", "EVCommunicationError"), (UNLOCKED, "Accepted", "Unlocked"), (UNLOCKED, "Rejected", "UnlockFailed")];

/// Values that say less, for what the other version cannot say.
const NEAREST: [(ValuePlace, &str, &str); 12] = [
    (STATUS, "Preparing", "Occupied"),
    (STATUS, "Charging", "Occupied"),
    (STATUS, "SuspendedEV", "Occupied"),
    (STATUS, "SuspendedEVSE", "Occupied"),
    (STATUS, "Finishing", "Occupied"),
    (ERROR, "InternalError", "OtherError"),
    (ERROR, "LocalListConflict", "OtherError"),
    (ERROR, "OverVoltage", "OtherError"),
    (UNLOCKED, "NotSupported", "Rejected"),
    (BOOTED, "Pending", "Rejected"),
    (CHANGED, "RebootRequired", "Accepted"),
    (LISTED, "HashError", "Failed"),
];

/// The name of a field in a version.
pub(super) fn field_in(name: &str, to: Version) -> Option<&'static str> {
    let newer = to >= Version::V1_6;
    FIELDS.iter().find_map(|(old, new)| match newer {
        true => (*old == name).then_some(*new),
        false => (*new == name).then_some(*old),
    })
}

/// The value that means the same in a version, if it has another name there.
pub(super) fn same_value(action: &str, part: MessagePart, field: &str, value: &str, to: Version) -> Option<&'static str> {
    let newer = to >= Version::V1_6;
    SAME.iter().filter(|(place, ..)| place.is(action, part, field)).find_map(|(_, old, new)| match newer {
        true => (*old == value).then_some(*new),
        false => (*new == value).then_some(*old),
    })
}

/// The value that says the most of it in a version that does not have it.
pub(super) fn nearest_value(action: &str, part: MessagePart, field: &str, value: &str) -> Option<&'static str> {
    NEAREST.iter().find(|(place, from, _)| *from == value && place.is(action, part, field)).map(|(.., to)| *to)
}

impl ValuePlace {
    fn is(&self, action: &str, part: MessagePart, field: &str) -> bool {
        (self.action, self.part, self.field) == (action, part, field)
    }
}
