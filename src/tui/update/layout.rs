//! How the screen is arranged: the sizes of the panes by keys and by the mouse, the variant of the theme, who has the mouse.

use super::{UpdateEffect, palette};
use crate::config::SavedPart;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::layout::{Border, Proportions};

/// How much one key press changes, in hundredths of the screen.
const STEP: u16 = 4;

/// Changes a size by a key.
pub fn resize(app: &mut App, action: Action) -> Vec<UpdateEffect> {
    let areas = app.areas();
    let body = areas.body;
    let share = |part: u16, whole: u16| if whole == 0 { 0 } else { (u32::from(part) * 100 / u32::from(whole)) as u16 };
    let narrow = body.width < 100;
    let screen = &mut app.kept.screen;
    match action {
        Action::Wider | Action::Narrower => {
            let (now, place) = if narrow {
                (share(areas.stations.height, body.height), &mut screen.upper)
            } else {
                (share(areas.stations.width, body.width), &mut screen.left)
            };
            *place = Some(stepped(place.unwrap_or(now), action == Action::Wider));
        }
        Action::Higher | Action::Lower => {
            let now = share(areas.message.height, body.height);
            screen.lower = Some(stepped(screen.lower.unwrap_or(now), action == Action::Higher));
        }
        _ => (screen.left, screen.lower, screen.upper) = (None, None, None),
    }
    vec![UpdateEffect::Keep(SavedPart::Screen)]
}

fn stepped(share: u16, more: bool) -> u16 {
    let share = if more { share + STEP } else { share.saturating_sub(STEP) };
    share.clamp(Proportions::LEAST, Proportions::MOST)
}

/// Moves the border that is dragged to where the mouse is.
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

/// Puts on the variant of the theme for the other background.
pub fn other_background(app: &mut App, now: u64) -> Vec<UpdateEffect> {
    match app.theme.pair.clone() {
        Some(name) => palette::put_on(app, &name, now).into_iter().collect(),
        None => {
            app.toasts.info("This theme has no counterpart for another background", now);
            Vec::new()
        }
    }
}

/// Takes the mouse, or leaves it to the terminal.
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
