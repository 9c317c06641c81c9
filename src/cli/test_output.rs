//! What `ocpp-tui test` prints: each scenario as soon as it has ended, in the order of the files, so that a run can be repeated with the
//! same output; requests to the user; the line that shows what runs now; the summary.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ocpp_tui::sanitize::escape_control;
use ocpp_tui::scenario::report::{ResultCount, explain, sentence};
use ocpp_tui::scenario::{CaseOutcome, FileReport, NoteLevel, ProgressLine, ScenarioCase, ScenarioOptions};

/// Moves to the beginning of the line and clears it.
const CLEAR: &str = "\r\x1b[K";
/// The width of a line that is cleared later: it must not be wrapped by the terminal, and few are narrower.
const SHORT: usize = 78;

/// What is printed of one scenario, and where.
enum PrintedText {
    /// On the standard output.
    Out(String),
    /// On the standard error.
    Err(String),
}

/// How the files of a run are called that runs them several times.
#[derive(Debug, Clone, Copy)]
pub struct RoundLabel {
    /// How many files there are.
    pub files: usize,
    /// How often they run.
    pub rounds: usize,
}

impl RoundLabel {
    /// The name of the file at this place of the run.
    pub fn label(self, index: usize, file: &str) -> Cow<'_, str> {
        let RoundLabel { files, rounds } = self;
        if rounds < 2 { file.into() } else { format!("{file} ({} of {rounds})", index / files.max(1) + 1).into() }
    }
}

/// Prints the results of a run.
pub struct ResultPrinter {
    verbose: bool,
    rounds: RoundLabel,
    colours: bool,
    state: Mutex<PrinterState>,
}

struct PrinterState {
    /// The first file that has not ended: what is reported of it is printed at once.
    head: usize,
    /// What is reported of the files behind it.
    waiting: BTreeMap<usize, Vec<PrintedText>>,
    /// The files behind it that have ended.
    ended: Vec<usize>,
    /// The first failure of the standard output; nothing is printed there afterwards.
    failure: io::Result<()>,
}

impl ResultPrinter {
    /// Nothing is printed of scenarios that pass, unless `verbose` is set.
    pub fn new(verbose: bool, rounds: RoundLabel) -> ResultPrinter {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colours = io::stdout().is_terminal() && !set("NO_COLOR") && !dumb;
        let state = PrinterState { head: 0, waiting: BTreeMap::new(), ended: Vec::new(), failure: Ok(()) };
        ResultPrinter { verbose, rounds, colours, state: Mutex::new(state) }
    }

    /// Prints what happens; called from any thread.
    pub fn progress(&self, progress: ProgressLine<'_>) {
        match progress {
            ProgressLine::Begins { index, script, name } if self.verbose => {
                let script = self.rounds.label(index, script);
                let line = format!("begins   {} › {}\n", escape_control(&script), escape_control(name));
                self.report(index, vec![PrintedText::Out(line)]);
            }
            ProgressLine::Ended { index, script, case } => {
                self.report(index, self.texts(&self.rounds.label(index, script), case));
            }
            other => print_progress(other),
        }
    }

    /// A file has ended: what the next one has reported so far is printed.
    pub fn file_ended(&self, index: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended.push(index);
        while let Some(at) = state.ended.iter().position(|ended| *ended == state.head) {
            state.ended.swap_remove(at);
            state.head += 1;
            let head = state.head;
            let texts = state.waiting.remove(&head).unwrap_or_default();
            state.print(texts);
        }
    }

    /// Ends the output with the counts, when there is something to count.
    ///
    /// # Errors
    /// When the standard output was or is closed.
    pub fn finish(self, count: ResultCount, options: &ScenarioOptions) -> io::Result<()> {
        clear();
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.failure?;
        let ResultCount { passed, failed, broken, skipped, warned, remarks } = count;
        let good = failed == 0 && broken == 0 && skipped == 0 && warned == 0;
        if good && !self.verbose {
            return Ok(());
        }
        let paint = |colour, count: usize, text: String| if count > 0 { painted(self.colours, colour, &text) } else { text };
        let mut text = format!(
            "{passed} passed, {}, {}, {skipped} skipped",
            paint(RED, failed, format!("{failed} failed")),
            paint(RED, broken, format!("{broken} broken")),
        );
        if warned > 0 {
            text += &format!(", {}", paint(YELLOW, warned, format!("{warned} warned")));
        }
        if remarks > 0 {
            text += &format!(", {remarks} {}", if remarks == 1 { "remark" } else { "remarks" });
        }
        if options.enough.is_cancelled() {
            text += "; no more were begun after a failure (--fail-fast)";
        }
        writeln!(io::stdout().lock(), "{text}; seed {}", options.seed)
    }

    fn report(&self, index: usize, texts: Vec<PrintedText>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if index == state.head {
            state.print(texts);
        } else {
            state.waiting.entry(index).or_default().extend(texts);
        }
    }

