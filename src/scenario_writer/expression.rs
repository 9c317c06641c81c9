//! JavaScript expressions as a tree, and their layout: on one line when they fit, and broken at fields and arguments
//! when they do not.

use serde_json::Value;

use super::literal::{key, quoted};

/// The limit of a line, in characters.
const WIDTH: usize = 110;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ScriptExpression {
    /// Code that is written as it stands: a number, a string, a matcher.
    Code(String),
    /// An array.
    List(Vec<ScriptExpression>),
    /// An object; the keys are as they are in JSON.
    Object(Vec<(String, ScriptExpression)>),
    /// A call of a function.
    Call(String, Vec<ScriptExpression>),
    /// A function that returns this object anew at each call.
    Anew(Box<ScriptExpression>),
    /// A function that evaluates this with `peer`, the link of the other end.
    WithPeer(Box<ScriptExpression>),
}

impl ScriptExpression {
    /// Code that is written as it stands.
    pub fn code(text: impl Into<String>) -> ScriptExpression {
        ScriptExpression::Code(text.into())
    }

    /// A string.
    pub fn text(text: &str) -> ScriptExpression {
        ScriptExpression::Code(quoted(text))
    }

    /// The value as it is.
    pub fn literal(value: &Value) -> ScriptExpression {
        match value {
            Value::String(text) => ScriptExpression::text(text),
            Value::Array(elements) => ScriptExpression::List(elements.iter().map(ScriptExpression::literal).collect()),
            Value::Object(fields) => ScriptExpression::Object(
                fields.iter().map(|(name, value)| (name.clone(), ScriptExpression::literal(value))).collect(),
            ),
            other => ScriptExpression::Code(other.to_string()),
        }
    }

    /// Whether it is an object without fields.
    pub fn is_empty_object(&self) -> bool {
        matches!(self, ScriptExpression::Object(fields) if fields.is_empty())
    }

    /// Whether its value depends on the time of its evaluation.
    pub fn depends_on_the_moment(&self) -> bool {
        match self {
            ScriptExpression::Code(code) => {
                code.contains("now()") && code.starts_with("new Date") || code.starts_with("bound.")
            }
            ScriptExpression::List(elements) | ScriptExpression::Call(_, elements) => {
                elements.iter().any(ScriptExpression::depends_on_the_moment)
            }
            ScriptExpression::Object(fields) => fields.iter().any(|(_, value)| value.depends_on_the_moment()),
            ScriptExpression::Anew(_) | ScriptExpression::WithPeer(_) => false,
        }
    }

    /// Whether it can be broken over lines.
    fn is_wide(&self) -> bool {
        match self {
            ScriptExpression::Code(_) => false,
            ScriptExpression::List(elements) => !elements.is_empty(),
            ScriptExpression::Object(fields) => !fields.is_empty(),
            ScriptExpression::Call(..) | ScriptExpression::Anew(_) | ScriptExpression::WithPeer(_) => true,
        }
    }

    /// Appends it to the last line of `out`, which is indented to this depth; `behind` characters will follow it.
    pub fn write(&self, out: &mut String, depth: usize, behind: usize) {
        let line = out.rfind('\n').map_or(0, |end| end + 1);
        let column = out[line..].chars().count();
        let short = self.on_one_line();
        if !self.is_wide() || column + short.chars().count() + behind <= WIDTH {
            out.push_str(&short);
            return;
        }
        match self {
            ScriptExpression::Code(_) => {}
            ScriptExpression::List(elements) => {
                out.push('[');
                each(elements.iter().map(|element| (String::new(), element)), out, depth);
                out.push(']');
            }
            ScriptExpression::Object(fields) => {
                out.push('{');
                each(fields.iter().map(|(name, value)| (format!("{}: ", key(name)), value)), out, depth);
                out.push('}');
            }
            ScriptExpression::Call(callee, arguments) => {
                out.push_str(callee);
                out.push('(');
                match arguments.split_last() {
                    // The last argument may begin on this line when it is the only one that must be broken.
                    Some((last, first))
                        if last.is_wide() && !first.iter().any(ScriptExpression::is_wide) && self.begins(column) =>
                    {
                        for argument in first {
                            out.push_str(&argument.on_one_line());
                            out.push_str(", ");
                        }
                        last.write(out, depth, behind + 1);
                    }
                    _ => each(arguments.iter().map(|argument| (String::new(), argument)), out, depth),
                }
                out.push(')');
            }
            ScriptExpression::Anew(made) => {
                out.push_str("() => (");
                made.write(out, depth, behind + 1);
                out.push(')');
            }
            ScriptExpression::WithPeer(done) => {
                out.push_str("(peer) => ");
                done.write(out, depth, behind);
            }
        }
    }

