//! A text over the panes: the help, the event log, or the output of a command. It can be searched. The help is made from the keys that are
//! in force.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use serde::de::IgnoredAny;

use super::message::{LineTone, TextLine, wrapped};
use super::toasts::ToastEntry;
use crate::console::{LegendPart, legend_of_filters, legend_of_signs};
use crate::tui::action::{KeyContext, TEXT_KEYS};
use crate::tui::bindings::Bindings;
use crate::tui::key::KeyPress;
use crate::tui::widget::{InputLine, width_of, wrap};

/// The width of the column with the keys.
pub const KEYS: usize = 20;
/// Wider lines are hard to read.
pub const WIDEST: u16 = 110;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PagerLine {
    /// A heading.
    Heading(String),
    /// Keys and what they do; or a time and an event.
    Keys(String, String),
    /// A line of text.
    Text(String),
    /// A line of JSON in pieces.
    Json(Vec<(String, LineTone)>),
}

impl PagerLine {
    /// Whether it starts an entry, rather than continues the one before.
    fn begins(&self) -> bool {
        !matches!(self, PagerLine::Keys(keys, _) if keys.is_empty())
    }

    /// Its text in lower case.
    fn plain(&self) -> String {
        match self {
            PagerLine::Heading(own) | PagerLine::Text(own) => own.to_lowercase(),
            PagerLine::Keys(keys, own) => format!("{keys} {own}").trim_start().to_lowercase(),
            PagerLine::Json(pieces) => pieces.iter().map(|(text, _)| text.to_lowercase()).collect(),
        }
    }
}

/// The state.
#[derive(Debug, Clone)]
pub struct Pager {
    /// The title.
    pub title: String,
    /// What is searched for.
    pub search: InputLine,
    /// Whether the search is being typed.
    pub searching: bool,
    all: Vec<PagerLine>,
    /// The lines that are shown.
    pub lines: Vec<PagerLine>,
    /// The first line on the screen.
    pub top: usize,
}

impl Pager {
    fn new(title: impl Into<String>, all: Vec<PagerLine>) -> Pager {
        let (lines, search) = (all.clone(), InputLine::default());
        Pager { title: title.into(), search, searching: false, all, lines, top: 0 }
    }

    /// The keys, those of the given context first, in lines of at most this width. From a pane one gets everywhere, so all others
    /// follow; where text is typed or chosen, only the keys that work there.
    pub fn help(first: KeyContext, bindings: &Bindings, width: usize) -> Pager {
        let mut order: Vec<KeyContext> = first.reach().to_vec();
        if first.is_pane() {
            order.extend(KeyContext::ALL.iter().filter(|context| !first.reach().contains(context)));
        }
        let mut lines = Vec::new();
        for context in order {
            if !lines.is_empty() {
                lines.push(PagerLine::Text(String::new()));
            }
            keys_of(context, bindings, width, &mut lines);
        }
        let legend = legend_of_signs().into_iter().chain(legend_of_filters());
        for part in legend.filter(|_| first.is_pane()) {
            lines.push(PagerLine::Text(String::new()));
            part_lines(part, width, &mut lines);
        }
        Pager::new("Keys", lines)
    }

    /// What the signs of the screen mean, and the filter language.
    pub fn legend(width: usize) -> Pager {
        Pager::parts("Legend", legend_of_signs().into_iter().chain(legend_of_filters()), width)
    }

    /// The filter language, and the keys of the line in which filters are typed.
    pub fn filters(bindings: &Bindings, width: usize) -> Pager {
        let mut pager = Pager::parts("Filters", legend_of_filters().into_iter(), width);
        let mut lines = std::mem::take(&mut pager.all);
        lines.push(PagerLine::Text(String::new()));
        keys_of(KeyContext::FilterLine, bindings, width, &mut lines);
        Pager::new("Filters", lines)
    }

    fn parts(title: &str, parts: impl Iterator<Item = LegendPart>, width: usize) -> Pager {
        let mut lines = Vec::new();
        for part in parts {
            if !lines.is_empty() {
                lines.push(PagerLine::Text(String::new()));
            }
            part_lines(part, width, &mut lines);
        }
        Pager::new(title, lines)
    }

