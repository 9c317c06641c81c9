//! The statements of a scenario and their layout: empty lines between groups, and a comment where one statement
//! represents several repetitions.

use super::expression::{ScriptExpression, begin_line};

/// One statement.
pub(super) struct Statement {
    /// The text before the expression: `await `, or a declaration of the variable that holds its value.
    pub lead: String,
    /// The expression.
    pub expression: ScriptExpression,
    /// How often it occurred in the recording.
    pub times: usize,
}

impl Statement {
    /// A statement that occurred once.
    pub fn new(lead: impl Into<String>, expression: ScriptExpression) -> Statement {
        Statement { lead: lead.into(), expression, times: 1 }
    }

    /// Whether an empty line is before it: after a group of expectations, before a step or an answer that is prepared
    /// for the next call of the peer, and before a link.
    fn begins_paragraph(&self, previous: &Statement) -> bool {
        let turns = previous.expects() && !self.expects();
        self.lead.starts_with("const ") || turns || (self.prepares() && previous.acts())
    }

    fn callee(&self) -> &str {
        if let ScriptExpression::Call(callee, _) = &self.expression { callee } else { "" }
    }

    fn prepares(&self) -> bool {
        self.callee() == "operator" || self.callee().contains(".answerOnce")
    }

    fn acts(&self) -> bool {
        self.lead == "await " && self.callee() != "operator"
    }

    fn expects(&self) -> bool {
        self.callee().contains(".expect")
    }

    fn write(&self, out: &mut String) {
        if self.times > 1 {
            let verb = if self.expects() { "came" } else { "was sent" };
            begin_line(out, 1);
            out.push_str(&format!("// This {verb} {} times before the next step; once stands for all.", self.times));
        }
        begin_line(out, 1);
        out.push_str(&self.lead);
        self.expression.write(out, 1, 1);
        out.push(';');
    }
}

/// Statements in their order.
#[derive(Default)]
pub(super) struct ScriptPage(Vec<Statement>);

impl ScriptPage {
    /// The number of statements, which is the place of the next one.
    pub fn end(&self) -> usize {
        self.0.len()
    }

    /// Adds a statement at the end.
    pub fn push(&mut self, statement: Statement) {
        self.0.push(statement);
    }

    /// Inserts a statement at a place and moves the statements behind it.
    pub fn insert(&mut self, place: usize, statement: Statement) {
        self.0.insert(place, statement);
    }

    /// Counts a repetition of the statement at a place.
    pub fn again(&mut self, place: usize) {
        if let Some(statement) = self.0.get_mut(place) {
            statement.times += 1;
        }
    }

    /// Removes the expectations of a disconnection at the end. No connection follows, so the scenario need not wait for
    /// them.
    pub fn drop_last_ends(&mut self) {
        while self.0.last().is_some_and(|statement| statement.callee().ends_with(".expectDisconnect")) {
            self.0.pop();
        }
    }

    /// Appends all statements, each on its own lines.
    pub fn write(&self, out: &mut String) {
        let mut previous: Option<&Statement> = None;
        for statement in &self.0 {
            if previous.is_some_and(|previous| statement.begins_paragraph(previous)) {
                out.push('\n');
            }
            statement.write(out);
            previous = Some(statement);
        }
    }
}
