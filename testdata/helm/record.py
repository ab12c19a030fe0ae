#!/usr/bin/env python3
"""Asks Helm's own library what it renders: for every expression of expressions.json, and for the templates of every chart of
charts.json. The answers are written back.

Requires `pip install helm-python-sdk`. New cases need only their "expr" or "files"; "value" or "rendered" (or "error": true)
is filled in. An expression is the one template of a chart with the files of the data file. A file of a chart that is an object
of files is packed: it is a subchart's archive. The release is `rel` in the namespace `ns`.
"""

import io
import json
import pathlib
import sys
import tarfile
import tempfile

import helm_python as helm

HERE = pathlib.Path(__file__).parent
EXPRESSIONS = HERE / "expressions.json"
CHARTS = HERE / "charts.json"


def packed(files):
    """A chart's archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else packed(content)
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def render(files, values=None):
    """The renderings by path, or None with Helm's words."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "chart"
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else packed(content))
        try:
            with helm.Chart.load(str(root)) as chart:
                return chart.render(values or {}, name="rel", namespace="ns"), ""
        except helm.HelmError as error:
            return None, str(error)


def record_expressions():
    data = json.loads(EXPRESSIONS.read_text())
    for case in data["cases"]:
        rendered, words = render({**data["files"], "templates/case.yaml": case["expr"]})
        case.pop("value", None)
        case.pop("error", None)
        if rendered is None:
            case["error"] = True
            print(f"{case['expr']!r}: {words.strip()[:200]}", file=sys.stderr)
        else:
            case["value"] = next((text for path, text in rendered.items() if path.endswith("case.yaml")), "")
    lines = ",\n".join("    " + json.dumps(case) for case in data["cases"])
    head = json.dumps({"files": data["files"]}, indent=2)[:-2]
    EXPRESSIONS.write_text(head + ',\n  "cases": [\n' + lines + "\n  ]\n}\n")


def record_charts():
    data = json.loads(CHARTS.read_text())
    for case in data["charts"]:
        rendered, words = render(case["files"], case.get("values"))
        case.pop("rendered", None)
        case.pop("error", None)
        if rendered is None:
            case["error"] = True
            print(f"{case['name']}: {words.strip()[:200]}", file=sys.stderr)
        else:
            # What comes out empty is not applied, and neither are notes.
            case["rendered"] = {path: text for path, text in sorted(rendered.items()) if text.strip() and not path.endswith("NOTES.txt")}
    CHARTS.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    record_expressions()
    record_charts()
