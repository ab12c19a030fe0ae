// How long an editor waits after a change: node latency.js BINARY FOLDER FILE... (files relative to the folder). Requirements: see record.py.
const { spawn } = require("child_process");
const fs = require("fs");
const rpc = require("vscode-jsonrpc/node");

const [binary, folder, ...files] = process.argv.slice(2);
const root = fs.realpathSync(folder);
const server = spawn(binary, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
const client = rpc.createMessageConnection(new rpc.StreamMessageReader(server.stdout), new rpc.StreamMessageWriter(server.stdin));
client.listen();

(async () => {
    const address = `file://${root}`;
    await client.sendRequest("initialize", { processId: null, workspaceFolders: [{ uri: address, name: "" }], capabilities: {} });
    client.sendNotification("initialized", {});
    for (const file of files) {
        const uri = `${address}/${file}`, text = fs.readFileSync(`${root}/${file}`, "utf8");
        // A hover is answered when the scan of the last change is done.
        const answered = async (method, params) => {
            const start = performance.now();
            client.sendNotification(method, params);
            await client.sendRequest("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 0 } });
            return Math.round(performance.now() - start);
        };
        const opened = await answered("textDocument/didOpen", { textDocument: { uri, languageId: "", version: 1, text } });
        const times = [];
        for (let n = 2; n < 62; n++) {
            times.push(await answered("textDocument/didChange", { textDocument: { uri, version: n }, contentChanges: [{ text: text + "\n".repeat(n) }] }));
        }
        times.sort((a, b) => a - b);
        console.log(`${file}: opened ${opened} ms, changed ${times[30]} ms (median of 60, ${times[0]} to ${times[59]})`);
        client.sendNotification("textDocument/didClose", { textDocument: { uri } });
    }
    await client.sendRequest("shutdown");
    client.sendNotification("exit");
    server.on("exit", () => process.exit());
})();
