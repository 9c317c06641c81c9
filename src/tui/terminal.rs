//! The terminal: set up at the start, and restored at the end, however the program ends. Draws frames in one write inside a synchronized
//! update.

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, KeyboardEnhancementFlags,
    PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{Command, cursor, queue};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use tokio::sync::mpsc;

use crate::sanitize::escape_control;

/// Puts the title of the window on the stack of the terminal, and takes it from there (XTWINOPS).
const SAVE_TITLE: &str = "\x1b[22;0t";
const RESTORE_TITLE: &str = "\x1b[23;0t";

/// Whether the terminal is set up. A process has one terminal, and the panic hook has no handle to it.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether mouse capture was requested; only then it is undone.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Why the screen cannot continue.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// The terminal refused to be set up, read or written.
    #[error("the terminal cannot be used ({0}); run with --plain to work without a full screen")]
    Io(#[from] io::Error),
}

/// Collects a frame, so that it reaches the terminal in one write.
#[derive(Debug, Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn commit(&self) -> io::Result<()> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut terminal = io::stdout().lock();
        let written = terminal.write_all(&bytes).and_then(|()| terminal.flush());
        bytes.clear();
        written
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Does nothing: the frame is not complete yet; `commit` writes it.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while it is set up; dropping it restores it.
#[derive(Debug)]
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Output>>,
    output: Output,
    mouse: bool,
    /// The title that the terminal has from us.
    title: String,
}

impl Terminal {
    /// Sets the terminal up. Panics of other threads are sent to `panics` from now on; a panic of this thread restores the terminal
    /// before its message is written.
    ///
    /// # Errors
    /// When standard output is no terminal or refuses raw mode.
    pub fn take(mouse: bool, panics: mpsc::Sender<String>) -> Result<Terminal, TerminalError> {
        install_panic_hook(thread::current().id(), panics);
        let output = Output::default();
        let inner = ratatui::Terminal::new(CrosstermBackend::new(output.clone()))?;
        let mut terminal = Terminal { inner, output, mouse, title: String::new() };
        terminal.set_up()?;
        Ok(terminal)
    }

    fn set_up(&mut self) -> Result<(), TerminalError> {
        TAKEN.store(true, Ordering::SeqCst);
        MOUSE.store(self.mouse, Ordering::SeqCst);
        enable_raw_mode()?;
        // The flags are pushed without a query: terminals that do not know them ignore them, and a query may take seconds.
        let flags = PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES);
        self.title.clear();
        queue!(self.output, Print(SAVE_TITLE), EnterAlternateScreen, EnableBracketedPaste, flags)?;
        if self.mouse {
            queue!(self.output, EnableMouseCapture)?;
        }
        self.redraw()
    }

    /// Clears the terminal and forgets what is on it, so that the next frame writes every cell.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn redraw(&mut self) -> Result<(), TerminalError> {
        // Resizing clears and forgets the last frame. `clear` would query the position of the cursor and wait for the answer.
        let (width, height) = crossterm::terminal::size()?;
        self.inner.resize(Rect::new(0, 0, width, height))?;
        Ok(self.output.commit()?)
    }

    /// Draws a frame.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, frame: impl FnOnce(&mut Frame<'_>)) -> Result<(), TerminalError> {
        queue!(self.output, BeginSynchronizedUpdate)?;
        self.inner.draw(frame)?;
        queue!(self.output, EndSynchronizedUpdate)?;
        Ok(self.output.commit()?)
    }

    /// Puts text into the clipboard of the terminal, which works over SSH too (OSC 52).
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn copy(&mut self, text: &str) -> Result<(), TerminalError> {
        self.send(CopyToClipboard::to_clipboard_from(text))
    }

    /// Sets the title of the terminal's window; it is restored at the end.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn set_title(&mut self, title: &str) -> Result<(), TerminalError> {
        if self.title == title {
            return Ok(());
        }
        title.clone_into(&mut self.title);
        self.send(SetTitle(title))
    }

    /// Rings the bell, and asks the desktop to show a sentence (OSC 9). A terminal that does not know it ignores it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn announce(&mut self, text: &str) -> Result<(), TerminalError> {
        self.send(Print(format!("\x07\x1b]9;{}\x07", escape_control(text))))
    }

    /// Captures the mouse, or releases it to the terminal, which then selects text with it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn set_mouse(&mut self, mouse: bool) -> Result<(), TerminalError> {
        if self.mouse == mouse {
            return Ok(());
        }
        self.mouse = mouse;
        MOUSE.store(mouse, Ordering::SeqCst);
        if mouse { self.send(EnableMouseCapture) } else { self.send(DisableMouseCapture) }
    }

    fn send(&mut self, command: impl Command) -> Result<(), TerminalError> {
        queue!(self.output, command)?;
        Ok(self.output.commit()?)
    }

    /// Restores the terminal for a while.
    pub fn release(&mut self) {
        give_back();
    }

    /// Sets it up again after [`release`](Terminal::release); the next frame is drawn completely.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn retake(&mut self) -> Result<(), TerminalError> {
        self.set_up()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Undoes what `set_up` did, once; a second call finds nothing to do. A failure is ignored: there is no other place to show it.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = Vec::new();
    if MOUSE.load(Ordering::SeqCst) {
        let _ = queue!(bytes, DisableMouseCapture);
    }
    let _ = queue!(
        bytes,
        EndSynchronizedUpdate,
        PopKeyboardEnhancementFlags,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        SetTitle(""),
        Print(RESTORE_TITLE),
        cursor::Show
    );
    let mut terminal = io::stdout().lock();
    let _ = terminal.write_all(&bytes).and_then(|()| terminal.flush());
    let _ = disable_raw_mode();
}

/// A panic of the screen's own thread restores the terminal first; one of any other thread must not touch the screen, which
/// continues, so its message goes to the event loop.
fn install_panic_hook(screen: ThreadId, panics: mpsc::Sender<String>) {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !TAKEN.load(Ordering::SeqCst) {
            previous(info);
        } else if thread::current().id() == screen {
            give_back();
            previous(info);
        } else {
            let what = message_of(info);
            let place = info.location().map(|at| format!(" ({at})")).unwrap_or_default();
            // When the queue is full, the first panics are enough.
            let _ = panics.try_send(format!("a part of the program failed: {what}{place}"));
        }
    }));
}

/// The message of a panic; its payload is nearly always a text.
fn message_of<'a>(info: &'a PanicHookInfo<'_>) -> &'a str {
    let payload = info.payload();
    payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
