//! The records that were put aside on disk: a filter searches them on threads of their own, and what of them is on the screen is asked for.
//! Starting the threads and reading are effects.

use std::sync::Arc;

use super::view::{TraceView, passes};
use crate::trace::filter::FilterContext;
use crate::trace::{PageScan, Record, ScanCondition, ScanHit, Sequence, Store};
use crate::tui::state::TraceMode;

/// So many records wait at a time for partners that are read from disk.
const WAITING: usize = 64;

impl TraceView {
    /// The searches that are to be started.
    pub fn starting(&mut self) -> Vec<Arc<PageScan>> {
        std::mem::take(&mut self.starting)
    }

    /// A search of records that were put aside, which will be started.
    pub(super) fn search_aside(&mut self, scan: PageScan) -> Arc<PageScan> {
        let scan = Arc::new(scan);
        self.starting.push(scan.clone());
        scan
    }

    /// Lets the filter check what was put aside, up to the first record in memory. False while that goes on.
    pub(super) fn scan_aside(&mut self, here: Sequence, context: &FilterContext<'_>) -> bool {
        let from = self.scanned.max(self.start);
        if let Some(scan) = self.aside.take() {
            let (hits, at) = scan.take();
            hits.into_iter().for_each(|hit| self.add_line(hit));
            self.scanned = at.unwrap_or(scan.range().end).max(from);
            self.aside = at.is_some().then_some(scan);
        } else if from < here {
            let (only, pings, base, filter) = (self.only, self.pings, self.base.clone(), self.filter.clone());
            let condition: ScanCondition = Box::new(move |record: &Record<'_>, context: &FilterContext<'_>| {
                passes((only, pings), &base, &filter, record, context)
            });
            let scan = PageScan::new(from..here, context.time(), condition).with_partners(self.asks_for_partners());
            self.aside = Some(self.search_aside(scan));
        }
        self.aside.is_none()
    }

    /// Shows the line of a record that passes. Where an exchange is one line, an answer is found on the line of its call; an error about a
    /// result has a line of its own, because the line of the call says how that was answered.
    pub(super) fn add_line(&mut self, ScanHit { sequence, partner }: ScanHit) {
        let call = partner.filter(|call| *call < sequence && *call >= self.start);
        self.matching.add(call.filter(|_| self.view() == TraceMode::Exchanges).unwrap_or(sequence));
    }

    /// Whether the filters ask for the other halves of exchanges.
    pub(super) fn asks_for_partners(&self) -> bool {
        [&self.base, &self.filter].into_iter().any(|filter| !filter.is_empty() && filter.parsed().asks_for_partners())
    }

    /// Checks the records whose partners were put aside and have come by now.
    pub(super) fn check_waiting(&mut self, records: &Store, context: &FilterContext<'_>) {
        let waiting = std::mem::take(&mut self.waiting);
        for (sequence, partner) in waiting {
            match records.get(sequence) {
                _ if records.is_aside(partner) => self.waiting.push((sequence, partner)),
                Some(record) if passes((self.only, self.pings), &self.base, &self.filter, &record, context) => {
                    self.add_line(ScanHit::of(&record));
                }
                _ => {}
            }
        }
    }

    /// Forgets the search for the filter.
    pub(super) fn stop_scan(&mut self) {
        if let Some(scan) = self.aside.take() {
            scan.cancel();
        }
    }

