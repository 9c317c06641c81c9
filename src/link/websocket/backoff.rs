//! How long a simulated charge point waits before it connects again. OCPP 1.x does not define it; this is the form of
//! OCPP 2.0.1 part 4 §5.3: a wait that doubles, each time with a random part, up to a limit. Ours, because packages for
//! this run the retry themselves, and here the wait is shown, seeded, and can be cut short by a command.

use std::time::Duration;

/// The first wait.
const MINIMUM: Duration = Duration::from_secs(1);
/// The doubling ends here, so that a central system that is back is found within 14 s.
const MAXIMUM: Duration = Duration::from_secs(10);
/// The random part lies between nothing and this, so that many charge points do not come back in one instant.
const RANDOM_RANGE: Duration = Duration::from_secs(2);

/// The waits of one charge point.
#[derive(Debug)]
pub(in crate::link) struct Backoff {
    next: Duration,
    random: fastrand::Rng,
}

impl Backoff {
    /// Waits that start at the minimum.
    pub fn new(seed: u64) -> Backoff {
        Backoff { next: MINIMUM, random: fastrand::Rng::with_seed(seed) }
    }

    /// The wait after a failure.
    pub fn wait(&mut self) -> Duration {
        let wait = self.next + RANDOM_RANGE.mul_f64(self.random.f64());
        self.next = (self.next * 2).min(MAXIMUM);
        wait
    }

    /// A connection came up: the next wait is short again.
    pub fn reset(&mut self) {
        self.next = MINIMUM;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::new(1);
        for floor in [1, 2, 4, 8, 10, 10] {
            let wait = backoff.wait();
            assert!(wait >= Duration::from_secs(floor) && wait <= Duration::from_secs(floor) + RANDOM_RANGE, "{wait:?}");
            assert!(wait < Duration::from_secs(14));
        }
        backoff.reset();
        assert!(backoff.wait() <= MINIMUM + RANDOM_RANGE);
    }

    #[test]
    fn two_charge_points_wait_differently() {
        assert_ne!(Backoff::new(1).wait(), Backoff::new(2).wait());
    }
}
