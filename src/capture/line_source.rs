//! The bytes of a recorded file and the lines in them: compressed or not, of a file or the standard input, complete or still growing. What a
//! line means is for the formats.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use zstd::stream::raw::{InBuffer, Operation as _, OutBuffer};

use super::line::LineFault;

/// The longest line that is read, in bytes. What is longer is skipped.
const LONGEST_LINE: usize = 64 << 20;
/// How much is read at once, in bytes.
const BUFFER: usize = 1 << 18;

/// The bytes of a file.
pub(super) type ByteSource = Box<dyn BufRead + Send>;

/// The bytes of a file, decompressed when it is one of zstd or gzip; `-` is the standard input.
pub(super) fn open_bytes(path: &Path) -> io::Result<ByteSource> {
    let plain: Box<dyn Read + Send> = if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let mut plain = BufReader::with_capacity(BUFFER, plain);
    let start = plain.fill_buf()?;
    Ok(if is_zstd(start) {
        Box::new(BufReader::with_capacity(BUFFER, zstd::Decoder::with_buffer(plain)?))
    } else if is_gzip(start) {
        Box::new(BufReader::with_capacity(BUFFER, flate2::bufread::MultiGzDecoder::new(plain)))
    } else {
        Box::new(plain)
    })
}

/// Whether bytes begin as those of zstd do.
pub(super) fn is_zstd(start: &[u8]) -> bool {
    start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(&[0x1f, 0x8b])
}

/// A file that another program may still write to. When it becomes shorter, it is read from its beginning again.
struct GrowingFile {
    file: File,
    position: u64,
}

impl Read for GrowingFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.position += read as u64;
        if read == 0 && self.file.metadata()?.len() < self.position {
            self.position = 0;
            self.file.seek(SeekFrom::Start(0))?;
            return Err(io::Error::new(io::ErrorKind::Interrupted, CutWhileOpen));
        }
        Ok(read)
    }
}

/// The text of a file of zstd that another program still writes to: of a frame that has no end yet what can be decoded so far.
struct GrowingZstd {
    file: GrowingFile,
    decoder: zstd::stream::raw::Decoder<'static>,
    /// What was read, and how much of it is decoded.
    input: Vec<u8>,
    used: usize,
    /// The decoder may have more than there was room for.
    has_more: bool,
}

impl GrowingZstd {
    fn new(file: GrowingFile) -> io::Result<GrowingZstd> {
        let decoder = zstd::stream::raw::Decoder::new()?;
        Ok(GrowingZstd { file, decoder, input: Vec::new(), used: 0, has_more: false })
    }
}

impl Read for GrowingZstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.has_more || self.used < self.input.len() {
                let mut input = InBuffer::around(&self.input[self.used..]);
                let mut output = OutBuffer::around(&mut *buffer);
                let hint = self.decoder.run(&mut input, &mut output)?;
                self.used += input.pos();
                let written = output.pos();
                self.has_more = written == buffer.len() && hint > 0;
                if hint == 0 {
                    self.decoder.reinit()?; // the next frame
                }
                if written > 0 {
                    return Ok(written);
                }
                continue;
            }
            self.input.resize(BUFFER, 0);
            self.used = 0;
            let read = self.file.read(&mut self.input);
            self.input.truncate(*read.as_ref().unwrap_or(&0));
            if read.inspect_err(|_| drop(self.decoder.reinit()))? == 0 {
                return Ok(0); // for now
            }
        }
    }
}

/// A file became shorter while it was followed.
#[derive(Debug, thiserror::Error)]
#[error("the file became shorter while it was open, and is read from its beginning again")]
struct CutWhileOpen;

/// The error about a file whose end cannot be waited for, because it is this.
pub(super) fn unfollowable(what: &str) -> io::Error {
    let text =
        format!("it is {what}, which cannot be followed; leave out --follow, or pipe it: tail -c +1 -f FILE | ocpp-tui open -");
    io::Error::new(io::ErrorKind::InvalidInput, text)
}

