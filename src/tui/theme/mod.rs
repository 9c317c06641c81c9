//! Themes: one style for each meaning. Nothing else names a colour. `style` has the styles, `themes` the set of themes, `file` reads a
//! theme file, `folder` finds the changed files of the user's own themes, `depth` maps to fewer colours and `contrast` says
//! what can be read.

mod contrast;
mod depth;
mod error;
mod file;
mod folder;
mod style;
#[cfg(test)]
mod tests;
mod themes;

pub use depth::{ColourDepth, is_ascii_terminal, is_light};
pub use error::ThemeError;
pub use file::Background;
pub use folder::{ThemeChanges, ThemeFolder};
pub use style::{Styles, Theme};
pub use themes::Themes;