    /// The output of a command, in lines of at most this width. It keeps its indentation, and JSON in it has its colours.
    pub fn text(title: String, body: &str, width: usize) -> Pager {
        let width = width.max(20);
        let all: Vec<&str> = body.lines().collect();
        let mut lines = Vec::new();
        let mut rest = all.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let block = json_block(rest);
            if block == 0 {
                let line = TextLine::new(*first, LineTone::Base);
                lines.extend(wrapped(&line, width).into_iter().map(|row| PagerLine::Text(text_of(&row))));
                rest = others;
            } else {
                let (json, behind) = rest.split_at(block);
                let rows = json.iter().flat_map(|line| wrapped(&TextLine::json(line), width));
                lines.extend(rows.map(PagerLine::Json));
                rest = behind;
            }
        }
        Pager::new(title, lines)
    }

    /// The past toasts and notes, the newest last and visible.
    pub fn log<'a>(entries: impl Iterator<Item = &'a ToastEntry>, zone: &TimeZone, width: usize, height: usize) -> Pager {
        let mut lines = Vec::new();
        for ToastEntry { wall_micros, failure, text } in entries {
            let at = Timestamp::from_microsecond(*wall_micros).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
            let sign = if *failure { " ✗" } else { "" };
            entry_lines(format!("{}{sign}", at.strftime("%H:%M:%S%.3f")), text, width, &mut lines);
        }
        if lines.is_empty() {
            lines.push(PagerLine::Text("No entries yet.".to_owned()));
        }
        let mut pager = Pager::new("Event log", lines);
        pager.scroll(isize::MAX, height);
        pager
    }

    /// Scrolls by some lines.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        self.top = self.top.saturating_add_signed(lines).min(self.lines.len().saturating_sub(height));
    }

    /// Shows only entries with the text that is searched for, under their headings.
    pub fn narrow(&mut self) {
        let text = self.search.text().trim().to_lowercase();
        self.top = 0;
        if text.is_empty() {
            self.lines = self.all.clone();
            return;
        }
        self.lines.clear();
        let mut heading: Option<&PagerLine> = None;
        let mut whole = false;
        let mut rest = self.all.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let length = 1 + others.iter().take_while(|line| !line.begins()).count();
            let (block, behind) = rest.split_at(length);
            rest = behind;
            if matches!(first, PagerLine::Heading(_)) {
                heading = Some(first);
                whole = first.plain().contains(&text);
            } else if matches!(first, PagerLine::Text(blank) if blank.is_empty()) {
                // Sections that are left out leave no empty lines.
            } else if whole || block.iter().map(PagerLine::plain).collect::<Vec<_>>().join(" ").contains(&text) {
                self.lines.extend(heading.take().cloned());
                self.lines.extend_from_slice(block);
            }
        }
        if self.lines.is_empty() {
            self.lines.push(PagerLine::Text("Nothing here has this text.".to_owned()));
        }
    }
}

/// The keys of a context, under its heading.
fn keys_of(context: KeyContext, bindings: &Bindings, width: usize, lines: &mut Vec<PagerLine>) {
    lines.push(PagerLine::Heading(context.title().to_owned()));
    for (row, keys) in bindings.of(context) {
        let keys = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join("  ");
        let keys = if keys.is_empty() { "no key".to_owned() } else { keys };
        entry_lines(keys, row.help, width, lines);
    }
    if context == KeyContext::Editor {
        for (keys, help) in TEXT_KEYS {
            let keys = keys.iter().filter_map(|key| KeyPress::parse(key)).map(|key| key.to_string());
            entry_lines(keys.collect::<Vec<_>>().join("  "), help, width, lines);
        }
    }
}

fn part_lines(part: LegendPart, width: usize, lines: &mut Vec<PagerLine>) {
    lines.push(PagerLine::Heading(part.title.to_owned()));
    for (sign, meaning) in part.rows {
        entry_lines(sign, &meaning, width, lines);
    }
}

