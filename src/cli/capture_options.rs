//! What is captured of a session: where the options say so, else where the settings file does, else in the ring of the newest sessions when a
//! person works on the full screen. What is only looked at is not captured.

use anyhow::{Context, anyhow};
use ocpp_tui::capture::{CapturePlace, CaptureRing, CaptureRotation, CaptureTarget};
use ocpp_tui::config::{CaptureSetting, Paths, Settings, byte_size};
use ocpp_tui::hub::Hub;
use ocpp_tui::ocpp::units;
use ocpp_tui::sanitize::escape_control;

use super::arguments::{GeneralOptions, StartCommand};

/// Begins the capture of a session, when there is to be one.
///
/// # Errors
/// When a capture that was asked for cannot be written, or a setting is none.
pub fn start(
    hub: &Hub,
    general: &GeneralOptions,
    command: Option<&StartCommand>,
    settings: &Settings,
    paths: Option<&Paths>,
    full_screen: bool,
) -> anyhow::Result<()> {
    let rotation = match (general.capture_rotate, &settings.capture_rotate) {
        (Some(rotation), _) => rotation,
        (None, Some(text)) => text.parse().context("capture-rotate in the settings file")?,
        (None, None) => CaptureRotation::default(),
    };
    let asked = |path: &std::path::Path| CaptureTarget {
        place: CapturePlace::of_path(path),
        rotation,
        compressed: general.capture_compress,
    };
    if let Some(path) = &general.capture {
        hub.capture().start(asked(path))?;
        return Ok(());
    }
    let is_live = !matches!(command, Some(StartCommand::Open(_) | StartCommand::Demo(_)));
    if general.no_capture || !is_live {
        return Ok(());
    }
    match &settings.capture {
        Some(CaptureSetting::Path(path)) => drop(hub.capture().start(asked(path))?),
        Some(CaptureSetting::Ring(false)) => {}
        Some(CaptureSetting::Ring(true)) | None if full_screen => {
            if let Some(paths) = paths {
                start_ring(hub, settings, paths)?;
            }
        }
        Some(CaptureSetting::Ring(true)) | None => {}
    }
    Ok(())
}

/// How much disk the records of a live session may take that do not fit into its memory.
const ASIDE: u64 = 4 << 30;

/// Lets the trace go on on disk where the memory ends: of a file that is opened all of it, of a session on the full screen as much as
/// fits, unless it is to leave nothing on disk.
///
/// # Errors
/// When the operating system gives no thread.
pub fn put_aside(
    hub: &Hub,
    general: &GeneralOptions,
    command: Option<&StartCommand>,
    settings: &Settings,
    paths: Option<&Paths>,
    full_screen: bool,
) -> anyhow::Result<()> {
    let opens = matches!(command, Some(StartCommand::Open(_)));
    let is_off = general.no_capture || settings.capture == Some(CaptureSetting::Ring(false));
    if opens || (full_screen && !is_off) {
        // A folder for temporary files is often in memory itself, so it is only the second choice.
        let folder = paths.map_or_else(std::env::temp_dir, Paths::state);
        let limit = if opens { u64::MAX } else { ASIDE };
        hub.trace().put_aside(folder, limit).context("no thread for what does not fit into memory")?;
    }
    Ok(())
}

/// Begins the capture in the ring. No command asked for it, so what the disk refuses is a line of the session and no reason to end.
fn start_ring(hub: &Hub, settings: &Settings, paths: &Paths) -> anyhow::Result<()> {
    let mut ring = CaptureRing::new(paths.captures());
    if let Some(sessions) = settings.capture_sessions {
        ring.sessions = sessions.max(1);
    }
    if let Some(text) = &settings.capture_size {
        ring.bytes = byte_size(text).map_err(|error| anyhow!("capture-size in the settings file: {error}"))? as u64;
    }
    let is_first = !ring.folder.exists();
    let (folder, sessions, bytes) = (ring.folder.display().to_string(), ring.sessions, ring.bytes);
    let rotation = CaptureRotation { bytes: Some(ring.part_bytes()), after: None };
    let started = hub.capture().start(CaptureTarget { place: CapturePlace::Ring(ring), rotation, compressed: true });
    if let Err(error) = started {
        hub.note(true, format!("this session is not kept on disk: {error}; --no-capture does without"));
    } else if is_first {
        let size = units::bytes(bytes);
        hub.note(
            false,
            format!(
                "sessions are kept in {} from now on, the last {sessions} and at most {size}; ocpp-tui open shows one; capture = false in \
                 the settings file, or --no-capture, turns it off",
                escape_control(&folder)
            ),
        );
    }
    Ok(())
}
