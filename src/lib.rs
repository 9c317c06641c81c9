//! ocpp-tui: the terminal console of people who build charge points and central systems.

pub mod ocpp;
