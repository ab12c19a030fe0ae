//! `find … -exec`: runs a command on the known files that match.

use crate::text::{Traced, Why};

use super::super::disk::absolute;
use super::call::Call;
use super::interpreter::Shell;
use super::pattern;
use super::settle::settle;
use super::state::BoxedRun;
use super::status::Status;

/// The most commands that are run.
const MAX_CALLS: usize = 64;

/// A condition on files.
enum Test {
    Name(Vec<pattern::Token>),
    Path(Vec<pattern::Token>),
    Depth(usize),
    AtLeast(usize),
}

/// The arguments of `find`.
struct Search {
    folders: Vec<String>,
    tests: Vec<Test>,
    command: Vec<Traced>,
    /// All files go to one command.
    together: bool,
    /// The command runs in the folder of the file.
    inside: bool,
}

impl Shell<'_, '_> {
    /// Runs the command of `find` for the known files. Returns the path as `Err` if there is no command or the arguments are
    /// not modelled.
    pub(super) fn find(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Result<Vec<BoxedRun>, BoxedRun> {
        let span = call.at;
        let Some(search) = search(call.words, &path.shell.directory) else { return Err(path) };
        let matches = |name: &String| {
            search.folders.iter().any(|folder| {
                let Some(rest) =
                    name.strip_prefix(folder.as_str()).filter(|r| folder == "/" || r.is_empty() || r.starts_with('/'))
                else {
                    return false;
                };
                let depth = rest.split('/').filter(|part| !part.is_empty()).count();
                search.tests.iter().all(|test| match test {
                    Test::Name(tokens) => {
                        pattern::whole(tokens, name.rsplit('/').next().unwrap_or_default().as_bytes())
                    }
                    Test::Path(tokens) => pattern::whole(tokens, name.as_bytes()),
                    Test::Depth(most) => depth <= *most,
                    Test::AtLeast(least) => depth >= *least,
                })
            })
        };
        let files: Vec<Traced> =
            path.machine.listing().into_iter().filter(matches).map(|name| Traced::made(name, span)).collect();
        if files.len() > MAX_CALLS {
            path.machine.gap(span, Why::Limit("rounds of a loop"));
        }
        let calls: Vec<(String, Vec<Traced>)> = if search.together {
            let all = search
                .command
                .iter()
                .flat_map(|w| if w.known_str() == Some("{}") { files.clone() } else { vec![w.clone()] });
            if files.is_empty() { Vec::new() } else { vec![(String::new(), all.collect())] }
        } else {
            let call = |file: &Traced| {
                let name = file.to_text().into_owned();
                let (folder, base) = name.rsplit_once('/').unwrap_or(("", &name));
                let shown = if search.inside { Traced::made(format!("./{base}"), span) } else { file.clone() };
                (folder.to_owned(), search.command.iter().map(|w| w.replace(b"{}", &shown)).collect())
            };
            files.iter().take(MAX_CALLS).map(call).collect()
        };
        let mut paths = vec![path];
        for (folder, call) in calls {
            let mut next = Vec::new();
            for mut path in paths {
                let outer = path.shell.directory.clone();
                if search.inside {
                    path.shell.directory.clone_from(&folder);
                }
                let mut done = self.call(call.clone(), span, path);
                for path in &mut done {
                    path.shell.directory.clone_from(&outer);
                }
                next.append(&mut done);
            }
            paths = settle(next);
        }
        for path in &mut paths {
            path.status = Status::Zero;
        }
        Ok(paths)
    }
}

fn search(words: &[Traced], directory: &str) -> Option<Search> {
    let mut out =
        Search { folders: Vec::new(), tests: Vec::new(), command: Vec::new(), together: false, inside: false };
    let mut words = words.iter();
    let glob = |word: Option<&Traced>| {
        let mut units = Vec::new();
        pattern::marked(word?, &mut units);
        let tokens = pattern::compile(&units);
        (!tokens.contains(&pattern::Token::Unknown)).then_some(tokens)
    };
    while let Some(word) = words.next() {
        match word.known_str()? {
            "-name" => out.tests.push(Test::Name(glob(words.next())?)),
            "-path" | "-wholename" => out.tests.push(Test::Path(glob(words.next())?)),
            "-maxdepth" => out.tests.push(Test::Depth(words.next()?.known_str()?.parse().ok()?)),
            "-mindepth" => out.tests.push(Test::AtLeast(words.next()?.known_str()?.parse().ok()?)),
            "-type" if words.next()?.known_str()? == "f" => {}
            "-xdev" | "-mount" | "-a" | "-and" => {}
            verb @ ("-exec" | "-execdir") if out.command.is_empty() => {
                out.inside = verb == "-execdir";
                for word in words.by_ref() {
                    match word.known_str() {
                        Some(";") => break,
                        Some("+") if out.command.last().is_some_and(|w| w.known_str() == Some("{}")) => {
                            out.together = true;
                            break;
                        }
                        _ => out.command.push(word.clone()),
                    }
                }
            }
            folder if !folder.starts_with('-') && out.tests.is_empty() && !folder.starts_with(['(', '!']) => {
                out.folders.push(absolute(folder, directory));
            }
            _ => return None,
        }
    }
    let complete = !out.command.is_empty() && !out.folders.is_empty();
    if complete && !(out.together && out.inside) { Some(out) } else { None }
}
