//! Custom rules: the pages in the folder that a configuration names.

use std::path::Path;
use std::sync::Arc;

use crate::check::{Catalogue, Predicate, Rule};
use crate::text::{FileError, Files, Place};

use super::load::{Loaded, Reading, unreadable};
use super::settings::{OWN_PREFIX, SettingsError, explained};

/// The most custom rules.
const MAX_OWN_RULES: usize = 200;

impl Loaded {
    /// All rules, with the custom ones.
    ///
    /// # Errors
    /// If one of them cannot be read or is invalid, or the configuration names one that does not exist.
    pub(crate) fn rules(&self, from: Reading<'_>) -> Result<Catalogue, SettingsError> {
        let folder = |own: &Path| self.files().filter_map(|f| f.path().parent()).find(|dir| own.starts_with(dir));
        let rules = match &self.settings.own_rules {
            Some(own) => own_rules(folder(own).unwrap_or(from.current), own, from)?,
            None => Catalogue::default(),
        };
        self.check(&rules, false)?;
        Ok(rules)
    }

    /// Every rule that is named must exist. Custom ones may belong to another run (`lenient`).
    pub(super) fn check(&self, rules: &Catalogue, lenient: bool) -> Result<(), SettingsError> {
        self.layers.iter().try_for_each(|(source, own)| own.check(source, rules, lenient))
    }
}

/// The rules of a folder: each Markdown file is the page of one. The configuration may be hostile, so nothing outside
/// the repository is read.
fn own_rules(folder: &Path, own: &Path, from: Reading<'_>) -> Result<Catalogue, SettingsError> {
    let unread =
        |why: &str| SettingsError::plain(format!("cannot read the folder of custom rules, {}: {why}", own.display()));
    from.below(folder, |files| own_rules_in(own, files, &unread)).map_err(|e| unread(&e.to_string()))?
}

fn own_rules_in(
    own: &Path,
    disk: &dyn Files,
    unread: &dyn Fn(&str) -> SettingsError,
) -> Result<Catalogue, SettingsError> {
    let shown = own.display();
    if !disk.is_dir(own) {
        if matches!(disk.read(own), Err(FileError::Outside)) {
            return Err(SettingsError::plain(format!(
                "the folder of custom rules, {shown}, is outside the repository"
            )));
        }
        return Err(unread("no such folder"));
    }
    let mut files = disk.list(own);
    files.retain(|path| path.extension().is_some_and(|e| e == "md"));
    if files.len() > MAX_OWN_RULES {
        return Err(SettingsError::plain(format!("{shown} has more than {MAX_OWN_RULES} rules")));
    }
    let mut rules = Vec::new();
    for path in files {
        let source = disk.read(&path).map_err(|e| unreadable(&own.join(path.file_name().unwrap_or_default()), &e))?;
        let bytes = source.bytes();
        let place = |line: Option<usize>| {
            let start = source.line_starts().get(line?.saturating_sub(1)).copied()?;
            Some(Place { source: Arc::clone(&source), start, end: bytes.len() as u32 }.first_line())
        };
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| SettingsError { place: place(Some(1)), message: "the rule page is not UTF-8".into() })?;
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let rule = Rule::read_own(&id, text).map_err(|e| SettingsError {
            place: place(e.line.or(Some(1))),
            message: format!("the rule `{id}` cannot be used: {}", explained(&e.message)),
        })?;
        if !id.starts_with(OWN_PREFIX) {
            let message = format!("the rule `{id}` cannot be used: its name must start with `{OWN_PREFIX}`");
            return Err(SettingsError { place: place(Some(1)), message });
        }
        if rule.predicate == Predicate::Comment {
            let message = format!("the rule `{id}` cannot be used: `comment` is for the built-in rules");
            return Err(SettingsError { place: place(Some(1)), message });
        }
        if matches!(rule.predicate, Predicate::AboveLimit | Predicate::BelowLimit) && rule.front.limit.is_none() {
            let message = format!("the rule `{id}` cannot be used: it needs a `limit`, such as `limit: 30m`");
            return Err(SettingsError { place: place(Some(1)), message });
        }
        rules.push(rule);
    }
    Catalogue::with(rules).map_err(|id| SettingsError::plain(format!("duplicate rule `{id}`: rename {shown}/{id}.md")))
}
