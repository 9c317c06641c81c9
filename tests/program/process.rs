//! The program as a process: run to its end, or with its standard input and threads that hear what it prints.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use crate::stage::Stage;
use crate::support::TIMEOUT;

/// The data folder of the programs, so that no test finds the test CA of the user.
const DATA: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/data");

/// Runs the program to its end: its exit code, output and errors.
pub fn run(arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ocpp-tui"))
        .args(arguments)
        .env("XDG_DATA_HOME", DATA)
        .env("XDG_STATE_HOME", DATA)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that ends at once does not read.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A program that is used line by line: what it prints is waited for in its order.
pub struct LineSession {
    pub stage: Stage,
    program: Program,
    /// How many lines have been waited for.
    pub seen: usize,
}

impl LineSession {
    pub fn start(arguments: &[&str]) -> LineSession {
        let stage = Stage::default();
        let words: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
        let program = Program::start("p", &words, &stage);
        LineSession { stage, program, seen: 0 }
    }

    /// Waits for a line with this text behind those that were heard, and returns it.
    pub fn hear(&mut self, text: &str) -> String {
        let mut found = None;
        let from = self.seen;
        let came = self.stage.until(TIMEOUT, |heard| {
            found = heard.iter().skip(from).position(|heard| heard.line.contains(text));
            found.is_some()
        });
        assert!(came, "{text:?} did not come; the output:\n{}", self.output());
        let at = from + found.unwrap();
        self.seen = at + 1;
        self.stage.heard()[at].line.clone()
    }

    pub fn type_line(&mut self, line: &str) {
        self.program.type_line(line);
    }

    /// Types a line and waits for a text.
    pub fn ask(&mut self, line: &str, text: &str) -> String {
        self.type_line(line);
        self.hear(text)
    }

    pub fn output(&self) -> String {
        self.stage.heard().iter().map(|heard| heard.line.clone()).collect::<Vec<_>>().join("\n")
    }

    /// Ends it, and returns everything that it printed.
    pub fn quit(mut self) -> String {
        self.type_line("quit");
        assert_eq!(self.program.exit_code(TIMEOUT), Some(0));
        self.output()
    }
}

/// A program that is ended when it is forgotten.
#[derive(Debug)]
pub struct Program {
    child: Child,
    input: Option<ChildStdin>,
    readers: Vec<std::thread::JoinHandle<()>>,
}

impl Program {
    /// Starts the program; its lines are heard as those of `who`.
    pub fn start(who: &str, arguments: &[String], stage: &Stage) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ocpp-tui"))
            .args(arguments)
            .env("TZ", "UTC")
            .env("XDG_DATA_HOME", DATA)
            .env("XDG_STATE_HOME", DATA)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program was built");
        let input = child.stdin.take();
        let output = child.stdout.take().expect("it is piped");
        let errors = child.stderr.take().expect("it is piped");
        let readers = vec![reader(who, "", output, stage), reader(who, "stderr: ", errors, stage)];
        Program { child, input, readers }
    }

    /// Types a line.
    pub fn type_line(&mut self, line: &str) {
        let input = self.input.as_mut().expect("the input has not ended");
        // A program that has ended by itself shows in what it did not print.
        let _ = input.write_all(format!("{line}\n").as_bytes()).and_then(|()| input.flush());
    }

    /// Ends the input.
    pub fn end_input(&mut self) {
        self.input = None;
    }

    /// Waits for its end; `None` when it does not come.
    pub fn exit_code(&mut self, limit: Duration) -> Option<i32> {
        let end = Instant::now() + limit;
        // A child's end cannot be waited for with a limit; the end of its output can be, and comes just before.
        while self.readers.iter().any(|reader| !reader.is_finished()) {
            if Instant::now() > end {
                return None;
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
        self.child.wait().ok()?.code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn reader(
    who: &str,
    prefix: &'static str,
    output: impl std::io::Read + Send + 'static,
    stage: &Stage,
) -> std::thread::JoinHandle<()> {
    let (who, stage) = (who.to_owned(), stage.clone());
    std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut bytes = Vec::new();
        while output.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
            let line = String::from_utf8_lossy(&bytes);
            stage.hear(&who, format!("{prefix}{}", line.trim_end_matches('\n')));
            bytes.clear();
        }
        stage.nudge();
    })
}
