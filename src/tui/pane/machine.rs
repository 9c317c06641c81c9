//! The drawing of a simulated machine on the page of its station: power, network, card reader, and each connector with its lock, cable and
//! car. The keys of what hands can do there stand beside it. What the keys do is in `update::machine`.

use ratatui::style::Style;

use crate::behaviour::CarState;
use crate::simulator::{CableKind, ConnectorState, MachineState};
use crate::text_width::{cut_to_width, width_of};
use crate::tui::action::{ContextAction, StationDetailsAction};
use crate::tui::app::App;

/// The width inside of the machine.
const INSIDE: usize = 30;
/// The width of what is right of the machine: the cable and the car.
const OUTSIDE: usize = 20;

/// The signs of a drawing.
struct DrawingSigns {
    corners: [char; 4],
    horizontal: char,
    vertical: char,
    tees: [char; 2],
    pointer: &'static str,
    socket: &'static str,
    cable: &'static str,
    stub: &'static str,
    lock: &'static str,
    broken: &'static str,
}

const UNICODE: DrawingSigns = DrawingSigns {
    corners: ['╭', '╮', '╰', '╯'],
    horizontal: '─',
    vertical: '│',
    tees: ['├', '┤'],
    pointer: "▸",
    socket: "○",
    cable: "━━━━━━",
    stub: "━",
    lock: "▣",
    broken: "✗",
};

/// For terminals whose characters are ASCII.
const ASCII: DrawingSigns = DrawingSigns {
    corners: ['+', '+', '+', '+'],
    horizontal: '-',
    vertical: '|',
    tees: ['+', '+'],
    pointer: ">",
    socket: "o",
    cable: "======",
    stub: "=",
    lock: "#",
    broken: "x",
};

/// One line: pieces of text with their styles.
type DrawingLine = Vec<(String, Style)>;

/// The lines of the drawing, with the selected connector from 1.
pub fn machine_lines(app: &App, machine: &MachineState, selected: usize) -> Vec<DrawingLine> {
    let signs = if app.ascii { &ASCII } else { &UNICODE };
    let drawing = Drawing { app, machine, signs };
    let mut lines = drawing.station();
    for (connector, number) in machine.connectors.iter().zip(1..) {
        lines.extend(drawing.connector(connector, number, number == selected));
    }
    lines.push(drawing.border([signs.corners[2], signs.corners[3]]));
    drawing.with_keys(lines, selected)
}

struct Drawing<'a> {
    app: &'a App,
    machine: &'a MachineState,
    signs: &'static DrawingSigns,
}

