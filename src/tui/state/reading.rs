//! A text to read over the panes: the help, or what a command gave. The help is made from the table of actions.

use crate::tui::action::{self, Context, TABLE};
use crate::tui::widget::{width_of, wrap};

/// The width of the column with the keys.
pub const KEYS: usize = 20;
/// Wider lines are hard to read.
pub const WIDEST: u16 = 110;

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
    /// The keys, those of the given context first, in lines of at most this width.
    pub fn help(first: Context, width: usize) -> Reading {
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
                // Keys that are wider than their column have a line of their own.
                let mut keys = if width_of(&keys) > KEYS {
                    lines.push(Line::Keys(keys, String::new()));
                    String::new()
                } else {
                    keys
                };
                for line in wrap(entry.help, width.saturating_sub(KEYS + 4).max(20)) {
                    lines.push(Line::Keys(std::mem::take(&mut keys), line));
                }
            }
        }
        Reading { title: "Keys".to_owned(), lines, top: 0 }
    }

    /// A text that a command gave, in lines of at most this width.
    pub fn text(title: String, body: &str, width: usize) -> Reading {
        let lines = body.lines().flat_map(|line| wrap(line, width.saturating_sub(2).max(20))).map(Line::Text);
        Reading { title, lines: lines.collect(), top: 0 }
    }

    /// Scrolls by some lines.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        self.top = self.top.saturating_add_signed(lines).min(self.lines.len().saturating_sub(height));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_lists_every_action_and_begins_with_the_context() {
        for context in Context::ALL {
            for width in [40, 110] {
                let help = Reading::help(context, width);
                let listed = help.lines.iter().filter(|line| matches!(line, Line::Keys(keys, _) if !keys.is_empty())).count();
                assert_eq!(listed, TABLE.len());
            }
            let help = Reading::help(context, 110);
            assert_eq!(help.lines[0], Line::Heading(context.title().to_owned()));
        }
    }
}
