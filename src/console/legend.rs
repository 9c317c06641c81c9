//! What the letters, signs and colours of the screen mean, and the filter language with examples. One table serves the help of the
//! screen, the palette and the command `legend`.

use crate::trace::filter::KEYS;

/// A part of the legend: a heading and its signs, each with its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegendPart {
    /// The heading.
    pub title: &'static str,
    /// The signs with their meanings.
    pub rows: Vec<(String, String)>,
}

type Signs = (&'static str, &'static [(&'static str, &'static str)]);

/// The signs of all panes.
const SIGNS: &[Signs] = &[
    (
        "Signs of the trace: what a line is",
        &[
            ("→  ←", "sent by us; received by us"),
            ("C", "a call; in the view of exchanges a call that has no answer yet"),
            ("R", "a result: the answer that was asked for"),
            ("E", "an error: the call was refused"),
            ("S", "a message that nothing answers (OCPP 2.1)"),
            ("F", "an error about a result, from the side that got it (OCPP 2.1)"),
            ("?", "a frame that cannot be read"),
            ("T", "a timeout: our call got no answer in time"),
            ("U", "a call over SOAP that could not be delivered"),
            ("H  ‖", "a frame that is held and waits for you (w lists them)"),
            ("·  +  -", "a station connects; is connected; is disconnected"),
            ("↻", "the link was lost or refused; another attempt follows"),
            ("x", "a handshake that was refused"),
            ("i", "a note of the session, or an address at which we listen"),
            ("p", "a WebSocket ping or pong (p shows and hides them)"),
            ("!", "behind a letter: the frame breaks the definitions; as a letter: a failure of the program"),
            ("~", "behind a letter: the frame deviates and was tolerated"),
            ("12 s…", "how long a call waits for its answer, or a held frame for you"),
        ],
    ),
    (
        "Signs of the trace: the place of a line",
        &[
            ("▸", "the selected line"),
            ("┌  └", "the call of the selected answer; the answer to the selected call"),
            ("•", "a line that the search finds (f)"),
            ("◆", "a bookmark (b)"),
            ("⇒", "between what was asked and what was answered"),
            ("┄", "older records were dropped to save memory"),
        ],
    ),
    (
        "Signs of the stations",
        &[
            ("●  ◆", "connected: a real station; one that we simulate"),
            ("◌", "connecting"),
            ("↻", "waits for another attempt; beside it the seconds until then"),
            ("·", "known, but never connected"),
            ("○  ◇", "gone: a real station; one that we simulate"),
            ("✗", "faulted, or something of it was faulty in the last five minutes"),
            ("✓", "marked as a target of calls (m)"),
            ("▾  ▴", "the column of the order; reversed"),
        ],
    ),
    (
        "Signs of the connectors",
        &[
            ("·", "Available"),
            ("▷", "Preparing"),
            ("▶", "Charging"),
            ("‖", "SuspendedEV or SuspendedEVSE"),
            ("■", "Finishing; Occupied (before OCPP 1.6)"),
            ("◷", "Reserved"),
            ("⊘", "Unavailable"),
            ("✗", "Faulted"),
            ("?", "another status, which OCPP does not know"),
        ],
    ),
    (
        "Words and signs of the header",
        &[
            ("FOLLOW", "the newest line is always selected (F, G)"),
            ("▼ 12 new", "lines that came since you left the end"),
            ("PAUSED +12", "the display is held still (Space); the network goes on"),
            ("● 5/6 connected", "stations whose link is up, of all"),
            ("✗ 2 faults", "errors of all stations since the start (. goes to the next)"),
            ("‖ 2 held", "frames that wait for you (w)"),
            ("‖ holding", "frames that pass the filter of :hold will be held"),
            ("⚑ 1 rule", "answer rules are in force (Alt-R lists them)"),
            ("⚙ 1 plugin", "plugins are loaded (P lists them)"),
        ],
    ),
];

/// Examples of filters.
const EXAMPLES: &[(&str, &str)] = &[
    ("reset", "lines with this text in the identity, the action or the frame"),
    ("!action:Heartbeat", "everything but heartbeats"),
    ("kind:error,timeout", "errors and timeouts"),
    ("valid:no", "whatever breaks the definitions, and failures"),
    ("cp:CP0* dir:in", "what the stations CP0… have sent"),
    ("action:StatusNotification $.status=Faulted", "stations that report a fault"),
    ("$.transactionId=33", "the messages of one transaction"),
    ("$.connectorId=1 or $.idTag=04A2*", "one of two conditions"),
    ("latency>1s since:10m", "slow answers of the last ten minutes"),
    ("answered:no", "calls without an answer"),
    ("\"two words\"  /tag-[0-9]+/", "a text with a blank; a regular expression"),
];

/// What the signs of the screen mean.
pub fn legend_of_signs() -> Vec<LegendPart> {
    let owned = |(sign, meaning): &(&str, &str)| ((*sign).to_owned(), (*meaning).to_owned());
    SIGNS.iter().map(|(title, rows)| LegendPart { title, rows: rows.iter().map(owned).collect() }).collect()
}

/// The filter language: examples, then each key with its values.
pub fn legend_of_filters() -> Vec<LegendPart> {
    let examples = EXAMPLES.iter().map(|(example, meaning)| ((*example).to_owned(), (*meaning).to_owned()));
    let keys = KEYS.iter().map(|key| {
        let values = key.values();
        let values = if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
        (key.example.to_owned(), format!("{}{values}", key.help))
    });
    vec![
        LegendPart { title: "Filters: examples (/ filters, f finds, :hold holds)", rows: examples.collect() },
        LegendPart { title: "Filters: keys; conditions beside each other must all be true", rows: keys.collect() },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::filter;

    #[test]
    fn every_example_is_a_filter() {
        for example in EXAMPLES.iter().flat_map(|(examples, _)| examples.split("  ")) {
            assert!(filter::parse(example).is_ok(), "{example}");
        }
        assert!(legend_of_filters().iter().all(|part| part.rows.iter().all(|(_, meaning)| !meaning.is_empty())));
    }

    #[test]
    fn no_sign_is_explained_twice_in_a_part() {
        for part in legend_of_signs() {
            let mut signs: Vec<&str> = part.rows.iter().flat_map(|(signs, _)| signs.split("  ")).collect();
            let all = signs.len();
            signs.sort_unstable();
            signs.dedup();
            assert_eq!(signs.len(), all, "{}", part.title);
        }
    }
}
