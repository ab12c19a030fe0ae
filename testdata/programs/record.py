#!/usr/bin/env python3
"""Records what the real programs answer: `record.py [SUITE...]` rewrites the files beside it, one for each suite.

Needs jq 1.6, GNU sed 4.9, GNU grep 3.8, GNU coreutils, gettext's envsubst, gawk, perl, openssl, kislyuk's yq and Python 3.11 with
PyYAML, as Debian 12 has them. Each case is run in an empty directory
that holds its files. `literal` names a part of the output whose place must be in the program's own arguments.
"""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

KUBELET = """{
  "kind": "KubeletConfiguration",
  "apiVersion": "kubelet.config.k8s.io/v1beta1",
  "address": "0.0.0.0",
  "authentication": {
    "anonymous": {
      "enabled": false
    },
    "webhook": {
      "cacheTTL": "2m0s",
      "enabled": true
    }
  },
  "clusterDomain": "cluster.local",
  "readOnlyPort": 0,
  "featureGates": {
    "RotateKubeletServerCertificate": true
  },
  "serializeImagePulls": false,
  "clusterDNS": ["10.100.0.10"],
  "evictionHard": {"memory.available": "100Mi", "nodefs.available": "10%"},
  "maxPods": 29
}
"""

SMALL = '{"a": 1, "b": {"c": [1, 2, {"d": null}], "e": "x"}, "f": "4h0m0s"}\n'
LIST = '[{"name": "a", "v": 1}, {"name": "b", "v": 2}, {"name": "c", "v": 3}, {"name": "a", "v": 4}]\n'


def jq(*argv, stdin=None, literal=None, **files):
    case = {"argv": list(argv)}
    if stdin is not None:
        case["stdin"] = stdin
    if files:
        case["files"] = {name.replace("_", "."): text for name, text in files.items()}
    if literal is not None:
        case["literal"] = literal
    return case


