#!/usr/bin/env python3
"""Renders every template of templates.txt with Jinja (3.1) and writes down the text to recorded.json.

One template a line, with `\\n` for line ends. The variables are those of variables.yaml. Needs jinja2 and PyYAML. Usage:
python3 testdata/jinja/record.py
"""
import json
import pathlib

import jinja2
import yaml

HERE = pathlib.Path(__file__).parent


def main():
    given = yaml.safe_load((HERE / "variables.yaml").read_text())
    # As Ansible sets Jinja up.
    environment = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True, extensions=["jinja2.ext.do"])
    cases = []
    for line in (HERE / "templates.txt").read_text().splitlines():
        template = line.replace("\\n", "\n")
        cases.append({"template": template, "prints": environment.from_string(template).render(**given)})
    (HERE / "recorded.json").write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")


main()
