//! Where a text gives a watched timeout a value: by flag, field or key, in any of the forms that files use.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::runtime::{self, Name};
use crate::setting::{FIELDS, Field, Meaning, Reading, read_duration};
use crate::text::{budget, holds};

/// What is left out of a file with more.
pub(super) const PLACES: &str = "places of one file that mention a timeout";

/// The most places of one file that are looked at.
const MAX_PLACES: usize = 2_000;

/// How far after a name its value may end, in bytes.
const REACH: usize = 240;

/// How much of a line before and after a name says what it is about, in bytes.
const AROUND: usize = 1 << 10;

/// Characters of a value that a message shows.
const SHOWN: usize = 40;

/// Fields whose names other programs use as well. They count on a line about the kubelet only.
const SHARED: &[&str] = &[
    "authentication.webhook.cacheTTL",
    "authorization.webhook.cacheAuthorizedTTL",
    "authorization.webhook.cacheUnauthorizedTTL",
    "logging.flushFrequency",
];

/// The field whose names nothing else uses.
const STREAMING: &str = "streamingConnectionIdleTimeout";

/// True for the timeouts that benchmarks ask for. What fills in any other is not asked.
fn is_streaming(field: &Field) -> bool {
    field.name == STREAMING || Name::ALL.iter().any(|name| name.field().name == field.name)
}

/// A timeout next to a value that is a zero, or that is filled in later.
#[derive(Debug, PartialEq)]
pub(super) struct Mention {
    /// The field.
    pub(super) field: &'static Field,
    /// The name and the value, in bytes of the text.
    pub(super) range: Range<usize>,
    /// Both, as a message shows them.
    pub(super) shown: String,
    /// The value as written.
    pub(super) raw: String,
    /// True for a zero.
    pub(super) zero: bool,
    /// True if the text around it is packed.
    pub(super) packed: bool,
}

/// A pattern that is compiled at its first use; `None` if it is not valid, which a test rules out.
pub(super) type Pattern = LazyLock<Option<Regex>>;

/// Compiles a pattern.
pub(super) fn pattern(text: &str) -> Option<Regex> {
    let made = Regex::new(text);
    debug_assert!(made.is_ok(), "{made:?}");
    made.ok()
}

/// Every name in every form.
struct Names {
    /// With its field; the longer of two names that end alike comes first.
    all: Vec<(String, &'static Field)>,
    /// The hashes of their ends.
    ends: [bool; ENDS],
}

/// The number of hashes of the end of a name.
const ENDS: usize = 1024;

/// The hash of the end of a word.
fn end_hash(word: &[u8]) -> usize {
    word.iter().rev().take(4).fold(0, |hash, byte| (hash * 37 + usize::from(*byte)) % ENDS)
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let judged = |meaning: Meaning| !matches!(meaning, Meaning::Harmless | Meaning::None);
    let fields = FIELDS.iter().filter(|f| judged(f.zero_by_flag) || judged(f.zero_in_file));
    let mut all: Vec<(String, &'static Field)> = Vec::new();
    for field in fields {
        let last = field.name.rsplit('.').next().unwrap_or(field.name);
        let kebab = dashed(last);
        all.push((last.to_owned(), field));
        all.push((capitalised(last), field));
        for form in [Some(kebab.as_str()), field.flag].into_iter().flatten() {
            for form in [form.to_owned(), form.replace('-', "_"), form.replace('-', "_").to_uppercase()] {
                all.push((form, field));
            }
        }
    }
    all.push((runtime::KEY.to_owned(), Name::Containerd.field()));
    all.push((runtime::KEY.to_uppercase(), Name::Containerd.field()));
    // Of two fields with one name, the last counts.
    all.reverse();
    all.sort_by(|(a, _), (b, _)| (b.len(), a).cmp(&(a.len(), b)));
    all.dedup_by(|(a, _), (b, _)| a == b);
    let mut ends = [false; ENDS];
    for (name, _) in &all {
        ends[end_hash(name.as_bytes())] = true;
    }
    Names { all, ends }
});

/// All these names.
pub(in crate::scan) fn names() -> Vec<&'static str> {
    NAMES.all.iter().map(|(name, _)| name.as_str()).collect()
}

/// The bytes of words.
static PARTS: [bool; 256] = {
    let mut parts = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        parts[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'-');
        byte += 1;
    }
    parts
};

/// True for a part of a word.
fn is_part(byte: u8) -> bool {
    PARTS[usize::from(byte)]
}

