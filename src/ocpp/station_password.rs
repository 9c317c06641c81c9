//! The password of a station: what HTTP Basic authentication carries in the security profiles 1 and 2.

use std::fmt;
use std::sync::Arc;

/// A password of HTTP Basic authentication. It need not be a text: the key of OCPP 1.6 is bytes, configured as hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct StationPassword(Arc<[u8]>);

/// The mark before hexadecimal digits where a password is written as a text.
const HEX_MARK: &str = "hex:";

impl StationPassword {
    /// The password that a text is, in UTF-8.
    pub fn of_text(text: &str) -> StationPassword {
        StationPassword(text.as_bytes().into())
    }

    /// The password of these hexadecimal digits, two for a byte, as `AuthorizationKey` of OCPP 1.6 has them. `None` when they are not.
    pub fn of_hex(digits: &str) -> Option<StationPassword> {
        let nibble = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        if pairs.is_empty() || !rest.is_empty() {
            return None;
        }
        let bytes = pairs.iter().map(|[high, low]| Some(nibble(high)? << 4 | nibble(low)?));
        bytes.collect::<Option<Vec<u8>>>().map(|bytes| StationPassword(bytes.into()))
    }

    /// The password as a user writes it: a text, or `hex:` and digits. `None` when the digits are none.
    pub fn read(written: &str) -> Option<StationPassword> {
        match written.strip_prefix(HEX_MARK) {
            Some(digits) => StationPassword::of_hex(digits),
            None => Some(StationPassword::of_text(written)),
        }
    }

    /// The password of these bytes, as a station showed it. `None` when there are none.
    pub fn of_bytes(bytes: Vec<u8>) -> Option<StationPassword> {
        (!bytes.is_empty()).then(|| StationPassword(bytes.into()))
    }

    /// The bytes, to be sent or compared. They must not be printed or recorded.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The password as [`read`](Self::read) takes it, for a file of passwords.
    pub fn written(&self) -> String {
        match std::str::from_utf8(&self.0) {
            Ok(text) if !text.starts_with(HEX_MARK) && !text.starts_with('$') && !text.contains(char::is_control) => {
                text.to_owned()
            }
            _ => self.0.iter().fold(HEX_MARK.to_owned(), |text, byte| format!("{text}{byte:02x}")),
        }
    }
}

/// Only its length.
impl fmt::Debug for StationPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StationPassword({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_a_text_or_bytes_and_is_not_printed() {
        let key = StationPassword::read("hex:00fFa1").unwrap();
        assert_eq!((key.bytes(), key.written().as_str()), (&[0, 255, 161][..], "hex:00ffa1"));
        assert_eq!(StationPassword::read("s3cret").unwrap().written(), "s3cret");
        assert_eq!(StationPassword::of_text("$x").written(), "hex:2478");
        for wrong in ["hex:", "hex:0", "hex:0g", "hex:é0"] {
            assert_eq!(StationPassword::read(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{:?}", StationPassword::of_text("s3cret")), "StationPassword(6 bytes)");
    }
}
