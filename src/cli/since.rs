//! `--since REV`: only findings that involve a file changed since a revision.
//!
//! The scanned repository may be hostile, including its configuration, attributes and hooks. So git is only used to read
//! stored objects (`rev-parse`, `merge-base`, `cat-file --batch`): no index is read and no work tree is compared by git, which
//! would run filters, external diffs, textconv programs and `core.fsmonitor`. The comparison is made here, with the bytes
//! that were scanned, so uncommitted changes count as well. Everything that a configuration could still name is turned
//! off: hooks, the file system monitor, every transport (a partial clone would fetch a missing object, which can run a
//! program), replacement objects, the pager. Environment variables of git are not passed on. A revision must not be an option or
//! a path.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::scan::Scan;
use crate::text::{MAX_FILE_BYTES, Source};

use super::stop::Stop;

/// Drops from `found` everything that involves no file changed since `revision`.
pub(super) fn narrow(found: &mut Scan, revision: &str) -> Result<(), Stop> {
    if !found.root.join(".git").exists() {
        return Err(Stop::Failed("--since needs a git repository".to_owned()));
    }
    let base = base(&found.root, revision)?;
    let sources = found.sources();
    let changed = changed(&found.root, &base, &sources)?;
    found.retain_changed(&|path| changed.get(path).copied().unwrap_or(true));
    Ok(())
}

/// The merge base of the current commit and `revision`.
fn base(root: &Path, revision: &str) -> Result<String, Stop> {
    if revision.starts_with('-') || revision.contains([':', '\0', '\n']) || revision.is_empty() {
        return Err(Stop::Failed(format!("invalid revision `{revision}`")));
    }
    let commit = format!("{revision}^{{commit}}");
    let commit = ask(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?
        .ok_or_else(|| Stop::Failed(format!("unknown revision `{revision}` (in a shallow clone, fetch it first)")))?;
    Ok(ask(root, &["merge-base", &commit, "HEAD"])?.unwrap_or(commit))
}

fn git(root: &Path) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    command
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .args(["--no-pager", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never"])
        .args(["-c", "core.hooksPath=/dev/null", "-c", "core.sshCommand=false"])
        .arg("-C")
        .arg(root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

fn no_git(error: &std::io::Error) -> Stop {
    Stop::Failed(format!("--since needs git: {error}"))
}

/// The single line of git's output, if it succeeds.
fn ask(root: &Path, args: &[&str]) -> Result<Option<String>, Stop> {
    let out = git(root).args(args).output().map_err(|e| no_git(&e))?;
    let line = String::from_utf8_lossy(&out.stdout).lines().next().unwrap_or_default().to_owned();
    let hex = !line.is_empty() && line.bytes().all(|b| b.is_ascii_hexdigit());
    Ok((out.status.success() && hex).then_some(line))
}

/// The commit that is checked out in `root`, shortened, and its date; `None` where git does not say.
pub(super) fn revision(root: &Path) -> Option<String> {
    if !root.join(".git").exists() {
        return None;
    }
    let commit = ask(root, &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).ok()??;
    let out = git(root).args(["cat-file", "commit", &commit]).output().ok().filter(|o| o.status.success())?;
    let text = String::from_utf8_lossy(&out.stdout);
    let committer = text.lines().take_while(|l| !l.is_empty()).find_map(|l| l.strip_prefix("committer "))?;
    let seconds: u32 = committer.rsplit(' ').nth(1)?.parse().ok()?;
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds.into());
    let day = humantime::format_rfc3339_seconds(time).to_string();
    Some(format!("{} ({})", commit.get(..12)?, day.split('T').next()?))
}

/// For each source whether it differs from the file at its path in `base`. Line ends are ignored: git may convert them.
fn changed(root: &Path, base: &str, sources: &[Arc<Source>]) -> Result<BTreeMap<PathBuf, bool>, Stop> {
    let mut out = BTreeMap::new();
    let mut objects = Vec::new();
    let mut names = Vec::new();
    for source in sources {
        let inside = source.path().strip_prefix(root).ok().and_then(Path::to_str).filter(|p| !p.contains('\n'));
        match inside {
            Some(path) => {
                names.extend_from_slice(format!("{base}:{}\n", path.replace('\\', "/")).as_bytes());
                objects.push(source);
            }
            None => {
                out.insert(source.path().to_owned(), true);
            }
        }
    }
    let mut child = git(root).args(["cat-file", "--batch"]).stdin(Stdio::piped()).spawn().map_err(|e| no_git(&e))?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Stop::Failed("git could not be started".to_owned()));
    };
    // Written and read concurrently, because both pipes are short.
    let asking = std::thread::spawn(move || to.write_all(&names));
    let mut from = BufReader::new(from);
    for source in objects {
        let then = object(&mut from)?;
        let differs = then.is_none_or(|then| !same(&then, &source.bytes()));
        out.insert(source.path().to_owned(), differs);
    }
    // The exit status of git does not matter: all answers have arrived.
    let _ = asking.join();
    let _ = child.wait();
    Ok(out)
}

/// The next object of `git cat-file --batch`; `None` if it does not exist or is not a file.
fn object(from: &mut impl BufRead) -> Result<Option<Vec<u8>>, Stop> {
    let broken = || Stop::Failed("git ended unexpectedly".to_owned());
    let mut line = String::new();
    if from.read_line(&mut line).map_err(|_| broken())? == 0 {
        return Err(broken());
    }
    let mut words = line.split_whitespace().rev();
    let (size, kind) = (words.next(), words.next());
    let size: Option<u64> = size.and_then(|s| s.parse().ok());
    let (Some(size), Some(kind @ ("blob" | "tree" | "commit" | "tag"))) = (size, kind) else { return Ok(None) };
    let mut bytes = Vec::new();
    from.by_ref().take(size.min(MAX_FILE_BYTES)).read_to_end(&mut bytes).map_err(|_| broken())?;
    std::io::copy(&mut from.by_ref().take(size.saturating_sub(MAX_FILE_BYTES) + 1), &mut std::io::sink())
        .map_err(|_| broken())?;
    Ok((kind == "blob").then_some(bytes))
}

fn same(a: &[u8], b: &[u8]) -> bool {
    fn plain(bytes: &[u8]) -> impl Iterator<Item = &u8> {
        bytes.iter().enumerate().filter(|(n, b)| **b != b'\r' || bytes.get(n + 1) != Some(&b'\n')).map(|(_, b)| b)
    }
    plain(a).eq(plain(b))
}

#[cfg(test)]
mod tests {
    use super::{object, same};

    #[test]
    fn answers_of_git_are_read_one_by_one() {
        let mut from = &b"abc blob 3\nx\ny\nabc:a b missing\nabc tree 2\nzz\nabc blob 0\n\n"[..];
        let mut next = || object(&mut from).ok().flatten();
        assert_eq!(next(), Some(b"x\ny".to_vec()));
        assert_eq!(next(), None);
        assert_eq!(next(), None);
        assert_eq!(next(), Some(Vec::new()));
        assert!(object(&mut &b""[..]).is_err());
    }

    #[test]
    fn line_ends_do_not_count() {
        assert!(same(b"a\r\nb\n", b"a\nb\n"));
        assert!(!same(b"a\rb", b"ab"));
    }
}