/// The words of a text that end in a name: the place of the name, and the field.
pub(super) fn named(bytes: &[u8]) -> impl Iterator<Item = (Range<usize>, &'static Field)> {
    let mut at = 0;
    let ends = std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|b| is_part(*b))?;
        at = bytes[start..].iter().position(|b| !is_part(*b)).map_or(bytes.len(), |length| start + length);
        Some(at)
    });
    ends.filter_map(|end| {
        let text = &bytes[..end];
        let known =
            NAMES.ends[end_hash(text)].then(|| NAMES.all.iter().find(|(name, _)| text.ends_with(name.as_bytes())));
        known.flatten().map(|(name, field)| (end - name.len()..end, *field))
    })
}

/// What stands between a name and its value, and the start of the value.
static BETWEEN: Pattern = LazyLock::new(|| {
    pattern(
        r#"(?x-ui)^(?:\\*["'`]|%22|%27)?\]?
        (?:
            [\ \t]*,?\s*(?:-\ +)?\\*["'{]?\bvalue\\*["']?[\ \t]*[:=][\ \t]*     # a pair of a name and a value
          | (?:[\ \t]|%20)*(?P<equals>:=|=>|=|:|%3D|%3A)(?:[\ \t]|%20)*
          | [\ \t]*,\s*                                                        # the next argument or item
          | (?P<next>(?:[\ \t]|%20)+(?:\\\r?\n[\ \t]*)?|\r?\n[\ \t]*-\ +)      # the next word
        )
        (?:\\*["'`]|%22|%27)?"#,
    )
});

/// A value that programs write as a call or a literal of their own: none at all is a zero.
static WRAPPED: Pattern = LazyLock::new(|| {
    pattern(
        r"(?-u)^(?:&?(?:\w+\.)?Duration\{(?:Duration:\s*)?0?\}|(?:\w+\.)*[Dd]uration\.\w+\(\s*0\s*\)|pointer\.\w+\(0\))",
    )
});

/// A value that is filled in later, and its default: a placeholder, a verb of `printf`, a value that is encrypted, or what a program
/// joins to the text.
static FILLED: Pattern = LazyLock::new(|| {
    pattern(
        r"(?x-u)^(?:\$\{[^}\n]*\}|\$\([^)\n]*\)|\$\w+|\{\{[^\n]*?\}\}|<%[^\n]*?%>|\#\{[^}\n]*\}|%\{[^}\n]*\}
        |\{[\w.]+\}|\\\([^)\n]*\)|%\(\w+\)[sd]|%[sdvq]\b|ENC\[AES256_GCM[^\]\n]*\]
        |\ *(?:\+|~|\.\.|<>|,)\ *[A-Za-z_][\w.]*)",
    )
});

