//! The change that fixes a finding, where there is one that is certain.

use crate::setting::duration::{HOUR, SECOND};
use crate::setting::{Field, parse_duration};
use crate::text::Place;

use crate::check::{Finding, Fix, Options, Predicate, suggestion};

/// The change that mends `finding`. There is one only where the zero stands in a file byte for byte as the node reads it,
/// and the field has a time that is right for every node: its default, or the one that people chose.
///
/// A zero that reaches no kubelet for certain is taken out of YAML with its line.
pub fn fix(finding: &Finding, options: &Options) -> Option<Fix> {
    if finding.rule.predicate == Predicate::DeadSetting {
        return without(finding);
    }
    let mends =
        matches!(finding.rule.predicate, Predicate::EffectiveZero | Predicate::HarmfulZero | Predicate::ReplacedZero);
    let place = &finding.at.place;
    // A zero of several durations that a program wrote is no slip of a person, and standard input and the command line are no
    // files.
    let in_file = !place.source.is_derived() && place.source.path().is_absolute() && !is_state(place);
    if !mends || !finding.exact || !in_file || !finding.siblings.is_empty() {
        return None;
    }
    let written = place.text();
    if written != finding.raw || parse_duration(written.as_bytes()) != Ok(0) {
        return None;
    }
    let field = Field::by_name(&finding.field)?;
    let text = match &options.write {
        Some(text) if field.name == "streamingConnectionIdleTimeout" => text.clone(),
        // Longer ones are written in days, which Go does not read.
        _ => suggestion(Some(field.default.filter(|d| *d > 0 && d % SECOND == 0 && *d < 24 * HOUR)?)),
    };
    let text = quoted(place, &written, text)?;
    Some(Fix { place: place.clone(), text })
}

/// The change that takes a zero out of a YAML file which no kubelet reads there: its line, if that holds nothing but the key and
/// the zero, and a key of the same map stands beside it.
fn without(finding: &Finding) -> Option<Fix> {
    let place = &finding.at.place;
    let source = &place.source;
    let ending = source.path().extension().map(|e| e.to_ascii_lowercase());
    let yaml = ending.is_some_and(|e| e == "yaml" || e == "yml");
    if !yaml
        || source.is_derived()
        || !source.path().is_absolute()
        || !finding.is_certain()
        || !finding.siblings.is_empty()
    {
        return None;
    }
    if parse_duration(finding.raw.as_bytes()) != Ok(0) {
        return None;
    }
    let number = source.line_of(place.start);
    let entry = |line: usize| {
        let text = std::str::from_utf8(source.line(line)).ok()?;
        let body = text.trim_start_matches(' ');
        let (key, value) = body.split_once(':')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        let sound = !key.is_empty()
            && key.chars().all(plain)
            && !key.starts_with('-')
            && (value.is_empty() || value.starts_with([' ', '\r']));
        sound.then(|| (text.len() - body.len(), value.trim().to_owned()))
    };
    let (indent, value) = entry(number)?;
    let written = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    if written != finding.raw {
        return None;
    }
    let beside = |line: usize| entry(line).is_some_and(|(other, value)| other == indent && !value.is_empty());
    let next = source.line_starts().get(number + 1).copied();
    if !(number.checked_sub(1).is_some_and(beside) || next.is_some() && beside(number + 1)) {
        return None;
    }
    let start = *source.line_starts().get(number)?;
    let end = next.unwrap_or(source.bytes().len() as u32);
    Some(Fix { place: Place { source: std::sync::Arc::clone(source), start, end }, text: String::new() })
}

/// True for a plan or state of Terraform, which only Terraform may write.
fn is_state(place: &Place) -> bool {
    const START: usize = 400;
    let bytes = place.source.bytes();
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(START)]);
    start.trim_start().starts_with('{') && start.contains("\"terraform_version\"")
}

/// `text` as it has to be written at the place. A bare zero of HCL or JSON is a number there, and a time is not.
fn quoted(place: &Place, written: &str, text: String) -> Option<String> {
    let path = place.source.path().to_string_lossy().to_ascii_lowercase();
    let bytes = place.source.bytes();
    let before = bytes[..place.start as usize].last().copied();
    let after = bytes.get(place.end as usize).copied();
    let number = written.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let bare = number && before.is_none_or(|b| b.is_ascii_whitespace() || b"=:,[(".contains(&b));
    let ends = |list: &[&str]| list.iter().any(|e| path.ends_with(e));
    if ends(&[".json"]) || ends(&[".template"]) && bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{') {
        let alone =
            bare && after.is_none_or(|b| b.is_ascii_whitespace() || b",]}".contains(&b)) && before != Some(b'=');
        return Some(if alone { format!("\"{text}\"") } else { text });
    }
    // In HCL the type of a variable may insist on a number, so a bare zero is left to people. One in a heredoc stands after
    // the sign of equality without a space.
    let hcl = ends(&[".tf", ".tofu", ".tfvars", ".hcl"]);
    (!(hcl && bare && before != Some(b'='))).then_some(text)
}
