//! Where the panes are for a size of the screen. Pure arithmetic: `update` asks it how high a page is, `draw` where to draw.
//!
//! ```text
//! from 100 columns             60 to 99                under 60
//! header                       header                  header
//! stations │ trace             stations (or nothing)   tabs
//!          │                   trace                   the focused pane
//!          │ message           message (or nothing)
//! status                       status                  status
//! ```

use ratatui::layout::{Position, Rect, Size};

/// A pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The stations.
    Stations,
    /// The trace.
    Trace,
    /// The selected message.
    Message,
}

impl Pane {
    /// All panes, in the order of their numbers.
    pub const ALL: [Pane; 3] = [Pane::Stations, Pane::Trace, Pane::Message];

    /// The title.
    pub const fn title(self) -> &'static str {
        match self {
            Pane::Stations => "Stations",
            Pane::Trace => "Trace",
            Pane::Message => "Message",
        }
    }
}

/// Below this size only a request for more room is drawn.
pub const MINIMUM: Size = Size { width: 20, height: 5 };

/// From this height on there is a rule above the status line.
const ROOMY: u16 = 30;

/// The rectangles of a screen. A pane that is not shown has no area.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Areas {
    /// The first line.
    pub header: Rect,
    /// The names of the panes, when only one is shown.
    pub tabs: Rect,
    /// The stations pane with its title line.
    pub stations: Rect,
    /// A line between stations and the rest.
    pub separator: Rect,
    /// The trace pane with its title line.
    pub trace: Rect,
    /// The message pane with its title line.
    pub message: Rect,
    /// What the payload editor covers.
    pub editor: Rect,
    /// Everything between header and status line.
    pub body: Rect,
    /// A rule between the body and the status line, where the height allows it.
    pub bottom_rule: Rect,
    /// The last line.
    pub status: Rect,
    /// How many lines of headings the trace has above its lines, where there is room.
    pub trace_heading: u16,
    /// How many lines the message pane has above its lines, below its title.
    pub message_heading: u16,
    /// How many lines the message pane has below its lines.
    pub message_footer: u16,
}

/// What the layout depends on besides the size.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// The pane that has the keyboard.
    pub focus: Pane,
    /// The pane that is shown with the trace where there is room for two.
    pub companion: Pane,
    /// Whether the focused pane has the whole screen.
    pub zoomed: bool,
    /// Whether the editor or its list is open.
    pub editing: bool,
    /// How many lines the stations pane could use, with its title.
    pub stations: u16,
    /// How many columns the stations pane needs for what is most important.
    pub stations_width: u16,
    /// The sizes that the user chose for the panes.
    pub proportions: Proportions,
    /// Whether the trace has a line of headings above its lines.
    pub trace_heading: bool,
    /// Whether the message pane has a line about the record above its lines.
    pub message_heading: bool,
    /// Whether the message pane has lines about a value below its lines.
    pub message_footer: bool,
}

/// Sizes of panes in hundredths of the screen; `None` is the default size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proportions {
    /// The width of the stations pane beside the others.
    pub left: Option<u16>,
    /// The height of the message pane.
    pub lower: Option<u16>,
    /// The height of the stations pane above the trace.
    pub upper: Option<u16>,
}

impl Proportions {
    /// The smallest size.
    pub const LEAST: u16 = 10;
    /// The largest size.
    pub const MOST: u16 = 85;
}

/// A border between panes that can be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// At the right of the stations pane.
    Left,
    /// Above the message pane.
    Lower,
    /// Below the stations pane.
    Upper,
}

/// A number of hundredths of a length.
fn share(of: u16, hundredths: u16) -> u16 {
    (u32::from(of) * u32::from(hundredths) / 100) as u16 // at most the length itself
}

/// The area of a list of so many choices over the panes. `aside` is for a list whose selection changes what is below: it leaves most of
/// that visible.
pub fn list_box(body: Rect, choices: usize, aside: bool) -> Rect {
    // The frame, what is typed, and a blank line.
    let lines = u16::try_from(choices).unwrap_or(u16::MAX).max(3).saturating_add(4);
    let (width, height) =
        if aside { (body.width.min(46), body.height * 2 / 3) } else { (body.width.min(96), body.height.min(24)) };
    let height = lines.min(height);
    let (x, y) = if aside { (body.width - width, body.height - height) } else { ((body.width - width) / 2, 0) };
    Rect { x: body.x + x, y: body.y + y, width, height }
}

