//! One search of each file: whether it can be read, and which words stand in it. What a file says is not kept: most files say
//! nothing about a node.

use std::cell::RefCell;
use std::path::Path;
use std::sync::OnceLock;

use crate::input::{Group, Search, Seen, reach, words};
use crate::text::{hold, most_bytes};

use super::net;

/// A buffer that has held a larger file is not kept, in bytes.
const MAX_KEPT: usize = 1 << 20;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Looks for the words of all kinds of input and of the net.
#[derive(Debug, Default)]
pub(super) struct Searcher(OnceLock<Option<Search>>);

impl Searcher {
    fn search(&self) -> Option<&Search> {
        let more = || {
            let mut more = words();
            more.push((Group::Timeouts, net::names()));
            more
        };
        self.0.get_or_init(|| Search::new(&more(), true)).as_ref()
    }

    /// What a look at a file that a walk has found says. Of one that cannot be read or is too large, any may stand in it: who reads it
    /// reports why.
    pub(super) fn look(&self, path: &Path) -> Seen {
        let Some(search) = self.search() else { return Seen::ANY };
        BUFFER.with_borrow_mut(|buffer| {
            let seen = match hold::read(path, most_bytes(path), buffer) {
                Ok(length) => {
                    let text = &buffer[..length];
                    Seen { words: search.in_text(text), calls: reach::calls_in(path, text).map(Box::new) }
                }
                Err(_) => Seen::ANY,
            };
            if buffer.len() > MAX_KEPT {
                *buffer = Vec::new();
            }
            seen
        })
    }
}
