#!/usr/bin/env python3
"""Writes odd calls of every function of Terraform into functions.json, with the answers of the real Terraform: for each
function at least ten calls that have a value and a few that Terraform refuses.

Usage: function_calls.py [TERRAFORM [SEED]]
"""

import json
import pathlib
import random
import sys
from concurrent.futures import ThreadPoolExecutor

import record

DATA = pathlib.Path(__file__).with_name("functions.json")

VALUES, ERRORS, TRIES = 12, 3, 400

POOLS = {
    # Text.
    "s": ['""', '"a"', '"abc"', '"Ünï ß"', '"e\\u0301x"', '" \\t a  b\\n"', '"-1.50"', '"0x10"', '"true"', "null", "12", "1.5", "-0", "true",
          '"a\\r\\nb\\r\\n"', '"\\u00a0x\\u00a0"', '"a,b,,c,"', '"$${x}%%{y}"', '"\\"<&>\\u2028"', '"line one\\n  line two\\n\\nend"', '"a/b//c/"',
          '"AbC dEf-gHi_jkl"', '"ǆ İ ﬁ"', '"👍🏽x"', "local.multi", "var.zero"],
    # Numbers.
    "n": ["0", "1", "-1", "2", "3", "2.5", "-2.5", "-0.5", "1e3", "10", "100", '"7"', '" 7"', '"1e2"', "0.1", "1/3", "null", '"x"', "1e10", "16"],
    # Small whole numbers.
    "i": ["0", "1", "2", "3", "-1", "5", '"2"', "1.5"],
    # Truth values.
    "b": ["true", "false", '"true"', '"false"', "null", '"1"', '"0"', '"yes"', "1"],
    # Lists and sets.
    "l": ["[]", '["a"]', '["b", "a", "b"]', '[1, "1", true]', "[3, 1, 2]", "[null]", '["", null, "x"]', "[[1], [2, [3]]]", '[["a"], []]', 'toset(["b", "a"])',
          "toset([])", 'toset([10, 9, "x"])', "toset([10, 9])", "local.l", '[{ a = 1 }, { a = 2 }]', "[true, false]", '["true", "false"]', 'tolist(["z", 1])',
          '[for x in ["q", "p"] : x]', "null", '{ a = "x" }', "[1.5, 1, \"01\"]", 'toset([["b"], ["a"]])', '["é", "e", "z", "É"]'],
    # Maps and objects.
    "m": ["{}", '{ a = "x" }', "{ b = 2, a = 1 }", '{ a = null, b = "y" }', '{ a = { b = 1 } }', "tomap({ k = 1, j = \"2\" })", "local.m", "var.obj",
          '{ "a b" = [1], c = [] }', "null", '[]', '{ a = ["x", "y"], b = ["y"] }', '{ 1 = "n", "01" = "m" }', "var.nodes"],
    # Patterns of regular expressions.
    "r": ['"[a-z]+"', '"^(?P<k>\\\\w+)"', '"(a)(b)?"', '"x*"', '"\\\\s"', '"(?i)ABC"', '"."', '"(?s).+"', '"("', '"\\\\pL+"', '"b$"'],
    # Patterns of `replace`.
    "p": ['"a"', '""', '"/a/"', '"/(.)b/"', '"/x*/"', '"/^/"', '"/"', '"//"', '"/[/"', '"\\n"', '"/(?P<n>[a-z])/"', '","'],
    "q": ['"<$1>"', '"$0$0"', '"$$"', '"$n-"', '"${1}"'.replace("${", "$${"), '""', '"\\\\1"', '"$1x"', "7"],
    # Formats.
    "f": ['"%s"', '"%v"', '"%q"', '"%d"', '"%5s|"', '"%-5s|"', '"%05d"', '"%x"', '"%X"', '"%o"', '"%b"', '"%e"', '"%.2f"', '"%g"', '"%t"', '"%#v"', '"%%"', '"%"', '"%[1]s"',
          '"%[2]s"', '"%+d"', '"%.3s"', '"x"', '"%z"', '"%6.2f|"', '"% d"', '"%08.3f"', '"%c"', '"%T"'],
    # Anything.
    "a": ['""', '"a"', "1", "1.50", "true", "null", "[]", "{}", '[1, "a", null]', '{ b = [1], a = "x" }', 'toset(["b", "a"])', '"1"', '"true"', "1e30", "0.1 + 0.2",
          "-0", '"null"', '"é<&>"', "100000000000000000000", "1/3", '"a\\nb"', '{ "x y" = null }', '"- x"', '" "', '"~"', '"0x1"', '"# a"', '"a: b"', '"yes"', '"1e3"', "var.obj"],
    # What is in some of the lists.
    "x": ['"a"', '"b"', "1", "3", "null", '"x"', "true", "{ a = 2 }", "[1]", '"1"'],
    "t": ['"2024-02-29T23:59:59Z"', '"2023-12-31T00:00:00+05:30"', '"2024-01-01T12:00:00.5Z"', '"2024-01-01"', '"1969-07-20T20:17:40Z"', '"2024-01-01T24:00:00Z"', '"2020-06-05T04:03:02-08:00"'],
    "d": ['"1h"', '"-90m"', '"1.5h30s"', '"720h"', '"1d"', '"0"', '"10ms"', '"+5m"', '"1us"', '""'],
    "y": ['"YYYY-MM-DD\'T\'hh:mm:ssZ"', '"EEEE, D MMMM YY"', '"EEE MMM DD"', '"H:m:s AA aa"', '"HH hh h"', '"ZZZ ZZZZ ZZZZZ"', '"\'it\'\'s\' YYYY"', '"Q"', '"M/D/YY"', '"HHmmss"', '""', '"\'x"'],
    "c": ['"10.1.2.0/24"', '"10.0.0.0/8"', '"192.168.0.1/30"', '"fd00:fd12:3456::/56"', '"0.0.0.0/0"', '"10.0.0.0/33"', '"::/0"', '"10.0.0.0"', '"010.0.0.0/8"', '"10.0.0.1/32"'],
    "e": ['"UTF-8"', '"UTF-16LE"', '"UTF-16"', '"ISO-8859-1"', '"utf-16be"', '"US-ASCII"', '"nope"', '"Windows-1252"'],
    "64": ['"YQ=="', '"YWJj"', '"w5xu"', '"YQ"', '""', '"_-=="', '"/w=="', '"YQA="', '" YQ=="', '"Y\\nQ=="', '"gABhAA=="'],
    "j": ['"{\\"a\\": [1, 2.50, null, true]}"', '"[]"', '"\\"x\\""', '"1e3"', '"{\\"a\\":1,\\"a\\":2}"', '" null "', '"{"', '"[1,]"', '"\\"\\\\u00e9\\\\ud83d\\\\ude00\\""', '"0.1000"', '"{\\"b\\":1,\\"a\\":{\\"c\\":[]}}"', '""',
          '"12345678901234567890"', '"-0"', '"01"', '"\\"\\\\/\\""'],
    "Y": ['"a: 1\\nb: [x, ~]\\n"', '"- yes\\n- 0x10\\n- 1_000\\n- 012\\n- 1e3\\n"', '"\'a\'"', '"|\\n  x\\n  y\\n"', '">-\\n  x\\n  y\\n"', '"a: &x [1]\\nb: *x\\n"', '"<<: {a: 1}\\nb: 2\\n"', '"a: 1\\na: 2\\n"', '""', '"~"', '"---\\na\\n---\\nb"',
          '"2024-01-01"', '"[.inf, .nan]"', '"!!str 1"', '"a:\\n  - b\\n  -\\n"', '"{a: on, b: No}"', '"{a, b}"', '"1.50"', '"? a\\n: b\\n"', '"a: \\"\\\\x41\\\\u00e9\\""', '"0o17"', '"+1"', '"!!binary YQ=="', '"1: a\\ntrue: b\\n"'],
    "v": ['"a,b\\n1,2\\n"', '"a,b\\n\\"x,\\"\\"y\\",\\n"', '"a\\n"', '""', '"a,a\\n1,2\\n"', '"a,b\\n1\\n"', '"a b\\r\\n1\\r\\n"', '"a\\n\\n1\\n"', '" a ,b\\n 1 , 2 \\n"', '"a\\n\\"x\\ny\\"\\n"', '"a\\nx\\"y\\n"'],
    "P": ['"a/b/c"', '"/a/b/"', '"a"', '""', '"/"', '"."', '"a//b"', '"../x"', '"a/./b"', '"a/b/.."', '"/a"', '"~/x"', '"a b/c.d"'],
    "F": ['"t.tpl"', '"u.tpl"', '"crlf.tpl"', '"plain.txt"', '"bom.txt"', '"none"', '"./plain.txt"', '"x/../u.tpl"', '"."', '"${path.module}/u.tpl"', '"${path.root}/plain.txt"'],
    "G": ['"*.tpl"', '"*.txt"', '"*"', '"{t,u}.tpl"', '"?.tpl"', '"[tu].tpl"', '"**"', '"./*.tpl"', '"none*"', '"[^t].tpl"', '"**/*.txt"', '"plain.txt"'],
    "V": ['{ x = "X" }', '{ x = 1, l = ["a"] }', '{ x = null, l = [] }', '{ x = "", l = { a = "b" } }', "{}", '{ x = "a\\r\\n", l = toset(["q", "p"]) }', '{ x = true, l = [1, 2] }'],
    "N": ['"dns"', '"url"', '"oid"', '"x500"', '"6ba7b810-9dad-11d1-80b4-00c04fd430c8"', '"nope"'],
    "D": ['"ff"', '"12"', '"-7"', '"zz"', '"0x1f"', '"1_0"', '"Z"', '"+5"', '""', '"777"', "12", '"ÿ"', '"a.b"'],
    "B": ["16", "10", "8", "36", "2", "62", "63", "1", '"10"', "35"],
}

