//! A running program: its standard input, and a thread that hears what it prints.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use super::stage::Stage;

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
