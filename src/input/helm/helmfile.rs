//! Functions that helmfile adds to templates, or gives another meaning. Source: helmfile/helmfile at v1.7.4,
//! `pkg/tmpl/context_funcs.go` and `get_or_nil.go`.

use std::path::Path;

use crate::node::Cx;
use crate::text::{FileError, Span, Why};
use crate::value::{Kind, Value};

use crate::input::unit::normal;

/// The result of a call in a template of helmfile whose files are in `dir`; `None` if the function is no special one.
pub(super) fn call(name: &str, args: &[Value], dir: &Path, at: Span, cx: &mut Cx<'_>) -> Option<Value> {
    let word = |n: usize| args.get(n).and_then(Value::as_known_str);
    let outside = |words: String| Value::unknown(Why::FromOutside(words.escape_debug().to_string().into()), at);
    Some(match name {
        "env" | "requiredEnv" | "expandenv" => outside(format!("the environment variable {}", word(0).unwrap_or("?"))),
        "exec" | "envExec" => outside(format!("what `{}` prints", word(0).unwrap_or("a program"))),
        "fetchSecretValue" | "expandSecretRefs" => outside("a secret".to_owned()),
        "readFile" => {
            let Some(name) = word(0) else { return Some(outside("a file".to_owned())) };
            match cx.view(&normal(&dir.join(name))) {
                Ok(view) => Value::str(view.traced(0..view.bytes.len()), at),
                Err(_) => outside(format!("the file {name}")),
            }
        }
        "isFile" => match cx.peek(&normal(&dir.join(word(0)?))) {
            Ok(_) => Value::bool(true, at),
            Err(FileError::Missing) => Value::bool(false, at),
            Err(_) => return None,
        },
        // Sprig's has the map first.
        "get" | "getOrNil" => {
            let [path, default @ .., map] = args else { return None };
            let path = path.as_known_str()?;
            let found = path.split('.').try_fold(map.clone(), |value, key| inner(&value, key));
            match found {
                Ok(value) => value,
                Err(Some(why)) => Value::unknown(why, at),
                Err(None) => match default.first() {
                    Some(default) => default.clone(),
                    None if name == "getOrNil" => Value::null(at),
                    None => Value::unknown(Why::NoDefault(path.escape_debug().to_string().into()), at),
                },
            }
        }
        "hasKey" => match inner(args.first()?, word(1)?) {
            Ok(_) => Value::bool(true, at),
            Err(None) => Value::bool(false, at),
            Err(Some(why)) => Value::unknown(why, at),
        },
        _ => return None,
    })
}

/// The value of a key; an error if there is none, with the reason if that is not known. A map with [`Why::NoDefault`] is complete.
fn inner(value: &Value, key: &str) -> Result<Value, Option<Why>> {
    match &value.kind {
        Kind::Map(map) => match (value.get(key), &map.open) {
            (Some(found), _) => Ok(found),
            (None, None | Some(Why::NoDefault(_))) => Err(None),
            (None, Some(why)) => Err(Some(why.clone())),
        },
        Kind::Unknown(Why::NoDefault(_)) => Err(None),
        Kind::Unknown(why) => Err(Some(why.clone())),
        _ => Err(None),
    }
}
