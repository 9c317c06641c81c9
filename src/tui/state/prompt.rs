//! A line in which the user enters a name or a number. What follows is in `update`.

use crate::tui::widget::InputLine;

/// What is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptPurpose {
    /// How often and how fast to send.
    Repeat,
    /// The name of a favourite.
    Favourite,
}

impl PromptPurpose {
    /// The words before the text.
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
    /// What is entered.
    pub asked: PromptPurpose,
    /// What is typed.
    pub input: InputLine,
}
