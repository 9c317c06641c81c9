//! The content codings of HTTP bodies. OCPP-S 1.6 §6.1 wants gzip and deflate from both sides, in requests and answers. What is unpacked
//! is bounded: a body of a kilobyte can hold gigabytes.

use std::io::Read;

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// What is offered in `Accept-Encoding`.
pub(super) const OFFERED: &str = "gzip, deflate";

/// Why a body cannot be unpacked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CodingError {
    /// A coding that nobody has to understand.
    #[error("the content coding {0:?} is not understood; gzip and deflate are")]
    Unknown(String),
    /// The bytes are not of the coding.
    #[error("the body is not valid {0}")]
    Broken(&'static str),
    /// More than may be read.
    #[error("the unpacked body is larger than {0} bytes")]
    TooLarge(usize),
}

/// Unpacks a body that was packed with the codings of a `Content-Encoding` header, of which the last was applied last.
pub(super) fn unpack(codings: &str, mut bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>, CodingError> {
    for coding in codings.rsplit(',').map(str::trim) {
        bytes = match coding.to_ascii_lowercase().as_str() {
            "" | "identity" => bytes,
            "gzip" | "x-gzip" => read(GzDecoder::new(&*bytes), "gzip", limit)?,
            // RFC 9110 §8.4.1.2: zlib's form is meant, and some send the bare one.
            "deflate" if is_zlib(&bytes) => read(ZlibDecoder::new(&*bytes), "deflate", limit)?,
            "deflate" => read(DeflateDecoder::new(&*bytes), "deflate", limit)?,
            _ => return Err(CodingError::Unknown(coding.to_owned())),
        };
    }
    Ok(bytes)
}

/// The header of zlib: the method 8, and a check of its two bytes (RFC 1950 §2.2).
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0)
}

fn read(from: impl Read, name: &'static str, limit: usize) -> Result<Vec<u8>, CodingError> {
    let mut out = Vec::new();
    from.take(limit as u64 + 1).read_to_end(&mut out).map_err(|_| CodingError::Broken(name))?;
    if out.len() > limit { Err(CodingError::TooLarge(limit)) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    #[test]
    fn every_form_is_unpacked_and_bounded() {
        let text = b"<a>".repeat(100);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&text).unwrap();
        let gzip = gzip.finish().unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(&text).unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::default());
        bare.write_all(&text).unwrap();
        for (coding, packed) in [
            ("gzip", gzip.clone()),
            ("X-GZIP", gzip.clone()),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", bare.finish().unwrap()),
        ] {
            assert_eq!(unpack(coding, packed, 300).unwrap(), text, "{coding}");
        }
        assert_eq!(unpack("identity, gzip", gzip.clone(), 300).unwrap(), text);
        assert_eq!(unpack("gzip", gzip.clone(), 299), Err(CodingError::TooLarge(299)));
        assert_eq!(unpack("gzip", gzip[..20].to_vec(), 300), Err(CodingError::Broken("gzip")));
        assert_eq!(unpack("br", gzip, 300), Err(CodingError::Unknown("br".into())));
        assert_eq!(unpack("", b"x".to_vec(), 1).unwrap(), b"x");
    }
}