def jq_cases():
    key = "streamingConnectionIdleTimeout"
    k = {"stdin": KUBELET}
    s = {"stdin": SMALL}
    l = {"stdin": LIST}
    z = {"stdin": KUBELET, "literal": "0s"}
    n = {"stdin": "null"}
    zero = [
        f'.{key}="0s"', f'.{key} = "0s"', f'.{key} |= "0s"', f'. + {{{key}: "0s"}}', f'. += {{{key}: "0s"}}',
        f'. += {{"{key}": "0s"}}', f'. |= . + {{{key}: "0s"}}', f'. * {{{key}: "0s"}}', f'. *= {{"{key}": "0s"}}',
        f'setpath(["{key}"];"0s")', f'setpath(["{key}"]; "0s") | .maxPods = 110', f'.["{key}"]="0s"', f'."{key}" = "0s"',
        f'.maxPods = 58 | .{key} = "0s" | .readOnlyPort = 10255', f'.{key} //= "0s"', f'.{key} = (.{key} // "0s")',
        f'del(.{key}) | .{key} = "0s"', f'if .{key} then . else .{key} = "0s" end',
        f'if has("{key}") | not then .{key} = "0s" else . end', f'. as $c | $c + {{"{key}": "0s"}}',
        f'. + ({{"{key}": "0s"}} | with_entries(select(.value != null)))', f'to_entries + [{{key: "{key}", value: "0s"}}] | from_entries',
        f'reduce ({{"{key}": "0s"}} | to_entries[]) as $e (.; .[$e.key] = $e.value)', f'"0s" as $v | .{key} = $v',
        f'def zero: "0s"; .{key} = zero', f'def set($k; $v): .[$k] = $v; set("{key}"; "0s")',
        f'def set(k; v): k = v; set(.{key}; "0s")', f'["0s"] as [$v] | .{key} = $v', f'{{v: "0s"}} as {{$v}} | .{key} = $v',
        f'.{key} = ("0s", "0s" | select(. == "0s") | .) | select(.maxPods == 29)', f'with_entries(.) | .{key} = "0s"',
        f'. * {{evictionHard: {{"nodefs.available": "5%"}}, {key}: "0s"}}', f'.authentication.webhook.cacheTTL = "0s"',
        f'.authentication |= (.webhook.cacheTTL = "0s")', f'.authentication.webhook |= . + {{cacheTTL: "0s"}}',
        f'.authentication["webhook"]["cacheTTL"] = "0s"', f'(.authentication.webhook.cacheTTL, .{key}) = "0s"',
        f'walk(if . == "2m0s" then "0s" else . end)', f'(.. | select(. == "2m0s")) |= "0s"', f'(.. | strings | select(test("^2m"))) |= "0s"',
        f'[., {{{key}: "0s"}}] | add', f'[., {{{key}: "0s"}}] | .[0] * .[1]', f'.{key} = "0" + "s" | .{key} = "0s"',
        f'.authentication.webhook.cacheTTL |= sub("2m0s"; "0s")', f'.{key} = {{t: "0s"}}.t', f'.{key} = ["1h", "0s"][1]',
        f'.{key} = (if .readOnlyPort == 0 then "0s" else "4h" end)', f'.x[2].y = "0s"', f'.{key}="0s"|.evictionHard["memory.available"]="0"',
        f'. |= (.{key} = "0s")', f'label $out | .{key} = "0s" | ., break $out', f'try (.{key} = "0s") catch .',
        f'first(.{key} = "0s", .)', f'# a comment\n.{key} = "0s" # and another\n', f'.{key}\n  =\n  "0s"\n',
        f'getpath(["{key}"]) = "0s"', f'.["{key}"]? = "0s"', f'.{key}? |= "0s"', f'.authentication[].cacheTTL |= "0s"',
        f'.authentication | map_values(. + {{cacheTTL: "0s"}})', f'input_filename as $f | .{key} = "0s"',
        f'del(.maxPods, .readOnlyPort) | .{key} = "0s"', f'to_entries | map(select(.key != "maxPods")) | from_entries | .{key} = "0s"',
    ]
    out = [jq(f, **z) for f in zero]
    out += [jq(option, f, **z) for option in ("-c", "-r", "-S", "-e", "--tab") for f in zero[:20]]
    out += [
        jq("--arg", "v", "0s", f".{key}=$v", **z),
        jq("--arg", "v", "0s", f". + {{{key}: $v}}", **z),
        jq("--arg", "k", key, "--arg", "v", "0s", ".[$k] = $v", **z),
        jq("--arg", "v", "0s", f'.{key}=$ARGS.named.v', **z),
        jq("--arg", key, "0s", f'. + {{${key}}}', **z),
        jq(f".{key} = $ARGS.positional[0]", "--args", "0s", **z),
        jq("--argjson", "v", "0", f".{key}=$v", stdin=KUBELET),
        jq("--argjson", "v", f'{{"{key}": "0s"}}', ". * $v", **z),
        jq("--argjson", "v", '{"a":', ".", stdin=KUBELET),
        jq("--slurpfile", "add", "add.json", ". * $add[0]", stdin=KUBELET, add_json=f'{{"{key}": "0s"}}'),
        jq("--rawfile", "v", "v.txt", f".{key} = ($v | rtrimstr(\"\\n\"))", stdin=KUBELET, v_txt="0s\n"),
        jq("-s", ".[0] * .[1]", "a.json", "b.json", a_json=KUBELET, b_json=f'{{"{key}": "0s", "authentication": {{"x": 1}}}}'),
        jq("-s", "add", "a.json", "b.json", a_json=KUBELET, b_json=f'{{"{key}": "0s", "authentication": {{"x": 1}}}}'),
        jq("--slurp", "reduce .[] as $x ({}; . * $x)", "a.json", "b.json", a_json=SMALL, b_json='{"b": {"e": "0s"}}'),
        jq("-s", ".[0].a = .[1].a | .[0]", "a.json", "b.json", a_json=SMALL, b_json='{"a": 7}'),
        jq("-f", "edit.jq", "c.json", c_json=KUBELET, edit_jq=f'.{key} = "0s"\n| .maxPods = 17\n'),
        jq("--from-file", "edit.jq", "c.json", c_json=KUBELET, edit_jq="# set it\n.a.b = 1"),
        jq("-n", f'{{"{key}": "0s"}}', literal="0s"),
        jq("-n", f'{{{key}: "0s", kind: "KubeletConfiguration"}}', literal="0s"),
        jq("-nc", f'{{}} | .{key} = "0s"', literal="0s"),
        jq("-n", "--arg", "v", "0s", "$v", literal="0s"),
        jq("-nr", "--arg", "v", "0s", '"--' + 'streaming-connection-idle-timeout=\\($v)"', literal="0s"),
        jq("-nr", '"--streaming-connection-idle-timeout=" + "0s"', literal="0s"),
        jq("-nr", '["--max-pods=9", "--streaming-connection-idle-timeout=0s"] | join(" ")', literal="=0s"),
        jq("-c", f'.{key}="0s"', **z), jq("--tab", f'.{key}="0s"', **z), jq("--indent", "4", f'.{key}="0s"', **z),
        jq("--indent", "0", f'.{key}="0s"', **z), jq("-S", f'.{key}="0s"', **z), jq("-M", f'.{key}="0s"', **z),
        jq("-cS", ".", **s), jq("-e", ".a", **s), jq("-e", ".zzz", **s), jq("-e", "empty", **s), jq("-e", "false, 1", **s),
        jq("-e", ".b.c[2].d", **s), jq("-j", ".f, .a", **s), jq("-r", ".f", **s), jq("-r", ".b.c", **s), jq("-r", ".b | keys[]", **s),
        jq("-a", ".", stdin='"\\u00e4\\ud83d\\ude00 <"'), jq(".", stdin='"\\u00e4\\n\\t\\"\\\\/\\u0001\\u007f"'),
        jq("-R", ".", stdin="a\nb\n"), jq("-Rs", ".", stdin="a\nb\n"), jq("-R", "split(\"=\") | {(.[0]): .[1]}", stdin="a=0s\n"),
        jq(stdin="{}"), jq(".", "missing.json"), jq(".", stdin=""), jq(".", stdin="{} [1]\n3 \"x\"null"), jq("-s", ".", stdin=""),
        jq("-c", "-s", ".", stdin="1 2 [3]"), jq(".", stdin='{"a": 1,}'), jq(".", stdin="[1] {"), jq("-n", "[1,2"), jq(".", stdin="nonsense"),
        jq("-n", '"x" | error'), jq(".a", stdin="[1]"), jq(".a.b", stdin='{"a": "x"}'), jq("-c", ".[]", stdin="[1,[2]] {\"a\":3}"),
        jq(".a.b?", stdin='{"a": "x"}'), jq("[.[] | .a?]", stdin='[1,{"a":2}]'), jq("-n", "1, error(\"x\"), 2"),
        jq("-n", 'try error("x") catch .'), jq("-n", 'try error({a:1}) catch .a'), jq("-n", '[.[]?]'), jq("-n", "[limit(3; range(10))]"),
        jq("-nc", "[(1,2) + (10,20)]"), jq("-nc", "[(1,2) * (3,4)]"), jq("-nc", "{a:(1,2), b:(3,4)}"), jq("-nc", "{(\"a\",\"b\"): 1}"),
        jq("-nc", "[1,2,3] | .[1:], .[:1], .[-1:], .[1]"), jq("-nc", "[1,2,3] - [2]"), jq("-nc", '"a,b,c" / ","'), jq("-nc", '"abc" * 2'),
        jq("-nc", "[3,1,2] | sort, reverse, min, max, add, length"), jq("-nc", '[1,null,true,"a",[1],{"a":1}] | sort | map(type)'),
        jq("-nc", "10 / 4, 7 % 3, 5 - 7, 2 * 3, -(3)"), jq("-nc", "1e3, 1.5, 100000, 0.1, 1e-5, 1.0"), jq("-nc", "[.] | length"),
        jq("-c", "keys, length, (.b | keys)", **s), jq("-c", "to_entries", **s), jq("-c", "[paths]", **s), jq("-c", "[leaf_paths]", **s),
        jq("-c", "[.. | numbers]", **s), jq("-c", "del(.b.c[0,1])", **s), jq("-c", "del(.b.c[] | select(. == 1))", **s), jq("-c", "del(.b, .f)", **s),
        jq("-c", "delpaths([[\"a\"], [\"b\", \"c\", 0]])", **s), jq("-c", "map_values(type)", **s), jq("-c", ".b.c |= map(. // 0)", **s),
        jq("-c", ".b.c[1:] = [9]", **s), jq("-c", ".b.c += [5]", **s), jq("-c", ".b.c -= [1]", **s), jq("-c", ".a += 1 | .a *= 3 | .a -= 2", **s),
        jq("-c", ".b.c[-1].d = true", **s), jq("-c", ".g.h[1].i = 0", **s), jq("-c", "with_entries(.key |= ascii_upcase)", **s),
        jq("-c", "with_entries(select(.key == \"a\"))", **s), jq("-c", "map(.v)", **l), jq("-c", "map(select(.name == \"a\"))", **l),
        jq("-c", "group_by(.name) | map({name: .[0].name, n: length})", **l), jq("-c", "sort_by(.v) | reverse | .[0]", **l),
        jq("-c", "unique_by(.name) | map(.v)", **l), jq("-c", "(.[] | select(.name == \"b\") | .v) = 9", **l), jq("-c", "map(has(\"v\"))", **l),
        jq("-c", "any(.v > 3), all(.v > 3)", **l), jq("-c", "[.[] | .v] | add", **l), jq("-c", "map({(.name): .v}) | add", **l), jq("-c", "from_entries", **l),
        jq("-c", "INDEX(.name) | keys", **l), jq("-c", "max_by(.v).name", **l), jq("-c", "[.[].name] | unique | join(\",\")", **l),
        jq("-c", "first(.[]), last, .[2]", **l), jq("-c", "to_entries[1].value", **l), jq("-c", "[.[] | tojson]", **l), jq("-c", "tostring", **l),
        jq("-c", "map(.name | explode | implode)", **l), jq("-c", "[foreach .[] as $x (0; . + $x.v)]", **l), jq("-c", "[.[] | .name as $n | .v as $v | \"\\($n)=\\($v)\"]", **l),
        jq("-nc", '"a-b-c" | split("-"), ascii_upcase, ltrimstr("a-"), rtrimstr("-c"), startswith("a"), endswith("b"), test("B"; "i")'),
        jq("-nc", '"a1b22" | [match("[0-9]+"; "g").string], sub("[0-9]+"; "#"), gsub("[0-9]+"; "#"), [scan("[a-z]")]'),
        jq("-nc", '"k=v" | capture("(?<key>[^=]+)=(?<value>.*)")'), jq("-nc", '"x y" | gsub("\\\\s"; "_"), gsub("(?<c>[xy])"; "<\\(.c)>")'),
        jq("-nc", '"YQ==" | @base64d, (@base64d | @base64), @json, @sh, @text'), jq("-nc", '@json "x \\([1,2])", @base64 "\\("hi")!"'),
        jq("-nc", '"[1, 2]" | fromjson, (fromjson | tojson)'), jq("-nc", '"12" | tonumber + 1'), jq("-nc", '{"a":[1,{"b":2}]} | contains({a:[{b:2}]}), (.a | index(1))'),
        jq("-nc", "[1,[2,[3]]] | flatten, flatten(1)"), jq("-nc", "null | length, not, (.a), ([] | add), ({} | add)"), jq("-nc", "[range(0;10;3)], [range(2)]"),
        jq("-nc", "1 == 1.0, \"a\" < \"b\", [1] < [2], {} == {}, null < false"), jq("-nc", "true and false, (true or error), (false // 3), (null // empty // 4)"),
        jq("-nc", "def f(x): x * 2; f(3), f(4, 5)"), jq("-nc", "def f: def g: 3; g * 2; f"), jq("-nc", "[1,2] as [$a, $b] | {a: $a, b: $b}"),
        jq("-nc", "[[1,2],[3,4]] | .[] as [$a, $b] | $a + $b"), jq("-nc", "{a: 1} | .a as $x | {$x, \"b c\": 2, \"d\": 3, (\"e\" + \"f\"): 4, @base64 \"g\": 5}"),
        jq("-nc", "{\"if\": 1} | .if? // .[\"if\"]"), jq("-nc", "reduce range(5) as $i (0; . + $i)"), jq("-nc", "[.[]?, 1] | first, isempty(.[])"),
        jq("-nc", "{a: {b: 1}} * {a: {c: 2}}, {a: {b: 1}} + {a: {c: 2}}"), jq("-nc", "[{a:1}, {b:2}] | add, (.[0] + .[1])"), jq("-nc", "{} | .a.b.c, .a[0]?, (.a |= 3)"),
        jq("-nc", "[1,2,3] | IN(2), (.[] | IN(2, 3))"), jq("-nc", "[3, 1] | tojson, @text, (map(tostring) | join(\"-\"))"), jq("-nc", "{a: null} | .a // \"d\", (.b? // \"e\"), has(\"a\"), has(\"b\")"),
        jq("-nc", '"a,b" | contains("a"), contains("z")'), jq("-nc", "[1,2] | has(0), has(5)"), jq("-nc", '"x.y" | test("X . y"; "xi"), test("x.y"; "s")'),
        jq("-nc", '"abc"[1:], "abc"[:-1]'), jq("-nc", 'path(.a[1:2])'), jq("-nc", '"[1" | fromjson? // "bad"'), jq("-nc", '1 | has("a")'), jq("-nc", '1[0:1]'), jq("-nc", '1 | .[0:1]?'), jq("-nc", '[1] | del(.a)'),
        jq("-nc", "[repeat(1; 2)]"), jq("-nc", "[limit(5; repeat(1))]"), jq("-nc", "[1 | while(. < 5; . + 1)]"), jq("-nc", "$ENV | type"), jq("-nc", "def f: f; 1"), jq("-nc", "input"),
        jq(f'.{key}="0s"', "config.json", config_json=KUBELET, literal="0s"), jq(".a, input.a", "a.json", "b.json", a_json=SMALL, b_json='{"a": 2}'),
        jq(".a", "a.json", "b.json", a_json=SMALL, b_json='{"a": 2}'), jq("-r", ".clusterDNS | join(\",\")", **k), jq(".maxPods |= tostring", **k), jq(".readOnlyPort = 0", **k),
        jq(".a=-0 | .b = - 1 | .c = 0.50 | .d = 1e2", **n), jq(".a = 0 | .b = false | .c = null", literal="null", stdin="{}"), jq(".[\"a b\"].c = \"\\u0030s\"", **n),
        jq('.a = "x\\ty\\"z\\\\"', **n), jq(".a = \"é\" | .b = (\"é\" | length)", **n), jq(". as {a: $x, b: {e: $y}} | [$x, $y]", **s), jq("..", **s), jq(".b[]", **s), jq(".b | .[\"c\"][0]", **s),
        jq("-C", ".", **s), jq("--seq", ".", **s), jq("--stream", "-c", ".", **s), jq("--bogus", ".", **s), jq("-rc", ".b", **s), jq("-c", ".b", "--arg", "x", "y", **s), jq("--", ".a", **s),
    ]
    return out


BOOTSTRAP = """#!/usr/bin/env bash

set -o pipefail
set -o nounset
set -o errexit

while [[ $# -gt 0 ]]; do
    case $1 in
        --kubelet-extra-args)
            KUBELET_EXTRA_ARGS=$2
            shift 2
            ;;
    esac
done
KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-}"
USE_MAX_PODS="${USE_MAX_PODS:-true}"
cat <<EOF > /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
[Service]
Environment='KUBELET_EXTRA_ARGS=$KUBELET_EXTRA_ARGS'
EOF
"""

