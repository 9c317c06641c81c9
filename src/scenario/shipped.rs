//! The scenarios that come with the program, which need no files beside it. Their paths begin with `shipped:`, so that they are never those
//! of files; what they hold is the executable's.

use std::path::{Component, Path, PathBuf};

use crate::ocpp::suggest;

/// The first part of the paths of shipped files.
pub const SHIPPED: &str = "shipped:";

/// The files that come with the program: their paths below the folder of scenarios, with slashes, and their texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct ShippedFiles(pub &'static [(&'static str, &'static str)]);

impl ShippedFiles {
    /// The scenarios that a path names: a file or a folder of them, with or without the first part. Files in folders called `lib` are none,
    /// unless they are named.
    pub(super) fn find(self, named: &Path) -> Vec<PathBuf> {
        // `./core.js` is a file of the user and nothing else.
        let plain = matches!(named.components().next(), Some(Component::Normal(_)));
        let below = || plain.then(|| key(&Path::new(SHIPPED).join(named))).flatten();
        let Some(wanted) = key(named).or_else(below) else { return Vec::new() };
        let inside = |name: &str| {
            let rest = if wanted.is_empty() { Some(name) } else { name.strip_prefix(&wanted)?.strip_prefix('/') };
            Some(rest?.split('/').all(|part| part != "lib"))
        };
        let script = |name: &&str| Path::new(name).extension().is_some_and(|ending| ending == "js");
        let names = self.0.iter().map(|(name, _)| *name).filter(script);
        let mut found: Vec<PathBuf> = names
            .filter(|name| *name == wanted || inside(name) == Some(true))
            .map(|name| std::iter::once(SHIPPED).chain(name.split('/')).collect())
            .collect();
        found.sort();
        found
    }

    /// The shipped file or folder with the most similar path.
    pub(super) fn similar(self, named: &str) -> Option<String> {
        let paths = self.0.iter().flat_map(|(name, _)| {
            let folders = name.match_indices('/').map(|(at, _)| &name[..at]);
            folders.chain(std::iter::once(*name))
        });
        suggest(named.trim_start_matches("shipped:/"), paths).map(str::to_owned)
    }

    /// The text of a shipped file.
    pub(super) fn text(self, path: &Path) -> Option<&'static str> {
        let wanted = key(path)?;
        self.0.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text)
    }
}

/// Whether a path is that of a shipped file.
pub(super) fn is_shipped(path: &Path) -> bool {
    key(path).is_some()
}

/// The name of a shipped file; `None` for a path that is none of one.
fn key(path: &Path) -> Option<String> {
    let mut parts = path.components();
    if parts.next()?.as_os_str() != SHIPPED {
        return None;
    }
    let mut names: Vec<&str> = Vec::new();
    for part in parts {
        match part {
            Component::Normal(name) => names.push(name.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => {
                names.pop()?;
            }
            Component::Prefix(_) | Component::RootDir => return None,
        }
    }
    Some(names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: ShippedFiles = ShippedFiles(&[
        ("certification/charge-point/tc-2.js", "two"),
        ("certification/charge-point/tc-1.js", "one"),
        ("certification/lib/shared.js", "lib"),
        ("cs.js", "cs"),
        ("types.d.ts", "types"),
    ]);

    fn found(named: &str) -> Vec<String> {
        FILES.find(Path::new(named)).iter().map(|path| path.to_str().unwrap().replace('\\', "/")).collect()
    }

    #[test]
    fn folders_and_files_are_found_by_name() {
        let cases = ["shipped:/certification/charge-point/tc-1.js", "shipped:/certification/charge-point/tc-2.js"];
        assert_eq!(found("certification"), cases);
        assert_eq!(found("certification/charge-point/"), cases);
        assert_eq!(found("shipped:/certification"), cases);
        assert_eq!(found(cases[0]), cases[..1]);
        assert_eq!(found("certification/lib/shared.js"), ["shipped:/certification/lib/shared.js"]);
        assert_eq!(found("shipped:").len(), 3);
        for other in ["cert", "./certification", "/certification", "types.d.ts", "../cs.js", ""] {
            assert_eq!(found(other), [""; 0], "{other}");
        }
    }

    #[test]
    fn a_path_with_detours_leads_to_the_text_and_never_out() {
        let text = |path: &str| FILES.text(Path::new(path));
        assert_eq!(text("shipped:/certification/charge-point/../lib/./shared.js"), Some("lib"));
        assert_eq!(text("shipped:/../cs.js"), None);
        assert_eq!(text("cs.js"), None);
    }
}
