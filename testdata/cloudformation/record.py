#!/usr/bin/env python3
"""Asks moto and cfn-lint (both from PyPI) for the value of every expression in expressions.json and writes the answers back.

Usage: record.py. Every expression is the user data of an instance, in a template with the sections of the data file's
prelude. "moto" is the value with the defaults of the parameters, "cfn-lint" what its resolver lists for all values that the
parameters may have. An expression that a tool refuses, or whose value only a deployment knows, has no such key.
"""

import base64
import json
import pathlib
import warnings

import yaml
from cfnlint.context import create_context_for_template
from cfnlint.decode import decode_str
from cfnlint.jsonschema import CfnTemplateValidator
from cfnlint.template import Template
from moto.cloudformation.parsing import ResourceMap, clean_json
from moto.cloudformation.utils import yaml_tag_constructor

DATA = pathlib.Path(__file__).with_name("expressions.json")
UNKNOWN = ("Cluster", "AWS::", "Other", "NoSuch", "Ami", "Token", "Size", "Import", "resolve", "Transform", "Rain", "Unheard")
# What the allowed values of a parameter are is known to the resolver; the rest it makes up.
MADE_UP = tuple(word for word in UNKNOWN if word != "Size")
# What the resolver does not read: literals in Fn::Sub, functions inside of Fn::ToJsonString, a condition and its opposite.
MISREAD = ("${!", "${}", "ToJsonString", "NotOpen", "Length")


def text_of(prelude, expr):
    return f"{prelude}Resources:\n  Other: {{Type: 'AWS::S3::Bucket'}}\n  N:\n    Type: AWS::EC2::Instance\n    Properties:\n      UserData: {expr}\n"


def plain(value, expr):
    # Templates hand user data over as base64; the tests compare what is inside.
    if isinstance(value, str) and "Base64" in expr:
        return base64.b64decode(value).decode()
    return value


def by_moto(text, expr):
    yaml.add_multi_constructor("", yaml_tag_constructor, Loader=yaml.SafeLoader)
    # Its loader makes a function of a short tag that is none.
    template = json.loads(json.dumps(yaml.safe_load(text)).replace('"Fn::Condition"', '"Condition"'))
    # Its conditions are looked up when they are needed, and one of them needs a parameter without a default.
    template["Conditions"] = {k: v for k, v in template["Conditions"].items() if k not in ("Open", "NotOpen", "Both", "Any", "Circle", "Large", "StrictAndLarge")}
    del template["Parameters"]["Ami"]  # Would be looked up in its own store.
    # It keeps the white space around the items of a list, which CloudFormation takes off.
    resources = ResourceMap("id", "stack", {"Cluster": "x", "Size": "small", "List": "a,b,c"}, {}, "us-east-1", "123456789012", template, None)
    resources.load_mapping()
    resources.load_parameters()
    resources.load_conditions()
    value = plain(clean_json(template["Resources"]["N"]["Properties"]["UserData"], resources), expr)
    # CloudFormation writes no white space.
    return json.dumps(json.loads(value), separators=(",", ":")) if "ToJsonString" in expr else value


def by_lint(text):
    template, _ = decode_str(text)
    template = Template("t.yaml", template, ["us-east-1"])
    context = create_context_for_template(template)
    validator = CfnTemplateValidator({}).evolve(cfn=template, context=context)
    value = template.template["Resources"]["N"]["Properties"]["UserData"]
    return sorted({str(v) for v, _, error in validator.resolve_value(value) if error is None and isinstance(v, (str, int))})


def main():
    warnings.simplefilter("ignore")
    data = json.loads(DATA.read_text())
    for case in data["cases"]:
        case.pop("moto", None)
        case.pop("cfn-lint", None)
        text = text_of(data["prelude"], case["expr"])
        if not any(word in case["expr"] for word in (*UNKNOWN, "Length")):
            try:
                value = by_moto(text, case["expr"])
                if isinstance(value, (str, int)):
                    case["moto"] = str(value)
            except Exception as error:  # What it refuses has no value.
                print(case["expr"], "moto:", repr(error)[:150])
        try:
            found = [] if any(word in case["expr"] for word in MADE_UP + MISREAD) else by_lint(text)
            if found:
                case["cfn-lint"] = found
        except Exception as error:
            print(case["expr"], "cfn-lint:", repr(error)[:150])
    head = {key: value for key, value in data.items() if key != "cases"}
    lines = ",\n".join("    " + json.dumps(case, ensure_ascii=True) for case in data["cases"])
    DATA.write_text(json.dumps(head, indent=2)[:-2] + ',\n  "cases": [\n' + lines + "\n  ]\n}\n")


if __name__ == "__main__":
    main()
