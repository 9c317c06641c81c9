//! The event loop: waits for the terminal, for replies, for the trace; changes the state; draws at most once in 16 ms and only when
//! something changed. It never blocks: what touches the disk runs elsewhere and sends a message. With nothing to do it sleeps without a
//! timer.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Size;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::app::App;
use super::backend::{BackendReply, ScreenBackend};
use super::bindings::Bindings;
use super::clipboard::{ClipboardRoute, CopyOutcome, NoClipboard, copy_through_tmux};
use super::context::{ReadContext, ReadTime};
use super::draw::{DrawnAreas, draw};
use super::external;
use super::layout::Pane;
use super::pane::window_title;
use super::persistence::{Persistence, copy_to_file};
use super::signals::Signals;
use super::state::ReplayPage;
use super::state::SendBatch;
use super::state::TimeDisplay;
use super::terminal::{Terminal, TerminalError};
use super::theme::{ColourDepth, Theme, Themes};
use super::theme_watch::watch_themes;
use super::update::{ScreenMessage, UpdateEffect, update};
use crate::config::{History, SavedState};
use crate::console::Console;
use crate::replay::ReplayRun;
use crate::signals::{ExitSignal, stop_process_group};

/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// The same while there is nothing new but records: more frames cannot be read, and links need the processor.
const RECORDS_FRAME: Duration = Duration::from_millis(33);
/// How many messages from tasks of the screen may wait.
const BACKGROUND: usize = 16;
/// How long to wait for the shell to continue the program before assuming that it was not stopped.
const STOPPING: Duration = Duration::from_millis(200);

/// Options of the screen.
#[derive(Debug, Clone)]
pub struct ScreenOptions {
    /// The theme.
    pub theme: Theme,
    /// All themes.
    pub themes: Themes,
    /// How many colours the terminal has.
    pub depth: ColourDepth,
    /// Whether the mouse is captured. If not, the terminal selects text with it.
    pub mouse: bool,
    /// The keys.
    pub bindings: Bindings,
    /// Whether actions with a physical effect ask first.
    pub confirm: bool,
    /// Whether the title of the terminal shows the state of the session.
    pub title: bool,
    /// What the last session saved.
    pub kept: SavedState,
    /// Whether links whose two ends are in this console are shown from the central system only.
    pub one_end: bool,
    /// Whether the first records are shown at the start, and not the newest.
    pub at_first: bool,
    /// The state folder; with `None` nothing is saved.
    pub state: Option<PathBuf>,
    /// A replay whose page is shown first.
    pub replay: Option<ReplayRun>,
}

/// Why the screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user quit.
    Quit,
    /// The session ended.
    Shutdown,
    /// A signal, with its number.
    Signal(u8),
}

/// Runs the full screen until it is quit. Call it on the main thread, under `block_on`: a panic of this thread restores the terminal, a
/// panic of any other thread becomes a toast.
///
/// # Errors
/// When the terminal cannot be used.
pub async fn run(
    console: Arc<Console>,
    history: Arc<History>,
    options: ScreenOptions,
    shutdown: CancellationToken,
) -> Result<Exit, TerminalError> {
    let (session, replies) = ScreenBackend::new(console, history);
    let (panics, panicked) = mpsc::channel(16);
    let mut app = App::new(options.theme, options.depth, TimeZone::system());
    app.themes = options.themes;
    (app.bindings, app.confirm, app.kept) = (options.bindings, options.confirm, options.kept);
    app.trace.look.time = app.kept.screen.time.as_deref().and_then(TimeDisplay::named).unwrap_or_default();
    (app.mouse, app.title) = (options.mouse, options.title);
    app.show_one_end(options.one_end);
    app.trace.follow(!options.at_first);
    if options.at_first {
        // What was recorded is read, and the stations of it are sent nothing.
        app.focus(Pane::Trace);
    }
    app.ascii = crate::tui::theme::is_ascii_terminal(|name| std::env::var(name).ok());
    let commands = session.grammar().commands().iter();
    app.commands = commands.map(|command| (command.name.to_string(), command.summary.to_string())).collect();
    if options.replay.is_some() {
        app.overlays.open(ReplayPage::default());
    }
    let persistence = Persistence::start(options.state)?;
    app.command_line.remember(session.history());
    let terminal = Terminal::take(options.mouse, panics)?;
    let (width, height) = crossterm::terminal::size()?;
    app.size = Size::new(width, height);
    let (background, finished) = mpsc::channel(BACKGROUND);
    let (own_theme, is_own_theme) = watch::channel(false);
    if let Some(folder) = app.themes.folder() {
        tokio::spawn(watch_themes(folder.clone(), is_own_theme, background.clone()));
    }
    let screen = Screen {
        session,
        replay: options.replay,
        app,
        terminal,
        persistence,
        background,
        own_theme,
        clipboard: ClipboardRoute::detect(|name| std::env::var(name).ok()),
        drawn: DrawnAreas::default(),
        last_frame: None,
        dirty: true,
        urgent: true,
        busy: false,
        exit: None,
    };
    screen.run_loop(replies, panicked, finished, shutdown).await
}

