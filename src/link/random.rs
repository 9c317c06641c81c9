//! Random values that appear on the wire. All come from `fastrand`, so a session on one thread whose generator is
//! seeded (`fastrand::seed`) repeats them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An id that no message has had: a UUID of version 4.
pub fn fresh_id() -> String {
    uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid().to_string()
}

/// The key of a WebSocket's handshake (RFC 6455 §4.1): it keeps answers of caches out and no secrets in.
pub(super) fn handshake_key() -> String {
    STANDARD.encode(fastrand::u128(..).to_ne_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_nothing_twice() {
        let draw = || {
            fastrand::seed(7);
            [fresh_id(), fresh_id(), handshake_key(), handshake_key()]
        };
        let first = draw();
        assert_eq!(first, draw());
        assert_ne!(first[0], first[1]);
        assert_ne!(first[2], first[3]);
        assert_eq!(uuid::Uuid::parse_str(&first[0]).unwrap().get_version(), Some(uuid::Version::Random));
        assert_eq!((first[0].len(), first[2].len()), (36, 24));
    }
}
