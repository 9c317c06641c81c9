//! Messages of HTTP/1.1 in the bytes of one direction (RFC 9112): heads by `httparse`, bodies with a length, in chunks or to the end of the
//! connection. Credentials in a head are not kept.

use std::fmt::Write as _;

/// The largest head, and the largest body, in bytes.
const LARGEST: (usize, usize) = (64 << 10, 32 << 20);
/// The fields that are credentials.
const SECRET: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];
const METHODS: [&str; 8] = ["GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "PATCH ", "CONNECT "];

/// The head of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HttpHead {
    /// Of a request.
    pub method: String,
    /// Of a request.
    pub target: String,
    /// Of a response.
    pub status: u16,
    /// Names in lower case.
    fields: Vec<(String, String)>,
    /// The start line and the fields, a line each, without credentials.
    pub text: String,
}

impl HttpHead {
    /// The value of a field, several joined with commas (RFC 9110 §5.3).
    pub fn field(&self, name: &str) -> Option<String> {
        let values: Vec<&str> =
            self.fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// Whether a field has this word in its list.
    pub fn has(&self, name: &str, word: &str) -> bool {
        self.field(name).is_some_and(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word)))
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HttpMessage {
    pub head: HttpHead,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HttpBodyLength {
    Known(usize),
    Chunked,
    ToTheEnd,
}

/// The messages of one direction.
#[derive(Debug)]
pub(super) struct HttpReader {
    is_request: bool,
    bytes: Vec<u8>,
    begun: Option<(HttpHead, HttpBodyLength, Vec<u8>)>,
    /// What follows is no HTTP, or not yet known to be.
    stopped: bool,
}

/// Whether bytes begin a request, or may.
pub(super) fn begins_request(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && METHODS.iter().any(|method| {
            let method = method.as_bytes();
            bytes.starts_with(method) || method.starts_with(bytes)
        })
}

/// Whether bytes begin a response.
pub(super) fn begins_response(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.")
}

impl HttpReader {
    /// The requests of a client, or the responses of a server.
    pub fn new(is_request: bool) -> HttpReader {
        HttpReader { is_request, bytes: Vec::new(), begun: None, stopped: false }
    }

    /// More bytes.
    pub fn put(&mut self, bytes: &[u8]) {
        if self.bytes.is_empty() && self.begun.is_none() && !self.stopped && !self.begins(bytes) {
            return; // a piece of something that was lost
        }
        self.bytes.extend_from_slice(bytes);
    }

    fn begins(&self, bytes: &[u8]) -> bool {
        let bytes = bytes.trim_ascii_start();
        if self.is_request { begins_request(bytes) } else { begins_response(bytes) || b"HTTP/1.".starts_with(bytes) }
    }

    /// Some bytes are missing here.
    pub fn lose(&mut self) {
        self.bytes.clear();
        self.begun = None;
    }

    /// What follows is something else: nothing is taken any more.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// The bytes that were not taken.
    pub fn rest(self) -> Vec<u8> {
        self.bytes
    }

    /// The connection ends here: the message whose body ends with it.
    pub fn end(&mut self) -> Option<HttpMessage> {
        let (head, length, mut body) = self.begun.take()?;
        body.append(&mut self.bytes);
        (length == HttpBodyLength::ToTheEnd).then_some(HttpMessage { head, body })
    }

    /// The next message; an error for what is no HTTP, after which the next piece is looked at again.
    pub fn take(&mut self) -> Option<Result<HttpMessage, &'static str>> {
        if self.stopped {
            return None;
        }
        if self.begun.is_none() {
            let skipped = self.bytes.len() - self.bytes.trim_ascii_start().len();
            self.bytes.drain(..skipped);
            let (head, length) = match read_head(&self.bytes, self.is_request) {
                Some(Ok(found)) => found,
                Some(Err(why)) => {
                    self.lose();
                    return Some(Err(why));
                }
                None if self.bytes.len() > LARGEST.0 => {
                    self.lose();
                    return Some(Err("the head of an HTTP message is too large"));
                }
                None => return None,
            };
            self.bytes.drain(..length);
            let length = body_length(&head, self.is_request);
            self.begun = Some((head, length, Vec::new()));
        }
        let (_, length, body) = self.begun.as_mut()?;
        let is_whole = match length {
            HttpBodyLength::Known(wanted) => {
                let taken = self.bytes.len().min(*wanted - body.len());
                body.extend(self.bytes.drain(..taken));
                body.len() == *wanted
            }
            HttpBodyLength::ToTheEnd => {
                body.append(&mut self.bytes);
                false
            }
            HttpBodyLength::Chunked => match take_chunks(&mut self.bytes, body) {
                Ok(is_whole) => is_whole,
                Err(why) => {
                    self.lose();
                    return Some(Err(why));
                }
            },
        };
        if body.len() > LARGEST.1 {
            self.lose();
            return Some(Err("the body of an HTTP message is too large"));
        }
        if !is_whole {
            return None;
        }
        self.begun.take().map(|(head, _, body)| Ok(HttpMessage { head, body }))
    }
}

/// The head that the bytes begin with, and its length.
fn read_head(bytes: &[u8], is_request: bool) -> Option<Result<(HttpHead, usize), &'static str>> {
    let mut fields = [httparse::EMPTY_HEADER; 128];
    let mut head = HttpHead::default();
    let (length, fields) = if is_request {
        let mut request = httparse::Request::new(&mut fields);
        let length = match request.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return None,
            Err(_) => return Some(Err("it is no request of HTTP")),
        };
        request.method.unwrap_or_default().clone_into(&mut head.method);
        request.path.unwrap_or_default().clone_into(&mut head.target);
        head.text = format!("{} {} HTTP/1.{}\n", head.method, head.target, request.version.unwrap_or(1));
        (length, request.headers)
    } else {
        let mut response = httparse::Response::new(&mut fields);
        let length = match response.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return None,
            Err(_) => return Some(Err("it is no response of HTTP")),
        };
        head.status = response.code.unwrap_or_default();
        let (version, reason) = (response.version.unwrap_or(1), response.reason.unwrap_or_default());
        head.text = format!("HTTP/1.{version} {} {reason}", head.status).trim_end().to_owned() + "\n";
        (length, response.headers)
    };
    for field in fields.iter() {
        let value = String::from_utf8_lossy(field.value).into_owned();
        let name = field.name.to_ascii_lowercase();
        if SECRET.contains(&&*name) {
            let scheme = value.split_whitespace().next().filter(|_| name.ends_with("authorization")).unwrap_or_default();
            let _ = writeln!(head.text, "{}: {scheme} (not kept)", field.name);
        } else {
            let _ = writeln!(head.text, "{}: {value}", field.name);
        }
        head.fields.push((name, value));
    }
    Some(Ok((head, length)))
}

