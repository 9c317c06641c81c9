//! The ports of a recording and the ones that are used instead.

use std::collections::BTreeMap;

use crate::support::free_port;

/// Free ports in the places of the recorded ones.
#[derive(Debug, Default)]
pub struct Ports(BTreeMap<u16, u16>);

impl Ports {
    /// A text of the recording with our ports.
    pub fn ours(&mut self, text: &str) -> String {
        let mut changed = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('9') {
            let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
            let before = rest[..at].chars().next_back();
            let port: Option<u16> = rest[at..at + digits].parse().ok().filter(|port| (9000..9400).contains(port));
            changed.push_str(&rest[..at]);
            match port.filter(|_| matches!(before, None | Some(':' | ' '))) {
                Some(port) => changed.push_str(&self.0.entry(port).or_insert_with(free_port).to_string()),
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
