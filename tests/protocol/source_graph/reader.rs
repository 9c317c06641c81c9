//! The walk through one file: what it defines, imports and names.

use std::collections::BTreeMap;

use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, Meta, UseTree, Visibility};

use super::{Import, Module, NamedPath, Sources};

/// Walks through one file.
pub struct Reader<'a> {
    sources: &'a mut Sources,
    files: &'a BTreeMap<String, String>,
    module: usize,
    /// Whether this part is compiled for tests only.
    is_test: bool,
    /// How many blocks of code it is in.
    blocks: usize,
}

impl<'a> Reader<'a> {
    pub fn new(sources: &'a mut Sources, files: &'a BTreeMap<String, String>, module: usize, is_test: bool) -> Reader<'a> {
        Reader { sources, files, module, is_test, blocks: 0 }
    }

    fn here(&mut self) -> &mut Module {
        &mut self.sources.modules[self.module]
    }

    fn use_path(&mut self, segments: Vec<String>) {
        let is_test = self.is_test;
        self.here().paths.push(NamedPath { segments, is_test });
    }

    /// Goes on with whether something with these attributes is compiled for tests only.
    fn within(&mut self, attributes: &[Attribute], go_on: impl FnOnce(&mut Self)) {
        let before = self.is_test;
        self.is_test |= attributes.iter().any(is_for_tests);
        go_on(self);
        self.is_test = before;
    }

    fn define(&mut self, item: &Item) {
        let (name, visibility) = match item {
            Item::Struct(item) => (&item.ident, Some(&item.vis)),
            Item::Enum(item) => (&item.ident, Some(&item.vis)),
            Item::Union(item) => (&item.ident, Some(&item.vis)),
            Item::Trait(item) => (&item.ident, Some(&item.vis)),
            Item::Type(item) => (&item.ident, Some(&item.vis)),
            Item::Fn(item) => (&item.sig.ident, None),
            Item::Const(item) => (&item.ident, None),
            Item::Static(item) => (&item.ident, None),
            Item::Macro(syn::ItemMacro { ident: Some(name), .. }) => (name, None),
            _ => return,
        };
        let name = name.to_string();
        if visibility.is_some_and(leaves_its_file) && !self.is_test {
            let file = self.here().file.clone();
            self.sources.types.entry(name.clone()).or_default().push(file);
        }
        self.here().items.insert(name);
    }

    fn import(&mut self, tree: &UseTree, above: &[String], is_reexport: bool) {
        let is_test = self.is_test;
        let below = |name: &syn::Ident| [above, &[name.to_string()]].concat();
        let mut add = |mut segments: Vec<String>, mut alias: Option<String>| {
            // `use a::{self}` is `use a`.
            if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
                segments.pop();
                alias = alias.filter(|alias| alias != "self").or_else(|| segments.last().cloned());
            }
            self.here().imports.push(Import { path: NamedPath { segments, is_test }, alias, is_reexport });
        };
        match tree {
            UseTree::Name(leaf) => add(below(&leaf.ident), Some(leaf.ident.to_string())),
            UseTree::Rename(leaf) => add(below(&leaf.ident), Some(leaf.rename.to_string())),
            UseTree::Glob(_) => add(above.to_vec(), None),
            UseTree::Path(path) => self.import(&path.tree, &below(&path.ident), is_reexport),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, above, is_reexport);
                }
            }
        }
    }

    /// A module in its own file or in this one.
    fn enter(&mut self, item: &syn::ItemMod) {
        let name = item.ident.to_string();
        let (file, folder, is_test) = (self.here().file.clone(), self.here().folder.clone(), self.is_test);
        let Some((_, items)) = &item.content else {
            let stated = stated_path(&item.attrs).map(|path| format!("{}{path}", folder_of(&file)));
            let (flat, deep) = (format!("{folder}{name}.rs"), format!("{folder}{name}/mod.rs"));
            let file = stated.unwrap_or(if self.files.contains_key(&deep) { deep } else { flat });
            let module = self.sources.add(&name, Some(self.module), file, format!("{folder}{name}/"), is_test);
            self.sources.parse(module, self.files);
            return;
        };
        let module = self.sources.add(&name, Some(self.module), file, format!("{folder}{name}/"), is_test);
        let above = std::mem::replace(&mut self.module, module);
        for item in items {
            self.visit_item(item);
        }
        self.module = above;
    }

    /// The paths among the tokens of a macro; what follows a dot is a field or a method.
    fn scan(&mut self, mut at: Cursor<'_>) {
        let (mut after_dot, mut path) = (false, Vec::new());
        while !at.eof() {
            if let Some((name, rest)) = at.ident() {
                if !path.is_empty() || !after_dot {
                    path.push(name.to_string());
                }
                (at, after_dot) = (rest, false);
                if let Some(rest) = double_colon(at).filter(|rest| !path.is_empty() && rest.ident().is_some()) {
                    at = rest;
                } else if !path.is_empty() {
                    self.use_path(std::mem::take(&mut path));
                }
            } else if let Some((inside, _, _, rest)) = at.any_group() {
                self.scan(inside);
                (at, after_dot) = (rest, false);
            } else if let Some((_, rest)) = at.token_tree() {
                after_dot = at.punct().is_some_and(|(punct, _)| punct.as_char() == '.');
                at = rest;
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        self.within(attributes(item), |reader| {
            if reader.blocks == 0 {
                reader.define(item);
            }
            match item {
                Item::Use(item) if item.leading_colon.is_none() => {
                    let is_reexport = !matches!(item.vis, Visibility::Inherited);
                    reader.import(&item.tree, &[], is_reexport);
                }
                Item::Use(_) => {}
                Item::Mod(item) => reader.enter(item),
                item => visit::visit_item(reader, item),
            }
        });
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Fn(item) => &item.attrs[..],
            ImplItem::Const(item) => &item.attrs[..],
            _ => &[],
        };
        self.within(attributes, |reader| visit::visit_impl_item(reader, item));
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.blocks += 1;
        visit::visit_block(self, block);
        self.blocks -= 1;
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.use_path(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'ast syn::Macro) {
        self.visit_path(&invoked.path);
        self.scan(TokenBuffer::new2(invoked.tokens.clone()).begin());
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn double_colon(at: Cursor<'_>) -> Option<Cursor<'_>> {
    let (first, rest) = at.punct()?;
    let (second, rest) = rest.punct()?;
    (first.as_char() == ':' && second.as_char() == ':').then_some(rest)
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether it is `#[cfg(test)]`.
fn is_for_tests(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    }
}

/// The file that `#[path = "…"]` names.
fn stated_path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("path") => match &meta.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

fn folder_of(file: &str) -> &str {
    file.rfind('/').map_or("", |at| &file[..=at])
}

fn leaves_its_file(visibility: &Visibility) -> bool {
    match visibility {
        Visibility::Public(_) => true,
        Visibility::Restricted(restricted) => !restricted.path.is_ident("self"),
        Visibility::Inherited => false,
    }
}
