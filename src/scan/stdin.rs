//! Standard input as a file among files.

/// The name that is shown for standard input without one.
pub(super) const STDIN: &str = "<stdin>";

/// The name of a file with this content.
pub(super) fn name(bytes: &[u8]) -> String {
    format!("{STDIN}.{}", extension(bytes))
}

/// The extension that a file with this content would have.
fn extension(bytes: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    let block = |word: &str| {
        text.lines().any(|l| l.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '{'])) && l.contains('{'))
    };
    // The output of `ps`, `systemctl cat` and `/proc` for a kubelet.
    let listed =
        |l: &str| l.contains("kubelet --") && l.split_whitespace().nth(1).is_some_and(|w| w.parse::<u32>().is_ok());
    if text.starts_with("#!") {
        "sh"
    } else if text.starts_with("# /") || text.contains('\0') || text.lines().any(listed) {
        "txt"
    } else if text.starts_with('{') {
        "json"
    } else if ["resource", "module", "variable", "locals", "data", "terraform", "provider"].iter().any(|w| block(w)) {
        "tf"
    } else {
        "yaml"
    }
}
