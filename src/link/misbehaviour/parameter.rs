//! The parameters of misbehaviours: names, what their values are, how a value is read and written. Which misbehaviour has which is in
//! `table`.

use std::fmt;
use std::time::Duration;

/// A parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisbehaviourParameter {
    /// The status of an HTTP answer.
    Status,
    /// The value of `Retry-After`, in seconds.
    RetryAfter,
    /// The value of `Location`.
    Location,
    /// The value of `WWW-Authenticate`.
    Challenge,
    /// The name of something that is agreed on.
    Name,
    /// The code of a close frame.
    Code,
    /// The reason in a close frame.
    Reason,
    /// How long nothing is sent at first.
    Delay,
    /// The time between two bytes.
    Pause,
    /// A number of bytes.
    Size,
    /// How many frames are sent.
    Count,
    /// The version of the WebSocket protocol.
    Version,
    /// The host in the header `Host`.
    Host,
    /// The path of a request.
    Path,
}

/// What the values of a parameter are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterForm {
    /// A whole number between these.
    Number(u64, u64),
    /// A length of time.
    Time,
    /// A text that can stand in a header.
    Text,
}

/// A parameter as it is written.
#[derive(Debug, Clone, Copy)]
pub struct ParameterSpec {
    /// Which.
    pub parameter: MisbehaviourParameter,
    /// Its name.
    pub name: &'static str,
    /// What its value is, with the article.
    pub wanted: &'static str,
    /// What its values are.
    pub form: ParameterForm,
}

const fn row(parameter: MisbehaviourParameter, name: &'static str, wanted: &'static str, form: ParameterForm) -> ParameterSpec {
    ParameterSpec { parameter, name, wanted, form }
}

/// The number of parameters.
pub const PARAMETER_COUNT: usize = 14;

/// All parameters.
pub const PARAMETERS: [ParameterSpec; PARAMETER_COUNT] = {
    use MisbehaviourParameter as P;
    use ParameterForm::{Number, Text, Time};
    [
        row(P::Status, "status", "a status of HTTP from 200 to 599", Number(200, 599)),
        row(P::RetryAfter, "retry_after", "a number of seconds", Number(0, 4_294_967_295)),
        row(P::Location, "location", "a URL", Text),
        row(P::Challenge, "challenge", "the value of WWW-Authenticate", Text),
        row(P::Name, "name", "a name", Text),
        row(P::Code, "code", "a close code from 0 to 65535", Number(0, 65_535)),
        row(P::Reason, "reason", "a text", Text),
        row(P::Delay, "delay", "a length of time, as in 2s or 500ms", Time),
        row(P::Pause, "pause", "a length of time, as in 2s or 500ms", Time),
        row(P::Size, "size", "a number of bytes up to 1073741824", Number(1, 1 << 30)),
        row(P::Count, "count", "a number up to 100000", Number(1, 100_000)),
        row(P::Version, "version", "a version of the WebSocket protocol", Number(0, 255)),
        row(P::Host, "host", "a name of a host", Text),
        row(P::Path, "path", "a path that begins with /", Text),
    ]
};

impl MisbehaviourParameter {
    /// How it is written.
    pub fn spec(self) -> &'static ParameterSpec {
        &PARAMETERS[self as usize] // in the order of the enum; a test holds it
    }

    /// The parameter of this name.
    pub fn named(name: &str) -> Option<MisbehaviourParameter> {
        PARAMETERS.iter().find(|spec| spec.name == name).map(|spec| spec.parameter)
    }

    /// Reads a value; `read_time` reads a length of time. `None` when the text is none.
    pub fn read(self, text: &str, read_time: impl FnOnce(&str) -> Option<Duration>) -> Option<ParameterValue> {
        match self.spec().form {
            ParameterForm::Number(least, most) => {
                text.parse().ok().filter(|number| (least..=most).contains(number)).map(ParameterValue::Number)
            }
            ParameterForm::Time => read_time(text).map(ParameterValue::Time),
            ParameterForm::Text => {
                let fits = !text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
                let is_path = self != MisbehaviourParameter::Path || (text.starts_with('/') && !text.contains(' '));
                (fits && is_path).then(|| ParameterValue::Text(text.into()))
            }
        }
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// A number.
    Number(u64),
    /// A length of time.
    Time(Duration),
    /// A text.
    Text(Box<str>),
}

/// As it is typed, without quotes.
impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterValue::Number(number) => number.fmt(f),
            ParameterValue::Time(Duration::ZERO) => f.write_str("0s"),
            ParameterValue::Time(time) => write!(f, "{time:?}"),
            ParameterValue::Text(text) => f.write_str(text),
        }
    }
}