/// Whether the screen is too small for anything.
pub fn too_small(size: Size) -> bool {
    size.width < MINIMUM.width || size.height < MINIMUM.height
}

/// The layout of a screen.
pub fn areas(size: Size, situation: Situation) -> Areas {
    let Situation {
        focus,
        companion,
        zoomed,
        editing,
        stations,
        stations_width,
        proportions,
        trace_heading,
        message_heading,
        message_footer,
    } = situation;
    if too_small(size) {
        return Areas::default();
    }
    let (width, height) = (size.width, size.height);
    let rule = u16::from(height >= ROOMY);
    let body = Rect::new(0, 1, width, height - 2 - rule);
    let mut areas = Areas {
        header: Rect::new(0, 0, width, 1),
        body,
        bottom_rule: Rect::new(0, body.bottom(), width, rule),
        status: Rect::new(0, height - 1, width, 1),
        ..Areas::default()
    };
    areas.editor = body;
    areas.trace_heading = u16::from(trace_heading);
    areas.message_heading = u16::from(message_heading);
    areas.message_footer = 2 * u16::from(message_footer);
    if width < 60 && !zoomed {
        areas.tabs = Rect { height: 1, ..body };
        *areas.pane_mut(focus) = below(body, 1);
    } else if zoomed {
        *areas.pane_mut(focus) = body;
    } else if width < 100 {
        divide_two(&mut areas, companion, stations, proportions);
    } else {
        divide_three(&mut areas, editing, stations_width, proportions);
    }
    areas
}

impl Areas {
    /// The area of a pane, with its title line.
    pub fn pane(&self, pane: Pane) -> Rect {
        match pane {
            Pane::Stations => self.stations,
            Pane::Trace => self.trace,
            Pane::Message => self.message,
        }
    }

    fn pane_mut(&mut self, pane: Pane) -> &mut Rect {
        match pane {
            Pane::Stations => &mut self.stations,
            Pane::Trace => &mut self.trace,
            Pane::Message => &mut self.message,
        }
    }

    /// Where a pane's list is: below its title, and below the lines that some panes have there.
    pub fn list(&self, pane: Pane) -> Rect {
        let area = below(self.pane(pane), 1);
        match pane {
            // A few lines are worth more than their headings.
            Pane::Trace => below(area, if area.height > 4 { self.trace_heading } else { 0 }),
            Pane::Message => {
                let area = below(area, self.message_heading);
                Rect { height: area.height.saturating_sub(self.message_footer), ..area }
            }
            Pane::Stations => {
                let area = below(area, 1);
                Rect { height: area.height - details_lines(area), ..area }
            }
        }
    }

    /// The border at a position.
    pub fn border_at(&self, at: Position) -> Option<Border> {
        let title = |pane: Rect| Rect { height: pane.height.min(1), ..pane };
        if self.separator.contains(at) {
            Some(Border::Left)
        } else if self.message.y > self.body.y && title(self.message).contains(at) {
            Some(Border::Lower)
        } else if self.trace.y > self.body.y && self.stations.area() > 0 && title(self.trace).contains(at) {
            Some(Border::Upper)
        } else {
            None
        }
    }

    /// How many lines a page in place of the panes has below its title.
    pub fn page_lines(&self) -> usize {
        usize::from(self.body.height.saturating_sub(1))
    }

    /// How many lines a pane's list has.
    pub fn list_lines(&self, pane: Pane) -> usize {
        usize::from(self.list(pane).height)
    }

    /// Where the stations pane shows details of the selected station.
    pub fn details(&self) -> Rect {
        let list = self.list(Pane::Stations);
        Rect { y: list.bottom(), height: self.stations.bottom().saturating_sub(list.bottom()), ..list }
    }
}

/// The rest of an area below some lines.
pub fn below(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect { y: area.y + lines, height: area.height - lines, ..area }
}

/// A narrow list has no columns for everything, so the selected station gets lines of its own when the height allows it.
fn details_lines(list: Rect) -> u16 {
    match list.height {
        _ if list.width >= 90 => 0,
        0..12 => 0,
        12..24 => 5,
        _ => 11,
    }
}

