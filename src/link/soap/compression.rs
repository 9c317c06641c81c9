//! The content codings of HTTP bodies. OCPP-S 1.6 §6.1 requires gzip and deflate from both sides, in requests and
//! answers. The unpacked size is bounded: a body of a kilobyte can hold gigabytes. Answers are packed only for peers
//! that accept the coding. `flate2` does the work. The negotiation is ours, because the layers of `tower-http` neither
//! bound the unpacked size nor read deflate without the header of zlib, which peers send.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use http_body_util::{BodyExt, Full};
use hyper::Response;
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue, VARY};
use tokio_tungstenite::tungstenite::Bytes;

/// What is offered in `Accept-Encoding`.
pub(in crate::link) const OFFERED: &str = "gzip, deflate";

/// Smaller answers are not packed: they fit into one packet of the network anyway.
const WORTH_PACKING: usize = 1024;

/// A coding in which we answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::link) enum ContentCoding {
    Gzip,
    /// In zlib's form.
    Deflate,
}

impl ContentCoding {
    /// The supported coding with the highest weight in these headers.
    pub fn accepted(headers: &HeaderMap) -> Option<ContentCoding> {
        let lists = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let entries: Vec<(&str, f32)> = lists.flat_map(|list| list.split(',')).map(entry).collect();
        let weight = |names: [&str; 2]| {
            let named = entries.iter().find(|(name, _)| names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)));
            let any = || entries.iter().find(|(name, _)| *name == "*");
            named.or_else(any).map_or(0.0, |(_, weight)| *weight)
        };
        let (gzip, deflate) = (weight(["gzip", "x-gzip"]), weight(["deflate"; 2]));
        match gzip >= deflate {
            true => (gzip > 0.0).then_some(ContentCoding::Gzip),
            false => Some(ContentCoding::Deflate),
        }
    }

    fn name(self) -> &'static str {
        match self {
            ContentCoding::Gzip => "gzip",
            ContentCoding::Deflate => "deflate",
        }
    }

    fn pack(self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            ContentCoding::Gzip => {
                let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
                packer.write_all(bytes)?;
                packer.finish()
            }
            ContentCoding::Deflate => {
                let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
                packer.write_all(bytes)?;
                packer.finish()
            }
        }
    }
}

/// A coding of a list and its weight (RFC 9110 §12.4.2); one that cannot be read is zero.
fn entry(text: &str) -> (&str, f32) {
    let (name, parameters) = text.split_once(';').unwrap_or((text, ""));
    let weight = parameters.trim().strip_prefix(['q', 'Q']).map(|rest| rest.trim_start_matches([' ', '=']).trim());
    let weight = weight.map_or(1.0, |weight| weight.parse().ok().filter(|weight: &f32| weight.is_finite()).unwrap_or(0.0));
    (name.trim(), weight)
}

/// The answer with its body packed, when that is worth it.
pub(in crate::link) async fn packed(response: Response<Full<Bytes>>, coding: Option<ContentCoding>) -> Response<Full<Bytes>> {
    let Some(coding) = coding else { return response };
    let (mut head, body) = response.into_parts();
    let bytes = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(never) => match never {},
    };
    // Writing into memory does not fail. If it did, the body would be sent unpacked.
    let packed = if bytes.len() > WORTH_PACKING { coding.pack(&bytes).ok() } else { None };
    let Some(packed) = packed else { return Response::from_parts(head, Full::new(bytes)) };
    head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    head.headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    Response::from_parts(head, Full::from(packed))
}

/// Why a body cannot be unpacked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::link) enum CodingError {
    /// An unknown coding.
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
    use flate2::write::DeflateEncoder;

    use super::*;

    #[test]
    fn the_coding_that_is_liked_best_is_chosen() {
        for (list, coding) in [
            ("gzip, deflate", Some(ContentCoding::Gzip)),
            ("deflate", Some(ContentCoding::Deflate)),
            ("X-GZIP;q=0.5, deflate; q=0.7", Some(ContentCoding::Deflate)),
            ("gzip;q=0, *", Some(ContentCoding::Deflate)),
            ("gzip;q=0, deflate;q=0.0", None),
            ("br, *;q=0.1", Some(ContentCoding::Gzip)),
            ("identity", None),
            ("gzip;q=much", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(list))]);
            assert_eq!(ContentCoding::accepted(&headers), coding, "{list}");
        }
        assert_eq!(ContentCoding::accepted(&HeaderMap::new()), None);
    }

    #[tokio::test]
    async fn large_answers_are_packed() {
        for coding in [ContentCoding::Gzip, ContentCoding::Deflate] {
            for (size, is_packed) in [(1024, false), (1025, true)] {
                let text = vec![b'a'; size];
                let response = packed(Response::new(Full::from(text.clone())), Some(coding)).await;
                let name = response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
                assert_eq!(name.as_deref(), is_packed.then_some(coding.name()));
                let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
                assert_eq!(unpack(name.as_deref().unwrap_or_default(), body, 2000).unwrap(), text);
            }
        }
    }

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
