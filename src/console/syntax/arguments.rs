//! Sorting the words of a line by what they are: arguments, options, assignments, targets; and reading single values. What they mean
//! together is for the commands.

use std::iter::Peekable;

use super::edit::{Assignment, PayloadStep};
use super::error::{CommandError, UsageFault, short};
use super::grammar::Grammar;
use super::spec::{ArgumentStyle, CommandSpec, OptionSpec, Positional, id_flag};
use super::target::Target;
use super::token::{Spanned, Word, unquote};
use crate::ocpp::{Role, Version};

/// What is wanted where a station may be named.
const TARGETS: &str = "an identity, a list, a pattern, a group, @all, @marked or @filter";

/// A line whose command is known and whose other words are not sorted yet.
#[derive(Debug, Clone, Copy)]
pub struct CommandWords<'a> {
    /// The command.
    pub spec: &'a CommandSpec,
    /// All commands.
    pub grammar: &'a Grammar,
    /// The whole line.
    pub line: &'a str,
    /// The words behind the name of the command.
    pub words: &'a [Word<'a>],
    /// Where the name ends, in bytes of the line.
    pub name_end: usize,
}

impl<'a> CommandWords<'a> {
    /// The words, sorted.
    ///
    /// # Errors
    /// When they do not fit the command.
    pub fn sorted(&self) -> Result<Arguments<'a>, CommandError> {
        Arguments::sort(self.spec, self.words, self.line.len())
    }

    /// Everything behind the name, as one word.
    pub fn rest(&self) -> Word<'a> {
        Spanned::new(&self.line[self.name_end..], self.name_end..self.line.len())
    }
}

