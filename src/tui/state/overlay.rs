//! What lies over the panes, as a stack: the top has the keyboard, drawing goes from the bottom to the top. The order of the stack is the
//! order of opening, with one exception: a question stays on top until it is answered, so that a key that is meant for it goes nowhere
//! else when a text arrives meanwhile.

use std::mem;

use super::action_picker::ActionPicker;
use super::column_chooser::ColumnChooser;
use super::configuration_page::ConfigurationPage;
use super::confirm::ConfirmQuestion;
use super::connection_page::ConnectionPage;
use super::device_model_page::DeviceModelPage;
use super::editor::Editor;
use super::filter::FilterLine;
use super::held_pane::HeldPane;
use super::pager::Pager;
use super::palette::Palette;
use super::profiles_page::ProfilesPage;
use super::prompt::Prompt;
use super::replay_page::ReplayPage;
use super::station_details::StationDetails;
use crate::tui::action::KeyContext;

/// Something that lies over the panes and has the keyboard while it is on top.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a handful of them exist at a time")]
pub enum ScreenOverlay {
    /// The page about a station.
    StationDetails(StationDetails),
    /// The page with the charging profiles of a station.
    ProfilesPage(ProfilesPage),
    /// The page with the configuration keys of a station.
    ConfigurationPage(ConfigurationPage),
    /// The page with the device model of a station.
    DeviceModelPage(DeviceModelPage),
    /// The page about an attempt to connect.
    ConnectionPage(ConnectionPage),
    /// The page with the steps of a replay.
    ReplayPage(ReplayPage),
    /// The list of columns of the stations pane.
    ColumnChooser(ColumnChooser),
    /// The frames that wait.
    HeldPane(HeldPane),
    /// A page that sums up the session. Its state is in `App`, because it outlives the page.
    Overview,
    /// The payload editor.
    Editor(Editor),
    /// The list of actions that can be sent.
    ActionPicker(ActionPicker),
    /// A filter, a search or a time that is being typed.
    FilterLine(FilterLine),
    /// The command line. Its state is in `App`, because its text outlives it.
    CommandLine,
    /// A name or a number that is being typed.
    Prompt(Prompt),
    /// The palette, or another list of choices.
    Palette(Palette),
    /// The help, or another text.
    Pager(Pager),
    /// A question.
    Confirm(ConfirmQuestion),
}

impl ScreenOverlay {
    /// Where keys go while it is on top.
    pub fn context(&self) -> KeyContext {
        match self {
            ScreenOverlay::StationDetails(_) => KeyContext::StationDetails,
            ScreenOverlay::ProfilesPage(_) => KeyContext::Profiles,
            ScreenOverlay::ConfigurationPage(_) => KeyContext::Configuration,
            ScreenOverlay::DeviceModelPage(_) => KeyContext::DeviceModel,
            ScreenOverlay::ConnectionPage(_) => KeyContext::ConnectionPage,
            ScreenOverlay::ReplayPage(_) => KeyContext::ReplayPage,
            ScreenOverlay::ColumnChooser(_) => KeyContext::ColumnChooser,
            ScreenOverlay::HeldPane(_) => KeyContext::HeldPane,
            ScreenOverlay::Overview => KeyContext::Overview,
            ScreenOverlay::Editor(_) => KeyContext::Editor,
            ScreenOverlay::ActionPicker(_) => KeyContext::ActionPicker,
            ScreenOverlay::FilterLine(_) => KeyContext::FilterLine,
            ScreenOverlay::CommandLine => KeyContext::CommandLine,
            ScreenOverlay::Prompt(_) => KeyContext::Prompt,
            ScreenOverlay::Palette(_) => KeyContext::Palette,
            ScreenOverlay::Pager(pager) if pager.searching => KeyContext::PagerSearch,
            ScreenOverlay::Pager(_) => KeyContext::Pager,
            ScreenOverlay::Confirm(_) => KeyContext::Confirm,
        }
    }
}

/// The state of one kind of overlay.
pub trait OverlayState: Sized + Into<ScreenOverlay> {
    /// The state, if the overlay is of this kind.
    fn of(overlay: &ScreenOverlay) -> Option<&Self>;
    /// The state to change it, if the overlay is of this kind.
    fn of_mut(overlay: &mut ScreenOverlay) -> Option<&mut Self>;
    /// The state alone, if the overlay is of this kind.
    fn from_overlay(overlay: ScreenOverlay) -> Option<Self>;
}

macro_rules! overlay_states {
    ($($kind:ident($state:ty),)+) => {
        $(
            impl From<$state> for ScreenOverlay {
                fn from(state: $state) -> ScreenOverlay {
                    ScreenOverlay::$kind(state)
                }
            }

            impl OverlayState for $state {
                fn of(overlay: &ScreenOverlay) -> Option<&Self> {
                    if let ScreenOverlay::$kind(state) = overlay { Some(state) } else { None }
                }

                fn of_mut(overlay: &mut ScreenOverlay) -> Option<&mut Self> {
                    if let ScreenOverlay::$kind(state) = overlay { Some(state) } else { None }
                }

                fn from_overlay(overlay: ScreenOverlay) -> Option<Self> {
                    if let ScreenOverlay::$kind(state) = overlay { Some(state) } else { None }
                }
            }
        )+
    };
}

