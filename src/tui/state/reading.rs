//! A text to read over the panes: the help, or what a command gave. The help is made from the table of actions.

use crate::tui::action::{self, Context, TABLE};
use crate::tui::widget::width_of;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A heading.
    Heading(String),
    /// Keys and what they do.
    Keys(String, String),
    /// A line of text.
    Text(String),
}

/// The state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The title.
    pub title: String,
    /// The lines.
    pub lines: Vec<Line>,
    /// The first line on the screen.
    pub top: usize,
}

impl Reading {
    /// The keys, those of the given context first.
    pub fn help(first: Context) -> Reading {
        let mut order: Vec<Context> = first.reach().to_vec();
        order.extend(Context::ALL.iter().filter(|context| !first.reach().contains(context)));
        let mut lines = Vec::new();
        for context in order {
            if !lines.is_empty() {
                lines.push(Line::Text(String::new()));
            }
            lines.push(Line::Heading(context.title().to_owned()));
            for entry in TABLE.iter().filter(|entry| entry.context == context) {
                let keys = action::keys(entry).map(|key| key.to_string()).collect::<Vec<_>>().join("  ");
                lines.push(Line::Keys(keys, entry.help.to_owned()));
            }
        }
        Reading { title: "Keys".to_owned(), lines, top: 0 }
    }

    /// A text that a command gave.
    pub fn text(title: String, body: &str) -> Reading {
        Reading { title, lines: body.lines().map(|line| Line::Text(line.to_owned())).collect(), top: 0 }
    }

    /// Scrolls by some lines.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        self.top = self.top.saturating_add_signed(lines).min(self.lines.len().saturating_sub(height));
    }

    /// The width of the widest keys.
    pub fn keys_width(&self) -> usize {
        let widths = self.lines.iter().map(|line| match line {
            Line::Keys(keys, _) => width_of(keys),
            _ => 0,
        });
        widths.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_lists_every_action_and_begins_with_the_context() {
        for context in Context::ALL {
            let help = Reading::help(context);
            let listed = help.lines.iter().filter(|line| matches!(line, Line::Keys(..))).count();
            assert_eq!(listed, TABLE.len());
            assert_eq!(help.lines[0], Line::Heading(context.title().to_owned()));
        }
    }
}
