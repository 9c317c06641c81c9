//! The numbers that count the parts of something: `seqNo` of the events of a transaction and of the parts of a report. What is missing and
//! what came twice is a fact about a station that a reader looks for. What the parts are is known to the caller.

use std::ops::RangeInclusive;

/// The separate runs of numbers that are remembered. A peer that leaves more gaps is beyond help.
const RUNS: usize = 100;

/// The numbers that were seen. They begin at 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SequenceNumbers {
    /// In order, neither touching nor overlapping.
    runs: Vec<RangeInclusive<i64>>,
}

/// What a number is to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SequenceStep {
    /// The next one.
    Next,
    /// Numbers before it have not come yet.
    Ahead,
    /// It was missing so far.
    Late,
    /// It was there before.
    Again,
}

impl SequenceNumbers {
    /// Takes a number in.
    pub fn take(&mut self, number: i64) -> SequenceStep {
        let index = self.runs.partition_point(|run| *run.end() < number);
        if self.runs.get(index).is_some_and(|run| run.contains(&number)) {
            return SequenceStep::Again;
        }
        let touches_before = index.checked_sub(1).filter(|before| self.runs[*before].end().checked_add(1) == Some(number));
        let touches_behind = self.runs.get(index).is_some_and(|run| number.checked_add(1) == Some(*run.start()));
        let is_last = index == self.runs.len();
        match (touches_before, touches_behind) {
            (Some(before), true) => {
                let behind = self.runs.remove(index);
                self.runs[before] = *self.runs[before].start()..=*behind.end();
            }
            (Some(before), false) => self.runs[before] = *self.runs[before].start()..=number,
            (None, true) => self.runs[index] = number..=*self.runs[index].end(),
            (None, false) if self.runs.len() < RUNS => self.runs.insert(index, number..=number),
            (None, false) => {}
        }
        match (is_last, touches_before.is_some() || (index == 0 && number <= 0)) {
            (true, true) => SequenceStep::Next,
            (true, false) => SequenceStep::Ahead,
            (false, _) => SequenceStep::Late,
        }
    }

    /// The runs of numbers that are missing below the highest one, from 0 on.
    pub fn missing(&self) -> impl Iterator<Item = RangeInclusive<i64>> + '_ {
        let before = std::iter::once(-1).chain(self.runs.iter().map(|run| *run.end()));
        let gaps = before.zip(&self.runs).map(|(end, run)| end.saturating_add(1)..=run.start().saturating_sub(1));
        gaps.filter(|gap| !gap.is_empty())
    }

    /// The highest number.
    pub fn last(&self) -> Option<i64> {
        self.runs.last().map(|run| *run.end())
    }
}

#[cfg(test)]
mod tests {
    use super::SequenceStep::{Again, Ahead, Late, Next};
    use super::*;

    fn steps(numbers: &[i64]) -> (Vec<SequenceStep>, Vec<RangeInclusive<i64>>) {
        let mut seen = SequenceNumbers::default();
        let steps = numbers.iter().map(|number| seen.take(*number)).collect();
        (steps, seen.missing().collect())
    }

    #[test]
    fn numbers_in_order_leave_no_gap() {
        assert_eq!(steps(&[0, 1, 2]), (vec![Next, Next, Next], vec![]));
    }

    #[test]
    fn gaps_repetitions_and_latecomers_are_told_apart() {
        assert_eq!(steps(&[0, 3, 3, 1]), (vec![Next, Ahead, Again, Late], vec![2..=2]));
        assert_eq!(steps(&[0, 3, 1, 2]).1, vec![], "late ones fill the gap");
        assert_eq!(steps(&[4, 5]), (vec![Ahead, Next], vec![0..=3]), "the first one is 0");
        assert_eq!(steps(&[2, 0, 7]), (vec![Ahead, Late, Ahead], vec![1..=1, 3..=6]));
        assert_eq!(steps(&[i64::MAX, i64::MIN]).0, [Ahead, Late]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let numbers: Vec<i64> = (0..1_000).map(|number| 2 * number).collect();
        assert_eq!(steps(&numbers).1.len(), RUNS - 1);
    }
}
