#!/usr/bin/env python3
"""Writes random expressions, typed but otherwise as they come, into random.json. None is left out because of its answer:
`record.py` asks Terraform for all of them.

Usage: random_expressions.py [COUNT [SEED]]
"""

import json
import pathlib
import random
import sys

DATA = pathlib.Path(__file__).with_name("random.json")

STRINGS = ['"a"', '""', '"0s"', '"a,b,,c"', '"  x y  "', '"--a=1 --b=2"', '"Ünï-cødé"', '"line\\nline\\n"', '"q\\"uote"', '"$${x}"',
           '"10.0.0.0/16"', '"k8s-1.31"', '"true"', '"12"', '"1.50"', '"x=1;y=2"', "var.zero", "local.a", "local.multi", "each"]
NUMBERS = ["0", "1", "-1", "2.5", "30", "1e3", "0.1", "100", "var.num", "7", "-3.75", "4294967296"]
BOOLS = ["true", "false", "local.t", "local.f"]

PATTERNS = ['"/[aeiou]/"', '"/(.)=(.)/"', '"/^.*$/"', '"/ +/"']
REPLACEMENTS = ['"<$1>"', '"-"', '"$0$0"', '""']
FORMATS = ['"%s-%d"', '"%q %v"', '"%5s|%-5d|"', '"%v %05d"', '"%s %x"', '"%#v %.1f"']
NAMESPACES = ['"dns"', '"url"', '"oid"', '"x500"']
DATES = ['"YYYY-MM-DD"', '"DD MMM YYYY hh:mm ZZZ"', '"EEEE, D-MMM-YY hh:mm:ss"', '"h:m AA ZZZZZ"', '"hh\'h\'mm"']
DURATIONS = ['"10m"', '"-1h30m"', '"24h"', '"1.5s"', '"x"']
CHARSETS = ['"UTF-8"', '"UTF-16LE"', '"ISO-8859-1"', '"windows-1252"']
MATCHES = ['"[a-z]+"', '"^(?:[a-z]+)"', '".$"', '"=[0-9]"']
NETWORKS = ['"10.0.0.0/16"', '"192.168.7.0/24"', '"fd00::/64"']
DIGITS = ['"ff"', '"12"', '"-7"', '"zz"']
LIST_FORMATS = ['"%s"', '"--%s=0"']
BODIES = ['upper(x)', 'x', '"<${x}>"', 'length(x)']
ALL_MATCHES = ['"[a-z]"', '"([a-z])=([0-9])"']
TABLES = ['"a,b\\n1,2\\n"', '"a\\n\\"x, y\\"\\n"', '""', '"a,b\\n1\\n"']


