//! Reads the sources with `syn`: the modules of the library and of the executable, what each file uses, and the types that leave their
//! file. Paths are followed to the file that defines their last name, through `use` trees, `super::`, aliases, globs and re-exports.
//!
//! What it does not see: methods (a call through a value names no file), names inside strings, and macros of this crate that are used
//! by their textual scope.

mod reader;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::Visit;

use reader::Reader;

/// For each file or module, which others it uses.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// The name by which the executable calls the library.
const LIBRARY: &str = "ocpp_tui";

/// Both crates of the package.
pub struct Sources {
    modules: Vec<Module>,
    types: BTreeMap<String, Vec<String>>,
    unreached: Vec<String>,
}

/// A module of either crate: a file, or a part of one.
struct Module {
    name: String,
    /// None for the roots of both crates.
    parent: Option<usize>,
    file: String,
    /// Where the files of its modules are, with a slash at the end.
    folder: String,
    is_test: bool,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    imports: Vec<Import>,
    paths: Vec<NamedPath>,
}

/// One leaf of a `use` tree.
struct Import {
    path: NamedPath,
    /// The name that it has here; none for a glob.
    alias: Option<String>,
    is_reexport: bool,
}

/// A path as it is written.
struct NamedPath {
    segments: Vec<String>,
    is_test: bool,
}

/// What a path leads to.
enum Target {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
}

impl Sources {
    /// Takes files by their path below `src`; `lib.rs` and `main.rs` are the roots.
    pub fn of(files: &BTreeMap<String, String>) -> Sources {
        let mut sources = Sources { modules: Vec::new(), types: BTreeMap::new(), unreached: Vec::new() };
        for root in ["lib", "main"] {
            let file = format!("{root}.rs");
            if files.contains_key(&file) {
                let module = sources.add(root, None, file, String::new(), false);
                sources.parse(module, files);
            }
        }
        let reached: BTreeSet<&String> = sources.modules.iter().map(|module| &module.file).collect();
        sources.unreached = files.keys().filter(|file| !reached.contains(file)).cloned().collect();
        sources
    }

    /// Files that no `mod` leads to.
    pub fn unreached(&self) -> &[String] {
        &self.unreached
    }

    /// The modules directly below the roots, and `main` for the root of the executable.
    pub fn modules(&self) -> BTreeSet<String> {
        let below_root = |module: &&Module| match module.parent {
            Some(parent) => self.modules[parent].parent.is_none(),
            None => module.name == "main",
        };
        self.modules.iter().filter(below_root).map(|module| module.name.clone()).collect()
    }

    /// Which of [`modules`](Self::modules) names which, with a file where it does. Re-exports count, tests do too.
    pub fn module_uses(&self) -> BTreeMap<(String, String), String> {
        let mut uses = BTreeMap::new();
        for (id, module) in self.modules.iter().enumerate() {
            let own = self.top(id);
            let paths = module.paths.iter().chain(module.imports.iter().map(|import| &import.path));
            for path in paths {
                let mut trail = Vec::new();
                self.resolve(id, &path.segments, &mut trail, &mut Vec::new());
                let other = trail.into_iter().map(|place| self.top(place)).find(|top| *top != own);
                if let Some(other) = other.filter(|_| own != "lib") {
                    uses.entry((own.to_owned(), other.to_owned())).or_insert_with(|| module.file.clone());
                }
            }
        }
        uses
    }

    /// Which file uses something that another file defines. Tests and bare re-exports do not count.
    pub fn file_uses(&self) -> Graph {
        let mut uses = Graph::new();
        for (id, module) in self.modules.iter().enumerate() {
            let imports = module.imports.iter().filter(|import| !import.is_reexport).map(|import| &import.path);
            for path in module.paths.iter().chain(imports).filter(|path| !path.is_test && !module.is_test) {
                // A module alone is only the beginning of paths, which count themselves.
                let Some(Target::Item(place)) = self.resolve(id, &path.segments, &mut Vec::new(), &mut Vec::new()) else {
                    continue;
                };
                let place = &self.modules[place];
                if place.file != module.file && !place.is_test {
                    uses.entry(module.file.clone()).or_default().insert(place.file.clone());
                }
            }
        }
        uses
    }

    /// Whether the second file holds a module within the module of the first.
    pub fn contains(&self, file: &str, part: &str) -> bool {
        let parent = |module: &Module| module.parent.map(|parent| &self.modules[parent]);
        let is_within =
            |module: &Module| std::iter::successors(parent(module), |above| parent(above)).any(|above| above.file == file);
        file != part && self.modules.iter().any(|module| module.file == part && is_within(module))
    }

    /// The types that are visible outside their module, with the files that define one of the name.
    pub fn types(&self) -> &BTreeMap<String, Vec<String>> {
        &self.types
    }