impl Drawing<'_> {
    fn border(&self, ends: [char; 2]) -> DrawingLine {
        let line: String = std::iter::repeat_n(self.signs.horizontal, INSIDE).collect();
        vec![(format!("{}{line}{}", ends[0], ends[1]), self.app.theme.styles.muted)]
    }

    /// A line between the two sides of the machine: text at the left, text at the right.
    fn row(&self, left: (&str, Style), right: (&str, Style)) -> DrawingLine {
        let wall = (self.signs.vertical.to_string(), self.app.theme.styles.muted);
        let right_width = width_of(right.0);
        let text = cut_to_width(left.0, INSIDE.saturating_sub(right_width + 1)).into_owned();
        let blanks = INSIDE.saturating_sub(width_of(&text) + right_width);
        vec![wall.clone(), (text, left.1), (format!("{}{}", " ".repeat(blanks), right.0), right.1), wall]
    }

    fn station(&self) -> Vec<DrawingLine> {
        let styles = &self.app.theme.styles;
        let state = |good: bool, yes: &'static str, no: &'static str| {
            if good { (yes, styles.good) } else { (no, styles.error) }
        };
        let named = |name: &'static str| (name, styles.muted);
        let mut lines = vec![self.border([self.signs.corners[0], self.signs.corners[1]])];
        lines.push(self.row(named(" power"), state(self.machine.powered, "on ", "off ")));
        lines.push(self.row(named(" network"), state(self.machine.network, "up ", "cut ")));
        let reading =
            self.machine.reading.as_deref().map(|tag| format!("asks about {} ", crate::sanitize::escape_control(tag)));
        let reader = match &reading {
            Some(text) => (text.as_str(), styles.warning),
            None if self.machine.powered => ("ready ", Style::new()),
            None => ("dark ", styles.muted),
        };
        lines.push(self.row(named(" card reader"), reader));
        if let Some(fault) = &self.machine.fault {
            let text = format!("{fault} ");
            let name = format!(" {} fault", self.signs.broken);
            lines.push(self.row((&name, styles.error), (&text, styles.error)));
        }
        lines.push(self.border(self.signs.tees));
        lines
    }

    fn connector(&self, connector: &ConnectorState, number: usize, selected: bool) -> [DrawingLine; 2] {
        let styles = &self.app.theme.styles;
        let (_, status_style) = super::stations::connector(connector.status, styles);
        let pointer = if selected { self.signs.pointer } else { " " };
        let power = if connector.watts > 0.0 { format!("{:.1} kW  ", connector.watts / 1000.0) } else { String::new() };
        let end = match (self.machine.cable, connector.plugged, connector.locked) {
            (CableKind::Socket, ..) if connector.lock_broken => self.signs.broken,
            (CableKind::Socket, _, true) => self.signs.lock,
            // The cable grows out of the machine.
            (CableKind::Fixed, ..) => self.signs.stub,
            (CableKind::Socket, ..) => self.signs.socket,
        };
        let name = format!("{pointer}{number} {}", connector.status);
        let mut first = self.row((&name, status_style), (&format!("{power}{end}"), styles.active));
        let mut details: Vec<String> = Vec::new();
        if let Some(fault) = &connector.fault {
            details.push(format!("{} {fault}", self.signs.broken));
        }
        if connector.lock_broken && connector.fault.is_none() {
            details.push(format!("{} lock", self.signs.broken));
        }
        if let Some(tag) = &connector.id_tag {
            details.push(crate::sanitize::escape_control(tag).into_owned());
        }
        let locked = match (self.machine.cable, connector.locked) {
            (CableKind::Socket, true) => "locked ",
            _ => "",
        };
        let detail_style = if connector.fault.is_some() || connector.lock_broken { styles.error } else { styles.muted };
        let mut second = self.row((&format!("   {}", details.join(", ")), detail_style), (locked, styles.muted));
        let (cable, car, does) = match (connector.plugged, connector.parked) {
            (true, _) => {
                let does = match connector.car {
                    CarState::Suspend => "wants nothing now",
                    CarState::Full => "is full",
                    CarState::Ready if connector.watts > 0.0 => "takes energy",
                    CarState::Ready => "is ready",
                };
                (self.signs.cable, " car", does)
            }
            (false, true) if connector.locked => (self.signs.cable, " car", "is not plugged in"),
            (false, true) => ("", "       car", "is parked"),
            (false, false) if connector.locked => (self.signs.cable, "", ""),
            (false, false) => ("", "", ""),
        };
        first.push((cable.to_owned(), styles.active));
        first.push((car.to_owned(), styles.title));
        if !does.is_empty() {
            second.push((format!("  {does}"), styles.muted));
        }
        [first, second]
    }

    /// The keys, in a column behind the drawing.
    fn with_keys(&self, mut lines: Vec<DrawingLine>, selected: usize) -> Vec<DrawingLine> {
        let styles = &self.app.theme.styles;
        let keys = self.keys(selected);
        while lines.len() < keys.len() {
            lines.push(Vec::new());
        }
        for (line, (key, what)) in lines.iter_mut().zip(keys) {
            let used: usize = line.iter().map(|(text, _)| width_of(text)).sum();
            let blanks = (INSIDE + 2 + OUTSIDE).saturating_sub(used).max(1);
            line.push((" ".repeat(blanks), Style::new()));
            line.push((format!("{key:>5} "), styles.key));
            line.push((what.to_owned(), Style::new()));
        }
        lines
    }

    /// What hands can do now, with its key.
    fn keys(&self, selected: usize) -> Vec<(String, &'static str)> {
        let default_connector = ConnectorState::default();
        let connector = self.machine.connectors.get(selected.saturating_sub(1)).unwrap_or(&default_connector);
        let choose = |there: bool, yes: &'static str, no: &'static str| if there { yes } else { no };
        let mut keys = vec![
            (StationDetailsAction::Plug, choose(connector.plugged, "unplug", "plug in")),
            (StationDetailsAction::Card, "card"),
            (StationDetailsAction::CarSuspend, choose(connector.car == CarState::Ready, "car: suspend", "car: ready")),
            (StationDetailsAction::CarFull, "car: full"),
            (StationDetailsAction::Fault, choose(connector.fault.is_some(), "recover", "fault")),
            (StationDetailsAction::Lock, choose(connector.lock_broken, "lock: ok", "lock: fail")),
            (StationDetailsAction::Limit, "limit"),
            (StationDetailsAction::Fail, "fail"),
            (StationDetailsAction::Bay, choose(connector.parked, "leave", "park")),
            (StationDetailsAction::Power, choose(self.machine.powered, "power off", "power on")),
            (StationDetailsAction::Network, choose(self.machine.network, "offline", "online")),
        ];
        if self.machine.connectors.len() > 1 {
            keys.push((StationDetailsAction::NextConnector, "connector"));
        }
        let written = keys.into_iter().map(|(action, what)| {
            let keys = self.app.bindings.keys(ContextAction::StationDetails(action));
            (keys.first().map(ToString::to_string).unwrap_or_default(), what)
        });
        written.filter(|(key, _)| !key.is_empty()).collect()
    }
}
