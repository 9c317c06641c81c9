//! The server: it accepts connections, asks for the token, and answers requests from the table of paths. A driver shares the console with
//! the front end, so what it does stands in the trace beside what the user does.

use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, ORIGIN, USER_AGENT, WWW_AUTHENTICATE,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use super::address::ControlAddress;
use super::api_document::api_document;
use super::call_answers::call_answers;
use super::event_stream::{EventStream, StreamFormat, StreamOptions};
use super::query::{LONGEST_WAIT, RequestQuery};
use super::route::{ControlRoute, ROUTES, RouteKind};
use super::station_list::station_list;
use super::token::ControlToken;
use crate::config::holds_secret;
use crate::console::{CommandOutput, Console, FailureKind, OutputKind, RunContext};
use crate::trace::filter::{self, TraceFilter};

/// The longest body of a request, in bytes: a line of the command language with a large payload.
const LONGEST_BODY: usize = 4 << 20;
/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// The most characters that a driver may use for its name.
const LONGEST_NAME: usize = 40;

/// Why a session cannot be driven.
#[derive(Debug, thiserror::Error)]
pub enum ControlServerError {
    /// The address cannot be used.
    #[error("Control cannot listen on {address}: {error}. Name another address with --control.")]
    Bind {
        /// The address.
        address: ControlAddress,
        /// Why.
        error: io::Error,
    },
    /// Another session uses the socket, or it is no socket.
    #[error("Control cannot listen on unix:{}: {why}. Name another one with --control.", path.display())]
    Taken {
        /// The path.
        path: PathBuf,
        /// Why.
        why: &'static str,
    },
}

/// A server that listens.
#[derive(Debug)]
pub struct ControlServer {
    listener: ControlListener,
    address: ControlAddress,
    token: ControlToken,
}

#[derive(Debug)]
enum ControlListener {
    Port(TcpListener),
    #[cfg(unix)]
    Socket(UnixListener),
}

impl ControlServer {
    /// Listens; nothing is served yet. A socket is readable and writable by its owner only. One that a dead session left is replaced.
    ///
    /// # Errors
    /// When the address is in use or cannot be used.
    pub async fn bind(address: &ControlAddress, token: ControlToken) -> Result<ControlServer, ControlServerError> {
        let failed = |error| ControlServerError::Bind { address: address.clone(), error };
        match address {
            ControlAddress::Port(port) => {
                let listener = TcpListener::bind(port).await.map_err(failed)?;
                let address = ControlAddress::Port(listener.local_addr().map_err(failed)?);
                Ok(ControlServer { listener: ControlListener::Port(listener), address, token })
            }
            #[cfg(unix)]
            ControlAddress::Socket(path) => {
                use std::os::unix::fs::FileTypeExt;
                let taken = |why| ControlServerError::Taken { path: path.clone(), why };
                match tokio::fs::symlink_metadata(path).await {
                    Ok(there) if !there.file_type().is_socket() => return Err(taken("there is a file that is no socket")),
                    Ok(_) if tokio::net::UnixStream::connect(path).await.is_ok() => {
                        return Err(taken("another program listens there"));
                    }
                    Ok(_) => tokio::fs::remove_file(path).await.map_err(failed)?,
                    Err(_) => {}
                }
                // The mask is that of the process, so it is restored at once.
                let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
                let bound = UnixListener::bind(path);
                rustix::process::umask(before);
                let listener = ControlListener::Socket(bound.map_err(failed)?);
                Ok(ControlServer { listener, address: address.clone(), token })
            }
            #[cfg(not(unix))]
            ControlAddress::Socket(_) => Err(failed(io::ErrorKind::Unsupported.into())),
        }
    }

    /// Where it listens, with the port that was taken.
    pub fn address(&self) -> &ControlAddress {
        &self.address
    }

