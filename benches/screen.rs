//! What the screen costs: a frame of 200 by 60 cells with 10,000 stations and 1,000,000 events behind it, standing still and while
//! 50,000 events a second arrive; the time from a key to the frame that shows it; how fast filters judge records. Everything but the
//! terminal itself takes part. Run it with `cargo bench --bench screen`; what the figures mean is in `docs/performance.md`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a benchmark prints and gives up"
)]

#[path = "support/events.rs"]
mod events;

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use events::Events;
use jiff::tz::TimeZone;
use ocpp_tui::clock::now;
use ocpp_tui::console::Grammar;
use ocpp_tui::link::Gate;
use ocpp_tui::ocpp::Catalog;
use ocpp_tui::simulator::{MachinePanels, Profile};
use ocpp_tui::trace::filter::{self, FilterContext};
use ocpp_tui::trace::station_summary::StationSummaries;
use ocpp_tui::trace::{Contents, Trace};
use ocpp_tui::tui::app::App;
use ocpp_tui::tui::context::{ReadContext, ReadTime, SessionModes};
use ocpp_tui::tui::draw::draw;
use ocpp_tui::tui::key::KeyPress;
use ocpp_tui::tui::update::{ScreenMessage, UpdateEffect, update};
use ocpp_tui::tui::{ColourDepth, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

/// Stations in the table.
const STATIONS: u32 = 10_000;
/// Events in the store.
const EVENTS: u64 = 1_000_000;
/// Enough memory for all of them.
const MEMORY: usize = 1 << 30;
/// Frames in a measurement.
const FRAMES: usize = 500;
/// Events a second that arrive while the screen is in use.
const ARRIVING: u64 = 50_000;
/// Time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// How long the recorder lets events gather before it wakes the screen.
const RECORDED: Duration = Duration::from_millis(2);

fn main() {
    let catalog = Catalog::embedded();
    let mut events = Events::new(STATIONS);
    let mut contents = Contents::new(MEMORY);
    let mut scratch = String::new();
    for number in 0..STATIONS {
        contents.station(ocpp_tui::ocpp::Role::CentralSystem, &format!("CP{number:05}"));
    }
    let began = Instant::now();
    for event in events.by_ref().take(EVENTS as usize) {
        contents.apply(&event, &mut scratch);
    }
    println!("{STATIONS} stations, {} events in {} MiB", contents.records().range().end, contents.records().bytes() >> 20);
    println!("taking them in: {:.1} million a second", EVENTS as f64 / began.elapsed().as_secs_f64() / 1e6);
    println!();
    standing_still(&contents, &catalog);
    arriving(&mut contents, &catalog, &mut events);
    filters(&contents);
    folding(&contents);
    drop(contents);
    keys(&catalog);
}

/// A screen and the ways to draw it.
struct Screen {
    app: App,
    buffer: Buffer,
}

impl Screen {
    fn new(outside: &ReadContext<'_>, keys: &str) -> Screen {
        let theme = Theme::named("terminal").expect("the first theme");
        let mut app = App::new(theme, ColourDepth::True, TimeZone::UTC);
        app.size = Size::new(200, 60);
        let mut screen = Screen { app, buffer: Buffer::empty(Rect::new(0, 0, 200, 60)) };
        screen.settle(outside);
        for key in keys.split_whitespace() {
            screen.press(key, outside);
            screen.settle(outside);
        }
        screen
    }

    fn press(&mut self, key: &str, outside: &ReadContext<'_>) {
        match KeyPress::parse(key) {
            Some(key) => {
                update(&mut self.app, ScreenMessage::Key(key.event()), outside);
            }
            None => key.chars().for_each(|letter| {
                let key = KeyPress::parse(&letter.to_string()).expect("a letter is a key");
                update(&mut self.app, ScreenMessage::Key(key.event()), outside);
            }),
        }
    }

    /// Lets filters look at everything.
    fn settle(&mut self, outside: &ReadContext<'_>) {
        while update(&mut self.app, ScreenMessage::Refresh, outside).contains(&UpdateEffect::Continue) {}
    }

    fn frame(&mut self, outside: &ReadContext<'_>) {
        self.read(outside);
        self.draw(outside);
    }

    /// What is done between two frames, whenever the recorder has something new.
    fn take_facts(&mut self, outside: &ReadContext<'_>) {
        update(&mut self.app, ScreenMessage::Recorded, outside);
    }

    /// The first part of a frame: what is new.
    fn read(&mut self, outside: &ReadContext<'_>) {
        update(&mut self.app, ScreenMessage::Refresh, outside);
    }

    /// The second part.
    fn draw(&mut self, outside: &ReadContext<'_>) {
        self.buffer.reset();
        draw(&self.app, outside, &mut self.buffer);
    }
}

/// A gate at which nothing is stopped, of a session in which nothing happens.
fn open_gate() -> &'static Gate {
    static GATE: LazyLock<Gate> = LazyLock::new(|| {
        let (events, _recorder) = ocpp_tui::trace::start(1 << 16, now()).expect("a thread for the recorder");
        Gate::new(events.trace().clone())
    });
    &GATE
}

