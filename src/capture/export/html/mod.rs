//! A report in one HTML file that needs nothing else: no scripts, no pictures, no fonts from elsewhere. A browser searches it, and folds its
//! messages out.

mod charts;
mod ladder;
mod markup;
mod page;
mod tables;

pub(super) use page::write;
