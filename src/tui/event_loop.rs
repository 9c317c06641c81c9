//! The loop: waits for the terminal, for replies, for the trace; changes the state; draws at most once in 16 ms and only when
//! something changed. With nothing to do it sleeps without a timer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Size;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::app::{App, Now, Outside};
use super::draw::{Drawn, draw};
use super::session::{Reply, Session};
use super::terminal::{self, Terminal, TerminalError};
use super::theme::Theme;
use super::update::{Effect, Message, update};
use crate::config::History;
use crate::console::Console;

/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// How long to wait for the shell to continue us before deciding that nobody stopped us.
const STOPPING: Duration = Duration::from_millis(200);

/// How the screen is to be.
#[derive(Debug, Clone)]
pub struct ScreenOptions {
    /// The theme.
    pub theme: Theme,
    /// Whether colours are wanted; false when `NO_COLOR` is set.
    pub colours: bool,
    /// Whether the mouse is captured. Without it the terminal's own selection works as everywhere.
    pub mouse: bool,
}

/// Why the screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The person quit.
    Quit,
    /// The session ended by itself.
    Shutdown,
    /// A signal, with its number.
    Signal(i32),
}

/// Runs the full screen until it is quit. It belongs on the main thread, under `block_on`: a panic of this very thread restores the
/// terminal, one of any other thread becomes a toast.
///
/// # Errors
/// When the terminal cannot be used.
pub async fn run(
    console: Arc<Console>,
    history: Arc<History>,
    options: ScreenOptions,
    shutdown: CancellationToken,
) -> Result<Exit, TerminalError> {
    let (session, replies) = Session::new(console, history);
    let (panics, panicked) = mpsc::channel(16);
    let mut app = App::new(options.theme, options.colours, TimeZone::system());
    app.command_line.remember(session.history());
    let terminal = Terminal::take(options.mouse, panics)?;
    let (width, height) = crossterm::terminal::size()?;
    app.size = Size::new(width, height);
    let screen =
        Screen { session, app, terminal, drawn: Drawn::default(), last_frame: None, dirty: true, busy: false, exit: None };
    screen.live(replies, panicked, shutdown).await
}

/// Signals that end the screen, and the one that tells that it goes on.
struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    go_on: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            go_on: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    /// The next one; `None` for the one that tells that we were stopped and continued.
    async fn next(&mut self) -> Option<SignalKind> {
        tokio::select! {
            _ = self.terminate.recv() => Some(SignalKind::terminate()),
            _ = self.hang_up.recv() => Some(SignalKind::hangup()),
            _ = self.interrupt.recv() => Some(SignalKind::interrupt()),
            _ = self.go_on.recv() => None,
        }
    }
}

struct Screen {
    session: Session,
    app: App,
    terminal: Terminal,
    drawn: Drawn,
    last_frame: Option<Instant>,
    dirty: bool,
    /// Whether a filter has more to look at.
    busy: bool,
    exit: Option<Exit>,
}

impl Screen {
    async fn live(
        mut self,
        mut replies: mpsc::Receiver<Reply>,
        mut panicked: mpsc::Receiver<String>,
        shutdown: CancellationToken,
    ) -> Result<Exit, TerminalError> {
        let mut signals = Signals::new()?;
        let mut keys = EventStream::new();
        let mut changes = self.session.trace().subscribe();
        let mut suspend = false;
        loop {
            self.draw_if_due()?;
            if let Some(exit) = self.exit {
                return Ok(exit);
            }
            if std::mem::take(&mut suspend) {
                drop(keys);
                self.suspend(&mut signals).await?;
                keys = EventStream::new();
                continue;
            }
            if self.busy {
                // One piece a turn, whatever else is heard, so that neither keys nor a flood of events wait for the other.
                self.look_on()?;
            }
            let timer = self.timer();
            tokio::select! {
                biased;
                () = shutdown.cancelled() => self.exit = Some(Exit::Shutdown),
                heard = signals.next() => match heard {
                    Some(kind) => self.exit = Some(Exit::Signal(kind.as_raw_value())),
                    // Stopped and continued by someone else; the terminal may have been used meanwhile.
                    None => {
                        self.terminal.retake()?;
                        self.dirty = true;
                    }
                },
                event = keys.next() => match event {
                    Some(event) => suspend = self.hear(event?)?,
                    // The terminal is closed: nobody can see or say anything any more.
                    None => self.exit = Some(Exit::Signal(SignalKind::hangup().as_raw_value())),
                },
                Some(reply) = replies.recv() => { self.tell(Message::Reply(reply))?; }
                Some(text) = panicked.recv() => { self.tell(Message::Panicked(text))?; }
                Ok(()) = changes.changed() => self.dirty = true,
                () = sleep(timer) => self.dirty = true,
            }
        }
    }

