//! The loop: messages of the client and results of scans come in, marks and answers go out. It never waits for a scan: a request
//! that needs the results of one is kept until they are there.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    NumberOrString, Position, Range,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::scan::{Kept, Progress, Request};

use super::address;
use super::answer::{Spot, actions, changeable, definition, hover};
use super::documents::Documents;
use super::position::Unit;
use super::publish::{Marks, Naming, failed, marks};
use super::wire::{self, Answer, Code, Message};
use super::work::{Configured, Found, Job, Results, background};

/// How long the text must stay as it is before it is scanned.
const PAUSE: Duration = Duration::from_millis(40);

/// The same for files that are opened: an editor opens many at once.
const SHORT: Duration = Duration::from_millis(5);

/// The most requests that wait for a scan.
const MAX_WAITING: usize = 1_000;

/// Files that are worth a new scan if they change outside of the editor.
const WATCHED: &str = "**/*.{tf,tofu,tfvars,hcl,tm,json,yaml,yml,tpl,tftpl,gotmpl,j2,sh,py,ps1,toml,ini,service}";

enum Event {
    Read(Message),
    Broken(String),
    Ended,
    Scanned(Results),
    Answered(NumberOrString, Answer),
}

#[derive(PartialEq, Eq)]
enum Stage {
    New,
    Running,
    Down,
}

struct Server<'a> {
    out: &'a mut dyn Write,
    events: Sender<Event>,
    configured: Arc<Configured>,
    stage: Stage,
    unit: Unit,
    watches: bool,
    documents: Documents,
    kept: Arc<Kept>,
    /// What was found for the files that are judged from each folder.
    found: BTreeMap<PathBuf, Arc<Found>>,
    /// The folders whose files have changed since.
    stale: BTreeSet<PathBuf>,
    due: Option<Instant>,
    running: Option<(BTreeSet<PathBuf>, Arc<Progress>)>,
    /// Requests that need what a scan finds.
    waiting: Vec<(NumberOrString, String, Value)>,
    /// Answers that are worked out on a thread.
    working: HashMap<NumberOrString, Arc<Progress>>,
    /// What each folder has marked last.
    marked: BTreeMap<PathBuf, Marks>,
    /// What the client shows, by address.
    shown: BTreeMap<String, Value>,
    complaint: String,
}

/// Serves a client until it ends. True if it has ended as it should: after asking to shut down.
///
/// # Errors
/// If nothing can be written to the client.
pub(crate) fn serve(
    input: impl Read + Send + 'static,
    out: &mut dyn Write,
    configured: Arc<Configured>,
) -> io::Result<bool> {
    let (events, incoming) = channel();
    let reader = events.clone();
    thread::Builder::new().spawn(move || listen(input, &reader))?;
    let mut server = Server {
        out,
        events,
        configured,
        stage: Stage::New,
        unit: Unit::default(),
        watches: false,
        documents: Documents::default(),
        kept: Arc::default(),
        found: BTreeMap::new(),
        stale: BTreeSet::new(),
        due: None,
        running: None,
        waiting: Vec::new(),
        working: HashMap::new(),
        marked: BTreeMap::new(),
        shown: BTreeMap::new(),
        complaint: String::new(),
    };
    server.run(&incoming)
}

fn listen(input: impl Read, events: &Sender<Event>) {
    let mut input = BufReader::new(input);
    loop {
        let event = match wire::read(&mut input) {
            Ok(Some(Ok(message))) => Event::Read(message),
            Ok(Some(Err(why))) => Event::Broken(why),
            Ok(None) | Err(_) => Event::Ended,
        };
        let last = matches!(event, Event::Ended);
        if events.send(event).is_err() || last {
            return;
        }
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, (Code, String)> {
    serde_json::from_value(params).map_err(|error| (Code::InvalidParams, error.to_string()))
}

/// The text at a path of keys.
fn text<'v>(params: &'v Value, path: &str) -> Option<&'v str> {
    params.pointer(path).and_then(Value::as_str)
}

