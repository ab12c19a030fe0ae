//! One search of each file: whether it can be read, and which words stand in it. What a file says is not kept: most files say
//! nothing about a node.

use std::cell::RefCell;
use std::path::Path;
use std::sync::OnceLock;

use crate::input::{Group, Search, Seen, reach, words};
use crate::text::{hold, most_bytes};

use super::kept::Look;
use super::narrow::mentions::FirstMentions;
use super::net;
use super::overlay::Edited;

/// A buffer that has held a larger file is not kept, in bytes.
const MAX_KEPT: usize = 1 << 20;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Looks for the words of all kinds of input and of the net.
#[derive(Default)]
pub(super) struct Searcher {
    search: OnceLock<Search>,
    /// What names the files of the command line.
    pub(super) mentions: Option<FirstMentions>,
}

impl Searcher {
    fn search(&self) -> &Search {
        self.search.get_or_init(|| {
            let mut more = words();
            more.push((Group::Timeouts, net::names()));
            Search::new(&more)
        })
    }

    /// True if a text speaks about kubelets.
    pub(super) fn is_topical(&self, text: &[u8]) -> bool {
        reach::is_topical(self.search().in_text(text))
    }

    /// What a file of Terraform calls, without the words in it.
    pub(super) fn calls(path: &Path, edited: &Edited) -> Seen {
        let calls = |text: &[u8]| Seen { calls: reach::calls_in(path, text).map(Box::new), ..Seen::ANY };
        looked(path, edited, Look::Calls, calls)
    }

    /// What a look at a file that a walk has found says. Of one that cannot be read or is too large, any may stand in it: who reads it
    /// reports why.
    pub(super) fn look(&self, path: &Path, edited: &Edited) -> Seen {
        let search = self.search();
        let seen = |text: &[u8]| {
            let words = search.in_text(text);
            let mentions = self.mentions.as_ref().is_some_and(|mentions| mentions.are_in(path, text));
            let words = if mentions { words.and(Group::Mentioned) } else { words };
            Seen { words, calls: reach::calls_in(path, text).map(Box::new) }
        };
        looked(path, edited, Look::Words, seen)
    }
}

/// What `look` says about the text of a file that a walk has found.
fn looked(path: &Path, edited: &Edited, which: Look, look: impl FnOnce(&[u8]) -> Seen) -> Seen {
    if let Some(source) = edited.get(path) {
        return look(&source.bytes());
    }
    if let Some(kept) = &edited.kept {
        return kept.look(path, which, look).unwrap_or(Seen::ANY);
    }
    BUFFER.with_borrow_mut(|buffer| {
        let out = hold::read(path, most_bytes(path), buffer).map(|length| look(&buffer[..length]));
        if buffer.len() > MAX_KEPT {
            *buffer = Vec::new();
        }
        out.unwrap_or(Seen::ANY)
    })
}
