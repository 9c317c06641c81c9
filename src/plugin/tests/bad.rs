//! Faulty, greedy or hostile plugins: each causes a clear error message and affects nothing else.

use std::time::Duration;

use serde_json::json;

use super::test_session::{World, failed, printed};
use crate::behaviour::{Answer, FilterDecision};
use crate::ocpp::Role;
use crate::plugin::PluginState;

fn default_answer() -> Answer {
    Answer::result(json!({"status": "Accepted"}))
}

#[test]
fn a_syntax_error_is_reported_with_its_place() {
    let world = World::new(Role::ChargePoint);
    world.write("bad", "exports.onLoad = function () {\n  var x = ;\n};");
    let reply = world.load_file("bad");
    assert_eq!(reply.failure.as_ref().unwrap().0, "Error with the bad plugin, invalid or doesn't exist.");
    failed(&reply, "SyntaxError");
    failed(&reply, "bad.js:2:");
    assert_eq!(world.detail("bad").state, PluginState::Available);
    world.write("bad", "}) (function () {");
    failed(&world.load_file("bad"), "braces");
    world.write("bad", "}); (function () {");
    failed(&world.load_file("bad"), "braces");
    world.lives();
}

#[test]
fn a_plugin_without_on_load_is_refused_as_in_ocppjs() {
    let world = World::new(Role::ChargePoint);
    for text in ["", "exports.onUnload = function () {};", "module.exports = null;", "module.exports = { onLoad: 3 };"] {
        world.write("bad", text);
        let failure = world.load_file("bad").failure.unwrap().0;
        assert_eq!(failure, "Error when reading the `bad' plugin: no entry point `onLoad' function found.", "{text}");
    }
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let world = World::new(Role::ChargePoint);
    for name in ["../bad", "/etc/passwd", "a/../b", "..", "", "bad.js"] {
        failed(&world.load_file(name), "invalid or doesn't exist");
        failed(&world.load_file(name), "without a folder");
    }
    failed(&world.load_file("nowhere"), "There is no nowhere.js");
    failed(&world.unload("nowhere"), "Error for unloading `nowhere': file does not exist.");
}

#[test]
fn a_throwing_on_load_is_not_loaded_and_its_log_is_kept() {
    let world = World::new(Role::ChargePoint);
    failed(&world.load("bad", "plugin.log('before');\n\nnull.x;"), "bad.js:4:");
    world.wait_for_line("before");
    assert_eq!(world.detail("bad").state, PluginState::Available);
    failed(&world.load("bad", "throw 'just a text';"), "just a text");
    failed(&world.load("bad", "throw { toString() { throw 1; } };"), "thrown");
    failed(&world.load("bad", "require('fs');"), "without the modules of node");
}

#[test]
fn endless_loops_end_and_the_third_disables_the_plugin() {
    let world = World::new(Role::ChargePoint);
    world.configure(|options| options.time = Duration::from_millis(30));
    failed(&world.load("bad", "while (true) {}"), "stopped after 30 ms");
    world.runs(
        "bad",
        "plugin.onCall('Reset', () => {\nfor (;;) { try { for (;;) {} } catch (e) {} finally { for (;;) {} } } });",
    );
    for _ in 0..3 {
        assert_eq!(world.answer("Reset", &json!({})), default_answer());
        let line = world.wait_for_line("stopped after 30 ms");
        assert!(line.starts_with("[bad] onCall Reset: ") && line.contains("bad.js:"), "{line}");
    }
    world.wait_for_line("was disabled");
    assert!(matches!(world.detail("bad").state, PluginState::Disabled(_)));
    assert_eq!(world.peer_calls("Reset", &json!({})), FilterDecision::Keep, "no plugin is asked any more");
    world.lives();
}

#[test]
fn endless_promises_and_regular_expressions_end_too() {
    let world = World::new(Role::ChargePoint);
    world.configure(|options| options.time = Duration::from_millis(30));
    for body in [
        "(function again() { Promise.resolve().then(again); })();",
        "(async () => { for (;;) await null; })();",
        "/^(a+)+$/.test('a'.repeat(40) + 'b');",
        "/(x+x+)+y/.exec('x'.repeat(50));",
    ] {
        failed(&world.load("bad", body), "stopped after 30 ms");
    }
    world.lives();
}

