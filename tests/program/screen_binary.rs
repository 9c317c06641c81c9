//! The real program on a pseudo-terminal: what a person sees and gets back. Every wait is for something on the screen, in a file or
//! for the end of the program; nothing is timed. Each test has folders of its own for settings and state.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::process::LineSession;
use crate::terminal::Terminal;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ocpp-tui");
const F3: &str = "\x1bOR";
const F5: &str = "\x1b[15~";
const CTRL_C: &str = "\x03";
const CTRL_Z: &str = "\x1a";

/// The folders of one person.
struct Person {
    home: TempDir,
}

impl Person {
    fn new() -> Person {
        Person { home: tempfile::tempdir().unwrap() }
    }

    fn state(&self, file: &str) -> PathBuf {
        self.home.path().join("state/ocpp-tui").join(file)
    }

    /// The program with these arguments, in a shell line when `around` says so: `{}` stands for it.
    fn command(&self, arguments: &[&str], around: Option<&str>) -> CommandBuilder {
        let mut command = match around {
            None => {
                let mut command = CommandBuilder::new(PROGRAM);
                command.args(arguments);
                command
            }
            Some(line) => {
                let mut command = CommandBuilder::new("sh");
                command.args(["-c", &line.replace("{}", &format!("{PROGRAM} {}", arguments.join(" ")))]);
                command
            }
        };
        command.env("HOME", self.home.path());
        command.env("XDG_CONFIG_HOME", self.home.path().join("config"));
        command.env("XDG_STATE_HOME", self.home.path().join("state"));
        for variable in
            ["NO_COLOR", "COLORTERM", "VISUAL", "EDITOR", "OCPP_TUI_THEME", "OCPP_TUI_CONFIG", "TMUX", "STY", "TERM_PROGRAM"]
        {
            command.env_remove(variable);
        }
        command
    }

    fn screen(&self, arguments: &[&str]) -> Terminal {
        Terminal::spawn(self.command(arguments, None), 120, 40)
    }

    /// A screen of a central system, and a charge point of another process that is connected to it.
    fn screen_with_station(&self) -> (Terminal, Station) {
        let screen = self.screen(&["cs", "--host", "127.0.0.1", "--port", "0"]);
        let station = Station::connect(&screen);
        (screen, station)
    }
}

/// A charge point in a process of its own, which is told what to do line by line.
struct Station(Child);

