//! Truncated and hostile texts: a boot ends without a panic.

use super::world::{As, NODE, boot, mime, script};
use crate::node::Family;

#[test]
fn no_prefix_causes_a_panic() {
    let whole = script(
        "set -eu; A=${B:-'x'}; A+=(\"${A[@]}\" {1..3} $((1+(2))))\ncat <<E | sed -i \"s/[a-c]\\(x\\)/&\\1/g\" /etc/eks/bootstrap.sh\n$A\nE\n\
         printf '%s\\n' \"${A//[!a]/$B}\" | base64 -d > /etc/systemd/system/kubelet.service.d/9.conf\n\
         while read -r l; do case $l in a*|é) f() { echo ${A:1:-1}; }; f;; esac; done <<< \"$A\"\nsystemctl restart kubelet",
    );
    let parts = mime(&[("text/x-shellscript", &whole), ("application/node.eks.aws", NODE)], true);
    for text in [&whole, &parts] {
        for end in (0..text.len()).filter(|n| text.is_char_boundary(*n)) {
            boot(Some(Family::Al2), false, As::UserData, text.get(..end).unwrap_or_default());
        }
    }
}

#[test]
fn hostile_scripts_end() {
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(|| {
            for body in [
                "f() { f; f; }; f",
                "f() { f | f; }; f",
                "A=a; for i in 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9; do A=$A$A; done",
                "while true; do :; done",
                "eval \"$(cat /etc/x)\"; eval 'eval eval eval'",
                "echo 'bash /tmp/x' > /tmp/x; bash /tmp/x",
                &format!("{}echo{}", "if a; then ".repeat(60), "; fi".repeat(60)),
                &"if x; then A=1$A; else A=2$A; fi\n".repeat(40),
                &format!("A={}1{}", "$(echo ".repeat(60), ")".repeat(60)),
            ] {
                boot(None, false, As::UserData, &script(body));
            }
        })
        .unwrap()
        .join()
        .unwrap();
}
