"""Sets of units of the kubelet: name -> path -> text."""

UNIT = "/etc/systemd/system/kubelet.service"
ETC = "/etc/systemd/system/kubelet.service.d/"
RUN = "/run/systemd/system/kubelet.service.d/"
LIB = "/usr/lib/systemd/system/kubelet.service.d/"
LIB_UNIT = "/usr/lib/systemd/system/kubelet.service"
ENV = "/etc/default/kubelet"
START = "[Service]\nExecStart=/usr/bin/kubelet --v=1 $A $B\n"
UNITS = {}


def add(name, *texts, **files):
    """A unit's text, then drop-ins in /etc by number."""
    assert name not in UNITS, name
    out = {}
    if texts:
        out[UNIT] = texts[0]
    for number, text in enumerate(texts[1:]):
        out[f"{ETC}{number + 1}0-x.conf"] = text
    out.update({k: v for k, v in files.get("more", {}).items()})
    UNITS[name] = out


def env(name, *lines, start=START):
    """Lines of Environment and the usual start."""
    add(name, start + "".join(f"Environment={line}\n" for line in lines))


def file(name, text, start=START):
    """An environment file and the usual start."""
    add(name, start + f"EnvironmentFile={ENV}\n", more={ENV: text})


def run(name, words):
    """Words behind the program, with A and B set."""
    add(name, f'[Service]\nEnvironment="A=one two" B=three\nExecStart=/usr/bin/kubelet {words}\n')


# How Environment is read.
env("env-plain", "A=--x=1")
env("env-two-on-a-line", "A=--x=1 B=--y=2")
env("env-double-quotes", '"A=--x=1 --y=2"')
env("env-single-quotes", "'A=--x=1 --y=2'")
env("env-quotes-inside", 'A="--x=1 --y=2"')
env("env-quotes-in-quotes", "'A=--x=\"1 2\" --y=2'")
env("env-single-in-double", "\"A=--x='1 2' --y=2\"")
env("env-later-line-wins", "A=--x=1", "A=--x=2")
env("env-empty-resets", "A=--x=1", "", "B=--y=2")
env("env-no-expansion", "A=--x=1", "B=$A")
env("env-percent", "A=--x=50%%")
env("env-percent-h", "A=--x=%H B=2")
env("env-percent-n", "A=--x=%n-%p")
env("env-percent-unknown", "A=--x=%Q B=--y")
env("env-escape-n", r'"A=--x=a\nb"')
env("env-escape-t", r'"A=--x=a\tb"')
env("env-escape-s", r"A=--x=a\sb")
env("env-escape-x", r"A=--x=\x41")
env("env-escape-octal", r"A=--x=\101")
env("env-escape-unknown", r"A=--x=\q B=--y=2")
env("env-escape-backslash", r"A=--x=a\\\\b")
env("env-escape-quote", r'"A=--x=\"a b\""')
env("env-continued", '"A=--x=1 \\\n  --y=2"')
env("env-continued-comment", '"A=--x=1 \\\n# note\n  --y=2"')
env("env-blanks-around", "  A=--x=1  ")
env("env-not-a-name", "1A=--x=1 B=--y=2")
env("env-no-equals", "A B=--y=2")
env("env-empty-value", "A= B=--y=2")
env("env-unbalanced", "'A=--x=1 B=--y=2")
env("env-equals-in-value", "A=--x=a=b")
env("env-hash-in-value", "A=--x=a#b")
env("env-semicolon", "A=--x=1;B=2")
env("env-dollar", "A=$$x B=$C")
env("env-crlf", "A=--x=1\r")
add("env-blank-before-equals", START + "Environment = A=--x=1\n")
add("env-lower-case-key", START + "environment=A=--x=1\n")
add("env-in-other-section", "[Unit]\nEnvironment=A=--x=1\n" + START)
add("env-indented", "  [Service]\n  ExecStart=/usr/bin/kubelet $A\n  Environment=A=--x=1\n")
add("env-before-section", "Environment=A=--x=1\n" + START)
add("env-unset", START + "Environment=A=--x=1 B=--y=2\nUnsetEnvironment=A\n")

