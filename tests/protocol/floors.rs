//! The rules about our own sources: a module uses only layers below its own, no two modules or files use each other, and a name stands
//! for one type. Exceptions are listed here, and the lists may only become shorter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use crate::source_graph::{Graph, Sources, cycles, reachable, source_files};

/// The modules by layer, the lowest first.
const LAYERS: &[&[&str]] = &[
    &["clock", "generated_page", "javascript", "ocpp", "pki", "rpc", "sanitize", "signals", "text_file", "text_width"],
    &["behaviour", "compose", "config", "docgen", "trace"],
    &["capture", "link", "simulator"],
    &["plugin", "scenario_writer"],
    &["hub"],
    &["fleet", "replay"],
    &["console"],
    &["control", "line_mode", "probe", "scenario", "tui"],
    &["cli", "main"],
];

/// Modules of one layer that may use each other, in this direction.
const WITHIN_A_LAYER: &[(&str, &str)] = &[
    ("behaviour", "trace"),
    ("main", "cli"),
    ("ocpp", "generated_page"),
    ("ocpp", "sanitize"),
    ("ocpp", "text_file"),
    ("pki", "ocpp"),
    ("rpc", "ocpp"),
];

/// Modules whose own file uses parts of the module which use that file.
const ENTANGLED: &[&str] = &[
    "docgen/html/mod.rs",
    "docgen/mod.rs",
    "scenario/report/mod.rs",
    "scenario_writer/mod.rs",
    "simulator/v1/charge_point/mod.rs",
    "simulator/v2/charging_station/mod.rs",
    "trace/filter/mod.rs",
    "trace/station_summary/mod.rs",
];

/// Files outside `rpc/` that read the texts of messages: the links, the probe, files that others recorded, and the view of one envelope. All others ask `trace::decode`.
const MESSAGE_READERS: &[&str] = &[
    "capture/foreign_frame.rs",
    "link/relay/reading.rs",
    "link/soap/body.rs",
    "link/soap/framing.rs",
    "link/websocket/framing.rs",
    "probe/service/exchange.rs",
    "tui/state/message/soap.rs",
];

