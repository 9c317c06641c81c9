//! A message of a log, from where it begins to where it ends, perhaps some lines later. It ends where its brackets do, or with the tag of
//! its envelope.

/// The most that one message may have, in bytes.
const LARGEST: usize = 16 << 20;
/// What ends an envelope, in front of the last sign.
const ENVELOPE_END: &str = "Envelope";

/// What has been read of a message.
#[derive(Debug, Default)]
pub(super) struct PendingMessage {
    text: String,
    /// Where the first line of it ends.
    first_line: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
    is_envelope: bool,
}

/// How far a piece of text brought a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum MessageProgress {
    /// It ended after so many bytes of the piece.
    Ended(usize),
    /// It goes on.
    GoesOn,
    /// It is no message, or larger than a message can be.
    Broken,
}

impl PendingMessage {
    /// Whether a text can be the beginning of a message.
    pub fn begins(text: &str) -> bool {
        let text = text.trim_start();
        text.starts_with('[') || text.starts_with("<?xml") || text.starts_with('<') && opens_envelope(text)
    }

    /// Whether nothing of it has come.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether nothing but the declaration in front of an envelope has come.
    pub fn is_prolog(&self) -> bool {
        self.is_envelope && self.text.starts_with("<?xml") && self.text.trim_end().ends_with("?>")
    }

    /// Takes a line, or what is left of one. Of a message that was cut into lines nothing stands between two pieces.
    pub fn take(&mut self, piece: &str, is_cut: bool) -> MessageProgress {
        let start = if self.text.is_empty() {
            let trimmed = piece.trim_start();
            if trimmed.is_empty() {
                return MessageProgress::GoesOn;
            }
            if !PendingMessage::begins(trimmed) {
                return MessageProgress::Broken;
            }
            self.is_envelope = trimmed.starts_with('<');
            piece.len() - trimmed.len()
        } else {
            if !is_cut {
                self.text.push('\n');
            }
            0
        };
        if self.text.len() + piece.len() > LARGEST {
            return MessageProgress::Broken;
        }
        let body = &piece[start..];
        let end = if self.is_envelope { envelope_end(body) } else { self.bracket_end(body) };
        let first = self.text.is_empty();
        self.text.push_str(&body[..end.unwrap_or(body.len())]);
        if first {
            self.first_line = self.text.len();
        }
        end.map_or(MessageProgress::GoesOn, |end| MessageProgress::Ended(start + end))
    }

    /// The text of a message that ended.
    pub fn into_text(self) -> String {
        self.text
    }

    /// What is surely of a message that did not end: its first line.
    pub fn into_first_line(mut self) -> String {
        self.text.truncate(self.first_line);
        self.text.truncate(self.text.trim_end().len());
        self.text
    }

    fn bracket_end(&mut self, text: &str) -> Option<usize> {
        for (at, byte) in text.bytes().enumerate() {
            if self.escaped {
                self.escaped = false;
            } else if self.in_string {
                match byte {
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'[' | b'{' => self.depth += 1,
                    b']' | b'}' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
            }
        }
        None
    }
}

fn opens_envelope(text: &str) -> bool {
    let name = text[1..].split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
    name.rsplit(':').next() == Some(ENVELOPE_END)
}

fn envelope_end(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let tag = &text[from + at + 2..];
        let end = tag.find('>')?;
        if tag[..end].trim_end().rsplit(':').next() == Some(ENVELOPE_END) {
            return Some(from + at + 2 + end + 1);
        }
        from += at + 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_ends_where_its_brackets_do() {
        let mut message = PendingMessage::default();
        assert_eq!(message.take(r#" [2,"a]\"",{"x":[1]}] tail"#, false), MessageProgress::Ended(21));
        assert_eq!(message.into_text(), r#"[2,"a]\"",{"x":[1]}]"#);
        let mut message = PendingMessage::default();
        for line in ["", "[", "  3,", r#"  "7", "#] {
            assert_eq!(message.take(line, false), MessageProgress::GoesOn);
        }
        assert_eq!(message.take("{}]11:52 > [MO]", false), MessageProgress::Ended(3));
        assert_eq!(message.into_text(), "[\n  3,\n  \"7\", \n{}]");
        assert_eq!(PendingMessage::default().take("hello", false), MessageProgress::Broken);
    }

    #[test]
    fn an_envelope_ends_with_its_tag() {
        let mut message = PendingMessage::default();
        assert_eq!(message.take("<?xml version='1.0'?>", false), MessageProgress::GoesOn);
        assert!(message.is_prolog());
        assert_eq!(message.take("<s:Envelope><s:Body></s:Body>", false), MessageProgress::GoesOn);
        assert!(!message.is_prolog());
        assert_eq!(message.take("</s:Envelope> behind", false), MessageProgress::Ended(13));
        assert!(message.into_text().ends_with("</s:Envelope>"));
        assert!(!PendingMessage::begins("<html>") && PendingMessage::begins("<S:Envelope xmlns='x'>"));
    }

    #[test]
    fn what_did_not_end_is_kept_as_far_as_it_is_sure() {
        let mut message = PendingMessage::default();
        assert_eq!(message.take(r#"[2,"1","Heart "#, false), MessageProgress::GoesOn);
        assert_eq!(message.take("noise", false), MessageProgress::GoesOn);
        assert_eq!(message.into_first_line(), r#"[2,"1","Heart"#);
    }

    proptest! {
        #[test]
        fn no_piece_is_too_odd(pieces in proptest::collection::vec("\\PC*|[\\[\\]{}\"\\\\<>/: Envelop]*", 0..6)) {
            let mut message = PendingMessage::default();
            for piece in &pieces {
                if let MessageProgress::Ended(used) = message.take(piece, false) {
                    prop_assert!(piece.is_char_boundary(used));
                    message = PendingMessage::default();
                }
            }
        }
    }
}
