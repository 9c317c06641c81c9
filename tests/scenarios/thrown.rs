//! What ends a scenario without being one of our errors, or without being a text: it is a failure all the same, and reported at once.

use std::fmt::Write as _;

use crate::stage::play;

/// Everything can be thrown, and nothing of it passes for a success.
#[test]
fn thrown_values_that_are_no_errors() {
    let values = ["'a text'", "17", "null", "undefined", "{ a: 1 }", "Object.freeze(new Error('cold'))", "Symbol('sign')"];
    let mut text = String::new();
    for (index, value) in values.iter().enumerate() {
        writeln!(text, "scenario('plain {index}', () => {{ throw {value}; }});").unwrap();
        writeln!(text, "scenario('later {index}', async () => {{ await null; throw {value}; }});").unwrap();
        writeln!(text, "scenario('step {index}', () => {{ step('part', () => {{ throw {value}; }}); }});").unwrap();
        writeln!(text, "scenario('wait {index}', () => step('part', async () => {{ throw {value}; }}));").unwrap();
    }
    let played = play(&text);
    played.ends(1, &["0 passed, 28 failed, 0 broken, 0 skipped"]);
    for way in ["plain", "later", "step", "wait"] {
        for (index, message) in (0..).zip(["a text", "17", "null was thrown", "undefined was thrown", "{\"a\":1}", "cold"]) {
            let said = played.about(&format!("{way} {index}"));
            assert!(said.contains(message), "{message}: {said}");
        }
    }
}

/// Half a character is no text outside of JavaScript; a scenario ends with it all the same, and at once.
#[test]
fn a_value_that_is_cut_inside_a_character() {
    let played = play(
        "scenario('cut', () => { expect('x'.repeat(298) + '⚡🔌'.repeat(9), 'short'); });
         scenario('odd', () => { expect('x'.repeat(297) + '⚡🔌'.repeat(9), 'short'); });
         scenario('half', () => { throw new Error('\\ud83d'); });
         scenario('facts', () => { throw Object.assign(new Error('no'), { facts: { step: 1 } }); });",
    );
    played.ends(1, &["s.js › cut failed after 0.000 s", "x⚡…", "0 passed, 4 failed, 0 broken, 0 skipped"]);
    for name in ["half", "facts"] {
        assert!(
            played.about(name).contains("after 0.000 s\n  message    something was thrown that cannot be shown"),
            "{played}"
        );
    }
}