    fn hear(&mut self, event: Event) -> Result<bool, TerminalError> {
        let message = match event {
            Event::Key(key) => Message::Key(key),
            Event::Paste(text) => Message::Paste(text),
            Event::Mouse(mouse) => Message::Mouse(mouse),
            Event::Resize(width, height) => Message::Resize(Size::new(width, height)),
            Event::FocusGained | Event::FocusLost => return Ok(false),
        };
        self.tell(message)
    }

    /// Changes the state and does what follows from it. True when the screen is to be suspended.
    fn tell(&mut self, message: Message) -> Result<bool, TerminalError> {
        self.dirty = true;
        let mut suspend = false;
        let mut messages = vec![message];
        while let Some(message) = messages.pop() {
            for effect in self.update(message) {
                match effect {
                    Effect::Quit => self.exit = Some(Exit::Quit),
                    Effect::Suspend => suspend = true,
                    Effect::Continue => self.busy = true,
                    Effect::Copy(text) => self.terminal.copy(&text)?,
                    Effect::Run { line, context } => self.session.run(&line, context),
                    Effect::Complete { line, cursor, context, asked } => {
                        let completions = self.session.complete(&line, cursor, &context);
                        messages.push(Message::Proposed { line, cursor, completions, asked });
                    }
                    Effect::Submit { order, what } => {
                        let receipt = self.session.submit(&order);
                        messages.push(Message::Submitted { what, receipt });
                    }
                }
            }
        }
        Ok(suspend)
    }

    fn update(&mut self, message: Message) -> Vec<Effect> {
        let contents = self.session.trace().read();
        let outside = Outside {
            contents: &contents,
            catalog: self.session.catalog(),
            profile: self.session.profile(),
            now: now(&self.session),
        };
        update(&mut self.app, message, &outside)
    }

    /// Takes in what is new, and lets a filter look at a few more records.
    fn look_on(&mut self) -> Result<(), TerminalError> {
        self.busy = false;
        self.app.listening = self.session.listening();
        self.tell(Message::Refresh)?;
        Ok(())
    }

    /// Draws when something changed and the last frame is old enough. The trace is held only while the frame is made, not while the
    /// terminal takes it.
    fn draw_if_due(&mut self) -> Result<(), TerminalError> {
        let due = self.last_frame.is_none_or(|last| last.elapsed() >= FRAME);
        if !self.dirty || !due || self.exit.is_some() {
            return Ok(());
        }
        self.last_frame = Some(Instant::now());
        self.look_on()?;
        self.dirty = false;
        let (session, app) = (&self.session, &self.app);
        let mut drawn = Drawn::default();
        self.terminal.draw(|frame| {
            let contents = session.trace().read();
            let outside =
                Outside { contents: &contents, catalog: session.catalog(), profile: session.profile(), now: now(session) };
            drawn = draw(app, &outside, frame.buffer_mut());
            if let Some(cursor) = drawn.cursor {
                frame.set_cursor_position(cursor);
            }
        })?;
        self.drawn = drawn;
        Ok(())
    }

    /// How long to sleep at the most; `None` when nothing on the screen changes by itself.
    fn timer(&self) -> Option<Duration> {
        if self.busy {
            return Some(Duration::ZERO);
        }
        if self.dirty {
            return Some(self.last_frame.map_or(Duration::ZERO, |last| FRAME.saturating_sub(last.elapsed())));
        }
        let toast = self.app.toasts.deadline().map(|until| {
            Duration::from_micros(until.saturating_sub(now(&self.session).monotonic_micros)) + Duration::from_millis(1)
        });
        let second = self.drawn.counts_seconds.then_some(Duration::from_secs(1));
        toast.into_iter().chain(second).min()
    }

    /// Gives the terminal back, stops, and takes it again when the shell continues us.
    async fn suspend(&mut self, signals: &mut Signals) -> Result<(), TerminalError> {
        self.terminal.release();
        terminal::stop_process()?;
        // The kernel stops us during this wait. Where it does not, because nobody could continue us, the wait ends by itself.
        let _ = tokio::time::timeout(STOPPING, signals.go_on.recv()).await;
        self.terminal.retake()?;
        let (width, height) = crossterm::terminal::size()?;
        self.app.size = Size::new(width, height);
        self.dirty = true;
        Ok(())
    }
}

fn now(session: &Session) -> Now {
    Now { wall_micros: Timestamp::now().as_microsecond(), monotonic_micros: session.trace().micros_since_start(Instant::now()) }
}

async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