    fn add(&mut self, name: &str, parent: Option<usize>, file: String, folder: String, is_test: bool) -> usize {
        let id = self.modules.len();
        if let Some(parent) = parent {
            self.modules[parent].children.insert(name.to_owned(), id);
        }
        self.modules.push(Module {
            name: name.to_owned(),
            parent,
            file,
            folder,
            is_test,
            children: BTreeMap::new(),
            items: BTreeSet::new(),
            imports: Vec::new(),
            paths: Vec::new(),
        });
        id
    }

    /// Reads the file of a module, and those of the modules in it.
    fn parse(&mut self, module: usize, files: &BTreeMap<String, String>) {
        let name = &self.modules[module].file;
        let text = files.get(name).unwrap_or_else(|| panic!("{name} is not there"));
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let is_test = self.modules[module].is_test;
        Reader::new(self, files, module, is_test).visit_file(&file);
    }

    /// The name of the module below the root that a module is in; that of the root for itself.
    fn top(&self, module: usize) -> &str {
        let mut at = module;
        while let Some(parent) = self.modules[at].parent {
            if self.modules[parent].parent.is_none() {
                break;
            }
            at = parent;
        }
        &self.modules[at].name
    }

    fn root(&self, module: usize) -> usize {
        let mut at = module;
        while let Some(parent) = self.modules[at].parent {
            at = parent;
        }
        at
    }

    /// Follows a path that stands in a module. The modules on the way go into the trail, roots excepted. None for other crates, for
    /// local names, and for generic parameters.
    fn resolve(&self, from: usize, path: &[String], trail: &mut Vec<usize>, seen: &mut Vec<(usize, String)>) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let root = self.root(from);
        let mut target = match first.as_str() {
            "crate" => Target::Module(root),
            "self" => Target::Module(from),
            "super" => Target::Module(self.modules[from].parent?),
            LIBRARY if self.modules[root].name == "main" => {
                Target::Module(self.modules.iter().position(|module| module.parent.is_none() && module.name == "lib")?)
            }
            name => self.lookup(from, name, trail, seen)?,
        };
        for name in rest {
            let Target::Module(module) = target else { break };
            target = match name.as_str() {
                "self" => target,
                "super" => Target::Module(self.modules[module].parent?),
                // A module that has no such name has it from a macro or from an enum's glob.
                name => self.lookup(module, name, trail, seen).unwrap_or(Target::Item(module)),
            };
            self.note(&target, trail);
        }
        self.note(&target, trail);
        Some(target)
    }

    fn note(&self, target: &Target, trail: &mut Vec<usize>) {
        let (Target::Module(module) | Target::Item(module)) = *target;
        let is_root = self.modules[module].parent.is_none();
        if trail.last() != Some(&module) && !(is_root && matches!(target, Target::Module(_))) {
            trail.push(module);
        }
    }

    /// What a name means in a module: a module in it, something it defines, something it imports.
    fn lookup(&self, module: usize, name: &str, trail: &mut Vec<usize>, seen: &mut Vec<(usize, String)>) -> Option<Target> {
        let place = &self.modules[module];
        if let Some(child) = place.children.get(name) {
            return Some(Target::Module(*child));
        }
        if place.items.contains(name) {
            return Some(Target::Item(module));
        }
        let step = (module, name.to_owned());
        if seen.contains(&step) {
            return None;
        }
        seen.push(step);
        let length = trail.len();
        if place.parent.is_some() {
            trail.push(module);
        }
        let mut found = None;
        for import in place.imports.iter().filter(|import| import.alias.as_deref() == Some(name)) {
            found = found.or_else(|| self.resolve(module, &import.path.segments, trail, seen));
        }
        for glob in place.imports.iter().filter(|import| import.alias.is_none()) {
            found = found.or_else(|| match self.resolve(module, &glob.path.segments, trail, seen)? {
                Target::Module(other) => self.lookup(other, name, trail, seen),
                Target::Item(_) => None,
            });
        }
        seen.pop();
        if found.is_none() {
            trail.truncate(length);
        }
        found
    }
}

/// All `.rs` files below a folder, by their path there.
pub fn source_files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    read_files(folder, "", &mut files);
    files
}

fn read_files(folder: &Path, above: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{above}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            read_files(&path, &format!("{name}/"), files);
        } else if name.ends_with(".rs") {
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// The groups of nodes that can all be reached from each other, by name; single ones are left out.
pub fn cycles(graph: &Graph) -> Vec<Vec<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> = graph.keys().map(|node| (node, reachable(graph, node))).collect();
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for (node, others) in &reached {
        let back = |other: &&&String| reached.get(**other).is_some_and(|others| others.contains(*node));
        let group: Vec<String> = others.iter().filter(back).map(|other| (*other).clone()).collect();
        if group.len() > 1 {
            found.insert(group);
        }
    }
    found.into_iter().collect()
}

/// What can be reached from a node by at least one step.
pub fn reachable<'a>(graph: &'a Graph, from: &str) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&String> = graph.get(from).into_iter().flatten().collect();
    while let Some(node) = open.pop() {
        if reached.insert(node) {
            open.extend(graph.get(node).into_iter().flatten());
        }
    }
    reached
}
