//! The serial numbers that stations have reported, and which station has reported one first.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use serde_json::Value;

use crate::simulator::payload::text;

/// The serial number in the payload of a BootNotification, in the form of either generation; `None` when it has none.
pub fn reported_serial_number(boot: &Value) -> Option<&str> {
    let of_second = boot.get("chargingStation").and_then(|station| text(station, "serialNumber"));
    text(boot, "chargePointSerialNumber").or(of_second).filter(|number| !number.is_empty())
}

/// The serial numbers of stations.
#[derive(Debug, Default)]
pub(super) struct SerialNumbers {
    numbers: HashMap<Arc<str>, Box<str>>,
    /// The first station with each number.
    holders: HashMap<Box<str>, Arc<str>>,
}

impl SerialNumbers {
    /// That of a station.
    pub fn of(&self, station: &str) -> Option<&str> {
        self.numbers.get(station).map(|number| &**number)
    }

    /// The first station that has reported a number.
    pub fn holder(&self, number: &str) -> Option<&Arc<str>> {
        self.holders.get(number)
    }

    /// A station has reported a number.
    pub fn note(&mut self, station: &Arc<str>, number: &str) {
        let before = match self.numbers.entry(station.clone()) {
            Entry::Occupied(known) if **known.get() == *number => return,
            Entry::Occupied(mut known) => Some(known.insert(number.into())),
            Entry::Vacant(place) => {
                place.insert(number.into());
                None
            }
        };
        if let Some(before) = before.filter(|before| self.holder(before) == Some(station)) {
            self.holders.remove(&before);
        }
        self.holders.entry(number.into()).or_insert_with(|| station.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_belongs_to_the_station_that_reported_it_first() {
        let (mut numbers, one, two) = (SerialNumbers::default(), Arc::<str>::from("CP1"), Arc::<str>::from("CP2"));
        numbers.note(&one, "SN-1");
        numbers.note(&two, "SN-1");
        assert_eq!((numbers.of("CP2"), numbers.holder("SN-1")), (Some("SN-1"), Some(&one)));
        numbers.note(&one, "SN-2");
        assert_eq!((numbers.holder("SN-1"), numbers.holder("SN-2")), (None, Some(&one)));
        numbers.note(&two, "SN-3");
        assert_eq!((numbers.holder("SN-2"), numbers.holder("SN-3")), (Some(&one), Some(&two)));
    }
}
