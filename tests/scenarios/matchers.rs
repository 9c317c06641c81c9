//! The matchers of expectations: what each takes, what it refuses, and the words in which a refusal is told.

use std::fmt::Write as _;

use crate::stage::play;

/// Plays a scenario around these rows, each a matcher with the values that it takes and those that it refuses.
#[track_caller]
fn judge(rows: &str) {
    play(&format!(
        "scenario('matchers', () => {{
          const time = new Date(now()).toISOString();
          const rows = [{rows}];
          let judged = 0;
          const fits = (value, matcher) => {{
            judged += 1;
            try {{
              expect(value, matcher);
              return true;
            }} catch (error) {{
              if (!(error instanceof ExpectationError)) throw error;
              return false;
            }}
          }};
          rows.forEach(([matcher, good, bad], row) => {{
            good.forEach((value) => assert(fits(value, matcher), `row ${{row}} refuses ${{JSON.stringify(value)}}`));
            bad.forEach((value) => assert(!fits(value, matcher), `row ${{row}} takes ${{JSON.stringify(value)}}`));
          }});
          const wanted = rows.reduce((sum, [, good, bad]) => sum + good.length + bad.length, 0);
          assert(rows.length > 0 && judged === wanted && wanted >= 2 * rows.length, 'each row has a value or two');
        }});"
    ))
    .is_silent();
}

#[test]
fn plain_values_are_the_same() {
    judge(
        "[1, [1, 1.0], [2, '1', true, null, undefined]],
         ['a', ['a'], ['A', 'ab', '', ['a']]],
         [null, [null], [undefined, 0, {}]],
         [true, [true], [1, 'true', false]],
         [NaN, [NaN], [0, 'NaN']],
         [new Date(0), ['1970-01-01T00:00:00Z', '1970-01-01T01:00:00+01:00', new Date(0)], ['1970-01-01T00:00:01Z', 0]]",
    );
}

#[test]
fn objects_need_their_fields_and_arrays_each_element() {
    judge(
        "[{}, [{}, { a: 1 }], [[], null, 'a', undefined]],
         [{ a: 1 }, [{ a: 1 }, { b: 2, a: 1 }], [{ a: 2 }, {}, { A: 1 }, [1]]],
         [{ a: { b: [1] } }, [{ a: { b: [1], c: 2 } }], [{ a: { b: [1, 1] } }, { a: { b: 1 } }, { a: null }]],
         [[], [[]], [[1], {}, '']],
         [[1, any], [[1, 2], [1, null]], [[1], [2, 1], [1, 2, 3], { 0: 1, 1: 2, length: 2 }]],
         [[{ a: 1 }], [[{ a: 1, b: 2 }]], [[{ b: 2 }], []]]",
    );
}

#[test]
fn texts_functions_and_kinds() {
    judge(
        "[/^CP[0-9]+$/, ['CP1', 'CP23'], ['CP', 'xCP1', 1, null]],
         [/a/g, ['a', 'ba', 'aa'], ['b', '']],
         [(value) => value > 3, [4, '5'], [3, 'x', undefined]],
         [any, [0, '', null, false, {}], [undefined]],
         [any.string, ['', 'a'], [1, null, undefined, {}]],
         [any.number, [0, 1.5, -1], ['1', null]],
         [any.integer, [0, -7], [1.5, '1', null]],
         [any.boolean, [true, false], [0, 'true', null]],
         [any.object, [{}, { a: 1 }], [[], null, 'a']],
         [any.array, [[], [1]], [{}, 'a', null]],
         [any.time, [time, '2030-01-01T00:00:00Z', '2030-01-01T00:00:00.5+02:00'], ['2030-01-01', 'now', 0, '2030-13-01T00:00:00Z']]",
    );
}

#[test]
fn times_near_now_and_near_another_time() {
    judge(
        "[near(), [time, new Date(now() - 60000).toISOString()], [new Date(now() - 60001).toISOString(), 'now', now()]],
         [near(1000), [new Date(now() + 1000).toISOString()], [new Date(now() + 1001).toISOString()]],
         [near(1000, '2029-01-01T00:00:00Z'), ['2029-01-01T00:00:01Z', '2028-12-31T23:59:59Z'], [time, '2029-01-01T00:00:02Z']],
         [near(0, 0), ['1970-01-01T00:00:00Z'], ['1970-01-01T00:00:00.001Z']]",
    );
}

#[test]
fn combined_matchers() {
    judge(
        "[{ a: absent }, [{}, { b: 1 }], [{ a: 1 }, { a: null }]],
         [{ a: optional(1) }, [{}, { a: 1 }], [{ a: 2 }, { a: null }]],
         [{ a: optional({ b: any.string }) }, [{}, { a: { b: '' } }], [{ a: {} }, { a: { b: 1 } }]],
         [oneOf(1, 'a', /b/), [1, 'a', 'abc'], [2, 'c', undefined]],
         [{ a: oneOf(absent, 1) }, [{}, { a: 1 }], [{ a: 2 }]],
         [not(1), [2, '1', undefined], [1]],
         [{ a: not('x') }, [{ a: 'y' }, {}], [{ a: 'x' }]],
         [{ a: not(absent) }, [{ a: 1 }], [{}]],
         [between(1, 3), [1, 2.5, 3], [0.9, 3.1, '2', null]],
         [between('2030-01-01T00:00:00Z', '2030-01-02T00:00:00Z'), ['2030-01-01T00:00:00Z', '2030-01-02T01:00:00+01:00'],
           ['2030-01-02T00:00:01Z', 'x', 1893456000000]],
         [containing(2, { a: 1 }), [[1, 2, { a: 1 }], [{ a: 1, b: 2 }, 2]], [[2], [{ a: 1 }], [], 2, undefined]],
         [exactly({ a: 1, b: optional(2) }), [{ a: 1 }, { a: 1, b: 2 }], [{ a: 1, c: 3 }, { b: 2 }, { a: 1, b: 3 }, [], null]],
         [exactly({}), [{}], [{ a: 1 }, 'a']]",
    );
}