#[test]
fn memory_has_a_bound() {
    let world = World::new(Role::ChargePoint);
    world.configure(|options| {
        options.memory = 4 << 20;
        options.time = Duration::from_secs(10);
    });
    for (body, expected) in [
        ("const all = []; for (;;) all.push(new Array(1000).fill(1));", "out of memory"),
        ("let text = 'x'; for (;;) text += text;", "bad.js:2"),
        ("'x'.repeat(2 ** 29);", "out of memory"),
        ("new ArrayBuffer(2 ** 30);", "out of memory"),
        ("JSON.stringify(new Array(3000000).fill(1));", "out of memory"),
    ] {
        failed(&world.load("bad", body), expected);
    }
    world.lives();
}

#[test]
fn recursion_has_a_bound() {
    let world = World::new(Role::ChargePoint);
    for body in [
        "(function deeper() { deeper(); })();",
        "JSON.parse('['.repeat(1000000));",
        "let deep = {}; for (let i = 0; i < 100000; i++) deep = { deep }; JSON.stringify(deep);",
        "new RegExp('('.repeat(100000));",
    ] {
        let reply = world.load("bad", body);
        assert!(reply.failure.is_some(), "{body}");
    }
    world.lives();
}

#[test]
fn huge_texts_are_cut_and_floods_end() {
    let world = World::new(Role::ChargePoint);
    world.configure(|options| options.time = Duration::from_secs(10));
    world.runs("loud", "plugin.log('x'.repeat(1000000));");
    assert!(world.wait_for_line("xxx").len() < 70_000);
    failed(&world.load("bad", "for (;;) plugin.log('again');"), "too much at once");
    world.runs("timers", "for (let i = 0; i < 5000; i++) setTimeout(() => {}, 1e9);");
    world.wait_for_line("too many timers");
    assert_eq!(world.detail("timers").timers, 1000);
    world.lives();
}

#[test]
fn invalid_answers_are_reported_and_the_default_one_is_sent() {
    for (body, expected) in [
        ("return 'text';", "an answer is an object"),
        ("return 5;", "an answer is an object"),
        ("return true;", "an answer is an object"),
        ("return [1];", "an answer is an object"),
        ("return () => 1;", "an answer is an object"),
        ("return Symbol('x');", "an answer is an object"),
        ("return 10n;", "an answer is an object"),
        ("return { a: 10n };", "BigInt"),
        ("const a = {}; a.a = a; return a;", "circular"),
        ("return { get status() { throw new Error('in the getter'); } };", "in the getter"),
        ("return { toJSON() { return 'text'; } };", "also after toJSON"),
        ("return { get then() { throw new Error('in then'); } };", "in then"),
        ("return new Proxy({}, { ownKeys() { throw new Error('in the proxy'); } });", "in the proxy"),
        ("return Promise.reject(new Error('rejected'));", "rejected"),
        ("return { then(done) { done('text'); } };", "an answer is an object"),
        ("return ocpp.error('NoSuchCode');", "is no error code"),
        ("return ocpp.delay('soon');", "a delay must be a number"),
        ("throw new Error('thrown');", "thrown"),
        ("throw undefined;", "undefined"),
        ("throw { get message() { throw 1; } };", "cannot be shown"),
        ("return call.deep.er;", "bad.js:3:"),
        ("return undefined;", ""),
        ("return null;", ""),
    ] {
        let world = World::new(Role::ChargePoint);
        world.runs("bad", &format!("plugin.onCall('Reset', function (call) {{\n{body}\n}});"));
        assert_eq!(world.answer("Reset", &json!({})), default_answer(), "{body}");
        let detail = world.detail("bad");
        assert_eq!(detail.errors, u64::from(!expected.is_empty()), "{body}: {:?}", detail.last_error);
        let error = detail.last_error.unwrap_or_default();
        assert!(error.contains(expected), "{body}: {error}");
        assert_eq!(world.answer("Reset", &json!({})), default_answer(), "a second time");
    }
}

