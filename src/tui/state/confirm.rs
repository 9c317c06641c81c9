//! A question that waits for `y` or `n`. What follows from the answer is in `update`.

use super::batch::RepeatPlan;

/// The question.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmQuestion {
    /// The question, a sentence.
    pub text: String,
    /// What happens after `y`.
    pub purpose: ConfirmPurpose,
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmPurpose {
    /// Send the text of the editor.
    Send {
        /// How often and how fast.
        pace: RepeatPlan,
        /// Whether the editor stays open.
        stays: bool,
    },
    /// Run a command.
    Run {
        /// The command.
        line: String,
    },
    /// Quit.
    Quit,
}
