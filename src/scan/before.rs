//! The scan of a commit, to tell which findings are new. Only units that something has changed for are read again.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::check::Predicate;
use crate::input::reach::{self, Around};
use crate::input::{APPLICATIONS, Unit};
use crate::node::Root;
use crate::policy::Policy;
use crate::text::{Earlier, Watched};

use super::area::Area;
use super::base::Base;
use super::effective::ShownGroup;
use super::net;
use super::request::{Request, ScanError};
use super::results::Scan;
use super::units::{Claimed, Unwound, covered, read_unit, read_units, units_of};

/// A node group as far as two are compared.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) root: Root,
    pub(super) name: Arc<str>,
    /// The file that describes it.
    pub(super) file: PathBuf,
}

impl Known {
    /// Its id, and what is compared.
    pub(super) fn of(group: &ShownGroup) -> (String, Self) {
        let file = group.place.source.path().to_owned();
        (group.root.id(&group.name), Self { root: group.root.clone(), name: Arc::clone(&group.name), file })
    }
}

/// What a scan of the base has found.
pub(super) struct Before {
    /// The findings, once it is finished. It has no node groups.
    pub(super) scan: Scan,
    /// The node groups by id.
    pub(super) groups: BTreeMap<String, Known>,
}

/// Whether two policies find the same in a folder, whatever they hide afterwards.
struct Alike<'a> {
    then: &'a Policy,
    now: &'a Policy,
    known: Mutex<HashMap<(usize, usize), bool>>,
}

impl<'a> Alike<'a> {
    fn new(then: &'a Policy, now: &'a Policy) -> Self {
        Self { then, now, known: Mutex::default() }
    }

    fn at(&self, dir: &Path) -> bool {
        let (then, now) = (self.then.within(dir), self.now.within(dir));
        let address = |policy: &Option<Arc<Policy>>| policy.as_ref().map_or(0, |p| Arc::as_ptr(p).addr());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known
            .entry((address(&then), address(&now)))
            .or_insert_with(|| then.as_deref().unwrap_or(self.then).reads_like(now.as_deref().unwrap_or(self.now)))
    }
}

/// The units of a scan, with what was read from them.
pub(super) type Read<'a> = (&'a [Claimed], &'a [Unwound]);

impl Before {
    /// Scans some paths at the base. Those of what is there now gave a list of files and `results`.
    pub(super) fn of(
        base: &Base,
        earlier: &Earlier<'_>,
        area: &Area,
        (now, results): Read<'_>,
        (request, home): (&Request, &Path),
    ) -> Result<Self, ScanError> {
        let given = request.given()?;
        let mut list = base.list(&area.paths, &area.list, earlier);
        let same_values = base.policy.elsewhere() == request.policy.elsewhere();
        if let Some(around) = area.dismissal.filter(|_| same_values && base.policy.reads_like(&request.policy)) {
            list.dismiss(reach::dismissed(&list, Around { left_out: &area.left_out, ..around }, earlier));
        }
        let mut then = units_of(&list);
        let alike = Alike::new(&base.policy, &request.policy);
        // The applications of a repository are one unit, wherever they are.
        fn key((input, unit): &Claimed) -> (&str, &Path) {
            (input.name(), if input.name() == APPLICATIONS { Path::new("") } else { &unit.path })
        }
        let known: HashMap<_, _> =
            now.iter().zip(results).map(|(claimed, read)| (key(claimed), (&claimed.1, read))).collect();
        if area.named.is_some() {
            // What has nothing to do with the named files now has not then, unless it is gone.
            let gone = |unit: &Unit| unit.files.iter().any(|file| area.list.seen(file).is_none());
            then.retain(|claimed| known.contains_key(&key(claimed)) || gone(&claimed.1));
        }
        let same = |claimed: &Claimed| {
            let (other, read) = known.get(&key(claimed))?;
            let unit = &claimed.1;
            (!read.differs && *other == unit && alike.at(&unit.home(earlier))).then_some(*read)
        };
        let again: Vec<_> = then.iter().filter(|unit| same(unit).is_none()).cloned().collect();
        let shared = Arc::default();
        let read = read_units(&again, &request.progress, |(input, unit)| {
            read_unit(*input, unit, (&Watched::new(earlier, None), home, &shared), &base.policy, &given)
        });
        if let Some(message) = base.commit.failure() {
            return Err(ScanError::plain(message));
        }
        let mut fresh = read.iter();
        let all: Vec<&Unwound> = then.iter().filter_map(|unit| same(unit).or_else(|| fresh.next())).collect();
        let mut scan = Scan { root: home.to_owned(), ..Scan::default() };
        let mut groups = BTreeMap::new();
        let mut places = Vec::new();
        let judged = all.iter().zip(covered(&all)).filter(|(_, covered)| covered.is_none()).map(|(unit, _)| unit);
        let (last, first): (Vec<&&Unwound>, Vec<_>) = judged.partition(|unit| unit.yields);
        let spoken = net::Known::new(first.iter().flat_map(|unit| &unit.known), []);
        for unit in first.into_iter().chain(last) {
            let mut from = Cow::Borrowed(&unit.scan);
            if unit.yields {
                from.to_mut().yield_to(&spoken);
            }
            places.extend(&unit.known);
            scan.findings.extend(from.findings.iter().cloned());
            scan.delivered.extend(from.delivered.iter().cloned());
            scan.asking.extend(from.asking.iter().cloned());
            groups.extend(from.groups.iter().map(Known::of));
        }
        // Without a rule for them these are no findings.
        let mut policies = [request.policy.in_use(), base.policy.in_use()].concat().into_iter();
        if policies.any(|policy| policy.rules().iter().any(|rule| rule.predicate == Predicate::Unreached)) {
            scan.unreached = net::cast(&list, earlier, &net::Known::new(places, []), &|_| true).0;
        }
        scan.finish(&base.policy, request.complete());
        Ok(Self { scan, groups })
    }
}
