//! A cache for what several units of a scan read.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

type Slots = HashMap<(TypeId, PathBuf), Arc<dyn Any + Send + Sync>>;

/// Values computed from files, by type and path.
#[derive(Debug, Default)]
pub struct Shared(Mutex<Slots>);

impl Shared {
    /// The slot for the `T` computed from `path`, empty until first use. Code that fills a slot must not wait for another
    /// slot.
    pub fn slot<T: Any + Send + Sync>(&self, path: &Path) -> Arc<OnceLock<T>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (TypeId::of::<T>(), path.to_owned());
        let empty = || Arc::new(OnceLock::<T>::new()) as Arc<dyn Any + Send + Sync>;
        let slot = Arc::clone(slots.entry(key).or_insert_with(empty));
        drop(slots);
        // The type is part of the key.
        slot.downcast().unwrap_or_default()
    }
}