impl Station {
    fn connect(screen: &Terminal) -> Station {
        screen.wait_for("ocpp-tui cp ws://127.0.0.1:");
        let shown = screen.look(vt100::Screen::contents);
        let (_, behind) = shown.split_once("ws://127.0.0.1:").unwrap();
        let port: String = behind.chars().take_while(char::is_ascii_digit).collect();
        let mut command = Command::new(PROGRAM);
        command.args(["--plain", "cp", &format!("ws://127.0.0.1:{port}"), "CP1", "--manual"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut station = Station(command.spawn().unwrap());
        // A command before the station itself knows of its connection would be refused.
        let mut said = BufReader::new(station.0.stdout.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().contains("Connected to Central System")));
        std::thread::spawn(move || said.for_each(drop));
        screen.wait_for("1/1 connected");
        station
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{line}").unwrap();
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn signal(screen: &Terminal, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(screen.process()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// Waits until a file has a text in it.
fn wait_for_file(file: &Path, text: &str) {
    let until = Instant::now() + Duration::from_secs(10);
    while !fs::read_to_string(file).is_ok_and(|found| found.contains(text)) {
        assert!(Instant::now() < until, "no {text:?} in {}", file.display());
        std::thread::yield_now();
    }
}

/// The program ends with this code and leaves the terminal as it was.
fn ends(mut screen: Terminal, code: u32) {
    assert_eq!(screen.exit_code(), code);
    screen.wait_until("the terminal is given back", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
    });
    screen.look(|screen| assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None));
}

#[test]
fn without_arguments_the_screen_shows_the_first_steps() {
    let mut screen = Person::new().screen(&[]);
    screen.wait_for("start_cs 9000");
    assert!(screen.look(vt100::Screen::alternate_screen));
    screen.send(":start_cs 0 --host 127.0.0.1\r");
    screen.wait_for("ocpp-tui cp ws://127.0.0.1:");
    screen.send("q");
    ends(screen, 0);
}

#[test]
fn a_call_is_edited_and_answered_by_a_real_peer() {
    let (mut screen, _station) = Person::new().screen_with_station();
    screen.send("e");
    screen.wait_for("new call → CP1");
    screen.send("getconf\r");
    screen.wait_for("GetConfiguration → CP1");
    screen.send(F5);
    screen.wait_for("HeartbeatInterval ⇒ 300");
    // What moves something asks first, and Enter does not confirm it.
    screen.send("xunlock\r");
    screen.wait_for("UnlockConnector → CP1");
    screen.send(F5);
    screen.wait_for("UnlockConnector to CP1?");
    screen.send("\ry");
    screen.wait_for("⇒ Unlock");
    screen.send("q");
    ends(screen, 0);
}

#[test]
fn a_call_of_the_peer_is_held_edited_and_released() {
    let (mut screen, mut station) = Person::new().screen_with_station();
    screen.send(":hold dir:in action:Authorize\r");
    screen.wait_for("holding");
    station.tell("authorize idTag=BEFORE");
    screen.wait_for("‖ 1 held");
    screen.send("w");
    screen.wait_for("1 CP1 ←C Authorize");
    screen.send("\r");
    screen.wait_for("‖ 1 · Authorize · CP1");
    screen.send("\x1b[F\x7f\x7fX\"");
    screen.wait_for("BEFORX");
    screen.send(F5);
    screen.wait_for("what waited as 1");
    screen.wait_for("BEFORE ⇒ Accepted");
    screen.send("q");
    ends(screen, 0);
}

#[test]
fn a_fleet_on_the_screen_survives_its_central_system() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let mut server = LineSession::start(&["--plain", "cs", "--host", "127.0.0.1", "--port", &port]);
    server.hear("Server is listening on port");
    let person = Person::new();
    let report = person.state("fleet.txt");
    fs::create_dir_all(report.parent().unwrap()).unwrap();
    let url = format!("ws://127.0.0.1:{port}");
    let words = ["cp", &url, "--count", "3", "--ramp", "100/s", "--report", report.to_str().unwrap()];
    let mut screen = person.screen(&words);
    screen.wait_for("3/3 connected");
    drop(server);
    screen.wait_for("0/3 connected");
    screen.send("q");
    ends(screen, 0);
    assert!(fs::read_to_string(report).unwrap().contains("3 stations, 3 connected at most"));
}

#[test]
fn every_size_is_drawn_again() {
    let mut screen = Person::new().screen(&["cs", "--host", "127.0.0.1", "--port", "0"]);
    screen.wait_for("No charge point yet");
    screen.resize(50, 12);
    screen.wait_for(" 1 Stations ");
    screen.resize(18, 4);
    screen.wait_for("now 18×4");
    screen.resize(100, 30);
    screen.wait_for("─ Trace ");
    screen.send("q");
    ends(screen, 0);
}

#[test]
fn pasted_text_is_text() {
    let mut screen = Person::new().screen(&["cs", "--host", "127.0.0.1", "--port", "0"]);
    screen.wait_for("No charge point yet");
    screen.send("\x1b[200~q\rq\x1b[201~");
    screen.wait_for("Pasted text goes into the command line");
    screen.send(":\x1b[200~stations\rquit\r\x1b[201~");
    screen.wait_for(":stations quit");
    screen.send("\x1b");
    screen.wait_until("the command line is closed", |screen| !screen.contents().contains(":stations quit"));
    screen.send("q");
    ends(screen, 0);
}

#[test]
fn the_shell_suspends_and_resumes_it() {
    let person = Person::new();
    let around = Some("set -m; {}; echo STOPPED; read line; fg; echo ENDED");
    let command = person.command(&["cs", "--host", "127.0.0.1", "--port", "0"], around);
    let mut screen = Terminal::spawn(command, 120, 40);
    screen.wait_for("No charge point yet");
    screen.send(CTRL_Z);
    screen.wait_for("STOPPED");
    screen.look(|screen| assert!(!screen.alternate_screen() && !screen.hide_cursor()));
    screen.send("\r");
    screen.wait_for("No charge point yet");
    screen.send("?");
    screen.wait_for("Show only its trace");
    screen.send("qq");
    screen.wait_for("ENDED");
    ends(screen, 0);
}

#[test]
fn signals_and_ctrl_c_restore_the_terminal() {
    for (sent, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let screen = Person::new().screen(&[]);
        screen.wait_for("start_cs 9000");
        signal(&screen, sent);
        ends(screen, code);
    }
    let mut screen = Person::new().screen(&[]);
    screen.wait_for("start_cs 9000");
    screen.send(":half");
    screen.wait_for(":half");
    screen.send(CTRL_C);
    screen.wait_for("Ctrl-C again quits at once");
    screen.send(CTRL_C);
    ends(screen, 0);
}

/// Whether any cell of the screen has a colour.
fn is_coloured(screen: &vt100::Screen) -> bool {
    let (rows, columns) = screen.size();
    (0..rows.get()).any(|row| {
        (0..columns.get()).filter_map(|column| screen.cell(row, column)).any(|cell| cell.fgcolor() != vt100::Color::Default)
    })
}

#[test]
fn the_screen_is_readable_without_colours() {
    let person = Person::new();
    let mut command = person.command(&["--theme", "gruvbox"], None);
    command.env("NO_COLOR", "1");
    let mut plain = Terminal::spawn(command, 120, 40);
    plain.wait_for("start_cs 9000");
    assert!(!plain.look(is_coloured));
    plain.send("q");
    ends(plain, 0);
    let mut coloured = person.screen(&["--theme", "gruvbox"]);
    coloured.wait_for("start_cs 9000");
    assert!(coloured.look(is_coloured));
    coloured.send("q");
    ends(coloured, 0);
}

#[test]
fn the_editor_of_the_user_edits_the_payload() {
    let person = Person::new();
    let script = person.home.path().join("editor");
    fs::write(&script, "#!/bin/sh\necho \"EDITING $2\"\nread line\nprintf '{\"key\": [\"FromScript\"]}' > \"$2\"\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = person.command(&["cs", "--host", "127.0.0.1", "--port", "0"], None);
    command.env("EDITOR", format!("{} --wait", script.display()));
    let mut screen = Terminal::spawn(command, 120, 40);
    let _station = Station::connect(&screen);
    screen.send("egetconf\r");
    screen.wait_for("GetConfiguration → CP1");
    screen.send(F3);
    screen.wait_for(".json");
    assert!(!screen.look(vt100::Screen::alternate_screen), "the other program has the terminal as it was");
    screen.send("\r");
    screen.wait_for("FromScript");
    screen.send(F5);
    screen.wait_for("FromScript ⇒ unknown");
    screen.send("q");
    ends(screen, 0);
}

#[test]
fn the_title_tells_the_state_and_a_notification_rings() {
    let mut screen = Person::new().screen(&[]);
    screen.wait_for("start_cs 9000");
    screen.send(":notify 127.0.0.1\r");
    screen.wait_for("will ring");
    screen.wait_to_be_told("ocpp-tui", 0);
    screen.send(":start_cs 0 --host 127.0.0.1\r");
    screen.wait_to_be_told("ocpp-tui cs", 1);
    screen.send("Q");
    assert_eq!(screen.exit_code(), 0);
    // The terminal takes its own title back.
    screen.wait_to_be_told("", 1);
}

#[test]
fn inside_tmux_a_copied_text_is_given_to_tmux() {
    let person = Person::new();
    let (folder, taken) = (person.home.path(), person.home.path().join("taken"));
    let program = folder.join("tmux");
    let answers = "case \"$1\" in show-options) echo external;; load-buffer) [ \"$2\" = -w ] && cat >";
    fs::write(&program, format!("#!/bin/sh\n{answers} '{}';; esac\n", taken.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = person.command(&["cs", "--host", "127.0.0.1", "--port", "0"], None);
    command.env("TMUX", "/tmp/tmux-1000/default,1,0");
    command.env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()));
    let mut screen = Terminal::spawn(command, 120, 40);
    screen.wait_for("No charge point yet");
    // What is copied is the newest line.
    screen.wait_for("ws://127.0.0.1:");
    screen.wait_for("listening");
    screen.send("2y");
    screen.wait_for("bytes through tmux");
    assert!(fs::read_to_string(&taken).unwrap().contains("127.0.0.1"));
    screen.send("q");
    ends(screen, 0);
}

#[test]
fn quitting_is_confirmed_while_a_call_is_open() {
    let (mut screen, mut station) = Person::new().screen_with_station();
    station.tell("answer remote_getconfiguration none");
    station.tell("heartbeat");
    screen.wait_for("Heartbeat");
    screen.send("egetconf\r");
    screen.wait_for("GetConfiguration → CP1");
    screen.send(F5);
    screen.wait_for("1 in flight");
    screen.send("q");
    screen.wait_for("1 call waits for an answer. Quit?");
    screen.send("n");
    screen.wait_until("the question is gone", |screen| !screen.contents().contains("Quit?"));
    screen.send("q");
    screen.wait_for("Quit?");
    screen.send("y");
    ends(screen, 0);
}

#[test]
fn drafts_and_commands_survive_a_crash() {
    let person = Person::new();
    let (mut screen, station) = person.screen_with_station();
    screen.send(":stations\r");
    screen.wait_for("CP1  connected");
    wait_for_file(&person.state("history"), "stations");
    screen.send("\x1b");
    screen.wait_until("the text is closed", |screen| !screen.contents().contains("CP1  connected"));
    screen.send("egetconf\r");
    screen.wait_for("GetConfiguration → CP1");
    screen.send("\x1b[200~\"survives\"\x1b[201~");
    screen.wait_for("survives");
    wait_for_file(&person.state("drafts.json"), "survives");
    signal(&screen, Signal::KILL);
    screen.exit_code();
    drop(station);
    let (mut screen, _station) = person.screen_with_station();
    screen.send("egetconf\r");
    screen.wait_for("survives");
    screen.send("\x1b");
    screen.wait_until("the editor is closed", |screen| !screen.contents().contains("survives"));
    screen.send(":\x1b[A");
    screen.wait_for(":stations");
    screen.send(CTRL_C);
    screen.wait_for("Ctrl-C again");
    screen.send(CTRL_C);
    ends(screen, 0);
}

#[test]
fn mistakes_in_the_settings_are_reported_by_line() {
    let person = Person::new();
    let file = person.home.path().join("config/ocpp-tui/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "theme = \"dark\"\n\n[keys]\nqiut = \"x\"\n").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env("XDG_CONFIG_HOME", person.home.path().join("config")).env("HOME", person.home.path());
        command.env("XDG_STATE_HOME", person.home.path().join("state")).env_remove("OCPP_TUI_CONFIG");
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, told, _) = run(&["config", "check"]);
    assert_eq!(code, Some(1));
    assert!(told.contains(&format!("{}:4: there is no action \"qiut\"; did you mean \"quit\"?", file.display())), "{told}");
    let (code, _, told) = run(&["cs", "--port", "0"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("qiut") && told.contains("config check"), "{told}");
    assert!(run(&["config", "path"]).1.starts_with(&file.display().to_string()));
    fs::write(&file, "theme = \"dark\"\n").unwrap();
    assert_eq!(run(&["config", "check"]).0, Some(0));
}

/// A file is shown by the same program within a session; the session is on the screen again afterwards, and it went on meanwhile.
#[test]
fn recorded_files_are_shown_within_a_session() {
    let person = Person::new();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/customer-log/steve.log");
    let (mut screen, mut station) = person.screen_with_station();
    screen.send(&format!(":open {file}\r"));
    screen.wait_for("WB-0042");
    assert!(screen.look(vt100::Screen::alternate_screen));
    // The station of the file has gone by its end.
    screen.wait_until("the whole file is shown", |screen| screen.contents().contains("0/1 connected"));
    station.tell("heartbeat");
    screen.resize(100, 30);
    screen.wait_until("the file is drawn in the new size", |screen| screen.contents().lines().count() <= 30);
    screen.send("q");
    screen.wait_for("1/1 connected");
    screen.wait_for("Heartbeat");
    screen.look(|screen| {
        assert!(screen.alternate_screen() && !screen.contents().contains("WB-0042"), "{}", screen.contents());
        assert_ne!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    });
    // What cannot be shown says why, and the session stays.
    screen.send(":open /no/such/file\r");
    screen.wait_for("No such file or directory");
    screen.wait_for("1/1 connected");
    // The line stays, to be corrected.
    screen.send("\x1b");
    screen.wait_until("the command line is closed", |screen| !screen.contents().contains(":open /no/such"));
    screen.send("q");
    ends(screen, 0);
}

/// The shell gets the whole job: not only the program in front.
#[test]
fn the_shell_suspends_a_session_that_shows_a_file() {
    let person = Person::new();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/customer-log/steve.log");
    let around = Some("set -m; {}; echo STOPPED; read line; fg; echo ENDED");
    let command = person.command(&["cs", "--host", "127.0.0.1", "--port", "0"], around);
    let mut screen = Terminal::spawn(command, 120, 40);
    screen.wait_for("No charge point yet");
    screen.send(&format!(":open {file}\r"));
    screen.wait_for("WB-0042");
    screen.send(CTRL_Z);
    screen.wait_for("STOPPED");
    screen.send("\r");
    screen.wait_for("WB-0042");
    screen.send("q");
    screen.wait_for("No charge point yet");
    screen.send("q");
    screen.wait_for("ENDED");
    ends(screen, 0);
}

#[test]
fn a_signal_ends_a_session_that_shows_a_file_and_restores_the_terminal() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/customer-log/steve.log");
    let mut screen = Person::new().screen(&[]);
    screen.wait_for("start_cs 9000");
    screen.send(&format!(":open {file}\r"));
    screen.wait_for("WB-0042");
    signal(&screen, Signal::TERM);
    ends(screen, 143);
}