fn files() -> BTreeMap<String, String> {
    source_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

static SOURCES: LazyLock<Sources> = LazyLock::new(|| Sources::of(&files()));

/// What is wrong with the use of modules.
fn layer_faults(sources: &Sources, layers: &[&[&str]], within_a_layer: &[(&str, &str)]) -> Vec<String> {
    let layer = |module: &str| layers.iter().position(|layer| layer.contains(&module));
    let mut faults = Vec::new();
    let modules = sources.modules();
    faults.extend(sources.unreached().iter().map(|file| format!("no module is in {file}")));
    faults.extend(modules.iter().filter(|module| layer(module).is_none()).map(|module| format!("{module} has no layer")));
    let listed = layers.iter().flat_map(|layer| layer.iter());
    faults.extend(listed.filter(|module| !modules.contains(**module)).map(|module| format!("there is no module {module}")));
    let uses = sources.module_uses();
    for ((module, other), file) in &uses {
        let allowed = within_a_layer.contains(&(module, other));
        if layer(other) >= layer(module) && !(allowed && layer(other) == layer(module)) {
            faults.push(format!("{file}: {module} uses {other}"));
        }
    }
    for (module, other) in within_a_layer {
        if !uses.contains_key(&((*module).to_owned(), (*other).to_owned())) {
            faults.push(format!("{module} may use {other} and does not"));
        }
        if layer(module) != layer(other) {
            faults.push(format!("{module} and {other} are not of one layer"));
        }
        if within_a_layer.contains(&(other, module)) {
            faults.push(format!("{module} and {other} may use each other"));
        }
    }
    let mut graph = Graph::new();
    for (module, other) in uses.into_keys() {
        graph.entry(module).or_default().insert(other);
    }
    faults.extend(cycles(&graph).into_iter().map(|modules| format!("{} use each other", modules.join(", "))));
    faults
}

/// The uses of files without those of a module's own parts.
fn upward_uses(sources: &Sources) -> Graph {
    let mut uses = sources.file_uses();
    for (file, others) in &mut uses {
        others.retain(|other| !sources.contains(file, other));
    }
    uses
}

/// The files that use each other.
fn cycle_faults(sources: &Sources) -> Vec<String> {
    cycles(&upward_uses(sources)).iter().map(|cycle| format!("use each other: {cycle:#?}")).collect()
}

/// Where the modules that use parts which need them are not those of the list.
fn part_faults(sources: &Sources, listed: &[&str]) -> Vec<String> {
    let uses = sources.file_uses();
    let needs = |part: &String, file: &String| reachable(&uses, part).contains(file);
    let is_entangled = |(file, others): &(&String, &BTreeSet<String>)| {
        others.iter().any(|other| sources.contains(file, other) && needs(other, file))
    };
    let found: BTreeSet<&str> = uses.iter().filter(is_entangled).map(|(file, _)| file.as_str()).collect();
    let listed: BTreeSet<&str> = listed.iter().copied().collect();
    let new = found.difference(&listed).map(|file| format!("{file} uses parts that use it"));
    let gone = listed.difference(&found).map(|file| format!("{file} uses no parts any more that use it"));
    new.chain(gone).collect()
}

/// The names of more than one type.
fn duplicate_faults(sources: &Sources) -> Vec<String> {
    let twice = sources.types().iter().filter(|(_, files)| files.len() > 1);
    twice.map(|(name, files)| format!("{name} is the name of {} types, in {}", files.len(), files.join(", "))).collect()
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_module_uses_only_lower_layers() {
    assert_none(&layer_faults(&SOURCES, LAYERS, WITHIN_A_LAYER));
}

#[test]
fn no_files_use_each_other() {
    assert_none(&cycle_faults(&SOURCES));
}

#[test]
fn no_module_uses_parts_that_use_it_but_the_listed_ones() {
    assert_none(&part_faults(&SOURCES, ENTANGLED));
}

#[test]
fn a_name_stands_for_one_type() {
    assert_none(&duplicate_faults(&SOURCES));
}

#[test]
fn versions_are_compared_inside_ocpp_only() {
    let compares = |line: &str| ["== Version::", "!= Version::"].iter().any(|text| line.contains(text));
    let sources = files();
    let outside = sources.iter().filter(|(file, _)| !file.starts_with("ocpp/"));
    let found = outside.filter_map(|(file, text)| Some(format!("{file}: {}", text.lines().find(|line| compares(line))?)));
    let faults: Vec<String> = found.map(|line| format!("{line}: ask Version::dialect for what differs")).collect();
    assert_none(&faults);
    assert!(compares("if version == Version::V1_6 {"));
}

#[test]
fn messages_are_read_in_few_places() {
    let reads = |(file, text): &(String, String)| {
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        let is_test = file.contains("/tests") || file.contains("/test_") || file.starts_with("rpc/");
        !is_test && ["srpc::decode(", "soap::read("].iter().any(|call| product.contains(call))
    };
    let found: Vec<String> = files().into_iter().filter(reads).map(|(file, _)| file).collect();
    assert_eq!(found, MESSAGE_READERS);
}

/// The rules would find nothing if the sources were not read: here every slip must be found that is added to them.
#[test]
fn faults_in_the_sources_are_found() {
    let slips = [
        ("trace/mod.rs", "use crate::{clock, hub::{Hub as _}};", "trace/mod.rs: trace uses hub"),
        ("link/soap/mod.rs", "fn slip(_: crate::simulator::Profile) {}", "link/soap/mod.rs: link uses simulator"),
        ("ocpp/mod.rs", "fn slip() { assert!(super::rpc::srpc::decode().is_ok()); }", "ocpp/mod.rs: ocpp uses rpc"),
        ("hub/mod.rs", "#[cfg(test)] mod slip { use crate::console::Console; }", "hub/mod.rs: hub uses console"),
        ("clock.rs", "pub(crate) struct Hub;", "Hub is the name of 2 types"),
        ("trace/interner.rs", "use super::Store;", "\"trace/interner.rs\""),
        ("behaviour/mod.rs", "fn slip(_: answer_filter::Responder) {}", "behaviour/mod.rs uses parts that use it"),
    ];
    let mut files = files();
    for (file, slip, _) in slips {
        *files.get_mut(file).unwrap_or_else(|| panic!("{file} is not there")) += slip;
    }
    let sources = Sources::of(&files);
    let faults = [
        layer_faults(&sources, LAYERS, WITHIN_A_LAYER),
        cycle_faults(&sources),
        part_faults(&sources, ENTANGLED),
        duplicate_faults(&sources),
    ];
    for (file, slip, fault) in slips {
        assert!(faults.concat().iter().any(|found| found.contains(fault)), "{file} with {slip}: {faults:#?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        Sources::of(&files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    /// The faults of three modules with these texts, of which `low` is below the other two.
    fn faults(low: &str, left: &str, right: &str, within_a_layer: &[(&str, &str)]) -> Vec<String> {
        let files = [("lib.rs", "mod low; mod left; mod right;"), ("low.rs", low), ("left.rs", left), ("right.rs", right)];
        layer_faults(&sources(&files), &[&["low"], &["left", "right"]], within_a_layer)
    }

    #[test]
    fn uses_upwards_and_sideways_are_faults() {
        assert_eq!(faults("", "use crate::low::A;", "use crate::{low, low::B};", &[]), [""; 0]);
        assert_eq!(faults("use crate::{left::A};", "", "", &[]), ["low.rs: low uses left"]);
        assert_eq!(faults("fn f(_: super::right::A) {}", "", "", &[]), ["low.rs: low uses right"]);
        assert_eq!(faults("", "use crate::right::A;", "", &[]), ["left.rs: left uses right"]);
        assert_eq!(faults("", "use crate::right::A;", "", &[("left", "right")]), [""; 0]);
        assert_eq!(faults("", "", "use crate::left::A;", &[("left", "right")]).len(), 2);
    }

    #[test]
    fn permissions_are_used_and_go_one_way() {
        assert_eq!(faults("", "", "", &[("left", "right")]), ["left may use right and does not"]);
        for (low, left, pair) in [("use crate::left::A;", "", ("low", "left")), ("", "use crate::low::A;", ("left", "low"))] {
            let found = faults(low, left, "", &[pair]);
            assert!(found.contains(&format!("{} and {} are not of one layer", pair.0, pair.1)), "{found:?}");
        }
        let both = faults("", "use crate::right::A;", "use crate::left::A;", &[("left", "right"), ("right", "left")]);
        assert_eq!(both.len(), 3, "{both:?}");
        assert!(both[0].contains("may use each other") && both[2] == "left, right use each other");
    }

    #[test]
    fn a_cycle_of_modules_is_a_fault_whatever_is_permitted() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::X;"),
            ("b.rs", "use crate::c::X;"),
            ("c.rs", "use crate::a::X;"),
        ];
        let permitted = [("a", "b"), ("b", "c"), ("c", "a")];
        assert_eq!(layer_faults(&sources(&files), &[&["a", "b", "c"]], &permitted), ["a, b, c use each other"]);
    }

    #[test]
    fn every_module_has_a_layer_and_every_layer_its_modules() {
        let files = [("lib.rs", "mod a;"), ("a.rs", ""), ("forgotten.rs", "")];
        let found = layer_faults(&sources(&files), &[&["b"]], &[]);
        assert_eq!(found, ["no module is in forgotten.rs", "a has no layer", "there is no module b"]);
    }

    /// A module with two parts of these texts.
    fn module(own: &str, left: &str, right: &str) -> Sources {
        let own = format!("mod left; mod right; {own}");
        sources(&[("lib.rs", "mod a;"), ("a/mod.rs", &own), ("a/left.rs", left), ("a/right.rs", right)])
    }

    #[test]
    fn files_that_use_each_other_are_faults() {
        let cycle = module("pub use left::L;", "use super::right::R; pub struct L;", "use super::L; pub struct R;");
        assert_eq!(cycle_faults(&cycle).len(), 1);
        let none = module("pub use left::L;", "pub struct L;", "use super::L;");
        assert_eq!(cycle_faults(&none), [""; 0]);
    }

    #[test]
    fn a_module_whose_parts_use_its_file_is_a_fault_unless_it_is_listed() {
        let entangled = module(
            "pub struct Own; fn f(_: left::L) {}",
            "use super::right::R; pub struct L;",
            "use super::Own; pub struct R;",
        );
        assert_eq!(cycle_faults(&entangled), [""; 0], "that is not the other rule");
        assert_eq!(part_faults(&entangled, &[]), ["a/mod.rs uses parts that use it"]);
        assert_eq!(part_faults(&entangled, &["a/mod.rs"]), [""; 0]);
        for fine in [
            module("pub struct Own; pub use left::L;", "use super::Own; pub struct L;", ""),
            module("fn f(_: left::L) {}", "use super::right::R; pub struct L;", "pub struct R;"),
        ] {
            assert_eq!(part_faults(&fine, &[]), [""; 0]);
            assert_eq!(part_faults(&fine, &["a/mod.rs"]), ["a/mod.rs uses no parts any more that use it"]);
        }
    }

    #[test]
    fn a_second_type_of_a_name_is_a_fault() {
        let twice = module("", "pub struct Name;", "pub(crate) enum Name {}");
        assert_eq!(duplicate_faults(&twice), ["Name is the name of 2 types, in a/left.rs, a/right.rs"]);
        let once = module("", "pub struct Name;", "enum Name {}");
        assert_eq!(duplicate_faults(&once), [""; 0]);
    }
}
