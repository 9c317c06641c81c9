//! The logs of other programs, a file each: what stands in them before a message.

pub(super) mod alfen;
pub(super) mod evcc;
pub(super) mod everest;
pub(super) mod micro_ocpp;
pub(super) mod ocppjs;
pub(super) mod plain;
pub(super) mod python_ocpp;
pub(super) mod steve;

use super::log_lines::LinkLine;

/// Of formats in which nothing but messages is read.
fn no_link(_: &str) -> Option<LinkLine> {
    None
}
