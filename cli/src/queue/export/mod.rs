//! An export: a message a line, as JSON.

mod reader;
mod writer;

pub(crate) use reader::Export;
pub(crate) use writer::Writer;
