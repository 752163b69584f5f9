//! Export files: one message per line, as JSON.

mod reader;
mod writer;

pub(crate) use reader::Export;
pub(crate) use writer::Writer;