/// What the loop has to do after a message, because it affects the whole terminal.
#[derive(Debug, Default)]
enum After {
    #[default]
    Nothing,
    Suspend,
    Edit {
        text: String,
        extension: &'static str,
    },
    Open(Vec<String>),
}

struct Screen {
    session: ScreenBackend,
    replay: Option<ReplayRun>,
    app: App,
    terminal: Terminal,
    persistence: Persistence,
    /// Where tasks of the screen send their results.
    background: mpsc::Sender<ScreenMessage>,
    /// Whether the active theme is in the user's folder, which is watched then.
    own_theme: watch::Sender<bool>,
    /// Who takes copied texts.
    clipboard: ClipboardRoute,
    drawn: DrawnAreas,
    last_frame: Option<Instant>,
    dirty: bool,
    /// Whether it is more than records that changed.
    urgent: bool,
    /// Whether a filter has more records to check.
    busy: bool,
    exit: Option<Exit>,
}

impl Screen {
    async fn run_loop(
        mut self,
        mut replies: mpsc::Receiver<BackendReply>,
        mut panicked: mpsc::Receiver<String>,
        mut finished: mpsc::Receiver<ScreenMessage>,
        shutdown: CancellationToken,
    ) -> Result<Exit, TerminalError> {
        let mut signals = Signals::new()?;
        let mut keys = EventStream::new();
        let mut changes = self.session.trace().subscribe();
        let mut after = After::Nothing;
        loop {
            self.draw_if_due()?;
            if let Some(exit) = self.exit {
                return Ok(exit);
            }
            match std::mem::take(&mut after) {
                After::Nothing => {}
                After::Suspend => {
                    drop(keys);
                    self.suspend(&mut signals).await?;
                    keys = EventStream::new();
                    continue;
                }
                After::Edit { text, extension } => {
                    drop(keys);
                    let edited = external::edit(&text, extension);
                    if let Some(edited) = self.outside(edited, None, &mut signals, &shutdown).await? {
                        self.dispatch(ScreenMessage::Edited(edited))?;
                    }
                    keys = EventStream::new();
                    continue;
                }
                After::Open(files) => {
                    drop(keys);
                    let show_secrets = self.session.trace().read().shows_secrets();
                    let end = CancellationToken::new();
                    let opened = external::open(&files, show_secrets, &end);
                    if let Some(Err(error)) = self.outside(opened, Some(&end), &mut signals, &shutdown).await? {
                        self.dispatch(ScreenMessage::Reply(BackendReply::Error(format!("{error}."))))?;
                    }
                    keys = EventStream::new();
                    continue;
                }
            }
            if self.busy {
                // One piece a turn, so that neither keys nor a flood of events wait for the other.
                self.catch_up()?;
            }
            let timer = self.timer();
            tokio::select! {
                biased;
                () = shutdown.cancelled() => self.exit = Some(Exit::Shutdown),
                signal = signals.next() => match signal {
                    Some(signal) => self.exit = Some(Exit::Signal(signal.number())),
                    // Stopped and continued from outside; the terminal may have been used meanwhile.
                    None => {
                        self.terminal.retake()?;
                        self.dirty = true;
                    }
                },
                event = keys.next() => match event {
                    Some(event) => after = self.handle_event(event?)?,
                    // The terminal is closed: nothing can be shown or typed any more.
                    None => self.exit = Some(Exit::Signal(ExitSignal::HangUp.number())),
                },
                Some(reply) = replies.recv() => after = self.dispatch(ScreenMessage::Reply(reply))?,
                Some(message) = finished.recv() => after = self.dispatch(message)?,
                Some(text) = panicked.recv() => { self.dispatch(ScreenMessage::Panicked(text))?; }
                // Before a frame that is due anyway, one more record changes nothing.
                Ok(()) = changes.changed(), if !self.dirty => {
                    let urgent = self.urgent;
                    self.dispatch(ScreenMessage::Recorded)?;
                    self.urgent = urgent;
                }
                () = sleep(timer) => self.dirty = true,
            }
        }
    }

