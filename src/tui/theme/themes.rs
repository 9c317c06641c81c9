//! The set of themes: the embedded ones and those of the user's folder, which replace embedded ones of the same name.

use std::path::PathBuf;

use super::error::ThemeError;
use super::file::{Background, ColourSource, ThemeFile, resolve};
use super::folder::{ThemeChanges, ThemeFolder};
use super::style::{Styles, Theme};

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
    folder: Option<ThemeFolder>,
    /// The names of the files in the folder.
    own: Vec<String>,
    /// Whether the terminal probably has a light background.
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

    /// Adds the themes of a folder, which need not exist. Files that are no themes are returned as errors and left out. Blocks on the
    /// disk.
    pub fn add_folder(&mut self, folder: PathBuf) -> Vec<ThemeError> {
        let mut folder = ThemeFolder::new(folder);
        let changes = folder.check();
        self.folder = Some(folder);
        changes.map(|changes| self.apply(changes)).unwrap_or_default()
    }

    /// The folder as it was when it was added, to check it for changes.
    pub fn folder(&self) -> Option<&ThemeFolder> {
        self.folder.as_ref()
    }

    /// Takes over changed files. Those that are no themes are returned as errors and change nothing.
    pub fn apply(&mut self, changes: ThemeChanges) -> Vec<ThemeError> {
        self.own = changes.names;
        let mut errors = Vec::new();
        for file in changes.changed {
            let put = match file.text {
                Ok(text) => self.put(&file.name, &text),
                Err(error) => Err(ThemeError::unreadable(&file.name, 1, error.to_string())),
            };
            errors.extend(put.err());
        }
        errors
    }

    /// Sets whether the terminal has a light background, for themes with a palette for each.
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

    /// Whether a theme is in the user's folder, where it may change.
    pub fn is_own(&self, name: &str) -> bool {
        self.own.iter().any(|own| name.starts_with(own))
    }

    /// Finds a theme by its name. The name of a pair without a background means the one for the terminal's background.
    ///
    /// # Errors
    /// When there is none, or its file cannot be understood.
    pub fn named(&self, name: &str) -> Result<Theme, ThemeError> {
        let default = if self.light { Background::Light } else { Background::Dark };
        let exact = self.find(name).map(|source| (source, source.file.is_pair().then_some(default)));
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

impl Theme {
    /// Finds one of the embedded themes by name.
    ///
    /// # Errors
    /// When there is none; the message lists the themes.
    pub fn named(name: &str) -> Result<Theme, ThemeError> {
        Themes::embedded()?.named(name)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::SystemTime;

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
        let mut own = themes.folder().cloned().unwrap();
        assert!(own.check().is_none());
        fs::write(&file, text.replace("#ff00ff", "nonsense")).unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        fs::File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
        let changes = own.check().unwrap();
        assert!(themes.apply(changes).is_empty(), "a wrong colour is reported when the theme is used");
        assert!(own.check().is_none());
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
