//! The actions of the list of columns. A change shows at once and is saved.

use super::common::refresh_view;
use super::effect::UpdateEffect;
use crate::config::SavedPart;
use crate::tui::action::ColumnChooserAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::ColumnChooser;

/// Opens the list with the columns that are shown.
pub fn open(app: &mut App) {
    app.overlays.open(ColumnChooser::new(app.stations.columns().columns()));
}

/// Handles an action of the list.
pub fn act(app: &mut App, action: ColumnChooserAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(chooser) = app.overlays.get_mut::<ColumnChooser>() else { return Vec::new() };
    match action {
        ColumnChooserAction::Toggle => chooser.toggle(),
        ColumnChooserAction::ShiftUp => chooser.shift(-1),
        ColumnChooserAction::ShiftDown => chooser.shift(1),
        ColumnChooserAction::ResetColumns => {
            app.kept.screen.columns = None;
            refresh_view(app, outside);
            open(app);
            return vec![UpdateEffect::Keep(SavedPart::Screen)];
        }
        ColumnChooserAction::Up | ColumnChooserAction::Down => {
            chooser.move_by(if action == ColumnChooserAction::Up { -1 } else { 1 });
            return Vec::new();
        }
        ColumnChooserAction::Close => {
            app.overlays.pop();
            return Vec::new();
        }
    }
    app.kept.screen.columns = Some(chooser.chosen());
    refresh_view(app, outside);
    vec![UpdateEffect::Keep(SavedPart::Screen)]
}
