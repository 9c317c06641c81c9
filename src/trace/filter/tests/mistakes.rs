//! Texts that are no filters: the column and the sentence.

use super::parse;

#[test]
fn every_mistake_has_its_column_and_a_remedy() {
    for (text, column, words) in [
        ("cp:", 1, "cp:CP0*"),
        ("cp: x", 1, "missing"),
        ("kind:", 1, "call, result"),
        ("kind:eror", 6, "did you mean error?"),
        ("kind:call,,error", 6, "A value is missing"),
        ("kind:/e/", 6, "write one of"),
        ("actoin:Reset", 1, "did you mean action?"),
        ("é connectorId=1", 3, "write $.connectorId=1"),
        ("see http://x", 5, "put 'http://x' in quotes"),
        ("cp!=A", 1, "!cp:CP0*"),
        ("cp>A", 1, "has no order"),
        ("size>big", 6, "size>2k"),
        ("latency>5", 9, "with a unit"),
        ("since:yesterday", 7, "14:30"),
        ("size > 2k", 6, "without a space"),
        ("a != b", 3, "without a space"),
        ("a or", 5, "missing at the end"),
        ("!", 2, "missing at the end"),
        ("or a", 1, "write \"or\""),
        ("a and or b", 7, "before or"),
        ("(a", 1, "add )"),
        ("(", 2, "missing at the end"),
        ("a)", 2, "closes nothing"),
        ("()", 2, "missing before"),
        ("\"open", 1, "closing quotation mark"),
        ("\"a\"b", 1, "put a space behind"),
        ("say\"so\"", 4, "whole text in quotes"),
        ("/open", 1, "closing /"),
        ("//", 1, "empty"),
        ("/a(/", 1, "unclosed group"),
        ("/(a{999}){999}/", 1, "too large"),
        ("/ocpp/CP1", 1, "begins with a slash"),
        ("$.a:1", 4, "compared with ="),
        ("$..a", 2, "behind the dot"),
        ("$.a[x]", 4, "In brackets"),
        ("$.a[99999999999999999999]", 4, "In brackets"),
        ("$.a=", 1, "A value is missing behind ="),
        ("$.a]", 4, "A path goes on"),
        ("$.a>/x/", 1, "has no order"),
        ("status:\"x\"", 1, "did you mean state?"),
        ("vendor:\"x\"", 1, "in quotes"),
    ] {
        let error = parse(text).map(|filter| panic!("{text} is {filter}")).unwrap_err();
        assert!(error.message.contains(words), "{text}: {error}");
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.ends_with(['.', '?']), "{text}: {error}");
    }
}

#[test]
fn length_and_depth_are_bounded() {
    assert_eq!(parse(&"é".repeat(4_000)).unwrap_err().span, 4096..8_000);
    assert!(parse(&"!".repeat(4_000)).unwrap_err().message.contains("nested"));
    assert!(parse(&"(".repeat(4_000)).unwrap_err().message.contains("nested"));
    assert!(parse(&format!("{}a", "!".repeat(60))).is_ok());
    assert!(parse(&"(a)".repeat(1_000)).is_ok());
    assert!(parse(&"/a/ ".repeat(16)).is_ok());
    assert_eq!(parse(&"/a/ ".repeat(17)).unwrap_err().span, 64..67);
}
