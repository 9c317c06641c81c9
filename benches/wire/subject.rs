//! The servers that are measured, each a process of its own on one processor: the bare ones, the program in its forms, and central systems of
//! others.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::kernel::{cpu_seconds_of_process, resident_bytes_of};
use crate::support::{bare, bare_soap, free_port, one_worker};

/// The argument that makes this program a bare server.
pub const ROLE: &str = "be-bare";
/// The processor of the servers, when `taskset` can say so.
const PROCESSOR: usize = 0;
/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(10);
/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_ocpp-tui");

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectKind {
    /// tokio-tungstenite, serde_json and the compiled schemas.
    Bare,
    /// hyper and quick-xml.
    BareSoap,
    /// The program in line mode, its output to `/dev/null`.
    Lines,
    /// The same for SOAP.
    SoapLines,
    /// The same with a capture.
    Capture,
    /// The full screen in a pseudo-terminal of 200 by 60.
    Screen,
    /// The Python package `ocpp` with `websockets`.
    Python,
    /// `ocpp-rpc` of npm.
    Node,
}

/// A server that runs.
pub struct Subject {
    pub port: u16,
    process: u32,
    running: Running,
    /// What the program finds as the folders of its user.
    _folder: tempfile::TempDir,
}

enum Running {
    Child(Child),
    Terminal {
        child: Box<dyn portable_pty::Child + Send + Sync>,
        /// Without them the terminal is gone.
        _ends: (Box<dyn MasterPty + Send>, Box<dyn Write + Send>),
    },
}

/// A command for a processor, when the system has `taskset`.
pub fn pinned(processor: usize, program: &Path) -> Command {
    let has_taskset = Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if has_taskset.is_ok_and(|status| status.success()) {
        let mut command = Command::new("taskset");
        command.args(["-c", &processor.to_string()]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// Is a bare server until its input ends.
pub fn be_bare(words: &[String]) {
    let [word, port] = words else { panic!("a kind and a port, not: {words:?}") };
    let port = port.parse().expect("a port");
    let runtime = one_worker("bare");
    let is_soap = word == "soap";
    runtime.block_on(async { if is_soap { bare_soap::listen(port).await } else { bare::listen(port).await } });
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

impl SubjectKind {
    /// The command, when it can be had here; otherwise what it needs.
    fn command(self, port: u16, folder: &Path) -> Result<Command, &'static str> {
        let port = port.to_string();
        let peers = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/wire/peers"));
        let bare = |word: &str| {
            let mut command = pinned(PROCESSOR, &std::env::current_exe().expect("this program's path"));
            command.args([ROLE, word, &port]);
            command
        };
        let ours = |words: &[&str]| {
            let mut command = pinned(PROCESSOR, Path::new(PROGRAM));
            command.args(words);
            command
        };
        let lines = ["--plain", "--log-format", "text"];
        let command = match self {
            SubjectKind::Bare => bare("websocket"),
            SubjectKind::BareSoap => bare("soap"),
            SubjectKind::Lines => ours(&[&lines[..], &["cs", "--port", &port]].concat()),
            SubjectKind::SoapLines => ours(&[&lines[..], &["start_cs", &port, "-t", "soap", "-p", "ocpp1.5"]].concat()),
            SubjectKind::Capture => {
                let file = folder.join("capture.jsonl");
                let file = file.to_str().expect("a folder with an ordinary name");
                ours(&[&lines[..], &["--capture", file, "cs", "--port", &port]].concat())
            }
            SubjectKind::Screen => ours(&["cs", "--port", &port]),
            SubjectKind::Python => {
                let python = std::env::var("OCPP_TUI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
                let found = Command::new(&python).args(["-c", "import ocpp, websockets"]).stderr(Stdio::null()).status();
                if !found.is_ok_and(|status| status.success()) {
                    return Err("the Python of OCPP_TUI_PYTHON, or python3, with the packages ocpp and websockets");
                }
                let mut command = pinned(PROCESSOR, Path::new(&python));
                command.arg(peers.join("ocpp_package.py")).arg(port);
                command
            }
            SubjectKind::Node => {
                let found = Command::new("node").args(["-e", "require('ocpp-rpc')"]).stderr(Stdio::null()).status();
                if !found.is_ok_and(|status| status.success()) {
                    return Err("node, and ocpp-rpc where NODE_PATH says");
                }
                let mut command = pinned(PROCESSOR, Path::new("node"));
                command.arg(peers.join("ocpp-rpc.js")).arg(port);
                command
            }
        };
        Ok(command)
    }
}

impl Subject {
    /// Starts a server and waits until it listens.
    ///
    /// # Errors
    /// With what it needs, when that is not installed.
    pub fn start(kind: SubjectKind) -> Result<Subject, &'static str> {
        let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
        let mut command = kind.command(port, folder.path())?;
        let (running, process) = if kind == SubjectKind::Screen {
            in_terminal(&command, folder.path())
        } else {
            for place in PLACES {
                command.env(place, folder.path());
            }
            command.stdin(Stdio::piped()).stdout(Stdio::null());
            let child = command.spawn().expect("the program starts");
            let process = child.id();
            (Running::Child(child), process)
        };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < PATIENCE, "{kind:?} does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Subject { port, process, running, _folder: folder })
    }

    /// The processor time that it has used so far, in seconds, with its recorder and printer, which lag a little behind the answers.
    pub fn cpu_seconds(&self) -> f64 {
        std::thread::sleep(Duration::from_millis(100));
        cpu_seconds_of_process(self.process)
    }

    /// Its resident memory, in bytes.
    pub fn resident_bytes(&self) -> usize {
        resident_bytes_of(&self.process.to_string())
    }
}

/// What the program takes for the folders of its user.
pub const PLACES: [&str; 4] = ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"];

/// The same command in a pseudo-terminal, whose output is read and dropped.
fn in_terminal(command: &Command, folder: &Path) -> (Running, u32) {
    let size = PtySize { rows: 60, cols: 200, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
    let mut builder = CommandBuilder::new(command.get_program());
    builder.args(command.get_args());
    builder.env("TERM", "xterm-256color");
    for place in PLACES {
        builder.env(place, folder);
    }
    let mut output = pair.master.try_clone_reader().expect("a reader");
    let keys = pair.master.take_writer().expect("a writer");
    let child = pair.slave.spawn_command(builder).expect("the program starts");
    std::thread::spawn(move || {
        let mut bytes = [0; 1 << 14];
        while output.read(&mut bytes).is_ok_and(|count| count > 0) {}
    });
    let process = child.process_id().expect("a process");
    (Running::Terminal { child, _ends: (pair.master, keys) }, process)
}

impl Drop for Subject {
    fn drop(&mut self) {
        // it may have ended already
        match &mut self.running {
            Running::Child(child) => {
                let _ = child.kill();
                let _ = child.wait();
            }
            Running::Terminal { child, .. } => {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}
