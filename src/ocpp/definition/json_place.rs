//! Finds a part of a JSON text by its path, to name the line of a fault. The parser of serde keeps no places. It is asked only about
//! texts that the parser has accepted.

/// Where the value at a path begins: line and column, both from 1. Where the path leads nowhere, it is the last value on the way.
pub(super) fn find(text: &str, path: &[String]) -> (u32, u32) {
    let mut search = PlaceSearch { bytes: text.as_bytes(), at: 0 };
    search.space();
    let mut found = search.at;
    for step in path {
        if !search.enter(step) {
            break;
        }
        found = search.at;
    }
    place(text, found)
}

/// The line and the column of an offset, both from 1.
pub(super) fn place(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count());
    (u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1), u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1))
}

struct PlaceSearch<'text> {
    bytes: &'text [u8],
    at: usize,
}

impl PlaceSearch<'_> {
    /// Goes from a value to its member or element of this name.
    fn enter(&mut self, step: &str) -> bool {
        let is_object = match self.bytes.get(self.at) {
            Some(b'{') => true,
            Some(b'[') => false,
            _ => return false,
        };
        let mut position = 0_usize;
        loop {
            self.at += 1; // the opening bracket or a comma
            self.space();
            if matches!(self.bytes.get(self.at), None | Some(b'}' | b']')) {
                return false;
            }
            let is_it = if is_object {
                let start = self.at;
                self.string();
                let is_it = &self.bytes[start..self.at.min(self.bytes.len())] == format!("\"{step}\"").as_bytes();
                self.space();
                self.at += 1; // the colon
                self.space();
                is_it
            } else {
                position += 1;
                step.parse() == Ok(position - 1)
            };
            if is_it {
                return true;
            }
            self.value();
            self.space();
            if self.bytes.get(self.at) != Some(&b',') {
                return false;
            }
        }
    }

    fn space(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    /// Passes a string, from its first quotation mark.
    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += if *byte == b'\\' { 2 } else { 1 };
            if *byte == b'"' {
                return;
            }
        }
    }

    /// Passes a value.
    fn value(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' | b',' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &[&str]) -> (u32, u32) {
        let text = "{\n  \"a\": { \"x,}\": [1, \"]\\\"\", {}] },\n  \"ü\": [ 1,\n    { \"b\": null }, 3 ]\n}\n";
        find(text, &path.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_path_leads_to_its_line_and_column() {
        assert_eq!(at(&[]), (1, 1));
        assert_eq!(at(&["a"]), (2, 8));
        assert_eq!(at(&["a", "x,}"]), (2, 17));
        assert_eq!(at(&["a", "x,}", "2"]), (2, 28));
        assert_eq!(at(&["ü", "1", "b"]), (4, 12));
        assert_eq!(at(&["ü", "2"]), (4, 20));
    }

    #[test]
    fn a_path_that_leads_nowhere_ends_at_the_last_value() {
        assert_eq!(at(&["a", "y", "z"]), (2, 8));
        assert_eq!(at(&["ü", "7"]), (3, 8));
        assert_eq!(find("", &["a".to_owned()]), (1, 1));
    }
}