# Environment files.
file("file-plain", "A=--x=1 --y=2\n")
file("file-double-quotes", 'A="--x=1 --y=2"\n')
file("file-single-quotes", "A='--x=1 --y=2'\n")
file("file-quotes-inside", "A=--x='1 2'\n")
file("file-quotes-then-more", "A='--x=1' --y=2\n")
file("file-more-then-quotes", "A=--x=1 '--y=2 3'\n")
file("file-export", "export A=--x=1\nB=--y=2\n")
file("file-comments", "# note\n; note\nA=--x=1 # no comment\n")
file("file-continued", "A=--x=1 \\\n--y=2\nB=--z\n")
file("file-quoted-over-lines", 'A="--x=1\n--y=2"\nB=--z\n')
file("file-escapes", 'A=--x=a\\ b\nB="c\\"d\\$e\\nf"\n')
file("file-single-backslash", "A='--x=a\\nb'\n")
file("file-dollar", "A=--x=1\nB=$A\n")
file("file-blanks", "  A = --x=1  \n")
file("file-crlf", "A=--x=1\r\nB=--y=2\r\n")
file("file-no-line-end", "A=--x=1")
file("file-later-wins", "A=--x=1\nA=--x=2\n")
file("file-bad-line", "nothing\nA=--x=1\n")
file("file-bad-name", "1A=x\nA=--x=1\n")
file("file-empty-value", "A=\nB=--y=2\n")
file("file-hash-in-value", "A=--x=a#b\n")
add("file-beats-environment", START + f"EnvironmentFile={ENV}\nEnvironment=A=--x=1\n", more={ENV: "A=--x=2\n"})
add("file-missing-is-fatal", START + f"EnvironmentFile={ENV}\n")
add("file-missing-with-dash", START + f"EnvironmentFile=-{ENV}\nEnvironment=A=--x=1\n")
add("file-two", START + f"EnvironmentFile=/etc/a\nEnvironmentFile=/etc/b\n", more={"/etc/a": "A=--x=1\n", "/etc/b": "A=--x=2\n"})
add("file-reset", START + f"EnvironmentFile=/etc/a\nEnvironmentFile=\nEnvironmentFile=/etc/b\n", more={"/etc/a": "A=--x=1\n", "/etc/b": "B=--y=2\n"})
add("file-glob", START + "EnvironmentFile=/etc/env.d/*\n", more={"/etc/env.d/2": "A=--x=2\n", "/etc/env.d/1": "A=--x=1\n"})
add("file-then-drop-in-environment", START + f"EnvironmentFile={ENV}\n", "[Service]\nEnvironment=A=--x=2\n", more={ENV: "A=--x=1\n"})

