//! Pictures of the screen. `cargo insta review` shows what changed.

use insta::assert_snapshot;

use super::test_screen::Screen;

#[test]
fn the_empty_screen_shows_its_addresses() {
    assert_snapshot!("empty_80x24", Screen::empty(80, 24).picture());
    assert_snapshot!("empty_120x40", Screen::empty(120, 40).picture());
}

#[test]
fn the_panes_at_three_sizes() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut screen = Screen::busy(width, height);
        screen.press("2 g j j j j j j j j");
        assert_snapshot!(format!("panes_{width}x{height}"), screen.picture());
    }
}

#[test]
fn one_pane_and_two() {
    let mut screen = Screen::busy(50, 16);
    assert_snapshot!("stations_50x16", screen.picture());
    screen.press("2");
    assert_snapshot!("trace_50x16", screen.picture());
    let mut screen = Screen::busy(80, 24);
    screen.press("2 g j j j j j j j j j j enter");
    assert_snapshot!("invalid_message_80x24", screen.picture());
}

#[test]
fn the_editor_its_proposals_and_its_list() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e");
    assert_snapshot!("picker_120x40", screen.picture());
    screen.press("res enter tab");
    assert_snapshot!("editor_120x40", screen.picture());
    let mut screen = Screen::busy(80, 24);
    screen.press("e res enter end backspace x F5");
    assert_snapshot!("editor_invalid_80x24", screen.picture());
}

#[test]
fn help_and_questions() {
    let mut screen = Screen::busy(80, 24);
    screen.press("?");
    assert_snapshot!("help_80x24", screen.picture());
    let mut screen = Screen::busy(80, 24);
    screen.press("m j m e res enter F5");
    assert_snapshot!("question_80x24", screen.picture());
}

#[test]
fn the_page_about_a_station() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut screen = Screen::charging(width, height);
        screen.press("o");
        assert_snapshot!(format!("page_{width}x{height}"), screen.picture());
    }
}

#[test]
fn exchanges_and_the_ladder() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut screen = Screen::charging(width, height);
        screen.press("2 v v z");
        screen.micros += 5_000_000;
        assert_snapshot!(format!("exchanges_{width}x{height}"), screen.picture());
        screen.press("v v");
        screen.micros += 5_000_000;
        assert_snapshot!(format!("ladder_{width}x{height}"), screen.picture());
    }
}

#[test]
fn all_columns_of_the_stations() {
    let mut screen = Screen::charging(200, 20);
    screen.press("z s s");
    assert_snapshot!("stations_200x20", screen.picture());
}

#[test]
fn a_filter_that_is_typed() {
    let mut screen = Screen::busy(80, 24);
    screen.press("2 / kind:erorr");
    assert_snapshot!("filter_invalid_80x24", screen.picture());
    let mut screen = Screen::busy(80, 24);
    screen.press("2 / v tab");
    assert_snapshot!("filter_proposals_80x24", screen.picture());
}

#[test]
fn the_views_of_a_message() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        // The faulty StatusNotification of the busy screen.
        let mut screen = Screen::charging(width, height);
        screen.press("2 g j j j j j j j j j j 3 z");
        for view in ["exchange", "pretty", "raw", "tree", "checks", "timing", "diff"] {
            if view != "exchange" {
                screen.press("v");
            }
            if view == "tree" {
                screen.press("j");
            }
            assert_snapshot!(format!("message_{view}_{width}x{height}"), screen.picture());
        }
    }
    let mut screen = Screen::charging(80, 24);
    screen.press("2 / cp:CP1 space action:Status* space dir:in enter 3 z v v v v v v");
    assert_snapshot!("message_diff_same_action_80x24", screen.picture());
}
