//! The thread that writes what a trace puts aside, and reads what is wanted of it. The pages are in files without a name, which go with the
//! program, however that ends.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use super::contents::Trace;
use super::page_queue::PageQueue;
use super::store::{PageEncoder, PageHandle, PagePlace};
use super::{Event, EventKind, Sequence, Stamp};

/// A file that is larger is followed by another one, so that the oldest can be given back.
const FILE: u64 = 64 << 20;
/// How many pages are written between two looks at what is wanted.
const TURN: usize = 16;

impl Trace {
    /// From now on what does not fit into the memory is put aside in this folder, where it may take so many bytes. The files have no
    /// names and go with the program. Only the first call counts.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn put_aside(self: &Arc<Trace>, folder: PathBuf, limit: u64) -> io::Result<()> {
        let queue = Arc::new(PageQueue::default());
        if self.set_page_queue(queue.clone()) {
            start(queue.clone(), Arc::downgrade(self), folder)?;
            self.change_records(|records| records.put_aside(queue, limit));
        }
        Ok(())
    }
}

/// Starts the thread, which lives as long as the trace.
fn start(queue: Arc<PageQueue>, trace: Weak<Trace>, folder: PathBuf) -> io::Result<()> {
    let mut writer = PageWriter { folder, encoder: PageEncoder::new()?, file: None };
    std::thread::Builder::new().name("pages".into()).spawn(move || {
        let mut failed = false;
        while let Some(wanted) = queue.next() {
            let Some(trace) = trace.upgrade() else { return };
            if !wanted.is_empty() {
                read(&trace, &wanted);
            }
            if let Err(error) = write(&trace, &mut writer, &queue)
                && !std::mem::replace(&mut failed, true)
            {
                report(&trace, &error, &writer.folder);
            }
        }
    })?;
    Ok(())
}

/// Reads the pages of these records, each once.
fn read(trace: &Trace, wanted: &[Sequence]) {
    let mut pages: Vec<PageHandle> = Vec::new();
    {
        let contents = trace.read();
        for sequence in wanted {
            let records = contents.records();
            if records.get(*sequence).is_none()
                && let Some(page) = records.page_of(*sequence)
                && !pages.iter().any(|other| other.first == page.first)
            {
                pages.push(page);
            }
        }
    }
    let read: Vec<_> = pages.iter().map(|page| (page.first, page.open().ok())).collect();
    if !read.is_empty() {
        trace.change_records(|records| read.into_iter().for_each(|(first, chunk)| records.show_page(first, chunk)));
        trace.wake();
    }
}

/// Writes some pages.
fn write(trace: &Trace, writer: &mut PageWriter, queue: &PageQueue) -> io::Result<()> {
    let pages = trace.read().records().unwritten(TURN);
    if pages.len() == TURN {
        queue.parked(); // probably there are more
    }
    let mut written = Vec::with_capacity(pages.len());
    let mut outcome = Ok(());
    for page in &pages {
        match writer.write(page) {
            Ok(place) => written.push((page.first, place)),
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    // What a disk has refused once it refuses again: the other pages must not wait in memory for that.
    let lost = outcome.is_err().then(|| pages.last()).flatten().map(|page| page.first);
    if !written.is_empty() || lost.is_some() {
        trace.change_records(|records| {
            written.into_iter().for_each(|(first, place)| records.set_page_written(first, place));
            lost.into_iter().for_each(|first| records.lose_page(first));
        });
    }
    outcome
}

/// Says once that records are lost.
fn report(trace: &Trace, error: &io::Error, folder: &Path) {
    let text = format!(
        "records that do not fit into the memory are lost: they cannot be put aside in {}: {error}; --trace-memory keeps more",
        folder.display()
    );
    let now = crate::clock::now();
    let stamp = Stamp { wall_micros: now.wall.as_microsecond(), monotonic_micros: trace.micros_since_start(now.monotonic) };
    trace.add(&Event { station: None, stamp, kind: EventKind::Note { failure: true, text: text.into() } });
}

struct PageWriter {
    folder: PathBuf,
    encoder: PageEncoder,
    /// The file that is written to, and its length.
    file: Option<(Arc<File>, u64)>,
}

impl PageWriter {
    fn write(&mut self, page: &PageHandle) -> io::Result<PagePlace> {
        let bytes = self.encoder.bytes(&*page.open()?)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let (file, offset) = match self.file.take().filter(|(_, length)| *length < FILE) {
            Some(open) => open,
            None => {
                std::fs::create_dir_all(&self.folder)?;
                (Arc::new(tempfile::tempfile_in(&self.folder)?), 0)
            }
        };
        // A page that was written in part is not counted, and neither is the file behind it.
        (&*file).write_all(&bytes)?;
        self.file = Some((file.clone(), offset + u64::from(length)));
        Ok(PagePlace::Disk { file, offset, length })
    }
}