# The arguments of each function, as names of pools; `*` repeats the one before it up to three times.
FUNCTIONS = {
    "abs": "n", "alltrue": "l", "anytrue": "l", "base64decode": "64", "base64encode": "s", "basename": "P", "can": "a", "ceil": "n", "chomp": "s",
    "chunklist": "l i", "cidrhost": "c n", "cidrnetmask": "c", "cidrsubnet": "c i i", "cidrsubnets": "c i *", "coalesce": "a *", "coalescelist": "l *",
    "compact": "l", "concat": "l *", "contains": "l a", "csvdecode": "v", "dirname": "P", "distinct": "l", "element": "l n", "endswith": "s s",
    "fileexists": "F", "file": "F", "filebase64": "F", "filemd5": "F", "fileset": "P G", "flatten": "l", "floor": "n", "format": "f a", "formatdate": "y t",
    "formatlist": "f l *", "indent": "i s", "index": "l x", "join": "s l *", "jsondecode": "j", "jsonencode": "a", "keys": "m", "length": "a", "log": "n n",
    "lookup": "m s a", "lower": "s", "matchkeys": "l l l", "max": "n *", "md5": "s", "merge": "m *", "min": "n *", "one": "l", "parseint": "D B",
    "pathexpand": "P", "pow": "n n", "range": "i *", "regex": "r s", "regexall": "r s", "replace": "s p q", "reverse": "l", "setintersection": "l *",
    "setproduct": "l *", "setsubtract": "l l", "setunion": "l *", "sha1": "s", "sha256": "s", "sha512": "s", "base64sha256": "s", "signum": "n",
    "slice": "l i i", "sort": "l", "split": "s s", "startswith": "s s", "strcontains": "s s", "strrev": "s", "substr": "s i i", "sum": "l",
    "templatefile": "F V", "textdecodebase64": "64 e", "textencodebase64": "s e", "timeadd": "t d", "timecmp": "t t", "title": "s", "tobool": "a",
    "tolist": "l", "tomap": "m", "tonumber": "a", "toset": "l", "tostring": "a", "transpose": "m", "trim": "s s", "trimprefix": "s s", "trimspace": "s",
    "trimsuffix": "s s", "try": "a *", "upper": "s", "urlencode": "s", "uuidv5": "N s", "values": "m", "yamldecode": "Y", "yamlencode": "a", "zipmap": "l l",
}