    /// Whether everything before the brace of the last argument fits on the line that begins with so many characters.
    fn begins(&self, column: usize) -> bool {
        fn beginning(expression: &ScriptExpression) -> usize {
            match expression {
                ScriptExpression::Call(callee, arguments) => {
                    let Some((last, first)) = arguments.split_last() else { return callee.len() };
                    let first: usize = first.iter().map(|one| one.on_one_line().chars().count() + 2).sum();
                    callee.len() + 1 + first + beginning(last)
                }
                ScriptExpression::WithPeer(done) => "(peer) => ".len() + beginning(done),
                _ => 1,
            }
        }
        column + beginning(self) <= WIDTH
    }

    fn on_one_line(&self) -> String {
        let joined =
            |elements: &[ScriptExpression]| elements.iter().map(ScriptExpression::on_one_line).collect::<Vec<_>>().join(", ");
        match self {
            ScriptExpression::Code(code) => code.clone(),
            ScriptExpression::List(elements) => format!("[{}]", joined(elements)),
            ScriptExpression::Object(fields) if fields.is_empty() => "{}".to_owned(),
            ScriptExpression::Object(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{}: {}", key(name), value.on_one_line())).collect();
                format!("{{ {} }}", fields.join(", "))
            }
            ScriptExpression::Call(callee, arguments) => format!("{callee}({})", joined(arguments)),
            ScriptExpression::Anew(made) => format!("() => ({})", made.on_one_line()),
            ScriptExpression::WithPeer(done) => format!("(peer) => {}", done.on_one_line()),
        }
    }
}

/// Appends each element on its own line, one level deeper, with a comma.
fn each<'a>(elements: impl Iterator<Item = (String, &'a ScriptExpression)>, out: &mut String, depth: usize) {
    for (lead, element) in elements {
        begin_line(out, depth + 1);
        out.push_str(&lead);
        element.write(out, depth + 1, 1);
        out.push(',');
    }
    begin_line(out, depth);
}

/// Begins a line with the indentation of this depth.
pub(super) fn begin_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(expression: &ScriptExpression) -> String {
        let mut out = String::from("  await ");
        expression.write(&mut out, 1, 1);
        out
    }

    #[test]
    fn a_short_expression_stays_on_one_line() {
        let call = ScriptExpression::Call(
            "cp.call".into(),
            vec![ScriptExpression::text("Reset"), ScriptExpression::literal(&json!({"type": "Soft"}))],
        );
        assert_eq!(written(&call), "  await cp.call('Reset', { type: 'Soft' })");
        assert_eq!(
            written(&ScriptExpression::literal(&json!({"a": [], "b": {}, "c-d": null}))),
            "  await { a: [], b: {}, 'c-d': null }"
        );
    }

    #[test]
    fn a_long_call_is_broken_at_its_last_argument_or_at_all() {
        let long = ScriptExpression::literal(&json!({"first": "x".repeat(60), "second": "y".repeat(60)}));
        let one = ScriptExpression::Call("f".into(), vec![ScriptExpression::text("A"), long.clone()]);
        let (x, y) = ("x".repeat(60), "y".repeat(60));
        assert_eq!(written(&one), format!("  await f('A', {{\n    first: '{x}',\n    second: '{y}',\n  }})"));
        let two = ScriptExpression::Call("f".into(), vec![long.clone(), ScriptExpression::literal(&json!({"z": 1}))]);
        assert_eq!(
            written(&two),
            format!("  await f(\n    {{\n      first: '{x}',\n      second: '{y}',\n    }},\n    {{ z: 1 }},\n  )")
        );
        let anew = ScriptExpression::Call("f".into(), vec![ScriptExpression::Anew(Box::new(long))]);
        assert_eq!(written(&anew), format!("  await f(() => ({{\n    first: '{x}',\n    second: '{y}',\n  }}))"));
    }
}
