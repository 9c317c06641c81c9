//! The dummies: for each value another one of the same length and form. They are derived from the value and a secret seed, so
//! that no table leads back; the same seed gives the same dummies.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use sha2::{Digest, Sha256};

/// How often another dummy is tried while one is taken already.
const TRIES: u32 = 200;

/// The dummies of one export. Values that differ in upper and lower case only, which are one for OCPP (CiString), have one dummy.
#[derive(Debug)]
pub(super) struct Dummies {
    seed: [u8; 32],
    /// The values, in lower case. No dummy is one of them.
    originals: HashSet<String>,
    /// The dummies in lower case, by the values in lower case.
    given: HashMap<String, String>,
    taken: HashSet<String>,
}

impl Dummies {
    /// Dummies of a seed.
    pub fn new(seed: &str) -> Dummies {
        let seed = Sha256::digest(seed.as_bytes()).into();
        Dummies { seed, originals: HashSet::new(), given: HashMap::new(), taken: HashSet::new() }
    }

    /// No dummy may be this value.
    pub fn avoid(&mut self, value: &str) {
        self.originals.insert(value.to_lowercase());
    }

    /// The dummy of a value.
    pub fn of(&mut self, value: &str) -> String {
        let key = value.to_lowercase();
        if let Some(dummy) = self.given.get(&key) {
            return in_case_of(value, dummy);
        }
        let mut made = (0..TRIES).map(|attempt| self.candidate(&key, attempt));
        let is_free = |dummy: &String| *dummy != key && !self.originals.contains(dummy) && !self.taken.contains(dummy);
        // Of short values there are too few; then at least it is another one.
        let dummy = made.find(is_free).unwrap_or_else(|| {
            (0..TRIES).map(|attempt| self.candidate(&key, attempt)).find(|dummy| *dummy != key).unwrap_or_else(|| key.clone())
        });
        self.taken.insert(dummy.clone());
        self.given.insert(key, dummy.clone());
        in_case_of(value, &dummy)
    }

    fn candidate(&self, key: &str, attempt: u32) -> String {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(attempt.to_le_bytes());
        hash.update(key.as_bytes());
        let hash: [u8; 32] = hash.finalize().into();
        let mut start = [0; 8];
        start.copy_from_slice(&hash[..8]);
        let mut random = fastrand::Rng::with_seed(u64::from_le_bytes(start));
        match key.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => octets(key, &mut random),
            Ok(IpAddr::V6(_)) => same_form(key, true, false, &mut random),
            Err(_) => {
                let letters: Vec<char> = key.chars().filter(char::is_ascii_alphanumeric).collect();
                let is_number = key.contains('.') && key.parse::<f64>().is_ok();
                let is_hex = letters.len() >= 4 && letters.iter().all(char::is_ascii_hexdigit);
                same_form(key, is_hex, is_number, &mut random)
            }
        }
    }
}

/// Letters for letters, digits for digits, all signs as they are. Of a number with a point the first digit does not grow, so that it stays in its
/// range; no other first digit becomes 0, which a number of JSON cannot begin with.
fn same_form(key: &str, is_hex: bool, is_number: bool, random: &mut fastrand::Rng) -> String {
    let (mut first, mut begins) = (is_number, true);
    key.chars()
        .map(|letter| match letter {
            '0'..='9' if begins && !is_number => {
                begins = false;
                char::from(random.u8(b'1'..=b'9'))
            }
            '0' if first => '0',
            '1'..='9' if first => {
                first = false;
                char::from(random.u8(b'1'..=letter as u8)) // it is a digit
            }
            '0'..='9' if is_hex => char::from_digit(random.u32(0..10), 10).unwrap_or('0'),
            '0'..='9' => random.digit(10),
            'e' if is_number => 'e',
            _ if is_hex && letter.is_ascii_hexdigit() => char::from(random.u8(b'a'..=b'f')),
            _ if letter.is_alphabetic() => char::from(random.u8(b'a'..=b'z')),
            sign => sign,
        })
        .collect()
}

/// Numbers of as many digits for the numbers of an address.
fn octets(key: &str, random: &mut fastrand::Rng) -> String {
    let octet = |part: &str| match part.len() {
        1 => random.u8(1..=9),
        2 => random.u8(10..=99),
        _ => random.u8(100..=254),
    };
    let parts: Vec<String> = key.split('.').map(octet).map(|octet| octet.to_string()).collect();
    parts.join(".")
}

/// A dummy with capitals where the value has them.
fn in_case_of(value: &str, dummy: &str) -> String {
    let mut letters = value.chars().flat_map(|letter| letter.to_lowercase().map(move |_| letter));
    let capital = |small: char| {
        let is_capital = letters.next().is_some_and(char::is_uppercase);
        if is_capital { small.to_ascii_uppercase() } else { small }
    };
    dummy.chars().map(capital).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(text: &str) -> String {
        let form = |letter: char| match letter {
            _ if letter.is_numeric() => '9',
            _ if letter.is_uppercase() => 'A',
            _ if letter.is_alphabetic() => 'a',
            sign => sign,
        };
        text.chars().map(form).collect()
    }

    #[test]
    fn a_dummy_has_the_form_of_the_value_and_the_same_one_always() {
        let mut dummies = Dummies::new("seed");
        for value in [
            "04E91C5A",
            "DE-ABC-C12345678-X",
            "RFID_tag 7",
            "192.168.1.20",
            "fe80::1:2a",
            "52.520008",
            "-13.4",
            "00:1A:2b:3C:4d:5E",
        ] {
            let dummy = dummies.of(value);
            assert_ne!(dummy, value);
            assert_eq!(form(&dummy), form(value), "{value}: {dummy}");
            assert_eq!(dummies.of(value), dummy);
            assert_eq!(Dummies::new("seed").of(value), dummy, "whatever came before");
            assert_ne!(Dummies::new("another").of(value), dummy, "{value}");
            assert_eq!(value.parse::<IpAddr>().is_ok(), dummy.parse::<IpAddr>().is_ok(), "{dummy}");
        }
        assert_eq!(dummies.of("ABCDxy").to_lowercase(), dummies.of("abcdXY").to_lowercase(), "one tag for OCPP");
        assert!(dummies.of("52.520008").parse::<f64>().unwrap() <= 59.0);
    }

    #[test]
    fn different_values_have_different_dummies_and_none_is_a_value() {
        let mut dummies = Dummies::new("x");
        let values: Vec<String> = (0..90).map(|number| format!("A{number:02}")).collect();
        values.iter().for_each(|value| dummies.avoid(value));
        let made: HashSet<String> = values.iter().map(|value| dummies.of(value)).collect();
        assert_eq!(made.len(), values.len());
        assert!(values.iter().all(|value| !made.contains(value)));
    }

    proptest! {
        #[test]
        fn no_value_is_too_odd(value in "\\PC{0,40}", seed in "\\PC*") {
            let dummy = Dummies::new(&seed).of(&value);
            if value.is_ascii() {
                prop_assert_eq!(dummy.len(), value.len());
            }
        }
    }
}
