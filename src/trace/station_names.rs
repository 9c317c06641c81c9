//! Identities of stations for a reader: their order, in which numbers count by their value, and a few of them in a sentence. Texts are as
//! the stations sent them: they pass `escape_control()` before they reach a terminal.

use std::cmp::Ordering;

use super::{StationKey, StationTable};

/// How many identities are named before the others are only counted.
const NAMED: usize = 3;

/// Compares texts so that `CP2` comes before `CP10`.
pub fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let (Some(first_a), Some(first_b)) = (a.first(), b.first()) else { return a.len().cmp(&b.len()) };
        if first_a.is_ascii_digit() && first_b.is_ascii_digit() {
            let (number_a, rest_a) = digits(a);
            let (number_b, rest_b) = digits(b);
            let order = number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (rest_a, rest_b);
        } else {
            let order = first_a.to_ascii_lowercase().cmp(&first_b.to_ascii_lowercase());
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (&a[1..], &b[1..]);
        }
    }
}

/// The digits at the start without leading zeros, and the rest.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let zeros = text[..end].iter().take_while(|byte| **byte == b'0').count();
    (&text[zeros..end], &text[end..])
}

/// Stations for a title or a sentence: one by its identity, several by their number and the first three, in their natural order.
pub fn station_names(keys: &[StationKey], stations: &StationTable) -> String {
    let name = |key: &StationKey| stations.get(*key).map_or("?", |row| &*row.identity);
    match keys {
        [] => "no station".to_owned(),
        [one] => name(one).to_owned(),
        many => {
            let mut names: Vec<&str> = many.iter().map(name).collect();
            names.sort_by(|a, b| natural_order(a, b));
            let more = if names.len() > NAMED { ", …" } else { "" };
            names.truncate(NAMED);
            format!("{} stations ({}{more})", many.len(), names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Role;
    use crate::trace::StationRow;

    #[test]
    fn stations_are_named_in_the_order_of_their_numbers() {
        let rows = ["CP1", "CP12", "CP2", "B"].into_iter().zip(0..);
        let table = StationTable::of(rows.map(|(name, key)| StationRow::new(StationKey(key), name, Role::CentralSystem)));
        let names = |keys: &[u32]| station_names(&keys.iter().map(|key| StationKey(*key)).collect::<Vec<_>>(), &table);
        assert_eq!(names(&[]), "no station");
        assert_eq!(names(&[1]), "CP12");
        assert_eq!(names(&[0, 1, 2]), "3 stations (CP1, CP2, CP12)");
        assert_eq!(names(&[0, 1, 2, 3]), "4 stations (B, CP1, CP2, …)");
    }
}
