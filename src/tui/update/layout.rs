//! The sizes of the panes, changed by keys and by the mouse, and whether the mouse is captured.

use super::effect::UpdateEffect;
use crate::config::SavedPart;
use crate::tui::app::App;
use crate::tui::layout::{Border, Proportions};

/// How much one key press changes, in hundredths of the screen.
const STEP: u16 = 4;

/// How a key changes the sizes of the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resize {
    /// The stations pane becomes wider, in a narrow window higher.
    Wider,
    /// The stations pane becomes narrower, in a narrow window lower.
    Narrower,
    /// The message pane becomes higher.
    Higher,
    /// The message pane becomes lower.
    Lower,
}

/// Changes a size by a key.
pub fn resize(app: &mut App, change: Resize) -> Vec<UpdateEffect> {
    let areas = app.areas();
    let body = areas.body;
    let share = |part: u16, whole: u16| if whole == 0 { 0 } else { (u32::from(part) * 100 / u32::from(whole)) as u16 };
    let narrow = body.width < 100;
    let screen = &mut app.kept.screen;
    match change {
        Resize::Wider | Resize::Narrower => {
            let (now, place) = if narrow {
                (share(areas.stations.height, body.height), &mut screen.upper)
            } else {
                (share(areas.stations.width, body.width), &mut screen.left)
            };
            *place = Some(stepped(place.unwrap_or(now), change == Resize::Wider));
        }
        Resize::Higher | Resize::Lower => {
            let now = share(areas.message.height, body.height);
            screen.lower = Some(stepped(screen.lower.unwrap_or(now), change == Resize::Higher));
        }
    }
    vec![UpdateEffect::Keep(SavedPart::Screen)]
}

/// Restores the default sizes.
pub fn reset(app: &mut App) -> Vec<UpdateEffect> {
    let screen = &mut app.kept.screen;
    (screen.left, screen.lower, screen.upper) = (None, None, None);
    vec![UpdateEffect::Keep(SavedPart::Screen)]
}

fn stepped(share: u16, more: bool) -> u16 {
    let share = if more { share + STEP } else { share.saturating_sub(STEP) };
    share.clamp(Proportions::LEAST, Proportions::MOST)
}

/// Moves the border that is dragged to the position of the mouse.
pub fn drag(app: &mut App, border: Border, column: u16, row: u16) {
    let body = app.areas().body;
    let share = |part: u16, whole: u16| (u32::from(part) * 100 / u32::from(whole.max(1))) as u16;
    let clamp = |share: u16| share.clamp(Proportions::LEAST, Proportions::MOST);
    let screen = &mut app.kept.screen;
    match border {
        Border::Left => screen.left = Some(clamp(share(column.saturating_sub(body.x), body.width))),
        Border::Lower => screen.lower = Some(clamp(share(body.bottom().saturating_sub(row), body.height))),
        Border::Upper => screen.upper = Some(clamp(share(row.saturating_sub(body.y), body.height))),
    }
}

/// Captures the mouse, or releases it to the terminal.
pub fn toggle_mouse(app: &mut App, now: u64) -> Vec<UpdateEffect> {
    app.mouse = !app.mouse;
    app.kept.screen.mouse = Some(app.mouse);
    let text = if app.mouse {
        "The mouse works on the panes; with Shift the terminal selects text"
    } else {
        "The mouse is the terminal's; F12 takes it back"
    };
    app.toasts.info(text, now);
    vec![UpdateEffect::Mouse(app.mouse), UpdateEffect::Keep(SavedPart::Screen)]
}
