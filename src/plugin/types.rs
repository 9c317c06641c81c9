//! The plugins that come with the program, and the TypeScript declarations of their API.

/// The declarations of the API of plugins, for editors and for the documentation.
pub const TYPES: &str = include_str!("../../plugins/ocpp-tui.d.ts");

const PLUGINS: [(&str, &str); 5] = [
    ("cbxs-automatic-mode", include_str!("../../plugins/cbxs-automatic-mode.js")),
    ("cs-example", include_str!("../../plugins/cs-example.js")),
    ("helloworld", include_str!("../../plugins/helloworld.js")),
    ("reject-boot", include_str!("../../plugins/reject-boot.js")),
    ("slow-answers", include_str!("../../plugins/slow-answers.js")),
];

/// The text of a plugin of the program.
pub(super) fn text(name: &str) -> Option<&'static str> {
    PLUGINS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The names of the plugins of the program.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PLUGINS.iter().map(|(name, _)| *name)
}
