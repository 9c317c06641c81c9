//! JavaScript as a tree, and how it is laid out: on one line where that is short enough, otherwise broken like a person breaks it.

use serde_json::Value;

use super::literal::{key, quoted};

/// How long a line may become.
const WIDTH: usize = 110;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// Code that is written as it stands: a number, a string, a matcher.
    Code(String),
    /// An array.
    List(Vec<Expression>),
    /// An object; the keys are as they are in JSON.
    Object(Vec<(String, Expression)>),
    /// A call of a function.
    Call(String, Vec<Expression>),
    /// A function that makes this object each time it is asked.
    Anew(Box<Expression>),
    /// A function that does this with `peer`, the link of the other end.
    WithPeer(Box<Expression>),
}

impl Expression {
    /// Code that is written as it stands.
    pub fn code(text: impl Into<String>) -> Expression {
        Expression::Code(text.into())
    }

    /// A string.
    pub fn text(text: &str) -> Expression {
        Expression::Code(quoted(text))
    }

    /// The value as it is.
    pub fn literal(value: &Value) -> Expression {
        match value {
            Value::String(text) => Expression::text(text),
            Value::Array(elements) => Expression::List(elements.iter().map(Expression::literal).collect()),
            Value::Object(fields) => {
                Expression::Object(fields.iter().map(|(name, value)| (name.clone(), Expression::literal(value))).collect())
            }
            other => Expression::Code(other.to_string()),
        }
    }

    /// Whether it is an object without fields.
    pub fn is_empty_object(&self) -> bool {
        matches!(self, Expression::Object(fields) if fields.is_empty())
    }

    /// Whether it means something else at another moment.
    pub fn depends_on_the_moment(&self) -> bool {
        match self {
            Expression::Code(code) => code.contains("now()") && code.starts_with("new Date") || code.starts_with("bound."),
            Expression::List(elements) | Expression::Call(_, elements) => {
                elements.iter().any(Expression::depends_on_the_moment)
            }
            Expression::Object(fields) => fields.iter().any(|(_, value)| value.depends_on_the_moment()),
            Expression::Anew(_) | Expression::WithPeer(_) => false,
        }
    }

    /// Whether it can be broken over lines.
    fn is_wide(&self) -> bool {
        match self {
            Expression::Code(_) => false,
            Expression::List(elements) => !elements.is_empty(),
            Expression::Object(fields) => !fields.is_empty(),
            Expression::Call(..) | Expression::Anew(_) | Expression::WithPeer(_) => true,
        }
    }

    /// Writes it behind what stands on the last line of `out`, which begins at this depth; `behind` characters follow it.
    pub fn write(&self, out: &mut String, depth: usize, behind: usize) {
        let line = out.rfind('\n').map_or(0, |end| end + 1);
        let column = out[line..].chars().count();
        let short = self.on_one_line();
        if !self.is_wide() || column + short.chars().count() + behind <= WIDTH {
            out.push_str(&short);
            return;
        }
        match self {
            Expression::Code(_) => {}
            Expression::List(elements) => {
                out.push('[');
                each(elements.iter().map(|element| (String::new(), element)), out, depth);
                out.push(']');
            }
            Expression::Object(fields) => {
                out.push('{');
                each(fields.iter().map(|(name, value)| (format!("{}: ", key(name)), value)), out, depth);
                out.push('}');
            }
            Expression::Call(callee, arguments) => {
                out.push_str(callee);
                out.push('(');
                match arguments.split_last() {
                    // The last argument may begin on this line when it is the only one that has to be broken.
                    Some((last, first)) if last.is_wide() && !first.iter().any(Expression::is_wide) && self.begins(column) => {
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
            Expression::Anew(made) => {
                out.push_str("() => (");
                made.write(out, depth, behind + 1);
                out.push(')');
            }
            Expression::WithPeer(done) => {
                out.push_str("(peer) => ");
                done.write(out, depth, behind);
            }
        }
    }

    /// Whether everything before the brace of the last argument fits on the line that begins with so many characters.
    fn begins(&self, column: usize) -> bool {
        fn beginning(expression: &Expression) -> usize {
            match expression {
                Expression::Call(callee, arguments) => {
                    let Some((last, first)) = arguments.split_last() else { return callee.len() };
                    let first: usize = first.iter().map(|one| one.on_one_line().chars().count() + 2).sum();
                    callee.len() + 1 + first + beginning(last)
                }
                Expression::WithPeer(done) => "(peer) => ".len() + beginning(done),
                _ => 1,
            }
        }
        column + beginning(self) <= WIDTH
    }

    fn on_one_line(&self) -> String {
        let joined = |elements: &[Expression]| elements.iter().map(Expression::on_one_line).collect::<Vec<_>>().join(", ");
        match self {
            Expression::Code(code) => code.clone(),
            Expression::List(elements) => format!("[{}]", joined(elements)),
            Expression::Object(fields) if fields.is_empty() => "{}".to_owned(),
            Expression::Object(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{}: {}", key(name), value.on_one_line())).collect();
                format!("{{ {} }}", fields.join(", "))
            }
            Expression::Call(callee, arguments) => format!("{callee}({})", joined(arguments)),
            Expression::Anew(made) => format!("() => ({})", made.on_one_line()),
            Expression::WithPeer(done) => format!("(peer) => {}", done.on_one_line()),
        }
    }
}

/// Writes elements a line, one level deeper, each with a comma.
fn each<'a>(elements: impl Iterator<Item = (String, &'a Expression)>, out: &mut String, depth: usize) {
    for (lead, element) in elements {
        begin_line(out, depth + 1);
        out.push_str(&lead);
        element.write(out, depth + 1, 1);
        out.push(',');
    }
    begin_line(out, depth);
}

/// Begins a line at this depth.
pub(super) fn begin_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(expression: &Expression) -> String {
        let mut out = String::from("  await ");
        expression.write(&mut out, 1, 1);
        out
    }

    #[test]
    fn what_is_short_stays_on_its_line() {
        let call =
            Expression::Call("cp.call".into(), vec![Expression::text("Reset"), Expression::literal(&json!({"type": "Soft"}))]);
        assert_eq!(written(&call), "  await cp.call('Reset', { type: 'Soft' })");
        assert_eq!(
            written(&Expression::literal(&json!({"a": [], "b": {}, "c-d": null}))),
            "  await { a: [], b: {}, 'c-d': null }"
        );
    }

    #[test]
    fn what_is_long_is_broken_at_its_last_argument_or_at_all() {
        let long = Expression::literal(&json!({"first": "x".repeat(60), "second": "y".repeat(60)}));
        let one = Expression::Call("f".into(), vec![Expression::text("A"), long.clone()]);
        let (x, y) = ("x".repeat(60), "y".repeat(60));
        assert_eq!(written(&one), format!("  await f('A', {{\n    first: '{x}',\n    second: '{y}',\n  }})"));
        let two = Expression::Call("f".into(), vec![long.clone(), Expression::literal(&json!({"z": 1}))]);
        assert_eq!(
            written(&two),
            format!("  await f(\n    {{\n      first: '{x}',\n      second: '{y}',\n    }},\n    {{ z: 1 }},\n  )")
        );
        let anew = Expression::Call("f".into(), vec![Expression::Anew(Box::new(long))]);
        assert_eq!(written(&anew), format!("  await f(() => ({{\n    first: '{x}',\n    second: '{y}',\n  }}))"));
    }
}