impl Server<'_> {
    fn run(&mut self, incoming: &Receiver<Event>) -> io::Result<bool> {
        loop {
            let now = Instant::now();
            if self.running.is_none() && self.due.is_some_and(|due| due <= now) {
                self.start();
            }
            let wait = self.due.filter(|_| self.running.is_none()).map(|due| due.saturating_duration_since(now));
            let event = match wait.map_or_else(
                || incoming.recv().map_err(|_| RecvTimeoutError::Disconnected),
                |wait| incoming.recv_timeout(wait),
            ) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
            };
            match event {
                Event::Read(Message { id: Some(id), method: Some(method), params }) => {
                    self.request(id, method, params)?;
                }
                Event::Read(Message { id: None, method: Some(method), .. }) if method == "exit" => {
                    return Ok(self.stage == Stage::Down);
                }
                Event::Read(Message { id: None, method: Some(method), params }) => self.notice(&method, params)?,
                // Answers of the client say nothing that is needed.
                Event::Read(_) => {}
                Event::Broken(why) => self.send(&wire::answer(None, Err((Code::Parse, why))))?,
                Event::Scanned(results) => self.take(results)?,
                Event::Answered(id, answer) => {
                    if self.working.remove(&id).is_some() {
                        self.send(&wire::answer(Some(&id), answer))?;
                    }
                }
                Event::Ended => return Ok(false),
            }
        }
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        wire::write(self.out, message)
    }

    fn request(&mut self, id: NumberOrString, method: String, params: Value) -> io::Result<()> {
        let answer = match (&self.stage, method.as_str()) {
            (Stage::New, "initialize") => Ok(self.initialize(&params)),
            (Stage::New, _) => Err((Code::NotInitialized, "`initialize` comes first".to_owned())),
            (Stage::Down, _) => Err((Code::InvalidRequest, "the server is shut down".to_owned())),
            (_, "initialize") => Err((Code::InvalidRequest, "`initialize` comes once".to_owned())),
            (_, "shutdown") => {
                self.stage = Stage::Down;
                self.running.iter().map(|(_, progress)| progress).chain(self.working.values()).for_each(|p| p.cancel());
                Ok(Value::Null)
            }
            (_, "textDocument/hover" | "textDocument/definition" | "textDocument/codeAction") => {
                if !self.stale.is_empty() || self.running.is_some() {
                    if self.waiting.len() < MAX_WAITING {
                        self.waiting.push((id, method, params));
                        return Ok(());
                    }
                    Err((Code::Failed, "too many requests wait".to_owned()))
                } else {
                    return self.answer(id, &method, &params);
                }
            }
            _ => Err((Code::NoMethod, format!("no method `{method}`"))),
        };
        self.send(&wire::answer(Some(&id), answer))
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.stage = Stage::Running;
        let offered = params.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        let offered: Vec<&str> = offered.into_iter().flatten().filter_map(Value::as_str).collect();
        self.unit = Unit::among(&offered);
        let watches = "/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration";
        self.watches = params.pointer(watches).and_then(Value::as_bool).unwrap_or_default();
        let folders = params.pointer("/workspaceFolders").and_then(Value::as_array);
        let mut folders: Vec<&str> = folders.into_iter().flatten().filter_map(|folder| text(folder, "/uri")).collect();
        if folders.is_empty() {
            folders.extend(text(params, "/rootUri"));
        }
        self.documents.folders = folders.into_iter().filter_map(address::folder).collect();
        json!({
            "serverInfo": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
            "capabilities": {
                "positionEncoding": self.unit.name(),
                "textDocumentSync": {"openClose": true, "change": 2, "save": {}},
                "hoverProvider": true,
                "definitionProvider": true,
                "codeActionProvider": {"codeActionKinds": ["quickfix"]},
                "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
            },
        })
    }

    fn notice(&mut self, method: &str, params: Value) -> io::Result<()> {
        if self.stage != Stage::Running {
            return Ok(());
        }
        match method {
            "initialized" if self.watches => {
                let watch = json!({"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": {"watchers": [{"globPattern": WATCHED}]}});
                let method = "client/registerCapability";
                self.send(
                    &json!({"jsonrpc": "2.0", "id": "watch", "method": method, "params": {"registrations": [watch]}}),
                )?;
            }
            "textDocument/didOpen" => {
                if let Ok(DidOpenTextDocumentParams { text_document: doc }) = read(params) {
                    let home = self.documents.open(doc.uri.as_str(), doc.version, doc.text);
                    self.schedule(home, SHORT);
                }
            }
            "textDocument/didChange" => {
                if let Ok(DidChangeTextDocumentParams { text_document: doc, content_changes }) = read(params) {
                    let home = self.documents.change(doc.uri.as_str(), doc.version, content_changes, self.unit);
                    self.schedule(home, PAUSE);
                }
            }
            "textDocument/didClose" => {
                if let Ok(DidCloseTextDocumentParams { text_document: doc }) = read(params) {
                    let home = self.documents.close(doc.uri.as_str());
                    self.schedule(home, SHORT);
                }
            }
            // A configuration, a rule or a file that others read may be another one now.
            "textDocument/didSave" if read::<DidSaveTextDocumentParams>(params.clone()).is_ok() => {
                self.schedule_all(SHORT);
            }
            "workspace/didChangeWatchedFiles" | "workspace/didChangeConfiguration" => self.schedule_all(PAUSE),
            "workspace/didChangeWorkspaceFolders" => {
                let folders = |key: &str| {
                    let all = params.pointer(key).and_then(Value::as_array).into_iter().flatten();
                    all.filter_map(|folder| address::folder(text(folder, "/uri")?)).collect::<Vec<_>>()
                };
                let gone = folders("/event/removed");
                self.documents.folders.retain(|folder| !gone.contains(folder));
                self.documents.folders.extend(folders("/event/added"));
                self.schedule_all(SHORT);
            }
            "$/cancelRequest" => {
                if let Some(id) =
                    params.get("id").and_then(|id| serde_json::from_value::<NumberOrString>(id.clone()).ok())
                {
                    let known = self.waiting.len();
                    self.waiting.retain(|(waiting, ..)| *waiting != id);
                    let working = self.working.remove(&id);
                    if let Some(progress) = &working {
                        progress.cancel();
                    }
                    if self.waiting.len() < known || working.is_some() {
                        self.send(&wire::answer(Some(&id), Err((Code::Cancelled, "cancelled".to_owned()))))?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Scans the files that are judged from a folder again, after a while; an older scan ends.
    fn schedule(&mut self, home: Option<PathBuf>, pause: Duration) {
        let Some(home) = home else { return };
        self.stale.insert(home);
        self.due = Some(Instant::now() + pause);
        self.running.iter().for_each(|(_, progress)| progress.cancel());
    }

    fn schedule_all(&mut self, pause: Duration) {
        self.documents.settle();
        let homes: BTreeSet<PathBuf> = self.documents.open.values().map(|document| document.home.clone()).collect();
        for home in homes.into_iter().chain(self.found.keys().cloned().collect::<Vec<_>>()) {
            self.schedule(Some(home), pause);
        }
    }

    fn start(&mut self) {
        self.due = None;
        let homes = std::mem::take(&mut self.stale);
        let job = Job::of(homes.iter(), &self.documents, &self.kept);
        self.running = Some((homes, Arc::clone(&job.progress)));
        let events = self.events.clone();
        job.start(Arc::clone(&self.configured), move |results| {
            let _ = events.send(Event::Scanned(results));
        });
    }

    /// Takes the results of the scan that was running.
    fn take(&mut self, results: Results) -> io::Result<()> {
        let Some((homes, progress)) = self.running.take() else { return Ok(()) };
        if progress.is_cancelled() {
            self.stale.extend(homes);
            return Ok(());
        }
        let mut complaint = String::new();
        for home in &homes {
            self.marked.remove(home);
            self.found.remove(home);
        }
        for (home, result) in results {
            let naming = Naming { documents: &self.documents, unit: self.unit };
            match result {
                Ok(found) => {
                    self.marked.insert(home.clone(), marks(&found.scan, &naming));
                    self.found.insert(home, Arc::new(found));
                }
                Err(error) => {
                    let marks = failed(&error, &naming);
                    complaint = error.message;
                    self.marked.insert(home, marks.unwrap_or_default());
                }
            }
        }
        if complaint != self.complaint && !complaint.is_empty() {
            let params =
                json!({"type": 1, "message": format!("kubelet-lint: {}", crate::report::harmless(&complaint))});
            self.send(&wire::notification("window/showMessage", params))?;
        }
        self.complaint = complaint;
        self.publish()?;
        for (id, method, params) in std::mem::take(&mut self.waiting) {
            self.answer(id, &method, &params)?;
        }
        Ok(())
    }

    /// Sends what is marked differently than before.
    fn publish(&mut self) -> io::Result<()> {
        let naming = Naming { documents: &self.documents, unit: self.unit };
        let mut files: BTreeMap<&Path, Vec<&lsp_types::Diagnostic>> = BTreeMap::new();
        for (path, marks) in self.marked.values().flatten() {
            let all = files.entry(path).or_default();
            for mark in marks {
                if !all.contains(&mark) {
                    all.push(mark);
                }
            }
        }
        let mut now: BTreeMap<String, Value> = BTreeMap::new();
        for (path, marks) in files {
            now.extend(naming.address(path).map(|uri| (uri.as_str().to_owned(), json!(marks))));
        }
        let gone = self.shown.keys().filter(|address| !now.contains_key(*address));
        let gone: Vec<_> = gone.map(|address| (address.clone(), json!([]))).collect();
        let open = self.documents.open.values();
        let versions: HashMap<String, i32> =
            open.map(|document| (document.address.clone(), document.version)).collect();
        for (address, marks) in now.into_iter().chain(gone) {
            if self.shown.get(&address) == Some(&marks) {
                continue;
            }
            let mut params = json!({"uri": address, "diagnostics": marks});
            if let Some(version) = versions.get(&address) {
                params["version"] = json!(version);
            }
            self.send(&wire::notification("textDocument/publishDiagnostics", params))?;
            if marks.as_array().is_some_and(Vec::is_empty) {
                self.shown.remove(&address);
            } else {
                self.shown.insert(address, marks);
            }
        }
        Ok(())
    }

    /// Answers a request about a place, for which all is known.
    fn answer(&mut self, id: NumberOrString, method: &str, params: &Value) -> io::Result<()> {
        let answer = match self.asked(params) {
            None => Ok(Value::Null),
            Some((found, path, range)) => {
                let naming = Naming { documents: &self.documents, unit: self.unit };
                let source = self.documents.open.get(&path).map(|document| Arc::clone(&document.source));
                let at = |position| source.as_ref().map_or(0, |source| self.unit.offset(source, position));
                let spot = Spot { path: &path, start: at(range.start), end: at(range.end) };
                match method {
                    "textDocument/hover" => Ok(hover(&found, &spot)
                        .map_or(Value::Null, |text| json!({"contents": {"kind": "plaintext", "value": text}}))),
                    "textDocument/definition" => Ok(json!(definition(&found, &spot, &naming))),
                    _ => {
                        let wanted = params.pointer("/context/only").and_then(Value::as_array);
                        let wanted = wanted.is_none_or(|kinds| kinds.iter().any(|kind| kind == "quickfix"));
                        let findings: Vec<_> =
                            changeable(&found, &spot).into_iter().filter(|_| wanted).cloned().collect();
                        if !findings.is_empty() {
                            self.act(id, &found, findings);
                            return Ok(());
                        }
                        Ok(json!([]))
                    }
                }
            }
        };
        self.send(&wire::answer(Some(&id), answer))
    }

    /// What was found for the file that a request names, its path, and the range it is about.
    fn asked(&self, params: &Value) -> Option<(Arc<Found>, PathBuf, Range)> {
        let path = self.documents.path(text(params, "/textDocument/uri")?)?;
        let document = self.documents.open.get(&path)?;
        let position = |at: &Value| serde_json::from_value::<Position>(at.clone()).ok();
        let range = params.get("range").and_then(|range| serde_json::from_value(range.clone()).ok());
        let range =
            range.or_else(|| params.get("position").and_then(position).map(|at| Range { start: at, end: at }))?;
        Some((Arc::clone(self.found.get(&document.home)?), path, range))
    }

    /// Works out changes on a thread: each is scanned.
    fn act(&mut self, id: NumberOrString, found: &Arc<Found>, findings: Vec<crate::check::Finding>) {
        let progress = Arc::<Progress>::default();
        let request = Request { progress: Arc::clone(&progress), ..found.request.clone() };
        let found = Found { request, scan: found.scan.clone() };
        self.working.insert(id.clone(), progress);
        let (events, documents, unit) = (self.events.clone(), self.documents.clone(), self.unit);
        background(move || {
            let naming = Naming { documents: &documents, unit };
            let answer = crate::scan::caught(|| actions(&found, &findings, &naming))
                .unwrap_or_else(|message| Err(crate::scan::ScanError { message, settings: None }))
                .map_err(|error| (Code::Failed, error.message));
            let _ = events.send(Event::Answered(id, answer));
        });
    }
}
