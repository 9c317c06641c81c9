//! The statements of a scenario and how they stand on the page: with empty lines between what belongs together, and a comment where one
//! of them stands for many.

use super::expression::{ScriptExpression, begin_line};

/// One statement.
pub(super) struct Statement {
    /// What stands before the expression: `await `, or the variable that holds it.
    pub lead: String,
    /// What is done.
    pub expression: ScriptExpression,
    /// How often it was done in the recording.
    pub times: usize,
}

impl Statement {
    /// A statement that was done once.
    pub fn new(lead: impl Into<String>, expression: ScriptExpression) -> Statement {
        Statement { lead: lead.into(), expression, times: 1 }
    }

    /// Whether an empty line stands before it: where the scenario turns from what is expected to what is done next, before what is
    /// prepared for the peer's next call, and before a link.
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
    /// How many there are: the place of the next one.
    pub fn end(&self) -> usize {
        self.0.len()
    }

    /// Adds a statement at the end.
    pub fn push(&mut self, statement: Statement) {
        self.0.push(statement);
    }

    /// Puts a statement at a place; what stands there moves on.
    pub fn insert(&mut self, place: usize, statement: Statement) {
        self.0.insert(place, statement);
    }

    /// What stands at a place was done once more.
    pub fn again(&mut self, place: usize) {
        if let Some(statement) = self.0.get_mut(place) {
            statement.times += 1;
        }
    }

    /// Takes the ends of links away with which everything ends: nobody comes back, and whether anybody goes is not for a scenario to wait for.
    pub fn drop_last_ends(&mut self) {
        while self.0.last().is_some_and(|statement| statement.callee().ends_with(".expectDisconnect")) {
            self.0.pop();
        }
    }

    /// Writes everything, each statement on lines of its own.
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
