//! The ports of a recording and the ones that are used instead.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Free ports in the places of the recorded ones.
#[derive(Debug, Default)]
pub struct Ports(BTreeMap<u16, u16>);

impl Ports {
    /// A port that nobody listens on, outside the range from which the system takes ports for connections.
    fn free() -> u16 {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        loop {
            let offset = NEXT.fetch_add(1, Ordering::Relaxed);
            let port = 20_000 + ((std::process::id() % 97) as u16 * 100 + offset) % 10_000;
            if TcpListener::bind(("127.0.0.1", port)).is_ok() {
                return port;
            }
        }
    }

    /// A text of the recording with our ports.
    pub fn ours(&mut self, text: &str) -> String {
        let mut changed = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("9") {
            let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
            let before = rest[..at].chars().next_back();
            let port: Option<u16> = rest[at..at + digits].parse().ok().filter(|port| (9000..9400).contains(port));
            changed.push_str(&rest[..at]);
            match port.filter(|_| matches!(before, None | Some(':' | ' '))) {
                Some(port) => changed.push_str(&self.0.entry(port).or_insert_with(Ports::free).to_string()),
                None => changed.push_str(&rest[at..at + digits]),
            }
            rest = &rest[at + digits..];
        }
        changed + rest
    }

    /// One of our ports.
    pub fn any(&self) -> Option<u16> {
        self.0.values().next().copied()
    }

    /// A text of ours with the recorded ports.
    pub fn recorded(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (recorded, ours) in &self.0 {
            for before in [':', ' '] {
                text = text.replace(&format!("{before}{ours}"), &format!("{before}{recorded}"));
            }
        }
        text
    }
}
