use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::setting::render_duration;
use crate::text::{Source, Texts, Why};

/// The files of a node; a file whose text is `?` exists, but is unknown.
struct Node {
    texts: Texts,
    files: BTreeMap<String, String>,
}

impl Files for Node {
    fn read(&mut self, path: &str) -> Content {
        match self.files.get(path).map(String::as_str) {
            None => Content::Missing,
            Some("?") => Content::Unknown(Why::NotUnderstood("an edit".into())),
            Some(text) => {
                let id = self.texts.add_source(Arc::new(Source::new(path, text.as_bytes())));
                Content::Known(self.texts.view(id))
            }
        }
    }

    fn below(&mut self, directory: &str) -> Vec<String> {
        self.files.keys().filter(|path| path.starts_with(directory)).cloned().collect()
    }
}

/// What a runtime runs with: the duration, what sets it, `?` if that is uncertain, and why it does not start.
fn run(name: Name, files: &[(&str, &str)]) -> String {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let mut node = Node { texts: Texts::new(), files };
    let Some(runtime) = settle(name, &mut node) else { return "none".to_owned() };
    let value = runtime.timeout.effective.map_or("unknown".to_owned(), render_duration);
    let doubt = if runtime.timeout.unknown.is_some() { "?" } else { "" };
    let mut shown = format!("{value} by {}{doubt}", runtime.timeout.from.id());
    for failure in &runtime.failures {
        shown.push_str("; ");
        shown.push_str(&failure.message);
    }
    shown
}

const MAIN: &str = "/etc/containerd/config.toml";

fn containerd(text: &str) -> String {
    run(Name::Containerd, &[(MAIN, text)])
}

fn cri(version: u32, value: &str) -> String {
    format!("version = {version}\n[plugins.\"io.containerd.grpc.v1.cri\"]\nstream_idle_timeout = {value}\n")
}

