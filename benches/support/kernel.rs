//! What the kernel says about this process: the processor time of its threads and its resident memory. It is read from `/proc`, so
//! on systems other than Linux both are 0 and the rows that need them mean nothing.

use std::fs;

/// The processor time that the threads of this name have used so far, in seconds.
pub fn cpu_seconds(thread_name: &str) -> f64 {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return 0.0 };
    let named = threads.flatten().filter(|thread| {
        let name = fs::read_to_string(thread.path().join("comm"));
        name.is_ok_and(|name| name.trim_end() == thread_name)
    });
    named.filter_map(|thread| on_processor(&thread)).sum::<f64>() / 1e9
}

/// The processor time that the threads of another process, all of which are still there, have used so far, in seconds.
pub fn cpu_seconds_of_process(process: u32) -> f64 {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return 0.0 };
    threads.flatten().filter_map(|thread| on_processor(&thread)).sum::<f64>() / 1e9
}

/// The first figure of schedstat: nanoseconds on a processor.
fn on_processor(thread: &fs::DirEntry) -> Option<f64> {
    let schedstat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
    schedstat.split_whitespace().next()?.parse().ok()
}

/// The resident memory of this process, in bytes.
pub fn resident_bytes() -> usize {
    resident_bytes_of("self")
}

/// The resident memory of the process with this number, or of this one with `self`, in bytes.
pub fn resident_bytes_of(process: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
    kilobytes.map_or(0, |kilobytes: usize| kilobytes * 1024)
}
