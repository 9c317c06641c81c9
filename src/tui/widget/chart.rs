//! A small chart of values over time, in braille dots: a title, the range at the left, times below. Drawing the lines is ratatui's canvas.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{Canvas, Line};

use super::line_writer::LineWriter;
use crate::text_width::width_of;

/// A line of a chart.
#[derive(Debug, Clone)]
pub struct ChartLine {
    /// Times and values, in the order of the times.
    pub points: Vec<(f64, f64)>,
    /// Its colour.
    pub style: Style,
    /// Whether a value stays until the next one.
    pub steps: bool,
}

/// A chart.
#[derive(Debug, Clone)]
pub struct ChartPicture {
    /// The title: pieces of text with their styles.
    pub title: Vec<(String, Style)>,
    /// The lines; those behind come first.
    pub lines: Vec<ChartLine>,
    /// The first and the last time.
    pub times: (f64, f64),
    /// The lowest and the highest value.
    pub values: (f64, f64),
    /// The range in words, the lowest value first.
    pub range: (String, String),
    /// The times in words, at the left and at the right.
    pub clock: (String, String),
}

/// Draws a chart. `ascii` uses no other characters.
pub fn draw_chart(picture: &ChartPicture, base: Style, muted: Style, ascii: bool, area: Rect, buffer: &mut Buffer) {
    if area.height < 4 || area.width < 16 {
        return;
    }
    let mut writer = LineWriter::new(buffer, area, 0);
    for (text, style) in &picture.title {
        writer.text(text, *style);
    }
    let (lowest, highest) = (&picture.range.0, &picture.range.1);
    let left = width_of(lowest).max(width_of(highest)) as u16 + 1; // a few characters
    let plot = Rect { x: area.x + left, y: area.y + 1, width: area.width.saturating_sub(left), height: area.height - 2 };
    LineWriter::new(buffer, area, 1).right(highest, usize::from(left - 1), muted);
    LineWriter::new(buffer, area, area.height - 2).right(lowest, usize::from(left - 1), muted);
    let below = Rect { x: plot.x, width: plot.width, ..area };
    let mut writer = LineWriter::new(buffer, below, area.height - 1);
    writer.text(&picture.clock.0, muted).up_to_right(width_of(&picture.clock.1), ' ', base).text(&picture.clock.1, muted);
    let span = |(from, to): (f64, f64)| [from, if to > from { to } else { from + 1.0 }];
    let colour = |style: Style| style.fg.or(base.fg).unwrap_or(Color::Reset);
    Canvas::default()
        .background_color(base.bg.unwrap_or(Color::Reset))
        .marker(if ascii { Marker::Custom('*') } else { Marker::Braille })
        .x_bounds(span(picture.times))
        .y_bounds(span(picture.values))
        .paint(|canvas| {
            for line in &picture.lines {
                let color = colour(line.style);
                let mut draw = |(x1, y1): (f64, f64), (x2, y2): (f64, f64)| canvas.draw(&Line { x1, y1, x2, y2, color });
                for pair in line.points.windows(2) {
                    let (from, to) = (pair[0], pair[1]);
                    let corner = if line.steps { (to.0, from.1) } else { to };
                    draw(from, corner);
                    draw(corner, to);
                }
                if let [only] = line.points[..] {
                    draw(only, only);
                }
                canvas.layer();
            }
        })
        .render(plot.intersection(buffer.area), buffer);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(ascii: bool) -> String {
        let area = Rect::new(0, 0, 24, 6);
        let mut buffer = Buffer::empty(area);
        let picture = ChartPicture {
            title: vec![("power".to_owned(), Style::new())],
            lines: vec![ChartLine { points: vec![(0.0, 0.0), (10.0, 10.0)], style: Style::new(), steps: false }],
            times: (0.0, 10.0),
            values: (0.0, 10.0),
            range: ("0".to_owned(), "10 kW".to_owned()),
            clock: ("0:00".to_owned(), "0:10".to_owned()),
        };
        draw_chart(&picture, Style::new(), Style::new(), ascii, area, &mut buffer);
        let line = |y: u16| (0..24).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..6).map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_line_rises_from_the_lower_left_to_the_upper_right() {
        let picture = drawn(false);
        let lines: Vec<&str> = picture.lines().collect();
        assert_eq!(lines[0], "power");
        assert!(lines[1].starts_with("10 kW") && lines[1].ends_with(|last| ('⠁'..='⣿').contains(&last)), "{picture}");
        assert!(lines[4].starts_with("    0 ⣀") || lines[4].starts_with("    0 ⡠"), "{picture}");
        assert_eq!(lines[5], "      0:00          0:10");
        assert!(drawn(true).is_ascii());
    }
}