UNIT = """[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/etc/sysconfig/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_EXTRA_ARGS
"""

YAML = """apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 4h0m0s
authentication:
  anonymous:
    enabled: true
maxPods: 110
"""


def sed_cases():
    flag = "--streaming-connection-idle-timeout=0"
    key = "streamingConnectionIdleTimeout"
    out = []

    def edit(*argv, text=BOOTSTRAP, literal=None, name="f"):
        out.append(jq(*argv, name, literal=literal, **{name: text}))

    def pipe(*argv, stdin="a\nb\nc\n", literal=None):
        out.append(jq(*argv, stdin=stdin, literal=literal))

    for script in [
        f's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 {flag}"/', f's/KUBELET_EXTRA_ARGS=\\$2/KUBELET_EXTRA_ARGS="$2 {flag}"/',
        f's|KUBELET_EXTRA_ARGS=$2|KUBELET_EXTRA_ARGS="$2 {flag}"|', f's#=\\$2#="\\$2 {flag}"#g',
        f'/^KUBELET_EXTRA_ARGS=/a KUBELET_EXTRA_ARGS+=" {flag}"', f'/^set -o errexit/a\\\nexport X="{flag}"',
        f'/^set -o errexit/a\\export X="{flag}"', f'/^set -o errexit/a export X="{flag}"', f'/^set -o errexit/i # {flag}',
        f'4i\\  # {flag}', f'$a {flag}', f'$ a\\\n{flag}\\\nsecond line', f'/EXTRA_ARGS=$2/c\\            KUBELET_EXTRA_ARGS="$2 {flag}"',
        f"s/^KUBELET_EXTRA_ARGS=.*/KUBELET_EXTRA_ARGS='{flag}'/", f's/\\(KUBELET_EXTRA_ARGS="\\)\\(.*\\)"/\\1{flag} \\2"/',
        f's,:-}},:-{flag}}},', f's/:-}}"/:-}} {flag}"/;s/true/false/', f'/USE_MAX/,/EOF/s/true/{flag}/',
        f'15,$s/KUBELET_EXTRA_ARGS=/&{flag} /', f'0,/errexit/s/errexit/{flag}/', f'/--kubelet-extra-args)/{{n;s/$2/"$2 {flag}"/}}',
        f'/--kubelet-extra-args)/{{\nn\ns/$2/"$2 {flag}"/\n}}', f'/nounset/!s/errexit/{flag}/', f'1!G;h;$!d;s/EOF/{flag}/',
    ]:
        edit("-i", script, literal=flag)
        edit(script, literal=flag)
        edit(script, text=BOOTSTRAP.rstrip("\n"), literal=flag)
    for script in [
        f"s#ExecStart=/usr/bin/kubelet#& {flag}#", f"/ExecStart=.*kubelet/s/$/ {flag}/", f"/ExecStart/c\\ExecStart=/usr/bin/kubelet {flag}",
        f"/^ExecStart=$/a ExecStart=/usr/bin/kubelet {flag}", f"$aEnvironment={flag}", f'/\\[Service\\]/a Environment="KUBELET_EXTRA_ARGS={flag}"',
        f's~\\(KUBELET_CONFIG_ARGS=--config=[^"]*\\)~\\1 {flag}~', f'2,3s/"$/ {flag}"/', f"\\#/usr/bin/kubelet#s#$# {flag}#",
    ]:
        edit("-i", script, text=UNIT, name="u", literal=flag)
        edit("-i", script, text=UNIT.rstrip("\n"), name="u", literal=flag)
    for script in [
        f"s/{key}: .*/{key}: 0s/", f"s/\\({key}: \\).*/\\10s/", "s/4h0m0s/0s/", f"/^maxPods/a {key}: 0s", f"/{key}/d", f"/{key}/c {key}: 0s",
        f"s/^{key}:.*$/{key}: 0s/g", "s/enabled: true/enabled: 0s/", "/anonymous:/,/enabled:/s/true/0s/", "/^kind/a\\\nx: 0s\\\ny: 1",
        "/maxPods/s/[0-9]\\+/0s/", "s/[[:digit:]]\\{3\\}/0s/", "s/: [^:]*$/: 0s/", "3s/4h/0s/",
    ]:
        edit("-i", script, text=YAML, name="c", literal="0s" if "/d" not in script else None)
        edit("-i", script, text=YAML.replace("\n", "\r\n"), name="c")
    out.append(jq("-i", '/"apiVersion*/a \\ \\ "streamingConnectionIdleTimeout": "0s",', "c", literal="0s", c=KUBELET))
    out.append(jq("-i", "-e", '/"kind"/a "x": "0s",', "-e", "s/29/30/", "c", literal="0s", c=KUBELET))
    out.append(jq("-i.bak", "s/29/30/", "c", literal="30", c=KUBELET))
    out.append(jq("--in-place", "s/29/30/", "c", literal="30", c=KUBELET))
    out.append(jq("--in-place=.orig", "-E", "s/([0-9]+)$/\\1 30/", "c", literal="30", c=KUBELET))
    out.append(jq("-ie", "s/29/30/", "c", c=KUBELET))
    out.append(jq("-Ei", 's/"maxPods": [0-9]+/"maxPods": 30/', "c", c=KUBELET))
    out.append(jq("-r", "-i", 's/^( *"maxPods"): .*/\\1: 30/', "c", literal="30", c=KUBELET))
    out.append(jq("-i", "s/a/b/", "f", "g", f="a\na", g="xa"))
    out.append(jq("s/a/b/", "f", "missing", f="a\n"))
    out.append(jq("-i", "s/a/b/", "missing"))
    out.append(jq("-n", "$p", "f", "g", f="a\nb", g="c\nd\n"))
    out.append(jq("-s", "-n", "$p", "f", "g", f="a\nb", g="c\nd\n"))
    out.append(jq("-f", "s", "f", f="a\nb\n", s="# edit\ns/a/x/\n/b/ {\n  s/b/y/\n}\n"))
    scripts = [
        "p", "d", "2d", "$d", "2,$d", "/b/d", "/^$/d", "2q", "2q5", "2Q", "q7", "=", "2a x", "2i x", "2c x", "2,3c x", "2!c x", "$!c x",
        "a\\", "a", "2a foo\\tbar", "2a\\tbar", "2a foo\\nbar", "2a\\  hi", "2a  hi\\ x\\\\y", "1{a X\n}", "a}", "2a foo \\\nbar",
        "s/b/x/", "s/./&&/", "s/[ab]/<&>/g", "s/\\(.\\)/\\1\\1/", "s/b*/x/g", "s/b*/x/2", "s/x*/-/g", "s/a/\\n/", "s/a/\\t|/",
        "s/a/x\\\ny/", "s/a/\\&\\//", "s/B/x/I", "s/B/x/i", "s,a,/,", "s|a\\|b|x|", "s/a\\|b/x/", "s/^\\|$/|/g", "s/*/x/", "s/\\(*\\)/x/",
        "s/b\\{1,2\\}/x/", "s/[^a]/x/", "s/[]a]/x/", "s/[a-]/x/", "s/[[:alpha:]]/x/", "s/\\w/x/", "s/\\bb\\b/x/", "s/\\<b\\>/x/", "s/a$/x/",
        "s/$/;/", "s/^/> /", "s/a$b/x/", "s/a^/x/", "y/abc/xyz/", "y/a\\/b/123/", "y/ab/x/", "n;d", "1d;n;d", "N;s/\\n/,/", "$!N;s/\\n/,/",
        ":a;N;$!ba;s/\\n/,/g", ":a\nN\n$!ba\ns/\\n/ /g", "$!N;P;D", "1!G;h;$!d", "G", "x;p;x", "H;$!d;x;s/\\n/,/g", "/a/,/c/{//d}", "/b/s//x/",
        "s/a/b/;t;s/b/c/", "s/a/b/;T;s/b/c/", "/a/b;s/$/!/", "b x;s/$/!/;:x", "bx", "s/a", "s/a/b/z", "k", "1,d", "}", "{p", "{p}", "{p;p}",
        "1{p;d};s/c/x/", "0,/a/d", "0,/c/d", "1,/a/d", "0d", "#n\np", "# c\np # d", "s/\\(a\\)\\|b/[\\1]/", "s/a/\\2/", "s/\\(b\\)\\1/x/", "l",
        "s/a/\\U&/", "2r f", "2{s/b/x/;s/x/y/}", "s/b/x/;;s/c/y/;", "  2  p  ", "2 , 3 d", "/b/I,+1d", "\\,b,d", "s/\\./x/", "s/[.]/x/",
        "s/a\\+/x/", "s/a\\?b/x/", "s/\\//x/", "s/[/]/x/", "s/a/[/;s/\\[/]/", "z;s/^$/e/", "/a/d;/c/d", "2s/.*/0s/;2!d", "$s/.*/0s/", "1,2s/^/#/",
        "/b/,$s/^/#/", "/x/,/y/d", "/b/,/b/d", "/a/,/b/!d", "2,/a/d", "1~2s/$/!/", "1i\\\nhead", "1i head\\\nmore", "$!s/$/,/", "/b/a\\\n\\  in",
    ]
    for n, script in enumerate(scripts):
        pipe(script)
        if n % 4 == 0:
            pipe(script, stdin="a\nb\nc")
    for argv in [
        ["-n", "p"], ["-n", "2p"], ["-n", "2,3p"], ["-n", "$p"], ["-n", "/b/p"], ["-n", "/b/!p"], ["-n", "/a/,/b/p"], ["-n", "2,/c/p"],
        ["-n", "2,1p"], ["-n", "/a/,1p"], ["-n", "1~2p"], ["-n", "0~2p"], ["-n", "2,+1p"], ["-n", "1,~2p"], ["-n", "$="], ["-n", "s/b/x/p"],
        ["-n", "s/./x/gp"], ["-n", "/a/{n;p}"], ["-n"], [], ["-e", "2a\\", "-e", "  text"], ["-e", "s/a/b/", "-e", "s/b/c/"], ["-E", "s/a|b/x/"],
        ["-E", "s/(a|b)+/x/"], ["-E", "s/^(.)$/\\1!/"], ["-E", "s/b{1}/x/"], ["-E", "s/{/x/"], ["-E", "s/a|ab/x/"], ["-E", "s/a+|b?/x/g"],
        ["--expression=s/a/x/"], ["--quiet", "--regexp-extended", "s/(a)/\\1/p"], ["-nE", "s/(b)/<\\1>/p"], ["-z", "s/\\n/,/g"],
    ]:
        pipe(*argv)
    for script in ["h;n;g", "1h;2g;3G", "x;p;x", "1!G;h;$!d", "N;P;D", "s/a/x/;ta;s/b/y/;:a", "$!N;s/\\n/ /", "1{h;d};$G", "/b/{x;p;x}", "n;d", "2q"]:
        pipe(script)
    pipe("s/a/b/", stdin="")
    pipe("$a x", stdin="")
    pipe("$a x", stdin="no end")
    pipe("s/é/e/;s/./X/2", stdin="éé\n")
    return out


