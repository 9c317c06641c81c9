//! The search inside a message: the places of a text in the lines of the view, and which of them is the current one.

use std::ops::Range;

use super::line::TextLine;

/// More places are not counted.
const MOST: usize = 10_000;

/// A text that is searched for, and where it is.
#[derive(Debug, Default)]
pub(super) struct TextSearch {
    pub text: String,
    /// Line and bytes, in the order of the lines.
    pub places: Vec<(usize, Range<usize>)>,
    /// The index of the place to which the search went.
    pub current: Option<usize>,
}

impl TextSearch {
    /// Finds the text anew. Only a text in lower case finds letters of either case.
    pub fn find(&mut self, lines: impl Iterator<Item = TextLine>) {
        self.places.clear();
        let exact = self.text.chars().any(char::is_uppercase);
        for (index, line) in lines.enumerate() {
            if self.places.len() >= MOST {
                break;
            }
            self.places.extend(places(&line.text(), &self.text, exact).map(|place| (index, place)));
        }
        self.current = self.current.filter(|current| *current < self.places.len());
    }

    /// Goes to the first place that is not before a line.
    pub fn go_from(&mut self, line: usize) {
        let at = self.places.partition_point(|(place, _)| *place < line);
        self.current = if at < self.places.len() { Some(at) } else { (!self.places.is_empty()).then_some(0) };
    }

    /// Goes to the next place, or the one before, around the end.
    pub fn step(&mut self, forward: bool) {
        let count = self.places.len();
        if count == 0 {
            return;
        }
        self.current = Some(match (self.current, forward) {
            (None, true) => 0,
            (None, false) => count - 1,
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
        });
    }

    /// The places on a line, and whether each is the current one.
    pub fn on_line(&self, line: usize) -> Vec<(Range<usize>, bool)> {
        let from = self.places.partition_point(|(place, _)| *place < line);
        let here = self.places[from..].iter().take_while(|(place, _)| *place == line);
        here.enumerate().map(|(index, (_, range))| (range.clone(), self.current == Some(from + index))).collect()
    }
}

/// The places of a text in a line; they do not overlap.
fn places<'a>(line: &'a str, text: &'a str, exact: bool) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut at = 0;
    std::iter::from_fn(move || {
        let length = text.len();
        while length > 0 && at + length <= line.len() {
            let here = &line.as_bytes()[at..at + length];
            let is_here = if exact { here == text.as_bytes() } else { here.eq_ignore_ascii_case(text.as_bytes()) };
            if is_here {
                at += length;
                return Some(at - length..at);
            }
            at += 1;
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::state::LineTone;

    #[test]
    fn places_are_found_in_any_case_and_walked_around_the_end() {
        let lines = ["Status äA", "status", "x"].map(|text| TextLine::new(text, LineTone::Base));
        let mut search = TextSearch { text: "a".to_owned(), ..TextSearch::default() };
        search.find(lines.clone().into_iter());
        assert_eq!(search.places, [(0, 2..3), (0, 9..10), (1, 2..3)]);
        search.go_from(1);
        assert_eq!(search.current, Some(2));
        search.step(true);
        assert_eq!(search.on_line(0), [(2..3, true), (9..10, false)]);
        search.step(false);
        assert_eq!(search.current, Some(2));
        search.text = "A".to_owned();
        search.find(lines.into_iter());
        assert_eq!((search.places.len(), search.current), (1, None));
        search.go_from(7);
        assert_eq!(search.current, Some(0));
        search.text.clear();
        search.find(std::iter::empty());
        search.step(true);
        assert_eq!(search.current, None);
    }
}
