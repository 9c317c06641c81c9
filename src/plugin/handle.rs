//! The handle of the session on its plugins. The thread starts with the first request, so a session without plugins has
//! none.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};

use tokio::sync::oneshot;

use super::engine::Engine;
use super::filter::PluginChannel;
use super::folder;
use super::host::PluginHost;
use super::report::{PluginCommand, PluginDetail, PluginReply};
use super::request::{EngineRequest, PluginCommandRequest, PluginOptions};
use super::subscriptions::EventName;

/// The stack of the thread. The engine uses 256 KiB of it for scripts; the rest is room for its own work on deep
/// values.
const STACK: usize = 4 << 20;

/// The plugins of a session.
pub struct Plugins {
    channel: Arc<PluginChannel>,
    commands: Arc<Mutex<Vec<PluginCommand>>>,
    /// The names that a command of a plugin cannot have.
    reserved: Arc<OnceLock<BTreeSet<String>>>,
    options: Mutex<PluginOptions>,
    host: OnceLock<Arc<dyn PluginHost>>,
    /// The receiving end of the channel, until the thread takes it.
    requests: Mutex<Option<mpsc::Receiver<EngineRequest>>>,
}

impl Default for Plugins {
    fn default() -> Plugins {
        let (channel, requests) = PluginChannel::new();
        Plugins {
            channel,
            commands: Arc::default(),
            reserved: Arc::default(),
            options: Mutex::default(),
            host: OnceLock::new(),
            requests: Mutex::new(Some(requests)),
        }
    }
}

impl Plugins {
    /// Sets the host of the plugins. Only the first call has an effect.
    pub fn connect(&self, host: Arc<dyn PluginHost>) {
        let _ = self.host.set(host);
    }

    /// Sets the names of the commands of the program, which a plugin cannot replace. Only the first call has an effect.
    pub fn reserve(&self, names: impl IntoIterator<Item = String>) {
        let _ = self.reserved.set(names.into_iter().collect());
    }

    /// Sets the options, also of a running thread.
    pub fn configure(&self, options: PluginOptions) {
        *self.options.lock().unwrap_or_else(PoisonError::into_inner) = options.clone();
        if self.running() {
            self.channel.ask(EngineRequest::Options(Box::new(options)));
        }
    }

    /// The channel that the filters of links use.
    pub fn channel(&self) -> &Arc<PluginChannel> {
        &self.channel
    }

    /// Loads a plugin; one that is loaded is unloaded first.
    pub async fn load(&self, name: &str) -> PluginReply {
        self.request(PluginCommandRequest::Load(name.to_owned())).await
    }

    /// Unloads a plugin.
    pub async fn unload(&self, name: &str) -> PluginReply {
        self.request(PluginCommandRequest::Unload(name.to_owned())).await
    }

    /// Loads a loaded plugin again.
    pub async fn reload(&self, name: &str) -> PluginReply {
        self.request(PluginCommandRequest::Reload(name.to_owned())).await
    }

    /// Offers a typed line to the plugins. `known` means that its command is one of the program, which a plugin cannot
    /// replace. Without a plugin that handles lines or has this command the thread is not asked.
    pub async fn line(&self, line: &str, known: bool) -> PluginReply {
        let first = line.split_whitespace().next().unwrap_or_default();
        let command = !known && self.commands().iter().any(|command| command.name == first);
        if !command && !self.channel.handled.any(EventName::Line) {
            return PluginReply::default();
        }
        self.request(PluginCommandRequest::Line { line: line.to_owned(), command }).await
    }

    /// All plugins, by name.
    pub async fn list(&self) -> Vec<PluginDetail> {
        let (sender, receiver) = oneshot::channel();
        self.ask(EngineRequest::List(sender));
        receiver.await.unwrap_or_default()
    }

    /// The names of all plugins that could be loaded.
    pub fn names(&self) -> Vec<String> {
        let folders = self.options.lock().unwrap_or_else(PoisonError::into_inner).folders.clone();
        folder::available(&folders)
    }

    /// How many plugins are loaded.
    pub fn count(&self) -> usize {
        self.channel.handled.plugins()
    }

    /// The commands of plugins.
    pub fn commands(&self) -> Vec<PluginCommand> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the thread.
    pub fn end(&self) {
        if self.running() {
            self.channel.ask(EngineRequest::End);
        }
    }

    async fn request(&self, command: PluginCommandRequest) -> PluginReply {
        let (sender, receiver) = oneshot::channel();
        self.ask(EngineRequest::Command(command, sender));
        let gone = || PluginReply {
            failure: Some(("Error: the thread of the plugins has ended.".into(), None)),
            ..PluginReply::default()
        };
        receiver.await.unwrap_or_else(|_| gone())
    }

    fn running(&self) -> bool {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Sends a request to the thread, which is started first when it does not run. Without a host or a thread the
    /// request is dropped, and its sender with it.
    fn ask(&self, request: EngineRequest) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(host), true) = (self.host.get(), requests.is_some()) {
            let Some(receiver) = requests.take() else { return };
            let options = self.options.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let (host, channel, commands) = (host.clone(), self.channel.clone(), self.commands.clone());
            let reserved = self.reserved.clone();
            let body = move || Engine::new(host, channel, commands, reserved, options).run(&receiver);
            // Without a thread the receiver is gone, and every request fails at once.
            let _ = std::thread::Builder::new().name("plugins".into()).stack_size(STACK).spawn(body);
        }
        if requests.is_none() {
            drop(requests);
            self.channel.ask(request);
        }
    }
}
