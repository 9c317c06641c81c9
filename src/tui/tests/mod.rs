//! Tests of the screen as a whole: keys in, state, effects and pictures out. No terminal and no clock takes part.

mod editor;
mod fixture;
mod keys;
mod pictures;
mod sizes;
mod soap;
