//! Files that speak about a timeout without setting it: documents, policies of other linters, tests, copies of Kubernetes.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use memchr::memmem;

use crate::policy::FILE_NAMES;
use crate::text::{budget, holds};

use super::comment::extension;
use super::mention::{Pattern, pattern};

/// Extensions of files that are not looked at: documents, pictures, archives, programs, and what programs write.
const EXTENSIONS: &[&str] = &[
    "adoc", "ai", "asciidoc", "bats", "bin", "bmp", "css", "csv", "dll", "doc", "docx", "drawio", "eot", "eps", "exe",
    "gif", "gz", "htm", "html", "ico", "ipynb", "jar", "jpeg", "jpg", "lock", "log", "map", "markdown", "md", "mdx",
    "mp4", "o", "odt", "org", "pdf", "png", "pptx", "psd", "pyc", "rego", "rst", "sarif", "snap", "so", "sum", "svg",
    "tar", "tex", "tgz", "tsv", "ttf", "wasm", "webp", "whl", "woff", "woff2", "xls", "xlsx", "xz", "zip", "zst",
];

/// Names of files that people or tools keep about a project, without their extension.
const NAMES: &[&str] = &[
    "changelog",
    "changes",
    "history",
    "news",
    "notice",
    "package-lock",
    "pnpm-lock",
    "readme",
    "release-notes",
    "releases",
];

/// Ends of the names of tests, generated and packed files.
const ENDS: &[&str] = &[
    "_test.go",
    "_test.py",
    "_test.rb",
    "_spec.rb",
    ".test.ts",
    ".test.js",
    ".test.tsx",
    ".test.jsx",
    ".spec.ts",
    ".spec.js",
    ".tftest.hcl",
    "test.java",
    "tests.cs",
    ".min.js",
    ".bundle.js",
    "conftest.py",
];

/// Folders of data for tests.
const FOLDERS: &[&str] = &["testdata", "__tests__", "__snapshots__"];

/// Extensions of pictures and fonts.
const PICTURES: &[&str] = &[
    "ai", "bmp", "eot", "eps", "gif", "ico", "jpeg", "jpg", "mp4", "pdf", "png", "psd", "ttf", "webp", "woff", "woff2",
];

/// True if the path alone says that nothing reads a file: pictures, and copies of Go modules, which are most of some repositories.
/// No kind of input claims one by its words, and the net looks at none.
pub(in super::super) fn says_nothing(path: &Path, root: &Path) -> bool {
    let Some(extension) = path.extension().and_then(|extension| extension.to_str()) else { return false };
    let copied = || {
        let parts = path.strip_prefix(root).unwrap_or(path).iter().map(|part| part.as_encoded_bytes());
        parts.clone().zip(parts.skip(1)).any(|(folder, inner)| folder == b"vendor" && inner.contains(&b'.'))
    };
    PICTURES.contains(&extension) || extension == "go" && copied()
}

/// The folders with policies in Rego, below the root: data for their tests is in folders below them.
pub(super) fn policies(files: &[PathBuf], root: &Path) -> BTreeSet<PathBuf> {
    let rego = files.iter().filter(|path| path.as_os_str().as_encoded_bytes().ends_with(b".rego"));
    rego.filter_map(|path| path.parent()).filter(|folder| *folder != root).map(Path::to_owned).collect()
}

/// True if the path alone says that a file sets nothing. `policies` are the folders with policies of another linter.
pub(super) fn by_path(path: &Path, root: &Path, policies: &BTreeSet<PathBuf>) -> bool {
    let tests = |folder: &Path| folder.file_name().is_some_and(|name| name == "test" || name == "tests");
    if path.ancestors().any(|folder| tests(folder) && folder.parent().is_some_and(|above| policies.contains(above))) {
        return true;
    }
    let path = path.strip_prefix(root).unwrap_or(path);
    let extension = extension(path);
    if EXTENSIONS.contains(&extension.as_str()) {
        return true;
    }
    let lower = path.to_string_lossy().replace('\\', "/").to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let parts: Vec<_> = lower.split('/').collect();
    // Copies of Go modules are in folders named after their address.
    let vendored = parts.windows(2).any(|w| w[0] == "vendor" && w[1].contains('.'))
        || parts.windows(2).any(|w| w[0] == "src" && w[1] == "k8s.io" || w[0] == "pkg" && w[1] == "mod");
    vendored
        || NAMES.contains(&stem)
        || FILE_NAMES.contains(&name)
        || stem.starts_with("zz_generated")
        || name.starts_with("test_") && extension == "py"
        || ENDS.iter().any(|end| name.ends_with(end))
        || parts.iter().rev().skip(1).any(|part| FOLDERS.contains(part))
}