/// How many lines from the first one on are one JSON object or list; 0 when they are none.
fn json_block(lines: &[&str]) -> usize {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let Some(first) = lines.first().filter(|line| line.trim_start().starts_with(['{', '['])) else { return 0 };
    let own = indent(first);
    let is_end = |line: &&str| indent(line) == own && line.trim_start().starts_with(['}', ']']);
    let more = lines[1..].iter().position(is_end).map_or(1, |index| index + 2);
    // On a line of its own it is closed there.
    [1, more].into_iter().find(|count| serde_json::from_str::<IgnoredAny>(&lines[..*count].join("\n")).is_ok()).unwrap_or(0)
}

fn text_of(row: &[(String, LineTone)]) -> String {
    row.iter().map(|(text, _)| text.as_str()).collect()
}

/// Keys that are wider than their column get a line of their own; long sentences are wrapped.
fn entry_lines(keys: String, sentence: &str, width: usize, lines: &mut Vec<PagerLine>) {
    let mut keys = if width_of(&keys) > KEYS {
        lines.push(PagerLine::Keys(keys, String::new()));
        String::new()
    } else {
        keys
    };
    for line in wrap(sentence, width.saturating_sub(KEYS + 3).max(20)) {
        lines.push(PagerLine::Keys(std::mem::take(&mut keys), line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::{ActionRow, TABLE};

    #[test]
    fn help_lists_every_action_and_begins_with_the_context() {
        for context in KeyContext::ALL {
            for width in [40, 110] {
                let help = Pager::help(context, &Bindings::default(), width);
                let listed =
                    help.lines.iter().filter(|line| matches!(line, PagerLine::Keys(keys, _) if !keys.is_empty())).count();
                let works = |row: &&ActionRow| context.is_pane() || context.reach().contains(&row.context);
                let text_keys = if context.is_pane() || context == KeyContext::Editor { TEXT_KEYS.len() } else { 0 };
                let parts = legend_of_signs().into_iter().chain(legend_of_filters()).filter(|_| context.is_pane());
                let legend = parts.map(|part| part.rows.len()).sum::<usize>();
                assert_eq!(listed, TABLE.iter().filter(works).count() + text_keys + legend, "{context:?}");
            }
            let help = Pager::help(context, &Bindings::default(), 110);
            assert_eq!(help.lines[0], PagerLine::Heading(context.title().to_owned()));
        }
    }

    #[test]
    fn texts_keep_their_indentation_and_json_its_colours() {
        let body = "Schema\n{\n  \"type\": \"object\",\n  \"a\": [1]\n}\n  two words that go on and on\n[not json";
        let pager = Pager::text("x".to_owned(), body, 24);
        let shown: Vec<String> = pager.lines.iter().map(PagerLine::plain).collect();
        let expected = [
            "schema",
            "{",
            "  \"type\": \"object\",",
            "  \"a\": [1]",
            "}",
            "  two words that go on",
            "    and on",
            "[not json",
        ];
        assert_eq!(shown, expected);
        let json = |line: &PagerLine| matches!(line, PagerLine::Json(_));
        assert_eq!(pager.lines.iter().filter(|line| json(line)).count(), 4);
        let PagerLine::Json(pieces) = &pager.lines[2] else { panic!("{:?}", pager.lines) };
        assert_eq!(pieces[1], ("\"type\"".to_owned(), LineTone::Key));
    }

    #[test]
    fn a_search_keeps_whole_entries_under_their_headings() {
        let mut help = Pager::help(KeyContext::Stations, &Bindings::default(), 50);
        help.search.set("asks when calls WAIT");
        help.narrow();
        assert_eq!(help.lines[0], PagerLine::Heading("In every pane".to_owned()));
        assert!(matches!(&help.lines[1], PagerLine::Keys(keys, _) if keys == "q"), "{:?}", help.lines);
        help.search.set("tolerated");
        help.narrow();
        assert!(help.lines.iter().any(|line| matches!(line, PagerLine::Keys(sign, _) if sign == "~")), "{:?}", help.lines);
        help.search.set("zebra");
        help.narrow();
        assert_eq!(help.lines.len(), 1);
    }
}
