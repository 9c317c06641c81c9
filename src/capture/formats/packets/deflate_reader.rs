//! The extension permessage-deflate (RFC 7692) on the receiving side of one direction.

use flate2::{Decompress, FlushDecompress, Status};

/// The largest message that is unpacked, in bytes.
const LARGEST: usize = 64 << 20;

/// Unpacks the messages of one direction.
pub(super) struct DeflateReader {
    inflate: Decompress,
    /// Each message begins anew.
    no_takeover: bool,
}

impl DeflateReader {
    /// For a direction that was agreed on with or without the parameter `…_no_context_takeover`.
    pub fn new(no_takeover: bool) -> DeflateReader {
        DeflateReader { inflate: Decompress::new(false), no_takeover }
    }

    /// The message; `None` when it cannot be unpacked, or is too large.
    pub fn unpack(&mut self, packed: &[u8]) -> Option<Vec<u8>> {
        // The sender leaves this off (RFC 7692 §7.2.1).
        let whole: Vec<u8> = packed.iter().chain(&[0, 0, 0xff, 0xff]).copied().collect();
        let mut out = Vec::with_capacity(whole.len() * 4 + 64);
        let begun = self.inflate.total_in();
        loop {
            let used = usize::try_from(self.inflate.total_in() - begun).ok()?;
            let (rest, room) = (whole.get(used..)?, out.capacity() - out.len());
            if room == 0 {
                if out.len() > LARGEST {
                    return None;
                }
                out.reserve(out.len());
                continue;
            }
            let before = (self.inflate.total_in(), out.len());
            match self.inflate.decompress_vec(rest, &mut out, FlushDecompress::Sync).ok()? {
                Status::StreamEnd => {
                    // A block that says it is the last one; what follows begins a new one (RFC 7692 §7.2.3.4).
                    self.inflate.reset(false);
                    break;
                }
                _ if before == (self.inflate.total_in(), out.len()) => break,
                _ => {}
            }
        }
        if self.no_takeover {
            self.inflate.reset(false);
        }
        Some(out)
    }
}
