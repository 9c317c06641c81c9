//! A program in a pseudo-terminal, for tests of what a person sees: start it, press keys, wait until the screen says something. It
//! knows nothing of the program.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before a test gives up.
const DEADLINE: Duration = Duration::from_secs(10);

/// What the program tells the terminal besides what is on the screen.
#[derive(Default)]
struct Told {
    title: String,
    bells: usize,
}

impl vt100::Callbacks for Told {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }
}

/// The program and its screen.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    parser: Arc<Mutex<vt100::Parser<Told>>>,
    news: mpsc::Receiver<()>,
}

impl Terminal {
    /// Starts a command on a screen of this size.
    pub fn spawn(mut command: CommandBuilder, columns: u16, rows: u16) -> Terminal {
        command.env("TERM", "xterm-256color");
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("the command starts");
        let mut output = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let dimension = |number: u16| number.try_into().expect("a size above zero");
        let parser =
            Arc::new(Mutex::new(vt100::Parser::new_with_callbacks(dimension(rows), dimension(columns), 0, Told::default())));
        let (tell, news) = mpsc::channel();
        let screen = parser.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                screen.lock().expect("no test panics while it reads").process(&bytes[..count]);
                let _ = tell.send(());
            }
        });
        Terminal { child, master: pair.master, keys, parser, news }
    }

    /// Presses keys: the bytes that a terminal sends for them.
    pub fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the program listens");
    }

    /// Changes the size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let dimension = |number: u16| number.try_into().expect("a size above zero");
        self.parser.lock().expect("unbroken").screen_mut().set_size(dimension(rows), dimension(columns));
        self.master.resize(size(columns, rows)).expect("a new size");
    }

    /// Looks at the screen: its text, and whether it is the alternate one.
    pub fn look<T>(&self, at: impl FnOnce(&vt100::Screen) -> T) -> T {
        at(self.parser.lock().expect("unbroken").screen())
    }

    /// The title of the window, and how often the bell rang.
    fn told(&self) -> (String, usize) {
        let parser = self.parser.lock().expect("unbroken");
        (parser.callbacks().title.clone(), parser.callbacks().bells)
    }

    /// Waits until the screen shows a text; panics with the screen when it does not.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?} on the screen"), |screen| screen.contents().contains(text));
    }

    /// Waits until the screen is as it should be; panics with the screen when it is not.
    pub fn wait_until(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        self.wait(what, |terminal| terminal.look(&is_so));
    }

    /// Waits until the program has set this title and has rung so often.
    pub fn wait_to_be_told(&self, title: &str, bells: usize) {
        self.wait(&format!("title {title:?} and {bells} bells"), |terminal| terminal.told() == (title.to_owned(), bells));
    }

    fn wait(&self, what: &str, is_so: impl Fn(&Terminal) -> bool) {
        let until = Instant::now() + DEADLINE;
        while !is_so(self) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "not so: {what}\n{}", self.look(vt100::Screen::contents));
            let _ = self.news.recv_timeout(left.min(Duration::from_millis(50)));
        }
    }

    /// The process, to send it signals.
    pub fn process(&self) -> u32 {
        self.child.process_id().expect("a running process")
    }

    /// Waits for the end; returns the exit code.
    pub fn exit_code(&mut self) -> u32 {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.exit_code();
            }
            assert!(Instant::now() < until, "still running:\n{}", self.look(vt100::Screen::contents));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
