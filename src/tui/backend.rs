//! The interface between the screen and the running session: commands go to the console and their output comes back as replies. The
//! history of commands is shared with line mode. Nothing here blocks, because it is called between two frames.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::config::History;
use crate::console::{CommandOutput, Completions, Console, GivenCalls, Grammar, OutputKind, RunContext, ScreenRequest};
use crate::fleet::FleetGlance;
use crate::hub::{Hub, Order, Receipt};
use crate::link::{Gate, key_log_file};
use crate::ocpp::Catalog;
use crate::simulator::{MachinePanels, Profile};
use crate::trace::Trace;
use crate::trace::filter::TraceFilter;
use crate::tui::context::{CaptureMode, SessionModes};

/// How many replies may wait for the screen.
const REPLIES: usize = 64;
/// The placeholder for the identity in the address of a central system.
const IDENTITY: &str = "<identity>";

/// What comes back from the session.
#[derive(Debug, Clone, PartialEq)]
pub enum BackendReply {
    /// One line, shown for a moment.
    Info(String),
    /// One sentence about what failed, with a remedy.
    Error(String),
    /// One sentence about what failed of a command that did the rest.
    Partly(String),
    /// A longer text, shown until it is closed.
    Text {
        /// Its heading.
        title: String,
        /// Its lines.
        body: String,
    },
    /// Calls that a command gave to links; the screen counts their answers.
    Called(GivenCalls),
    /// Something that the screen is to show otherwise.
    Screen(ScreenRequest),
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
    /// End the session.
    Quit,
}

/// A line whose proposals need the disk.
#[derive(Debug, Clone)]
struct CompletionRequest {
    line: String,
    cursor: usize,
    context: RunContext,
    asked: bool,
}

/// The session as the screen uses it.
pub struct ScreenBackend {
    console: Arc<Console>,
    history: Arc<History>,
    replies: mpsc::Sender<BackendReply>,
    requests: watch::Sender<Option<CompletionRequest>>,
}

impl ScreenBackend {
    /// A session and the receiver of its replies. It needs a runtime.
    pub fn new(console: Arc<Console>, history: Arc<History>) -> (ScreenBackend, mpsc::Receiver<BackendReply>) {
        let (replies, receiver) = mpsc::channel(REPLIES);
        let (requests, requested) = watch::channel(None);
        tokio::spawn(complete_from_disk(console.clone(), requested, replies.clone()));
        (ScreenBackend { console, history, replies, requests }, receiver)
    }

    /// The trace and the stations.
    pub fn trace(&self) -> &Arc<Trace> {
        self.hub().trace()
    }

    /// The messages of all versions.
    pub fn catalog(&self) -> &Arc<Catalog> {
        self.hub().catalog()
    }

    /// All commands.
    pub fn grammar(&self) -> &Grammar {
        self.console.grammar()
    }

    /// The command language.
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// The commands of earlier sessions, oldest first.
    pub fn history(&self) -> Vec<String> {
        self.history.lines()
    }

    /// Hands an order to the stations' links.
    pub fn submit(&self, order: &Order) -> Receipt {
        self.hub().submit(order)
    }

    /// Adds a command to the history and starts it. Its output comes back as [`BackendReply`]s.
    pub fn run(&self, line: &str, context: RunContext) {
        let (console, history, replies) = (self.console.clone(), self.history.clone(), self.replies.clone());
        let line = line.to_owned();
        tokio::spawn(async move {
            let remembered = line.clone();
            // The history is a file; the event loop must not wait for it.
            tokio::task::spawn_blocking(move || history.add(&remembered));
            let output = console.run(&line, &context).await;
            for reply in replies_of(output) {
                // Without a receiver the screen has ended.
                let _ = replies.send(reply).await;
            }
        });
    }

