//! The only program that is ever started: git, to read what a repository has stored.
//!
//! The scanned repository may be hostile, including its configuration, attributes and hooks. So git only reads stored objects
//! (`rev-parse`, `merge-base`, `ls-tree`, `cat-file`) and ignore files (`check-ignore`): no index is read and no work tree is
//! compared by git, which would run filters, external diffs, textconv programs and `core.fsmonitor`. Everything that a
//! configuration could still name is turned off: hooks, the file system monitor, every transport (a partial clone would fetch a
//! missing object, which can run a program), replacement objects, the pager. Environment variables of git are not passed
//! on, and no repository around the root is looked for.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::scan::is_repository;
use crate::text::{Entry, EntryKind, MAX_STREAM_BYTES, Objects};

use super::stop::Stop;

/// What to do if a clone lacks objects.
const FETCH: &str = "in a shallow or partial clone, fetch it first: `git fetch --unshallow`, or `fetch-depth: 0` and no `filter` \
                     for actions/checkout";

/// The most submodules whose files are compared.
const MAX_MODULES: usize = 200;

fn git(root: &Path) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    if let Some(around) = root.parent() {
        command.env("GIT_CEILING_DIRECTORIES", around);
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

/// The merge base of the current commit and `revision`.
pub(super) fn base(root: &Path, revision: &str) -> Result<String, Stop> {
    if revision.starts_with('-') || revision.contains([':', '\0', '\n']) || revision.is_empty() {
        return Err(Stop::Failed(format!("invalid revision `{revision}`")));
    }
    let commit = format!("{revision}^{{commit}}");
    let commit = ask(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?
        .ok_or_else(|| Stop::Failed(unknown(root, revision)))?;
    Ok(ask(root, &["merge-base", &commit, "HEAD"])?.unwrap_or(commit))
}

/// Why git does not know a revision.
fn unknown(root: &Path, revision: &str) -> String {
    let knows = |asked: &str| git(root).args(["rev-parse", asked]).output().is_ok_and(|out| out.status.success());
    if !knows("--git-dir") {
        return "git refuses to read this repository: if it belongs to another user, run \
                `git config --global --add safe.directory PATH`"
            .to_owned();
    }
    let why = if knows("HEAD") { FETCH } else { "there is no commit yet" };
    format!("unknown revision `{revision}`: {why}")
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

/// Every path of a commit.
pub(super) fn entries(root: &Path, commit: &str) -> Result<Vec<Entry>, Stop> {
    let out = git(root).args(["ls-tree", "-r", "-z", "--full-tree", commit]).output().map_err(|e| no_git(&e))?;
    if !out.status.success() {
        return Err(Stop::Failed(format!("cannot list the files of commit {commit}: {FETCH}")));
    }
    Ok(Entry::listed(&out.stdout))
}

/// Every path of the commit that is checked out; `None` if there is none yet, or git does not say.
pub(super) fn checked_out(root: &Path) -> Result<Option<Vec<Entry>>, Stop> {
    // In most cases one process is enough.
    entries(root, "HEAD").map(Some).or_else(|_| {
        let commit = ask(root, &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).ok().flatten();
        commit.map(|commit| entries(root, &commit)).transpose()
    })
}

/// The submodules whose files stand among those of the repository: paths, with the ids of their objects.
type Modules = Vec<(PathBuf, Vec<String>)>;

/// `entries` of the repository at `root`, with the files of its submodules in place of these, where they are checked out and have
/// the commit.
fn with_modules(root: &Path, entries: Vec<Entry>) -> (Vec<Entry>, Modules) {
    let (mut out, mut modules) = (Vec::new(), Modules::new());
    let mut open = vec![entries];
    while let Some(entries) = open.pop() {
        for entry in entries {
            let at = root.join(&entry.path);
            let is_open = entry.kind == EntryKind::Module
                && modules.len() < MAX_MODULES
                && entry.path.components().all(|part| matches!(part, Component::Normal(_)))
                && at.canonicalize().is_ok_and(|real| real == at)
                && is_repository(&at);
            let inner = if is_open { self::entries(&at, &entry.id).ok() } else { None };
            let Some(inner) = inner else {
                out.push(entry);
                continue;
            };
            modules.push((at, inner.iter().map(|inner| inner.id.clone()).collect()));
            open.push(inner.into_iter().map(|inner| Entry { path: entry.path.join(&inner.path), ..inner }).collect());
        }
    }
    (out, modules)
}

/// The objects of the repository at `root`, read by processes that are started when they are first needed.
#[derive(Debug)]
pub(super) struct Stored {
    root: PathBuf,
    objects: Mutex<Option<Talk>>,
    ignored: Mutex<Option<Talk>>,
    modules: Vec<Self>,
    /// The submodules that hold objects, by id.
    home: HashMap<String, usize>,
}

impl Stored {
    fn new(root: &Path) -> Self {
        let [objects, ignored] = [Mutex::default(), Mutex::default()];
        Self { root: root.to_owned(), objects, ignored, modules: Vec::new(), home: HashMap::new() }
    }

    /// `entries` with those of submodules, and where the objects of all are read.
    pub(super) fn of(root: &Path, entries: Vec<Entry>) -> (Vec<Entry>, Self) {
        let (entries, modules) = with_modules(root, entries);
        let mut stored = Self::new(root);
        for (at, ids) in modules {
            stored.home.extend(ids.into_iter().map(|id| (id, stored.modules.len())));
            stored.modules.push(Self::new(&at));
        }
        (entries, stored)
    }

    /// One question to the process in `slot`, which is started with `args` if it does not run. If it ends, the next
    /// question starts it again.
    fn talk<T>(
        &self,
        slot: &Mutex<Option<Talk>>,
        args: &[&str],
        question: &[u8],
        answer: impl FnOnce(&mut BufReader<ChildStdout>) -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let mut talk = match slot.take() {
            Some(talk) => talk,
            None => Talk::start(git(&self.root).args(args))?,
        };
        let asked = talk.to.as_mut().map_or(Ok(()), |to| to.write_all(question).and_then(|()| to.flush()));
        let answer = asked.and_then(|()| answer(&mut talk.from));
        if answer.is_ok() {
            *slot = Some(talk);
        }
        answer
    }
}

impl Objects for Stored {
    fn checked_out(&self) -> Result<Vec<Entry>, String> {
        let said = |stop: Stop| match stop {
            Stop::Failed(message) => message,
            _ => "git could not be started".to_owned(),
        };
        let entries = checked_out(&self.root).map(Option::unwrap_or_default).map_err(said)?;
        Ok(with_modules(&self.root, entries).0)
    }

    fn read(&self, id: &str) -> Result<Option<Vec<u8>>, String> {
        if let Some(module) = self.home.get(id).and_then(|n| self.modules.get(*n)) {
            return module.read(id);
        }
        let missing = || format!("cannot read the object {id} of the base: {FETCH}");
        let question = format!("{id}\n");
        match self.talk(&self.objects, &["cat-file", "--batch"], question.as_bytes(), object) {
            Ok(Object::File(bytes)) => Ok(Some(bytes)),
            Ok(Object::TooLarge) => Ok(None),
            Ok(Object::Missing) | Err(_) => Err(missing()),
        }
    }

    fn ignores(&self, path: &Path) -> bool {
        // Those in others come after these.
        if let Some(module) = self.modules.iter().rfind(|module| path != module.root && path.starts_with(&module.root))
        {
            return module.ignores(path);
        }
        let Some(inside) = path.strip_prefix(&self.root).ok().and_then(Path::to_str) else { return false };
        let question = format!("{inside}\0").replace('\\', "/");
        // The source, line and text of the pattern that decides, all empty without one, and the path.
        let answer = |from: &mut BufReader<ChildStdout>| {
            let mut fields = Vec::new();
            for _ in 0..4 {
                let mut field = Vec::new();
                if from.read_until(0, &mut field)? == 0 {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
                fields.push(field);
            }
            Ok(fields)
        };
        let args = ["check-ignore", "--no-index", "--stdin", "-z", "--verbose", "--non-matching"];
        let fields = self.talk(&self.ignored, &args, question.as_bytes(), answer);
        fields.is_ok_and(|fields| fields[2].len() > 1 && fields[2][0] != b'!')
    }
}

/// A process that answers questions.
#[derive(Debug)]
struct Talk {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Talk {
    fn start(command: &mut Command) -> std::io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).spawn()?;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let from = from.ok_or(std::io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, to, from: BufReader::new(from) })
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        // Without questions it ends.
        self.to = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer of `git cat-file --batch`.
#[derive(Debug, PartialEq, Eq)]
enum Object {
    File(Vec<u8>),
    TooLarge,
    /// It does not exist or is not a file.
    Missing,
}

fn object(from: &mut impl BufRead) -> std::io::Result<Object> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let mut words = line.split_whitespace().rev();
    let (size, kind) = (words.next(), words.next());
    let size: Option<u64> = size.and_then(|s| s.parse().ok());
    let (Some(size), Some(kind @ ("blob" | "tree" | "commit" | "tag"))) = (size, kind) else {
        return Ok(Object::Missing);
    };
    let mut bytes = Vec::new();
    from.by_ref().take(size.min(MAX_STREAM_BYTES)).read_to_end(&mut bytes)?;
    std::io::copy(&mut from.by_ref().take(size.saturating_sub(MAX_STREAM_BYTES) + 1), &mut std::io::sink())?;
    Ok(match kind {
        "blob" if size > MAX_STREAM_BYTES => Object::TooLarge,
        "blob" => Object::File(bytes),
        _ => Object::Missing,
    })
}

#[cfg(test)]
mod tests {
    use super::{Object, object};

    #[test]
    fn answers_of_git_are_read_one_by_one() {
        let mut from = &b"abc blob 3\nx\ny\nabc missing\nabc tree 2\nzz\nabc blob 0\n\n"[..];
        let mut next = || object(&mut from).unwrap();
        assert_eq!(next(), Object::File(b"x\ny".to_vec()));
        assert_eq!(next(), Object::Missing);
        assert_eq!(next(), Object::Missing);
        assert_eq!(next(), Object::File(Vec::new()));
        assert!(object(&mut &b""[..]).is_err());
    }
}
