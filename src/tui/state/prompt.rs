//! A line in which the user enters a name or a number. What follows is in `update`.

use std::borrow::Cow;

use super::device_model_page::AttributePlace;
use crate::tui::widget::InputLine;

/// What is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptPurpose {
    /// How often and how fast to send.
    Repeat,
    /// The name of a favourite.
    Favourite,
    /// The new value of a configuration key of this name.
    ConfigurationValue(String),
    /// What to look for among configuration keys.
    ConfigurationSearch,
    /// The new value of an attribute of a variable.
    VariableValue(Box<AttributePlace>),
    /// What to look for in a device model.
    VariableSearch,
    /// After which time the held frame of this number is answered.
    Late(u64),
    /// What to search for in a message.
    MessageSearch,
}

impl PromptPurpose {
    /// The words before the text.
    pub fn words(&self) -> Cow<'static, str> {
        match self {
            PromptPurpose::Repeat => "repeat ".into(),
            PromptPurpose::Favourite => "name of the favourite: ".into(),
            PromptPurpose::ConfigurationValue(name) => format!("{name} = ").into(),
            PromptPurpose::VariableValue(place) => format!("{} = ", place.variable).into(),
            PromptPurpose::ConfigurationSearch | PromptPurpose::VariableSearch => "/".into(),
            PromptPurpose::Late(_) => "answer after (2s, 500ms): ".into(),
            PromptPurpose::MessageSearch => "search in the message: ".into(),
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