# What surrounds a call, to see the type of its result too.
AROUND = ["{}", "{}", "{}", "jsonencode({})", "[for i, x in {} : [i, x]]", '"<${{{}}}>"', "{}[0]", "length({})", "{} == {}"]


def calls(name, pools, rng):
    pools = pools.split()
    args = []
    for n, pool in enumerate(pools):
        if pool == "*":
            args += [rng.choice(POOLS[pools[n - 1]]) for _ in range(rng.randint(0, 2))]
        else:
            args.append(rng.choice(POOLS[pool]))
    call = f"{name}({', '.join(args)})"
    around = rng.choice(AROUND)
    return around.format(call, call) if around.count("{}") == 2 and "==" in around else around.format(call)


def main():
    terraform = sys.argv[1] if len(sys.argv) > 1 else "terraform"
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    beside = json.loads(record.DATA.read_text())
    cases = []
    with ThreadPoolExecutor(2) as pool:
        for name, pools in sorted(FUNCTIONS.items()):
            rng = random.Random(f"{seed} {name}")
            tried = list(dict.fromkeys(calls(name, pools, rng) for _ in range(TRIES)))
            values = errors = 0
            for start in range(0, len(tried), 8):
                some = tried[start:start + 8]
                for expr, (answer, _) in zip(some, pool.map(lambda expr: record.ask(terraform, beside, expr), some)):
                    if answer is None and errors < ERRORS:
                        errors += 1
                        cases.append({"expr": expr, "error": True})
                    elif answer is not None and values < VALUES:
                        values += 1
                        cases.append({"expr": expr, **answer})
                if values >= VALUES:
                    break
            if values < 10:
                print(f"{name}: only {values} calls with a value", file=sys.stderr)
    lines = ",\n".join("    " + json.dumps(case, ensure_ascii=True) for case in cases)
    DATA.write_text('{\n  "cases": [\n' + lines + "\n  ]\n}\n")


if __name__ == "__main__":
    main()
