//! What one file of Rust defines, brings into scope and names.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Words that begin an item of which others can speak.
const ITEMS: [&str; 8] = ["fn", "struct", "enum", "trait", "const", "static", "type", "union"];

/// A module: a file, or a `mod` with braces in one.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// Items that it defines.
    pub(super) defines: BTreeSet<String>,
    /// Names that `use` brings into scope, with the path of each; a glob is named `*`.
    pub(super) uses: Vec<(String, Vec<String>)>,
    /// Paths of two and more segments in its code.
    pub(super) paths: BTreeSet<Vec<String>>,
    /// Modules within braces.
    pub(super) inner: Vec<(String, Code)>,
    /// Modules in files of their own that are compiled for tests only.
    pub(super) tests: BTreeSet<String>,
}

impl Code {
    /// Reads a file to its end. What stands behind `#[cfg(test)]` is left out: that item, and no more.
    pub(super) fn read(text: &str) -> Result<Code, String> {
        let tokens: TokenStream = text.parse().map_err(|e| format!("{e}"))?;
        let mut code = Code::default();
        code.walk(tokens, true);
        Ok(code)
    }

    /// Reads tokens; `items` if they are those of a module, not of a body.
    fn walk(&mut self, tokens: TokenStream, items: bool) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut rest = &tokens[..];
        while let [token, after @ ..] = rest {
            rest = after;
            match token {
                TokenTree::Punct(mark) => match (mark.as_char(), after) {
                    ('#', [TokenTree::Group(attribute), after @ ..]) if is_for_tests(attribute) => {
                        rest = self.pass_over(after);
                    }
                    // A method, or a path that begins with a type or in another crate.
                    ('.', [TokenTree::Ident(_), after @ ..]) => rest = after,
                    (':', [second, TokenTree::Ident(_), after @ ..]) if is_mark(second, ':') => rest = path(after).1,
                    _ => {}
                },
                TokenTree::Group(group) => self.walk(group.stream(), false),
                TokenTree::Literal(_) => {}
                TokenTree::Ident(word) => rest = self.word(&word.to_string(), after, items),
            }
        }
    }

    /// Reads what begins with a word, and answers what comes after it.
    fn word<'a>(&mut self, word: &str, after: &'a [TokenTree], items: bool) -> &'a [TokenTree] {
        match (word, after) {
            // `use<'a>` stands in a type.
            ("use", [next, ..]) if !is_mark(next, '<') => self.use_tree(after, &[]),
            // The path of `pub(in a::b)` speaks of no item.
            ("pub", [TokenTree::Group(scope), after @ ..]) if is_scope(scope) => after,
            ("mod", [TokenTree::Ident(name), TokenTree::Group(body), after @ ..]) if items => {
                let mut inner = Code::default();
                inner.walk(body.stream(), true);
                self.inner.push((name.to_string(), inner));
                after
            }
            ("macro_rules", [_, TokenTree::Ident(name), after @ ..]) if items => {
                self.defines.insert(name.to_string());
                after
            }
            (word, [TokenTree::Ident(name), after @ ..]) if items && ITEMS.contains(&word) && name != "fn" => {
                self.defines.insert(name.to_string());
                after
            }
            _ => {
                let (mut names, after) = path(after);
                if !names.is_empty() {
                    names.insert(0, word.to_owned());
                    self.paths.insert(names);
                }
                after
            }
        }
    }

    /// Leaves out the item, statement, field or arm that comes.
    fn pass_over<'a>(&mut self, mut rest: &'a [TokenTree]) -> &'a [TokenTree] {
        let mut words = Vec::new();
        while let [token, after @ ..] = rest {
            rest = after;
            let is_item = |words: &[String]| words.iter().any(|w| w == "impl" || ITEMS.contains(&w.as_str()));
            match token {
                TokenTree::Ident(word) => words.push(word.to_string()),
                TokenTree::Punct(mark) if mark.as_char() == ';' => break,
                TokenTree::Punct(mark) if mark.as_char() == ',' && !is_item(&words) => break,
                TokenTree::Group(body)
                    if body.delimiter() == Delimiter::Brace && !words.contains(&"use".to_owned()) =>
                {
                    break;
                }
                _ => {}
            }
        }
        if let Some(at) = words.iter().position(|w| w == "mod") {
            self.tests.extend(words.get(at + 1).cloned());
        }
        rest
    }

    /// Reads what follows `use`, or an element of a list in it, and answers what comes after it.
    fn use_tree<'a>(&mut self, mut rest: &'a [TokenTree], before: &[String]) -> &'a [TokenTree] {
        let mut path = before.to_vec();
        let mut name = None;
        let mut is_list = false;
        while let [token, after @ ..] = rest {
            rest = after;
            match token {
                TokenTree::Ident(word) if word == "as" => name = after.first().map(ToString::to_string),
                TokenTree::Ident(word) if name.is_none() => path.push(word.to_string()),
                TokenTree::Group(list) => {
                    is_list = true;
                    let list: Vec<_> = list.stream().into_iter().collect();
                    let mut elements = &list[..];
                    while !elements.is_empty() {
                        elements = self.use_tree(elements, &path);
                    }
                }
                TokenTree::Punct(mark) if matches!(mark.as_char(), ',' | ';') => break,
                TokenTree::Punct(mark) if mark.as_char() == '*' => path.push("*".to_owned()),
                _ => {}
            }
        }
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        if let Some(name) = name.or_else(|| path.last().cloned()).filter(|_| !is_list) {
            self.uses.push((name, path));
        }
        rest
    }
}

/// The segments that follow the first of a path, and what comes after them.
fn path(mut rest: &[TokenTree]) -> (Vec<String>, &[TokenTree]) {
    let mut names = Vec::new();
    while let [first, second, TokenTree::Ident(name), after @ ..] = rest
        && is_mark(first, ':')
        && is_mark(second, ':')
    {
        names.push(name.to_string());
        rest = after;
    }
    (names, rest)
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(p) if p.as_char() == mark)
}

/// True for `cfg(test)`, and for what is compiled with it and something else.
fn is_for_tests(attribute: &Group) -> bool {
    let text = attribute.stream().to_string();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.next() == Some("cfg") && words.clone().any(|w| w == "test") && !words.any(|w| w == "not" || w == "any")
}

fn is_scope(group: &Group) -> bool {
    let first = group.stream().into_iter().next().map(|t| t.to_string());
    group.delimiter() == Delimiter::Parenthesis && matches!(first.as_deref(), Some("in" | "crate" | "super" | "self"))
}