def text_cases():
    out = []
    lines = "alpha=1\nbeta=2\n# Comment\nBETA=3\n\nalpha beta\n"

    def add(program, *argv, stdin=lines, **more):
        case = jq(*argv, stdin=stdin, **more)
        case["program"] = program
        out.append(case)

    for argv in [
        ["-q", "beta"], ["-q", "nothing"], ["beta"], ["nothing"], ["-i", "beta"], ["-v", "beta"], ["-c", "beta"], ["-vc", "beta"],
        ["-o", "[a-z]*=[0-9]"], ["-x", "beta=2"], ["-w", "beta"], ["-F", "a.*"], ["-E", "^(alpha|beta)="], ["-e", "alpha", "-e", "Comment"],
        ["-n", "beta"], ["-m", "1", "beta"], ["-s", "beta"], ["--quiet", "beta"], ["-qi", "comment"], ["-qF", "# C"], ["^$"], ["-v", "^#"],
        ["-oE", "[0-9]+$"], ["-ivE", "^(#|$)"], ["alpha\nComment"], ["-l", "beta"], ["--", "-x"], ["-Ev", "^\\s*(#|$)"], ["-E", "b{1}eta"],
        ["a\\|b"], ["\\.x"], ["-xF", "beta=2"], ["-h", "beta"], ["-E", "=1|=2"], ["-F", "-e", "beta", "-e", "# Comment"], ["-vn", "a"],
        ["-cv", "."], ["-E", "("],
    ]:
        add("grep", *argv)
    add("grep", "-q", "streamingConnectionIdleTimeout", "f", stdin="", f=KUBELET)
    add("grep", "-q", "maxPods", "f", stdin="", f=KUBELET)
    add("grep", "maxPods", "f", "g", stdin="", f=KUBELET, g="maxPods\n")
    add("grep", "-h", "maxPods", "f", "g", stdin="", f=KUBELET, g="maxPods\n")
    add("grep", "-q", "maxPods", "missing", stdin="")
    add("grep", "maxPods", "f", stdin="", f="maxPods")
    add("fgrep", "a=")
    add("egrep", "a(=|b)")
    table = "a:b:c\nd:e\nf\n\n"
    for argv in [
        ["-d:", "-f1"], ["-d", ":", "-f", "2"], ["-d:", "-f2-"], ["-d:", "-f-2"], ["-d:", "-f1,3"], ["-d:", "-f2", "-s"], ["-c1"], ["-c1-3"],
        ["-c2-"], ["-d:", "--fields=2"], ["--delimiter=:", "-f1"], ["-f1"],
    ]:
        add("cut", *argv, stdin=table)
    for argv in [
        ["a-z", "A-Z"], ["-d", "\\n"], ["-d", "[:space:]"], ["[:lower:]", "[:upper:]"], ["\\n", " "], [":", "\\n"], ["-s", "a"],
        ["-d", "[:digit:]"], ["-d", "[:alpha:]"], ["-d", "[:alnum:]"], ["-d", "[:punct:]"], ["-d", "[:blank:]"], ["-cd", "[:alnum:]\\n"], ["-d", "ab"], ["abc", "x"], ["-cd", "a-c"], ["-d", "'\""], [":,", "_-"],
    ]:
        add("tr", *argv, stdin="a:b,c\nabc aab\n")
    for argv in [["-n1"], ["-n", "2"], ["-2"], ["-n", "+2"], ["-n2", "f"], []]:
        add("head", *argv, f="x\ny\nz\n")
        add("tail", *argv, f="x\ny\nz\n")
    for argv in [[], ["-r"], ["-u"]]:
        add("sort", *argv, stdin="b\na\nc\na\n10\n9\n")
    for argv in [[], ["-d"], ["-u"]]:
        add("uniq", *argv, stdin="a\na\nb\na\n")
    add("wc", "-l")
    add("wc", "-c")
    for argv in [["/etc/eks/bootstrap.sh"], ["a.sh", ".sh"], ["/"], ["a/"], [".sh", ".sh"]]:
        add("basename", *argv)
    for argv in [["/etc/eks/bootstrap.sh"], ["a"], ["/"], ["a/b/"], ["/a"], ["a//b//"]]:
        add("dirname", *argv)
    for argv in [[], ["-w0"], ["-w", "0"], ["--wrap=0"]]:
        add("base64", *argv, stdin="streamingConnectionIdleTimeout: 0s and some more text to pass the end of the line\n")
        add("base64", *argv, stdin="")
    for argv in [["-d"], ["--decode"], ["-d", "f"], ["-di"]]:
        add("base64", *argv, stdin="aGVsbG8K\n", f="MHMK")
    add("cat")
    add("cat", "f", "-", stdin="s", f="x\n")
    return out


def yq_cases():
    """kislyuk's, which Debian has; mikefarah's answers the same where a case says neither -y nor anything about quotes."""
    out = []
    yaml = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication:\n  anonymous:\n    enabled: false\nclusterDNS:\n- 10.0.0.10\nmaxPods: 110\n"

    def add(*argv, literal=None, stdin=None, **files):
        case = jq(*argv, literal=literal, stdin=stdin, **files)
        case["program"] = "yq"
        out.append(case)

    for filter_ in [
        '.streamingConnectionIdleTimeout = "0s"', '.streamingConnectionIdleTimeout="0s" | .maxPods=20', '.a.b.c = "0s"', '. + {x: "0s"}',
        '. * {authentication: {anonymous: {enabled: "0s"}}}', '.clusterDNS += ["0s"]', 'setpath(["x", "y"]; "0s")', '.maxPods |= "0s"', '.["a b"] = "0s"',
    ]:
        add("-y", filter_, "c", literal="0s", c=yaml)
        add("-yi", filter_, "c", literal="0s", c=yaml)
        add("-y", "-i", filter_, "c", literal="0s", c=yaml)
        add(filter_, "c", literal="0s", c=yaml)
    for argv in [
        ["-y", "del(.maxPods)"], ["-y", ".authentication"], ["-r", ".kind"], ["-r", ".authentication.anonymous.enabled"], ["-c", ".clusterDNS"],
        ["-y", ".x = 0"], ["-y", '.x = "0"'], ["-y", ".x = null"], ["-y", ".x = []"], ["-y", ".x = [{a: 1, b: [2, 3]}]"], ["-y", '.x = "yes"'], ["-y", '.x = "a: b"'],
        ["-y", '.x = "#c"'], ["-y", '.x = ""'], ["-y", '.x = "true"'], ["-y", ".x = true"], ["-y", ".maxPods + 1"], ["-Y", ".maxPods = 5"], ["-y", '.x = "1h"'],
        ["-y", ".x = \"it's\""], ["-y", '.x = "*"'], ["-y", '.x = "-a"'], ["-y", '.x = "a #b"'], ["-y", '.x = "0x1"'], ["-y", '.x = "1.5"'], ["-y", '.x = "=" '],
        ["-y", "--arg", "v", "0s", ".x = $v"], ["-y", "--argjson", "v", "0", ".x = $v"], ["-S", "."], ["-y", "if .maxPods > 100 then .maxPods = 50 else . end"],
    ]:
        add(*argv, "c", c=yaml)
        add(*argv, stdin=yaml)
    add("-y", "-s", ".[0] * .[1]", "a", "b", a=yaml, b="maxPods: 7\nx: 0s\n")
    add("-y", ".x = 1", "c", c="a: 1\n---\nb: 2\n")
    add("-y", ".", "c", c="a: &x {b: 1}\nc: *x\nd: yes\ne: 010\nf: 'yes'\ng: 1e3\nh: ~\ni: 2020-01-01\n")
    add("-y", ".", "c", c="{a: 1, b: [1, 2]}\n")
    add("-y", ".x.y = 1", "c", c="x: 1\n")
    add("-r", ".x", "c", c="x: [1,\n")
    add("-y", ".x = env.X | .y = $ENV.X", "c", c="a: 1\n")
    return out


