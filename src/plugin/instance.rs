//! One plugin's QuickJS: a runtime and a context of its own, bounded in memory, stack and time. Text goes in, JSON and noted wishes come
//! out; what they mean is the engine's matter.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Exception, Function, Object, Persistent, Runtime, Value};

use super::effect::{Effect, Effects};
use super::fault::{Bound, Fault, WRAPPER};

const PRELUDE: &str = include_str!("prelude.js");
/// The name of the prelude in stacks; it differs from any plugin's, which has no space.
const PRELUDE_FILE: &str = "ocpp tui.js";
/// How deep functions may call each other, in bytes of stack.
const STACK: usize = 256 << 10;

/// The bounds of a plugin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub memory: usize,
    pub time: Duration,
}

/// Answers a question of a plugin at once: the operation and its JSON; `None` when it is no question.
pub(super) type Query = Box<dyn Fn(&str, &str) -> Option<Result<String, String>>>;

/// How the loading of a file ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Loaded {
    /// It runs.
    Runs,
    /// It has no `onLoad`.
    NoEntry,
}

/// The rejected promises of which nobody took notice yet, each with its reason in words.
type Rejections = Rc<RefCell<Vec<(Persistent<Value<'static>>, Fault)>>>;

/// A plugin's engine. The order of the fields is the order in which they go: what belongs to the runtime before the runtime.
pub(super) struct Instance {
    name: String,
    start: Persistent<Function<'static>>,
    event: Persistent<Function<'static>>,
    rejections: Rejections,
    effects: Rc<RefCell<Effects>>,
    clock: Rc<Clock>,
    context: Context,
    runtime: Runtime,
    limits: Limits,
}

/// When the running turn must end.
#[derive(Default)]
struct Clock {
    deadline: Cell<Option<Instant>>,
    struck: Cell<bool>,
}

impl Instance {
    /// An engine with the prelude in it.
    ///
    /// # Errors
    /// When the bounds are too narrow for it.
    pub fn new(name: &str, limits: Limits, query: Query) -> Result<Instance, Fault> {
        let plain = |error: rquickjs::Error| Fault::new(name, &error.to_string(), "");
        let runtime = Runtime::new().map_err(plain)?;
        runtime.set_memory_limit(limits.memory);
        runtime.set_max_stack_size(STACK);
        let (clock, effects) = (Rc::<Clock>::default(), Rc::<RefCell<Effects>>::default());
        let watch = clock.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || {
            let over = watch.deadline.get().is_some_and(|deadline| Instant::now() >= deadline);
            watch.struck.set(watch.struck.get() || over);
            over
        })));
        let rejections = track_rejections(&runtime, name);
        let context = Context::full(&runtime).map_err(plain)?;
        let noted = effects.clone();
        let (start, event) = context
            .with(|ctx| {
                let host = Function::new(ctx.clone(), move |ctx: Ctx<'_>, operation: String, json: String| {
                    let answer = match query(&operation, &json) {
                        Some(answer) => answer,
                        None => noted.borrow_mut().note(&operation, &json).map(|()| String::new()),
                    };
                    answer.map_err(|reason| Exception::throw_message(&ctx, &reason))
                })?;
                let prelude: Function<'_> = ctx.eval_with_options(PRELUDE, options(PRELUDE_FILE))?;
                let made: Object<'_> = prelude.call((host, name, env!("CARGO_PKG_VERSION")))?;
                let (start, event) = (made.get("start")?, made.get("event")?);
                Ok((Persistent::<Function<'_>>::save(&ctx, start), Persistent::<Function<'_>>::save(&ctx, event)))
            })
            .map_err(plain)?;
        let name = name.to_owned();
        Ok(Instance { name, start, event, rejections, effects, clock, context, runtime, limits })
    }

    /// Runs the file and its `onLoad`.
    pub fn load(&self, text: &str) -> Result<Loaded, Fault> {
        let text = text.trim_start_matches('\u{feff}');
        // What follows `#!` is for the shell.
        let comment = if text.starts_with("#!") { "//" } else { "" };
        let source = format!("{WRAPPER}{comment}{text}\n}})");
        let ended = self.turn(|ctx| {
            let body: Value<'_> = ctx.eval_with_options(source, options(&format!("{}.js", self.name)))?;
            // A brace too many ends the function in which the text stands.
            let body = body.into_function().ok_or_else(|| Exception::throw_syntax(ctx, "its braces do not match"))?;
            self.start.clone().restore(ctx)?.call((body,))
        })?;
        Ok(if ended.as_deref() == Some("loaded") { Loaded::Runs } else { Loaded::NoEntry })
    }

    /// Lets the plugin handle an event; what its handler says comes back as JSON.
    pub fn event(&self, kind: &str, json: &str) -> Result<Option<String>, Fault> {
        self.turn(|ctx| self.event.clone().restore(ctx)?.call((kind, json)))
    }

    /// One turn: the function, then the promises that it has settled, all within one time limit.
    fn turn(&self, run: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<Option<String>>) -> Result<Option<String>, Fault> {
        self.clock.deadline.set(Some(Instant::now() + self.limits.time));
        self.clock.struck.set(false);
        let ran = self.context.with(|ctx| run(&ctx).catch(&ctx).map_err(|caught| self.fault(&caught)));
        let settled = self.settle();
        self.clock.deadline.set(None);
        let ended = ran.and_then(|said| settled.map(|()| said));
        match (ended, self.clock.struck.get()) {
            (Err(fault), true) => {
                let message = format!("it was stopped after {} ms", self.limits.time.as_millis());
                Err(Fault { message, bound: Some(Bound::Time), ..fault })
            }
            (ended, _) => ended,
        }
    }

    fn settle(&self) -> Result<(), Fault> {
        loop {
            match self.runtime.execute_pending_job() {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(failed) => {
                    let context = failed.0;
                    return context.with(|ctx| {
                        let thrown = ctx.catch();
                        Err(self.fault(&CaughtError::Value(thrown)))
                    });
                }
            }
        }
    }

    fn fault(&self, caught: &CaughtError<'_>) -> Fault {
        describe(&self.name, caught)
    }

    /// The promises that were rejected without anybody listening.
    pub fn unheard(&self) -> Vec<Fault> {
        self.rejections.borrow_mut().drain(..).map(|(_, fault)| fault).collect()
    }

    /// Takes out what the plugin asked for.
    pub fn effects(&self) -> Vec<Effect> {
        self.effects.borrow_mut().take()
    }

    /// The memory that the plugin uses, in bytes.
    pub fn memory(&self) -> usize {
        usize::try_from(self.runtime.memory_usage().malloc_size).unwrap_or_default()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // The values in it must go before the runtime does.
        self.rejections.borrow_mut().clear();
    }
}

