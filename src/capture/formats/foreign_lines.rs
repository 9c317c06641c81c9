//! A file with lines of a foreign format: the format is found out by what the first lines hold.

use std::collections::VecDeque;

use super::foreign_item::{ForeignItem, steps_of};
use super::line_format::{FormatContext, LineFormat};
use super::{csv_table, json_objects, logs, open_ocpp_trace, session_lines};
use crate::capture::event_source::{EventSource, ReadStep, UnreadLine};
use crate::capture::foreign_frame::FrameImport;
use crate::capture::line::LineFault;
use crate::capture::line_source::LineSource;

/// Makes the reader of a format when the lines that a file begins with are of it.
type Recogniser = fn(&[&str], &FormatContext) -> Option<Box<dyn LineFormat>>;

/// What is looked for, the most certain first.
const RECOGNISERS: &[Recogniser] = &[
    open_ocpp_trace::recognise,
    session_lines::recognise,
    json_objects::recognise,
    logs::ocppjs::recognise,
    logs::steve::recognise,
    logs::everest::recognise,
    logs::micro_ocpp::recognise,
    logs::python_ocpp::recognise,
    logs::evcc::recognise,
    logs::alfen::recognise,
    csv_table::recognise,
    logs::plain::recognise,
];

/// So much of a file is looked at to find out its format: lines, and bytes.
const LOOKED_AT: (usize, usize) = (4_096, 1 << 20);
/// So many lines are looked at when the format is known.
const SURE: usize = 256;

/// A file of a format with something in each line.
pub(in crate::capture) struct ForeignLines {
    lines: LineSource,
    format: Box<dyn LineFormat>,
    import: FrameImport,
    /// The lines that were looked at to find out the format.
    begun: VecDeque<(u64, Result<String, LineFault>)>,
    items: Vec<ForeignItem>,
    waiting: VecDeque<ReadStep>,
    ended: bool,
}

impl ForeignLines {
    /// The file with these first lines and their numbers, when its format is known. `waits` says that the next line may take its time to
    /// come. `None` when no format is recognised.
    pub fn recognise(
        mut begun: VecDeque<(u64, Result<String, LineFault>)>,
        mut lines: LineSource,
        waits: bool,
        context: &FormatContext,
    ) -> Option<ForeignLines> {
        let mut bytes = 0;
        let mut more = |begun: &mut VecDeque<_>, wanted: usize| {
            let before = begun.len();
            while begun.len() < wanted.min(LOOKED_AT.0) && bytes <= LOOKED_AT.1 {
                let Some(line) = lines.next() else { break };
                bytes += line.as_ref().map_or(0, String::len);
                begun.push_back((lines.number, line));
            }
            begun.len() > before
        };
        // Looking at twice as many lines each time costs little more than looking once.
        let mut found = find_format(&begun, context);
        while found.is_none() {
            let wanted = begun.len() * 2;
            if !more(&mut begun, wanted) {
                return None;
            }
            found = find_format(&begun, context);
        }
        // What the first lines leave open the next ones may say: who wrote the file, and which version was spoken.
        if !waits && more(&mut begun, SURE) {
            found = find_format(&begun, context).or(found);
        }
        let format = found?;
        let (items, waiting) = (Vec::new(), VecDeque::new());
        let import = FrameImport::new(context.catalog.clone());
        Some(ForeignLines { lines, format, import, begun, items, waiting, ended: false })
    }
}

/// The reader of the format that the lines are of.
fn find_format(lines: &VecDeque<(u64, Result<String, LineFault>)>, context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let texts: Vec<&str> = lines.iter().filter_map(|(_, line)| line.as_deref().ok()).collect();
    RECOGNISERS.iter().find_map(|recogniser| recogniser(&texts, context))
}

impl EventSource for ForeignLines {
    fn step(&mut self) -> Option<ReadStep> {
        loop {
            if let Some(step) = self.waiting.pop_front() {
                return Some(step);
            }
            let next =
                self.begun.pop_front().or_else(|| Some((self.lines.next()?, self.lines.number)).map(|(line, at)| (at, line)));
            match next {
                Some((number, line)) => {
                    if let Err(fault) = line.and_then(|line| self.format.line(number, &line, &mut self.items)) {
                        self.items.push(ForeignItem::Unread(UnreadLine { unit: "line", number, fault }));
                    }
                }
                None if self.ended || self.lines.grows() => return None,
                None => {
                    self.ended = true;
                    self.format.end(&mut self.items);
                }
            }
            steps_of(&mut self.items, &mut self.import, &mut self.waiting);
        }
    }
}