/// All commands.
fn grammar() -> &'static Grammar {
    static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| Grammar::new(&Catalog::embedded()));
    &GRAMMAR
}

fn no_machines() -> &'static MachinePanels {
    static MACHINES: LazyLock<MachinePanels> = LazyLock::new(MachinePanels::default);
    &MACHINES
}

fn outside<'a>(contents: &'a Contents, catalog: &'a Catalog, micros: u64) -> ReadContext<'a> {
    outside_at(contents, catalog, ReadTime { wall_micros: events::BEGAN + micros as i64, monotonic_micros: micros })
}

fn outside_at<'a>(contents: &'a Contents, catalog: &'a Catalog, now: ReadTime) -> ReadContext<'a> {
    ReadContext {
        contents,
        catalog,
        grammar: grammar(),
        profile: Profile::default(),
        gate: open_gate(),
        machines: no_machines(),
        modes: SessionModes::default(),
        replay: None,
        now,
    }
}

/// What is looked at, and the keys that lead there.
const VIEWS: [(&str, &str); 8] = [
    ("three panes, following", "2"),
    ("all stations, sorted by messages", "z s s s s s s"),
    ("trace alone, one line an exchange", "2 z"),
    ("trace alone, one line an event", "2 z v"),
    ("trace, filter action:MeterValues", "2 / action:MeterValues enter"),
    ("ladder of one station", "2 z v v"),
    ("tree of a message", "2 3 v v"),
    ("page of a station", "o"),
];

fn standing_still(contents: &Contents, catalog: &Catalog) {
    println!("a frame of 200 by 60, standing still                  median      p99");
    for (name, keys) in VIEWS {
        let outside = outside(contents, catalog, events::LAST);
        let mut screen = Screen::new(&outside, keys);
        let frame = |_| {
            rest();
            time(|| screen.frame(&outside))
        };
        let times = (0..FRAMES).map(frame).collect();
        print_line(name, times);
    }
    println!();
}

fn arriving(contents: &mut Contents, catalog: &Catalog, events: &mut Events) {
    println!("a frame while {ARRIVING} events a second arrive          median      p99   longest turn between two");
    let mut scratch = String::new();
    let batch = (ARRIVING as f64 * FRAME.as_secs_f64()) as usize;
    // The recorder wakes the screen after each of its turns.
    let turn = (ARRIVING as f64 * RECORDED.as_secs_f64()) as usize;
    for (name, keys) in VIEWS {
        let mut screen = Screen::new(&outside(contents, catalog, events.micros()), keys);
        let (mut times, mut between) = (Vec::new(), Vec::new());
        for _ in 0..FRAMES / 4 {
            let mut left = batch;
            while left > 0 {
                let piece = left.min(turn);
                events.by_ref().take(piece).for_each(|event| contents.apply(&event, &mut scratch));
                left -= piece;
                if left > 0 {
                    let outside = outside(contents, catalog, events.micros());
                    between.push(time(|| screen.take_facts(&outside)));
                }
            }
            let outside = outside(contents, catalog, events.micros());
            rest();
            times.push(time(|| screen.frame(&outside)));
        }
        between.sort_unstable();
        let most = between.last().copied().unwrap_or_default();
        println!("{} {:>6.2} ms", line(name, times), most.as_secs_f64() * 1e3);
    }
    println!();
}

fn filters(contents: &Contents) {
    println!("filters over {} records in the store                   records/s   passing", contents.records().range().end);
    let now = jiff::Timestamp::from_microsecond(events::BEGAN + events::LAST as i64).expect("a time");
    let context = FilterContext::new(contents, &now.to_zoned(TimeZone::UTC));
    for text in [
        "kind:error",
        "cp:CP01* dir:in",
        "latency>1s or valid:no",
        "action:MeterValues $.connectorId=2",
        "faulted",
        "/tag-[0-9]+/",
    ] {
        let filter = filter::parse(text).expect("a filter");
        let mut best = f64::MAX;
        let mut passing = 0;
        for _ in 0..3 {
            let began = Instant::now();
            passing = contents.records().iter(0..u64::MAX).filter(|record| filter.matches(record, &context)).count();
            best = best.min(began.elapsed().as_secs_f64());
        }
        let records = contents.records().range();
        println!("  {text:<48} {:>8.1} M {passing:>9}", (records.end - records.start) as f64 / best / 1e6);
    }
    println!();
}

