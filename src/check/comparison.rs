//! What a rule finds in one value of any type. Nothing else decides it, for findings and reports alike.

use serde_json::Value;

use crate::setting::{Kind, parse_duration};

use super::front::Front;
use super::predicate::Predicate;

/// What a rule says about a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// The rule fires. Of a list or map, these items or keys are why, if only some are.
    Fires(Vec<String>),
    /// It does not.
    Silent,
    /// The value cannot be compared; the words say why.
    Unclear(String),
}

impl Answer {
    fn when(fires: bool) -> Self {
        if fires { Self::Fires(Vec::new()) } else { Self::Silent }
    }
}

/// Compares a value of a kind with what the page of a rule says. `set` is false if nothing sets it, also if it has a default.
pub(super) fn compare(front: &Front, kind: &Kind, value: Option<&Value>, set: bool) -> Answer {
    if front.written && !set {
        return Answer::Silent;
    }
    let not = front.not;
    let is_empty = value.is_none_or(|v| match v {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    });
    match front.predicate {
        Predicate::Unset => Answer::when((!set || is_empty) != not),
        Predicate::EffectiveZero => Answer::when(value.is_some_and(|v| is_same(kind, v, "0s"))),
        Predicate::Equals | Predicate::OneOf => {
            let one_of = |kind: &Kind, value: &Value| {
                front.values.iter().chain(&front.value).any(|wanted| is_same(kind, value, &wanted.0))
            };
            match (value, kind) {
                _ if is_empty && !front.value.iter().any(|v| v.0.is_empty()) => Answer::when(not),
                (Some(Value::Array(items)), Kind::List(kind)) => {
                    let bad = items.iter().filter(|item| one_of(kind, item) != not).map(text_of);
                    Some(bad.collect()).filter(|bad: &Vec<_>| !bad.is_empty()).map_or(Answer::Silent, Answer::Fires)
                }
                (Some(value), kind) => Answer::when(one_of(kind, value) != not),
                (None, _) => Answer::when(not),
            }
        }
        Predicate::Contains => {
            let wanted = front.value.as_ref().map(|v| v.0.as_str()).unwrap_or_default();
            let part = match value {
                Some(Value::Array(items)) => items.iter().map(text_of).find(|item| item == wanted),
                Some(Value::Object(map)) => map
                    .iter()
                    .find(|(key, value)| *key == wanted || format!("{key}={}", text_of(value)) == wanted)
                    .map(|(key, _)| key.clone()),
                Some(value) => Some(wanted.to_owned()).filter(|wanted| text_of(value).contains(wanted)),
                None => None,
            };
            match part {
                Some(part) if !not => Answer::Fires(vec![part]),
                None if not => Answer::Fires(Vec::new()),
                _ => Answer::Silent,
            }
        }
        Predicate::AboveLimit | Predicate::BelowLimit => {
            let (Some(value), Some(limit)) = (value.filter(|_| !is_empty), &front.limit) else { return Answer::Silent };
            let text = text_of(value);
            match (number(kind, &text), number(kind, &limit.0)) {
                (Some((unit, value)), Some((same, limit))) if unit == same => Answer::when(
                    not != if front.predicate == Predicate::AboveLimit { value > limit } else { value < limit },
                ),
                _ => Answer::Unclear(format!("`{text}` cannot be compared with `{}`", limit.0)),
            }
        }
        Predicate::MoreOpen => {
            let digits = |text: &str| u32::from_str_radix(text, 8).ok();
            let mode = value.map(text_of).and_then(|text| digits(&text));
            let limit = front.limit.as_ref().and_then(|limit| digits(&limit.0));
            Answer::when(mode.zip(limit).is_some_and(|(mode, limit)| mode & !limit != 0))
        }
        _ => Answer::Silent,
    }
}

fn is_same(kind: &Kind, value: &Value, wanted: &str) -> bool {
    let text = text_of(value);
    let is_duration = matches!(kind, Kind::Duration | Kind::DurationOrNumber);
    text == wanted
        || is_duration
            && matches!((parse_duration(text.as_bytes()), parse_duration(wanted.as_bytes())), (Ok(a), Ok(b)) if a == b)
}

