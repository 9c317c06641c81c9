//! A chunk as bytes, and back: what is put aside of it. The numbers stand column by column, because that compresses better. Which chunks are
//! put aside, and where the bytes are, is for the shelf.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::chunk::{Chunk, ChunkDetails, Header, HeaderFlags};
use crate::trace::record::RecordDetail;
use crate::trace::{Sequence, Stamp};

/// The level of compression: pages are written as fast as records come.
const LEVEL: i32 = 1;
/// More than the bytes of any page: a chunk is as long as its longest text.
const MOST: usize = 1 << 30;

/// A page: a chunk that was put aside, in memory until it is written.
#[derive(Debug, Clone)]
pub struct PageHandle {
    /// The first record.
    pub(in crate::trace) first: Sequence,
    /// How many there are.
    pub(in crate::trace) count: u32,
    /// The stamp of the first record.
    pub(in crate::trace) began: Stamp,
    pub(in crate::trace) place: PagePlace,
}

/// Where a page is.
#[derive(Debug, Clone)]
pub(in crate::trace) enum PagePlace {
    Memory(Arc<Chunk>),
    Disk {
        file: Arc<File>,
        offset: u64,
        length: u32,
    },
    /// It was written and cannot be read.
    Damaged,
}

impl PageHandle {
    /// A page that is not written yet.
    pub(super) fn of_chunk(chunk: Chunk) -> PageHandle {
        let (first, count, began) = (chunk.first, chunk.headers.len() as u32, chunk.began); // at most CHUNK_RECORDS
        PageHandle { first, count, began, place: PagePlace::Memory(Arc::new(chunk)) }
    }

    /// The record behind the last one.
    pub fn end(&self) -> Sequence {
        self.first + Sequence::from(self.count)
    }

    /// The chunk. It reads from disk, so no lock may be held.
    pub(in crate::trace) fn open(&self) -> io::Result<Arc<Chunk>> {
        match &self.place {
            PagePlace::Memory(chunk) => Ok(chunk.clone()),
            PagePlace::Disk { file, offset, length } => {
                let mut bytes = vec![0; *length as usize];
                read_at(file, &mut bytes, *offset)?;
                let damaged = || io::Error::other("a page of the trace is damaged");
                // The length that stands before the compressed text, so that one allocation is enough.
                let (head, compressed) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
                let length = usize::try_from(u64::from_le_bytes(*head)).map_err(|_| damaged())?;
                let plain = zstd::bulk::decompress(compressed, length.min(MOST))?;
                decode(&plain).map(Arc::new).ok_or_else(damaged)
            }
            PagePlace::Damaged => Err(io::Error::other("a page of the trace is damaged")),
        }
    }
}

/// Writes pages behind each other.
pub(in crate::trace) struct PageEncoder {
    compressor: zstd::bulk::Compressor<'static>,
    plain: Vec<u8>,
}

impl PageEncoder {
    pub fn new() -> io::Result<PageEncoder> {
        Ok(PageEncoder { compressor: zstd::bulk::Compressor::new(LEVEL)?, plain: Vec::new() })
    }

    /// The bytes of a page.
    pub fn bytes(&mut self, chunk: &Chunk) -> io::Result<Vec<u8>> {
        self.plain.clear();
        encode(chunk, &mut self.plain);
        let compressed = self.compressor.compress(&self.plain)?;
        let mut bytes = (self.plain.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(&compressed);
        Ok(bytes)
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

fn encode(chunk: &Chunk, out: &mut Vec<u8>) {
    fn column<const N: usize>(out: &mut Vec<u8>, headers: &[Header], of: impl Fn(&Header) -> [u8; N]) {
        headers.iter().for_each(|header| out.extend_from_slice(&of(header)));
    }
    let details = chunk.details.as_ref().map_or_else(Vec::new, |details| {
        // Its parts can always be written: their keys are texts.
        serde_json::to_vec(&details.0).unwrap_or_default()
    });
    for number in [
        chunk.first,
        chunk.began.wall_micros as u64, // the same bits
        chunk.began.monotonic_micros,
        chunk.headers.len() as u64,
        chunk.text.len() as u64,
        details.len() as u64,
    ] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    let headers = chunk.headers.as_slice();
    column(out, headers, |it| it.wall_offset.to_le_bytes());
    column(out, headers, |it| it.monotonic_offset.to_le_bytes());
    column(out, headers, |it| it.station.to_le_bytes());
    column(out, headers, |it| it.text_start.to_le_bytes());
    column(out, headers, |it| it.text_len.to_le_bytes());
    column(out, headers, |it| it.payload_len.to_le_bytes());
    column(out, headers, |it| it.remarks_len.to_le_bytes());
    column(out, headers, |it| it.partner.to_le_bytes());
    column(out, headers, |it| it.latency_micros.to_le_bytes());
    column(out, headers, |it| it.link.to_le_bytes());
    column(out, headers, |it| it.action.to_le_bytes());
    column(out, headers, |it| it.id_len.to_le_bytes());
    column(out, headers, |it| [it.kind, it.code, it.flags.0, it.remark_lines]);
    out.extend_from_slice(chunk.text.as_bytes());
    out.extend_from_slice(&details);
}

/// The bytes of a page that are not read yet.
struct PageBytes<'a>(&'a [u8]);

impl<'a> PageBytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*taken))
    }

    fn column<const N: usize>(&mut self, headers: &mut [Header], set: impl Fn(&mut Header, [u8; N])) -> Option<()> {
        let (numbers, _) = self.take(headers.len().checked_mul(N)?)?.as_chunks::<N>();
        headers.iter_mut().zip(numbers).for_each(|(header, number)| set(header, *number));
        Some(())
    }
}

fn decode(bytes: &[u8]) -> Option<Chunk> {
    const EMPTY: Header = Header {
        wall_offset: 0,
        monotonic_offset: 0,
        station: 0,
        text_start: 0,
        text_len: 0,
        payload_len: 0,
        remarks_len: 0,
        partner: 0,
        latency_micros: 0,
        link: 0,
        action: 0,
        id_len: 0,
        kind: 0,
        code: 0,
        flags: HeaderFlags(0),
        remark_lines: 0,
    };
    let mut rest = PageBytes(bytes);
    let (first, wall, monotonic_micros) = (rest.number()?, rest.number()?, rest.number()?);
    let mut length = || usize::try_from(rest.number()?).ok().filter(|length| *length <= MOST);
    let (count, text_len, details_len) = (length()?, length()?, length()?);
    let mut headers = vec![EMPTY; count];
    rest.column(&mut headers, |it, bytes| it.wall_offset = i32::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.monotonic_offset = i32::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.station = u32::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.text_start = u32::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.text_len = u32::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.payload_len = u32::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.remarks_len = u32::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.partner = i32::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.latency_micros = u32::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.link = u32::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.action = u16::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, bytes| it.id_len = u16::from_le_bytes(bytes))?;
    rest.column(&mut headers, |it, [kind, code, flags, lines]| {
        (it.kind, it.code, it.flags, it.remark_lines) = (kind, code, HeaderFlags(flags), lines);
    })?;
    let text = String::from_utf8(rest.take(text_len)?.to_vec()).ok()?;
    let details = rest.take(details_len)?;
    let details: Vec<(u16, RecordDetail)> =
        if details.is_empty() { Vec::new() } else { serde_json::from_slice(details).ok()? };
    let details = (!details.is_empty()).then(|| Box::new(ChunkDetails(details)));
    let began = Stamp { wall_micros: wall as i64, monotonic_micros }; // the same bits
    Some(Chunk { first, began, headers, text, details })
}
