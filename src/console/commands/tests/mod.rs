//! Lines and the commands they mean, every error of the language, the examples, and the table of commands in the book.

mod documents;
mod examples;
mod lines;
mod soap_lines;
