#!/usr/bin/env python3
"""Holds scripts with conditions that their source does not decide against the real bash, with new scripts for each seed.

Each script compares two values that it fetches, and writes a zero or `4h` in some branches. bash runs it with each pair of values.
A zero that one of the runs leaves must be reported, and one that is reported without a condition must be left by all of them.
Usage: python3 testdata/shell/random_conditions.py PROGRAM [SCRIPTS] [SEED]
"""
import collections
import itertools
import json
import pathlib
import random
import subprocess
import sys
import tempfile

VALUES = ["a", "b", "", "yes"]
ZERO, OTHER = "write 0", "write 4h"
FETCH = 'V="$(curl -s http://config/V)"\nW="$(curl -s http://config/W)"\n'
RULE = "zero-streaming-idle-timeout"


class Maker:
    """Makes one script after the other."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def test(self, depth=0):
        name, text = self.pick("V", "W"), self.pick("a", "b", "yes")
        plain = [
            f'[ "${name}" = {text} ]',
            f"[[ ${name} == {text} ]]",
            f'[ "${name}" != {text} ]',
            f'[ -n "${name}" ]',
            f'[ -z "${name}" ]',
            f'test "${name}" = {text}',
            f'[ "x${name}" = x{text} ]',
            f"[[ ${name} == {text[0]}* ]]",
            f'[[ "${name}" == a || ${name} == {text} ]]',
            f"[[ -n $V && $W != {text} ]]",
            f'[ "${name}" = {text} -o "${name}" = b ]',
            "first",
            "second",
            "true",
            "false",
        ]
        if depth < 2 and self.random.random() < 0.2:
            one, two = self.test(depth + 1), self.test(depth + 1)
            return self.pick(f"! {one}", f"{{ {one} || {two}; }}", f"( {one} || exit 1 )")
        return self.pick(*plain)

    def condition(self):
        out = self.test()
        for _ in range(self.pick(0, 0, 0, 1, 1, 2)):
            out += f" {self.pick('&&', '||')} {self.test()}"
        return out

    def statement(self, depth=0):
        write = self.pick(ZERO, OTHER)
        if depth > 2:
            return write
        name = self.pick("V", "W")
        arm = lambda: self.pick(ZERO, OTHER, ":")
        pattern = self.pick("b|yes", "b", "y*", '""')
        leave = self.pick("\nbreak", "")
        return self.pick(
            write,
            f"if {self.condition()}; then\n{self.block(depth + 1)}\nfi",
            f"if {self.condition()}; then\n{self.block(depth + 1)}\nelse\n{self.block(depth + 1)}\nfi",
            f"{self.condition()} && {write}",
            f"{self.condition()} || {write}",
            f'case "${name}" in\na) {arm()} ;;\n{pattern}) {arm()} ;;\n*) {arm()} ;;\nesac',
            f"{self.test()}\nif [ $? -eq 0 ]; then\n{self.block(depth + 1)}\nfi",
            f'third "${name}" {self.pick("a", "b")} && {write}',
            f'fetched {name} && {write}',
            f'if fetched {name}; then\n{write}\nfi',
            f'{name}="$(curl -s http://config/{self.pick("V", "W")})"',
            f'X="$(third "${name}" a && echo on)"\nif [ "$X" = on ]; then\n{write}\nfi',
            f'bash -c \'[ "$1" = a ]\' x "${name}" && {write}',
            f'{name}="{self.pick("a", "$V", "x$W", "${V:-a}")}"',
            f'for x in a b; do\nif [ "${name}" = $x ]; then\n{write}{leave}\nfi\ndone',
        )

    def block(self, depth):
        return "\n".join(self.statement(depth) for _ in range(self.pick(1, 1, 2)))

    def function(self, name):
        one, two = self.test(2).replace("first", "true"), self.test(2).replace("first", "true")
        one, two = one.replace("second", "false"), two.replace("second", "false")
        body = self.pick(
            f"if {one}; then return 0; fi\nreturn 1",
            f"{one} || return 1",
            'case "$V" in a) true ;; *) false ;; esac',
            f"{one} && {two}",
        )
        return f"{name}() {{\n{body}\n}}"

    def script(self):
        statements = [self.statement() for _ in range(self.pick(2, 3, 4))]
        third = self.pick('local v="$1"\n[ "$v" = "$2" ]', 'case "$1" in "$2") return 0 ;; esac\nreturn 3')
        fetched = self.pick('local X\nX="$(curl -s "http://config/$1")"\n[ "$X" = b ]', 'X="$(curl -s "http://config/$1")"\n[[ $X == b ]]')
        functions = [self.function("first"), self.function("second"), f"third() {{\n{third}\n}}"]
        functions.append(f"fetched() {{\n{fetched}\n}}")
        return "\n".join([*functions, *statements])


def left_by(body, values, folder):
    """What bash leaves in the file: `0`, `4h`, or nothing."""
    out = pathlib.Path(folder, "out")
    out.unlink(missing_ok=True)
    head = 'write() { echo "$1" > "$OUT"; }\ncurl() { case "$2" in */V) printf %s "$ONE" ;; *) printf %s "$TWO" ;; esac; }\n'
    env = {"PATH": "/usr/bin:/bin", "OUT": str(out), "ONE": values[0], "TWO": values[1]}
    quiet = subprocess.DEVNULL
    subprocess.run(["bash", "-c", head + FETCH + body], env=env, stdout=quiet, stderr=quiet, timeout=10, check=False)
    return out.read_text().strip() if out.exists() else None


def as_user_data(body):
    write = 'echo "KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout={}" > /etc/default/kubelet'
    for value in ["0", "4h"]:
        body = body.replace(f"write {value}", write.format(value))
    return f"#!/bin/bash\n{FETCH}{body}\nsystemctl restart kubelet\n"


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    maker = Maker(seed)
    scripts = [maker.script() for _ in range(count)]
    seen, wrong = collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        for number, body in enumerate(scripts):
            path = pathlib.Path(folder, "scripts", str(number), "user-data.sh")
            path.parent.mkdir(parents=True)
            path.write_text(as_user_data(body))
        checked = subprocess.run(
            [program, "check", f"{folder}/scripts", "-f", "json"], capture_output=True, text=True, check=False
        )
        found = collections.defaultdict(list)
        for finding in json.loads(checked.stdout)["findings"]:
            if finding["rule"] == RULE:
                found[int(finding["place"]["path"].split("/")[-2])].append(finding)
        lines = [line for line in checked.stderr.splitlines() if "limit reached" in line]
        limits = {int(line.split("/user-data.sh")[0].split("/")[-1]) for line in lines}
        for number, body in enumerate(scripts):
            left = {left_by(body, values, folder) for values in itertools.product(VALUES, repeat=2)}
            certain = any(not finding["when"] for finding in found[number])
            if "0" in left and not found[number] and number not in limits:
                answer = "lost"
            elif certain and left != {"0"}:
                answer = "falsely certain"
            elif found[number] and "0" not in left:
                answer = "a condition that cannot hold"
            elif left == {"0"} and not certain:
                answer = "a condition that is not needed"
            else:
                answer = "right"
            seen[answer] += 1
            if answer in ("lost", "falsely certain"):
                wrong += 1
                print(f"{answer}: {left}\n{as_user_data(body)}\n")
    print(f"seed {seed}: " + ", ".join(f"{number} {answer}" for answer, number in seen.most_common()))
    sys.exit(wrong > 0)


main()
