//! Versions and conditions on them. Source: Masterminds/semver at v3.4.0, `constraints.go` and `version.go`.

use std::cmp::Ordering;

/// A number that no version of Helm comes near, and the most numbers of a condition that are tried.
const MAX_PART: u64 = 1_000_000;
const MAX_PARTS: usize = 24;

/// A version, or the one that a condition names.
#[derive(Debug)]
struct Version<'a> {
    numbers: [u64; 3],
    pre: &'a str,
    /// The first number that is left open.
    open: Option<usize>,
}

/// The numbers and the pre-release of a version.
pub(super) fn parts(text: &str) -> Option<([u64; 3], &str)> {
    version(text.trim(), false).map(|version| (version.numbers, version.pre))
}

fn version(text: &str, pattern: bool) -> Option<Version<'_>> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split_once('+').map_or(text, |(text, _)| text);
    let (plain, pre) = text.split_once('-').unwrap_or((text, ""));
    let (mut numbers, mut open) = ([0; 3], None);
    let words: Vec<&str> = plain.split('.').collect();
    if words.len() > 3 {
        return None;
    }
    for (n, number) in numbers.iter_mut().enumerate() {
        match words.get(n) {
            Some(word) if pattern && matches!(*word, "x" | "X" | "*" | "") => open = open.or(Some(n)),
            Some(word) if open.is_none() => {
                *number = word.parse().ok().filter(|_| word.bytes().all(|b| b.is_ascii_digit()))?;
            }
            None if pattern => open = open.or(Some(n)),
            _ => {}
        }
    }
    Some(Version { numbers, pre, open })
}

impl Version<'_> {
    fn order(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.pre, other.pre) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (a, b) => before(a, b),
        })
    }

    /// Whether this version meets the condition of an operator and another version.
    fn meets(&self, operator: &str, other: &Self) -> bool {
        let ([major, minor, _], [wanted, wanted_minor, _]) = (self.numbers, other.numbers);
        let order = self.order(other);
        let open = |n: usize| other.open.is_some_and(|open| open <= n && open > 0);
        if !self.pre.is_empty() && other.pre.is_empty() {
            return false;
        }
        if operator == "!=" {
            return match other.open {
                Some(0) => false,
                Some(n) => self.numbers[..n] != other.numbers[..n],
                None => order.is_ne(),
            };
        }
        match operator {
            ">" if other.open.is_none() || major != wanted => match other.open {
                None => order.is_gt(),
                Some(_) => major > wanted,
            },
            ">" => !open(1) && minor > wanted_minor,
            "<" => order.is_lt(),
            ">=" | "=>" => order.is_ge(),
            "<=" | "=<" if other.open.is_none() => order.is_le(),
            "<=" | "=<" => major < wanted || major == wanted && (minor <= wanted_minor || open(1)),
            "" | "=" if other.open.is_none() => order.is_eq(),
            "" | "=" | "~" | "~>" => {
                let any = other.numbers == [0; 3] && !open(1) && !open(2);
                order.is_ge() && (any || major == wanted && (minor == wanted_minor || open(1)))
            }
            _ => {
                let same = |n: usize| self.numbers[..n] == other.numbers[..n];
                order.is_ge()
                    && match other.numbers {
                        _ if wanted > 0 || open(1) || other.open == Some(0) => same(1) || other.open == Some(0),
                        [_, minor, _] if minor > 0 => same(2),
                        _ if open(2) => same(2),
                        _ => same(3),
                    }
            }
        }
    }
}

/// The order of two pre-releases.
fn before(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Whether a version meets a condition; `None` if one of them is not valid, or not understood.
pub(super) fn meets(condition: &str, text: &str) -> Option<bool> {
    let own = version(text.trim(), false)?;
    let mut any = false;
    for all in condition.split("||") {
        let mut holds = true;
        let hyphen = all.replace(" - ", "\0");
        let spaced: String = hyphen.replace(',', " ");
        let mut words = spaced.split_ascii_whitespace();
        let mut count = 0;
        while let Some(word) = words.next() {
            count += 1;
            if let Some((from, to)) = word.split_once('\0') {
                holds &= own.meets(">=", &version(from, true)?) && own.meets("<=", &version(to, true)?);
                continue;
            }
            let length = word.bytes().take_while(|b| matches!(b, b'=' | b'!' | b'<' | b'>' | b'~' | b'^')).count();
            let (operator, rest) = word.split_at(length);
            if !matches!(operator, "" | "=" | "!=" | ">" | "<" | ">=" | "=>" | "<=" | "=<" | "~" | "~>" | "^") {
                return None;
            }
            // There may be white space between them.
            let rest = if rest.is_empty() { words.next()? } else { rest };
            holds &= own.meets(operator, &version(rest, true)?);
        }
        if count == 0 {
            return None;
        }
        any |= holds;
    }
    Some(any)
}

/// The same for all versions with this first number; `None` if they differ. The versions in the condition are the only ones where the
/// answer changes.
pub(super) fn all_meet(condition: &str, major: u64) -> Option<bool> {
    let numbers = condition.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u64>().ok());
    let mut some: Vec<u64> = numbers.filter(|n| *n < MAX_PART).flat_map(|n| [n.saturating_sub(1), n, n + 1]).collect();
    some.extend([0, MAX_PART]);
    some.sort_unstable();
    some.dedup();
    if some.len() > MAX_PARTS {
        return None;
    }
    let pairs = some.iter().flat_map(|minor| some.iter().map(move |patch| format!("{major}.{minor}.{patch}")));
    let mut answers = pairs.map(|version| meets(condition, &version));
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}