# How ExecStart is read.
run("start-bare", "$A $B")
run("start-braces", "${A} ${B}")
run("start-within-a-word", "--x=$A --y=${A}")
run("start-bare-in-quotes", '"$A" \'$A\'')
run("start-unset", "$C ${C} --x=${C} end")
run("start-dollars", "$$A $$ --x=$$")
run("start-two-in-a-word", "${A}${B} $A$B")
run("start-quotes", "\"--x=1 2\" '--y=\"3\"' --z='4 5'")
run("start-escapes", r"--x=a\ b --y=a\tb --z=\x41")
run("start-escape-unknown", r"--x=a\qb --y=2")
run("start-percent", "--x=%% --y=%n")
run("start-semicolon-word", "--x=1 ; /usr/bin/kubelet --y=2")
run("start-semicolon-escaped", r"--x=1 \; --y=2")
run("start-comment-sign", "--x=1 # --y=2")
run("start-continued", "--x=1 \\\n  --y=2 \\\n  $A")
run("start-continued-comment", "--x=1 \\\n  # --q=0 \\\n  --y=2")
run("start-unbalanced", "--x='1 --y=2")
run("start-empty-word", "'' \"\" --x=1")
run("start-braces-odd", "${A --x=${} --y=${A}")
run("start-default", "${A:-x} ${C:-y} ${C:+z}")
run("start-redirect", "--x=1 > /tmp/x")
add("start-prefixes", "[Service]\nExecStart=-/usr/bin/kubelet --x=1\n")
add("start-at-sign", "[Service]\nExecStart=@/usr/bin/kubelet name --x=1\n")
add("start-colon", "[Service]\nEnvironment=A=--x=1\nExecStart=:/usr/bin/kubelet $A\n")
add("start-no-path", "[Service]\nEnvironment=A=--x=1\nExecStart=kubelet $A\n")
add("start-two-lines", "[Service]\nExecStart=/usr/bin/kubelet --x=1\nExecStart=/usr/bin/kubelet --x=2\n")
add("start-blank-before-equals", "[Service]\nExecStart = /usr/bin/kubelet --x=1\n")
add("start-quoted-value", "[Service]\nEnvironment='A=--x=\"1 2\" --y='\nExecStart=/usr/bin/kubelet $A\n")
add("start-value-with-backslash", "[Service]\nEnvironment='A=--x=a\\\\\\\\ b'\nExecStart=/usr/bin/kubelet $A\n")
add("start-value-unbalanced", "[Service]\nEnvironment=\"A=--x='1 2\"\nExecStart=/usr/bin/kubelet $A --z\n")
add("start-shell", "[Service]\nEnvironment=A=--x=1\nExecStart=/bin/sh -c 'exec /usr/bin/kubelet $A --y=2'\n")
add("start-shell-braces", "[Service]\nEnvironment=\"A=--x=1 --z\"\nExecStart=/bin/bash -c \"exec /usr/bin/kubelet ${A} --y=$$((1+1))\"\n")
add("start-env", "[Service]\nExecStart=/usr/bin/env A=1 /usr/bin/kubelet --x=1\n")

# Drop-ins.
add("drop-in-adds", START, "[Service]\nEnvironment=A=--x=1\n")
add("drop-in-later-wins", START, "[Service]\nEnvironment=A=--x=1\n", "[Service]\nEnvironment=A=--x=2\n")
add("drop-in-resets-start", START, "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet --y=2\n")
add("drop-in-without-reset", START, "[Service]\nExecStart=/usr/bin/kubelet --y=2\n")
add("drop-in-resets-environment", START + "Environment=A=--x=1\n", "[Service]\nEnvironment=\nEnvironment=B=--y=2\n")
add("drop-in-other-directories", START, more={LIB + "30-a.conf": "[Service]\nEnvironment=A=--lib\n", RUN + "20-a.conf": "[Service]\nEnvironment=A=--run\n", ETC + "10-a.conf": "[Service]\nEnvironment=A=--etc\n"})
add("drop-in-same-name", START, more={LIB + "10-a.conf": "[Service]\nEnvironment=A=--lib B=--b\n", ETC + "10-a.conf": "[Service]\nEnvironment=A=--etc\n"})
add("drop-in-same-name-run", START, more={RUN + "10-a.conf": "[Service]\nEnvironment=A=--run\n", LIB + "10-a.conf": "[Service]\nEnvironment=A=--lib\n"})
add("drop-in-emptied", START, more={LIB + "10-a.conf": "[Service]\nEnvironment=A=--lib\n", ETC + "10-a.conf": ""})
add("drop-in-other-ending", START, more={ETC + "10-a.txt": "[Service]\nEnvironment=A=--x=1\n"})
add("drop-in-without-section", START, more={ETC + "10-a.conf": "Environment=A=--x=1\n"})
add("drop-in-sorted-by-bytes", START, more={ETC + "9-a.conf": "[Service]\nEnvironment=A=--nine\n", ETC + "10-a.conf": "[Service]\nEnvironment=A=--ten\n"})
add("drop-in-upper-case", START, more={ETC + "a.conf": "[Service]\nEnvironment=A=--small\n", ETC + "B.conf": "[Service]\nEnvironment=A=--big\n"})
add("drop-in-of-all-services", START, more={"/etc/systemd/system/service.d/50-a.conf": ""})
add("unit-in-lib", more={LIB_UNIT: START, ETC + "10-a.conf": "[Service]\nEnvironment=A=--x=1\n"})
add("unit-etc-hides-lib", START, more={LIB_UNIT: "[Service]\nExecStart=/usr/bin/kubelet --lib\n"})
add("unit-run-hides-lib", more={"/run/systemd/system/kubelet.service": "[Service]\nExecStart=/usr/bin/kubelet --run\n", LIB_UNIT: "[Service]\nExecStart=/usr/bin/kubelet --lib\n"})
add("unit-etc-hides-run", START, more={"/run/systemd/system/kubelet.service": "[Service]\nExecStart=/usr/bin/kubelet --run\n"})
add("unit-only-drop-in", more={ETC + "10-a.conf": "[Service]\nExecStart=/usr/bin/kubelet --x=1\n"})
add("unit-spaces-in-section", "[ Service ]\nExecStart=/usr/bin/kubelet --x=1\n[Service]\nExecStart=/usr/bin/kubelet --x=2\n")
add("unit-no-line-end", "[Service]\nExecStart=/usr/bin/kubelet --x=1")
add("unit-continued-at-end", "[Service]\nExecStart=/usr/bin/kubelet --x=1 \\")
add("unit-continued-blank-line", "[Service]\nExecStart=/usr/bin/kubelet --x=1 \\\n\nEnvironment=A=1\n")
add("unit-blank-after-backslash", "[Service]\nExecStart=/usr/bin/kubelet --x=1 \\ \n  --y=2\n")
add("no-arguments", "[Service]\nExecStart=/usr/bin/kubelet\n")