overlay_states! {
    StationDetails(StationDetails),
    ProfilesPage(ProfilesPage),
    ConfigurationPage(ConfigurationPage),
    DeviceModelPage(DeviceModelPage),
    ConnectionPage(ConnectionPage),
    ReplayPage(ReplayPage),
    ColumnChooser(ColumnChooser),
    HeldPane(HeldPane),
    Editor(Editor),
    ActionPicker(ActionPicker),
    FilterLine(FilterLine),
    Prompt(Prompt),
    Palette(Palette),
    Pager(Pager),
    Confirm(ConfirmQuestion),
}

/// The overlays, at most one of each kind.
#[derive(Debug, Default)]
pub struct OverlayStack {
    /// From the bottom to the top.
    overlays: Vec<ScreenOverlay>,
}

impl OverlayStack {
    /// Puts an overlay on top, or below a question. One of the same kind is replaced, wherever it is.
    pub fn open(&mut self, overlay: impl Into<ScreenOverlay>) {
        let overlay = overlay.into();
        self.overlays.retain(|other| mem::discriminant(other) != mem::discriminant(&overlay));
        let below_question = matches!(self.overlays.last(), Some(ScreenOverlay::Confirm(_)));
        self.overlays.insert(self.overlays.len() - usize::from(below_question), overlay);
    }

    /// Removes the overlay on top and returns it.
    pub fn pop(&mut self) -> Option<ScreenOverlay> {
        self.overlays.pop()
    }

    /// Removes the overlay of a kind, wherever it is, and returns its state.
    pub fn close<S: OverlayState>(&mut self) -> Option<S> {
        let index = self.overlays.iter().position(|overlay| S::of(overlay).is_some())?;
        S::from_overlay(self.overlays.remove(index))
    }

    /// The overlay on top.
    pub fn top(&self) -> Option<&ScreenOverlay> {
        self.overlays.last()
    }

    /// All overlays, from the bottom to the top.
    pub fn iter(&self) -> impl Iterator<Item = &ScreenOverlay> {
        self.overlays.iter()
    }

    /// The state of the overlay of a kind, if it is open.
    pub fn get<S: OverlayState>(&self) -> Option<&S> {
        self.overlays.iter().find_map(S::of)
    }

    /// The state of the overlay of a kind, to change it, if it is open.
    pub fn get_mut<S: OverlayState>(&mut self) -> Option<&mut S> {
        self.overlays.iter_mut().find_map(S::of_mut)
    }

    /// Whether a page that sums up the session is open.
    pub fn has_overview(&self) -> bool {
        self.overlays.iter().any(|overlay| matches!(overlay, ScreenOverlay::Overview))
    }

    /// Closes the page that sums up the session.
    pub fn close_overview(&mut self) {
        self.overlays.retain(|overlay| !matches!(overlay, ScreenOverlay::Overview));
    }

    /// Whether the command line is open.
    pub fn has_command_line(&self) -> bool {
        self.overlays.iter().any(|overlay| matches!(overlay, ScreenOverlay::CommandLine))
    }
}

#[cfg(test)]
mod tests {
    use super::super::confirm::ConfirmPurpose;
    use super::super::prompt::PromptPurpose;
    use super::*;
    use crate::trace::StationKey;
    use crate::tui::widget::InputLine;

    fn contexts(stack: &OverlayStack) -> Vec<KeyContext> {
        stack.iter().map(ScreenOverlay::context).collect()
    }

    fn text(title: &str) -> Pager {
        Pager::text(title.to_owned(), "a\nb", 80)
    }

    #[test]
    fn the_last_one_opened_is_on_top_and_each_kind_is_there_once() {
        let mut stack = OverlayStack::default();
        stack.open(StationDetails::new(StationKey(1)));
        stack.open(text("one"));
        stack.open(Prompt { asked: PromptPurpose::Repeat, input: InputLine::default() });
        assert_eq!(contexts(&stack), [KeyContext::StationDetails, KeyContext::Pager, KeyContext::Prompt]);
        stack.open(text("two"));
        assert_eq!(contexts(&stack), [KeyContext::StationDetails, KeyContext::Prompt, KeyContext::Pager]);
        assert_eq!(stack.get::<Pager>().map(|pager| pager.title.as_str()), Some("two"));
        assert!(stack.close::<Prompt>().is_some() && stack.close::<Prompt>().is_none());
        assert!(matches!(stack.pop(), Some(ScreenOverlay::Pager(_))));
        assert_eq!(stack.top().map(ScreenOverlay::context), Some(KeyContext::StationDetails));
    }

    #[test]
    fn a_question_stays_on_top_until_it_is_answered() {
        let mut stack = OverlayStack::default();
        stack.open(ConfirmQuestion { text: "Quit?".to_owned(), purpose: ConfirmPurpose::Quit });
        stack.open(text("one"));
        assert_eq!(contexts(&stack), [KeyContext::Pager, KeyContext::Confirm]);
        stack.pop();
        assert_eq!(contexts(&stack), [KeyContext::Pager]);
    }

    #[test]
    fn a_search_in_a_text_is_a_context_of_its_own() {
        let mut stack = OverlayStack::default();
        stack.open(text("one"));
        stack.get_mut::<Pager>().unwrap().searching = true;
        assert_eq!(contexts(&stack), [KeyContext::PagerSearch]);
    }
}
