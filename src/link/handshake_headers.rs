//! Writes the heads of HTTP requests and answers as text, for the trace. What a head means is decided in `listener` and `dialer`.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::ext::ReasonPhrase;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION};
use hyper::{Request, Response};

/// Longer values are cut, so that a large cookie does not fill the trace.
const LONGEST: usize = 1024;
/// The room for a head at first. Most heads fit.
const USUAL_LENGTH: usize = 512;
/// The longest user name that is shown. An identity of OCPP 2.x has 48 characters at the most.
const LONGEST_USER: usize = 64;

/// The head of a request.
pub(in crate::link) fn request_head<A>(request: &Request<A>) -> Box<str> {
    let mut text = String::with_capacity(USUAL_LENGTH);
    write_request_head(&mut text, request);
    text.into()
}

/// Appends the head of a request.
pub(in crate::link) fn write_request_head<A>(text: &mut String, request: &Request<A>) {
    // A String takes everything.
    let _ = writeln!(text, "{} {} {:?}", request.method(), request.uri(), request.version());
    add_headers(text, request.headers());
}

/// The head of an answer.
pub(in crate::link) fn answer_head<B>(answer: &Response<B>) -> Box<str> {
    let (version, status) = (answer.version(), answer.status());
    // The words behind the number are kept only when they are not the standard ones.
    let mut text = match answer.extensions().get::<ReasonPhrase>() {
        Some(reason) => format!("{version:?} {} {}\n", status.as_str(), String::from_utf8_lossy(reason.as_bytes())),
        None => format!("{version:?} {status}\n"),
    };
    add_headers(&mut text, answer.headers());
    text.into()
}

fn add_headers(text: &mut String, headers: &HeaderMap) {
    for (name, value) in headers {
        capitals(text, name);
        text.push_str(": ");
        if *name == AUTHORIZATION || *name == PROXY_AUTHORIZATION || value.is_sensitive() {
            text.push_str(&without_secret(value));
        } else {
            let value = value.to_str().map_or_else(|_| String::from_utf8_lossy(value.as_bytes()), Cow::Borrowed);
            match (value.len() > LONGEST).then(|| value.char_indices().nth(LONGEST)).flatten() {
                Some((end, _)) => text.extend([&value[..end], "…"]),
                None => text.push_str(&value),
            }
        }
        text.push('\n');
    }
}

/// The canonical capitals of a header's name. The HTTP library does not keep the capitals that were sent.
fn capitals(text: &mut String, name: &HeaderName) {
    if let Some(rest) = name.as_str().strip_prefix("sec-websocket-") {
        text.push_str("Sec-WebSocket-");
        return capitalised(text, rest);
    }
    capitalised(text, name.as_str());
}

fn capitalised(text: &mut String, name: &str) {
    let start = text.len();
    text.push_str(name);
    let mut begins = true;
    for (place, byte) in name.bytes().enumerate() {
        // Names of headers are ASCII.
        if begins && let Some(letter) = text.get_mut(start + place..=start + place) {
            letter.make_ascii_uppercase();
        }
        begins = byte == b'-';
    }
}

/// The scheme of credentials, without the credentials: traces are shared, and must not contain passwords. Of Basic authentication the user
/// name stays, which is the identity, and what explains a wrong password: its length and its form.
fn without_secret(value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes());
    let (scheme, secret) = text.split_once(' ').unwrap_or(("", &text));
    if scheme.eq_ignore_ascii_case("basic")
        && let Ok(pair) = STANDARD.decode(secret.trim())
    {
        let Some(colon) = pair.iter().position(|byte| *byte == b':') else {
            return format!("{scheme} ({} bytes without a colon, not kept)", pair.len());
        };
        let (user, password) = (String::from_utf8_lossy(&pair[..colon]), &pair[colon + 1..]);
        // Of a name as long as a secret nothing is shown, because it may be one in the wrong place.
        let user = if user.len() <= LONGEST_USER { user.escape_debug().to_string() } else { "too long to show".to_owned() };
        return format!("{scheme} (user {user}, {}, not kept)", password_form(password));
    }
    format!("{scheme} ({} characters, not kept)", secret.chars().count()).trim_start().to_owned()
}

/// Length and form of a password.
fn password_form(password: &[u8]) -> String {
    let form = match password {
        [] => return "no password".to_owned(),
        digits if digits.iter().all(u8::is_ascii_hexdigit) => "hexadecimal digits",
        text if text.iter().all(|byte| byte.is_ascii_graphic()) => "printable ASCII",
        text if str::from_utf8(text).is_ok() => "UTF-8 text",
        _ => "not text",
    };
    format!("password of {} bytes, {form}", password.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_read_as_on_the_wire_but_for_secrets() {
        let request = Request::get("/ocpp/CP1")
            .header("sec-websocket-protocol", "ocpp1.6, ocpp1.5")
            .header("authorization", "Basic Q1AxOnNlY3JldA==")
            .header("x-long", "y".repeat(2 * LONGEST))
            .body(())
            .unwrap();
        let answer = Response::builder().status(101).header("upgrade", "websocket").body(()).unwrap();
        let (text, answer) = (request_head(&request), answer_head(&answer));
        assert!(text.starts_with("GET /ocpp/CP1 HTTP/1.1\nSec-WebSocket-Protocol: ocpp1.6, ocpp1.5\n"), "{text}");
        assert_eq!(&*answer, "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\n");
        assert!(text.contains("Authorization: Basic (user CP1, password of 6 bytes, printable ASCII, not kept)\n"), "{text}");
        assert!(text.len() < 2 * LONGEST);
    }

    #[test]
    fn credentials_are_shown_by_their_length_and_form() {
        let shown = |value: &str| without_secret(&HeaderValue::from_str(value).unwrap());
        let basic = |pair: &[u8]| shown(&format!("Basic {}", STANDARD.encode(pair)));
        assert_eq!(basic(b"CP1:"), "Basic (user CP1, no password, not kept)");
        assert_eq!(basic(b"CP1:00ffA1"), "Basic (user CP1, password of 6 bytes, hexadecimal digits, not kept)");
        assert_eq!(basic(b"CP1:\x00\xff"), "Basic (user CP1, password of 2 bytes, not text, not kept)");
        assert_eq!(basic(b"C\nP:a b"), "Basic (user C\\nP, password of 3 bytes, UTF-8 text, not kept)");
        assert_eq!(basic(b"secret"), "Basic (6 bytes without a colon, not kept)");
        assert_eq!(
            basic(&[[b'x'; 70].as_slice(), b":y"].concat()),
            "Basic (user too long to show, password of 1 bytes, printable ASCII, not kept)"
        );
        assert_eq!(shown("Basic Q1Ax%"), "Basic (5 characters, not kept)");
        assert_eq!(shown("Bearer abc"), "Bearer (3 characters, not kept)");
    }
}
