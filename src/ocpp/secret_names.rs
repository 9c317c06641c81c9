//! Which configuration keys, variables and fields hold secrets, by their names: those of the specifications, and what vendors call theirs.

/// Parts of a name, in lower case without signs, of which each means a secret: `AuthorizationKey` (1.6), `BasicAuthPassword`,
/// `ApnPassword`, `VpnPassword` (2.x), and names like `WifiPassphrase`.
const SECRET_PARTS: [&str; 6] = ["authorizationkey", "password", "passwd", "passphrase", "privatekey", "secret"];
/// Whole names that mean a secret: the PIN of a SIM card, the shared key of a VPN.
const SECRET_NAMES: [&str; 4] = ["apnsimpin", "simpin", "vpnkey", "vpnsharedsecret"];

/// Whether a key, a variable or a field of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name: String = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    SECRET_PARTS.iter().any(|part| name.contains(part)) || SECRET_NAMES.contains(&name.as_str())
}

/// Whether a text has such a name in it, as a payload that is being written may have.
pub fn mentions_secret(text: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(is_secret_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in
            ["AuthorizationKey", "authorizationkey", "BasicAuthPassword", "apnPassword", "Wifi_Pass_Phrase", "simPin", "VpnKey"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["", "HeartbeatInterval", "SecurityProfile", "keyId", "Identity", "key", "CertificateEntries"] {
            assert!(!is_secret_name(name), "{name}");
        }
        assert!(mentions_secret(r#"{"key":"AuthorizationKey","value":"#) && !mentions_secret(r#"{"key":"Identity"}"#));
    }
}
