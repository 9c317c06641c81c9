//! The table of misbehaviours, and the plan.

mod faulty_certificates;
mod table;
