//! What a handshake of OpenSSL has agreed on, in the registered names.

use openssl::nid::Nid;
use openssl::pkey::{Id, PKeyRef, Public};
use openssl::ssl::{SslRef, SslVersion};

use crate::trace::TlsFacts;

/// The prefix of suites whose key is sent to the server encrypted with the key of its certificate (RFC 5246 §7.4.7.1).
const STATIC_RSA: &str = "TLS_RSA_";

/// The facts with what was agreed on.
pub(in crate::link::tls) fn agreed_facts(ssl: &SslRef, facts: TlsFacts) -> TlsFacts {
    let suite = ssl.current_cipher().map(|suite| suite.standard_name().unwrap_or_else(|| suite.name()));
    let group = || ssl.peer_tmp_key().ok().map(|key| group_name(&key)).or(facts.key_exchange.clone());
    TlsFacts {
        version: Some(version_name(ssl)),
        cipher_suite: suite.map(Into::into),
        key_exchange: match suite {
            Some(suite) if suite.starts_with(STATIC_RSA) => Some("RSA, no forward secrecy".into()),
            _ => group(),
        },
        application_protocol: ssl.selected_alpn_protocol().map(|name| String::from_utf8_lossy(name).into()),
        ..facts
    }
}

fn version_name(ssl: &SslRef) -> Box<str> {
    match ssl.version2() {
        Some(SslVersion::TLS1) => "TLS 1.0".into(),
        Some(SslVersion::TLS1_1) => "TLS 1.1".into(),
        Some(SslVersion::TLS1_2) => "TLS 1.2".into(),
        Some(SslVersion::TLS1_3) => "TLS 1.3".into(),
        _ => ssl.version_str().into(),
    }
}

/// The group of the peer's half of the exchange of keys.
fn group_name(key: &PKeyRef<Public>) -> Box<str> {
    match key.id() {
        Id::X25519 => "X25519".into(),
        Id::X448 => "X448".into(),
        Id::EC => {
            let curve = key.ec_key().ok().and_then(|key| key.group().curve_name());
            match curve {
                Some(Nid::X9_62_PRIME256V1) => "secp256r1".into(),
                Some(Nid::SECP384R1) => "secp384r1".into(),
                Some(Nid::SECP521R1) => "secp521r1".into(),
                Some(other) => other.short_name().unwrap_or("an elliptic curve").into(),
                None => "an elliptic curve".into(),
            }
        }
        Id::DH | Id::DHX => format!("DH with {} bits", key.bits()).into(),
        _ => format!("a key with {} bits", key.bits()).into(),
    }
}