#[test]
fn bound_values_must_match_again() {
    judge(
        "[bind('a'), [1, 1], [2, '1', undefined]],
         [bind('b', any.string), ['x', 'x'], ['y', 1]],
         [bind('c', any.integer), [7], ['7', 8]],
         [{ d: bind('d'), e: bind('d') }, [{ d: 1, e: 1 }], [{ d: 2, e: 2 }, { d: 1, e: 2 }]],
         [bind('object'), [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }], [{ a: 1 }, { a: 1, b: [1, { c: 3 }] }, [1]]],
         [{ f: bind('f', optional(1)) }, [{ f: 1 }, { f: 1 }], [{ f: 2 }]]",
    );
}

/// An alternative or an element that does not match leaves nothing behind, and neither does an expectation that fails.
#[test]
fn a_failed_match_binds_nothing() {
    play(
        "scenario('bound', () => {
          const list = [{ key: 'a', value: 1 }, { key: 'b', value: 2 }];
          expect(list, containing({ key: bind('key'), value: 2 }));
          expect(bound.key, 'b');
          expect({ a: 1, b: 2 }, oneOf({ a: bind('first'), b: 3 }, { a: 1, b: bind('second') }));
          assert(!('first' in bound) && bound.second === 2, 'only the alternative that matched has bound');
          try { expect({ a: 5, b: 6 }, { a: bind('third'), b: 7 }); } catch (error) { expect(error, (it) => it instanceof ExpectationError); }
          assert(!('third' in bound), 'a failure binds nothing');
          expect(Object.keys(bound), ['key', 'second']);
          let message = '';
          try { bound.third; } catch (error) { message = error.message; }
          expect(message, /^nothing was bound to third yet/);
        });
        scenario('the next', () => { expect(Object.keys(bound), []); });",
    )
    .is_silent();
}

#[test]
fn bound_values_are_used_in_later_messages() {
    play(
        "scenario('bound', async () => {
          const cs = await centralSystemUnderTest();
          const start = { connectorId: 1, idTag: 'T', meterStart: 0, timestamp: new Date(now()).toISOString() };
          await cs.call('StartTransaction', start, { transactionId: bind('transaction', any.integer) });
          await operator('stop it', (underTest) => { underTest.call('RemoteStopTransaction', { transactionId: bound.transaction }); });
          await cs.expectCall('RemoteStopTransaction', { transactionId: bind('transaction') });
          await sleep(1);
        });",
    )
    .is_silent();
}

/// A matcher, a value that it refuses, and the words for both.
#[test]
fn refusals_are_explained() {
    let rows = [
        ("{ a: any.string }", "{ a: 1 }", "a text", "1"),
        ("any.integer", "1.5", "an integer", "1.5"),
        ("any.time", "'soon'", "a date and time", "\"soon\""),
        ("near(1500)", "'1970-01-01T00:00:00Z'", "a time at most 1.5 s from now", "\"1970-01-01T00:00:00Z\""),
        ("near(1000, 0)", "'x'", "a time at most 1 s from 1970-01-01T00:00:00.000Z", "\"x\""),
        ("{ a: absent }", "{ a: 1 }", "no such field", "1"),
        ("{ a: optional('x') }", "{ a: 'y' }", "\"x\"", "\"y\""),
        ("oneOf(1, /a/)", "{ b: [2] }", "one of 1, /a/", "{b: [2]}"),
        ("not(oneOf(1, 2))", "1", "anything but one of 1, 2", "1"),
        ("between(1, 2)", "null", "between 1 and 2", "null"),
        ("containing({ key: 'k' }, 3)", "[]", "an array with {key: \"k\"} and 3", "[]"),
        ("exactly({ a: 1 })", "{ a: 1, b: 2 }", "no such field", "2"),
        ("{ a: 1 }", "{}", "1", "nothing"),
        ("[1, 2]", "[1]", "[1, 2]", "[1]"),
        ("function even(value) { return value % 2 === 0; }", "3", "what even accepts", "3"),
        ("bind('name', any.string)", "4", "a text", "4"),
    ];
    let mut text = String::new();
    for (index, (matcher, value, ..)) in rows.iter().enumerate() {
        writeln!(text, "scenario('row {index}', () => {{ expect({value}, {matcher}); }});").unwrap();
    }
    let played = play(&text);
    assert_eq!(played.code, Some(1), "{played}");
    for (index, (matcher, _, expected, found)) in rows.iter().enumerate() {
        let said = played.about(&format!("row {index}"));
        let wanted = format!("\n  expected   {expected}\n  found      {found}");
        assert!(said.contains(&wanted), "{matcher}: {said}");
    }
}
