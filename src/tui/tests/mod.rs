//! Tests of the screen as a whole: keys in, state, effects and pictures out. No terminal and no clock takes part.

mod configuration;
mod documents;
mod editor;
mod held_frames;
mod jobs;
mod keys;
mod layout;
mod machine;
mod message;
mod mouse;
mod overlays;
mod overview;
mod palette;
mod profiles;
mod saving;
mod second_generation;
mod sending;
mod shown;
mod sizes;
mod soap;
mod stations;
mod test_screen;
mod toasts;
mod trace;
mod views;
mod writing;
