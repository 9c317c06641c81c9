//! The numbers of the records that are shown, in ascending order: four bytes each, because there may be many millions.

use std::collections::VecDeque;

use crate::trace::Sequence;

/// The numbers.
#[derive(Debug, Default)]
pub(super) struct SequenceIndex {
    /// What is added to each of them.
    base: Sequence,
    offsets: VecDeque<u32>,
}

impl SequenceIndex {
    /// The number at a place.
    pub fn get(&self, index: usize) -> Option<Sequence> {
        self.offsets.get(index).map(|offset| self.base + Sequence::from(*offset))
    }

    /// How many numbers are below this one.
    pub fn below(&self, sequence: Sequence) -> usize {
        let Some(wanted) = sequence.checked_sub(self.base) else { return 0 };
        self.offsets.partition_point(|offset| Sequence::from(*offset) < wanted)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.offsets.clear();
    }

    /// Forgets the first ones.
    pub fn drop_first(&mut self, count: usize) {
        self.offsets.drain(..count);
    }

    /// Adds a number at its place, once. It is near the end as a rule, so the search begins there: among a million numbers it touches the
    /// last few instead of twenty far apart.
    pub fn add(&mut self, sequence: Sequence) {
        if self.offsets.is_empty() {
            self.base = sequence;
        }
        let Some(offset) = self.offset(sequence) else { return };
        let place = place_near_end(&self.offsets, offset);
        if self.offsets.get(place) != Some(&offset) {
            self.offsets.insert(place, offset);
        }
    }

    /// The offset of a number, with room for it made: records that are four thousand million apart, or one before the first.
    fn offset(&mut self, sequence: Sequence) -> Option<u32> {
        let in_range = |base: Sequence| sequence.checked_sub(base).and_then(|offset| u32::try_from(offset).ok());
        if in_range(self.base).is_none() {
            let first = self.get(0).unwrap_or(sequence).min(sequence);
            // A number that is too far from the first one has no place; no trace is so long.
            let moved = |offset: &u32| u32::try_from(self.base + Sequence::from(*offset) - first).ok();
            let moved: Option<VecDeque<u32>> = self.offsets.iter().map(moved).collect();
            (self.base, self.offsets) = (first, moved?);
        }
        in_range(self.base)
    }
}

fn place_near_end(sorted: &VecDeque<u32>, wanted: u32) -> usize {
    let (mut low, mut high, mut step) = (0, sorted.len(), 1);
    while step <= sorted.len() {
        let at = sorted.len() - step;
        if sorted[at] < wanted {
            low = at + 1;
            break;
        }
        high = at;
        step *= 2;
    }
    while low < high {
        let middle = usize::midpoint(low, high);
        if sorted[middle] < wanted {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_near_the_end_is_the_place() {
        for count in 0..40 {
            let sorted: VecDeque<u32> = (0..count).map(|number| number * 2).collect();
            for wanted in 0..2 * count + 3 {
                let expected = sorted.partition_point(|shown| *shown < wanted);
                assert_eq!(place_near_end(&sorted, wanted), expected, "{wanted} in {count}");
            }
        }
    }

    #[test]
    fn numbers_are_kept_in_order_and_once_also_before_the_first() {
        let mut index = SequenceIndex::default();
        let far = 1 << 40;
        for sequence in [far + 5, far + 9, far + 7, far + 9, far + 2, far] {
            index.add(sequence);
        }
        let all = |index: &SequenceIndex| (0..9).map_while(|place| index.get(place)).collect::<Vec<_>>();
        assert_eq!(all(&index), [far, far + 2, far + 5, far + 7, far + 9]);
        assert_eq!((index.below(3), index.below(far + 5), index.below(far + 6), index.below(u64::MAX)), (0, 2, 3, 5));
        index.drop_first(2);
        assert_eq!(all(&index), [far + 5, far + 7, far + 9]);
        index.clear();
        index.add(3);
        assert_eq!(all(&index), [3]);
    }
}
