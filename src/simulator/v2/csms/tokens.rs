//! What the CSMS says of an id token.

use serde_json::{Value, json};

use crate::simulator::central_system::settings::CentralSystemSettings;
use crate::simulator::payload::text;

/// The statuses of a token (AuthorizationStatusEnumType).
const STATUSES: &[&str] = &[
    "Accepted",
    "Blocked",
    "ConcurrentTx",
    "Expired",
    "Invalid",
    "NoCredit",
    "NotAllowedTypeEVSE",
    "NotAtThisLocation",
    "NotAtThisTime",
    "Unknown",
];

/// The `idTokenInfo` about an `idToken`. A refused tag is refused whatever its type; a status that 2.x does not have is `Invalid`.
pub(super) fn id_token_info(settings: &CentralSystemSettings, id_token: &Value) -> Value {
    let status = settings.tag_status(text(id_token, "idToken").unwrap_or_default());
    json!({ "status": if STATUSES.contains(&status) { status } else { "Invalid" } })
}