/// A value as a person would write it.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A number with its unit: of a duration, a quantity, or a percentage.
pub(super) fn number(kind: &Kind, text: &str) -> Option<(&'static str, f64)> {
    if matches!(kind, Kind::Duration | Kind::DurationOrNumber) {
        return parse_duration(text.as_bytes()).ok().and_then(|n| Some(("ns", n.to_string().parse().ok()?)));
    }
    if let Some(percent) = text.strip_suffix('%') {
        return percent.parse().ok().map(|n| ("%", n));
    }
    const SUFFIXES: [(&str, f64); 14] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
    ];
    let (digits, unit) =
        SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor))).unwrap_or((text, 1.0));
    digits.parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| ("", n * unit))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::setting::ConfigField;

    fn answer(front: &str, path: &str, value: &Value, set: bool) -> Answer {
        let front: Front = serde_yaml::from_str(&format!("id: a\nlevel: note\nfields: [{path}]\n{front}")).unwrap();
        let field = ConfigField::by_path(path).unwrap();
        compare(&front, &field.kind, field.or_zero(Some(value).filter(|v| !v.is_null())).as_ref(), set)
    }

    #[test]
    fn values_of_every_type_are_compared() {
        let fires = |parts: &[&str]| Answer::Fires(parts.iter().map(|p| (*p).to_owned()).collect());
        let cases: &[(&str, &str, Value, bool, Answer)] = &[
            ("predicate: equals\nvalue: true", "authentication.anonymous.enabled", json!(true), true, fires(&[])),
            ("predicate: equals\nvalue: true", "authentication.anonymous.enabled", json!(false), true, Answer::Silent),
            ("predicate: equals\nvalue: 4h", "streamingConnectionIdleTimeout", json!("4h0m0s"), true, fires(&[])),
            ("predicate: equals\nvalue: 4h", "clusterDomain", json!("4h0m0s"), true, Answer::Silent),
            (
                "predicate: equals\nvalue: false\nwritten: true",
                "rotateCertificates",
                Value::Null,
                false,
                Answer::Silent,
            ),
            ("predicate: equals\nvalue: false\nwritten: true", "rotateCertificates", Value::Null, true, fires(&[])),
            ("predicate: equals\nvalue: a\nnot: true", "clusterDomain", Value::Null, false, fires(&[])),
            ("predicate: unset", "authentication.x509.clientCAFile", json!(""), true, fires(&[])),
            ("predicate: unset", "maxPods", json!(110), false, fires(&[])),
            ("predicate: unset\nnot: true", "maxPods", json!(110), true, fires(&[])),
            ("predicate: above-limit\nlimit: 0", "readOnlyPort", json!(10255), true, fires(&[])),
            ("predicate: above-limit\nlimit: 0", "readOnlyPort", Value::Null, true, Answer::Silent),
            ("predicate: below-limit\nlimit: 1", "podPidsLimit", json!(-1), false, fires(&[])),
            ("predicate: below-limit\nlimit: 1Gi", "containerLogMaxSize", json!("10Mi"), true, fires(&[])),
            ("predicate: one-of\nvalues: [A, B]\nnot: true", "tlsCipherSuites", json!(["A", "C"]), true, fires(&["C"])),
            ("predicate: one-of\nvalues: [A, B]\nnot: true", "tlsCipherSuites", Value::Null, false, fires(&[])),
            ("predicate: one-of\nvalues: [A, B]", "tlsCipherSuites", json!(["C"]), true, Answer::Silent),
            ("predicate: contains\nvalue: A", "featureGates", json!({"A": true}), true, fires(&["A"])),
            ("predicate: contains\nvalue: A=true", "featureGates", json!({"A": false}), true, Answer::Silent),
            ("predicate: contains\nvalue: A\nnot: true", "featureGates", json!({"B": true}), true, fires(&[])),
            ("predicate: contains\nvalue: pods", "enforceNodeAllocatable", json!(["pods"]), false, fires(&["pods"])),
            ("predicate: contains\nvalue: b", "clusterDomain", json!("abc"), true, fires(&["b"])),
        ];
        for (front, path, value, set, want) in cases {
            assert_eq!(answer(front, path, value, *set), *want, "{front} {path} {value}");
        }
        let unclear = answer("predicate: below-limit\nlimit: 5%", "containerLogMaxSize", &json!("10Mi"), true);
        assert!(matches!(unclear, Answer::Unclear(_)), "{unclear:?}");
    }
}
