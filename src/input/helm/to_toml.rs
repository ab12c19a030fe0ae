//! Values as `toToml` writes them. Source: BurntSushi/toml `encode.go` at v1.6.0. Every byte of a text keeps its place.

use std::sync::Arc;

use crate::syntax::MAX_DEPTH;
use crate::text::{Span, Traced, Why};
use crate::value::{Entry, Kind, Map, Value};

use super::print::printed;
use crate::input::yaml_values::quoted;

/// A map as TOML; anything else is none.
pub(super) fn toml(value: &Value, at: Span) -> Option<Traced> {
    let Kind::Map(map) = &value.kind else { return None };
    let mut writer = Writer { out: Traced::new(), at };
    writer.map(map, &mut Vec::new());
    Some(writer.out)
}

struct Writer {
    out: Traced,
    at: Span,
}

/// True for a value that has a table of its own.
fn is_table(value: &Value) -> bool {
    matches!(value.kind, Kind::Map(_)) || is_tables(value)
}

/// True for a list of maps.
fn is_tables(value: &Value) -> bool {
    let items = value.items();
    !items.is_empty() && items.iter().all(|item| matches!(item.kind, Kind::Map(_)))
}

/// The entries that are not null, sorted by key.
fn sorted(map: &Map) -> Vec<(&Arc<str>, &Entry)> {
    let mut all: Vec<_> = map.entries.iter().filter(|(_, entry)| !entry.value.is_null()).collect();
    all.sort_by_key(|(key, _)| Arc::clone(key));
    all
}

/// A key, in quotes where it needs them.
fn key_text(key: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !key.is_empty() && key.bytes().all(plain) { key.to_owned() } else { format!("{key:?}") }
}

impl Writer {
    fn made(&mut self, text: &str) {
        self.out.push_made(text.as_bytes(), self.at);
    }

    fn map(&mut self, map: &Map, path: &mut Vec<String>) {
        let indent = "  ".repeat(path.len().saturating_sub(1));
        let (tables, plain): (Vec<_>, Vec<_>) = sorted(map).into_iter().partition(|(_, entry)| is_table(&entry.value));
        let inner = if path.is_empty() { "" } else { "  " };
        for (key, entry) in plain {
            self.made(&format!("{indent}{inner}{} = ", key_text(key)));
            self.value(&entry.value, path.len());
            self.made("\n");
        }
        if let Some(why) = &map.open {
            self.out.push_unknown(self.at, why.clone());
        }
        for (key, entry) in tables {
            path.push(key_text(key));
            let items = if is_tables(&entry.value) { entry.value.items() } else { vec![entry.value.clone()] };
            let [open, close] = if is_tables(&entry.value) { ["[[", "]]"] } else { ["[", "]"] };
            for item in items {
                let Kind::Map(inner) = &item.kind else { continue };
                if path.len() == 1 && !self.out.is_empty() {
                    self.made("\n");
                }
                self.made(&format!("{}{open}{}{close}\n", "  ".repeat(path.len() - 1), path.join(".")));
                if path.len() < MAX_DEPTH {
                    self.map(inner, path);
                }
            }
            path.pop();
        }
    }

    fn value(&mut self, value: &Value, depth: usize) {
        let at = self.at;
        match &value.kind {
            _ if depth > MAX_DEPTH => self.out.push_unknown(at, Why::limit("depth of a value")),
            Kind::Str(text) => self.out.push(&quoted(text, at)),
            Kind::List(_) => {
                self.made("[");
                for (n, item) in value.items().iter().enumerate() {
                    self.made(if n > 0 { ", " } else { "" });
                    self.value(item, depth + 1);
                }
                self.made("]");
            }
            Kind::Map(map) => {
                self.made("{");
                for (n, (key, entry)) in sorted(map).into_iter().enumerate() {
                    self.made(&format!("{}{} = ", if n > 0 { ", " } else { "" }, key_text(key)));
                    self.value(&entry.value, depth + 1);
                }
                self.made("}");
            }
            Kind::Number(number) => {
                let text = printed(value, at);
                let whole = !text.bytes().iter().any(|b| b".eEnN".contains(b));
                self.out.push(&text);
                if number.is_floating() && whole {
                    self.made(".0");
                }
            }
            _ => self.out.push(&printed(value, at)),
        }
    }
}
