//! The executable: it reads the arguments and hands over.

fn main() {}
