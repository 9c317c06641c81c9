//! Random values that appear on the wire. All come from `fastrand`, so a session on one thread whose generator is
//! seeded (`fastrand::seed`) repeats them; a station with a seed of its own repeats its values on any thread.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What separates the values of a link from those that its machine draws from the same seed.
const LINK_SALT: u64 = 0x6c69_6e6b_5f69_6473;

/// An id that no message has had: a UUID of version 4.
pub fn fresh_id() -> String {
    id_of(fastrand::u128(..))
}

fn id_of(number: u128) -> String {
    uuid::Builder::from_random_bytes(number.to_ne_bytes()).into_uuid().to_string()
}

/// Where the links of a station get their random values from: a seed, or the generator of the thread.
#[derive(Debug, Clone, Default)]
pub(super) struct LinkChance(Option<fastrand::Rng>);

impl LinkChance {
    /// The chance that follows from this seed; without one that of the thread.
    pub fn of_seed(seed: Option<u64>) -> LinkChance {
        LinkChance(seed.map(|seed| fastrand::Rng::with_seed(seed ^ LINK_SALT)))
    }

    /// The chance of the next link: its values are others than those of the links before.
    pub fn fork(&mut self) -> LinkChance {
        LinkChance(self.0.as_mut().map(fastrand::Rng::fork))
    }

    /// A seed for something of the station.
    pub fn seed(&mut self) -> u64 {
        self.0.as_mut().map_or_else(|| fastrand::u64(..), |chance| chance.u64(..))
    }

    /// An id that no message has had: a UUID of version 4.
    pub fn fresh_id(&mut self) -> String {
        id_of(self.number())
    }

    /// The key of a WebSocket's handshake (RFC 6455 §4.1): it keeps answers of caches out and no secrets in.
    pub fn handshake_key(&mut self) -> String {
        STANDARD.encode(self.number().to_ne_bytes())
    }

    fn number(&mut self) -> u128 {
        self.0.as_mut().map_or_else(|| fastrand::u128(..), |chance| chance.u128(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(mut chance: LinkChance) -> [String; 4] {
        [chance.fresh_id(), chance.fresh_id(), chance.handshake_key(), chance.handshake_key()]
    }

    #[test]
    fn the_same_seed_draws_the_same_and_nothing_twice() {
        let by_thread = || {
            fastrand::seed(7);
            draw(LinkChance::default())
        };
        let by_station = || draw(LinkChance::of_seed(Some(7)));
        for twice in [[by_thread(), by_thread()], [by_station(), by_station()]] {
            let [first, second] = twice;
            assert_eq!(first, second);
            assert_ne!(first[0], first[1]);
            assert_ne!(first[2], first[3]);
            assert_eq!(uuid::Uuid::parse_str(&first[0]).unwrap().get_version(), Some(uuid::Version::Random));
            assert_eq!((first[0].len(), first[2].len()), (36, 24));
        }
    }

    #[test]
    fn each_link_of_a_station_has_other_values() {
        let links = |seed| {
            let mut chance = LinkChance::of_seed(Some(seed));
            [draw(chance.fork()), draw(chance.fork())]
        };
        let [first, second] = links(7);
        assert_ne!(first, second);
        assert_eq!([first, second], links(7));
        assert_ne!(links(7), links(8));
    }
}
