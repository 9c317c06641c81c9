//! What goes into [`update`](super::update) and what comes out: messages for the screen, and effects that are carried out outside of it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::layout::Size;

use crate::config::SavedPart;
use crate::console::{Completions, RunContext};
use crate::hub::{Order, Receipt};
use crate::trace::{PageScan, Sequence};
use crate::tui::backend::BackendReply;
use crate::tui::clipboard::CopyOutcome;
use crate::tui::external::EditError;
use crate::tui::theme::ThemeChanges;

/// Why a text was not copied into a file.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// No state is saved in this session.
    #[error("The clipboard cannot take the text, and there is no folder to put it into")]
    NoFolder,
    /// The file cannot be written.
    #[error("The text could not be copied to {}: {reason}", .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// The error of the operating system.
        reason: io::Error,
    },
}

/// A message for the screen.
#[derive(Debug)]
pub enum ScreenMessage {
    /// A key.
    Key(KeyEvent),
    /// Pasted text.
    Paste(String),
    /// The mouse.
    Mouse(MouseEvent),
    /// The terminal has another size.
    Resize(Size),
    /// There is something new in the trace. What a frame needs besides comes with the next `Refresh`.
    Recorded,
    /// A frame is due: there is something new in the trace, or time has passed.
    Refresh,
    /// Output of a command.
    Reply(BackendReply),
    /// Proposals for the command line as it was.
    Proposed {
        /// The line that they are for.
        line: String,
        /// The cursor that they are for.
        cursor: usize,
        /// The proposals.
        completions: Completions,
        /// Whether the user asked for them.
        asked: bool,
    },
    /// What the links did with the order from the editor.
    Submitted {
        /// What was sent: the action, or a word for a whole frame.
        what: String,
        /// Which links accepted it.
        receipt: Receipt,
    },
    /// What the links did with one order of a batch.
    Given(Receipt),
    /// The text from the external editor, or why there is none.
    Edited(Result<String, EditError>),
    /// What became of a text that was copied, or why it is nowhere.
    Copied(Result<CopyOutcome, CopyError>),
    /// Files of the user's own themes were changed.
    ThemesChanged(ThemeChanges),
    /// A part of the program panicked, and the panic was caught.
    Panicked(String),
}

/// What has to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub enum UpdateEffect {
    /// Run a command.
    Run {
        /// The command.
        line: String,
        /// What it may refer to.
        context: RunContext,
    },
    /// Look for proposals for the command line.
    Complete {
        /// The line.
        line: String,
        /// The cursor.
        cursor: usize,
        /// What it may refer to.
        context: RunContext,
        /// Whether the user asked for them.
        asked: bool,
    },
    /// Hand an order to the links, and report what they did with it.
    Submit {
        /// The order.
        order: Order,
        /// What it is, for the toast.
        what: String,
    },
    /// Hand one more order of a batch to the links.
    Give(Order),
    /// Let the next message of a replay go.
    SendNextStep,
    /// Put text into the clipboard, or where the terminal has none, into a file.
    Copy(String),
    /// Let an external program edit a text.
    EditOutside {
        /// The text.
        text: String,
        /// The extension of its file, by which programs choose their colours.
        extension: &'static str,
    },
    /// Show recorded files in the place of the screen until they are closed.
    OpenFiles(Vec<String>),
    /// Write what has changed into the state folder.
    Keep(SavedPart),
    /// Capture the mouse, or release it to the terminal.
    Mouse(bool),
    /// Ring the bell, and notify the desktop with a sentence.
    Announce(String),
    /// Draw every cell again: something else wrote to the terminal.
    Redraw,
    /// Call again soon: the filter has more records to check.
    Continue,
    /// Search the records that were put aside.
    Search(Arc<PageScan>),
    /// Read records that were put aside.
    Load(Vec<Sequence>),
    /// Stop until the shell continues the program.
    Suspend,
    /// End.
    Quit,
}
