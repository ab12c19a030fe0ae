//! The progress of a run: only on a terminal, and only if it takes longer than a second.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::scan::Progress;

/// The delay before the first message.
const PATIENCE: Duration = Duration::from_secs(1);

/// The interval between updates.
const BEAT: Duration = Duration::from_millis(100);

/// A line on the terminal that is erased when this is dropped.
pub(super) struct Shown {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Shows `progress` from now on, if standard error is a terminal.
pub(super) fn show(progress: &Arc<Progress>) -> Shown {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    if !io::stderr().is_terminal() || dumb {
        return Shown { end: None, thread: None };
    }
    let (end, ended) = channel::<()>();
    let progress = Arc::clone(progress);
    let start = Instant::now();
    let draw = move || {
        let mut wait = PATIENCE;
        let mut drawn = false;
        while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            wait = BEAT;
            drawn = true;
            let (done, all) = progress.get();
            // A failed write is ignored: no one is watching.
            let what = if all == 0 { "looking for files".to_owned() } else { format!("{done} of {all} files") };
            let _ = write!(io::stderr(), "\r\u{1b}[K{what}, {} s", start.elapsed().as_secs());
        }
        if drawn {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    };
    Shown { end: Some(end), thread: thread::Builder::new().spawn(draw).ok() }
}

impl Drop for Shown {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
