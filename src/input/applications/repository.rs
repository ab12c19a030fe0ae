//! Which repository a tool means: this one, where the path that it names exists here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Cx;
use crate::text::{Span, Texts, budget};
use crate::value::{Condition, Guard};

use crate::input::glob::glob;
use crate::input::unit::normal;

/// The folders that a path of a repository may start from, with what is known about it.
#[derive(Debug)]
pub(super) struct Repository {
    /// The root of this repository, then the folders around the file that names the path.
    roots: Vec<PathBuf>,
    /// What is assumed: nothing if a remote agrees.
    pub(super) when: Guard,
}

/// The addresses of the remotes in `.git/config`.
struct Remotes(Vec<String>);

impl Repository {
    /// The repository with an address that is written at `at`. `words` is the condition that it is this one.
    pub(super) fn of(url: Option<&str>, words: &str, at: Span, cx: &Cx<'_>) -> Self {
        let when = || Guard::of(Condition::new(words, true));
        let ours = url.is_some_and(|url| remotes(cx).0.contains(&plain(url)));
        let when = if ours { Guard::always() } else { when() };
        let root = cx.files.root().to_owned();
        let file = file_of(at, &cx.texts);
        let around =
            file.iter().flat_map(|file| file.ancestors().skip(1)).filter(|dir| *dir != root && dir.starts_with(&root));
        let around = around.map(Path::to_owned).collect::<Vec<_>>();
        Self { roots: std::iter::once(root).chain(around).collect(), when }
    }

    /// A repository that is not this one.
    pub(super) fn elsewhere() -> Self {
        Self { roots: Vec::new(), when: Guard::always() }
    }

    /// True if there is a file or a folder at a path of the repository.
    pub(super) fn has(&self, path: &str, cx: &Cx<'_>) -> bool {
        self.find(path, |path| cx.files.is_dir(path) || cx.files.glance(path).is_some()).is_some()
    }

    /// The folder at a path of the repository, if it is here.
    pub(super) fn folder(&self, path: &str, cx: &Cx<'_>) -> Option<PathBuf> {
        self.find(path, |path| cx.files.is_dir(path))
    }

    /// The file at a path of the repository, if it is here.
    pub(super) fn file(&self, path: &str, cx: &Cx<'_>) -> Option<PathBuf> {
        self.find(path, |path| cx.files.read(path).is_ok())
    }

    /// The folders of the repository whose path fits a pattern, or the files, each with its path and where it is. `left` counts the
    /// folders that are looked at down.
    pub(super) fn matching(
        &self,
        pattern: &str,
        files: bool,
        left: &mut usize,
        cx: &Cx<'_>,
    ) -> Vec<(PathBuf, PathBuf)> {
        let pattern = pattern.trim_matches('/');
        let Some(glob) = glob(pattern) else { return Vec::new() };
        let deep = pattern.contains("**");
        let depth = pattern.split('/').count();
        // Folders before the first wildcard need not be searched.
        let fixed: PathBuf = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', '{'])).collect();
        let mut out = Vec::new();
        for root in &self.roots {
            let start = if fixed == Path::new(pattern) { fixed.parent().unwrap_or(&fixed) } else { &fixed };
            let mut open = vec![normal(&root.join(start))];
            while let Some(dir) = open.pop() {
                if *left == 0 {
                    budget::reached("folders of an application set");
                    break;
                }
                *left -= 1;
                let folders = cx.files.folders(&dir);
                let found = if files { cx.files.list(&dir) } else { folders.clone() };
                for path in found {
                    let Ok(inner) = path.strip_prefix(root) else { continue };
                    if glob.is_match(inner) {
                        out.push((inner.to_owned(), path.clone()));
                    }
                }
                let hidden = |path: &Path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
                let below = |path: &PathBuf| {
                    !hidden(path) && (deep || path.strip_prefix(root).is_ok_and(|inner| inner.iter().count() < depth))
                };
                open.extend(folders.into_iter().filter(below));
            }
            if !out.is_empty() {
                break;
            }
        }
        out.sort();
        out
    }

    fn find(&self, path: &str, is: impl Fn(&Path) -> bool) -> Option<PathBuf> {
        let path = path.trim_start_matches('/');
        self.roots
            .iter()
            .map(|root| (root, normal(&root.join(path))))
            .find(|(root, at)| at.starts_with(root) && is(at))
            .map(|(_, at)| at)
    }
}

/// The file in which a place is written.
pub(super) fn file_of(at: Span, texts: &Texts) -> Option<PathBuf> {
    texts.files_of([at]).into_iter().next()
}

/// The remotes of this repository, read once.
fn remotes(cx: &Cx<'_>) -> Arc<Remotes> {
    let slot = cx.kept.slot::<Arc<Remotes>>(Path::new(""));
    Arc::clone(slot.get_or_init(|| {
        let source = cx.files.read(&cx.files.root().join(".git/config")).ok();
        let text = source.map(|source| String::from_utf8_lossy(&source.bytes()).into_owned()).unwrap_or_default();
        Arc::new(Remotes(in_config(&text)))
    }))
}

/// The addresses of remotes in a file of git's configuration.
fn in_config(text: &str) -> Vec<String> {
    let mut remote = false;
    let mut out = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            remote = line.starts_with("[remote ");
        } else if remote
            && let Some((key, url)) = line.split_once('=')
            && key.trim() == "url"
        {
            out.push(plain(url.trim().trim_matches('"')));
        }
    }
    out
}

/// An address of a repository without what does not tell two apart: `github.com/org/repo` for `git@github.com:org/repo.git`.
fn plain(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(user, host)| if user.contains('/') { rest } else { host });
    let (host, path) = rest.split_once(['/', ':']).unwrap_or((rest, ""));
    // A port.
    let path = path
        .split_once('/')
        .filter(|(port, _)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(path, |(_, path)| path);
    format!("{host}/{}", path.trim_matches('/').trim_end_matches(".git")).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{in_config, plain};

    #[test]
    fn one_repository_has_many_addresses() {
        for url in [
            "https://github.com/Org/repo.git",
            "https://user:token@github.com/org/repo",
            "git@github.com:org/repo.git",
            "ssh://git@github.com:22/org/repo.git",
            "https://github.com/org/repo/",
        ] {
            assert_eq!(plain(url), "github.com/org/repo", "{url}");
        }
        assert_ne!(plain("https://github.com/org/other"), "github.com/org/repo");
    }

    #[test]
    fn remotes_are_read_from_the_configuration() {
        let text = "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = git@github.com:org/repo.git\n[branch \"main\"]\n\turl = x\n";
        assert_eq!(in_config(text), ["github.com/org/repo"]);
    }
}
