//! k0s: the unit that it installs, and the kubelet that its program starts. Sources: k0sproject/k0s `cmd/install`,
//! `pkg/component/worker/kubelet.go`.

use std::sync::Arc;

use crate::runtime::Name;
use crate::text::Traced;

use super::super::machine::Start;
use super::call::Call;
use super::interpreter::Shell;
use super::k3s::{options, put_unit, quoted};
use super::state::BoxedRun;
use super::status::Status;

/// Its units, of a worker and of a controller.
const UNITS: [&str; 2] = ["k0sworker.service", "k0scontroller.service"];

impl Shell<'_, '_> {
    /// `k0s install ROLE`, `k0s start`, and `k0s worker` itself.
    pub(super) fn k0s(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Result<Vec<BoxedRun>, BoxedRun> {
        let rest = call.words.get(1..).unwrap_or_default();
        match call.first() {
            Some("install") => {
                let Some(role) = rest.first().and_then(|role| role.known_str()) else { return Err(path) };
                let mut line = Traced::made("/usr/local/bin/k0s", call.at);
                for word in rest {
                    line.push_made(b" ", call.at);
                    line.push(&quoted(word, call.at));
                }
                put_unit(&mut path.machine, &format!("k0s{role}.service"), &line, call.at);
            }
            Some("start") => {
                if let Some(unit) = UNITS.into_iter().find(|unit| path.own_unit(unit).is_some()) {
                    return Ok(self.start_unit(unit, true, call.at, 0, path));
                }
            }
            Some(role @ ("worker" | "controller")) => {
                if role == "worker" || call.has(&["--enable-worker", "--enable-worker=true", "--single"]) {
                    let given = options(rest, &["--kubelet-extra-args"]).pop();
                    let argv = given.map(|flags| flags.words()).unwrap_or_default();
                    path.machine.suggest_kubelet(None);
                    let files = Arc::clone(&path.machine.files);
                    path.machine.start = Some(Start { files, argv: Some(Arc::new(argv)) });
                    path.machine.start_runtime(Name::Containerd, true);
                }
            }
            _ => return Err(path),
        }
        path.status = Status::Zero;
        Ok(vec![path])
    }
}
