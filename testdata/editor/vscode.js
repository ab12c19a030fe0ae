// A session of the client library of VS Code; see record.py.
const { spawn } = require("child_process");
const fs = require("fs");
const rpc = require("vscode-jsonrpc/node");
const lsp = require("vscode-languageserver-protocol");

const root = process.env.ROOT;
const [command, ...args] = JSON.parse(process.env.RELAY);
const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
const client = rpc.createMessageConnection(new rpc.StreamMessageReader(server.stdout), new rpc.StreamMessageWriter(server.stdin));
const shown = new Map();
let changed = () => {};
client.onNotification(lsp.PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => { shown.set(uri, diagnostics); changed(); });
client.onRequest("client/registerCapability", () => null);
client.listen();

const uri = file => `file://${root}/${file}`;
const document = file => ({ uri: uri(file) });
const marks = async (file, count) => {
    while ((shown.get(uri(file)) || []).length !== count) await new Promise(done => { changed = done; });
};
const open = file => client.sendNotification(lsp.DidOpenTextDocumentNotification.type,
    { textDocument: { uri: uri(file), languageId: "terraform", version: 1, text: fs.readFileSync(`${root}/${file}`, "utf8") } });
const change = (file, version, start, end, text) => client.sendNotification(lsp.DidChangeTextDocumentNotification.type,
    { textDocument: { uri: uri(file), version }, contentChanges: [{ range: { start, end }, text }] });
const at = (line, character) => ({ line, character });
const main = "terraform/workers/main.tf", variables = "terraform/workers/variables.tf";

(async () => {
    await client.sendRequest(lsp.InitializeRequest.type, {
        processId: process.pid, clientInfo: { name: "Visual Studio Code", version: "1.105.0" }, locale: "en",
        rootPath: root, rootUri: `file://${root}`, workspaceFolders: [{ uri: `file://${root}`, name: "repo" }], trace: "off",
        capabilities: {
            workspace: {
                applyEdit: true, workspaceEdit: { documentChanges: true }, didChangeConfiguration: { dynamicRegistration: true },
                didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true }, workspaceFolders: true,
            },
            textDocument: {
                publishDiagnostics: { relatedInformation: true, versionSupport: false, tagSupport: { valueSet: [1, 2] }, codeDescriptionSupport: true, dataSupport: true },
                synchronization: { dynamicRegistration: true, willSave: true, willSaveWaitUntil: true, didSave: true },
                hover: { dynamicRegistration: true, contentFormat: ["markdown", "plaintext"] },
                definition: { dynamicRegistration: true, linkSupport: true },
                codeAction: { dynamicRegistration: true, isPreferredSupport: true, codeActionLiteralSupport: { codeActionKind: { valueSet: ["", "quickfix", "refactor", "source"] } } },
            },
            general: { positionEncodings: ["utf-16"] },
        },
    });
    client.sendNotification(lsp.InitializedNotification.type, {});
    open(main);
    await marks(variables, 1); // The zero stands in a file that is not open.
    await client.sendRequest(lsp.HoverRequest.type, { textDocument: document(main), position: at(3, 50) });
    await client.sendRequest(lsp.DefinitionRequest.type, { textDocument: document(main), position: at(3, 50) });
    await client.sendRequest(lsp.HoverRequest.type, { textDocument: document(main), position: at(7, 15) });
    await client.sendRequest(lsp.HoverRequest.type, { textDocument: document(main), position: at(6, 0) });
    change(main, 2, at(3, 42), at(3, 65), '"4h"'); // Nothing is saved.
    await marks(variables, 0);
    await client.sendRequest(lsp.HoverRequest.type, { textDocument: document(main), position: at(3, 44) });
    change(main, 3, at(3, 43), at(3, 45), "0");
    await marks(main, 1); // Now it stands here.
    await client.sendRequest(lsp.CodeActionRequest.type,
        { textDocument: document(main), range: { start: at(3, 43), end: at(3, 44) }, context: { diagnostics: shown.get(uri(main)), triggerKind: 2 } });
    await client.sendRequest("textDocument/completion", { textDocument: document(main), position: at(0, 0) }).catch(() => {});
    change(main, 4, at(3, 44), at(3, 45), ""); // The text is broken.
    await marks(main, 2);
    client.sendNotification(lsp.DidCloseTextDocumentNotification.type, { textDocument: document(main) });
    await marks(main, 0);
    await client.sendRequest(lsp.ShutdownRequest.type);
    client.sendNotification(lsp.ExitNotification.type);
    server.on("exit", code => process.exit(code));
})();