/// The lines of a file.
pub(super) struct LineSource {
    bytes: ByteSource,
    /// The number of the line that was read last, from 1 on.
    pub number: u64,
    /// What there is of a line so far, and how long it is with what was not kept.
    begun: Vec<u8>,
    length: usize,
    /// A line without an end may be completed later.
    grows: bool,
    /// Nothing is read any more.
    ended: bool,
}

impl LineSource {
    /// The lines of these bytes.
    pub fn new(bytes: ByteSource) -> LineSource {
        LineSource { bytes, number: 0, begun: Vec::new(), length: 0, grows: false, ended: false }
    }

    /// The lines of a file that may still grow, also of one that is compressed with zstd.
    ///
    /// # Errors
    /// When it cannot be read, or is of a form that cannot be followed.
    pub fn of_growing_file(path: &Path) -> io::Result<LineSource> {
        let mut magic = [0; 4];
        let read = File::open(path)?.read(&mut magic)?;
        let magic = &magic[..read];
        if is_gzip(magic) {
            return Err(unfollowable("compressed with gzip"));
        }
        let file = GrowingFile { file: File::open(path)?, position: 0 };
        let bytes: ByteSource = if is_zstd(magic) {
            Box::new(BufReader::with_capacity(BUFFER, GrowingZstd::new(file)?))
        } else {
            Box::new(BufReader::with_capacity(BUFFER, file))
        };
        Ok(LineSource { grows: true, ..LineSource::new(bytes) })
    }

    /// Whether there may be more later where nothing more is now.
    pub fn grows(&self) -> bool {
        self.grows
    }

    /// The next line, without its end; an error for one that is no text or too long, and for what the system refuses, after which there
    /// is nothing more. Line ends are those of Unix or of Windows, also mixed.
    pub fn next(&mut self) -> Option<Result<String, LineFault>> {
        let no_line = |why: String| Some(Err(LineFault::NoObject(why)));
        while !self.ended {
            let piece = match self.bytes.fill_buf() {
                Ok(piece) => piece,
                Err(error) if error.get_ref().is_some_and(|inner| inner.is::<CutWhileOpen>()) => {
                    (self.length, self.number) = (0, 0);
                    self.begun.clear();
                    return no_line(error.to_string());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.ended = true;
                    self.number += 1;
                    // What there is of the line is a part of what cannot be read.
                    self.length = 0;
                    self.begun.clear();
                    let what =
                        if error.kind() == io::ErrorKind::UnexpectedEof { "it was cut".into() } else { error.to_string() };
                    return no_line(format!("the rest cannot be read: {what}"));
                }
            };
            if piece.is_empty() {
                if self.grows || self.length == 0 {
                    return None;
                }
                self.ended = true;
                break;
            }
            let end = memchr::memchr(b'\n', piece);
            let used = end.map_or(piece.len(), |end| end + 1);
            self.length += used;
            if self.length <= LONGEST_LINE {
                self.begun.extend_from_slice(&piece[..used]);
            }
            self.bytes.consume(used);
            if end.is_some() {
                break;
            }
        }
        let length = std::mem::take(&mut self.length);
        let mut line = std::mem::take(&mut self.begun);
        if length == 0 {
            return None;
        }
        self.number += 1;
        if length > LONGEST_LINE {
            return no_line(format!("it has {length} bytes, and at most {LONGEST_LINE} are read"));
        }
        while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            line.pop();
        }
        let text = String::from_utf8(line).map_err(|error| {
            let at = error.utf8_error().valid_up_to() + 1;
            LineFault::NoObject(format!("it is no UTF-8 from its byte {at} on"))
        });
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn all(source: &mut LineSource) -> Vec<String> {
        std::iter::from_fn(|| source.next()).map(|line| line.unwrap_or_else(|fault| format!("! {fault}"))).collect()
    }

    fn of(bytes: &[u8]) -> LineSource {
        LineSource::new(Box::new(io::Cursor::new(bytes.to_vec())))
    }