#[test]
fn tricks_with_prototypes_hit_only_the_plugin_itself() {
    let world = World::new(Role::ChargePoint);
    world.runs("good", "plugin.onCall('Reset', () => ({ status: 'Good' }));");
    for body in [
        "Object.prototype.toJSON = () => { throw new Error('polluted'); };",
        "Array.prototype.map = Array.prototype.join = null; Map.prototype.get = () => { throw 1; };",
        "Object.defineProperty(Object.prototype, 'ticket', { get() { return 1; }, set() { throw 1; } });",
        "JSON.stringify = JSON.parse = null; Promise = null; globalThis.console = 1;",
        "Object.setPrototypeOf(plugin, null); delete plugin.onCall; Object.freeze(plugin);",
        "Function.prototype.call = null; String.prototype.trim = null; globalThis.undefined = 1;",
        "Promise.prototype.then = () => { for (;;) {} };",
    ] {
        world.load("bad", &format!("plugin.onCall('Reset', () => undefined); {body}"));
        assert_eq!(world.answer("Reset", &json!({})), Answer::result(json!({"status": "Good"})), "{body}");
        world.unload("bad");
    }
    world.lives();
}

#[test]
fn nothing_of_the_machine_can_be_reached() {
    let world = World::new(Role::ChargePoint);
    let names = "process Deno Bun fetch XMLHttpRequest WebSocket Worker std os scriptArgs print load read Buffer gc";
    let body =
        format!("for (const name of '{names}'.split(' ')) if (typeof globalThis[name] !== 'undefined') console.log(name);");
    assert!(printed(&world.load("reach", &body)).is_empty());
    let escape = "import('std').then(() => console.log('in'), (error) => plugin.log('refused: ' + error.message));";
    world.runs("reach", escape);
    world.wait_for_line("refused");
    let constructor = "console.log(typeof plugin.log.constructor('return this')().process)";
    assert_eq!(printed(&world.load("reach", constructor)), ["undefined"]);
}

#[test]
fn a_plugin_may_unload_itself_anywhere() {
    for body in [
        "plugin.unload();",
        "plugin.unload(); plugin.unload(); plugin.onCall('Reset', () => ({}));",
        "Promise.resolve().then(() => plugin.unload());",
    ] {
        let world = World::new(Role::ChargePoint);
        world.runs("shy", body);
        assert_eq!(world.detail("shy").state, PluginState::Available, "{body}");
        assert_eq!(world.peer_calls("Reset", &json!({})), FilterDecision::Keep);
    }
    let world = World::new(Role::ChargePoint);
    world.write(
        "shy",
        "exports.onLoad = function () { this.onCall('Reset', () => { this.unload(); return { status: 'Last' }; }); };
         exports.onUnload = function () { this.log('bye'); this.unload(); throw new Error('in onUnload'); };",
    );
    assert_eq!(world.load_file("shy").failure, None);
    assert_eq!(world.answer("Reset", &json!({})), Answer::result(json!({"status": "Last"})));
    assert_eq!(world.detail("shy").state, PluginState::Available);
    world.wait_for_line("bye");
    world.wait_for_line("in onUnload");
    world.lives();
}

#[test]
fn an_unhandled_rejection_is_reported() {
    let world = World::new(Role::ChargePoint);
    world.runs("bad", "(async () => {\n  await null;\n  throw new Error('no listener');\n})();");
    let line = world.wait_for_line("no listener");
    assert!(line.contains("bad.js:4"), "{line}");
    world.runs("fine", "Promise.reject(new Error('caught')).catch(() => plugin.log('received'));");
    world.wait_for_line("received");
    assert_eq!(world.detail("fine").errors, 0);
}

#[test]
fn unloading_does_not_wait_for_a_promise_that_never_settles() {
    let world = World::new(Role::ChargePoint);
    world.runs("bad", "plugin.onCall('Reset', () => new Promise(() => {}));");
    let FilterDecision::Wait { ticket: wanted, .. } = world.peer_calls("Reset", &json!({})) else { panic!() };
    world.unload("bad");
    world.wait(|received| match received {
        super::test_session::HostCall::Answered { ticket, answer: None } if ticket == wanted => Ok(()),
        other => Err(other),
    });
}
