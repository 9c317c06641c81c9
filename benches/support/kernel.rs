//! What the kernel says about this process: the processor time of its threads and its resident memory. Linux only, like `/proc`.

use std::fs;

/// The processor time that the threads of this name have used so far, in seconds.
pub fn cpu_seconds(thread_name: &str) -> f64 {
    let threads = fs::read_dir("/proc/self/task").expect("the threads of this process").flatten();
    let mine = threads.filter(|thread| {
        let name = fs::read_to_string(thread.path().join("comm"));
        name.is_ok_and(|name| name.trim_end() == thread_name)
    });
    mine.filter_map(|thread| on_processor(&thread)).sum::<f64>() / 1e9
}

/// The processor time that the threads of another process, all of which are still there, have used so far, in seconds.
pub fn cpu_seconds_of_process(process: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("the threads of the process").flatten();
    threads.filter_map(|thread| on_processor(&thread)).sum::<f64>() / 1e9
}

/// The first figure of schedstat: nanoseconds on a processor.
fn on_processor(thread: &fs::DirEntry) -> Option<f64> {
    let schedstat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
    schedstat.split_whitespace().next()?.parse().ok()
}

/// The resident memory of this process, in bytes.
pub fn resident_bytes() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("the status of this process");
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
    kilobytes.map_or(0, |kilobytes: usize| kilobytes * 1024)
}
