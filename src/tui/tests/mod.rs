//! Tests of the screen as a whole: keys in, state, effects and pictures out. No terminal and no clock takes part.

mod arranging;
mod choosing;
mod documents;
mod editor;
mod fixture;
mod holding;
mod keys;
mod message;
mod pictures;
mod saving;
mod sizes;
mod soap;
mod toasts;
mod writing;
