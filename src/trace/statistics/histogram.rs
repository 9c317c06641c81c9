//! How long answers took, as counts in ranges that grow with the time: every power of two has sixteen, so a quantile is off by 3.2 % at the most.
//! Ours, because there is one for every station, and the ranges of packages for this take many times the room.

/// How many ranges a power of two has.
const PARTS: u64 = 16;
/// The logarithm of that.
const PARTS_LOG: u32 = 4;
/// Longer times count as 2^40 µs, twelve days.
const LONGEST: u64 = (1 << 40) - 1;

/// Times and how often they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LatencyHistogram {
    /// As long as the longest time needs.
    counts: Vec<u32>,
    total: u64,
    longest: u64,
    sum: u64,
}

impl LatencyHistogram {
    /// Counts a time, in microseconds.
    pub fn count(&mut self, micros: u64) {
        let place = place(micros.min(LONGEST));
        if self.counts.len() <= place {
            // A power of two at a time.
            self.counts.resize((place / PARTS as usize + 1) * PARTS as usize, 0);
        }
        self.counts[place] = self.counts[place].saturating_add(1);
        self.total += 1;
        self.longest = self.longest.max(micros);
        self.sum = self.sum.saturating_add(micros);
    }

    /// Adds what another one has counted: the same as if it had been counted here.
    pub fn add(&mut self, other: &LatencyHistogram) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
        self.total += other.total;
        self.sum = self.sum.saturating_add(other.sum);
        self.longest = self.longest.max(other.longest);
    }

    /// The ranges that are not empty, each by its number, with their counts.
    pub fn ranges(&self) -> impl Iterator<Item = (usize, u32)> {
        self.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0)
    }

    /// The histogram with these ranges, this longest time and this sum; `None` when a range does not exist.
    pub fn of_ranges(ranges: impl IntoIterator<Item = (usize, u32)>, longest: u64, sum: u64) -> Option<LatencyHistogram> {
        let mut histogram = LatencyHistogram { longest, sum, ..LatencyHistogram::default() };
        for (range, count) in ranges {
            if range > place(LONGEST) {
                return None;
            }
            if histogram.counts.len() <= range {
                histogram.counts.resize((range / PARTS as usize + 1) * PARTS as usize, 0);
            }
            histogram.counts[range] = histogram.counts[range].saturating_add(count);
            histogram.total += u64::from(count);
        }
        Some(histogram)
    }

    /// How many times are at most this long, in microseconds. Those of its range count as such.
    pub fn up_to(&self, micros: u64) -> u64 {
        self.counts.iter().take(place(micros.min(LONGEST)) + 1).map(|count| u64::from(*count)).sum()
    }

    /// How many times were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// All times together, in microseconds; exact.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The longest time, in microseconds; exact.
    pub fn longest(&self) -> Option<u64> {
        (self.total > 0).then_some(self.longest)
    }

    /// The time that this part of all does not exceed, in microseconds: 0.5 for the median.
    pub fn quantile(&self, part: f64) -> Option<u64> {
        let wanted = (part * self.total as f64).ceil().max(1.0) as u64;
        let mut counted = 0;
        for (place, count) in self.counts.iter().enumerate() {
            counted += u64::from(*count);
            if counted >= wanted {
                let (from, to) = range(place);
                return Some(u64::midpoint(from, to - 1).min(self.longest));
            }
        }
        None
    }

    /// The powers of two from the shortest to the longest time: from which time on, and how many.
    pub fn octaves(&self) -> Vec<(u64, u64)> {
        let mut octaves: Vec<(u64, u64)> = Vec::new();
        for (place, count) in self.counts.iter().enumerate() {
            let (from, _) = range(place);
            let octave = if from == 0 { 0 } else { 1 << from.ilog2() };
            match octaves.last_mut() {
                Some((last, sum)) if *last == octave => *sum += u64::from(*count),
                None if *count == 0 => {}
                _ => octaves.push((octave, u64::from(*count))),
            }
        }
        octaves
    }
}

/// The range of a time.
fn place(micros: u64) -> usize {
    if micros < PARTS {
        return micros as usize;
    }
    let exponent = micros.ilog2() - PARTS_LOG;
    let part = (micros >> exponent) - PARTS;
    (PARTS * u64::from(exponent + 1) + part) as usize // at most a few hundred
}

/// Where a range begins, and where the next one does.
fn range(place: usize) -> (u64, u64) {
    let place = place as u64;
    if place < PARTS {
        return (place, place + 1);
    }
    let (exponent, part) = (place / PARTS - 1, place % PARTS);
    ((PARTS + part) << exponent, (PARTS + part + 1) << exponent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_of_a_known_distribution() {
        let mut histogram = LatencyHistogram::default();
        assert_eq!((histogram.quantile(0.5), histogram.longest(), histogram.octaves()), (None, None, vec![]));
        for micros in 1..=10_000 {
            histogram.count(micros);
        }
        for (part, expected) in [(0.5, 5_000.0), (0.9, 9_000.0), (0.99, 9_900.0), (0.0, 1.0), (1.0, 10_000.0)] {
            let found = histogram.quantile(part).unwrap() as f64;
            assert!((found - expected).abs() <= expected * 0.032, "{part}: {found}");
        }
        assert_eq!((histogram.total(), histogram.longest()), (10_000, Some(10_000)));
        let octaves = histogram.octaves();
        assert_eq!((octaves[0], octaves[1], octaves[2], octaves[13]), ((1, 1), (2, 2), (4, 4), (8_192, 1_809)));
        histogram.count(u64::MAX);
        assert!(histogram.quantile(1.0).unwrap() >= LONGEST / 17 * 16 && histogram.counts.len() < 700);
    }

    proptest! {
        #[test]
        fn adding_is_counting_together(times in proptest::collection::vec(0..LONGEST, 0..60), more in proptest::collection::vec(0..LONGEST, 0..60)) {
            let count = |times: &[u64]| {
                let mut histogram = LatencyHistogram::default();
                times.iter().for_each(|time| histogram.count(*time));
                histogram
            };
            let mut added = count(&times);
            added.add(&count(&more));
            let together = count(&[times, more].concat());
            prop_assert_eq!(added.ranges().collect::<Vec<_>>(), together.ranges().collect::<Vec<_>>());
            prop_assert_eq!((added.total(), added.longest(), added.sum()), (together.total(), together.longest(), together.sum()));
            let again = LatencyHistogram::of_ranges(together.ranges(), together.longest().unwrap_or(0), together.sum()).unwrap();
            prop_assert_eq!(again, together);
        }

        #[test]
        fn a_time_is_in_its_range_and_ranges_are_narrow(micros in 0..LONGEST) {
            let (from, to) = range(place(micros));
            prop_assert!(from <= micros && micros < to);
            prop_assert!(to - from <= 1 + from / PARTS);
        }
    }
}