    /// The records that are put aside and on the screen, a screen above or a screen below it, with their partners; the most urgent first.
    pub fn wanted(&self, records: &Store, height: usize) -> Vec<Sequence> {
        if records.whole().start == records.range().start {
            return Vec::new();
        }
        let (top, height) = (self.top(height), height.max(1));
        let above = top.saturating_sub(height)..top;
        let lines = (top..top + 2 * height).chain(above).filter_map(|line| self.on_line(line));
        let shown: Vec<Sequence> = self.selected().into_iter().chain(lines).collect();
        let partners = shown.iter().filter_map(|sequence| records.get(*sequence)?.partner);
        let waiting = self.waiting.iter().map(|(_, partner)| *partner).take(WAITING);
        let all = shown.iter().copied().chain(partners).chain(waiting).filter(|sequence| records.is_aside(*sequence));
        all.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clock::now;
    use crate::ocpp::Role;
    use crate::trace::{Direction, Event, EventKind, EventSender, Frame, FrameKind, Stamp, direct};
    use crate::tui::state::filter::PaneFilter;
    use crate::tui::state::{Goal, SeekProgress};

    /// Exchanges with an error now and then, most of them put aside when there is a folder.
    fn recorded(folder: Option<&Path>) -> EventSender {
        let events = direct(if folder.is_some() { 150_000 } else { 1 << 30 }, now());
        if let Some(folder) = folder {
            events.trace().put_aside(folder.into(), u64::MAX).unwrap();
        }
        let key = events.station(Role::CentralSystem, "CP1");
        for number in 0..3000 {
            for (direction, kind) in [
                (Direction::In, FrameKind::Call),
                (Direction::Out, if number % 700 == 699 { FrameKind::Error } else { FrameKind::Result }),
            ] {
                let text = format!("[{},\"{number}\",{{\"a\":\"{:100}\"}}]", if kind == FrameKind::Call { 2 } else { 3 }, "");
                let action = Some(if number % 2 == 0 { "Heartbeat" } else { "Reset" }.into());
                let frame = Frame { action, exchange: Some(number), ..Frame::new(direction, kind, text.into()) };
                let stamp = Stamp { wall_micros: number as i64, monotonic_micros: number };
                events.put_now(Event { station: Some(key), stamp, kind: EventKind::Frame(frame) });
            }
        }
        while events.trace().read().records().waiting_bytes() > 0 {
            std::thread::yield_now();
        }
        events
    }

    /// Brings the view up to date, as the event loop does.
    fn settle(view: &mut TraceView, events: &EventSender) {
        loop {
            let more = {
                let contents = events.trace().read();
                view.refresh(&contents, &FilterContext::new(&contents, &jiff::Zoned::now()), 20)
            };
            view.starting().iter().for_each(|scan| scan.run(events.trace()));
            events.trace().want(&view.wanted(events.trace().read().records(), 20));
            if !more && view.aside.is_none() && view.waiting.is_empty() {
                return;
            }
            std::thread::yield_now();
        }
    }

    fn shown(view: &TraceView) -> Vec<Sequence> {
        (0..view.count()).filter_map(|index| view.at(index)).collect()
    }

    #[test]
    fn a_filter_shows_the_same_lines_whether_records_are_put_aside_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let (little, whole) = (recorded(Some(folder.path())), recorded(None));
        assert!(little.trace().read().records().range().start > 4000);
        let (mut view, mut expected) = (TraceView::default(), TraceView::default());
        for text in ["", "action:Reset", "kind:error", "answered:no"] {
            for (view, events) in [(&mut view, &little), (&mut expected, &whole)] {
                view.set_filter(PaneFilter::parse(text).unwrap());
                settle(view, events);
            }
            assert_eq!(shown(&view), shown(&expected), "{text:?}");
            assert_eq!(view.progress(), 100);
        }
    }