/// Words of files that check others, test a program, or describe an API.
const CHECKS: &str = r#"(?x-u)
    \bfrom\ checkov|\bcond_type:|CxPolicy|"queryName"|\bavd_id\b|"AVD-|__rego_metadata__|"controlID"
  | \bfailureMessage:|xccdf|<oval_definitions
  | \bimport\ (?:pytest|unittest)\b|\bfrom\ unittest\b|\borg\.junit\b|\bdescribe\([^\n]*(?:=>|function|do\b)
  | ^\s*control\ ["'][^\n]*\bdo\b|\bits\(["']
  | sarif-schema|sarif-2\.1\.0|json-schema\.org/|"swagger":|"openapi":
  | "tool":\s*\{\s*"name":\s*"kubelet-lint"|"node-groups":\s*\[
"#;

/// Words of one document of YAML that is a policy or describes an API.
const POLICIES: &str = r"(?x-u)
    \bkyverno\.io/|\bgatekeeper\.sh/|\bkubewarden\.io/|\bkind:\s*(?:CustomResourceDefinition|ValidatingAdmissionPolicy)\b|openAPIV3Schema";

/// True if the text of a file says that it sets nothing.
pub(super) fn by_text(path: &Path, bytes: &[u8]) -> bool {
    static CHECK: Pattern = LazyLock::new(|| pattern(CHECKS));
    static ADVICE: Pattern = LazyLock::new(|| pattern(r#"(?m-u)^[\s-]*["']?(?:remediation|rationale|audit)["']?:"#));
    let text = extension(path);
    let generated = text == "go" && bytes.windows(18).take(4096).any(|w| w == b"// Code generated ");
    generated
        || text == "txt" && !is_input(bytes)
        // A patch of Talos or Kustomize is a document, and no difference.
        || matches!(text.as_str(), "patch" | "diff") && holds(bytes, b"@@ ")
        || CHECK.as_ref().is_some_and(|check| check.is_match(bytes))
        // Benchmarks say how to look and what to do.
        || ADVICE.as_ref().is_some_and(|advice| advice.find_iter(bytes).take(2).count() > 1)
}

/// A document of YAML: where it is, and whether it holds a policy or the description of an API.
#[derive(Default)]
pub(super) struct Document(Range<usize>, bool);

impl Document {
    /// True if what is around the offset `at` is a policy or describes an API. It is often in the document of the offset before.
    pub(super) fn says_nothing(&mut self, bytes: &[u8], at: usize) -> bool {
        static POLICY: Pattern = LazyLock::new(|| pattern(POLICIES));
        let is_policy = |text: &[u8]| POLICY.as_ref().is_some_and(|policy| policy.is_match(text));
        let (start, end) = document(bytes, at);
        if self.0 != (start..end) {
            *self = Self(start..end, is_policy(&bytes[start..end]));
        }
        self.1 && around(bytes, start, at).any(is_policy)
    }
}

/// The line of the offset `at` and those above it that it belongs to, from `start` on: each is indented no deeper than the last.
/// A document may hold others as texts, such as files that cloud-init writes.
fn around(bytes: &[u8], start: usize, at: usize) -> impl Iterator<Item = &[u8]> {
    let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |length| at + length);
    let mut deepest = usize::MAX;
    let lines = bytes[start..end].rsplit(|b| *b == b'\n').take_while(|line| budget::spend(8 + line.len()));
    lines.filter(move |line| {
        let indent = line.len() - line.trim_ascii_start().len();
        let counts = indent < line.len() && indent <= deepest;
        deepest = if counts { indent } else { deepest };
        counts
    })
}

/// True if a text starts like something that a node reads, and not like prose.
fn is_input(bytes: &[u8]) -> bool {
    const STARTS: &[&str] = &[
        "#!",
        "#cloud-config",
        "## template",
        "content-type",
        "mime-version",
        "<powershell>",
        "apiversion",
        // A document of YAML, or flags.
        "--",
        "{",
        "[",
    ];
    let text = bytes.trim_ascii_start();
    STARTS.iter().any(|start| text.len() >= start.len() && text[..start.len()].eq_ignore_ascii_case(start.as_bytes()))
}

/// The document of YAML around an offset: what stands between two lines of `---`, up to a bound.
fn document(bytes: &[u8], at: usize) -> (usize, usize) {
    const LINE: &[u8] = b"\n---";
    const LONGEST: usize = 64 << 10;
    let (from, to) = (at.saturating_sub(LONGEST), bytes.len().min(at + LONGEST));
    let start = memmem::rfind(&bytes[from..at], LINE).map_or(from, |start| from + start);
    let end = memmem::find(&bytes[at..to], LINE).map_or(to, |end| at + end);
    (start, end)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Document, by_path, by_text, policies, says_nothing};

    #[test]
    fn files_about_a_timeout_are_known_by_their_paths() {
        let policies = policies(&["/r/rules/idle/raw.rego".into(), "/r/a.rego".into()], Path::new("/r"));
        for (path, expected) in [
            ("/r/README.md", true),
            ("/r/CHANGELOG", true),
            ("/r/pkg/a_test.go", true),
            ("/r/testdata/a.yaml", true),
            ("/r/vendor/k8s.io/kubelet/types.go", true),
            ("/r/vendor/nodes/a.yaml", false),
            ("/r/staging/src/k8s.io/kubelet/types.go", true),
            ("/r/api/zz_generated.deepcopy.go", true),
            ("/r/kubelet-lint.toml", true),
            ("/r/envs/test/main.tf", false),
            ("/r/test/boot.sh", false),
            ("/r/main.go", false),
            ("/r/rules/idle/test/input.json", true),
            ("/r/rules/test/input.json", false),
        ] {
            assert_eq!(by_path(Path::new(path), Path::new("/r"), &policies), expected, "{path}");
        }
        for (path, expected) in [
            ("/r/vendor/k8s.io/kubelet/types.go", true),
            ("/r/vendor/k8s.io/kubelet/a.yaml", false),
            ("/r/vendor/nodes/main.go", false),
            ("/r/main.go", false),
            ("/r/docs/a.png", true),
            ("/r/README.md", false),
        ] {
            assert_eq!(says_nothing(Path::new(path), Path::new("/r")), expected, "{path}");
            assert!(!expected || by_path(Path::new(path), Path::new("/r"), &policies), "{path}");
        }
        assert!(super::PICTURES.iter().all(|picture| super::EXTENSIONS.contains(picture)));
        // What is above the root says nothing.
        assert!(!by_path(Path::new("/testdata/r/a.yaml"), Path::new("/testdata/r"), &policies));
    }

    #[test]
    fn files_about_a_timeout_are_known_by_their_text() {
        for (name, text, expected) in [
            ("a.yaml", "apiVersion: kyverno.io/v1\nX", true),
            ("a.yaml", "apiVersion: kyverno.io/v1\n---\nX", false),
            ("a.yaml", "apiVersion: templates.gatekeeper.sh/v1\nX", true),
            ("a.yaml", "kind: CustomResourceDefinition\nX", true),
            ("a.yaml", "kind: List\nitems:\n- kind: CustomResourceDefinition\n  spec:\n    X", true),
            (
                "a.yaml",
                "files:\n- content: |\n    kind: CustomResourceDefinition\n    a: b\n- content: |\n    X",
                false,
            ),
            ("a.yaml", "- id: 4.2.5\n  audit: X\n  remediation: |\n    a", true),
            ("a.py", "from checkov.common import x\nX", true),
            ("a.py", "import boto3\nX", false),
            ("a.rb", "control 'k' do\nX", true),
            ("a.json", "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", X", true),
            ("a.go", "// Code generated by x. DO NOT EDIT.\nX", true),
            ("a.txt", "Set X", true),
            ("a.patch", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-X", true),
            ("a.patch", "machine:\n  kubelet:\n    X", false),
            ("a.txt", "#!/bin/sh\nX", false),
            ("a.txt", "--v=2\nX", false),
        ] {
            let bytes = text.as_bytes();
            let policy = Document::default().says_nothing(bytes, text.find('X').unwrap());
            let found = by_text(Path::new(name), bytes) || policy;
            assert_eq!(found, expected, "{text}");
        }
    }
}
