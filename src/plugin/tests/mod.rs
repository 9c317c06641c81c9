//! Plugins against a simulated session: their output, their orders, and the limits of their effect.

mod api;
mod bad;
mod ocppjs;
mod shipped;
mod test_session;
