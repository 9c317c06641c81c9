//! When a capture goes on in its next file, and how the user writes that: `100M,1h`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::config::byte_size;

/// When a capture goes on in its next file. Neither bound means never.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaptureRotation {
    /// The file has so many bytes.
    pub bytes: Option<u64>,
    /// The file is so old.
    pub after: Option<Duration>,
}

/// A text that is no rotation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a size nor a time; write 100M, 1h or 100M,1h")]
pub struct RotationError(String);

/// The shortest time, so that a typing error does not fill the folder.
const SHORTEST: Duration = Duration::from_secs(1);
/// The least size, for the same reason.
const LEAST: u64 = 4096;

impl CaptureRotation {
    /// Whether a file of this size and age is full.
    pub(super) fn is_due(&self, bytes: u64, age: Duration) -> bool {
        self.bytes.is_some_and(|most| bytes >= most) || self.after.is_some_and(|most| age >= most)
    }
}

impl FromStr for CaptureRotation {
    type Err = RotationError;

    fn from_str(text: &str) -> Result<CaptureRotation, RotationError> {
        let mut rotation = CaptureRotation::default();
        for part in text.split(',').map(str::trim) {
            let wrong = || RotationError(part.to_owned());
            // A bare number is neither: it does not say of what.
            let has_unit = part.ends_with(|last: char| last.is_ascii_alphabetic());
            let bytes = byte_size(part).ok().map(|bytes| bytes as u64).filter(|bytes| has_unit && *bytes >= LEAST);
            let time = part.parse::<jiff::SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
            let time = time.filter(|time| has_unit && *time >= SHORTEST);
            match (time, bytes) {
                // `10m` is ten minutes to everyone who waits and ten mebibytes to nobody.
                (Some(time), _) if rotation.after.is_none() && !part.ends_with('M') => rotation.after = Some(time),
                (_, Some(bytes)) if rotation.bytes.is_none() => rotation.bytes = Some(bytes),
                _ => return Err(wrong()),
            }
        }
        Ok(rotation)
    }
}

impl fmt::Display for CaptureRotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes.map(|bytes| match bytes {
            bytes if bytes % (1 << 30) == 0 => format!("{}G", bytes >> 30),
            bytes if bytes % (1 << 20) == 0 => format!("{}M", bytes >> 20),
            bytes if bytes % (1 << 10) == 0 => format!("{}k", bytes >> 10),
            bytes => format!("{bytes}B"),
        });
        let after = self.after.map(|after| match after.as_secs() {
            seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
            seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
            seconds => format!("{seconds}s"),
        });
        let parts: Vec<String> = bytes.into_iter().chain(after).collect();
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_and_written_as_the_user_does() {
        for (text, bytes, seconds) in [
            ("100M", Some(100 << 20), None),
            ("100MB", Some(100 << 20), None),
            ("1h", None, Some(3600)),
            ("10m", None, Some(600)),
            ("90s", None, Some(90)),
            ("1G,30m", Some(1 << 30), Some(1800)),
            ("30m, 1G", Some(1 << 30), Some(1800)),
        ] {
            let rotation: CaptureRotation = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(rotation, CaptureRotation { bytes, after: seconds.map(Duration::from_secs) }, "{text}");
            assert_eq!(rotation.to_string().parse(), Ok(rotation), "{rotation}");
        }
        for text in ["", "5", "1h,2h", "1G,2G", "moon", "-1h", "0s", "1k", "1h,", "10ms"] {
            assert!(text.parse::<CaptureRotation>().is_err(), "{text}");
        }
    }
}