    /// Serves until the session ends.
    pub async fn serve(self, console: Arc<Console>) {
        let end = console.hub().shutdown().clone();
        let driven = Arc::new(DrivenSession { console, token: self.token });
        let accepting = async {
            loop {
                // An error is about one connection, or about too many open files, which passes.
                let accepted = match &self.listener {
                    ControlListener::Port(listener) => listener.accept().await.map(|(stream, _)| driven.clone().spawn(stream)),
                    #[cfg(unix)]
                    ControlListener::Socket(listener) => {
                        listener.accept().await.map(|(stream, _)| driven.clone().spawn(stream))
                    }
                };
                if accepted.is_err() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        };
        tokio::select! {
            () = end.cancelled() => {}
            () = accepting => {}
        }
        if let ControlAddress::Socket(path) = &self.address {
            let _ = tokio::fs::remove_file(path).await; // another session may have replaced it
        }
    }
}

type ControlBody = UnsyncBoxBody<Bytes, Infallible>;

/// A session and its token.
struct DrivenSession {
    console: Arc<Console>,
    token: ControlToken,
}

impl DrivenSession {
    fn spawn(self: Arc<Self>, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let driven = self.clone();
                async move { Ok::<_, Infallible>(driven.respond(request).await) }
            });
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIMEOUT)
                .serve_connection(TokioIo::new(stream), service);
            // How a connection ends matters to its driver only.
            let _ = served.await;
        });
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<ControlBody> {
        self.served(request).await.unwrap_or_else(RequestFailure::response)
    }

    async fn served(&self, request: Request<Incoming>) -> Result<Response<ControlBody>, RequestFailure> {
        // Pages of a browser have nothing to do here.
        if request.headers().contains_key(ORIGIN) {
            return Err(RequestFailure::new(StatusCode::FORBIDDEN, "Requests of web pages are not served."));
        }
        let shown = request.headers().get(AUTHORIZATION);
        if !shown.is_some_and(|shown| self.token.is_shown_by(shown.as_bytes())) {
            return Err(RequestFailure::new(
                StatusCode::UNAUTHORIZED,
                "The token of the session is missing or wrong; send it as Authorization: Bearer TOKEN.",
            ));
        }
        let path = request.uri().path();
        let of_path: Vec<&ControlRoute> = ROUTES.iter().filter(|route| route.path == path).collect();
        let Some(route) = of_path.iter().find(|route| *route.method == *request.method()) else {
            return Err(match of_path.first() {
                Some(route) => RequestFailure {
                    allow: Some(route.method),
                    ..RequestFailure::new(StatusCode::METHOD_NOT_ALLOWED, format!("{path} takes {} only.", route.method))
                },
                None => {
                    let known: Vec<&str> = ROUTES.iter().map(|route| route.path).collect();
                    RequestFailure::new(StatusCode::NOT_FOUND, format!("There is no {path}; there are {}.", known.join(", ")))
                }
            });
        };
        let query = RequestQuery::read(request.uri().query(), &route.names()).map_err(RequestFailure::bad)?;
        match route.kind {
            RouteKind::Command => self.command(request, &query).await,
            RouteKind::Events => self.events(&request, &query),
            RouteKind::Stations => {
                let filter = read_filter(query.text("filter"))?;
                self.console.hub().caught_up().await;
                let list = station_list(self.console.hub().trace().read().stations(), &filter);
                Ok(answer(StatusCode::OK, &list.into()))
            }
            RouteKind::Transactions => self.table("transactions", &query).await,
            RouteKind::Statistics => self.table("stats", &query).await,
            RouteKind::Faults => self.table("faults", &query).await,
            RouteKind::Capture => {
                let output = self.console.run("capture", &RunContext::default()).await;
                Ok(answer(StatusCode::OK, &outcome(&output).into()))
            }
            RouteKind::Document => Ok(answer(StatusCode::OK, &api_document(self.console.grammar()))),
        }
    }

    /// A table of a command that prints JSON.
    async fn table(&self, command: &str, query: &RequestQuery) -> Result<Response<ControlBody>, RequestFailure> {
        let text = query.text("filter").unwrap_or_default();
        read_filter(Some(text))?;
        // What begins like an option would be read as one.
        let filter = if text.starts_with("--") { format!("({text})") } else { text.to_owned() };
        let output = self.console.run(&format!("{command} --json {filter}"), &RunContext::default()).await;
        let text: String =
            output.lines.iter().filter(|line| line.kind == OutputKind::Info).map(|line| line.text.as_str()).collect();
        match serde_json::from_str(&text) {
            Ok(table) => Ok(answer(StatusCode::OK, &table)),
            Err(_) => Err(RequestFailure::of_output(&output)),
        }
    }

    fn events(&self, request: &Request<Incoming>, query: &RequestQuery) -> Result<Response<ControlBody>, RequestFailure> {
        let hub = self.console.hub();
        let server_sent = request.headers().get(ACCEPT).is_some_and(|accept| contains(accept, "text/event-stream"));
        let format = if server_sent { StreamFormat::ServerSent } else { StreamFormat::Lines };
        // A reader of server-sent events that connects again says what it has.
        let resumed = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
        let from = match (resumed, query.text("from")) {
            (Some(last), _) => last.saturating_add(1),
            (None, Some("end")) => hub.trace().read().records().range().end,
            (None, _) => query.number("from").map_err(RequestFailure::bad)?.unwrap_or(0),
        };
        let options = StreamOptions {
            filter: read_filter(query.text("filter"))?,
            from,
            limit: query.number("limit").map_err(RequestFailure::bad)?.unwrap_or(u64::MAX),
            follow: query.switch("follow").map_err(RequestFailure::bad)?,
            format,
        };
        let stream = EventStream::new(hub.trace().clone(), hub.shutdown().clone(), options);
        let pieces = futures_util::stream::unfold(stream, |mut stream| async move {
            let piece = stream.next().await?;
            Some((Ok(Frame::data(Bytes::from(piece))), stream))
        });
        Ok(with_type(Response::new(StreamBody::new(pieces).boxed_unsync()), format.content_type()))
    }

    async fn command(&self, request: Request<Incoming>, query: &RequestQuery) -> Result<Response<ControlBody>, RequestFailure> {
        let driver = request.headers().get(USER_AGENT).and_then(|name| name.to_str().ok()).map(driver_name);
        let is_json = request.headers().get(CONTENT_TYPE).is_some_and(|kind| contains(kind, "json"));
        let body = Limited::new(request.into_body(), LONGEST_BODY).collect().await.map_err(|error| {
            if error.downcast_ref::<LengthLimitError>().is_some() {
                RequestFailure::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The body has more than {LONGEST_BODY} bytes."))
            } else {
                RequestFailure::bad(format!("The body did not come: {error}."))
            }
        })?;
        let text = String::from_utf8(body.to_bytes().into()).map_err(|_| RequestFailure::bad("The body is not UTF-8."))?;
        let (line, wait) = if is_json { typed_line(&text)? } else { (text.trim_end_matches(['\r', '\n']).to_owned(), None) };
        if line.trim().is_empty() {
            return Err(RequestFailure::bad("There is no line; send a command of the prompt, for example: help"));
        }
        if line.contains(['\n', '\r']) {
            return Err(RequestFailure::bad("The body has several lines; send each in a request of its own."));
        }
        let wait = query.seconds("wait").map_err(RequestFailure::bad)?.or(wait).unwrap_or_default();
        let hub = self.console.hub();
        hub.caught_up().await;
        let from = hub.trace().read().records().range().end;
        let shown = if holds_secret(&line) { "a line with a secret" } else { &line };
        hub.note(false, format!("{}: {shown}", driver.as_deref().unwrap_or("control")));
        let output = self.console.run(&line, &RunContext::default()).await;
        hub.caught_up().await;
        let mut object = outcome(&output);
        object.insert("from".into(), json!(from));
        if let Some(calls) = &output.calls {
            object.insert("answers".into(), call_answers(hub.trace(), calls, wait).await.into());
        }
        if output.quit {
            // The front end ends the session when it has heard of it; the answer is on its way by then.
            hub.shutdown().cancel();
        }
        if output.failed() {
            return Err(RequestFailure { rest: object.into(), ..RequestFailure::of_output(&output) });
        }
        Ok(answer(StatusCode::OK, &object.into()))
    }
}

