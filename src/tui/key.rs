//! Keys as they are written in settings: `ctrl-s`, `F5`, `space`, `?`. What a key does is in `action`.
//! Ours, because names in settings files must stay valid, and `crokey` writes keys in another way.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with its modifiers, in one form for all terminals: Shift is ignored where the character shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyPress {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl KeyPress {
    /// The key of a terminal event.
    pub fn of(event: &KeyEvent) -> KeyPress {
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let mut code = event.code;
        if let KeyCode::Char(character) = code {
            if modifiers.contains(KeyModifiers::CONTROL) {
                code = KeyCode::Char(character.to_ascii_lowercase());
            }
            modifiers.remove(KeyModifiers::SHIFT);
        }
        if code == KeyCode::BackTab {
            modifiers.remove(KeyModifiers::SHIFT);
        }
        KeyPress { code, modifiers }
    }

    /// Parses the name of a key.
    pub fn parse(name: &str) -> Option<KeyPress> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = name;
        // A name of one character is the key itself, so that `-` needs no escape.
        while rest.chars().count() > 1 {
            let (prefix, modifier) =
                [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)]
                    .into_iter()
                    .find(|(prefix, _)| rest.starts_with(prefix))
                    .unwrap_or(("", KeyModifiers::NONE));
            if prefix.is_empty() {
                break;
            }
            modifiers |= modifier;
            rest = &rest[prefix.len()..];
        }
        let code = match rest {
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "tab" => KeyCode::Tab,
            "backtab" => KeyCode::BackTab,
            "space" => KeyCode::Char(' '),
            "up" => KeyCode::Up,
            "down" => KeyCode::Down,
            "left" => KeyCode::Left,
            "right" => KeyCode::Right,
            "home" => KeyCode::Home,
            "end" => KeyCode::End,
            "pageup" => KeyCode::PageUp,
            "pagedown" => KeyCode::PageDown,
            _ if rest.chars().count() == 1 => KeyCode::Char(rest.chars().next()?),
            _ => KeyCode::F(rest.strip_prefix('F')?.parse().ok().filter(|number| (1..=24).contains(number))?),
        };
        Some(KeyPress { code, modifiers })
    }

    /// Whether it inserts text where text is typed.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    }

    /// The terminal event of this key.
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }
}

impl fmt::Display for KeyPress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SHIFT, "Shift-")]
        {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(character) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                write!(f, "{}", character.to_ascii_uppercase())
            }
            KeyCode::Char(character) => write!(f, "{character}"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::F(number) => write!(f, "F{number}"),
            code => write!(f, "{code:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_as_the_event_that_a_terminal_sends_for_it() {
        for (name, code, modifiers, shown) in [
            ("ctrl-s", KeyCode::Char('s'), KeyModifiers::CONTROL, "Ctrl-S"),
            ("G", KeyCode::Char('G'), KeyModifiers::SHIFT, "G"),
            ("?", KeyCode::Char('?'), KeyModifiers::SHIFT, "?"),
            ("-", KeyCode::Char('-'), KeyModifiers::NONE, "-"),
            ("space", KeyCode::Char(' '), KeyModifiers::NONE, "Space"),
            ("alt-enter", KeyCode::Enter, KeyModifiers::ALT, "Alt-Enter"),
            ("backtab", KeyCode::BackTab, KeyModifiers::SHIFT, "Shift-Tab"),
            ("F5", KeyCode::F(5), KeyModifiers::NONE, "F5"),
        ] {
            let key = KeyPress::parse(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(key, KeyPress::of(&KeyEvent::new(code, modifiers)), "{name}");
            assert_eq!(key.to_string(), shown);
        }
        for name in ["", "hyper-x", "F99", "enterr"] {
            assert_eq!(KeyPress::parse(name), None, "{name}");
        }
    }
}
