//! The form in which a script returns an answer, made by `calls.js` of the JavaScript engine. Plugins and scenarios share it.

use std::time::Duration;

use serde_json::Value;

use super::Answer;
use crate::ocpp::ErrorCode;

/// The longest delay; longer ones are cut to it.
pub(crate) const LONGEST_DELAY: Duration = Duration::from_secs(86_400);

/// Why the form of an answer is invalid; the sentence is for the author of the script.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// The payload is no object.
    #[error("an answer is an object, also after toJSON")]
    NoObject,
    /// The code of an error is unknown.
    #[error("{code:?} is no error code; it is one of {known}")]
    UnknownCode {
        /// The code.
        code: String,
        /// The codes that exist.
        known: String,
    },
}

/// Reads the form of an answer, as `calls.js` makes it. Returns `None` when the script chose no answer. A delay without
/// an answer of its own delays `proposed`.
///
/// # Errors
/// When the form is no valid answer.
pub fn answer(form: Value, proposed: &Answer) -> Result<Option<Answer>, FormError> {
    let Value::Object(mut fields) = form else { return Ok(None) };
    let kind = fields.remove("kind");
    Ok(Some(match kind.as_ref().and_then(Value::as_str) {
        Some("result") => match fields.remove("payload") {
            Some(payload @ Value::Object(_)) => Answer::result(payload),
            _ => return Err(FormError::NoObject),
        },
        Some("error") => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
            let code = ErrorCode::parse(text("code")).ok_or_else(|| {
                let known: Vec<&str> = ErrorCode::in_use().map(ErrorCode::name).collect();
                FormError::UnknownCode { code: text("code").to_owned(), known: known.join(", ") }
            })?;
            Answer::Error { code, description: text("description").to_owned() }
        }
        Some("silence") => Answer::Silence,
        Some("delay") => {
            let millis = fields.get("milliseconds").and_then(Value::as_f64).unwrap_or(0.0).max(0.0);
            let delay = Duration::try_from_secs_f64(millis / 1000.0).unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY);
            let then = answer(fields.remove("answer").unwrap_or_default(), proposed)?;
            Answer::Delayed(delay, Box::new(then.unwrap_or_else(|| proposed.clone())))
        }
        _ => return Ok(None),
    }))
}
