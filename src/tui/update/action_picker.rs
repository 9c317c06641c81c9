//! The actions of the list of calls that can be sent.

use super::compose;
use super::palette::remember;
use crate::tui::action::ActionPickerAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::ActionPicker;

/// The height for which the list scrolls; the first lines are visible on every screen.
const HEIGHT: usize = 10;

/// Handles an action of the list.
pub fn act(app: &mut App, action: ActionPickerAction, outside: &ReadContext<'_>) {
    match action {
        ActionPickerAction::Accept => accept(app, outside),
        ActionPickerAction::Up => move_by(app, -1),
        ActionPickerAction::Down => move_by(app, 1),
        ActionPickerAction::Close => {
            app.overlays.pop();
        }
    }
}

fn move_by(app: &mut App, lines: isize) {
    if let Some(picker) = app.overlays.get_mut::<ActionPicker>() {
        picker.list.move_by(lines, HEIGHT);
    }
}

/// Opens the editor for the selected call; with nothing selected the list stays.
fn accept(app: &mut App, outside: &ReadContext<'_>) {
    let Some(definition) = app.overlays.get::<ActionPicker>().and_then(|picker| picker.list.choice()).cloned() else { return };
    let Some(picker) = app.overlays.close::<ActionPicker>() else { return };
    remember(app, &definition.name);
    compose::open_editor(app, picker.targets, &definition, outside);
}
