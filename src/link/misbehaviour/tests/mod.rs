//! The table of misbehaviours, and the plan.

mod table;