    /// The proposals at the cursor (a byte offset) of a command that is being typed. `None` when a folder has to be read: then the
    /// proposals come as a reply, unless another line has replaced this one by then.
    pub fn complete(&self, line: &str, cursor: usize, context: &RunContext, asked: bool) -> Option<Completions> {
        let completions = self.console.complete_at_once(line, cursor, context);
        if completions.is_none() {
            let request = CompletionRequest { line: line.to_owned(), cursor, context: context.clone(), asked };
            self.requests.send_replace(Some(request));
        }
        completions
    }

    /// What can be seen at the machines of ours.
    pub fn machines(&self) -> &MachinePanels {
        self.console.hub().machines()
    }

    /// What is switched on in the session and changes what leaves it.
    pub fn modes(&self) -> SessionModes {
        let capture = match self.hub().capture().state() {
            None => CaptureMode::Off,
            // The ring is no mode that the user has switched on.
            Some(state) if state.problem.is_none() && state.in_ring => CaptureMode::Off,
            Some(state) if state.problem.is_none() => CaptureMode::On,
            Some(_) => CaptureMode::Refused,
        };
        let misbehaviours = self.hub().misbehaviour().active();
        SessionModes {
            rules: self.hub().answers().count() + self.hub().gate().rewrites().all().len(),
            plugins: self.hub().plugins().count(),
            key_log: key_log_file().is_some(),
            capture,
            networks: self.hub().network_faults().active().len(),
            misbehaviours: misbehaviours.len(),
            misbehaviour: misbehaviours.first().map(|one| one.commanded.spec.name),
        }
    }

    /// The fleets, at a glance.
    pub fn fleets(&self) -> Vec<(Arc<str>, Arc<FleetGlance>)> {
        self.console.fleets().all().into_iter().map(|fleet| (fleet.name.clone(), fleet.glance())).collect()
    }

    /// The filters whose records call the user.
    pub fn alerts(&self) -> Arc<Vec<TraceFilter>> {
        self.hub().alerts().all()
    }

    /// The gate that holds frames.
    pub fn gate(&self) -> &Gate {
        self.console.hub().gate()
    }

    /// The default style of messages.
    pub fn profile(&self) -> Profile {
        self.console.hub().profile()
    }

    /// The addresses at which stations reach us, with a place for the identity.
    pub fn listening(&self) -> Vec<String> {
        let listening = self.hub().listening();
        let addresses = listening.iter().flat_map(|listening| {
            let service = (listening.transports.len() > 1).then(|| format!("{} (SOAP)", listening.service()));
            [Some(listening.url(IDENTITY)), service]
        });
        addresses.flatten().collect()
    }

    fn hub(&self) -> &Hub {
        self.console.hub()
    }
}

/// Completes lines that need the disk, one at a time and always the newest: a folder that never answers blocks one thread, not one for
/// each key.
async fn complete_from_disk(
    console: Arc<Console>,
    mut requests: watch::Receiver<Option<CompletionRequest>>,
    replies: mpsc::Sender<BackendReply>,
) {
    while requests.changed().await.is_ok() {
        let Some(request) = requests.borrow_and_update().clone() else { continue };
        let console = console.clone();
        let completed = tokio::task::spawn_blocking(move || {
            let CompletionRequest { line, cursor, context, asked } = request;
            let completions = console.complete(&line, cursor, &context);
            BackendReply::Proposed { line, cursor, completions, asked }
        });
        // A lister that panicked has no proposals. Without a receiver the screen has ended.
        if let Ok(reply) = completed.await
            && replies.send(reply).await.is_err()
        {
            return;
        }
    }
}

