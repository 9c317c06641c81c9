//! The page with the charging profiles of a station.

use insta::assert_snapshot;
use serde_json::json;

use super::test_screen::Screen;
use crate::config::SavedText;
use crate::trace::Direction;
use crate::tui::state::{Editor, ProfilesPage};
use crate::tui::update::{ScreenMessage, UpdateEffect};

/// CP1 takes a maximum for the station, a default for its transactions and a daily profile of its transaction.
pub(super) fn install(screen: &mut Screen) {
    let profile = |id: i64, purpose: &str, level: i64, kind: &str, periods: &[(i64, f64)]| {
        let periods: Vec<_> = periods.iter().map(|(start, limit)| json!({ "startPeriod": start, "limit": limit })).collect();
        json!({
            "chargingProfileId": id, "chargingProfilePurpose": purpose, "stackLevel": level, "chargingProfileKind": kind,
            "recurrencyKind": "Daily",
            "chargingSchedule": {
                "chargingRateUnit": "A", "startSchedule": "2026-03-04T00:00:00Z", "chargingSchedulePeriod": periods,
            },
        })
    };
    let status = r#"{"connectorId":1,"errorCode":"NoError","status":"Available"}"#;
    screen.exchange("CP1", Direction::In, "StatusNotification", status, "{}");
    for (connector, profile) in [
        (0, profile(1, "ChargePointMaxProfile", 0, "Absolute", &[(0, 25.0)])),
        (0, profile(2, "TxDefaultProfile", 0, "Recurring", &[(0, 16.0), (43_200, 6.0), (64_800, 32.0)])),
        (1, profile(3, "TxDefaultProfile", 5, "Recurring", &[(0, 10.0)])),
    ] {
        let payload = json!({ "connectorId": connector, "csChargingProfiles": profile }).to_string();
        screen.exchange("CP1", Direction::Out, "SetChargingProfile", &payload, r#"{"status":"Accepted"}"#);
    }
    let payload = r#"{"connectorId":1,"csChargingProfiles":{"chargingProfileId":9}}"#;
    screen.exchange("CP1", Direction::Out, "SetChargingProfile", payload, r#"{"status":"Rejected"}"#);
    screen.exchange("CP1", Direction::Out, "ClearChargingProfile", r#"{"id":3}"#, r#"{"status":"Accepted"}"#);
    screen.press("1 g");
}

fn page(screen: &Screen) -> &ProfilesPage {
    screen.app.overlays.get::<ProfilesPage>().unwrap()
}

/// The limits of the next day, an hour each.
fn computed(screen: &Screen) -> Vec<f64> {
    let (page, now) = (page(screen), jiff::Timestamp::from_second(1_772_618_400).unwrap());
    let facts = screen.app.facts.of(page.station).unwrap();
    page.computed(facts, now, 24, page.what_if).limits.into_iter().flatten().collect()
}

#[test]
fn profiles_and_the_limit_that_they_make_are_drawn() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut screen = Screen::busy(width, height);
        install(&mut screen);
        screen.press("8");
        assert_snapshot!(format!("profiles_{width}x{height}"), screen.picture());
    }
}

#[test]
fn the_limit_follows_the_accepted_profiles() {
    let mut screen = Screen::busy(120, 40);
    install(&mut screen);
    screen.press("8");
    assert_eq!(page(&screen).known().iter().map(|known| known.id()).collect::<Vec<_>>(), [1, 2]);
    // It is ten o'clock: 16 A until noon, 6 A until six, then 32 A but not more than 25 A, and 16 A from midnight.
    let limits = computed(&screen);
    assert_eq!([limits[0], limits[3], limits[9], limits[15]], [16.0, 6.0, 25.0, 16.0]);
    screen.press("u");
    assert_eq!(computed(&screen)[0], 16.0 * 3.0 * 230.0);
    screen.press("u w");
    assert_eq!(page(&screen).window_name(), "7 days");
}

#[test]
fn what_the_station_reports_is_laid_beside_it_and_differences_are_marked() {
    let mut screen = Screen::busy(120, 40);
    install(&mut screen);
    let effects = screen.press("8 r");
    let asked = format!("{effects:?}");
    assert!(asked.contains("GetCompositeSchedule") && asked.contains("86400"), "{asked}");
    let answer = json!({
        "status": "Accepted", "connectorId": 1, "scheduleStart": "2026-03-04T10:00:00Z",
        "chargingSchedule": { "duration": 86_400, "chargingRateUnit": "A", "chargingSchedulePeriod": [
            { "startPeriod": 0, "limit": 16.0 }, { "startPeriod": 7_200, "limit": 8.0 },
        ] },
    });
    screen.exchange(
        "CP1",
        Direction::Out,
        "GetCompositeSchedule",
        r#"{"connectorId":1,"duration":86400}"#,
        &answer.to_string(),
    );
    screen.send(ScreenMessage::Refresh);
    let picture = screen.picture();
    assert!(picture.contains("as the station reported it") && picture.contains("≠ they differ"), "{picture}");
}

#[test]
fn a_draft_is_counted_before_it_is_sent() {
    let mut screen = Screen::busy(120, 40);
    install(&mut screen);
    screen.press("8 i");
    assert!(!page(&screen).what_if, "there is no draft");
    let text = json!({ "connectorId": 1, "csChargingProfiles": {
        "chargingProfileId": 7, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1, "chargingProfileKind": "Relative",
        "chargingSchedule": { "chargingRateUnit": "A", "chargingSchedulePeriod": [{ "startPeriod": 0, "limit": 9.0 }] },
    } });
    let draft = SavedText { action: "SetChargingProfile".into(), text: text.to_string(), ..SavedText::default() };
    screen.app.kept.drafts.push(draft);
    screen.send(ScreenMessage::Refresh);
    screen.press("i");
    assert_eq!(computed(&screen)[0], 9.0);
    assert!(screen.picture().contains("limit with the draft") && screen.picture().contains("limit without the draft"));
}

#[test]
fn a_profile_is_edited_or_removed_by_a_call_that_can_be_read_first() {
    let mut screen = Screen::busy(120, 40);
    install(&mut screen);
    screen.press("8 j enter");
    let text = screen.app.overlays.get::<Editor>().unwrap().text();
    assert!(text.contains("\"chargingProfileId\": 2") && text.contains("\"connectorId\": 0"), "{text}");
    screen.press("esc d");
    let text = screen.app.overlays.get::<Editor>().unwrap().text();
    assert!(text.contains("\"id\": 2"), "{text}");
    let effects = screen.press("F5");
    assert!(effects.iter().any(|effect| matches!(effect, UpdateEffect::Submit { what, .. } if what == "ClearChargingProfile")));
}

#[test]
fn an_empty_page_says_what_to_do() {
    let mut screen = Screen::busy(80, 24);
    screen.press("1 g 8");
    assert!(screen.picture().contains("No accepted profile was seen. n edits"), "{}", screen.picture());
}