    fn handle_event(&mut self, event: Event) -> Result<After, TerminalError> {
        let message = match event {
            Event::Key(key) => ScreenMessage::Key(key),
            Event::Paste(text) => ScreenMessage::Paste(text),
            Event::Mouse(mouse) => ScreenMessage::Mouse(mouse),
            Event::Resize(width, height) => ScreenMessage::Resize(Size::new(width, height)),
            Event::FocusGained | Event::FocusLost => return Ok(After::Nothing),
        };
        self.dispatch(message)
    }

    /// Changes the state and executes the effects.
    fn dispatch(&mut self, message: ScreenMessage) -> Result<After, TerminalError> {
        (self.dirty, self.urgent) = (true, true);
        let mut after = After::Nothing;
        let mut messages = vec![message];
        while let Some(message) = messages.pop() {
            for effect in self.apply(message) {
                match effect {
                    UpdateEffect::SendNextStep => {
                        if let Some(replay) = &self.replay {
                            replay.grant();
                        }
                    }
                    UpdateEffect::Quit => self.exit = Some(Exit::Quit),
                    UpdateEffect::Suspend => after = After::Suspend,
                    UpdateEffect::EditOutside { text, extension } => after = After::Edit { text, extension },
                    UpdateEffect::OpenFiles(files) => after = After::Open(files),
                    UpdateEffect::Continue => self.busy = true,
                    UpdateEffect::Search(scan) => scan.run(self.session.trace()),
                    UpdateEffect::Load(records) => self.session.trace().want(&records),
                    UpdateEffect::Copy(text) => messages.extend(self.copy(text)?),
                    UpdateEffect::Announce(text) => self.terminal.announce(&text)?,
                    UpdateEffect::Redraw => self.terminal.redraw()?,
                    UpdateEffect::Mouse(mouse) => self.terminal.set_mouse(mouse)?,
                    UpdateEffect::Keep(part) => self.persistence.keep(&self.app, part),
                    UpdateEffect::Run { line, context } => self.session.run(&line, context),
                    UpdateEffect::Complete { line, cursor, context, asked } => {
                        // Without a result here the proposals come as a reply.
                        if let Some(completions) = self.session.complete(&line, cursor, &context, asked) {
                            messages.push(ScreenMessage::Proposed { line, cursor, completions, asked });
                        }
                    }
                    UpdateEffect::Submit { order, what } => {
                        let receipt = self.session.submit(&order);
                        messages.push(ScreenMessage::Submitted { what, receipt });
                    }
                    UpdateEffect::Give(order) => messages.push(ScreenMessage::Given(self.session.submit(&order))),
                }
            }
        }
        let is_own = self.app.themes.is_own(&self.app.theme.name);
        self.own_theme.send_if_modified(|own| std::mem::replace(own, is_own) != is_own);
        Ok(after)
    }

