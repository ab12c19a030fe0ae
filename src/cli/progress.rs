//! How far a run has come, for people who wait: on a terminal only, and only where it takes longer than a second.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::scan::Progress;

/// How long nothing is said.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a number stands.
const BEAT: Duration = Duration::from_millis(100);

/// A line on the terminal that goes away when this is dropped.
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
    let draw = move || {
        let mut wait = PATIENCE;
        let mut drawn = false;
        while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            wait = BEAT;
            drawn = true;
            let (done, all) = progress.get();
            // If it cannot be written, nobody waits for it.
            let _ = write!(io::stderr(), "\r\u{1b}[Kreading: {done} of {all}");
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
