//! The command language of one session: runs a line, and collects what completion needs to know.

use std::cell::Cell;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::commands::{
    CommandContext, PayloadDefaults, ReadEffort, RunContext, SharedSummaries, output_of, parse, quick_start,
};
use super::completion::{
    CompletionContext, Completions, KnownGroup, KnownStation, Listing, complete, known_values, list_files,
};
use super::output::{CommandFailure, CommandOutput};
use super::syntax::grammar::Grammar;
use crate::fleet::FleetTable;
use crate::hub::Hub;
use crate::ocpp::{OcppGeneration, Version};
use crate::trace::{StationKey, StationRow, StationTable};

/// The command language of one session.
pub struct Console {
    hub: Hub,
    grammar: Grammar,
    defaults: PayloadDefaults,
    summaries: SharedSummaries,
    fleets: FleetTable,
    list: Lister,
}

/// Reads names from the disk for completion. It may block.
type Lister = Arc<dyn Fn(&Hub, Listing<'_>) -> Vec<String> + Send + Sync>;

impl Console {
    /// A console for a session.
    pub fn new(hub: Hub) -> Console {
        Console::with_lister(hub, |hub, listing| match listing {
            Listing::Files(beginning) => list_files(beginning),
            Listing::Plugins => hub.plugins().names(),
        })
    }

    /// A console whose completion reads names from the disk in another way.
    pub fn with_lister(hub: Hub, list: impl Fn(&Hub, Listing<'_>) -> Vec<String> + Send + Sync + 'static) -> Console {
        let grammar = Grammar::new(hub.catalog());
        hub.plugins().reserve(grammar.commands().iter().map(|command| command.name.to_string()));
        Console {
            hub,
            grammar,
            defaults: PayloadDefaults::default(),
            summaries: SharedSummaries::default(),
            fleets: FleetTable::default(),
            list: Arc::new(list),
        }
    }

    /// The session.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The fleets of the session.
    pub fn fleets(&self) -> &FleetTable {
        &self.fleets
    }

    /// The commands.
    pub fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    /// The first lines of a session: what it is, and the first commands.
    pub fn greeting(&self) -> CommandOutput {
        let mut lines =
            vec!["== ocpp-tui - OCPP CentralSystem & ChargePoint Simulator ==".to_owned(), " > Quick start :".to_owned()];
        lines.extend(quick_start(&self.grammar));
        CommandOutput::text("Welcome", lines)
    }

    /// Reads a line and runs it. Plugins see it first and may consume it.
    pub async fn run(&self, line: &str, context: &RunContext) -> CommandOutput {
        let first = line.split_whitespace().next().unwrap_or_default();
        let reply = self.hub.plugins().line(line, self.grammar.command(first).is_some()).await;
        let consumed = reply.consumed;
        let mut output = output_of(reply, "");
        if !consumed {
            let own = self.run_own(line, context).await;
            output.lines.extend(own.lines);
            output = CommandOutput { lines: output.lines, ..own };
        } else if output.lines.is_empty() {
            output.done = Some("A plugin has taken the line.".to_owned());
        }
        output
    }

    /// Reads a line that is not for a plugin and runs it. Boxed here, because the future of an `async fn` is compiled again wherever it is
    /// awaited, and this one has all commands in it.
    fn run_own<'a>(&'a self, line: &'a str, context: &'a RunContext) -> BoxFuture<'a, CommandOutput> {
        Box::pin(self.carry_out(line, context))
    }

    async fn carry_out(&self, line: &str, context: &RunContext) -> CommandOutput {
        let command = match parse(line, &self.grammar) {
            Ok(Some(command)) => command,
            Ok(None) => return CommandOutput::default(),
            Err(error) => return CommandFailure::from(error).into(),
        };
        let context = CommandContext {
            hub: &self.hub,
            grammar: &self.grammar,
            defaults: &self.defaults,
            meant: context,
            summaries: &self.summaries,
            fleets: &self.fleets,
            line,
        };
        command.run(&context).await.unwrap_or_else(CommandOutput::from)
    }

    /// What may stand at the cursor, a byte offset, of a line that is being typed. It may read folders and so block; no lock is held
    /// meanwhile.
    pub fn complete(&self, line: &str, cursor: usize, context: &RunContext) -> Completions {
        self.complete_with(line, cursor, context, ReadEffort::Everything, &|listing| (self.list)(&self.hub, listing))
    }

    /// As [`complete`](Console::complete), but never blocks: `None` when a folder has to be read.
    pub fn complete_at_once(&self, line: &str, cursor: usize, context: &RunContext) -> Option<Completions> {
        let needs_disk = Cell::new(false);
        let completions = self.complete_with(line, cursor, context, ReadEffort::OnePart, &|_| {
            needs_disk.set(true);
            Vec::new()
        });
        (!needs_disk.get()).then_some(completions)
    }

    fn complete_with(
        &self,
        line: &str,
        cursor: usize,
        context: &RunContext,
        effort: ReadEffort,
        list: &dyn Fn(Listing<'_>) -> Vec<String>,
    ) -> Completions {
        let plugin_commands = self.hub.plugins().commands();
        // The guard ends with the block: the recorder waits for it, and a folder may take forever.
        let (stations, groups, versions, mut known, subject) = {
            let contents = self.hub.trace().read();
            let stations = contents.stations();
            let subject = subject(line, context, stations);
            let known = known_values(&contents, context.selected);
            (KnownStation::all(stations), KnownGroup::all(stations), context.versions(stations), known, subject)
        };
        if let Some((station, version)) = subject {
            known.set_model(version, self.summaries.variables_of(self.hub.trace(), station, effort));
        }
        let context = CompletionContext {
            grammar: &self.grammar,
            catalog: self.hub.catalog(),
            stations: &stations,
            groups: &groups,
            versions: &versions,
            known: &known,
            list,
            plugin_commands: &plugin_commands,
        };
        complete(line, cursor, &context)
    }
}

/// The station whose variables a line may name: the one that it names, else the selected one, else the only one of OCPP 2.x. Lines about
/// anything else have none.
fn subject(line: &str, context: &RunContext, stations: &StationTable) -> Option<(StationKey, Version)> {
    if !line.contains("component") {
        return None;
    }
    let fits = |row: &&StationRow| row.version.is_some_and(|version| version.dialect().generation == OcppGeneration::Second);
    let named = |row: &&StationRow| line.split_whitespace().any(|word| word == &*row.identity);
    let chosen = context.station.or(context.selected).and_then(|key| stations.get(key));
    let only = || {
        let mut all = stations.rows().iter().filter(fits);
        all.next().filter(|_| all.next().is_none())
    };
    let row = stations.rows().iter().filter(fits).find(named).or(chosen.filter(fits)).or_else(only)?;
    Some((row.key, row.version?))
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};
    use std::time::Duration;

    use super::*;
    use crate::clock::now;
    use crate::link::LinkSettings;
    use crate::ocpp::{Catalog, Role, Transport};
    use crate::trace::{self, ConnectionAttempt, Direction, EventKind, Frame, FrameKind, FrameText};

    const TIMEOUT: Duration = Duration::from_secs(60);

    fn frame() -> EventKind {
        EventKind::Frame(Frame {
            direction: Direction::In,
            kind: FrameKind::Call,
            action: Some("Heartbeat".into()),
            text: FrameText::from_static(r#"[2,"1","Heartbeat",{}]"#),
            content: None,
            exchange: None,
            code: None,
            findings: Vec::new(),
            remark: None,
            origin: None,
        })
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn the_recorder_takes_everything_in_while_completion_waits_for_the_disk() {
        let (events, _recorder) = trace::start(1 << 24, now()).unwrap();
        let station = events.station(Role::CentralSystem, "CP1");
        let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events.clone());
        let (started, has_started) = mpsc::channel();
        let (open, opened) = mpsc::channel::<()>();
        let opened = Mutex::new(opened);
        let console = Console::with_lister(hub, move |_, _| {
            started.send(()).unwrap();
            opened.lock().unwrap().recv().unwrap();
            vec!["a.json".to_owned()]
        });
        for line in ["default authorize @", "load "] {
            let before = events.trace().read().records().range().end;
            std::thread::scope(|threads| {
                let completing = threads.spawn(|| console.complete(line, line.len(), &RunContext::default()));
                has_started.recv_timeout(TIMEOUT).unwrap();
                let taken_in = tokio::task::block_in_place(|| {
                    tokio::runtime::Handle::current().block_on(async {
                        let sent = async {
                            for _ in 0..1000 {
                                events.send(Some(station), now(), frame()).await;
                            }
                            events.caught_up().await;
                        };
                        tokio::time::timeout(Duration::from_secs(20), sent).await
                    })
                });
                open.send(()).unwrap();
                assert_eq!(completing.join().unwrap().candidates.len(), 1, "{line}");
                taken_in.unwrap_or_else(|_| panic!("{line}: the recorder waits for completion"));
            });
            assert_eq!(events.trace().read().records().range().end - before, 1000, "{line}");
        }
    }

    #[tokio::test]
    async fn components_and_variables_of_the_station_are_offered() {
        let (events, _recorder) = trace::start(1 << 20, now()).unwrap();
        let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events.clone());
        let console = Console::new(hub);
        let report = |component: &str| {
            let text = format!(
                r#"[2,"1","NotifyReport",{{"requestId":1,"generatedAt":"2026-01-01T00:00:00Z","seqNo":0,"reportData":[
                {{"component":{{"name":"{component}"}},"variable":{{"name":"Hue"}},"variableAttribute":[{{"value":"7"}}]}}]}}]"#
            );
            let frame = Frame::new(Direction::In, FrameKind::Call, FrameText::from(text.as_str()));
            EventKind::Frame(Frame { action: Some("NotifyReport".into()), ..frame })
        };
        for (identity, component) in [("CP1", "AuroraOne"), ("CP2", "AuroraTwo")] {
            let station = events.station(Role::CentralSystem, identity);
            let (peer, handshake) = ("127.0.0.1:5".parse().unwrap(), ConnectionAttempt::default());
            let (version, transport) = (Version::V2_0_1, Transport::WebSocket);
            events.send(Some(station), now(), EventKind::Connected { link: 1, version, transport, peer, handshake }).await;
            events.send(Some(station), now(), report(component)).await;
        }
        events.caught_up().await;
        let offered = |line: &str| {
            let completions = console.complete_at_once(line, line.len(), &RunContext::default()).unwrap();
            completions.candidates.into_iter().map(|candidate| candidate.text).collect::<Vec<_>>()
        };
        for (line, wanted) in [
            ("remote_getvariables CP2 {\"getVariableData\":[{\"component\":{\"name\":\"Aur", vec!["\"AuroraTwo\""]),
            ("remote_getvariables CP1 {\"getVariableData\":[{\"component\":{\"name\":\"Aur", vec!["\"AuroraOne\""]),
            ("remote_getvariables {\"getVariableData\":[{\"component\":{\"name\":\"Aur", vec![]),
        ] {
            assert_eq!(offered(line), wanted, "{line}");
        }
        let variable =
            "remote_getvariables CP1 {\"getVariableData\":[{\"component\":{\"name\":\"AuroraOne\"},\"variable\":{\"name\":\"H";
        // The standard names follow.
        assert_eq!(offered(variable).first().map(String::as_str), Some("\"Hue\""));
    }

    #[test]
    fn immediate_completion_reports_when_it_needs_the_disk() {
        let (events, _recorder) = trace::start(1 << 20, now()).unwrap();
        let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events);
        let console = Console::with_lister(hub, |_, _| panic!("no folder is read"));
        let context = RunContext::default();
        for line in ["", "help sta", "start_cs 9000 -", "disconnect @", "authorize {\"id", "set cs "] {
            assert_eq!(
                console.complete_at_once(line, line.len(), &context),
                Some(console.complete(line, line.len(), &context))
            );
        }
        for line in ["authorize @", "default authorize @pay", "load ", "plugin re"] {
            assert_eq!(console.complete_at_once(line, line.len(), &context), None, "{line}");
        }
    }
}