    /// Copies a text on the route that this terminal has. What became of it is a message, at once or later.
    fn copy(&mut self, text: String) -> Result<Option<ScreenMessage>, TerminalError> {
        let bytes = text.len();
        let (file, background) = (self.persistence.copy_file(), self.background.clone());
        match self.clipboard.of_text(&text) {
            ClipboardRoute::Terminal => {
                self.terminal.copy(&text)?;
                return Ok(Some(ScreenMessage::Copied(Ok(CopyOutcome::Terminal { bytes }))));
            }
            ClipboardRoute::Behind => {
                self.terminal.copy(&text)?;
                return Ok(Some(ScreenMessage::Copied(Ok(CopyOutcome::Behind { bytes }))));
            }
            ClipboardRoute::Tmux => {
                tokio::spawn(async move {
                    match copy_through_tmux(&text).await {
                        // Without a receiver the screen has ended.
                        Some(outcome) => drop(background.send(ScreenMessage::Copied(Ok(outcome))).await),
                        None => copy_into_file(file, text, NoClipboard::Tmux, background),
                    }
                });
            }
            ClipboardRoute::Nowhere(reason) => copy_into_file(file, text, reason, background),
        }
        Ok(None)
    }

    fn apply(&mut self, message: ScreenMessage) -> Vec<UpdateEffect> {
        let contents = self.session.trace().read();
        let outside = ReadContext {
            contents: &contents,
            catalog: self.session.catalog(),
            grammar: self.session.grammar(),
            profile: self.session.profile(),
            gate: self.session.gate(),
            machines: self.session.machines(),
            modes: self.session.modes(),
            replay: self.replay.as_ref(),
            now: now(&self.session),
        };
        update(&mut self.app, message, &outside)
    }

    /// Takes in what is new, and lets a filter check a few more records.
    fn catch_up(&mut self) -> Result<(), TerminalError> {
        self.busy = false;
        self.app.listening = self.session.listening();
        self.app.fleets = self.session.fleets();
        self.app.alerts.set_filters(self.session.alerts());
        let urgent = self.urgent;
        self.dispatch(ScreenMessage::Refresh)?;
        self.urgent = urgent;
        // Who reads a file into the trace waits for us.
        self.session.trace().read_up_to(self.app.facts.position());
        Ok(())
    }

    /// Draws when something changed and the last frame is old enough. The trace is locked only while the frame is made, not while it is
    /// written to the terminal.
    fn draw_if_due(&mut self) -> Result<(), TerminalError> {
        let due = self.last_frame.is_none_or(|last| last.elapsed() >= self.frame());
        if !self.dirty || !due || self.exit.is_some() {
            return Ok(());
        }
        self.last_frame = Some(Instant::now());
        self.catch_up()?;
        (self.dirty, self.urgent) = (false, false);
        let (session, app, replay) = (&self.session, &self.app, self.replay.as_ref());
        let (mut drawn, mut title) = (DrawnAreas::default(), None);
        self.terminal.draw(|frame| {
            let contents = session.trace().read();
            let outside = ReadContext {
                contents: &contents,
                catalog: session.catalog(),
                grammar: session.grammar(),
                profile: session.profile(),
                gate: session.gate(),
                machines: session.machines(),
                modes: session.modes(),
                replay,
                now: now(session),
            };
            drawn = draw(app, &outside, frame.buffer_mut());
            title = app.title.then(|| window_title(app, &outside));
            if let Some(cursor) = drawn.cursor {
                frame.set_cursor_position(cursor);
            }
        })?;
        self.drawn = drawn;
        if let Some(title) = title {
            self.terminal.set_title(&title)?;
        }
        Ok(())
    }

    /// The least time between two frames.
    fn frame(&self) -> Duration {
        if self.urgent { FRAME } else { RECORDS_FRAME }
    }