/// How long the body is (RFC 9112 §6.3).
fn body_length(head: &HttpHead, is_request: bool) -> HttpBodyLength {
    if !is_request && matches!(head.status, 100..=199 | 204 | 304) {
        return HttpBodyLength::Known(0);
    }
    if head.has("transfer-encoding", "chunked") {
        return HttpBodyLength::Chunked;
    }
    let length = head.field("content-length").and_then(|length| length.split(',').next()?.trim().parse().ok());
    match length {
        Some(length) => HttpBodyLength::Known(length),
        None if is_request => HttpBodyLength::Known(0),
        None => HttpBodyLength::ToTheEnd,
    }
}

/// Moves whole chunks into the body. True when the last one was taken.
fn take_chunks(bytes: &mut Vec<u8>, body: &mut Vec<u8>) -> Result<bool, &'static str> {
    loop {
        let (start, size) = match httparse::parse_chunk_size(bytes) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => return Ok(false),
            Err(_) => return Err("a chunk of an HTTP body has no size"),
        };
        if size == 0 {
            // Fields may follow (RFC 9112 §7.1.2), and an empty line ends them.
            let rest = &bytes[start..];
            let end =
                if rest.starts_with(b"\r\n") { Some(2) } else { memchr::memmem::find(rest, b"\r\n\r\n").map(|at| at + 4) };
            let Some(end) = end else { return Ok(false) };
            bytes.drain(..start + end);
            return Ok(true);
        }
        let end = usize::try_from(size).ok().filter(|size| *size <= LARGEST.1).map(|size| start + size);
        let end = end.ok_or("a chunk of an HTTP body is too large")?;
        if bytes.len() < end + 2 {
            return Ok(false);
        }
        body.extend_from_slice(&bytes[start..end]);
        bytes.drain(..end + 2);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(reader: &mut HttpReader, bytes: &[u8]) -> Vec<HttpMessage> {
        let mut found = Vec::new();
        for byte in bytes {
            reader.put(&[*byte]);
            while let Some(message) = reader.take() {
                found.push(message.unwrap());
            }
        }
        found
    }

    #[test]
    fn messages_follow_each_other_on_one_connection() {
        let mut requests = HttpReader::new(true);
        let text = b"POST /a HTTP/1.1\r\nContent-Length: 2\r\nAuthorization: Basic c2VjcmV0\r\n\r\nhiGET /b HTTP/1.1\r\n\r\n";
        let found = all(&mut requests, text);
        assert_eq!((found[0].body.as_slice(), found[1].head.target.as_str(), found.len()), (&b"hi"[..], "/b", 2));
        assert_eq!(found[0].head.text, "POST /a HTTP/1.1\nContent-Length: 2\nAuthorization: Basic (not kept)\n");
        let mut responses = HttpReader::new(false);
        let text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.0 500 Oh\r\n\r\nto the end";
        let found = all(&mut responses, text);
        assert_eq!((found[0].body.as_slice(), found[1].head.status, found.len()), (&b"abc"[..], 204, 2));
        let last = responses.end().unwrap();
        assert_eq!((last.head.status, last.body.as_slice()), (500, &b"to the end"[..]));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(text in "(GET |POST |HTTP/1.1 )?[ -~\r\n]{0,80}", is_request: bool) {
            let mut reader = HttpReader::new(is_request);
            reader.put(text.as_bytes());
            for _ in 0..100 {
                let _ = reader.take();
            }
            let _ = reader.end();
        }
    }
}
