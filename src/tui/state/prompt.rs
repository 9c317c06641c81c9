//! A line in which a name or a number is asked for. What follows from the answer is in `update`.

use crate::tui::widget::InputLine;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptPurpose {
    /// How often and how fast to send.
    Repeat,
    /// The name of a favourite.
    Favourite,
}

impl PromptPurpose {
    /// The words before the answer.
    pub const fn words(self) -> &'static str {
        match self {
            PromptPurpose::Repeat => "repeat ",
            PromptPurpose::Favourite => "name of the favourite: ",
        }
    }
}

/// The state.
#[derive(Debug)]
pub struct Prompt {
    /// What is asked for.
    pub asked: PromptPurpose,
    /// What is typed.
    pub input: InputLine,
}