/// containerd `internal/cri/config/streaming.go`: non-empty text goes through `time.ParseDuration`.
#[test]
fn the_value_is_text_that_go_reads() {
    for (value, expected) in [
        (r#""0""#, "0s by config"),
        (r#""0s""#, "0s by config"),
        ("'0h0m0s'", "0s by config"),
        (r#""0.9ns""#, "0s by config"),
        (r#""-0""#, "0s by config"),
        (r#""""0s""""#, "0s by config"),
        (r#""4h""#, "4h0m0s by config"),
        (r#""-1s""#, "-1s by config"),
        (r#""""#, "4h0m0s by default"),
        ("0", "unknown by config; a number cannot be decoded into text"),
        ("0.0", "unknown by config; a number cannot be decoded into text"),
        ("false", "unknown by config; a boolean cannot be decoded into text"),
        ("[]", "unknown by config; a list or table cannot be decoded into text"),
        (r#""0d""#, r#"unknown by config; unknown unit "d" in duration "0d""#),
        (r#"" 0s""#, r#"unknown by config; invalid duration " 0s""#),
        (r#""14400""#, r#"unknown by config; missing unit in duration "14400""#),
    ] {
        assert_eq!(containerd(&cri(2, value)), expected, "{value}");
        let crio = format!("[crio.api]\nstream_idle_timeout = {value}\n");
        assert_eq!(run(Name::Crio, &[("/etc/crio/crio.conf", &crio)]), expected, "{value}");
    }
}

/// containerd `cmd/containerd/server/config/config.go`, `v1MigratePluginName`; `docs/cri/config.md`.
#[test]
fn the_table_has_another_name_in_version_1() {
    let short = |version: &str| format!("{version}\n[plugins.cri]\nstream_idle_timeout = \"0\"\n");
    assert_eq!(containerd(&short("")), "0s by config");
    assert_eq!(containerd(&short("version = 1")), "0s by config");
    // containerd 1.x refuses this, 2.x has no plugin of that name.
    assert_eq!(containerd(&short("version = 2")), "4h0m0s by default");
    assert_eq!(containerd(&short("version = 3")), "4h0m0s by default");
    for version in [2, 3, 4] {
        assert_eq!(containerd(&cri(version, "'0'")), "0s by config");
    }
    // containerd 1.x looks for the short name in a file without a version, 2.x accepts both.
    let long = "[plugins.'io.containerd.grpc.v1.cri']\nstream_idle_timeout = '0'\n";
    assert_eq!(containerd(long), "0s by config?");
    for other in [
        "version = 3\n[plugins.'io.containerd.cri.v1.runtime']\nstream_idle_timeout = '0'\n",
        "version = 2\n[plugins.'io.containerd.grpc.v1.other']\nstream_idle_timeout = '0'\n",
        "version = 2\nstream_idle_timeout = '0'\n",
        "version = 2\n[plugins.'io.containerd.grpc.v1.cri'.containerd]\nstream_idle_timeout = '0'\n",
        "version = 2\n[plugins.'io.containerd.grpc.v1.cri']\n# stream_idle_timeout = '0'\n",
        "",
    ] {
        assert_eq!(containerd(other), "4h0m0s by default", "{other}");
    }
}

#[test]
fn a_disabled_plugin_serves_nothing() {
    for id in ["cri", "io.containerd.grpc.v1.cri"] {
        assert_eq!(containerd(&format!("disabled_plugins = ['{id}']\n{}", cri(2, "'0'"))), "none");
    }
    assert_eq!(run(Name::Containerd, &[]), "none");
}

/// containerd `LoadConfig` and `resolveImports`: breadth first, patterns sorted, relative to the file that imports.
#[test]
fn imports_are_read_after_the_file_and_win() {
    let main = |imports: &str| format!("imports = [{imports}]\n{}", cri(2, "'0'"));
    let a = "/etc/containerd/conf.d/a.toml";
    let b = "/etc/containerd/conf.d/b.toml";
    let (hour, zero) = (cri(2, "'1h'"), cri(2, "'0'"));
    let with = |imports: &str, files: &[(&str, &str)]| {
        let text = main(imports);
        let mut all = vec![(MAIN, text.as_str())];
        all.extend(files);
        run(Name::Containerd, &all)
    };
    assert_eq!(with("'/etc/containerd/conf.d/*.toml'", &[(a, &hour)]), "1h0m0s by drop-in");
    assert_eq!(with("'conf.d/*.toml'", &[(a, &hour)]), "1h0m0s by drop-in");
    assert_eq!(with("'./x/../conf.d/a.toml'", &[(a, &hour)]), "1h0m0s by drop-in");
    assert_eq!(with("'conf.d/*.toml'", &[(a, &hour), (b, &zero)]), "0s by drop-in");
    assert_eq!(with("'conf.d/b.toml', 'conf.d/a.toml'", &[(a, &hour), (b, &zero)]), "1h0m0s by drop-in");
    // Not imported.
    assert_eq!(with("", &[(a, &hour)]), "0s by config");
    assert_eq!(with("'conf.d/*.conf'", &[(a, &hour)]), "0s by config");
    assert_eq!(with("'/etc/containerd/*.toml'", &[(a, &hour)]), "0s by config");
    // A file may import others, and each is read once.
    let nested = format!("imports = ['b.toml', '../config.toml']\n{hour}");
    assert_eq!(with("'conf.d/a.toml'", &[(a, &nested), (b, &zero)]), "0s by drop-in");
    // Settings of an imported file that is not available are unknown.
    assert_eq!(with("'/opt/image.toml'", &[]), "0s by config?");
    assert_eq!(with("'conf.d/*.toml'", &[(a, "?")]), "0s by config?");
    assert_eq!(with("'conf.d/*.toml'", &[(a, "?"), (b, &hour)]), "1h0m0s by drop-in");
}

/// containerd `mergeConfig`: before 2.0 a plugin's table replaces the one of an earlier file completely.
#[test]
fn merging_of_tables_depends_on_the_version() {
    let other = "version = 2\n[plugins.'io.containerd.grpc.v1.cri'.registry]\nconfig_path = '/x'\n";
    let with = |version: u32, other: &str| {
        let main = format!("imports = ['a.toml']\n{}", cri(version, "'0'"));
        run(Name::Containerd, &[(MAIN, &main), ("/etc/containerd/a.toml", other)])
    };
    assert_eq!(with(2, other), "0s by config?");
    assert_eq!(with(3, other), "0s by config");
    assert_eq!(with(2, "version = 2\n[debug]\nlevel = 'info'\n"), "0s by config");
}

#[test]
fn invalid_toml_sets_nothing() {
    assert_eq!(containerd("version = 2\n[plugins\nstream_idle_timeout = '0'\n"), "4h0m0s by default?");
    assert_eq!(containerd("?"), "4h0m0s by default?");
    assert_eq!(run(Name::Crio, &[("/etc/crio/crio.conf", "[crio.api\n")]), "4h0m0s by default?");
}

/// CRI-O `pkg/config/config.go`, `UpdateFromPath`: every file, in the order of a walk.
#[test]
fn drop_ins_of_crio_are_read_by_name() {
    let api = |value: &str| format!("[crio.api]\nstream_idle_timeout = \"{value}\"\n");
    let (zero, hour) = (api("0"), api("1h"));
    let crio = |files: &[(&str, &str)]| {
        let files: Vec<_> = files.iter().map(|(name, text)| (format!("/etc/crio/{name}"), *text)).collect();
        let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        run(Name::Crio, &files)
    };
    assert_eq!(crio(&[("crio.conf", &zero)]), "0s by config");
    assert_eq!(crio(&[("crio.conf", &zero), ("crio.conf.d/10-a.conf", &hour)]), "1h0m0s by drop-in");
    assert_eq!(crio(&[("crio.conf.d/10-a.conf", &hour), ("crio.conf.d/20-b", &zero)]), "0s by drop-in");
    assert_eq!(crio(&[("crio.conf.d/a/x", &hour), ("crio.conf.d/a.conf", &zero)]), "0s by drop-in");
    assert_eq!(crio(&[("crio.conf.d/20.conf", &zero), ("crio.conf.d/9.conf", &hour)]), "1h0m0s by drop-in");
    assert_eq!(crio(&[("crio.conf", &zero), ("crio.conf.d/a", "[crio.runtime]\n")]), "0s by config");
    assert_eq!(crio(&[("crio.conf", &zero), ("crio.conf.d/a", &api(""))]), "4h0m0s by default");
    assert_eq!(crio(&[("crio.conf", "[crio]\nstream_idle_timeout = \"0\"\n")]), "4h0m0s by default");
    // Each file is decoded separately, but only the merged value is read as a duration.
    let number = "[crio.api]\nstream_idle_timeout = 0\n";
    assert_eq!(
        crio(&[("crio.conf", number), ("crio.conf.d/a", &hour)]),
        "1h0m0s by drop-in; a number cannot be decoded into text"
    );
    assert_eq!(crio(&[("crio.conf", &api("x")), ("crio.conf.d/a", &hour)]), "1h0m0s by drop-in");
    assert_eq!(crio(&[]), "none");
}

/// CRI-O `internal/criocli/criocli.go`, `mergeAPIConfig`; `contrib/systemd/crio.service`.
#[test]
fn the_command_line_of_crio_overrides_its_files() {
    let file = "[crio.api]\nstream_idle_timeout = \"1h\"\n";
    let with = |path: &str, text: &str| run(Name::Crio, &[("/etc/crio/crio.conf", file), (path, text)]);
    let environment = "/etc/sysconfig/crio";
    assert_eq!(with(environment, "CRIO_RUNTIME_OPTIONS='--x --stream-idle-timeout=0'\n"), "0s by flag");
    assert_eq!(with(environment, "CRIO_RUNTIME_OPTIONS=--stream-idle-timeout 0s\n"), "0s by flag");
    assert_eq!(with(environment, "STREAM_IDLE_TIMEOUT=0\n"), "0s by flag");
    assert_eq!(with(environment, "#STREAM_IDLE_TIMEOUT=0\nOTHER=--stream-idle-timeout=0\n"), "1h0m0s by config");
    assert_eq!(with(environment, "?"), "1h0m0s by config?");
    let unit = "/etc/systemd/system/crio.service.d/10.conf";
    assert_eq!(with(unit, "[Service]\nEnvironment=STREAM_IDLE_TIMEOUT=0\n"), "0s by flag");
    let start = "[Service]\nExecStart=\nExecStart=/usr/bin/crio --stream-idle-timeout=0 $CRIO_RUNTIME_OPTIONS\n";
    assert_eq!(with(unit, start), "0s by flag");
}

#[test]
fn patterns() {
    for (pattern, path, expected) in [
        ("/a/*.toml", "/a/b.toml", true),
        ("/a/*.toml", "/a/.toml", true),
        ("/a/*.toml", "/a/b/c.toml", false),
        ("/*/*.toml", "/a/b.toml", true),
        ("/a/?*", "/a/b", true),
        ("/a/?*", "/a/", false),
        ("/a/*b*c", "/a/xbybzc", true),
        ("/a/*b*c", "/a/xbybz", false),
    ] {
        assert_eq!(containerd::matches(pattern, path), expected, "{pattern} {path}");
    }
}

proptest::proptest! {
    #[test]
    fn any_files_are_read_without_panic(
        main in "(version = [0-4]\n|imports = \\['(\\*|a|/etc/containerd/[a-b*]{1,3}\\.toml)'\\]\n|\\[plugins\\.cri\\]\n|stream_idle_timeout = ['0sx ]{1,4}\n|[\\[\\]'\"=\n]){0,8}",
        other in "(imports = \\['\\*'\\]\n|\\[crio\\.api\\]\n|stream_idle_timeout = '0'\n|.){0,6}",
    ) {
        let _ = run(Name::Containerd, &[(MAIN, &main), ("/etc/containerd/a.toml", &other)]);
        let _ = run(Name::Crio, &[("/etc/crio/crio.conf", &main), ("/etc/crio/crio.conf.d/a", &other)]);
    }
}