/// The words of a line, sorted.
#[derive(Debug)]
pub struct Arguments<'a> {
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
        let positionals = spec.positionals_beside(words);
        let mut words = words.iter().peekable();
        for positional in positionals {
            // The target of a command may come before its action.
            while let Some(word) = words.next_if(|word| spec.station_option(word.value).is_some()) {
                arguments.option(word, &mut words)?;
            }
            arguments.positional(positional, &mut words)?;
        }
        while let Some(word) = words.next() {
            if word.value.starts_with('-') {
                arguments.option(word, &mut words)?;
            } else {
                arguments.free_word(word)?;
            }
        }
        Ok(arguments)
    }

    fn positional<'b>(
        &mut self,
        positional: &'static Positional,
        words: &mut Peekable<impl Iterator<Item = &'b Word<'a>>>,
    ) -> Result<(), CommandError>
    where
        'a: 'b,
    {
        if positional.behind.is_some_and(|before| self.positionals.last().is_none_or(|word| word.value != before)) {
            return Ok(());
        }
        // A value with a name, as in `as=cs`, is none of the optional words: those have no sign of equality.
        let is_named = |word: &Word<'_>| {
            let name = word.value.split_once('=').map(|(name, _)| name);
            positional.optional && name.is_some_and(|name| self.spec.named.iter().any(|named| named.name == name))
        };
        match words.next_if(|word| !word.value.starts_with('-') && !is_named(word)) {
            Some(word) => self.positionals.push(word.clone()),
            None if positional.optional => {}
            None => return Err(self.missing(positional.name)),
        }
        Ok(())
    }

    /// Takes an option with its value.
    fn option<'b>(
        &mut self,
        word: &Word<'a>,
        words: &mut Peekable<impl Iterator<Item = &'b Word<'a>>>,
    ) -> Result<(), CommandError>
    where
        'a: 'b,
    {
        let option = self.spec.option(word.value);
        let option = option.ok_or_else(|| self.usage(UsageFault::UnknownOption(short(word.value)), word))?;
        let value = match option.value {
            None => word.clone(),
            Some(_) => words
                .next_if(|value| !value.value.starts_with('-'))
                .cloned()
                .ok_or_else(|| self.usage(UsageFault::MissingValue(option.flag), word))?,
        };
        self.options.push((option, value));
        Ok(())
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

    /// The values of an option that may be repeated, as typed.
    pub fn all(&self, flag: &str) -> impl Iterator<Item = &Word<'a>> {
        self.options.iter().filter(move |(option, _)| option.flag == flag).map(|(_, value)| value)
    }

    /// The value of an option without its quotes.
    pub fn text(&self, flag: &str) -> Option<String> {
        self.raw(flag).map(|word| unquote(word.value))
    }

    /// Whether an option is there.
    pub fn has(&self, flag: &str) -> bool {
        self.raw(flag).is_some()
    }

    /// The versions behind `-p`.
    pub fn versions(&self) -> Result<Option<Vec<Version>>, CommandError> {
        let all = |text: &str| text.split(',').map(Version::parse).collect::<Option<Vec<Version>>>();
        self.raw("-p").map(|word| read(word, "-p", "a list of ocpp1.2, ocpp1.5 and ocpp1.6", all)).transpose()
    }

    /// The role whose option names a station, if one does.
    pub fn role_of_target(&self) -> Option<Role> {
        [Role::ChargePoint, Role::CentralSystem].into_iter().find(|role| self.has(id_flag(*role)))
    }

    /// The target behind an option, that of this role first.
    pub fn named_target(&self, role: Role) -> Result<Option<Target>, CommandError> {
        let named = [role, role.peer()].map(id_flag).into_iter().find_map(|flag| Some((flag, self.raw(flag)?)));
        named.map(|(flag, word)| read(word, flag, TARGETS, Target::parse)).transpose()
    }

    /// The target of a command that we run in this role: behind the option, at the sign, or as an argument.
    pub fn target(&self, role: Role) -> Result<Target, CommandError> {
        match (self.named_target(role)?, &self.at_target, self.positionals.first()) {
            (Some(target), _, _) => Ok(target),
            (None, Some(target), _) => Ok(target.clone()),
            (None, None, Some(word)) => positional_target(word),
            (None, None, None) => Ok(Target::TheOnly),
        }
    }

    /// Takes an assignment that belongs to the command and not to the payload out of the steps; the last one when there are more.
    pub fn take_named(&mut self, name: &str) -> Option<Spanned<String>> {
        let mut taken = None;
        self.steps.retain(|step| match step {
            PayloadStep::Assign(assignment) if assignment.path.value == name => {
                taken = Some(assignment.value.clone());
                false
            }
            _ => true,
        });
        taken
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

/// Reads a word without its quotes. `name` is the argument or option, `wanted` what its value is, with the article.
pub fn read<T>(
    word: &Word<'_>,
    name: &'static str,
    wanted: &'static str,
    reader: impl FnOnce(&str) -> Option<T>,
) -> Result<T, CommandError> {
    reader(&unquote(word.value)).ok_or_else(|| CommandError::BadArgument {
        name,
        wanted: wanted.to_owned(),
        span: word.span.clone(),
    })
}

/// The target that an argument is.
pub fn positional_target(word: &Word<'_>) -> Result<Target, CommandError> {
    at_target(word.value).ok_or_else(|| CommandError::BadArgument {
        name: "<target>",
        wanted: TARGETS.to_owned(),
        span: word.span.clone(),
    })
}

/// A target as it stands alone in a line: `@all`, `@marked`, `@filter`, `@CP1,CP2`, or the same without the sign.
fn at_target(word: &str) -> Option<Target> {
    match word {
        "@all" | "@marked" | "@filter" => Target::parse(word),
        _ => Target::parse(&unquote(word.strip_prefix('@').unwrap_or(word))),
    }
}

/// Whether what follows `@` is a file: it has a folder, or it ends as JSON files do.
fn names_a_file(name: &str) -> bool {
    name.contains(['/', '\\']) || name.to_ascii_lowercase().ends_with(".json")
}