    /// Answers that come some pages behind their calls.
    fn late_answers(folder: Option<&Path>) -> EventSender {
        let events = direct(if folder.is_some() { 150_000 } else { 1 << 30 }, now());
        if let Some(folder) = folder {
            events.trace().put_aside(folder.into(), u64::MAX).unwrap();
        }
        let key = events.station(Role::CentralSystem, "CP1");
        let mut at = 0;
        let numbers = |round: u64| round * 600..round * 600 + 600;
        for (round, kind) in (0..4).flat_map(|round| [(round, FrameKind::Call), (round, FrameKind::Result)]) {
            for number in numbers(round) {
                at += 1;
                let text = match kind {
                    FrameKind::Call => format!("[2,\"{number}\",\"StartTransaction\",{{\"a\":\"{:100}\"}}]", ""),
                    _ => format!("[3,\"{number}\",{{\"transactionId\":{}}}]", number % 10),
                };
                let direction = if kind == FrameKind::Call { Direction::In } else { Direction::Out };
                let (action, exchange) = (Some("StartTransaction".into()), Some(number));
                let frame = Frame { action, exchange, ..Frame::new(direction, kind, text.into()) };
                let kind = match kind {
                    FrameKind::Result if number % 50 == 49 => EventKind::Unanswered {
                        exchange: number,
                        action: "StartTransaction".into(),
                        by: crate::trace::SilenceCause::Rule,
                    },
                    _ => EventKind::Frame(frame),
                };
                let stamp = Stamp { wall_micros: at, monotonic_micros: at as u64 };
                events.put_now(Event { station: Some(key), stamp, kind });
            }
        }
        while events.trace().read().records().waiting_bytes() > 0 {
            std::thread::yield_now();
        }
        events
    }

    #[test]
    fn a_filter_knows_the_other_halves_of_exchanges_wherever_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let (little, whole) = (late_answers(Some(folder.path())), late_answers(None));
        assert!(little.trace().read().records().range().start > 2000);
        let (mut view, mut expected) = (TraceView::default(), TraceView::default());
        view.set_view(TraceMode::Events, None);
        expected.set_view(TraceMode::Events, None);
        for text in ["answered:no", "tx:3", "tx:7 kind:result"] {
            for (view, events) in [(&mut view, &little), (&mut expected, &whole)] {
                view.set_filter(PaneFilter::parse(text).unwrap());
                settle(view, events);
            }
            assert!(expected.count() > 40, "{text:?}");
            assert_eq!(shown(&view), shown(&expected), "{text:?}");
        }
    }

    #[test]
    fn a_jump_goes_through_what_was_put_aside_in_both_directions() {
        let folder = tempfile::tempdir().unwrap();
        let events = recorded(Some(folder.path()));
        let mut view = TraceView::default();
        settle(&mut view, &events);
        view.go_to(0, 20);
        let jump = |view: &mut TraceView, forward| {
            view.seek(Goal::Error, forward);
            loop {
                let progress = {
                    let contents = events.trace().read();
                    view.seek_on(&contents, &FilterContext::new(&contents, &jiff::Zoned::now()), 20)
                };
                view.starting().iter().for_each(|scan| scan.run(events.trace()));
                match progress {
                    SeekProgress::There => return view.selected(),
                    SeekProgress::Nothing(_) => return None,
                    SeekProgress::Waits | SeekProgress::More | SeekProgress::Idle => std::thread::yield_now(),
                }
            }
        };
        // The line of an exchange is that of its call.
        let lines: Vec<_> = std::iter::from_fn(|| jump(&mut view, true)).collect();
        assert_eq!(lines, [699, 1399, 2099, 2799].map(|exchange| exchange * 2));
        let back: Vec<_> = std::iter::from_fn(|| jump(&mut view, false)).collect();
        assert_eq!(back, [2099, 1399, 699].map(|exchange| exchange * 2));
    }

    #[test]
    fn what_is_on_the_screen_is_asked_for_until_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let events = recorded(Some(folder.path()));
        let mut view = TraceView::default();
        settle(&mut view, &events);
        view.go_to(100, 20);
        let wanted = |view: &TraceView| view.wanted(events.trace().read().records(), 20);
        // It may have come for what was on the screen while the view was made.
        let is_asked = wanted(&view).contains(&200);
        assert!(is_asked || events.trace().read().records().get(200).is_some());
        while !wanted(&view).is_empty() {
            events.trace().want(&wanted(&view));
            std::thread::yield_now();
        }
        let contents = events.trace().read();
        let record = contents.records().get(200).unwrap();
        assert!(record.text.starts_with("[2,\"100\"") && record.partner == Some(201));
    }
}