/// Text before a name that only looks for it: a search, the left side of a replacement, a comparison.
static SOUGHT: Pattern = LazyLock::new(|| {
    pattern(
        r#"(?x-u)\b[efz]?grep\b(?:'[^']*'|"[^"]*"|[^;&|'"])*(?:['"][^'"]*)?$|\brg\s|\bregexp?["']?\s*[:=]|\b(?:pattern|search|before|after|insertafter|insertbefore)["']?\s*[:=]
        |\bassert|\bexpect|\bcontains\b|[Ss]tarts?_?[Ww]ith|\bHasPrefix\b|-i?(?:not)?match\b|[=!]~|\bselect\(
        |\bkubectl\b[\s,"']+(?:port-forward|exec|attach|proxy|logs|debug)\b(?:[^-]|-[^-]|--\S)*$
        |(?:^|[\s'";])s(?:/[^/]*|\|[^|]*|\#[^\#]*|@[^@]*|,[^,]*|~[^~]*)$|\bsed\b[^|/]*(?:/[^/]*/[^/]*)*[\s'"]/[^/]*$"#,
    )
});

/// The right side of a replacement before a name.
static REPLACED: Pattern = LazyLock::new(|| {
    pattern(
        r#"(?x-u)(?:^|[\s'";])s(?:/[^/]*/[^/]*|\|[^|]*\|[^|]*|\#[^\#]*\#[^\#]*|@[^@]*@[^@]*|,[^,]*,[^,]*|~[^~]*~[^~]*)$"#,
    )
});

/// The places at which a text gives a timeout a zero, or something that is filled in later. A plain value that is not zero is
/// no place.
pub(super) fn mentions(bytes: &[u8]) -> Vec<Mention> {
    let about = About::of(bytes);
    let found = budget::at_most(named(bytes), MAX_PLACES, PLACES);
    let mut out: Vec<_> = found.filter_map(|(name, field)| mention(bytes, name, field, &about)).collect();
    // kubeadm and other programs write `0s` for every duration that is not set: one place stands for all of them.
    let in_file = |m: &Mention| m.zero && m.shown.contains(": ");
    const DUMP: usize = 4;
    if out.iter().filter(|m| in_file(m)).count() >= DUMP {
        let first = out.iter().position(|m| in_file(m) && m.field.name == STREAMING);
        let first = first.or_else(|| out.iter().position(in_file));
        let mut n = 0;
        out.retain(|m| {
            n += 1;
            !in_file(m) || Some(n - 1) == first
        });
    }
    out
}

/// What a text is about, by the words in it.
struct About {
    kubelet: bool,
    runtime: Option<Name>,
}

impl About {
    fn of(bytes: &[u8]) -> Self {
        let text = bytes.to_ascii_lowercase();
        let has = |word: &str| holds(&text, word.as_bytes());
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let whole = |word: &str| {
            memchr::memmem::find_iter(&text, word.as_bytes()).any(|at| !text.get(at + word.len()).is_some_and(is_word))
        };
        let runtime = match () {
            () if has("containerd") => Some(Name::Containerd),
            () if whole("crio") || whole("cri-o") => Some(Name::Crio),
            () => None,
        };
        let manager = |between: &str| {
            has(&format!("http{between}connection_manager")) || has(&format!("http{between}connectionmanager"))
        };
        let proxy = runtime.is_some() && (has("envoy") || manager("_") || manager(""));
        Self { kubelet: has("kubelet"), runtime: runtime.filter(|_| !proxy) }
    }
}

/// The name at `name` with its value, if it has one that counts.
fn mention(bytes: &[u8], name: Range<usize>, mut field: &'static Field, about: &About) -> Option<Mention> {
    let near = name.start.saturating_sub(AROUND);
    let line_start = bytes[near..name.start].iter().rposition(|b| *b == b'\n').map_or(near, |at| near + at + 1);
    let mut start = name.start - bytes[line_start..name.start].iter().rev().take_while(|b| is_part(**b)).count();
    // The letter of an escaped end of line, or the digits of a percent-encoded one, are no part of the name.
    match start.checked_sub(1).and_then(|before| bytes.get(before)) {
        Some(b'\\') if matches!(bytes.get(start), Some(b'n' | b'r' | b't')) => start = (start + 1).min(name.start),
        Some(b'%') => start = (start + 2).min(name.start),
        // `${ARGS:---flag=0}`, a default of a shell.
        Some(b':') if bytes[start..name.start].starts_with(b"---") => start += 1,
        _ => {}
    }
    let prefix = &bytes[start..name.start];
    let flag = prefix.starts_with(b"--");
    let kubelets = prefix == b"--" || String::from_utf8_lossy(prefix).to_lowercase().contains("kubelet");
    if flag && !kubelets {
        return None;
    }
    if field.name == Name::Containerd.field().name {
        field = about.runtime?.field();
    } else if SHARED.contains(&field.name) {
        let near = &bytes[name.end..bytes.len().min(name.end + AROUND)];
        let line_end = name.end + near.iter().position(|b| *b == b'\n').unwrap_or(near.len());
        let line = String::from_utf8_lossy(&bytes[line_start..line_end]).to_lowercase();
        (flag || about.kubelet).then_some(())?;
        line.contains("kubelet").then_some(())?;
    } else if field.name != STREAMING {
        // A word of its own, in a text about kubelets.
        let own =
            prefix.is_empty() || prefix == b"--" || String::from_utf8_lossy(prefix).to_lowercase().contains("kubelet");
        (about.kubelet && own).then_some(())?;
    }
    let rest = &bytes[name.end..bytes.len().min(name.end + REACH)];
    let between = BETWEEN.as_ref()?.captures(rest)?;
    // `--a 0` is a flag with its value; two words in a row are not.
    if between.name("next").is_some() && !flag {
        return None;
    }
    let value_at = between.get(0)?.end();
    let value = &rest[value_at..];
    let before = &bytes[line_start..start];
    if value.starts_with(b"=") || SOUGHT.as_ref()?.is_match(before) && !REPLACED.as_ref()?.is_match(before) {
        return None;
    }
    let (len, zero) = judged(value)?;
    if !zero && !is_streaming(field) {
        return None;
    }
    let raw = String::from_utf8_lossy(&value[..len]).into_owned();
    let key = String::from_utf8_lossy(&bytes[start..name.end]).into_owned();
    let equals = between.name("equals").is_some_and(|m| matches!(m.as_bytes(), b"=" | b"%3D" | b"%3d"));
    let joint = if equals && (flag || bytes.get(name.end) == Some(&b'=')) {
        "="
    } else if equals {
        " = "
    } else if flag {
        " "
    } else {
        ": "
    };
    let shown = format!("{key}{joint}{}", cut(&raw));
    Some(Mention { field, range: start..name.end + value_at + len, shown, raw, zero, packed: false })
}

/// The length of a value that counts, and whether it is a zero.
fn judged(value: &[u8]) -> Option<(usize, bool)> {
    if let Some(found) = WRAPPED.as_ref()?.find(value) {
        return Some((found.len(), true));
    }
    if let Some(found) = FILLED.as_ref()?.find(value) {
        let default = found.as_bytes().strip_suffix(b"}").unwrap_or_default();
        let default = default.rsplit(|b| matches!(b, b'-' | b'=')).next().filter(|part| part.len() < default.len());
        return Some((found.len(), default.is_some_and(is_zero)));
    }
    let len = value.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+')).count();
    let zero = value.get(..len).is_some_and(is_zero);
    // The number may be the start of something else, such as a template.
    let whole = match value.get(len) {
        Some(b'%') => value.get(len + 1).is_some_and(u8::is_ascii_hexdigit),
        next => !next.is_some_and(|b| matches!(b, b'$' | b'{' | b'_' | b'(')),
    };
    (zero && whole).then_some((len, true))
}

fn is_zero(text: &[u8]) -> bool {
    text.first().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.'))
        && read_duration(text) == Reading::Duration(0)
}

fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// `syncFrequency` as `sync-frequency`, `imageMinimumGCAge` as `image-minimum-gc-age`.
fn dashed(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut out = String::with_capacity(name.len() + 6);
    for (n, byte) in bytes.iter().enumerate() {
        let beside = [n.checked_sub(1).map(|before| bytes[before]), bytes.get(n + 1).copied().filter(|_| n > 0)];
        if byte.is_ascii_uppercase() && beside.iter().flatten().any(u8::is_ascii_lowercase) {
            out.push('-');
        }
        out.push(byte.to_ascii_lowercase().into());
    }
    out
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::{dashed, mentions};

    #[test]
    fn a_zero_is_found_in_every_form_and_a_value_is_not() {
        for (text, expected) in [
            ("x --streaming-connection-idle-timeout=0 y", "--streaming-connection-idle-timeout=0"),
            ("'--streaming-connection-idle-timeout', '0s'", "--streaming-connection-idle-timeout 0s"),
            ("--streaming-connection-idle-timeout \\\n  0", "--streaming-connection-idle-timeout 0"),
            ("- --streaming-connection-idle-timeout\n- \"0\"", "--streaming-connection-idle-timeout 0"),
            ("streamingConnectionIdleTimeout: 0h0m", "streamingConnectionIdleTimeout: 0h0m"),
            ("\"streamingConnectionIdleTimeout\": \"0s\"", "streamingConnectionIdleTimeout: 0s"),
            (r#"\"streamingConnectionIdleTimeout\":\"0s\""#, "streamingConnectionIdleTimeout: 0s"),
            (r"kubelet: {\runtimeRequestTimeout: 0s", "runtimeRequestTimeout: 0s"),
            (
                "StreamingConnectionIdleTimeout: metav1.Duration{Duration: 0},",
                "StreamingConnectionIdleTimeout: metav1.Duration{Duration: 0}",
            ),
            ("kubelet_streaming_connection_idle_timeout = \"0\"", "kubelet_streaming_connection_idle_timeout = 0"),
            ("STREAMING_CONNECTION_IDLE_TIMEOUT=${IDLE:-0}", "STREAMING_CONNECTION_IDLE_TIMEOUT=${IDLE:-0}"),
            ("- name: streaming-connection-idle-timeout\n  value: \"0\"", "streaming-connection-idle-timeout: 0"),
            ("{name=\"streaming-connection-idle-timeout\", value = 0}", "streaming-connection-idle-timeout: 0"),
            ("set(\"streaming-connection-idle-timeout\", \"0\")", "streaming-connection-idle-timeout: 0"),
            ("streamingConnectionIdleTimeout: {{ idle }}", "streamingConnectionIdleTimeout: {{ idle }}"),
            ("kubelet: syncFrequency: 0", "syncFrequency: 0"),
            ("kubelet --log-flush-frequency=0", "--log-flush-frequency=0"),
            ("containerd: stream_idle_timeout = \"0s\"", "stream_idle_timeout = 0s"),
            ("crio stream_idle_timeout%20%3D%20%220s%22", "stream_idle_timeout = 0s"),
            (r"a\nstreamingConnectionIdleTimeout: 0\nb", "streamingConnectionIdleTimeout: 0"),
            ("\"--streaming-connection-idle-timeout=\" + idle", "--streaming-connection-idle-timeout= + idle"),
            ("'streaming-connection-idle-timeout=', args('a')", "streaming-connection-idle-timeout=, args"),
            ("--streaming-connection-idle-timeout=%s'", "--streaming-connection-idle-timeout=%s"),
            ("f'streamingConnectionIdleTimeout: {idle}'", "streamingConnectionIdleTimeout: {idle}"),
            ("streamingConnectionIdleTimeout: \\(idle)", "streamingConnectionIdleTimeout: \\(idle)"),
            (
                "streamingConnectionIdleTimeout: ENC[AES256_GCM,data:a]",
                "streamingConnectionIdleTimeout: ENC[AES256_GCM,data:a]",
            ),
            ("\"streamingConnectionIdleTimeout\": \"\", \"a\": 0", ""),
            ("streamingConnectionIdleTimeout: 4h", ""),
            ("streamingConnectionIdleTimeout: 0.5h", ""),
            ("streamingConnectionIdleTimeout == \"0\"", ""),
            ("streamingConnectionIdleTimeout:\n  type: string", ""),
            ("streamingConnectionIdleTimeoutSeconds: 0", ""),
            ("syncFrequency: 0", ""),
            ("kubelet:\nargo-sync-frequency: 0", ""),
            ("# kubelet\nkube-apiserver --log-flush-frequency=0", ""),
            ("envoy containerd stream_idle_timeout: 0s", ""),
            ("grep -q -- --streaming-connection-idle-timeout=0 f", ""),
            ("sed -i 's/--streaming-connection-idle-timeout=0/--streaming-connection-idle-timeout=4h/' f", ""),
            ("sed -i '/streamingConnectionIdleTimeout: 0/d' f", ""),
            ("sed -i 's/x/streamingConnectionIdleTimeout: 0/' f", "streamingConnectionIdleTimeout: 0"),
            ("sed -i 's/\"a\"/\"streamingConnectionIdleTimeout\": \"0s\"/' f", "streamingConnectionIdleTimeout: 0s"),
            (
                "grep -q 'a|b' f || sed -i '/k/a streamingConnectionIdleTimeout: 0' f",
                "streamingConnectionIdleTimeout: 0",
            ),
            ("if ! grep -qE 'a|--streaming-connection-idle-timeout=0' f; then", ""),
            ("kubectl port-forward x --streaming-connection-idle-timeout=0", ""),
            (
                "kubectl debug x -- sh -c 'a --streaming-connection-idle-timeout=0'",
                "--streaming-connection-idle-timeout=0",
            ),
            ("kubelet: syncFrequency: {{ s }}", ""),
            ("regexp: streamingConnectionIdleTimeout: 0", ""),
        ] {
            let found = mentions(text.as_bytes());
            let shown: Vec<_> = found.iter().map(|m| m.shown.as_str()).collect();
            assert_eq!(shown.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_zero_comes_from_a_literal_or_a_default() {
        for (text, zero) in [("=0", true), ("=${A:-0s}", true), ("=${A:-4h}", false), ("=$A", false), ("=%{A}", false)]
        {
            let found = mentions(format!("streaming-connection-idle-timeout{text}").as_bytes());
            assert_eq!(found[0].zero, zero, "{text}");
        }
    }

    #[test]
    fn a_dump_is_one_place() {
        let text = "kind: KubeletConfiguration\nsyncFrequency: 0s\nfileCheckFrequency: 0s\nhttpCheckFrequency: 0s\nstreamingConnectionIdleTimeout: 0s\n";
        let found = mentions(text.as_bytes());
        assert_eq!(found.iter().map(|m| m.shown.as_str()).collect::<Vec<_>>(), ["streamingConnectionIdleTimeout: 0s"]);
    }

    #[test]
    fn words_are_cut_at_capitals() {
        for (name, expected) in
            [("imageMinimumGCAge", "image-minimum-gc-age"), ("cpuCFSQuotaPeriod", "cpu-cfs-quota-period")]
        {
            assert_eq!(dashed(name), expected);
        }
    }
}
