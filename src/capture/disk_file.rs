//! One file of a capture while it is written: its first line, compression, and what the disk has not taken yet.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use zstd::stream::write::Encoder;

use super::file::OpenedFile;
use super::line::write_header;

/// The level of compression: the fastest that still finds what repeats in messages.
const LEVEL: i32 = 1;

/// A file that is written to. What was put and is not written yet stays here, and is written where the last attempt stopped.
pub(super) struct DiskFile {
    file: Box<dyn Write + Send>,
    encoder: Option<Encoder<'static, Vec<u8>>>,
    /// Whole lines that are not known to be in the file.
    lines: Vec<u8>,
    /// How much of them is: of a plain file.
    done: usize,
    length: u64,
    /// How much of that was known before: it does not fill the file.
    begins: u64,
    opened: Instant,
}

impl DiskFile {
    /// The file with its first line, which is written with the first event. `known` are whole lines about what was there before.
    pub fn new(opened: OpenedFile, session: u64, now: Timestamp, known: &[u8]) -> io::Result<DiskFile> {
        let OpenedFile { file, length, compressed, .. } = opened;
        let mut file = DiskFile::of_writer(Box::new(file), length, compressed, session, now)?;
        file.put(&mut known.to_vec())?;
        file.begins = file.encoder.as_ref().map_or(file.lines.len(), |encoder| encoder.get_ref().len()) as u64;
        Ok(file)
    }

    pub(super) fn of_writer(
        file: Box<dyn Write + Send>,
        length: u64,
        compressed: bool,
        session: u64,
        now: Timestamp,
    ) -> io::Result<DiskFile> {
        let encoder = compressed.then(|| Encoder::new(Vec::new(), LEVEL)).transpose()?;
        let mut first = Vec::new();
        if length > 0 {
            // A session that was killed may have left a part of a line.
            first.push(b'\n');
        }
        write_header(&mut first, now, Some(session));
        let mut file = DiskFile { file, encoder, lines: Vec::new(), done: 0, length, begins: 0, opened: Instant::now() };
        file.put(&mut first)?;
        Ok(file)
    }

    /// The bytes in the file that count as its own. Of a file that is continued all that was in it does.
    pub fn filled(&self) -> u64 {
        self.length.saturating_sub(self.begins)
    }

    /// How long it has been open.
    pub fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Takes whole lines.
    pub fn put(&mut self, lines: &mut Vec<u8>) -> io::Result<()> {
        if let Some(encoder) = &mut self.encoder {
            encoder.write_all(lines)?;
            // What was put can be read when it is in the file, without what follows.
            encoder.flush()?;
        }
        if self.lines.is_empty() {
            std::mem::swap(&mut self.lines, lines);
        } else {
            self.lines.append(lines);
        }
        lines.clear();
        Ok(())
    }

    /// Writes what is not written; the bytes that are in the file now and were not before.
    pub fn write(&mut self) -> (u64, io::Result<()>) {
        let before = self.length;
        let outcome = loop {
            let rest = match &self.encoder {
                Some(encoder) => encoder.get_ref().as_slice(),
                None => &self.lines[self.done..],
            };
            if rest.is_empty() {
                self.lines.clear();
                self.done = 0;
                break Ok(());
            }
            match self.file.write(rest) {
                Ok(0) => break Err(io::Error::from(io::ErrorKind::WriteZero)),
                Ok(written) => {
                    self.length += written as u64;
                    match &mut self.encoder {
                        Some(encoder) => drop(encoder.get_mut().drain(..written)),
                        None => self.done += written,
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        (self.length - before, outcome)
    }

    /// The lines that are not known to be in the file, for another file. The first may be there in part.
    pub fn into_lines(self) -> Vec<u8> {
        let start = self.lines[..self.done].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        self.lines[start..].to_vec()
    }

    /// Ends the compressed text and writes it. Nothing is put behind it.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(encoder) = &mut self.encoder {
            encoder.do_finish()?;
        }
        self.write().1
    }
}

#[cfg(test)]
pub(super) mod test_disk {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    /// A disk with little room, which can be given more: what is on it, and how many bytes it takes.
    #[derive(Clone, Default)]
    pub struct SmallDisk(pub Arc<Mutex<(Vec<u8>, usize)>>);

    impl Write for SmallDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let (content, room) = &mut *self.0.lock().unwrap();
            let taken = bytes.len().min(*room - content.len());
            if taken == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            content.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::test_disk::SmallDisk;
    use super::*;

    fn file_on(disk: &SmallDisk, compressed: bool) -> DiskFile {
        DiskFile::of_writer(Box::new(disk.clone()), 0, compressed, 1, Timestamp::UNIX_EPOCH).unwrap()
    }

    fn text_of(disk: &SmallDisk, compressed: bool) -> String {
        let bytes = disk.0.lock().unwrap().0.clone();
        let bytes = if compressed { zstd::decode_all(bytes.as_slice()).unwrap() } else { bytes };
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_full_disk_loses_nothing_when_there_is_room_again() {
        for compressed in [false, true] {
            let disk = SmallDisk::default();
            disk.0.lock().unwrap().1 = 40;
            let mut file = file_on(&disk, compressed);
            let mut expected = String::new();
            for number in 0..200 {
                let line = format!("{{\"line\":{number}}}\n");
                file.put(&mut line.clone().into_bytes()).unwrap();
                expected.push_str(&line);
                let (_, outcome) = file.write();
                if number == 150 {
                    assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::StorageFull);
                    disk.0.lock().unwrap().1 = 1 << 20;
                }
            }
            file.finish().unwrap();
            let text = text_of(&disk, compressed);
            let (header, lines) = text.split_once('\n').unwrap();
            assert!(header.starts_with(r#"{"capture":1,"#));
            assert_eq!(lines, expected, "compressed: {compressed}");
        }
    }

    #[test]
    fn what_was_not_written_goes_to_another_file_in_whole_lines() {
        let disk = SmallDisk::default();
        let mut file = file_on(&disk, false);
        let header = file.lines.len();
        disk.0.lock().unwrap().1 = header + 4;
        file.put(&mut b"one\ntwo\nthree\n".to_vec()).unwrap();
        assert!(file.write().1.is_err());
        disk.0.lock().unwrap().1 = header + 6;
        assert!(file.write().1.is_err());
        assert_eq!(String::from_utf8(file.into_lines()).unwrap(), "two\nthree\n");
    }

    /// What was put is in the bytes before the text has an end.
    #[test]
    fn compressed_lines_can_be_read_before_the_file_is_complete() {
        let disk = SmallDisk::default();
        disk.0.lock().unwrap().1 = 1 << 20;
        let mut file = file_on(&disk, true);
        file.put(&mut b"one\n".to_vec()).unwrap();
        file.write().1.unwrap();
        let bytes = disk.0.lock().unwrap().0.clone();
        let mut text = Vec::new();
        let mut decoder = zstd::Decoder::new(bytes.as_slice()).unwrap();
        assert!(io::copy(&mut decoder, &mut text).is_err(), "it has no end yet");
        assert!(String::from_utf8(text).unwrap().ends_with("one\n"));
    }
}
