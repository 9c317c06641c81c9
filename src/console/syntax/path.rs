//! The left side of `name=value`: `idTagInfo.status`, `values[0].timestamp`.

use thiserror::Error;

use crate::compose::PathStep;

/// Deeper paths lead nowhere in any version.
const DEEPEST: usize = 64;

/// Why a path cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PathError {
    /// A name is missing: `a..b`, `.a`, `a.`.
    #[error("a name is missing")]
    MissingName,
    /// A bracket holds no number, or is not closed.
    #[error("an index is a number in brackets, as in values[0]")]
    BadIndex,
    /// The path is absurdly long.
    #[error("the path is too deep")]
    TooDeep,
}

/// Reads a path.
pub fn parse(text: &str) -> Result<Vec<PathStep>, PathError> {
    let mut steps = Vec::new();
    for part in text.split('.') {
        let (name, mut indices) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        if name.is_empty() {
            return Err(PathError::MissingName);
        }
        steps.push(PathStep::Key(name.to_owned()));
        while !indices.is_empty() {
            let (index, rest) =
                indices.strip_prefix('[').and_then(|inside| inside.split_once(']')).ok_or(PathError::BadIndex)?;
            steps.push(PathStep::Index(index.parse().map_err(|_| PathError::BadIndex)?));
            indices = rest;
            if steps.len() > DEEPEST {
                return Err(PathError::TooDeep);
            }
        }
        if steps.len() > DEEPEST {
            return Err(PathError::TooDeep);
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> PathStep {
        PathStep::Key(name.to_owned())
    }

    #[test]
    fn paths_are_read() {
        assert_eq!(parse("idTag"), Ok(vec![key("idTag")]));
        assert_eq!(parse("idTagInfo.status"), Ok(vec![key("idTagInfo"), key("status")]));
        assert_eq!(
            parse("values[0].value[12].@unit"),
            Ok(vec![key("values"), PathStep::Index(0), key("value"), PathStep::Index(12), key("@unit")])
        );
        assert_eq!(parse("a[0][1]"), Ok(vec![key("a"), PathStep::Index(0), PathStep::Index(1)]));
    }

    #[test]
    fn paths_that_make_no_sense_are_refused() {
        for (text, error, message) in [
            ("a..b", PathError::MissingName, "a name is missing"),
            ("[0]", PathError::MissingName, "a name is missing"),
            ("a[x]", PathError::BadIndex, "an index is a number in brackets, as in values[0]"),
            ("a[0", PathError::BadIndex, "an index is a number in brackets, as in values[0]"),
            ("a[0]b", PathError::BadIndex, "an index is a number in brackets, as in values[0]"),
            (&"a.".repeat(100), PathError::TooDeep, "the path is too deep"),
        ] {
            let found = parse(text).unwrap_err();
            assert_eq!(found, error, "{text}");
            assert_eq!(found.to_string(), message);
        }
    }
}
