#!/usr/bin/env python3
"""Records what real clients and `kubelet-lint lsp` say to each other, in NAME.jsonl: a line for each message, with who sent it.

Usage: record.py BINARY             records both sessions
       record.py --relay BINARY OUT stands between a client and the server, and writes down what passes

Requirements: git, Neovim (recorded with 0.7.2, `apt install neovim`), and Node.js with the client library of VS Code in
MODULES (default: ./node_modules; recorded with `npm install vscode-languageserver-protocol@3.18.5 vscode-jsonrpc@10.0.0`).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))


def messages(stream):
    while True:
        length = None
        while (line := stream.readline()).strip():
            name, value = line.split(b":", 1)
            if name.lower() == b"content-length":
                length = int(value)
        if length is None:
            return
        yield stream.read(length)


def relay(binary, out):
    server = subprocess.Popen([binary, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lock = threading.Lock()
    with open(out, "w") as log:

        def pass_on(source, target, who):
            for body in messages(source):
                with lock:
                    log.write(who + " " + json.dumps(json.loads(body), ensure_ascii=False) + "\n")
                    log.flush()
                target.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
                target.flush()

        threading.Thread(target=pass_on, args=(sys.stdin.buffer, server.stdin, ">"), daemon=True).start()
        pass_on(server.stdout, sys.stdout.buffer, "<")
        os._exit(server.wait())


def record(binary):
    for name, client in [
        ("vscode", ["node", HERE + "/vscode.js"]),
        ("neovim", ["nvim", "--headless", "--clean", "-c", "luafile " + HERE + "/neovim.lua"]),
    ]:
        with tempfile.TemporaryDirectory() as folder:
            root = os.path.realpath(folder) + "/repo"
            shutil.copytree(HERE + "/../demo", root)
            subprocess.run(["git", "init", "-q", root], check=True)
            log = folder + "/log"
            relay = json.dumps([sys.executable, os.path.abspath(__file__), "--relay", binary, log])
            modules = os.path.abspath(os.environ.get("MODULES", "node_modules"))
            environment = {**os.environ, "ROOT": root, "RELAY": relay, "NODE_PATH": modules, "HOME": folder}
            subprocess.run(client, cwd=root, env=environment, check=True, timeout=120)
            text = open(log).read().replace(root, "/ROOT")
            lines = []
            for line in text.splitlines():
                who, message = line[0], json.loads(line[2:])
                if message.get("method") == "initialize":
                    # The number of a process that is gone.
                    message["params"]["processId"] = None
                lines.append(who + " " + json.dumps(message, ensure_ascii=False) + "\n")
            with open(f"{HERE}/{name}.jsonl", "w") as out:
                out.writelines(lines)
            print(name, len(lines), "messages")


if __name__ == "__main__":
    if sys.argv[1] == "--relay":
        relay(*sys.argv[2:])
    record(os.path.abspath(sys.argv[1]))