def envsubst_cases():
    out = []
    env = {"TIMEOUT": "0s", "_A1": "x", "EMPTY": ""}
    texts = [
        "streamingConnectionIdleTimeout: $TIMEOUT\n", "a: ${TIMEOUT}\n", "$TIMEOUT${TIMEOUT}$TIMEOUTS", "${UNSET}-$EMPTY-$UNSET", "$$ $1 ${ } ${1} $-", "\\$TIMEOUT \\${TIMEOUT}",
        "${TIMEOUT:-1}", "${TIMEOUT", "$_A1 ${_A1}", "no end $TIMEOUT", "$", "${", "$TIMEOUT}", "'$TIMEOUT' \"$TIMEOUT\"", "", "$TIMEOUT.\n$_A1é\n",
    ]
    for text in texts:
        for argv in [[], ["$TIMEOUT"], ["${_A1} $EMPTY"], [""]]:
            case = jq(*argv, stdin=text)
            case["program"], case["env"] = "envsubst", env
            out.append(case)
    return out


def python_cases():
    out = []
    config = "/etc/kubernetes/kubelet/kubelet-config.json"
    key = "streamingConnectionIdleTimeout"

    def add(code, literal="0s", text=KUBELET, env=None, args=(), heredoc=False, **files):
        files = {"config.json": text, **files}
        code = code.replace(config, "config.json")
        case = jq("-" if heredoc else "-c", *([] if heredoc else [code]), *args, stdin=code if heredoc else None, literal=None if heredoc else literal)
        case["files"] = files
        case["program"] = "python3"
        if env:
            case["env"] = env
        out.append(case)

    changes = [
        f'd["{key}"] = "0s"', f"d['{key}'] = '0s'", f'd.update({{"{key}": "0s"}})', f'd.update({key}="0s")', f'd.setdefault("{key}", "0s")', f'd |= {{"{key}": "0s"}}',
        f'd["authentication"]["anonymous"]["{key}"] = "0s"', f'd.setdefault("x", {{}})["{key}"] = "0s"', f'd["x"] = {{"y": ["0s", 1, True, None, False]}}',
        f'k = "{key}"; v = "0s"; d[k] = v', f'd = {{**d, "{key}": "0s"}}', f'd["x"] = "0" + "s"; d["{key}"] = "0s"', f'del d["maxPods"]; d["{key}"] = "0s"',
        f'd.pop("maxPods", None); d["{key}"] = "0s"', f'a = d["authentication"]; a["{key}"] = "0s"', f'd["clusterDNS"].append("0s")', f'd["clusterDNS"] = d["clusterDNS"] + ["0s"]',
        f'for k in ["{key}", "x"]:\n    d[k] = "0s"', f'if "{key}" not in d:\n    d["{key}"] = "0s"', f'if d.get("maxPods") == 29:\n    d["{key}"] = "0s"\nelse:\n    d["{key}"] = "1s"',
        f'd["{key}"] = "0s" if "maxPods" in d else "1s"', f'for k, v in {{"{key}": "0s", "b": 1}}.items():\n    d[k] = v', f'for k, v in (("{key}", "0s"), ("b", 1)):\n    d[k] = v',
        f"d[f'{key}'] = '0s'", f'd["e"] = "é\\n\\u00e9\\"\\\\"; d["{key}"] = "0s"', f'd["{key}"] = """0s"""', f'd["{key}"] = r"0s"',
        f'd["n"] = len(d); d["m"] = 1 + 2 * 3 - 1; d["{key}"] = "0s"', f'assert_ = 1\nd["{key}"] = "0s"  # a comment', f'd.get("x", {{}})["y"] = 1; d["{key}"] = "0s"',
        f'd["l"] = [x for x in [1, 2, 3] if x > 1]; d["{key}"] = "0s"', f'd["x"] = "%s-%d" % ("a", 1); d["{key}"] = "0s"', f'd["x"] = "{{}}-{{0}}".format("a") if False else "{{}}".format("b"); d["{key}"] = "0s"',
    ]
    dumps = ["json.dump(d, f)", "json.dump(d, f, indent=2)", "json.dump(d, f, indent=4, sort_keys=True)", "f.write(json.dumps(d, indent=2))", "f.write(json.dumps(d, separators=(',', ':')) + '\\n')",
             "json.dump(d, f, ensure_ascii=False, indent=1)", "print(json.dumps(d), file=f)"]
    for n, change in enumerate(changes):
        dump = dumps[n % len(dumps)]
        code = f'import json\nwith open("{config}") as f:\n    d = json.load(f)\n{change}\nwith open("{config}", "w") as f:\n    {dump}\n'
        add(code)
        add(code, heredoc=n % 3 == 0)
    whole = [
        f'import json; p="{config}"; d=json.load(open(p)); d["{key}"]="0s"; json.dump(d, open(p,"w"), indent=2)',
        f'import json, sys\nd = json.load(sys.stdin) if False else json.loads(open("{config}").read())\nd["{key}"] = "0s"\nprint(json.dumps(d, indent=2))',
        f'import json\np = "{config}"\nf = open(p, "r+")\nd = json.load(f)\nd["{key}"] = "0s"\nf.seek(0)\njson.dump(d, f, indent=2)\nf.truncate()\nf.close()',
        f'from pathlib import Path\nimport json\np = Path("{config}")\nd = json.loads(p.read_text())\nd["{key}"] = "0s"\np.write_text(json.dumps(d, indent=2))',
        f'import json\n\ndef main():\n    with open("{config}", "r") as fh:\n        data = json.load(fh)\n    data["{key}"] = "0s"\n    with open("{config}", "w") as fh:\n        json.dump(data, fh, indent=4)\n\n\nif __name__ == "__main__":\n    main()\n',
        f'import json\n\ndef put(path, key, value="0s"):\n    """Sets a key."""\n    d = json.load(open(path))\n    d[key] = value\n    open(path, "w").write(json.dumps(d))\n\nput("{config}", "{key}")',
        f'p = "{config}"\ns = open(p).read()\ns = s.replace(\'"maxPods": 29\', \'"maxPods": 29, "{key}": "0s"\')\nopen(p, "w").write(s)',
        f'import re\np = "{config}"\ns = open(p).read()\ns = re.sub(r\'"maxPods": \\d+\', \'"{key}": "0s"\', s)\nopen(p, "w").write(s)',
        f'import re\np = "{config}"\ns = open(p).read()\ns = re.sub(r\'("maxPods": )(\\d+)\', r\'"{key}": "0s", \\g<1>\\2\', s, count=1)\nopen(p, "w").write(s)',
        f'import re\np = "{config}"\ns = open(p).read()\ns = re.sub(r\'^(\\s*)"maxPods".*$\', r\'\\1"{key}": "0s"\', s, flags=re.M)\nopen(p, "w").write(s)',
        f'p = "{config}"\nlines = open(p).readlines()\nout = []\nfor line in lines:\n    if "maxPods" in line:\n        line = line.replace("29", "0s")\n    out.append(line)\nopen(p, "w").writelines(out)',
        f'p = "{config}"\nwith open(p) as f:\n    lines = [l.rstrip() for l in f]\nwith open(p, "w") as f:\n    f.write("\\n".join(lines + ["0s"]) + "\\n")',
        f'with open("{config}", "a") as f:\n    f.write("0s")\n    f.write("\\n")',
        f'import yaml\nd = yaml.safe_load(open("c.yaml"))\nd["{key}"] = "0s"\nyaml.safe_dump(d, open("c.yaml", "w"))',
        f'import yaml\nwith open("c.yaml") as f:\n    d = yaml.safe_load(f)\nd["{key}"] = "0s"\nwith open("c.yaml", "w") as f:\n    yaml.dump(d, f, default_flow_style=False, sort_keys=False)',
        f'import yaml\nd = yaml.safe_load(open("c.yaml"))\nd.setdefault("authentication", {{}}).setdefault("x509", {{}})["f"] = "0s"\nprint(yaml.safe_dump(d, sort_keys=False))',
        f'import json\ntry:\n    d = json.load(open("missing.json"))\nexcept FileNotFoundError:\n    d = {{}}\nd["{key}"] = "0s"\njson.dump(d, open("missing.json", "w"))',
        f'import json, os\np = "{config}"\nd = json.load(open(p)) if os.path.exists(p) else {{}}\nd["{key}"] = "0s"\nwith open(p + ".new", "w") as f:\n    json.dump(d, f)\nos.rename(p + ".new", p)',
        f'import json, shutil\nshutil.copy("{config}", "b.json")\nd = json.load(open("b.json"))\nd["{key}"] = "0s"\njson.dump(d, open("b.json", "w"))',
        f'import json, sys\nd = json.load(open("{config}"))\nd["{key}"] = "0s"\njson.dump(d, sys.stdout, indent=2)\nsys.stdout.write("\\n")',
        f'import json, sys\nd = json.load(open("{config}"))\nsys.exit(0 if d["maxPods"] == 29 else 3)',
        'import sys\nsys.exit(3)', 'import sys\nsys.exit("no")', 'raise SystemExit', f'd = {{}}\nd["x"]["y"] = 1', 'import json\njson.loads("{")', 'print("a", 1, None, True, sep="-", end="!")',
        f'from json import load, dump\nd = load(open("{config}"))\nd["{key}"] = "0s"\nwith open("{config}", mode="w", encoding="utf-8") as f: dump(d, f)',
        f'import json as j\nd = j.load(open("{config}"))\nd["{key}"] = "0s"\nopen("{config}", "w").write(j.dumps(d))',
        f'n = 0\nwhile n < 3:\n    n += 1\n    if n == 2: continue\n    print(n)\n',
        f'x = {{"a": {{"b": 1}}}}\ny = x["a"]\ny["b"] = 2\nprint(x["a"]["b"], x.get("q"), list(x) == 1 or "0s")',
        'a, b = "x y".split()\nprint(b, a, a.upper(), " q ".strip(), "a,b".split(",")[1], "abc"[1:], "abc"[:-1], [1, 2, 3][-1])',
        'print("yes" if "a" in "abc" and not "z" in "abc" else "no", "abc".startswith("ab"), "abc".endswith("x"))',
        'for v in (0, 1, "", "a", [], [1], {}, {"a": 1}, None, True): print("yes" if v else "no")',
        'print("  a ".lstrip() + "|", "  a ".rstrip() + "|", "xxaxx".strip("x"), "xxa".lstrip("x"), "axx".rstrip("x"), "xx".strip("x") + "|")',
        'print(2 in [1, 2], "b" in ["a"], "a" == "a", "a" == "b", 1 == "1", [] == "", "a" != "b")',
        'import shlex, subprocess\nfor w in shlex.split("a \\"b c\\" \'d e\' f"): print(w)\n',
        'n = 3\nprint(f"{{n}} {n} {n + 1}")',
    ]
    for code in whole:
        literal = "0s" if "0s" in code and "or \"0s\"" not in code else None
        if literal and ("sys.exit(0 if" in code):
            literal = None
        add(code, literal=literal, **{"c.yaml": YAML, "b.json": "{}"})
    add(f'import json, os\nd = json.load(open("{config}"))\nd["{key}"] = os.environ["T"]\nd["b"] = os.environ.get("NONE", "0s")\nd["c"] = os.getenv("T")\njson.dump(d, open("{config}", "w"))', env={"T": "5s"})
    add(f'import json, sys\nd = json.load(open(sys.argv[1]))\nd[sys.argv[2]] = sys.argv[3]\njson.dump(d, open(sys.argv[1], "w"), indent=2)', args=("config.json", key, "0s"))
    case = jq("edit.py", "config.json", **{"config_json": KUBELET})
    case["program"] = "python3"
    case["files"] = {"config.json": KUBELET, "edit.py": f'#!/usr/bin/env python3\nimport json, sys\npath = sys.argv[1]\nwith open(path) as f:\n    d = json.load(f)\nd["{key}"] = "0s"\nwith open(path, "w") as f:\n    json.dump(d, f, indent=2)\n    f.write("\\n")\n'}
    out.append(case)
    for argv in [["-m", "json.tool"], ["-m", "json.tool", "config.json"]]:
        case = jq(*argv, stdin='{"a":[1,{"b":"é"}],"c":{}}')
        case["program"], case["files"] = "python3", {"config.json": KUBELET}
        out.append(case)
    return out


