#!/usr/bin/env python3
"""Asks the real Terraform for the value of every expression in expressions.json and random.json and for the outputs of every
module in modules.json, and writes the answers back. What stands in random.json is made by random_expressions.py, and
function_calls.py writes functions.json with its answers.

Usage: record.py [TERRAFORM]. New cases need only their "expr"; "value" (or "error": true) is filled in. Every expression
is evaluated alone, as an output of a configuration without providers, beside the files and the prelude of the data file.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

DATA = pathlib.Path(__file__).with_name("expressions.json")
RANDOM = pathlib.Path(__file__).with_name("random.json")
MODULES = pathlib.Path(__file__).with_name("modules.json")


def run(terraform, folder, *args):
    env = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    return subprocess.run([terraform, f"-chdir={folder}", *args], capture_output=True, text=True, env=env, check=False)


def ask(terraform, data, expr):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in data["files"].items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        (root / "prelude.tf").write_bytes(data["prelude"].encode())
        (root / "case.tf").write_bytes(f'output "value" {{\n  value = {expr}\n}}\n'.encode())
        done = run(terraform, folder, "apply", "-auto-approve", "-no-color", "-state=state")
        if done.returncode != 0:
            return None, done.stderr
        shown = run(terraform, folder, "output", "-no-color", "-json", "-state=state")
        outputs = json.loads(shown.stdout)
        # Terraform leaves an output that is null out of the state.
        return {"value": outputs.get("value", {"value": None})["value"]}, ""


def outputs_of(terraform, module):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in module["files"].items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        for args in (["init", "-backend=false"], ["apply", "-auto-approve"]):
            done = run(terraform, folder, *args, "-no-color")
            if done.returncode != 0:
                sys.exit(f"{module['name']}: {done.stderr}")
        shown = json.loads(run(terraform, folder, "output", "-no-color", "-json").stdout)
        return {name: output["value"] for name, output in shown.items()}


def record_modules(terraform):
    data = json.loads(MODULES.read_text())
    for module in data["modules"]:
        module["outputs"] = outputs_of(terraform, module)
    MODULES.write_text(json.dumps(data, indent=2, ensure_ascii=True) + "\n")


def record(terraform, path, beside):
    """Fills in the answers of one file; `beside` has the files and the prelude."""
    data = json.loads(path.read_text())
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda case: ask(terraform, beside, case["expr"]), data["cases"])
        for case, (answer, message) in zip(data["cases"], answers):
            case.pop("value", None)
            case.pop("error", None)
            if answer is None:
                case["error"] = True
                print(f"{case['expr']!r}: {message.strip()[:300]}\n", file=sys.stderr)
            else:
                case.update(answer)
    head = {key: value for key, value in data.items() if key != "cases"}
    head = json.dumps(head, indent=2)[:-2] + ",\n" if head else "{\n"
    lines = ",\n".join("    " + json.dumps(case, ensure_ascii=True) for case in data["cases"])
    path.write_text(head + '  "cases": [\n' + lines + "\n  ]\n}\n")


def main():
    terraform = sys.argv[1] if len(sys.argv) > 1 else "terraform"
    record_modules(terraform)
    beside = json.loads(DATA.read_text())
    record(terraform, DATA, beside)
    record(terraform, RANDOM, beside)


if __name__ == "__main__":
    main()
