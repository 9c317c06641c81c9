//! All themes that there are: the embedded ones and those in the person's folder, which have the last word and are read again when
//! they change.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::file::{Background, ColourSource, ThemeFile, resolve};
use super::{Styles, Theme, ThemeError};

/// The embedded themes: name and text. The first is the default.
const EMBEDDED: [(&str, &str); 7] = [
    ("terminal", include_str!("../../../themes/terminal.toml")),
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../../themes/colour-blind.toml")),
    ("catppuccin", include_str!("../../../themes/catppuccin.toml")),
    ("gruvbox", include_str!("../../../themes/gruvbox.toml")),
];

/// The themes.
#[derive(Debug, Clone, Default)]
pub struct Themes {
    sources: Vec<ColourSource>,
    folder: Option<PathBuf>,
    /// When each file of the folder was changed, to notice that it was changed again.
    seen: Vec<(PathBuf, SystemTime)>,
    /// The background that the terminal probably has.
    light: bool,
}

impl Themes {
    /// The embedded ones.
    ///
    /// # Errors
    /// When one of them is broken, which a test rules out.
    pub fn embedded() -> Result<Themes, ThemeError> {
        let mut themes = Themes::default();
        for (name, text) in EMBEDDED {
            themes.put(name, text)?;
        }
        Ok(themes)
    }

    /// Adds the themes of a folder, which need not exist. Files that are no themes are told and left out.
    pub fn add_folder(&mut self, folder: PathBuf) -> Vec<ThemeError> {
        self.folder = Some(folder);
        self.reload().err().unwrap_or_default()
    }

    /// Reads the folder again when something in it has changed. True when it had.
    ///
    /// # Errors
    /// The files that are no themes.
    pub fn reload(&mut self) -> Result<bool, Vec<ThemeError>> {
        let Some(folder) = &self.folder else { return Ok(false) };
        let found = files(folder);
        if found == self.seen {
            return Ok(false);
        }
        let mut wrong = Vec::new();
        let before = std::mem::replace(&mut self.seen, found.clone());
        for (path, _) in found.iter().filter(|file| !before.contains(file)) {
            let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
            let (name, read) = (name.to_owned(), fs::read_to_string(path));
            let put = match read {
                Ok(text) => self.put(&name, &text),
                Err(error) => Err(ThemeError::unreadable(&name, 1, error.to_string())),
            };
            wrong.extend(put.err());
        }
        if wrong.is_empty() { Ok(true) } else { Err(wrong) }
    }

    /// Says whether the terminal has a light background, for themes that fit both.
    pub fn set_light(&mut self, light: bool) {
        self.light = light;
    }

    fn put(&mut self, name: &str, text: &str) -> Result<(), ThemeError> {
        let source = ColourSource { name: name.to_owned(), text: text.to_owned(), file: ThemeFile::parse(name, text)? };
        match self.sources.iter_mut().find(|known| known.name == name) {
            Some(known) => *known = source,
            None => self.sources.push(source),
        }
        Ok(())
    }

    /// The names of all themes; one with a palette for each background has two.
    pub fn names(&self) -> Vec<String> {
        let names = self.sources.iter().flat_map(|source| {
            let suffixes = if source.file.is_pair() { ["-dark", "-light"].as_slice() } else { &[""] };
            suffixes.iter().map(|suffix| format!("{}{suffix}", source.name))
        });
        names.collect()
    }

    /// Whether a theme lies in the person's folder, where it may change.
    pub fn is_own(&self, name: &str) -> bool {
        let file = |path: &Path| path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
        self.seen.iter().any(|(path, _)| file(path).is_some_and(|stem| name.starts_with(&stem)))
    }

    /// Finds a theme by its name. The name of a pair without a background means the one for the terminal's background.
    ///
    /// # Errors
    /// When there is none, or its file cannot be understood.
    pub fn named(&self, name: &str) -> Result<Theme, ThemeError> {
        let usual = if self.light { Background::Light } else { Background::Dark };
        let exact = self.find(name).map(|source| (source, source.file.is_pair().then_some(usual)));
        let (source, background) = exact.or_else(|| self.variant(name)).ok_or_else(|| self.unknown(name))?;
        let mut styles = Styles::default();
        resolve(source, background, |parent| self.find(parent), Styles::NAMES, |style, value| styles.set(style, value))?;
        let (name, pair) = match background {
            Some(background) => (
                format!("{}{}", source.name, background.suffix()),
                Some(format!("{}{}", source.name, background.other().suffix())),
            ),
            None => (source.name.clone(), source.file.pair.clone()),
        };
        Ok(Theme { name, description: source.file.description.clone(), pair, styles })
    }

    fn find(&self, name: &str) -> Option<&ColourSource> {
        self.sources.iter().find(|source| source.name == name)
    }

    fn variant(&self, name: &str) -> Option<(&ColourSource, Option<Background>)> {
        [Background::Dark, Background::Light].into_iter().find_map(|background| {
            let source = self.find(name.strip_suffix(background.suffix())?)?;
            source.file.is_pair().then_some((source, Some(background)))
        })
    }

    fn unknown(&self, name: &str) -> ThemeError {
        let known: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
        ThemeError::Unknown { name: name.to_owned(), known: known.join(", ") }
    }
}

/// The theme files of a folder with the times of their last change, in the order of their names.
fn files(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let toml = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut files: Vec<_> =
        toml.filter_map(|path| fs::metadata(&path).and_then(|facts| facts.modified()).ok().map(|time| (path, time))).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_themes_come_from_a_folder_and_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.toml");
        let text = "description = \"Mine\"\ninherits = \"dark\"\n[palette]\naccent = \"#ff00ff\"\n";
        fs::write(&file, text).unwrap();
        let mut themes = Themes::embedded().unwrap();
        assert!(themes.add_folder(folder.path().to_owned()).is_empty());
        let mine = themes.named("mine").unwrap();
        assert_eq!(mine.styles.key.fg, Some("#ff00ff".parse().unwrap()));
        assert_eq!(mine.styles.base, themes.named("dark").unwrap().styles.base);
        assert!(themes.is_own("mine") && !themes.is_own("dark"));
        assert_eq!(themes.reload().ok(), Some(false));
        fs::write(&file, text.replace("#ff00ff", "nonsense")).unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        fs::File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
        assert_eq!(themes.reload().ok(), Some(true));
        let message = themes.named("mine").unwrap_err().to_string();
        assert!(message.contains("\"mine\"") && message.contains("line 4") && message.contains("nonsense"), "{message}");
    }

    #[test]
    fn a_folder_that_is_not_there_is_no_mistake() {
        let mut themes = Themes::embedded().unwrap();
        assert!(themes.add_folder("/no/such/folder".into()).is_empty());
    }

    #[test]
    fn a_pair_follows_the_background() {
        let mut themes = Themes::embedded().unwrap();
        assert_eq!(themes.named("gruvbox").unwrap().name, "gruvbox-dark");
        themes.set_light(true);
        let light = themes.named("gruvbox").unwrap();
        assert_eq!((light.name.as_str(), light.pair.as_deref()), ("gruvbox-light", Some("gruvbox-dark")));
        assert_eq!(themes.named("gruvbox-dark").unwrap().name, "gruvbox-dark");
        assert!(themes.named("dark-light").is_err());
    }
}
