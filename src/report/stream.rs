//! JSON that is written while it is made: a report may have 100,000 findings, and none of them is needed twice.

use std::cell::RefCell;
use std::io::{self, BufWriter, Write};

use serde::{Serialize, Serializer};

/// The items of an iterator as an array. It can be written once.
struct Each<I>(RefCell<Option<I>>);

impl<I: Iterator> Serialize for Each<I>
where
    I::Item: Serialize,
{
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.take().into_iter().flatten())
    }
}

/// An array of what `items` gives, one after the other.
pub(super) fn each<I: Iterator>(items: I) -> impl Serialize
where
    I::Item: Serialize,
{
    Each(RefCell::new(Some(items)))
}

/// Writes a document and a line end.
pub(super) fn write_json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    serde_json::to_writer_pretty(&mut out, document)?;
    writeln!(out)?;
    out.flush()
}