# What trees of files in repositories have: a unit, its drop-ins and environment files together.
KUBEADM = (
    '[Service]\nEnvironment="A=--kubeconfig=/etc/k.conf"\nEnvironment="B=--config=/c.yaml"\nEnvironmentFile=-/etc/flags.env\n'
    f"EnvironmentFile=-{ENV}\nEnvironmentFile=-/etc/sysconfig/kubelet\nExecStart=\nExecStart=/usr/bin/kubelet $A $B $K $X\n"
)
FLAGS = "/etc/flags.env"
SYSCONFIG = "/etc/sysconfig/kubelet"
BARE = "[Service]\nExecStart=/usr/bin/kubelet\n"
X = "[Service]\nEnvironment='X=--x=1 --y=2'\n"


def tree(name, **more):
    """kubeadm's drop-in over a bare unit, with these files: FLAGS, ENV and SYSCONFIG, drop-ins by name."""
    paths = {"flags": FLAGS, "env": ENV, "sysconfig": SYSCONFIG}
    files = {paths.get(key, f"{ETC}{key.lstrip('z').replace('_', '-')}.conf"): text for key, text in more.items()}
    add(f"tree-{name}", more={LIB_UNIT: BARE, LIB + "10-kubeadm.conf": KUBEADM, **files})


