//! How many frames passed in the last moments: a few counters in a ring, cheap enough for ten thousand stations.

/// How long a counter counts, in microseconds.
const SPAN: u64 = 5_000_000;
/// How many counters there are.
const COUNT: usize = 8;

/// The frames of the last forty seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessageRate {
    newest: u64,
    counts: [u32; COUNT],
}

impl MessageRate {
    /// Counts a frame at this time of the monotonic clock.
    pub(super) fn count(&mut self, micros: u64) {
        let span = micros / SPAN;
        if span > self.newest {
            let steps = usize::try_from(span - self.newest).unwrap_or(COUNT).min(COUNT);
            self.counts.rotate_left(steps);
            self.counts[COUNT - steps..].fill(0);
            self.newest = span;
        }
        let age = (self.newest - span.min(self.newest)) as usize;
        // Another actor's event may come a little late; what is older than the ring is no longer shown.
        if let Some(count) = (COUNT - 1).checked_sub(age).map(|place| &mut self.counts[place]) {
            *count = count.saturating_add(1);
        }
    }

    /// The counters, oldest first, as they are at this time.
    pub fn counts(&self, now_micros: u64) -> [u32; COUNT] {
        let passed = usize::try_from((now_micros / SPAN).saturating_sub(self.newest)).unwrap_or(COUNT).min(COUNT);
        let mut counts = self.counts;
        counts.rotate_left(passed);
        counts[COUNT - passed..].fill(0);
        counts
    }

    /// Whether something passed so lately that the counters still change with time.
    pub fn moves(&self, now_micros: u64) -> bool {
        self.counts(now_micros).iter().any(|count| *count > 0)
    }

    /// Frames a second over the whole ring.
    pub fn per_second(&self, now_micros: u64) -> f64 {
        let frames: u32 = self.counts(now_micros).iter().sum();
        f64::from(frames) / (COUNT as f64 * SPAN as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_move_on_with_time() {
        let mut rate = MessageRate::default();
        for micros in [0, 1, SPAN, 3 * SPAN, 3 * SPAN - 1] {
            rate.count(micros);
        }
        assert_eq!(rate.counts(3 * SPAN), [0, 0, 0, 0, 2, 1, 1, 1]);
        assert_eq!(rate.counts(5 * SPAN), [0, 0, 2, 1, 1, 1, 0, 0]);
        assert!(!rate.moves(100 * SPAN) && rate.moves(4 * SPAN));
        rate.count(50 * SPAN);
        assert_eq!(rate.counts(50 * SPAN), [0, 0, 0, 0, 0, 0, 0, 1]);
        rate.count(7);
        assert_eq!(rate.per_second(50 * SPAN), 1.0 / 40.0, "what is too old is not counted");
    }
}