class Gen:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def pick(self, *options):
        return self.r.choice(options)()

    def text(self, d):
        if d <= 0:
            return self.r.choice(STRINGS[:-1])
        t, n, b, l, m = self.text, self.number, self.boolean, self.strings, self.mapping
        return self.pick(
            lambda: self.r.choice(STRINGS[:-1]),
            lambda: f"upper({t(d - 1)})", lambda: f"lower({t(d - 1)})", lambda: f"title({t(d - 1)})",
            lambda: f"trimspace({t(d - 1)})", lambda: f"chomp({t(d - 1)})", lambda: f"strrev({t(d - 1)})",
            lambda: f"trim({t(d - 1)}, {t(0)})", lambda: f"trimprefix({t(d - 1)}, {t(0)})", lambda: f"trimsuffix({t(d - 1)}, {t(0)})",
            lambda: f"substr({t(d - 1)}, {self.r.randint(-3, 4)}, {self.r.randint(-1, 6)})",
            lambda: f"replace({t(d - 1)}, {t(0)}, {t(0)})",
            lambda: f"replace({t(d - 1)}, {self.r.choice(PATTERNS)}, {self.r.choice(REPLACEMENTS)})",
            lambda: f"join({t(0)}, {l(d - 1)})", lambda: f"indent({self.r.randint(0, 4)}, {t(d - 1)})",
            lambda: f"format({self.r.choice(FORMATS)}, {t(d - 1)}, {n(d - 1)})",
            lambda: f"base64encode({t(d - 1)})", lambda: f"base64decode(base64encode({t(d - 1)}))", lambda: f"jsonencode({self.any(d - 1)})",
            lambda: f"yamlencode({self.any(d - 1)})", lambda: f"urlencode({t(d - 1)})", lambda: f"tostring({self.any(0)})",
            lambda: f"md5({t(d - 1)})", lambda: f"sha1({t(d - 1)})", lambda: f"sha256({t(d - 1)})", lambda: f"sha512({t(0)})",
            lambda: f"base64sha256({t(d - 1)})", lambda: f"base64sha512({t(0)})", lambda: f"uuidv5({self.r.choice(NAMESPACES)}, {t(d - 1)})",
            lambda: f"formatdate({self.r.choice(DATES)}, {self.stamp()})",
            lambda: f"timeadd({self.stamp()}, {self.r.choice(DURATIONS)})",
            lambda: f"textencodebase64({t(d - 1)}, {self.r.choice(CHARSETS)})",
            lambda: f"textdecodebase64(textencodebase64({t(d - 1)}, \"UTF-16BE\"), \"UTF-16BE\")",
            lambda: f"templatestring(local.a, {{ x = {t(d - 1)} }})",
            lambda: f"try({t(d - 1)}, {t(0)})", lambda: f"coalesce({t(d - 1)}, {t(0)})", lambda: f"one([{t(d - 1)}])",
            lambda: f"lookup({m(d - 1)}, {t(0)}, {t(0)})", lambda: f"element({l(d - 1)}, {self.r.randint(0, 4)})",
            lambda: f"regex({self.r.choice(MATCHES)}, {t(d - 1)})",
            lambda: f"cidrhost({self.r.choice(NETWORKS)}, {self.r.choice(['1', '-2', '300', '70000'])})",
            lambda: f"cidrsubnet(\"10.0.0.0/{self.r.choice([8, 16, 20])}\", {self.r.choice([2, 4, 8])}, {self.r.choice([0, 1, 3, 15])})",
            lambda: f"({b(d - 1)} ? {t(d - 1)} : {t(d - 1)})", lambda: f'"${{{t(d - 1)}}}-${{{n(d - 1)}}}"',
            lambda: f'"%{{ if {b(d - 1)} }}${{{t(d - 1)}}}%{{ else }}none%{{ endif }}"',
            lambda: f'"%{{ for x in {l(d - 1)} ~}} ${{x}}, %{{ endfor ~}} end"', lambda: f"basename({t(d - 1)})", lambda: f"dirname({t(d - 1)})",
            lambda: f"sensitive({t(d - 1)})" if False else t(d - 1), lambda: f"{l(d - 1)}[{self.r.randint(0, 2)}]",
        )

    def stamp(self):
        return self.r.choice(['"2024-02-29T23:59:59Z"', '"2018-01-02T03:04:05+02:00"', '"2020-12-31T12:00:00-05:30"', '"1999-11-01T00:00:00Z"', '"not a time"'])

    def number(self, d):
        if d <= 0:
            return self.r.choice(NUMBERS)
        t, n, l = self.text, self.number, self.strings
        return self.pick(
            lambda: self.r.choice(NUMBERS), lambda: f"({n(d - 1)} + {n(d - 1)})", lambda: f"({n(d - 1)} - {n(d - 1)})",
            lambda: f"({n(d - 1)} * {n(d - 1)})", lambda: f"({n(d - 1)} / {n(0)})", lambda: f"({n(d - 1)} % {n(0)})", lambda: f"-{n(0)}",
            lambda: f"abs({n(d - 1)})", lambda: f"ceil({n(d - 1)})", lambda: f"floor({n(d - 1)})", lambda: f"signum({n(d - 1)})",
            lambda: f"min({n(d - 1)}, {n(0)})", lambda: f"max({n(d - 1)}, {n(0)})", lambda: f"pow({n(0)}, 2)", lambda: f"length({self.any(d - 1)})",
            lambda: f"sum([{n(d - 1)}, {n(0)}])", lambda: f"parseint({self.r.choice(DIGITS)}, {self.r.choice([10, 16, 36, 2])})",
            lambda: f"tonumber({t(0)})", lambda: f"index({l(d - 1)}, {t(0)})", lambda: f"timecmp({self.stamp()}, {self.stamp()})", lambda: f"length({l(d - 1)})",
        )

    def boolean(self, d):
        if d <= 0:
            return self.r.choice(BOOLS)
        t, n, b, l, m = self.text, self.number, self.boolean, self.strings, self.mapping
        return self.pick(
            lambda: self.r.choice(BOOLS), lambda: f"!{b(0)}", lambda: f"({b(d - 1)} && {b(d - 1)})", lambda: f"({b(d - 1)} || {b(d - 1)})",
            lambda: f"({t(d - 1)} == {t(0)})", lambda: f"({n(d - 1)} < {n(d - 1)})", lambda: f"({n(d - 1)} >= {n(0)})", lambda: f"({t(d - 1)} != {self.any(0)})",
            lambda: f"contains({l(d - 1)}, {t(0)})", lambda: f"can({t(d - 1)})", lambda: f"startswith({t(d - 1)}, {t(0)})", lambda: f"endswith({t(d - 1)}, {t(0)})",
            lambda: f"strcontains({t(d - 1)}, {t(0)})", lambda: f"alltrue([{b(d - 1)}, {b(0)}])", lambda: f"anytrue([{b(d - 1)}, {b(0)}])", lambda: f"tobool({t(0)})",
            lambda: f"({l(d - 1)} == {l(0)})", lambda: f"({m(d - 1)} == {m(0)})",
        )

    def strings(self, d):
        if d <= 0:
            return self.r.choice(["local.l", "[]", '["b", "a", "b"]', '["x", "", "y z"]', 'tolist(["1", "2"])'])
        t, l, m = self.text, self.strings, self.mapping
        return self.pick(
            lambda: f"[{t(d - 1)}, {t(d - 1)}]", lambda: f"split({t(0)}, {t(d - 1)})", lambda: f"concat({l(d - 1)}, {l(0)})", lambda: f"distinct({l(d - 1)})",
            lambda: f"reverse({l(d - 1)})", lambda: f"sort({l(d - 1)})", lambda: f"compact({l(d - 1)})", lambda: f"slice({l(d - 1)}, 0, {self.r.randint(0, 3)})",
            lambda: f"keys({m(d - 1)})", lambda: f"values({m(d - 1)})", lambda: f"flatten([{l(d - 1)}, [{l(0)}]])", lambda: f"formatlist({self.r.choice(LIST_FORMATS)}, {l(d - 1)})",
            lambda: f"[for x in {l(d - 1)} : {self.r.choice(BODIES)}]", lambda: f"[for i, x in {l(d - 1)} : \"${{i}}${{x}}\" if x != \"\"]",
            lambda: f"[for k, v in {m(d - 1)} : \"${{k}}=${{v}}\"]", lambda: f"tolist(toset({l(d - 1)}))", lambda: f"setunion({l(d - 1)}, {l(0)})", lambda: f"setsubtract({l(d - 1)}, {l(0)})",
            lambda: f"setintersection({l(d - 1)}, {l(0)})", lambda: f"regexall({self.r.choice(ALL_MATCHES)}, {t(d - 1)})", lambda: f"range({self.r.choice(['3', '1, 4', '10, 0, -3', '0'])})",
            lambda: f"chunklist({l(d - 1)}, {self.r.randint(1, 3)})", lambda: f"coalescelist({l(d - 1)}, {l(0)})", lambda: f"matchkeys({l(0)}, {l(0)}, {l(0)})", lambda: f"{l(d - 1)}[*]",
            lambda: f"[for m in [{m(d - 1)}] : keys(m)]", lambda: f"csvdecode({self.r.choice(TABLES)})", lambda: f"setproduct({l(0)}, {l(0)})",
        )

    def mapping(self, d):
        if d <= 0:
            return self.r.choice(["local.m", "{}", '{ a = "1", b = "2" }', "var.obj.tags", '{ "x y" = "z" }'])
        t, l, m = self.text, self.strings, self.mapping
        return self.pick(
            lambda: f"{{ k = {t(d - 1)}, \"${{{t(0)}}}\" = {t(d - 1)} }}", lambda: f"merge({m(d - 1)}, {m(0)})", lambda: f"zipmap({l(0)}, {l(0)})",
            lambda: f"{{ for x in {l(d - 1)} : x => upper(x) }}", lambda: f"{{ for x in {l(d - 1)} : length(x) => x... }}", lambda: f"{{ for k, v in {m(d - 1)} : v => k if k != \"a\" }}",
            lambda: f"tomap({m(d - 1)})", lambda: f"transpose({{ a = {l(d - 1)}, b = {l(0)} }})", lambda: f"jsondecode(jsonencode({m(d - 1)}))", lambda: f"yamldecode(yamlencode({m(d - 1)}))",
        )

    def any(self, d):
        return self.pick(lambda: self.text(d), lambda: self.number(d), lambda: self.boolean(d), lambda: self.strings(d), lambda: self.mapping(d),
                         lambda: f"[{self.text(d)}, {self.number(d)}, null]", lambda: f"{{ a = {self.text(d)}, b = {self.strings(d)} }}", lambda: "null", lambda: "var.obj")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 240
    gen = Gen(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    cases, seen = [], set()
    while len(cases) < count:
        expr = gen.any(gen.r.choice([2, 2, 3]))
        if expr not in seen:
            seen.add(expr)
            cases.append({"expr": expr})
    DATA.write_text('{\n  "cases": [\n' + ",\n".join("    " + json.dumps(case, ensure_ascii=True) for case in cases) + "\n  ]\n}\n")


if __name__ == "__main__":
    main()
