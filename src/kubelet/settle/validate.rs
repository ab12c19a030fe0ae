//! Step 5: values that a kubelet parses but refuses.
//!
//! Sources: `pkg/kubelet/apis/config/validation/validation.go`, `logs/api/v1/options.go` in component-base and
//! `parseGracePeriods` in `pkg/kubelet/eviction/helpers.go`; the versions are those that introduced the checks.

use super::Settler;
use super::track::FieldValue;
use crate::setting::duration::{MICROSECOND, MILLISECOND, SECOND, render_duration};
use crate::setting::{Failure, FailureKind, Field, SetBy};
use crate::text::Why;

/// An error: the message, and the field whose setting is at fault.
type Fault = Option<(String, &'static str)>;

/// The first minor version that requires milliseconds for a CPU quota period.
const QUOTA_IN_MILLISECONDS: u32 = 26;
/// The first minor version that refuses a negative `imageMinimumGCAge`.
const MINIMUM_AGE_CHECKED: u32 = 36;
/// The first minor version in which a kubelet ends at a flush frequency of zero. It crashes; since 1.35 it reports an error.
const FLUSH_CHECKED: u32 = 23;

impl Settler<'_> {
    pub(super) fn validate(&mut self) {
        self.check_gated("CustomCPUCFSQuotaPeriod", &["cpuCFSQuotaPeriod"], &|open, minor, values| {
            let period = *values.first()?;
            let shown = render_duration(period);
            let least = if minor < QUOTA_IN_MILLISECONDS { MICROSECOND } else { MILLISECOND };
            let words = match open {
                true if !(least..=SECOND).contains(&period) => "must be between 1ms and 1s",
                false if period != 100 * MILLISECOND => "needs the feature gate CustomCPUCFSQuotaPeriod",
                _ => return None,
            };
            Some((format!("cpuCFSQuotaPeriod {shown} {words}"), "cpuCFSQuotaPeriod"))
        });
        self.check(&["imageMinimumGCAge"], &|minor, values| {
            let age = *values.first()?;
            (age < 0 && minor >= MINIMUM_AGE_CHECKED).then(|| {
                (format!("imageMinimumGCAge {} must not be negative", render_duration(age)), "imageMinimumGCAge")
            })
        });
        self.check_gated("ImageMaximumGCAge", &["imageMaximumGCAge", "imageMinimumGCAge"], &|open, _, values| {
            let (most, least) = (*values.first()?, *values.get(1)?);
            let words = match most {
                0 => return None,
                _ if !open => "needs the feature gate ImageMaximumGCAge".to_owned(),
                ..0 => "must not be negative".to_owned(),
                _ if most <= least => format!("must be greater than imageMinimumGCAge {}", render_duration(least)),
                _ => return None,
            };
            Some((format!("imageMaximumGCAge {} {words}", render_duration(most)), "imageMaximumGCAge"))
        });
        self.check(&["containerLogMonitorInterval"], &|_, values| {
            let words = "containerLogMonitorInterval must be 3s or more";
            (*values.first()? < 3 * SECOND).then(|| (words.to_owned(), "containerLogMonitorInterval"))
        });
        self.check_backoff();
        self.check_shutdown();
        self.check(&["logging.flushFrequency"], &|minor, values| {
            let words = "logging.flushFrequency must be greater than zero";
            (*values.first()? <= 0 && minor >= FLUSH_CHECKED).then(|| (words.to_owned(), "logging.flushFrequency"))
        });
        self.check_grace();
    }

    fn check_backoff(&mut self) {
        const NAME: &str = "crashLoopBackOff.maxContainerRestartPeriod";
        // If it is unset, the gate decides.
        if self.tracks.get(NAME).is_none_or(|t| t.from == SetBy::Default) {
            return;
        }
        self.check_gated("KubeletCrashLoopBackOffMax", &[NAME], &|open, _, values| {
            let milliseconds = *values.first()? / MILLISECOND;
            let words = match open {
                true if !(1_000..=300_000).contains(&milliseconds) => "must be between 1s and 300s",
                false => "needs the feature gate KubeletCrashLoopBackOffMax",
                true => return None,
            };
            Some((format!("{NAME} {words}"), NAME))
        });
    }

    fn check_shutdown(&mut self) {
        const ALL: &str = "shutdownGracePeriod";
        const CRITICAL: &str = "shutdownGracePeriodCriticalPods";
        let odd = |name: &'static str, period: i64| {
            let words = || format!("{name} {} must be zero, or 1s or more", render_duration(period));
            (period < 0 || period > 0 && period < SECOND).then(|| (words(), name))
        };
        self.check_gated("GracefulNodeShutdown", &[ALL, CRITICAL], &|open, _, values| {
            let (all, critical) = (*values.first()?, *values.get(1)?);
            if !open {
                let name = if all > 0 { ALL } else { CRITICAL };
                let words = || format!("{name} needs the feature gate GracefulNodeShutdown");
                return (all > 0 || critical > 0).then(|| (words(), name));
            }
            let more = || {
                let (critical, all) = (render_duration(critical), render_duration(all));
                (format!("{CRITICAL} {critical} must not be more than {ALL} {all}"), CRITICAL)
            };
            odd(ALL, all).or_else(|| odd(CRITICAL, critical)).or_else(|| (critical > all).then(more))
        });
    }

    fn check_grace(&mut self) {
        let mut found = Vec::new();
        for (setting, value, open) in self.grace.periods() {
            match value {
                FieldValue::Set(..0) => found.push((setting.clone(), open, true)),
                FieldValue::Invalid | FieldValue::Unknown(_) => found.push((setting.clone(), open, false)),
                FieldValue::Set(_) | FieldValue::Unset => {}
            }
        }
        for (setting, open, negative) in found {
            if open {
                self.doubts.extend(self.grace.open.clone());
            } else if negative {
                let message = format!("evictionSoftGracePeriod {} must not be negative", setting.raw.to_text());
                let at = Some(setting.at);
                self.failures.push(Failure { kind: FailureKind::RefusedDuration, message, setting: Some(setting), at });
            } else {
                self.judge(&setting);
            }
        }
    }

    /// Checks values by a rule that depends on the version.
    fn check(&mut self, names: &[&'static str], rule: &dyn Fn(u32, &[i64]) -> Fault) {
        self.check_all(names, &[false], &|_, minor, values| rule(minor, values));
    }

    /// Checks values by a rule that depends on a feature gate and the version.
    fn check_gated(&mut self, gate: &str, names: &[&'static str], rule: &dyn Fn(bool, u32, &[i64]) -> Fault) {
        let gate = self.gate(gate);
        let states: &[bool] = match gate {
            Some(true) => &[true],
            Some(false) => &[false],
            None => &[true, false],
        };
        self.check_all(names, states, rule);
    }

    /// Refuses values that every possible version and state refuses; if only some refuse, it records a doubt.
    fn check_all(&mut self, names: &[&'static str], states: &[bool], rule: &dyn Fn(bool, u32, &[i64]) -> Fault) {
        /// The versions at which a rule changes.
        const VERSIONS: &[u32] = &[20, QUOTA_IN_MILLISECONDS - 1, QUOTA_IN_MILLISECONDS, MINIMUM_AGE_CHECKED];
        let mut values = Vec::new();
        let mut unsure: Option<Why> = None;
        for name in names {
            let (Some(track), Some(field)) = (self.tracks.get(name), Field::by_name(name)) else { return };
            if field.shape.is_some() && !self.in_files(field) && field.flag.is_none() {
                return;
            }
            // An unset value is valid.
            if self.launch.minor.is_none()
                && field.since.is_some_and(|s| s > VERSIONS[0])
                && track.from != SetBy::Default
            {
                unsure = Some(Why::KubernetesVersion);
            }
            match &track.value {
                FieldValue::Set(value) => values.push(*value),
                FieldValue::Unknown(why) => {
                    self.doubts.push(why.clone());
                    return;
                }
                // Already reported.
                FieldValue::Invalid => return,
                FieldValue::Unset => values.push(0),
            }
            unsure = unsure.or_else(|| track.unknown.clone());
        }
        let single = self.launch.minor.map(|m| [m]);
        let versions: &[u32] = single.as_ref().map_or(VERSIONS, |m| m.as_slice());
        let mut faults = Vec::new();
        let mut right = false;
        for minor in versions {
            for state in states {
                match rule(*state, *minor, &values) {
                    Some(fault) => faults.push(fault),
                    None => right = true,
                }
            }
        }
        let Some((message, name)) = faults.pop() else { return };
        if right || unsure.is_some() {
            self.doubts.push(unsure.unwrap_or(Why::KubernetesVersion));
            return;
        }
        let setting = names.iter().filter(|n| **n == name).chain(names).find_map(|n| {
            let track = self.tracks.get(n)?;
            track.winner.and_then(|n| track.settings.get(n)).cloned()
        });
        let at = setting.as_ref().map(|s| s.at);
        self.failures.push(Failure { kind: FailureKind::RefusedDuration, message, setting, at });
    }
}