fn folding(contents: &Contents) {
    let began = Instant::now();
    let mut facts = StationSummaries::default();
    while facts.catch_up(contents, 10_000) {}
    let records = contents.records().range();
    let rate = (records.end - records.start) as f64 / began.elapsed().as_secs_f64() / 1e6;
    println!("what records say about stations: {rate:.1} million records a second");
    println!();
}

/// The time from a key to the finished frame, while a thread tells events to the recorder.
fn keys(catalog: &Catalog) {
    let (sender, _recorder) = ocpp_tui::trace::start(64 << 20, now()).expect("a thread for the recorder");
    let trace = sender.trace().clone();
    for number in 0..STATIONS {
        sender.station(ocpp_tui::ocpp::Role::CentralSystem, &format!("CP{number:05}"));
    }
    let ends = Arc::new(AtomicBool::new(false));
    let telling = std::thread::spawn({
        let ends = ends.clone();
        move || {
            let mut events = Events::new(STATIONS);
            let began = Instant::now();
            let mut told = 0;
            while !ends.load(Ordering::Relaxed) {
                let due = (began.elapsed().as_secs_f64() * ARRIVING as f64) as u64;
                for event in events.by_ref().take((due - told) as usize) {
                    sender.try_send(event.station, now(), event.kind);
                }
                told = due;
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    });
    println!("from a key to its frame, {ARRIVING} events a second         median      p99      max");
    for (name, way, pressed) in [
        ("moving in the trace", "2", &["k", "j", "pageup", "G"][..]),
        ("moving among the stations", "z", &["j", "pagedown", "k", "home"]),
        ("typing a filter", "2 /", &["m", "e", "t", "backspace", "backspace", "backspace"]),
        ("next error, next view", "2", &[".", ",", "v"]),
    ] {
        let mut screen = looked_at(&trace, catalog, |outside| Screen::new(outside, way));
        let mut times = Vec::new();
        let mut next_frame = Instant::now();
        for index in 0..FRAMES {
            // The loop draws frames all the time; the key comes somewhere between two of them.
            while Instant::now() < next_frame {
                std::thread::sleep(RECORDED);
                looked_at(&trace, catalog, |outside| screen.take_facts(outside));
            }
            looked_at(&trace, catalog, |outside| screen.frame(outside));
            next_frame += FRAME;
            let wait = Duration::from_micros(fastrand::u64(0..8_000));
            for _ in 0..wait.as_millis() / RECORDED.as_millis() {
                std::thread::sleep(RECORDED);
                looked_at(&trace, catalog, |outside| screen.take_facts(outside));
            }
            std::thread::sleep(Duration::from_micros((wait.as_micros() % RECORDED.as_micros()) as u64));
            let key = pressed[index % pressed.len()];
            times.push(time(|| {
                looked_at(&trace, catalog, |outside| screen.press_one(key, outside));
                looked_at(&trace, catalog, |outside| screen.frame(outside));
            }));
        }
        let max = times.iter().max().copied().unwrap_or_default();
        print!("{}", line(name, times));
        println!(" {:>6.2} ms", max.as_secs_f64() * 1e3);
    }
    ends.store(true, Ordering::Relaxed);
    telling.join().expect("the telling thread");
}

impl Screen {
    fn press_one(&mut self, key: &str, outside: &ReadContext<'_>) {
        if key == "backspace" {
            let event = crossterm::event::KeyCode::Backspace.into();
            update(&mut self.app, ScreenMessage::Key(event), outside);
        } else {
            self.press(key, outside);
        }
    }
}

fn looked_at<T>(trace: &Trace, catalog: &Catalog, look: impl FnOnce(&ReadContext<'_>) -> T) -> T {
    let contents = trace.read();
    let micros = trace.micros_since_start(Instant::now());
    let now = ReadTime { wall_micros: jiff::Timestamp::now().as_microsecond(), monotonic_micros: micros };
    look(&outside_at(&contents, catalog, now))
}

/// A screen sleeps between two frames; a program that never sleeps is interrupted by the kernel during a frame.
fn rest() {
    std::thread::sleep(Duration::from_millis(2));
}

fn time(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn line(name: &str, mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    format!("  {name:<46} {:>8.2} ms {:>6.2} ms", at(0.5), at(0.99))
}

fn print_line(name: &str, times: Vec<Duration>) {
    println!("{}", line(name, times));
}
