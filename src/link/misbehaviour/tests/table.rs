//! The table is complete, and the plan holds what is on for whom.

use std::sync::Arc;
use std::time::Duration;

use super::super::*;
use crate::ocpp::Role;
use crate::trace::StationKey;

fn commanded(name: &str, times: Option<u64>) -> CommandedMisbehaviour {
    CommandedMisbehaviour { spec: MisbehaviourSpec::named(name).unwrap(), values: Vec::new(), times }
}

#[test]
fn every_row_is_complete_and_has_a_name_of_its_own() {
    for (place, spec) in MISBEHAVIOURS.iter().enumerate() {
        assert_eq!(MISBEHAVIOURS.iter().position(|other| other.name == spec.name), Some(place), "{}", spec.name);
        assert_eq!(MISBEHAVIOURS.iter().position(|other| other.kind == spec.kind), Some(place), "{}", spec.name);
        assert!(spec.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
        assert!(![spec.does, spec.done, spec.clause].contains(&""), "{}", spec.name);
        assert!(!spec.roles.is_empty() && !spec.transports.is_empty(), "{}", spec.name);
        for offered in spec.parameters {
            let Some(default) = offered.1.value() else { continue };
            // A default is a value that could be typed.
            let text = default.to_string();
            let read = offered.0.read(&text, |time| time.parse::<jiff::SignedDuration>().ok()?.try_into().ok());
            assert_eq!(read, Some(default), "{} {text}", spec.name);
        }
    }
}

#[test]
fn parameters_stand_in_their_order_and_refuse_what_they_are_not() {
    for (place, spec) in PARAMETERS.iter().enumerate() {
        assert_eq!(spec.parameter as usize, place, "{}", spec.name);
        assert_eq!(MisbehaviourParameter::named(spec.name), Some(spec.parameter));
        for text in ["", "\u{1b}[2J"] {
            assert_eq!(spec.parameter.read(text, |_| None), None, "{} {text:?}", spec.name);
        }
    }
    let read = |parameter: MisbehaviourParameter, text: &str| parameter.read(text, |_| Some(Duration::ZERO)).is_some();
    for (parameter, good, bad) in [
        (MisbehaviourParameter::Status, "302", "101"),
        (MisbehaviourParameter::Status, "599", "600"),
        (MisbehaviourParameter::Code, "65535", "65536"),
        (MisbehaviourParameter::Path, "/x", "x"),
        (MisbehaviourParameter::Size, "1", "0"),
        (MisbehaviourParameter::Location, "http://x/", "http://x/\r\nX: y"),
    ] {
        assert!(read(parameter, good) && !read(parameter, bad), "{good} {bad}");
    }
}

const LINK: &[MisbehaviourStage] = &[MisbehaviourStage::Link];

#[test]
fn a_misbehaviour_is_on_for_those_it_was_commanded_for() {
    let plan = MisbehaviourPlan::default();
    assert!(plan.is_idle());
    let (one, other) = (StationKey(1), StationKey(2));
    plan.switch_on(MisbehaviourScope::Station(Role::CentralSystem, one), commanded("no-pong", None), "a".to_owned());
    plan.switch_on(MisbehaviourScope::Role(Role::ChargePoint), commanded("fragments", None), "b".to_owned());
    let names =
        |role, station| plan.of_stage(LINK, role, station).iter().map(|one| one.commanded.spec.name).collect::<Vec<_>>();
    assert_eq!(names(Role::CentralSystem, Some(one)), ["no-pong"]);
    assert!(names(Role::CentralSystem, Some(other)).is_empty() && names(Role::CentralSystem, None).is_empty());
    assert_eq!(names(Role::ChargePoint, Some(other)), ["fragments"]);
    plan.switch_on(MisbehaviourScope::All, commanded("wrong-accept", None), "c".to_owned());
    let handshake = |role| plan.of_stage(&[MisbehaviourStage::Handshake], role, None).len();
    assert_eq!((handshake(Role::CentralSystem), handshake(Role::ChargePoint)), (1, 0), "only roles that it fits");
    assert_eq!(plan.switch_off(Some(MisbehaviourScope::All), None), 1);
    assert_eq!(plan.switch_off(None, Some(MisbehaviourKind::Fragments)), 1);
    assert_eq!(plan.switch_off(None, None), 1);
    assert!(plan.is_idle() && plan.switch_off(None, None) == 0);
}

#[test]
fn times_are_counted_and_the_newer_command_counts() {
    let plan = MisbehaviourPlan::default();
    plan.switch_on(MisbehaviourScope::All, commanded("no-pong", Some(9)), "a".to_owned());
    let older = plan.active()[0].clone();
    plan.switch_on(MisbehaviourScope::All, commanded("no-pong", Some(2)), "b".to_owned());
    assert!(older.is_off() && !older.spend());
    let active = plan.active();
    assert_eq!(active.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["b"]);
    let kept: Arc<ActiveMisbehaviour> = active[0].clone();
    assert!(kept.spend() && kept.is_on() && kept.spend() && !kept.is_on() && !kept.spend());
    assert!(!kept.is_off(), "it is over, and was not switched off");
    assert!(plan.active().is_empty() && plan.is_idle());
}

#[test]
fn what_was_done_is_said_with_its_parameters() {
    let plan = MisbehaviourPlan::default();
    plan.switch_on(MisbehaviourScope::All, commanded("no-subprotocol", None), String::new());
    plan.switch_on(MisbehaviourScope::All, commanded("status", None), String::new());
    let values = vec![(MisbehaviourParameter::Pause, ParameterValue::Time(Duration::from_millis(1500)))];
    plan.switch_on(MisbehaviourScope::All, CommandedMisbehaviour { values, ..commanded("slow-answer", None) }, String::new());
    let said: Vec<String> = plan.active().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "sent 101 without a subprotocol, as commanded",
            "answered the handshake with a status (status=503), as commanded",
            "sent an answer of HTTP byte by byte (delay=0s, pause=1.5s), as commanded",
        ]
    );
}
