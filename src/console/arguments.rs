//! Sorting the words of a line by what they are: arguments, options, assignments, targets. What they mean together is for `build`.

use super::command::{Assignment, PayloadStep};
use super::error::{CommandError, UsageFault, short};
use super::table::{ArgumentStyle, CommandSpec, OptionSpec};
use super::target::Target;
use super::token::{Spanned, Word, unquote};

/// The words of a line, sorted.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    /// The command.
    pub spec: &'a CommandSpec,
    /// The arguments that came first, as typed.
    pub positionals: Vec<Word<'a>>,
    /// The options with their values, as typed.
    options: Vec<(&'static OptionSpec, Word<'a>)>,
    /// The assignments and whole payloads.
    pub steps: Vec<PayloadStep>,
    /// `@target`.
    pub at_target: Option<Target>,
    /// The bare words that the command understands.
    pub words: Vec<Spanned<&'static str>>,
    /// Where the line ends.
    end: usize,
}

impl<'a> Arguments<'a> {
    /// Sorts the words behind the command's name.
    pub fn sort(spec: &'a CommandSpec, words: &[Word<'a>], end: usize) -> Result<Arguments<'a>, CommandError> {
        let mut arguments = Arguments {
            spec,
            positionals: Vec::new(),
            options: Vec::new(),
            steps: Vec::new(),
            at_target: None,
            words: Vec::new(),
            end,
        };
        let mut words = words.iter().peekable();
        for positional in spec.positionals {
            if positional.behind.is_some_and(|before| arguments.positionals.last().is_none_or(|word| word.value != before)) {
                continue;
            }
            match words.next_if(|word| !word.value.starts_with('-')) {
                Some(word) => arguments.positionals.push(word.clone()),
                None if positional.optional => {}
                None => return Err(arguments.missing(positional.name)),
            }
        }
        while let Some(word) = words.next() {
            if word.value.starts_with('-') {
                let option = spec
                    .options
                    .iter()
                    .find(|option| option.flag == word.value)
                    .ok_or_else(|| arguments.usage(UsageFault::UnknownOption(short(word.value)), word))?;
                let value = match option.value {
                    None => word.clone(),
                    Some(_) => words
                        .next_if(|value| !value.value.starts_with('-'))
                        .cloned()
                        .ok_or_else(|| arguments.usage(UsageFault::MissingValue(option.flag), word))?,
                };
                arguments.options.push((option, value));
            } else {
                arguments.free_word(word)?;
            }
        }
        Ok(arguments)
    }

    fn free_word(&mut self, word: &Word<'a>) -> Result<(), CommandError> {
        let payload = self.spec.takes == ArgumentStyle::Payload;
        let start = word.span.start;
        if payload && word.value.starts_with('{') {
            self.steps.push(PayloadStep::Whole(Spanned::new(word.value.to_owned(), word.span.clone())));
            return Ok(());
        }
        if let Some((name, value)) = word.value.split_once('=')
            && self.spec.takes != ArgumentStyle::Nothing
            && !name.is_empty()
        {
            self.steps.push(PayloadStep::Assign(Assignment {
                path: Spanned::new(name.to_owned(), start..start + name.len()),
                value: Spanned::new(value.to_owned(), start + name.len() + 1..word.span.end),
            }));
            return Ok(());
        }
        if let Some(name) = word.value.strip_prefix('@') {
            let name = unquote(name);
            if payload && names_a_file(&name) {
                self.steps.push(PayloadStep::File(Spanned::new(name, word.span.clone())));
                return Ok(());
            }
            if self.spec.at_target
                && self.at_target.is_none()
                && let Some(target) = at_target(word.value)
            {
                self.at_target = Some(target);
                return Ok(());
            }
        }
        match self.spec.words.iter().find(|known| **known == word.value) {
            Some(known) => self.words.push(Spanned::new(*known, word.span.clone())),
            None => return Err(self.usage(UsageFault::Unexpected(short(word.value)), word)),
        }
        Ok(())
    }

    /// The value of an option as typed; the last one when it stands there twice.
    pub fn raw(&self, flag: &str) -> Option<&Word<'a>> {
        self.options.iter().rev().find(|(option, _)| option.flag == flag).map(|(_, value)| value)
    }

    /// The value of an option without its quotes.
    pub fn text(&self, flag: &str) -> Option<String> {
        self.raw(flag).map(|word| unquote(word.value))
    }

    /// Whether an option is there.
    pub fn has(&self, flag: &str) -> bool {
        self.raw(flag).is_some()
    }

    /// An error about a word.
    pub fn usage(&self, fault: UsageFault, word: &Word<'_>) -> CommandError {
        CommandError::Usage { command: self.spec.name.to_string(), usage: self.spec.usage(), fault, span: word.span.clone() }
    }

    /// An error about something that is not there.
    pub fn missing(&self, what: &'static str) -> CommandError {
        self.usage(UsageFault::Missing(what), &Spanned::new("", self.end..self.end))
    }
}

/// A target as it stands alone in a line: `@all`, `@marked`, `@filter`, `@CP1,CP2`, or the same without the sign.
pub(super) fn at_target(word: &str) -> Option<Target> {
    match word {
        "@all" | "@marked" | "@filter" => Target::parse(word),
        _ => Target::parse(&unquote(word.strip_prefix('@').unwrap_or(word))),
    }
}

/// Whether what follows `@` is a file: it has a folder, or it ends as JSON files do.
fn names_a_file(name: &str) -> bool {
    name.contains(['/', '\\']) || name.to_ascii_lowercase().ends_with(".json")
}