    #[test]
    fn line_ends_may_be_mixed_and_what_is_no_text_is_a_fault_of_its_line() {
        let mut source = of(b"a\r\nb\n\n\xff\xfe\nc");
        let lines = all(&mut source);
        assert_eq!((&lines[..3], lines[4].as_str()), (&["a".to_owned(), "b".to_owned(), String::new()][..], "c"));
        assert!(lines[3].contains("no UTF-8 from its byte 1 on"), "{lines:?}");
        assert_eq!(source.number, 5);
    }

    /// A line of any length takes no more memory than the longest that is read.
    #[test]
    fn a_line_that_is_too_long_is_skipped_with_its_length() {
        let huge = io::repeat(b'x').take(1 << 30).chain(&b"\nbehind\n"[..]);
        let mut source = LineSource::new(Box::new(BufReader::with_capacity(BUFFER, huge)));
        let fault = source.next().unwrap().unwrap_err().to_string();
        assert!(fault.contains("it has 1073741825 bytes"), "{fault}");
        assert_eq!(all(&mut source), ["behind"]);
    }

    #[test]
    fn a_growing_file_gives_a_line_when_it_is_complete_and_begins_again_when_it_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"one\ntw").unwrap();
        let mut source = LineSource::of_growing_file(&path).unwrap();
        assert_eq!(all(&mut source), ["one"]);
        file.write_all(b"o\nthree\n").unwrap();
        assert_eq!(all(&mut source), ["two", "three"]);
        file.set_len(0).unwrap();
        file.rewind().unwrap();
        file.write_all(b"new\n").unwrap();
        let lines = all(&mut source);
        assert!(lines[0].contains("became shorter") && lines[1..] == ["new"], "{lines:?}");
    }

    /// Two frames, of which the second one is flushed and has no end yet, as a capture that is being written.
    #[test]
    fn a_growing_file_may_be_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.zst");
        std::fs::write(&path, zstd::encode_all(&b"one\n"[..], 1).unwrap()).unwrap();
        let mut source = LineSource::of_growing_file(&path).unwrap();
        assert_eq!(all(&mut source), ["one"]);
        let append = || File::options().append(true).open(&path).unwrap();
        let mut encoder = zstd::Encoder::new(append(), 1).unwrap();
        let long = "x".repeat(3 << 20);
        encoder.write_all(format!("two\n{long}\nthr").as_bytes()).unwrap();
        encoder.flush().unwrap();
        assert_eq!(all(&mut source), ["two".to_owned(), long]);
        encoder.write_all(b"ee\n").unwrap();
        encoder.flush().unwrap();
        assert_eq!(all(&mut source), ["three"]);
        encoder.finish().unwrap();
        append().write_all(&zstd::encode_all(&b"four\n"[..], 1).unwrap()).unwrap();
        assert_eq!(all(&mut source), ["four"]);
        std::fs::write(&path, zstd::encode_all(&b"new\n"[..], 1).unwrap()).unwrap();
        let lines = all(&mut source);
        assert!(lines[0].contains("became shorter") && lines[1..] == ["new"], "{lines:?}");
    }

    #[test]
    fn what_cannot_be_followed_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, [0x1f, 0x8b, 8, 0]).unwrap();
        let error = LineSource::of_growing_file(&path).map(drop).unwrap_err().to_string();
        assert!(error.contains("leave out --follow"), "{error}");
    }

    #[test]
    fn compressed_bytes_are_recognised_and_what_was_cut_off_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut bytes = zstd::encode_all(&b"one\n"[..], 1).unwrap();
        bytes.extend(zstd::encode_all(&b"two\n"[..], 1).unwrap());
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(all(&mut LineSource::new(open_bytes(&path).unwrap())), ["one", "two"]);
        std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let lines = all(&mut LineSource::new(open_bytes(&path).unwrap()));
        assert!(lines[0] == "one" && lines.last().unwrap().contains("the rest cannot be read"), "{lines:?}");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"three\n").unwrap();
        std::fs::write(&path, gzip.finish().unwrap()).unwrap();
        assert_eq!(all(&mut LineSource::new(open_bytes(&path).unwrap())), ["three"]);
    }
}