/// The line and the seconds of a JSON body.
fn typed_line(text: &str) -> Result<(String, Option<Duration>), RequestFailure> {
    let body: Value =
        serde_json::from_str(text).map_err(|error| RequestFailure::bad(format!("The body is no JSON: {error}.")))?;
    let wanted = || RequestFailure::bad(r#"The body must be {"line": "…"}, and "wait" in seconds if it matters."#);
    let object = body.as_object().ok_or_else(wanted)?;
    if object.keys().any(|name| name != "line" && name != "wait") {
        return Err(wanted());
    }
    let line = object.get("line").and_then(Value::as_str).ok_or_else(wanted)?;
    let wait = match object.get("wait") {
        None | Some(Value::Null) => None,
        Some(wait) => {
            let seconds = wait.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            Some(seconds.filter(|wait| *wait <= LONGEST_WAIT).ok_or_else(wanted)?)
        }
    };
    Ok((line.to_owned(), wait))
}

fn read_filter(text: Option<&str>) -> Result<TraceFilter, RequestFailure> {
    let text = text.unwrap_or_default();
    filter::parse(text).map_err(|error| RequestFailure::bad(format!("filter={text}: {error}")))
}

fn contains(header: &HeaderValue, part: &str) -> bool {
    header.to_str().is_ok_and(|text| text.to_ascii_lowercase().contains(part))
}

/// Who gives a command, for the trace: the first word of `User-Agent`.
fn driver_name(agent: &str) -> String {
    let word = agent.split_whitespace().next().unwrap_or_default();
    format!("control by {}", word.chars().take(LONGEST_NAME).collect::<String>())
}

/// The output of a command as JSON.
fn outcome(output: &CommandOutput) -> Map<String, Value> {
    let kind = |kind| match kind {
        OutputKind::Info => "info",
        OutputKind::Error => "error",
        OutputKind::Hint => "hint",
    };
    let lines: Vec<Value> =
        output.lines.iter().map(|line| json!({ "kind": kind(line.kind), "text": line.sentence() })).collect();
    let mut object = Map::new();
    object.insert("ok".into(), json!(!output.failed()));
    object.insert("lines".into(), lines.into());
    if let Some(done) = &output.done {
        object.insert("done".into(), json!(done));
    }
    object
}

/// Why a request gets no other answer.
#[derive(Debug)]
struct RequestFailure {
    status: StatusCode,
    error: String,
    hint: Option<String>,
    allow: Option<&'static Method>,
    rest: Box<Map<String, Value>>,
}

impl RequestFailure {
    fn new(status: StatusCode, error: impl Into<String>) -> RequestFailure {
        RequestFailure { status, error: error.into(), hint: None, allow: None, rest: Box::default() }
    }

    fn bad(error: impl ToString) -> RequestFailure {
        RequestFailure::new(StatusCode::BAD_REQUEST, error.to_string())
    }

    /// The failure of a command.
    fn of_output(output: &CommandOutput) -> RequestFailure {
        let of = |kind| output.lines.iter().find(|line| line.kind == kind).map(|line| line.sentence().to_owned());
        let status =
            if output.trouble == Some(FailureKind::Usage) { StatusCode::BAD_REQUEST } else { StatusCode::UNPROCESSABLE_ENTITY };
        let error = of(OutputKind::Error).unwrap_or_else(|| "The command printed something else.".to_owned());
        RequestFailure { hint: of(OutputKind::Hint), ..RequestFailure::new(status, error) }
    }

    fn response(self) -> Response<ControlBody> {
        let mut object = *self.rest;
        object.insert("error".into(), json!(self.error));
        if let Some(hint) = self.hint {
            object.insert("hint".into(), json!(hint));
        }
        let mut response = answer(self.status, &object.into());
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(method) = self.allow.and_then(|method| HeaderValue::from_str(method.as_str()).ok()) {
            headers.insert(ALLOW, method);
        }
        response
    }
}

fn answer(status: StatusCode, value: &Value) -> Response<ControlBody> {
    let mut text = value.to_string();
    text.push('\n');
    let mut response = with_type(Response::new(Full::new(Bytes::from(text)).boxed_unsync()), "application/json");
    *response.status_mut() = status;
    response
}

fn with_type(mut response: Response<ControlBody>, kind: &'static str) -> Response<ControlBody> {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
