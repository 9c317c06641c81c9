//! The graph of small sources.

use super::*;

fn sources(files: &[(&str, &str)]) -> Sources {
    Sources::of(&files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

/// Which files `a/user.rs` uses when this is its text.
fn used_by(text: &str) -> Vec<String> {
    let files = [
        ("lib.rs", "mod a; mod b; pub use b::far;"),
        ("a/mod.rs", "mod inner; mod user; pub use inner::{Hidden, Other as Renamed}; pub struct Own; use crate::b::Far;"),
        ("a/inner.rs", "pub struct Hidden; pub struct Other; pub fn make() {}"),
        ("a/user.rs", text),
        ("b/mod.rs", "pub mod deep; pub use deep::*; pub struct Far; pub fn far() {}"),
        ("b/deep.rs", "pub struct Deep; pub enum Kind { One } #[macro_export] macro_rules! table { () => {} }"),
    ];
    sources(&files).file_uses().remove("a/user.rs").unwrap_or_default().into_iter().collect()
}

#[test]
fn paths_lead_to_the_file_that_defines_their_last_name() {
    for (text, files) in [
        ("use super::Own;", &["a/mod.rs"][..]),
        ("use super::Hidden;", &["a/inner.rs"]),
        ("use super::{Renamed, inner::make};", &["a/inner.rs"]),
        ("use super::Far;", &["b/mod.rs"]),
        ("use crate::{a::Own, b::{Deep, self}};", &["a/mod.rs", "b/deep.rs"]),
        ("use crate::b::deep::{self, Kind::*}; fn f(_: deep::Deep) {}", &["b/deep.rs"]),
        ("use crate::b; fn f() { b::far(); }", &["b/mod.rs"]),
        ("use crate::b as other; fn f() { other::Deep; }", &["b/deep.rs"]),
        ("fn f() { crate::far(); }", &["b/mod.rs"]),
        ("fn f(_: &[Option<crate::b::Deep>]) {}", &["b/deep.rs"]),
        ("fn f(far: u8) { if let super::Hidden = far {} }", &["a/inner.rs"]),
        ("impl From<u8> for super::super::b::Far {}", &["b/mod.rs"]),
        ("use super::*; fn f(_: Hidden) {}", &["a/inner.rs"]),
        ("fn f() { use crate::b::Far; }", &["b/mod.rs"]),
        ("mod part { use super::super::Own; }", &["a/mod.rs"]),
        ("fn f() { vec![1, crate::b::far()]; }", &["b/mod.rs"]),
        ("fn f() { assert!(x.a.iter().all(|it| [super::Hidden] == it)); }", &["a/inner.rs"]),
        ("use crate::b::deep::table; table!();", &["b/deep.rs"]),
    ] {
        assert_eq!(used_by(text), files, "{text}");
    }
}

#[test]
fn reexports_and_test_code_are_no_uses() {
    for text in [
        "use std::fmt; use ::b::Far; fn f(b: fmt::Error) { b.far(); }",
        "pub use crate::b::Far;",
        "pub(super) use super::Hidden;",
        "use crate::b;",
        "#[cfg(test)] use crate::b::Far;",
        "#[cfg(test)] mod tests { use crate::b::Far; }",
        "struct S; impl S { #[cfg(test)] fn f(_: crate::b::Far) {} }",
        "fn f() { println!(\"crate::b::Far {}\", x.far); }",
        "/// See [`crate::b::Far`]. \n pub(in crate::a) struct S;",
    ] {
        assert_eq!(used_by(text), [""; 0], "{text}");
    }
}

#[test]
fn modules_are_named_by_how_they_are_reached() {
    let files = [
        ("lib.rs", "pub mod a; pub mod b; pub mod c; pub use c::lone;"),
        ("a.rs", "use crate::{b::{Thing, self}, c}; use std::fs;"),
        ("b/mod.rs", "pub use super::c::Thing; mod sub;"),
        ("b/sub.rs", "use super::Thing; #[cfg(test)] mod tests { use crate::a; }"),
        ("c.rs", "pub struct Thing; pub fn lone() {}"),
        ("main.rs", "mod cli; fn main() { cli::run(); }"),
        ("cli/mod.rs", "pub fn run() { ocpp_tui::lone(); } fn f(_: ocpp_tui::a::X) {}"),
        ("lost.rs", ""),
    ];
    let sources = sources(&files);
    let uses: Vec<String> = sources.module_uses().into_keys().map(|(module, other)| format!("{module} {other}")).collect();
    assert_eq!(uses, ["a b", "a c", "b a", "b c", "cli a", "cli c", "main cli"]);
    assert_eq!(sources.modules().into_iter().collect::<Vec<_>>(), ["a", "b", "c", "cli", "main"]);
    assert_eq!(sources.unreached(), ["lost.rs"]);
    assert!(sources.contains("b/mod.rs", "b/sub.rs") && !sources.contains("b/sub.rs", "b/mod.rs"));
    assert!(!sources.contains("a.rs", "b/mod.rs") && sources.contains("lib.rs", "b/sub.rs"));
}

#[test]
fn types_that_leave_their_file_are_found() {
    let text = "pub struct A; pub(crate) enum B {} pub(super) trait C {} pub(in crate::x) type D = u8; struct E; pub(self) struct F;
                #[cfg(test)] pub struct G; fn f() { pub struct H; } mod inner { pub struct A; } pub fn I() {} pub union J { x: u8 }";
    let types = sources(&[("lib.rs", "mod x;"), ("x.rs", text)]).types;
    let counted: Vec<String> = types.iter().map(|(name, files)| format!("{name}{}", files.len())).collect();
    assert_eq!(counted, ["A2", "B1", "C1", "D1", "J1"]);
}

#[test]
fn cycles_are_the_groups_that_reach_themselves() {
    let uses = ["a b", "b c", "c a", "c d", "d e", "e f", "f e", "g a", "h h"];
    let mut graph = Graph::new();
    for (from, to) in uses.iter().filter_map(|line| line.split_once(' ')) {
        graph.entry(from.to_owned()).or_default().insert(to.to_owned());
    }
    assert_eq!(cycles(&graph), [vec!["a", "b", "c"], vec!["e", "f"]]);
}
