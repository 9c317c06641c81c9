//! Plugins against a played program: what they say, what they order, and that nothing they do reaches further.

mod api;
mod bad;
mod ocppjs;
mod shipped;
mod test_session;
