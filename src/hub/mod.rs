//! The running session: who plays which role, how each station is reached, where an order goes. Floor 3: it parses no text.

mod order;
mod receipt;

pub use order::{CentralSystemOptions, ChargePointOptions, Deed, Order, is_simulated};
pub use receipt::Receipt;