def edit_cases():
    """Idioms of boot scripts in other words: jq, sed, grep, awk and perl."""
    out = []
    key, flag = "streamingConnectionIdleTimeout", "--streaming-connection-idle-timeout=0"

    def add(program, *argv, literal=None, stdin=None, env=None, **files):
        case = jq(*argv, literal=literal, stdin=stdin, **files)
        case["program"] = program
        if env:
            case["env"] = env
        out.append(case)

    k = {"config_json": KUBELET}
    for argv in [
        ["-S", f'.{key} = "0s"'], ["--tab", f'.{key} = "0s"'], ["--indent", "4", f'.{key} = "0s"'], ["--indent", "0", f'.{key} = "0s"'], ["-cS", f'.{key}="0s"'],
        [f'with_entries(if .key == "maxPods" then .value = "0s" else . end)'], [f'to_entries | map(if .key == "maxPods" then .value = "0s" else . end) | from_entries'],
        [f'. as $c | $c + {{{key}: "0s"}}'], [f'reduce ["{key}"][] as $k (.; .[$k] = "0s")'], ['walk(if type == "number" then "0s" else . end)'],
        [f'if has("{key}") then . else .{key} = "0s" end'], [f'.{key} //= "0s"'], [f'.{key} = (.{key} // "0s")'], [f'setpath(["authentication","anonymous","x"]; "0s")'],
        [f'setpath(["{key}"]; "0s") | del(.maxPods)'], [f'(.authentication.anonymous, .authentication.webhook) |= (. + {{x: "0s"}})'], [f'.authentication |= . * {{anonymous: {{enabled: "0s"}}}}'],
        [f'[paths(type == "number")] as $p | reduce $p[] as $q (.; setpath($q; "0s"))'], [f'. * ({{}} | .{key} = "0s")'], [f'. += {{"{key}": "0s", "maxPods": 10}}'],
        [f'.["{key}"] |= "0s"'], [f'to_entries + [{{key: "{key}", value: "0s"}}] | from_entries'], [f'getpath(["authentication","webhook"]) as $w | .x = $w | .{key} = "0s"'],
        [f'def put(k; v): .[k] = v; put("{key}"; "0s")'], [f'(. | keys | length) as $n | .n = $n | .{key} = "0s"'], [f'.clusterDNS[0] = "0s"'], [f'.clusterDNS |= map("0s")'],
        [f'.clusterDNS += ["0s"] | .clusterDNS |= unique'], [f'del(.authentication, .maxPods) | .{key} = "0s"'], [f'.{key} = "0s" | .{key} |= sub("0"; "0")'], [f'.evictionHard["memory.available"] = "0s"'],
        [f'delpaths([["maxPods"], ["authentication"]]) | .{key} = "0s"'], [f'if .kind == "KubeletConfiguration" then .{key} = "0s" elif .kind then . else empty end'], [f'try (.maxPods.x = 1) catch "0s"'],
        ["--arg", "v", "0s", f'.{key} = $v'], ["--argjson", "v", '{"a": "0s"}', ". * $v"], ["--argjson", "v", '"0s"', f".{key} = $v"], ["--arg", "k", key, f'.[$k] = "0s"'],
        ["--arg", "a", "1", "--arg", "b", "0s", f'.{key} = $b | .a = ($a | tonumber)'], ["-r", f'.{key} = "0s" | tojson'], ["-c", f'.{key} = "0s" | [., .] | first'],
    ]:
        add("jq", *argv, "config.json", literal="0s", **k)
    add("jq", "--slurpfile", "v", "v.json", ". * $v[0]", "config.json", v_json='{"x": "0s"}', **k)
    add("jq", "--rawfile", "v", "v.txt", ".x = ($v | rtrimstr(\"\\n\"))", "config.json", v_txt="0s\n", **k)
    add("jq", "-s", "add", "config.json", "v.json", v_json='{"x": "0s"}', **k)
    add("jq", "-s", "reduce .[] as $x ({}; . * $x)", "config.json", "v.json", v_json='{"authentication": {"x": "0s"}}', **k)
    add("jq", "-n", "input * input", "config.json", "v.json", v_json='{"x": "0s"}', **k)
    add("jq", "-n", "[inputs] | add", "config.json", "v.json", v_json='{"x": "0s"}', **k)
    add("jq", "-n", f'{{kind: "KubeletConfiguration", {key}: "0s"}}', literal="0s")
    add("jq", "-n", "--args", '{a: $ARGS.positional[0]}', "0s", literal="0s")
    add("jq", f".{key} = $ENV.T", "config.json", env={"T": "0s"}, **k)
    add("jq", f".{key} = env.T", "config.json", env={"T": "0s"}, **k)
    add("jq", f'.{key} = ($ENV["T"] // "1s")', "config.json", env={"T": "0s"}, **k)
    add("jq", f'.{key} = (env.NONE // "0s")', "config.json", literal="0s", **k)
    add("jq", ".x = (env.T | ascii_upcase)", "config.json", env={"T": "0s"}, **k)

    def edit(*argv, text=BOOTSTRAP, literal=flag):
        add("sed", *argv, "f", literal=literal, f=text)

    for argv in [
        ["-i", f"s!KUBELET_EXTRA_ARGS=\\$2!KUBELET_EXTRA_ARGS=\"$2 {flag}\"!"], ["-i", f"s;=\\$2;=\"$2 {flag}\";"], ["-i", "-e", f"s,\\$2$,\"$2 {flag}\","], ["-ri", f"s/(KUBELET_EXTRA_ARGS=)(\\$2)/\\1\"\\2 {flag}\"/"],
        ["-i", "-r", f"s/^(\\s+)KUBELET_EXTRA_ARGS=.*/\\1KUBELET_EXTRA_ARGS=\"$2 {flag}\"/"], ["-i.orig", f"s/:-}}/:-{flag}}}/"], ["-i", f"/USE_MAX_PODS/i KUBELET_EXTRA_ARGS=\"$KUBELET_EXTRA_ARGS {flag}\""],
        ["-i", f"/USE_MAX_PODS=/{{s/true/false/;a X=\"{flag}\"\n}}"], ["-i", "-e", "/nounset/d", "-e", f"$a X={flag}"], ["-i", "-e", f"2i X={flag}", "-e", "2d"],
        ["-i", f"/^done/,/^cat/s/^KUBELET_EXTRA_ARGS=.*/KUBELET_EXTRA_ARGS=\"{flag}\"/"], ["-i", f"/errexit$/a\\\\nexport X=\"{flag}\""], ["-i", f"/errexit$/a \\\\\\nX={flag}"], ["-i", f"1a\\\n# one\\\nX={flag}"],
        ["-i", f"/EOF$/!s/errexit/errexit {flag}/"], ["-i", f"s/\\bUSE_MAX_PODS\\b/& {flag}/2"], ["-i", f"s/USE_MAX_PODS/{flag}/g"], ["-n", f"s/true/{flag}/p"], ["-n", f"/USE/{{s/true/{flag}/;p}}"],
        ["-E", f"s/(true|false)/{flag}/;t;d"], ["-i", f"/shift 2/r /dev/null\ns/shift 2/& {flag}/"], ["-i", f"\\|/etc/systemd|s|$| # {flag}|"], ["-i", f"$!N;s/\\nKUBELET/\\n{flag} KUBELET/;P;D"],
        ["-i", f"0,/KUBELET_EXTRA_ARGS/s/KUBELET_EXTRA_ARGS/{flag}/"], ["-i", f"/^while/,/^done/{{/KUBELET/s/$/ # {flag}/}}"], ["-i", f"14,15s/^/# {flag} /"], ["-i", f"s/[$]2/{flag}/"], ["-i", f"s/\\(.*\\)=$2$/\\1=\"$2 {flag}\"/"],
        ["-i", f"s/}}\"$/}} {flag}\"/"], ["-i", f"/^KUBELET_EXTRA_ARGS=/s/\"$/ {flag}\"/"], ["-z", f"s/\\nEOF\\n/\\n{flag}\\nEOF\\n/"], ["-i", f"/\\[Service\\]/,/EOF/{{s/Environment=.*/Environment='{flag}'/}}"],
    ]:
        edit(*argv)
    for argv in [["-n", "/kind/p"], ["-n", "s/.*maxPods: //p"], ["-n", "/authentication/,/enabled/p"], ["-e", "/^ /d"], ["s/: */=/"], ["/^$/d;s/#.*//"], ["-n", "$p"], ["-n", "2{p;q}"], ["s/\\s*$//"], ["y/:/=/"]]:
        add("sed", *argv, "c", c=YAML)
        add("sed", *argv, stdin=YAML)
    for argv in [
        ["-q", "maxPods", "c"], ["-qs", "nothing", "c"], ["-c", ":", "c"], ["-n", "kind", "c"], ["-oE", "[0-9]+", "c"], ["-A1", "kind", "c"], ["-B1", "kind", "c"], ["-E", "^(kind|maxPods):", "c"], ["-v", "^ ", "c"], ["-w", "kind", "c"],
        ["-iq", "MAXPODS", "c"], ["-Eq", "max(Pods|Others)", "c"], ["-Fxq", "maxPods: 110", "c"], ["-l", "kind", "c"], ["-L", "kind", "c"], ["-e", "kind", "-e", "max", "c"], ["--", "kind", "c"], ["-m1", ":", "c"], ["-o", "max[A-Z]", "c"],
    ]:
        add("grep", *argv, c=YAML)
    table = "alpha 1 x\nbeta  2 y\n\ngamma\t3\tz z\n"
    for argv in [
        ["{print $2}"], ["{ print $1, $3 }"], ["{print}"], ["{print $NF}"], ["{print NF}"], ["{print NR, $0}"], ["NR==2"], ["NR==2{print $1}"], ["NR>1"], ["NF"], ["/a/"], ["!/a/"], ["/beta/{print $2}"], ["$1 == \"beta\" {print $3}"], ["$2 > 1"],
        ["$1 ~ /^g/ {print $1}"], ["$1 !~ /a$/"], ["-F", "a", "{print $2}"], ["-Fa", "{print $1}"], ["-F", "[ab]", "{print $2}"], ["{gsub(/a/, \"A\"); print}"], ["{sub(/a/, \"A\"); print $1}"], ["{gsub(/a/, \"[&]\")}1"], ["{$2 = \"0s\"; print}"],
        ["{$1 = \"x\"} 1"], ["1"], ["{print $1 \"-\" $2}"], ["{print \"0s\"}"], ["NR==1{print; exit}"], ["/beta/{next} {print}"], ["{gsub(/[0-9]/, \"n\", $2); print}"], ["-v", "v=0s", "{print v, $1}"], ["NR!=1 && /a/"], ["{print($1)}"], ["{printf \"%s\\n\", $1}"],
        ["BEGIN{FS=\"a\"}{print $1}"], ["END{print NR}"], ["-F:", "{print $1}"], ["NR==1{print $2} NR==2{print $3}"], ["-F", "\\t", "{print $2}"], ["{sub(/^[ \\t]+/, \"\"); print}"],
    ]:
        add("awk", *argv, stdin=table)
    add("awk", f"{{sub(/EXTRA_ARGS=\\$2/, \"EXTRA_ARGS=\\\"$2 {flag}\\\"\"); print}}", "f", literal=flag, f=BOOTSTRAP)
    add("awk", f'/errexit/{{print; print "X={flag}"; next}} 1', "f", literal=flag, f=BOOTSTRAP)
    add("awk", "-F=", '/^USE_MAX/{print $2}', "f", f=BOOTSTRAP)
    for argv in [
        ["-pi", "-e", f"s/KUBELET_EXTRA_ARGS=\\$2/KUBELET_EXTRA_ARGS=\"\\$2 {flag}\"/"], ["-i", "-pe", f"s/errexit/errexit {flag}/"], ["-pe", f"s/USE_MAX_PODS/{flag}/g"], ["-pi.bak", "-e", f"s|/etc/systemd|{flag}|"], ["-i.orig", "-p", "-e", f"s{{errexit}}{{{flag}}}"],
        ["-0777", "-i", "-pe", f"s/(--kubelet-extra-args\\)\\s+KUBELET_EXTRA_ARGS=)\\$2/$1\"\\$2 {flag}\"/"], ["-pe", f"s/^(set -o) (\\w+)$/$1 $2 {flag}/"], ["-pe", f"s/true/{flag}/;s/false/x/"], ["-pe", f"s#EOF#{flag}#i"], ["-0777", "-pe", f"s/errexit\\n+while/{flag}\\nwhile/"],
        ["-pe", f"s/\\$\\{{USE_MAX_PODS/{flag}/"], ["-ne", f"print if /errexit/"], ["-pe", f"s/errexit/{flag}/ if /set/"], ["-pe", f"s/errexit/{flag}/ unless /nothing/; s/set/SET/"], ["-pe", f"s/^/{flag} / if (/KUBELET/i)"], ["-pi", "-e", f"s/$/ {flag}/ if /EOF$/"],
    ]:
        add("perl", *argv, "f", literal=flag if "-ne" not in argv else None, f=BOOTSTRAP)
    for argv, stdin in [(["base64"], "0s\n" * 40), (["base64", "-d"], "MHMK\n"), (["base64", "-d", "-A"], "MHMK"), (["enc", "-base64", "-d"], "MHMK\n"), (["base64", "-A"], "0s\n" * 40), (["enc", "-d", "-base64", "-A"], "MHMK\n")]:
        add("openssl", *argv, stdin=stdin)
    for argv in [["-s"], ["-sd,"], ["-s", "-d", " "], ["-d,", "f", "g"], ["-sd", ",", "f"], ["-s", "-d:", "f"]]:
        add("paste", *argv, stdin="a\nb\nc\n", f="1\n2\n", g="x\ny\nz\n")
    add("tac", stdin="a\nb\nc\n")
    ini = "# settings\n[kubelet]\nstreaming-connection-idle-timeout = 0s\nv=2\n\n[other]\nv = 9\n"
    for argv in [
        ["BEGIN { printf \"%s=%d\", \"v\", 0 }"], ["BEGIN { t = 0; print \"--idle=\" t }"], ["{ s = s (NR > 1 ? \" \" : \"\") $0 } END { print s }"], ["{ n += $2 } END { print n }"], ["{ n++ } END { print n, n / 2, n % 2 }"],
        ["{ a[$1] = $2 } END { print a[\"beta\"] + 1 }"], ["NF { for (i = NF; i > 0; i--) printf \"%s%s\", $i, (i > 1 ? \" \" : \"\\n\") }"], ["{ if ($2 == 2) { print \"two\" } else if ($2 == 3) print \"three\"; else print \"other\" }"], ["!seen[$2]++"], ["length > 8"], ["length($1) == 5 { print length, length($0) }"],
        ["{ print substr($1, 2, 3) }"], ["{ print index($0, \"a\"), toupper($1) tolower(\"X\") }"], ["{ n = split($0, p, \"a\"); print n, p[1] }"], ["{ print match($0, /[0-9]+/), RSTART, RLENGTH }"], ["{ x = $0; gsub(/a/, \"<&>\", x); print x \"|\" $0 }"], ["{ print gensub(/([a-z])([a-z])/, \"\\\\2\\\\1\", 1) }"], ["{ print gensub(/a/, \"A\", \"g\") }"],
        ["BEGIN { OFS = \"-\" } { $1 = $1; print }"], ["BEGIN { FS = \"\\t\"; OFS = \",\" } { print $1, $2 }"], ["BEGIN { ORS = \" \" } { print $1 }"], ["BEGIN { RS = \"\" } { print NR \": \" $1 }"], ["/alpha/,/^$/"], ["/alpha/,/beta/ { print NR }"], ["NR == 1, NR == 2 { print $1 }"], ["{ NF = 2; print }"], ["{ $(NF + 1) = \"new\"; print NF, $0 }"],
        ["function f(x) { return x * 2 } { print f($2) }"], ["function j(a, b,  t) { t = a \"/\" b; return t } NR == 1 { print j($1, $3) }"], ["{ print ($2 > 1) ? \"big\" : \"small\" }"], ["{ print $2 > 1 ? \"x\" : \"y\" }"], ["{ print $1 > \"out\" }"], ["{ print >> \"out\"; print \"seen\" }"], ["NR == 1 { print \"to the log\" > \"/dev/stderr\" } { print $1 > \"/dev/stdout\" }"],
        ["BEGIN { while (i < 3) { i++; if (i == 2) continue; print i } }"], ["BEGIN { do { n++ } while (n < 4); print n }"], ["BEGIN { for (;;) { if (++n > 3) break }; print n }"], ["BEGIN { x[\"a\"]; if (\"a\" in x) print \"in\"; delete x[\"a\"]; print (\"a\" in x) }"], ["BEGIN { exit 3 } END { print \"end\" }"], ["{ exit } END { print NR }"], ["END { print $0, NF }"],
        ["BEGIN { print 1e3, 0.1, 1/3, 1e20, 100000 * 100000, -3 % 2, 2 ^ 10, 7 - -2 }"], ["BEGIN { printf \"%5d|%-5s|%05.1f|%x|%o|%c|%%|%3s|%.2s\\n\", 42, \"ab\", 3.14159, 255, 8, \"z\", \"q\", \"wxyz\" }"], ["BEGIN { print length(\"\"), \"a\" < \"b\", 10 < 9, \"10\" < \"9\" }"], ["$2 == \"1\" || $3 == \"y\" { print $1 }"], ["{ print -$2, +$2, !$2 }"], ["{ print $2 * 60 \"s\" }"], ["{ print \"a\" $2 + 1 \"b\" }"],
        ["BEGIN { print substr(\"hello\", 0, 2), substr(\"hello\", -1), substr(\"hello\", 2) }"], ["BEGIN { print int(3.9), int(-3.9), int(\"12s\") }"], ["BEGIN { s = \"a.b.c\"; n = split(s, q, \".\"); print n, q[3] }"], ["BEGIN { s = \"x\"; s = s s; s = s s; print s, s ~ /^x+$/, s ~ \"^y\" }"], ["-v", "n=3", "BEGIN { print n + 1, n \"\" 1 }"], ["-F=", "-v", "k=v", "$1 == k { print $2 }"], ["-F", " *= *", "NF == 2 { printf \"--%s=%s \", $1, $2 }"],
        ["-F", "|", "{ print NF }"], ["-F.", "{ print $1 }"], ["-Ft", "{ print $1 }"], ["{ print; getline; print \"after \" $0 }"], ["BEGIN { \"date\" | getline d; print d }"], ["{ a[NR] = $0 } END { for (i = NR; i >= 1; i--) print a[i] }"], ["{ a[NR] = $0 } END { for (k in a) print a[k] }"], ["BEGIN { a[\"only\"] = 1; for (k in a) print k, a[k] }"], ["# a comment\n{ print $1 } # more\n\nEND { print \"x\" }"], ["{ print $1,\n  $2 }"],
        ["BEGIN { x = 5; x += 2; x -= 1; x *= 3; x /= 2; x %= 4; print x; x ^= 2; print x }"], ["BEGIN { i = 1; print i++, i, ++i, i--, --i }"], ["BEGIN { print 1 == 1.0, \"a\" == \"a\", 1 != 2, \"abc\" ~ /b/, \"abc\" !~ /b/ }"], ["BEGIN { print 1, 2 > \"out\"; close(\"out\") }"], ["BEGIN { print toupper(substr(\"idle\", 1, 1)) substr(\"idle\", 2) }"], ["{ sub(/[ \\t]+$/, \"\"); sub(\"^[a-z]\", \"<&>\"); print }"], ["{ sub(/a/, \"\\\\&\"); print }"], ["BEGIN { printf \"%s %s\\n\", \"only\" }"],
        ["$1 ~ \"^a\" && !($2 > 1), $1 ~ /gamma/ { print NR }"], ["$0 ~ v", "v=beta", "/dev/stdin"], ["{ print v }", "v=7", "/dev/stdin"], ["NR % 2"], ["NR % 2 == 0 { next } 1"], ["BEGIN { if (!(3 in z)) print \"no\"; if (1) ; else print 2; print 3 }"], ["{ $2 = \"\"; print }"], ["{ $0 = \"p q\"; print $2, NF }"], ["BEGIN { print ENVIRON[\"NONE\"] \"x\" }"], ["BEGIN { a = \"x\"; b = a++; print a, b }"], ["nonsense {"], ["{ print $1"], ["BEGIN { print 1/0 }"], ["BEGIN { print substr(\"x\" }"],
    ]:
        add("awk", *argv, stdin=table)
    for argv in [
        ["/^\\[/ { section = $0 } section == \"[kubelet]\" && /=/ { gsub(/ *= */, \"=\"); print \"--\" $0 }", "c"], ["-F", " *= *", "/^#/ || !NF { next } /^\\[/ { s = substr($1, 2, length($1) - 2); next } { v[s \".\" $1] = $2 } END { print v[\"kubelet.v\"], v[\"other.v\"] }", "c"], ["-F=", "/^\\[kubelet\\]/ { on = 1; next } /^\\[/ { on = 0 } on && NF > 1 { sub(/ +$/, \"\", $1); sub(/^ +/, \"\", $2); printf \"%s--%s=%s\", sep, $1, $2; sep = \" \" } END { print \"\" }", "c"],
        ["FNR == NR { a[$1] = 1; next } $1 in a", "c", "d"], ["FNR == 1 { print FILENAME }", "c", "d"], ["-f", "prog", "c"],
    ]:
        add("awk", *argv, c=ini, d="v=2\n[other]\n", prog="/idle/ { print $3 }\n")
    for argv in [
        ["-A1", ":", "c"], ["-A", "2", "kind", "c"], ["-B2", "max", "c"], ["-C1", "auth", "c"], ["-n", "-A1", "kind", "c"], ["-nB1", "max", "c"], ["-A1", "kind", "c", "d"], ["kind", "c", "d"], ["-h", "kind", "c", "d"], ["-H", "kind", "c"], ["-c", "kind", "c", "d"], ["-o", "kind", "c", "d"], ["-l", "kind", "c", "d"], ["-L", "kind", "c", "d"],
        ["-l", "zzz", "c", "d"], ["-L", "zzz", "c"], ["-w", "max", "c"], ["-w", "kin", "c"], ["-wo", "kind", "c"], ["-ow", "[a-z]*", "d"], ["-oP", "(?<=kind: )\\w+", "c"], ["-oP", "kind: \\K.*", "c"], ["-oP", "^\\w+(?=:)", "c"], ["-P", "^\\S+:\\s*$", "c"], ["-qP", "max(?!Pods)", "c"], ["-oP", "\\d+", "c"], ["-cP", "^ {2,}", "c"], ["-iP", "KIND", "c"], ["-xP", "[a-z]+:", "c"],
        ["-oP", "(?<name>\\w+): \\K\\w+", "c"], ["-P", "(", "c"], ["-m1", "-A1", ":", "c"], ["kind", "c", "missing"], ["-q", "kind", "missing", "c"], ["-s", "kind", "missing"], ["-v", "-A1", ":", "d"], ["-nH", "kind", "c"], ["-on", "kind", "c"], ["-c", "-v", ":", "c"], ["--word-regexp", "--line-number", "kind", "c"], ["-A1", "-e", "kind", "-e", "authentication", "c"],
    ]:
        add("grep", *argv, c=YAML, d="kind one\nnokind\n\nanother kind\nx\n")
    for argv in [
        ["-z", "s/\\n  */ /g", "c"], ["-iz", "s/authentication:\\n/authentication:\\n  x: 0s\\n/", "c"], ["-z", "s/^kind/K/;s/\\n$/END/", "c"], ["/kind/r add", "c"], ["-i", "/kind/r add", "c"], ["-i", "$r add", "c"], ["1r missing", "c"], ["-i", "$a x: 0s\\ny: 0s", "c"], ["$ a x: 0s\\ty", "c"], ["2i\\  x: 0s\\n  y", "c"], ["/kind/c\\kind: 0s\\nz", "c"], ["-e", "$a\\", "-e", "  x: 0s", "c"],
        ["/max/{r add\nd}", "c"], ["-n", "/kind/{p;r add\n}", "c"], ["/kind/w out", "c"], ["-n", "s/kind/0s/w out", "c"], ["-s", "-n", "$p", "c", "add"], ["--null-data", "s/\\n/,/g", "c"], ["-z", "-n", "/kind/p", "c"], ["-i", "-e", "/^kind/!b", "-e", "a x: 0s", "c"],
        ["s/.*/\\U&/", "c"], ["s/\\(.\\)\\(.*\\):/\\u\\1\\L\\2\\E=/", "c"], ["-E", "s/([a-z]+)([A-Z])/\\1_\\l\\2/g", "c"], ["s/kind/\\UkInD\\E: x/;s/x/\\l\\UXy/", "c"], ["-z", "N;s/a/b/", "c"], ["-z", "G;s/\\x00/|/", "c"], ["s/\\(.*\\):/\\u\\L\\1:/", "c"], ["s/kind/\\L\\uKIND\\E-x/", "c"], ["-n", "/max/w /dev/stdout", "c"], ["-z", "$!d;s/kind/K/2", "c"], ["-z", "s/^/>/mg", "c"], ["-z", "s/:$/;/", "c"], ["-z", "s/:$/;/Mg", "c"],
    ]:
        add("sed", *argv, c=YAML, add="  added: 0s\n")
    add("expr", "1", "+", "2")
    add("expr", "7", "*", "6")
    add("expr", "3", "-", "3")
    add("expr", "110", "/", "4")
    return out


