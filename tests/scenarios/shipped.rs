//! The scenarios that come with the program, with both sides simulated.

use serde_json::Value;

use crate::stage::{Stage, shipped};

/// All of them pass, and none of them is skipped. The cases by number, of which some do not apply, have tests of their own.
#[test]
fn all_in_virtual_time() {
    let stage = Stage::new();
    let played = stage.play(&[&shipped(""), "--virtual-time", "--without", "certification/", "--report", "json", "r.json"]);
    played.is_silent();
    let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
    let scenarios: Vec<&Value> =
        report["files"].as_array().unwrap().iter().flat_map(|file| file["scenarios"].as_array().unwrap()).collect();
    assert!(scenarios.len() > 100, "{} are too few", scenarios.len());
    for scenario in scenarios {
        assert_eq!(scenario["outcome"], "passed", "{scenario}");
        let ocppjs = scenario["name"].as_str().unwrap().contains(" over ") && scenario["by"].as_array().unwrap().is_empty();
        assert!(
            ocppjs || scenario["checks"].as_str().unwrap().ends_with('.') && scenario["by"] != Value::Array(vec![]),
            "{scenario}"
        );
    }
}

/// Those that do not wait for long, on real sockets and by a real clock.
#[test]
fn the_quick_ones_in_real_time() {
    let files = [
        "cp-1.2.js",
        "cp-1.5.js",
        "cp-1.6.js",
        "cs-1.2.js",
        "cs-1.5.js",
        "cs-1.6.js",
        "central-system",
        "charge-point/local-list.js",
        "charge-point/trigger.js",
    ];
    let files = files.map(shipped);
    Stage::new().play(&files.each_ref().map(String::as_str)).is_silent();
}