/// The trace, and above or below it the pane that was used last.
fn divide_two(areas: &mut Areas, companion: Pane, wanted: u16, proportions: Proportions) {
    let body = areas.body;
    if companion == Pane::Message {
        let default = body.height * 2 / 5;
        let message = proportions.lower.map_or(default, |lower| share(body.height, lower)).max(2).min(body.height);
        areas.trace = Rect { height: body.height - message, ..body };
        areas.message = below(body, body.height - message);
    } else {
        let default = wanted.clamp(4, 14).min(body.height / 2);
        let stations = proportions.upper.map_or(default, |upper| share(body.height, upper)).max(2).min(body.height);
        areas.stations = Rect { height: stations, ..body };
        areas.trace = below(body, stations);
    }
}

/// Where the height allows it, the newest lines of the trace stay visible above the editor.
fn divide_three(areas: &mut Areas, editing: bool, stations_width: u16, proportions: Proportions) {
    let body = areas.body;
    let default = stations_width.clamp(30, (body.width * 2 / 5).clamp(30, 64));
    let left = proportions.left.map_or(default, |left| share(body.width, left)).min(body.width - 2);
    areas.stations = Rect { width: left, ..body };
    areas.separator = Rect { x: left, width: 1, ..body };
    let right = Rect { x: left + 1, width: body.width - left - 1, ..body };
    let roomy = right.height >= 29;
    let default = right.height * 2 / 5;
    let lower = match proportions.lower {
        _ if editing && roomy => right.height * 2 / 3,
        Some(lower) => share(right.height, lower),
        None => default,
    };
    let lower = lower.max(1).min(right.height);
    areas.trace = Rect { height: right.height - lower, ..right };
    areas.message = below(right, right.height - lower);
    areas.editor = if roomy { areas.message } else { right };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn situation(focus: Pane, companion: Pane, zoomed: bool) -> Situation {
        let proportions = Proportions::default();
        Situation {
            focus,
            companion,
            zoomed,
            editing: zoomed,
            stations: 7,
            stations_width: 38,
            trace_heading: false,
            message_heading: true,
            message_footer: false,
            proportions,
        }
    }

    #[test]
    fn the_number_of_panes_follows_the_width() {
        for (width, shown) in [(120, 3), (100, 3), (99, 2), (60, 2), (59, 1), (20, 1), (19, 0)] {
            let areas = areas(Size::new(width, 24), situation(Pane::Trace, Pane::Stations, false));
            let count = Pane::ALL.iter().filter(|pane| areas.pane(**pane).area() > 0).count();
            assert_eq!(count, shown, "{width} columns");
        }
    }

    #[test]
    fn borders_are_found_and_sizes_kept() {
        let proportions = Proportions { left: Some(50), lower: Some(20), upper: None };
        let wide = areas(Size::new(120, 40), Situation { proportions, ..situation(Pane::Trace, Pane::Stations, false) });
        assert_eq!((wide.stations.width, wide.message.height), (60, 7));
        assert_eq!(wide.border_at(Position::new(60, 9)), Some(Border::Left));
        assert_eq!(wide.border_at(Position::new(90, wide.message.y)), Some(Border::Lower));
        assert_eq!(wide.border_at(Position::new(90, 3)), None);
        let narrow = areas(Size::new(80, 24), situation(Pane::Trace, Pane::Stations, false));
        assert_eq!(narrow.border_at(Position::new(5, narrow.trace.y)), Some(Border::Upper));
    }

    #[test]
    fn panes_lie_inside_the_body_and_do_not_overlap() {
        for width in 0..140 {
            for height in 0..40 {
                for focus in Pane::ALL {
                    for (companion, zoomed) in [(Pane::Stations, false), (Pane::Message, false), (Pane::Stations, true)] {
                        let areas = areas(Size::new(width, height), situation(focus, companion, zoomed));
                        let panes: Vec<Rect> = Pane::ALL.iter().map(|pane| areas.pane(*pane)).collect();
                        for (index, pane) in panes.iter().enumerate() {
                            assert_eq!(
                                areas.body.union(*pane),
                                if pane.area() > 0 { areas.body } else { areas.body.union(*pane) }
                            );
                            assert!(panes[index + 1..].iter().all(|other| pane.intersection(*other).area() == 0));
                        }
                    }
                }
            }
        }
    }
}