    /// What is printed of a scenario that has ended.
    fn texts(&self, script: &str, case: &ScenarioCase) -> Vec<PrintedText> {
        let (word, colour) = match &case.outcome {
            CaseOutcome::Passed | CaseOutcome::Skipped(_) => (case.outcome.name(), None),
            CaseOutcome::Warned => (case.outcome.name(), Some(YELLOW)),
            CaseOutcome::Failed(_) | CaseOutcome::Broken(_) => (case.outcome.name(), Some(RED)),
        };
        let paint = |text: &str| colour.map_or_else(|| text.to_owned(), |colour| painted(self.colours, colour, text));
        let mut texts = Vec::new();
        if self.verbose {
            let title = case.title();
            let (file, name) = (escape_control(script), escape_control(&title));
            let word = paint(&format!("{word:<8}"));
            let mut text = format!("{word} {file} › {name} ({:.3} s)\n", case.took.as_secs_f64());
            // A String takes everything, here and below.
            if let CaseOutcome::Skipped(reason) = &case.outcome {
                let _ = writeln!(text, "         {}", escape_control(reason));
            }
            for note in case.notes.iter().filter(|note| note.level == NoteLevel::Remark) {
                let _ = writeln!(text, "         {}", escape_control(&sentence(note)));
            }
            for line in &case.trace {
                let _ = writeln!(text, "         {line}");
            }
            texts.push(PrintedText::Out(text));
        }
        let explained = explain(script, case);
        match (&case.outcome, explained.split_once('\n')) {
            (CaseOutcome::Broken(_), _) => texts.push(PrintedText::Err(format!("ocpp-tui: {explained}"))),
            (_, Some((first, rest))) => texts.push(PrintedText::Out(format!("{}\n{rest}", paint(first)))),
            (_, None) => {}
        }
        texts
    }
}

impl PrinterState {
    fn print(&mut self, texts: Vec<PrintedText>) {
        if texts.is_empty() {
            return;
        }
        clear();
        for text in texts {
            match text {
                PrintedText::Out(text) if self.failure.is_ok() => {
                    let mut out = io::stdout().lock();
                    self.failure = out.write_all(text.as_bytes()).and_then(|()| out.flush());
                }
                PrintedText::Out(_) => {}
                // A closed standard error is ignored: the summary and the exit code report the case too.
                PrintedText::Err(text) => drop(io::stderr().lock().write_all(text.as_bytes())),
            }
        }
    }
}

const RED: u8 = 31;
const YELLOW: u8 = 33;

/// A text in a colour of the terminal.
fn painted(colours: bool, colour: u8, text: &str) -> String {
    if colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Prints the scenarios that a run would have, a line each; with their paragraphs when `verbose` is set.
///
/// # Errors
/// When the standard output is closed.
pub fn print_list(files: &[FileReport], verbose: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (file, case) in files.iter().flat_map(|file| file.cases.iter().map(|case| (&file.file, case))) {
        if let CaseOutcome::Broken(_) = case.outcome {
            // As in a run; the exit code reports it too.
            drop(write!(io::stderr().lock(), "ocpp-tui: {}", explain(file, case)));
            continue;
        }
        writeln!(out, "{} › {}", escape_control(file), escape_control(&case.title()))?;
        if verbose {
            let by = case.by.join(", ");
            let profiles = case.profiles.join(", ");
            let facts: [(&str, &str); 5] = [
                ("area", &case.area),
                ("needs", &profiles),
                ("checks", &case.checks),
                ("by", &by),
                ("grade", case.grade.name()),
            ];
            for (name, value) in facts {
                if !value.is_empty() {
                    writeln!(out, "         {name:<7} {}", escape_control(value))?;
                }
            }
        }
    }
    out.flush()
}

/// Prints what the user must do at the side under test, what scripts print and, on a terminal, what runs now, in a line that is cleared
/// later.
fn print_progress(progress: ProgressLine<'_>) {
    let mut out = io::stderr().lock();
    let (terminal, clear) = (out.is_terminal(), if out.is_terminal() { CLEAR } else { "" });
    // The scenario goes on when standard error is closed.
    let _ = match progress {
        ProgressLine::Request(text) => writeln!(out, "{clear}PLEASE: {}", escape_control(text)),
        ProgressLine::Begins { script, name, .. } if terminal => {
            let file = Path::new(script).file_name().unwrap_or_default().to_string_lossy();
            let line: String = format!("{} › {}", escape_control(&file), escape_control(name)).chars().take(SHORT).collect();
            write!(out, "{CLEAR}{line}").and_then(|()| out.flush())
        }
        ProgressLine::Begins { .. } | ProgressLine::Ended { .. } => Ok(()),
        ProgressLine::Printed { script, text } => {
            text.lines().try_for_each(|line| writeln!(out, "{clear}{}: {}", escape_control(script), escape_control(line)))
        }
    };
}

/// Clears the line that shows what runs now.
fn clear() {
    let mut out = io::stderr().lock();
    if out.is_terminal() {
        let _ = out.write_all(CLEAR.as_bytes()); // a closed terminal shows nothing
    }
}