def run(program, case):
    with tempfile.TemporaryDirectory() as root:
        for name, text in case.get("files", {}).items():
            with open(os.path.join(root, name), "w", encoding="utf-8", newline="") as file:
                file.write(text)
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | case.get("env", {})
        name = case.get("program", program)
        # The one of Amazon Linux, whatever stands behind the name here.
        name = "gawk" if name == "awk" else name
        done = subprocess.run(
            [name, *case["argv"]], cwd=root, env=env, input=(case.get("stdin") or "").encode(), capture_output=True, timeout=20
        )
        case["stdout"] = done.stdout.decode()
        case["status"] = done.returncode
        writes = {}
        for name in sorted(os.listdir(root)):
            with open(os.path.join(root, name), encoding="utf-8", newline="") as file:
                text = file.read()
            if text != case.get("files", {}).get(name):
                writes[name] = text
        if writes:
            case["writes"] = writes
    return case


def main():
    for name, make in SUITES.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        cases = [run(name, case) for case in make()]
        with open(os.path.join(HERE, f"{name}.json"), "w", encoding="utf-8") as file:
            file.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
        print(f"{name}: {len(cases)} cases, {sum('literal' in case for case in cases)} with a place")


SUITES = {
    "jq": jq_cases, "sed": sed_cases, "text": text_cases, "yq": yq_cases, "envsubst": envsubst_cases, "python": python_cases, "edits": edit_cases,
}

if __name__ == "__main__":
    main()
