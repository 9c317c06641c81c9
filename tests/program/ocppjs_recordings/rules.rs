//! What is not compared, and why: times, ids and ports, and the differences that hold for every line of a kind. A rule that stands for a
//! difference of the table names it.

/// What is replaced in lines of ocppjs, with the difference that it stands for.
const REPLACED: [(&str, &str, &str); 3] = [
    ("addresses", "::ffff:127.0.0.1", "127.0.0.1"),
    ("banner", "== GIR ocppjs - ", "== ocpp-tui - "),
    ("defaults-in-help", "-i : websocket ping interval, default: 300", "-i : websocket ping interval, default: 0"),
];

/// A line of a recording as our program should print it; `None` when it prints no such line.
pub fn expected(line: &str) -> Option<String> {
    if is_note(line) || is_hint(line) {
        return None;
    }
    if line.starts_with("  -p : websocket subprotocol, default: ocpp1.2,ocpp1.5") {
        // The text of both commands; that of start_cp is wrong in ocppjs.
        return Some("  -p : websocket subprotocol, default: …".into());
    }
    let replaced = REPLACED.iter().fold(line.to_owned(), |line, (_, from, to)| line.replace(from, to));
    Some(normal(&replaced))
}

/// A line of our program, for the comparison; `None` when it is an addition of ours.
pub fn printed(line: &str) -> Option<String> {
    if is_note(line) || is_hint(line) || is_new_setting(line) || is_new_plugin(line) {
        return None;
    }
    if line.starts_with("  -p : websocket subprotocol, default: ") {
        return Some("  -p : websocket subprotocol, default: …".into());
    }
    Some(normal(line))
}

/// Plugins that ocppjs does not have (difference `plugins`).
fn is_new_plugin(line: &str) -> bool {
    matches!(line, " [ ] reject-boot" | " [ ] slow-answers")
}

/// Settings that ocppjs does not have (difference `more-settings`).
fn is_new_setting(line: &str) -> bool {
    ["timeout", "calls_in_flight", "strictness", "registration", "energy_price", "sign_certificates"]
        .iter()
        .any(|name| line.starts_with(&format!("- {name}=<")))
}

/// What is wrong with a frame or a request, in words (difference `notes`).
fn is_note(line: &str) -> bool {
    line.starts_with('[') && line.contains(": note on ")
}

/// What helps beyond the error before it (difference `hints`).
fn is_hint(line: &str) -> bool {
    const BEGINNINGS: [&str; 12] = [
        "Did you mean ",
        "No station is connected: ",
        "Name one: ",
        "There is no ",
        "The option ",
        "The field holds ",
        "It is one of ",
        "Write it in double quotes",
        "Write ",
        "(column ",
        "<",
        "`",
    ];
    BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
}

/// A line without what differs from run to run.
fn normal(line: &str) -> String {
    let mut normal = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        let length = [
            stamp(rest).map(|length| ("[time]", length)),
            time(rest).map(|length| ("<time>", length)),
            id(line, rest),
            seconds(&normal, rest),
        ]
        .into_iter()
        .flatten()
        .next();
        match length {
            Some((stands_for, length)) => {
                normal.push_str(stands_for);
                rest = &rest[length..];
            }
            None => {
                normal.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    normal
}

/// `[2026-11-22 14:38:50]`
fn stamp(text: &str) -> Option<usize> {
    shape(text, "[0000-00-00 00:00:00]").then_some(21)
}

/// A time of this century's twenties or later; those of ocppjs' payloads are older and stay.
fn time(text: &str) -> Option<usize> {
    let recent = text.starts_with("202") || text.starts_with("203");
    (recent && shape(text, "0000-00-00T00:00:00.000Z")).then_some(24)
}

/// Message ids: 32 letters and digits in ocppjs, a UUID here (difference `message-ids`).
fn id(line: &str, rest: &str) -> Option<(&'static str, usize)> {
    let before = line[..line.len() - rest.len()].chars().next_back();
    if !matches!(before, Some('"' | '#')) {
        return None;
    }
    let uuid = shape(rest, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx").then_some(36);
    let word = rest.bytes().take(33).take_while(u8::is_ascii_alphanumeric).count();
    let random = (word == 32).then_some(32);
    uuid.or(random).map(|length| ("<id>", length))
}

/// How long until the next attempt (difference `back-off`).
fn seconds(before: &str, rest: &str) -> Option<(&'static str, usize)> {
    if !before.ends_with("retry in ") && !before.ends_with("Retry in ") {
        return None;
    }
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    (length > 0 && rest[length..].starts_with(" second")).then_some(("N", length))
}

/// Whether a text begins with digits where the pattern has a `0`, hexadecimal digits for `x`, and the pattern's other characters.
fn shape(text: &str, pattern: &str) -> bool {
    text.len() >= pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, pattern)| match pattern {
            b'0' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_hexdigit(),
            other => byte == other,
        })
}

/// Lines whose number and moment depend on the clock: only whether they come at all is compared.
pub fn is_ping(line: &str) -> bool {
    ["PING sent to", "PING received from", "PONG sent to", "PONG received from"].iter().any(|ping| line.contains(ping))
}

/// Lines of a list of commands, whose length differs (difference `command-list`).
pub fn is_listed(line: &str) -> bool {
    line.starts_with(" - ")
}

/// What a line is about. Lines about different things come from different tasks, and their order is left to chance (difference `order-of-lines`).
pub fn subject(line: &str) -> &str {
    let text = line.strip_prefix("[time] ").unwrap_or(line);
    let prefix = text.split_once(": ").map_or("", |(prefix, _)| prefix);
    if prefix == "cs" || prefix.starts_with("cp#") { prefix } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_ids_and_waits_do_not_count() {
        let recorded =
            r#"[2026-11-22 14:38:50] cp#0: >>cs [2,"VGKZgQ020aPA4bSlnsDEpTajneMRerWi","H",{"t":"2013-02-01T15:09:18Z"}]"#;
        let ours =
            r#"[2027-01-02 00:00:00] cp#0: >>cs [2,"3f0e3a5c-2d7b-4f0e-9d0c-0a1b2c3d4e5f","H",{"t":"2013-02-01T15:09:18Z"}]"#;
        assert_eq!(expected(recorded), printed(ours));
        let timed = r#"{"currentTime":"2026-11-22T14:39:10.093Z"}"#;
        assert_eq!(printed(timed).unwrap(), r#"{"currentTime":"<time>"}"#);
        assert_eq!(
            printed("cp#0: Connection lost, retry in 10 seconds.").unwrap(),
            "cp#0: Connection lost, retry in N seconds."
        );
        assert_eq!(subject("[time] cp#0: >>cs x"), "cp#0");
        assert_eq!(subject("[time] Error: x"), "");
    }
}