    /// The longest time to sleep; `None` when nothing on the screen changes with the time.
    fn timer(&self) -> Option<Duration> {
        if self.busy {
            return Some(Duration::ZERO);
        }
        if self.dirty {
            return Some(self.last_frame.map_or(Duration::ZERO, |last| self.frame().saturating_sub(last.elapsed())));
        }
        let toast = self.app.toasts.deadline().map(|until| {
            Duration::from_micros(until.saturating_sub(now(&self.session).monotonic_micros)) + Duration::from_millis(1)
        });
        let second = self.drawn.counts_seconds.then_some(Duration::from_secs(1));
        let micros = |until: u64| Duration::from_micros(until.saturating_sub(now(&self.session).monotonic_micros));
        let change = self.drawn.changes_at.map(micros).map(|wait| wait.max(Duration::from_millis(1)));
        let batch = self.app.batch.as_ref().and_then(SendBatch::deadline).map(micros);
        let alert = self.app.alerts.deadline().map(micros);
        toast.into_iter().chain(alert).chain(second).chain(change).chain(batch).min()
    }

    /// Releases the terminal for another program, and takes it back when that has ended: what it returned, or `None` when this one is
    /// to end. A program that knows `end` is asked to end then, and gives the terminal back; any other is dropped. The network goes on
    /// meanwhile.
    async fn outside<T>(
        &mut self,
        program: impl Future<Output = T>,
        end: Option<&CancellationToken>,
        signals: &mut Signals,
        shutdown: &CancellationToken,
    ) -> Result<Option<T>, TerminalError> {
        self.terminal.release();
        let mut running = std::pin::pin!(program);
        let exit = loop {
            tokio::select! {
                biased;
                ended = &mut running => break Ok(ended),
                () = shutdown.cancelled() => break Err(Exit::Shutdown),
                signal = signals.next() => match signal {
                    // Ctrl-C is meant for the program that has the terminal.
                    Some(ExitSignal::Interrupt) | None => {}
                    Some(signal) => break Err(Exit::Signal(signal.number())),
                },
            }
        };
        let ended = match exit {
            Ok(ended) => ended,
            Err(exit) => {
                self.exit = Some(exit);
                if let Some(end) = end {
                    end.cancel();
                    running.await;
                }
                return Ok(None);
            }
        };
        self.terminal.retake()?;
        // What was typed while the other program ended was meant for that one.
        while crossterm::event::poll(Duration::ZERO)? {
            crossterm::event::read()?;
        }
        let (width, height) = crossterm::terminal::size()?;
        self.app.size = Size::new(width, height);
        self.dirty = true;
        Ok(Some(ended))
    }

    /// Releases the terminal, stops, and takes the terminal back when the shell continues the program. Where that is impossible, the
    /// screen stays and shows why.
    async fn suspend(&mut self, signals: &mut Signals) -> Result<(), TerminalError> {
        self.terminal.release();
        let stopped = stop_process_group();
        if stopped.is_ok() {
            // The kernel stops the program during this wait. In an orphaned process group it does not, and the wait times out.
            let _ = tokio::time::timeout(STOPPING, signals.continued()).await;
        }
        self.terminal.retake()?;
        if let Err(error) = stopped {
            let now = now(&self.session).monotonic_micros;
            self.app.toasts.error(format!("The program cannot be suspended: {error}."), now);
        }
        let (width, height) = crossterm::terminal::size()?;
        self.app.size = Size::new(width, height);
        self.dirty = true;
        Ok(())
    }
}

/// Writes a text into a file on a thread for blocking work; the result comes back as a message.
fn copy_into_file(file: Option<PathBuf>, text: String, reason: NoClipboard, background: mpsc::Sender<ScreenMessage>) {
    tokio::task::spawn_blocking(move || {
        let copied = copy_to_file(file, &text).map(|name| CopyOutcome::File { name, reason });
        // Without a receiver the screen has ended.
        let _ = background.blocking_send(ScreenMessage::Copied(copied));
    });
}

fn now(session: &ScreenBackend) -> ReadTime {
    ReadTime {
        wall_micros: Timestamp::now().as_microsecond(),
        monotonic_micros: session.trace().micros_since_start(Instant::now()),
    }
}

async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
