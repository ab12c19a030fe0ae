use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Given, Outside, commands};
use crate::text::{Source, Texts, Traced, View};

struct Files(BTreeMap<String, String>, Texts);

impl Files {
    fn view(&mut self, name: &str) -> Option<View> {
        let text = self.0.get(name)?.clone();
        let id = self.1.add_source(Arc::new(Source::new(format!("/{name}"), text.as_bytes())));
        Some(self.1.view(id))
    }
}

impl Outside for Files {
    fn included(&mut self, name: &str) -> Vec<View> {
        self.view(name).into_iter().collect()
    }

    fn content(&mut self, name: &str) -> Option<Traced> {
        let view = self.view(name)?;
        Some(view.traced(0..view.bytes.len()))
    }
}

/// The makefiles of `testdata/make/makefiles.txt` print what GNU make printed.
#[test]
fn makefiles_do_what_make_does() {
    let recorded = include_str!("../../../testdata/make/recorded.json");
    let cases: Vec<serde_json::Value> = serde_json::from_str(recorded).expect("JSON");
    let mut wrong = Vec::new();
    let mut unknown = 0;
    for case in &cases {
        let files = case["files"].as_object().expect("files");
        let files = files.iter().map(|(k, v)| (k.clone(), v.as_str().expect("text").to_owned())).collect();
        let mut files = Files(files, Texts::new());
        let view = files.view("Makefile").expect("a makefile");
        let steps = commands(&view, &Given::default(), &["all".to_owned()], &mut files).steps;
        let shown: Vec<String> = steps.iter().map(|s| s.text.to_text().replace("\\\n", " ")).collect();
        let shown = shown.join("\n");
        if steps.iter().any(|step| step.text.has_unknown() || step.perhaps) {
            unknown += 1;
            continue;
        }
        let real = case["prints"].as_str().expect("text").replace("\\\n", " ");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        if words(&shown) != words(&real) {
            wrong.push(format!("{}\n--- here\n{shown}\n--- make\n{real}", case["files"]["Makefile"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(unknown * 10 <= cases.len(), "{unknown} of {} are unknown", cases.len());
}