/// The output of a command as the screen shows it: a text, or a toast for each line with its hint. A command without an output
/// gets a sentence about what it has done.
fn replies_of(output: CommandOutput) -> Vec<BackendReply> {
    if let Some(request) = output.screen {
        return vec![BackendReply::Screen(request)];
    }
    let mut replies = Vec::new();
    if let Some(title) = output.title {
        let body: Vec<String> = output.lines.into_iter().map(|line| line.text).collect();
        replies.push(BackendReply::Text { title: title.to_owned(), body: body.join("\n") });
    } else {
        let mut brief = false;
        for line in output.lines {
            match (line.kind, replies.last_mut()) {
                (OutputKind::Hint, Some(BackendReply::Error(_))) if brief => {}
                (OutputKind::Hint, Some(BackendReply::Error(error))) => *error = format!("{error} {}", line.text),
                (OutputKind::Error, _) => {
                    brief = line.brief.is_some();
                    let sentence = line.sentence().to_owned();
                    replies.push(BackendReply::Error(line.brief.unwrap_or(sentence)));
                }
                _ => replies.push(BackendReply::Info(line.text)),
            }
        }
    }
    if output.calls.is_some() {
        let partly = |reply| if let BackendReply::Error(text) = reply { BackendReply::Partly(text) } else { reply };
        replies = replies.into_iter().map(partly).collect();
    }
    match (output.calls, output.done) {
        (Some(calls), _) => replies.push(BackendReply::Called(calls)),
        (None, Some(done)) if replies.is_empty() => replies.push(BackendReply::Info(done)),
        _ => {}
    }
    if output.quit {
        replies.push(BackendReply::Quit);
    }
    replies
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;
    use crate::clock::now;
    use crate::link::LinkSettings;
    use crate::trace;

    const TIMEOUT: Duration = Duration::from_secs(60);

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_folder_that_hangs_blocks_neither_the_screen_nor_later_lines() {
        let (events, _recorder) = trace::start(1 << 20, now()).unwrap();
        let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events);
        let (open, opened) = std::sync::mpsc::channel::<()>();
        let opened = Mutex::new(opened);
        let console = Console::with_lister(hub, move |_, _| {
            opened.lock().unwrap().recv().unwrap();
            vec!["a.json".to_owned()]
        });
        let (backend, mut replies) = ScreenBackend::new(Arc::new(console), Arc::new(History::default()));
        let context = RunContext::default();
        assert!(backend.complete("help stat", 9, &context, true).is_some(), "needs no folder");
        assert_eq!(backend.complete("default authorize @", 19, &context, true), None);
        tokio::task::yield_now().await;
        for line in ["default authorize @x", "default authorize @a"] {
            assert_eq!(backend.complete(line, line.len(), &context, false), None);
        }
        assert!(replies.try_recv().is_err());
        (0..3).for_each(|_| open.send(()).unwrap());
        let mut answered = Vec::new();
        while answered.last().is_none_or(|line| line != "default authorize @a") {
            let reply = tokio::time::timeout(TIMEOUT, replies.recv()).await.unwrap().unwrap();
            let BackendReply::Proposed { line, completions, .. } = reply else { panic!("{reply:?}") };
            assert_eq!(completions.candidates.len(), usize::from(line != "default authorize @x"));
            answered.push(line);
        }
        assert!(answered.len() <= 3, "{answered:?}");
    }

    #[tokio::test]
    async fn errors_are_one_sentence_with_the_remedy_first() {
        let (events, _recorder) = trace::start(1 << 20, now()).unwrap();
        let console = Console::new(Hub::new(Catalog::embedded(), LinkSettings::default(), events));
        for (line, expected) in [
            ("hartbeat", "Did you mean heartbeat? There is no command hartbeat."),
            ("xyzzy", "There is no command xyzzy; help lists all."),
            ("start_cs", "<port> is missing. Write start_cs <port>; help start_cs shows more."),
            ("remote_reset", "No station is connected: start_cs waits for charge points, start_cp simulates one."),
            ("heartbeat --id X", "There is no station X."),
        ] {
            let replies = replies_of(console.run(line, &RunContext::default()).await);
            let [BackendReply::Error(text)] = &replies[..] else { panic!("{line}: {replies:?}") };
            assert_eq!(text, expected, "{line}");
        }
    }
}
