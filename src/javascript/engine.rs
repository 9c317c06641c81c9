//! The engine of one script: a runtime and a context of its own. The toolkit is loaded first, then the preludes of the caller, then the
//! user's file.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Exception, Function, Object, Persistent, Runtime, Value};

use super::fault::{OURS, ScriptFault, ScriptLimit, WAITING_WRAPPER, WRAPPER};

const TOOLKIT: &str = include_str!("toolkit.js");
/// How deep functions may call each other, in bytes of stack.
const STACK: usize = 256 << 10;

/// The limits of a script.
#[derive(Debug, Clone, Copy)]
pub struct ScriptLimits {
    /// Its memory, in bytes.
    pub memory: usize,
    /// How long one turn may take.
    pub time: Duration,
}

/// The rejected promises that have no handler yet, each with its reason.
type Rejections = Rc<RefCell<Vec<(Persistent<Value<'static>>, ScriptFault)>>>;

/// A script in its sandbox. Fields are dropped in their order: values of the runtime must go before the runtime.
pub struct SandboxScript {
    start: Persistent<Function<'static>>,
    event: Persistent<Function<'static>>,
    rejections: Rejections,
    clock: Rc<Clock>,
    context: Context,
    runtime: Runtime,
    limits: ScriptLimits,
}

/// When the running turn must end.
#[derive(Default)]
struct Clock {
    deadline: Cell<Option<Instant>>,
    expired: Cell<bool>,
}

impl SandboxScript {
    /// An engine with the toolkit and preludes; no file runs yet. Each prelude has a name and is a function that takes the toolkit and
    /// returns what it adds to it. Together they must define the functions `start`, which takes the text of the file, and `event`,
    /// which takes the kind and the JSON of an event. Scripts reach the program through `host` only: it takes an operation and its
    /// JSON, and returns JSON or an error, whose text is thrown.
    ///
    /// # Errors
    /// When the limits are too low for it.
    pub fn new<E: fmt::Display>(
        name: &str,
        limits: ScriptLimits,
        preludes: &[(&str, &str)],
        host: impl Fn(&str, &str) -> Result<String, E> + 'static,
    ) -> Result<SandboxScript, ScriptFault> {
        let plain = |error: rquickjs::Error| ScriptFault::new(&error.to_string(), "");
        let runtime = Runtime::new().map_err(plain)?;
        runtime.set_memory_limit(limits.memory);
        runtime.set_max_stack_size(STACK);
        let clock = Rc::<Clock>::default();
        let watch = clock.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || {
            let over = watch.deadline.get().is_some_and(|deadline| Instant::now() >= deadline);
            watch.expired.set(watch.expired.get() || over);
            over
        })));
        let rejections = track_rejections(&runtime);
        let context = Context::full(&runtime).map_err(plain)?;
        let (start, event) = context.with(|ctx| {
            let made = || {
                let host = Function::new(ctx.clone(), move |ctx: Ctx<'_>, operation: String, json: String| {
                    host(&operation, &json).map_err(|error| Exception::throw_message(&ctx, &error.to_string()))
                })?;
                let toolkit: Function<'_> = ctx.eval_with_options(TOOLKIT, options(&format!("{OURS}toolkit.js")))?;
                let compile = Function::new(ctx.clone(), compile)?;
                let toolkit: Object<'_> = toolkit.call((host, compile, name, env!("CARGO_PKG_VERSION")))?;
                for (prelude, text) in preludes {
                    let prelude: Function<'_> = ctx.eval_with_options(*text, options(&format!("{OURS}{prelude}.js")))?;
                    let made: Object<'_> = prelude.call((toolkit.clone(),))?;
                    for property in made.props::<String, Value<'_>>() {
                        let (name, value) = property?;
                        toolkit.set(name, value)?;
                    }
                }
                let (start, event) = (toolkit.get("start")?, toolkit.get("event")?);
                Ok((Persistent::<Function<'_>>::save(&ctx, start), Persistent::<Function<'_>>::save(&ctx, event)))
            };
            made().catch(&ctx).map_err(|caught| describe(&caught))
        })?;
        Ok(SandboxScript { start, event, rejections, clock, context, runtime, limits })
    }

    /// Calls `start` with the text of the file and returns its result.
    ///
    /// # Errors
    /// With what was thrown, or the limit that was exceeded.
    pub fn start(&self, text: &str) -> Result<Option<String>, ScriptFault> {
        self.turn(|ctx| self.start.clone().restore(ctx)?.call((text,)))
    }

    /// Calls `event` and returns its result.
    ///
    /// # Errors
    /// With what was thrown, or the limit that was exceeded.
    pub fn event(&self, kind: &str, json: &str) -> Result<Option<String>, ScriptFault> {
        self.turn(|ctx| self.event.clone().restore(ctx)?.call((kind, json)))
    }

    /// One turn: the function, then the jobs of the promises that it has settled, all within one time limit.
    fn turn(
        &self,
        run: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<Option<String>>,
    ) -> Result<Option<String>, ScriptFault> {
        self.clock.deadline.set(Some(Instant::now() + self.limits.time));
        self.clock.expired.set(false);
        let ran = self.context.with(|ctx| run(&ctx).catch(&ctx).map_err(|caught| describe(&caught)));
        let settled = self.run_pending_jobs();
        self.clock.deadline.set(None);
        let ended = ran.and_then(|result| settled.map(|()| result));
        match (ended, self.clock.expired.get()) {
            (Err(fault), true) => {
                let message = format!("it was stopped after {} ms", self.limits.time.as_millis());
                Err(ScriptFault { message, bound: Some(ScriptLimit::Time), ..fault })
            }
            (ended, _) => ended,
        }
    }

    fn run_pending_jobs(&self) -> Result<(), ScriptFault> {
        loop {
            match self.runtime.execute_pending_job() {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(failed) => {
                    let context = failed.0;
                    return context.with(|ctx| {
                        let thrown = ctx.catch();
                        Err(describe(&CaughtError::Value(thrown)))
                    });
                }
            }
        }
    }

    /// The reasons of promises that were rejected without a handler since the last call.
    pub fn take_unhandled_rejections(&self) -> Vec<ScriptFault> {
        self.rejections.borrow_mut().drain(..).map(|(_, fault)| fault).collect()
    }

    /// The memory that the script uses, in bytes.
    pub fn memory(&self) -> usize {
        usize::try_from(self.runtime.memory_usage().malloc_size).unwrap_or_default()
    }
}