tree("alone")
tree("flags", flags='K="--x=1 --y=2"\n')
tree("sysconfig", sysconfig="X=--x=1 --y=2\n")
tree("default-then-sysconfig", env="X=--x=1\n", sysconfig="X=--x=2\n")
tree("sysconfig-empty", env="X=--x=1\n", sysconfig="X=\n")
tree("sysconfig-comment-only", env="X=--x=1\n", sysconfig="#X=--x=2\n")
tree("later-drop-in-variable", z20_x=X)
tree("earlier-drop-in-variable", **{"05_x": X})
tree("variable-then-file", z20_x=X, env="X=--x=3\n")
tree("same-name-in-etc", **{"10_kubeadm": "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet --own\n"})
tree("emptied-in-etc", **{"10_kubeadm": ""})
tree("later-start-without-reset", z20_x="[Service]\nExecStart=/usr/bin/kubelet --x=1\n")
tree("later-start", z20_x="[Service]\nExecStart=\nExecStart=/usr/bin/kubelet $B --x=1\n")
tree("earlier-start", **{"05_x": "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet --x=1\n"})
tree("two-later-starts", z20_x="[Service]\nExecStart=\nExecStart=/usr/bin/kubelet --x=1\n", z30_x="[Service]\nExecStart=\nExecStart=/usr/bin/kubelet --x=2\n")
tree("only-a-reset", z20_x="[Service]\nExecStart=\n")
tree("files-reset", z20_x="[Service]\nEnvironmentFile=\n", env="X=--x=1\n")
tree("files-reset-then-one", z20_x=f"[Service]\nEnvironmentFile=\nEnvironmentFile={SYSCONFIG}\n", env="X=--x=1\n", sysconfig="X=--x=2\n")
tree("variables-reset", z20_x="[Service]\nEnvironment=\n")
tree("unset", z20_x="[Service]\nUnsetEnvironment=X\n", env="X=--x=1\n")
tree("unset-with-value", z20_x="[Service]\nUnsetEnvironment=X=--x=2\n", env="X=--x=1\n")
tree("placeholder-in-a-variable", z20_x='[Service]\nEnvironment="X=--x=${IDLE}"\n')
tree("placeholder-in-a-file", env='X="--x=${IDLE} --y=$B"\n')
tree("two-variables-on-a-line", z20_x="[Service]\nEnvironment=X=--x=1 'K=--k=1 --l=2'\n")
tree("crlf-drop-in", z20_x="[Service]\r\nEnvironment=X=--x=1\r\n")
tree("byte-order-mark", z20_x="\ufeff[Service]\nEnvironment=X=--x=1\n")
tree("export-in-file", env="export X=--x=1\nX=--x=2\n")
tree("single-quotes-in-file", env="X='--x=1 --y=2'\n")
tree("quotes-around-one-flag", env="X=--x=1 \"--y=2 3\"\n")
tree("continued-file", env="X=--x=1 \\\n  --y=2 \\\n  --z=3\n")
tree("hash-behind-a-value", env="X=--x=1 #note\n")
tree("cut-in-two", env="X=--x 0\n")
add("tree-own-unit", START + f"EnvironmentFile=-{ENV}\n", more={ENV: "A=--x=1\n", SYSCONFIG: "B=--y=2\n"})
add("tree-own-unit-in-etc-and-lib", START, more={LIB_UNIT: BARE, LIB + "10-a.conf": "[Service]\nEnvironment=A=--lib\n"})
add("tree-start-in-two-words", "[Service]\nEnvironment=A=0\nExecStart=/usr/bin/kubelet --x $A --y ${A}\n")
add("tree-braces-keep-one-word", "[Service]\nEnvironment='A=--x=1 --y=2'\nExecStart=/usr/bin/kubelet ${A}\n")
add("tree-start-over-lines", "[Service]\nExecStart=/usr/bin/kubelet \\\n--x=1 \\\n# --y=0 \\\n--z=3\n")
add("tree-start-in-quotes", "[Service]\nExecStart=/usr/bin/kubelet \"--x=1\" '--y=2 3'\n")
add("tree-pre-start", "[Service]\nExecStartPre=/bin/true --x=0\nExecStart=/usr/bin/kubelet --x=1\nExecStartPost=/bin/true --x=2\n")
add("tree-oneshot", "[Service]\nType=oneshot\nExecStart=/bin/true\nExecStart=/usr/bin/kubelet --x=1\n")
add("tree-environment-behind-start", BARE.replace("kubelet\n", "kubelet $A\n") + "Environment=A=--x=1\n")
add("tree-drop-in-in-run", START, more={RUN + "90-a.conf": "[Service]\nEnvironment=A=--run\n", ETC + "50-a.conf": "[Service]\nEnvironment=A=--etc\n"})
