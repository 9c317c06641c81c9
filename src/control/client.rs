//! The client of a control server: requests with the token, and lines of a stream as they come.

use std::io;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::address::ControlAddress;
use super::token::ControlToken;

/// Why a session cannot be driven.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nothing listens.
    #[error("No session listens on {address}: {error}. Start one with --control.")]
    Unreachable {
        /// The address.
        address: ControlAddress,
        /// Why.
        error: io::Error,
    },
    /// The exchange broke off.
    #[error("The session at {address} broke the connection off: {error}.")]
    Broken {
        /// The address.
        address: ControlAddress,
        /// Why.
        error: hyper::Error,
    },
    /// It was refused, with the sentence of the session.
    #[error("{sentence}")]
    Refused {
        /// The status.
        status: u16,
        /// The sentence.
        sentence: String,
        /// What helps.
        hint: Option<String>,
        /// The whole answer.
        answer: Value,
    },
    /// The answer is not that of a session.
    #[error("What listens on {address} is no control server of ocpp-tui: {found}.")]
    Foreign {
        /// The address.
        address: ControlAddress,
        /// What came instead.
        found: String,
    },
}

/// A driver. Each request has a connection of its own.
#[derive(Debug, Clone)]
pub struct ControlClient {
    address: ControlAddress,
    token: ControlToken,
    name: &'static str,
}

impl ControlClient {
    /// A driver of the session at an address; `name` is its name in the trace.
    pub fn new(address: ControlAddress, token: ControlToken, name: &'static str) -> ControlClient {
        ControlClient { address, token, name }
    }

    /// Runs a line, waits up to so many seconds for the answers to its calls, and returns the outcome.
    ///
    /// # Errors
    /// When the session cannot be reached or the command fails.
    pub async fn command(&self, line: &str, wait: f64) -> Result<Value, ControlError> {
        let body = json!({ "line": line, "wait": wait }).to_string();
        self.whole(Method::POST, "/commands", Some(body)).await
    }

    /// Asks for what a path has.
    ///
    /// # Errors
    /// When the session cannot be reached or refuses.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, ControlError> {
        self.whole(Method::GET, &with_query(path, query), None).await
    }

    /// The records of the trace, line by line.
    ///
    /// # Errors
    /// When the session cannot be reached or refuses.
    pub async fn events(&self, query: &[(&str, &str)]) -> Result<ControlLines, ControlError> {
        let response = self.request(Method::GET, &with_query("/events", query), None).await?;
        if response.status() != StatusCode::OK {
            return Err(self.refusal(response).await);
        }
        Ok(ControlLines { address: self.address.clone(), body: response.into_body(), read: Vec::new(), is_over: false })
    }

    /// The first record from `from` on, a sequence or `end`, that passes a filter; `None` when none has come by then or the session ends.
    ///
    /// # Errors
    /// When the session cannot be reached or refuses.
    pub async fn wait_for(&self, filter: &str, from: &str, limit: Duration) -> Result<Option<Value>, ControlError> {
        let query = [("filter", filter), ("from", from), ("limit", "1"), ("follow", "1")];
        let come = async {
            let mut lines = self.events(&query).await?;
            while let Some(line) = lines.next().await? {
                // what was dropped is said on a line of its own
                let found = serde_json::from_str::<Value>(&line).ok().filter(|record| record.get("sequence").is_some());
                if found.is_some() {
                    return Ok(found);
                }
            }
            Ok(None)
        };
        tokio::time::timeout(limit, come).await.unwrap_or(Ok(None))
    }

    async fn whole(&self, method: Method, uri: &str, body: Option<String>) -> Result<Value, ControlError> {
        let response = self.request(method, uri, body).await?;
        if response.status() != StatusCode::OK {
            return Err(self.refusal(response).await);
        }
        let bytes = self.collect(response).await?;
        serde_json::from_slice(&bytes).map_err(|error| self.foreign(format!("no JSON ({error})")))
    }

    async fn collect(&self, response: Response<Incoming>) -> Result<Bytes, ControlError> {
        let collected = response.into_body().collect().await.map_err(|error| self.broken(error))?;
        Ok(collected.to_bytes())
    }

    async fn refusal(&self, response: Response<Incoming>) -> ControlError {
        let status = response.status();
        let bytes = match self.collect(response).await {
            Ok(bytes) => bytes,
            Err(error) => return error,
        };
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let Some(sentence) = answer["error"].as_str().map(str::to_owned) else {
            return self.foreign(format!("the status {status} without a sentence"));
        };
        let hint = answer["hint"].as_str().map(str::to_owned);
        ControlError::Refused { status: status.as_u16(), sentence, hint, answer }
    }

    async fn request(&self, method: Method, uri: &str, body: Option<String>) -> Result<Response<Incoming>, ControlError> {
        let unreachable = |error| ControlError::Unreachable { address: self.address.clone(), error };
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(HOST, "localhost")
            .header(USER_AGENT, self.name)
            .header(AUTHORIZATION, format!("Bearer {}", self.token.text()))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body.unwrap_or_default())))
            // the path is one of ours, and what is in a query is encoded
            .map_err(|error| unreachable(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
        match &self.address {
            ControlAddress::Port(address) => self.send(TcpStream::connect(address).await.map_err(unreachable)?, request).await,
            #[cfg(unix)]
            ControlAddress::Socket(path) => {
                self.send(tokio::net::UnixStream::connect(path).await.map_err(unreachable)?, request).await
            }
            #[cfg(not(unix))]
            ControlAddress::Socket(_) => Err(unreachable(io::ErrorKind::Unsupported.into())),
        }
    }

    async fn send(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, ControlError> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.broken(error))?;
        // It ends with the response; an error is the sender's too.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        sender.send_request(request).await.map_err(|error| self.broken(error))
    }

    fn broken(&self, error: hyper::Error) -> ControlError {
        ControlError::Broken { address: self.address.clone(), error }
    }

    fn foreign(&self, found: String) -> ControlError {
        ControlError::Foreign { address: self.address.clone(), found }
    }
}

/// Lines of a stream.
#[derive(Debug)]
pub struct ControlLines {
    address: ControlAddress,
    body: Incoming,
    read: Vec<u8>,
    is_over: bool,
}

impl ControlLines {
    /// The next line that is not empty; `None` at the end.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn next(&mut self) -> Result<Option<String>, ControlError> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                if !line.is_empty() {
                    return Ok(Some(line));
                }
                continue;
            }
            if self.is_over {
                return Ok(None);
            }
            match self.body.frame().await {
                None => self.is_over = true,
                Some(Ok(frame)) => self.read.extend(frame.into_data().unwrap_or_default()),
                Some(Err(error)) => return Err(ControlError::Broken { address: self.address.clone(), error }),
            }
        }
    }
}

fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        query.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