impl Drop for SandboxScript {
    fn drop(&mut self) {
        // The values in it must go before the runtime does.
        self.rejections.borrow_mut().clear();
    }
}

/// Makes a function of the text of a file, with the five names that node gives a module.
fn compile<'js>(ctx: Ctx<'js>, file: String, text: String, waiting: bool) -> rquickjs::Result<Function<'js>> {
    let text = text.trim_start_matches('\u{feff}');
    // A first line with `#!` is for the shell.
    let comment = if text.starts_with("#!") { "//" } else { "" };
    let wrapper = if waiting { WAITING_WRAPPER } else { WRAPPER };
    let source = format!("{wrapper}{comment}{text}\n}})");
    let body: Value<'js> = ctx.eval_with_options(source, options(&file))?;
    // A surplus closing brace would end the wrapping function; the text after it may even open another one.
    let whole = is_body(&ctx, text, waiting);
    body.into_function().filter(|_| whole).ok_or_else(|| Exception::throw_syntax(&ctx, "its braces do not match"))
}

/// Whether a text is the body of a function by itself: a text that closes the parentheses of one wrapper does not fit the brackets of
/// another.
fn is_body(ctx: &Ctx<'_>, text: &str, waiting: bool) -> bool {
    let begin = if waiting { "[async function(){" } else { "[function(){" };
    let comment = if text.starts_with("#!") { "//" } else { "" };
    let made: rquickjs::Result<Value<'_>> = ctx.eval_with_options(format!("{begin}{comment}{text}\n}}]"), options(""));
    if made.is_err() {
        ctx.catch();
    }
    made.is_ok()
}

fn options(file: &str) -> EvalOptions {
    let mut options = EvalOptions::default();
    // Files for ocppjs were written for sloppy mode.
    options.strict = false;
    options.filename = Some(file.to_owned());
    options
}

fn track_rejections(runtime: &Runtime) -> Rejections {
    let rejections = Rejections::default();
    let tracked = rejections.clone();
    runtime.set_host_promise_rejection_tracker(Some(Box::new(move |ctx, promise, reason, handled| {
        let Ok(mut tracked) = tracked.try_borrow_mut() else { return };
        if handled {
            tracked.retain(|(known, _)| known.clone().restore(&ctx).is_ok_and(|known| known != promise));
        } else if tracked.len() < 100 {
            let fault = match reason.clone().into_object().and_then(Exception::from_object) {
                Some(exception) => describe(&CaughtError::Exception(exception)),
                None => describe(&CaughtError::Value(reason)),
            };
            tracked.push((Persistent::save(&ctx, promise), fault));
        }
    })));
    rejections
}

/// The fault of what was thrown.
fn describe(caught: &CaughtError<'_>) -> ScriptFault {
    match caught {
        CaughtError::Error(error) => ScriptFault::new(&error.to_string(), ""),
        CaughtError::Exception(exception) => exception_fault(exception),
        CaughtError::Value(value) => match value.clone().into_object().and_then(Exception::from_object) {
            Some(exception) => exception_fault(&exception),
            None => {
                let text = value.as_string().and_then(|text| text.to_string().ok());
                let fallback = if value.is_null() { "null" } else { "something was thrown that is no Error" };
                ScriptFault::new(text.as_deref().unwrap_or(fallback), "")
            }
        },
    }
}

fn exception_fault(exception: &Exception<'_>) -> ScriptFault {
    let kind: Option<String> = exception.as_object().get("name").ok();
    let message = exception.message().unwrap_or_default();
    let message = kind.map_or_else(|| message.clone(), |kind| format!("{kind}: {message}"));
    ScriptFault::new(&message, &exception.stack().unwrap_or_default())
}