fn options(file: &str) -> EvalOptions {
    let mut options = EvalOptions::default();
    // Plugins for ocppjs were written for scripts, which are not strict.
    options.strict = false;
    options.filename = Some(file.to_owned());
    options
}

fn track_rejections(runtime: &Runtime, name: &str) -> Rejections {
    let rejections = Rejections::default();
    let (tracked, name) = (rejections.clone(), name.to_owned());
    runtime.set_host_promise_rejection_tracker(Some(Box::new(move |ctx, promise, reason, handled| {
        let Ok(mut tracked) = tracked.try_borrow_mut() else { return };
        if handled {
            tracked.retain(|(known, _)| known.clone().restore(&ctx).is_ok_and(|known| known != promise));
        } else if tracked.len() < 100 {
            let fault = match reason.clone().into_object().and_then(Exception::from_object) {
                Some(exception) => describe(&name, &CaughtError::Exception(exception)),
                None => describe(&name, &CaughtError::Value(reason)),
            };
            tracked.push((Persistent::save(&ctx, promise), fault));
        }
    })));
    rejections
}

/// What was thrown, in words.
fn describe(name: &str, caught: &CaughtError<'_>) -> Fault {
    match caught {
        CaughtError::Error(error) => Fault::new(name, &error.to_string(), ""),
        CaughtError::Exception(exception) => exception_fault(name, exception),
        CaughtError::Value(value) => match value.clone().into_object().and_then(Exception::from_object) {
            Some(exception) => exception_fault(name, &exception),
            None => {
                let text = value.as_string().and_then(|text| text.to_string().ok());
                let otherwise = if value.is_null() { "null" } else { "something was thrown that is no Error" };
                Fault::new(name, text.as_deref().unwrap_or(otherwise), "")
            }
        },
    }
}

fn exception_fault(name: &str, exception: &Exception<'_>) -> Fault {
    let kind: Option<String> = exception.as_object().get("name").ok();
    let message = exception.message().unwrap_or_default();
    let message = kind.map_or_else(|| message.clone(), |kind| format!("{kind}: {message}"));
    Fault::new(name, &message, &exception.stack().unwrap_or_default())
}
